//! The exercises of the client: each solution, run.
#![cfg(target_os = "linux")]

use insta::assert_snapshot;
use tests::{Namespace, Program};

/// A namespace in which the kernel has one port to give to a client, 51734.
fn namespace() -> Namespace {
    let namespace = Namespace::new();
    namespace.ports("51734 51734");
    namespace
}

#[test]
#[ignore = "needs a network namespace"]
fn bind() {
    let namespace = namespace();
    let mut server = namespace.inside(Program::lesson("step4-accept", &[])).start();
    server.accepting();
    let exercise = Program::example("client", "exercise_bind", &[]);
    let mut client = namespace.inside(exercise).start();
    client.port("ESTAB");
    client.write(b"Hello, server!\n");
    client.until(|line| line == "Hello, server!");
    assert_snapshot!(client.finish().succeeded());
    server.until(|line| line == "accept(3) = 4, 127.0.0.2:51734");
}

/// The server has room for one client in its queue, and that one is there.
#[test]
#[ignore = "needs a network namespace"]
fn timeout() {
    let namespace = Namespace::new();
    let full = Program::lesson("step3-listen", &["--backlog", "0"]);
    let mut server = namespace.inside(full).start();
    server.port("LISTEN");
    let mut first = namespace.inside(Program::lesson("client", &[])).start();
    first.port("ESTAB");
    let exercise = Program::example("client", "exercise_timeout", &[]);
    assert_snapshot!(namespace.inside(exercise).run().exited(1));
}
