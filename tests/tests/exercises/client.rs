//! The exercises of the client.

use tests::{Program, assert_transcript, hello, serve, stable};

#[test]
fn bind() {
    let (mut server, port) = serve();
    let address = format!("127.0.0.1:{port}");
    let exercise = Program::example("client", "exercise_bind", &[&address]);
    let client = hello(&mut server, exercise);
    assert!(server.output().contains("\naccept(3) = 4, 127.0.0.2:"), "{}", server.output());
    assert_transcript!(stable(&client));
}

/// The server has room for one client in its queue, and that one is there.
#[test]
fn timeout() {
    let full = Program::lesson("step3-listen", &["--backlog", "0", "127.0.0.1:0"]);
    let mut server = full.start();
    let address = format!("127.0.0.1:{}", server.until_row("LISTEN").port());
    let mut first = Program::lesson("client", &[&address]).start();
    first.until_row("ESTAB");
    let exercise = Program::example("client", "exercise_timeout", &[&address]);
    assert_transcript!(stable(&exercise.run().exited(1)));
}
