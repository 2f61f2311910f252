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

/// A request that somebody has written by hand. The server is busy until the client has sent
/// all of it, so the order of the lines is certain.
#[test]
fn http_by_hand() {
    let (mut server, port) =
        Program::example("step4-accept", "exercise_http", &["127.0.0.1:0"]).serve();
    let first = tests::connect(port);
    server.until_row("ESTAB");
    let mut client = Program::lesson("client", &[&format!("127.0.0.1:{port}")]).start();
    client.until_row("ESTAB");
    client.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.end_input();
    client.until(|line| line == "shutdown(3, SHUT_WR) = 0");
    drop(first);
    assert_transcript!(stable(&client.wait().succeeded()));
}
