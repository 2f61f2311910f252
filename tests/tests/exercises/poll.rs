//! The exercise of step 7.

use tests::{Program, assert_transcript, stable};

/// What one client says, both get; the one that only listens shows it.
#[test]
fn tell_everybody() {
    let server =
        Program::example("step7-poll", "exercise_tell_everybody", &["127.0.0.1:0"]);
    let mut server = server.start();
    let address = format!("127.0.0.1:{}", server.until_row("LISTEN").port());
    let mut listens = Program::lesson("client", &[&address]).start();
    server.until_row("ESTAB");
    listens.until_row("ESTAB");
    let mut says = Program::lesson("client", &[&address]).start();
    server.until_row("ESTAB");
    says.until_row("ESTAB");
    server.until(|line| line == "poll([3, 4, 5]) ...");
    says.write(b"Hello, everybody!\n");
    listens.until(|line| line == "Hello, everybody!");
    says.until(|line| line == "Hello, everybody!");
    server.until(|line| line.starts_with("send(4, "));
    server.until(|line| line == "poll([3, 4, 5]) ...");
    assert_transcript!("server", stable(&server.stop()));
    says.finish();
    listens.until(|line| line == "recv(3, 65536) = 0");
    assert_transcript!("client", stable(&listens.finish().succeeded()));
}
