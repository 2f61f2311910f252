//! The exercises of step 4: each solution, run.
#![cfg(target_os = "linux")]

use insta::assert_snapshot;
use tests::{Namespace, Program, Running};

/// A namespace in which the first client gets port 51734 and the second 51735: Linux gives
/// even ports to connect, as long as it has them.
fn serve(name: &str) -> (Namespace, Running) {
    let namespace = Namespace::new();
    namespace.ports("51734 51735");
    let exercise = Program::example("step4-accept", name, &[]);
    let mut server = namespace.inside(exercise).start();
    server.accepting();
    (namespace, server)
}

#[test]
#[ignore = "needs a network namespace"]
fn upper_case() {
    let (namespace, _server) = serve("exercise_upper_case");
    let mut client = namespace.inside(Program::lesson("client", &[])).start();
    client.port("ESTAB");
    client.write(b"Hello, server!\n");
    client.until(|line| line == "HELLO, SERVER!");
    assert_snapshot!(client.finish().succeeded());
}

/// The first client is silent, and the second is served all the same.
#[test]
#[ignore = "needs a network namespace"]
fn threads() {
    let (namespace, mut server) = serve("exercise_threads");
    let mut silent = namespace.inside(Program::lesson("client", &[])).start();
    silent.port("ESTAB");
    server.accepting();
    let mut client = namespace.inside(Program::lesson("client", &[])).start();
    client.port("ESTAB");
    server.accepting();
    client.write(b"Hello, server!\n");
    client.until(|line| line == "Hello, server!");
    client.finish().succeeded();
    server.until(|line| line == "close(5)");
    silent.finish().succeeded();
    server.until(|line| line == "close(4)");
    assert_snapshot!(server.stop());
}
