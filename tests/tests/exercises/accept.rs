//! The exercises of step 4.

use tests::{Program, Running, assert_transcript, stable};

fn serve(name: &str) -> (Running, String) {
    let (server, port) = Program::example("step4-accept", name, &["127.0.0.1:0"]).serve();
    (server, format!("127.0.0.1:{port}"))
}

#[test]
fn upper_case() {
    let (_server, address) = serve("exercise_upper_case");
    let mut client = Program::lesson("client", &[&address]).start();
    client.until_row("ESTAB");
    client.write(b"Hello, server!\n");
    client.until(|line| line == "HELLO, SERVER!");
    assert_transcript!(stable(&client.finish().succeeded()));
}
