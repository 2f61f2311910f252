//! Server and client on two machines: network namespaces, joined by a cable.
#![cfg(target_os = "linux")]

use insta::assert_snapshot;
use tests::{Namespace, Program, stable};

/// Each end shows the address of the other.
fn conversation(family: &str, address: &str, namespaces: [&Namespace; 2]) -> String {
    let [server, client] = namespaces;
    let lesson = Program::lesson("step4-accept", &["--family", family, address]);
    let mut server = server.inside(lesson.ended_with_the_test()).start();
    server.accepting();
    let lesson = Program::lesson("client", &["--family", family, address]);
    let mut client = client.inside(lesson).start();
    client.port("ESTAB");
    server.port("ESTAB");
    client.write(b"Hello, server!\n");
    client.until(|line| line == "Hello, server!");
    let client = client.finish().succeeded();
    server.accepting();
    stable(&format!("{}\n{client}", server.stop()))
}

#[test]
#[ignore = "needs two network namespaces"]
fn inet() {
    let here = Namespace::new();
    let there = here.neighbour();
    assert_snapshot!(conversation("inet", "192.0.2.1:4444", [&here, &there]));
}

#[test]
#[ignore = "needs two network namespaces and IPv6"]
fn inet6() {
    let here = Namespace::new();
    let there = here.neighbour();
    assert_snapshot!(conversation("inet6", "[2001:db8::1]:4444", [&here, &there]));
}

/// A server on the loopback is for its own machine alone.
#[test]
#[ignore = "needs two network namespaces"]
fn loopback_stays_on_the_machine() {
    let here = Namespace::new();
    let there = here.neighbour();
    let lesson = Program::lesson("step4-accept", &["127.0.0.1:4444"]);
    let mut server = here.inside(lesson.ended_with_the_test()).start();
    server.accepting();
    for address in ["192.0.2.1:4444", "127.0.0.1:4444"] {
        let client = there.inside(Program::lesson("client", &[address, "hello"]));
        let transcript = client.run().exited(1);
        assert!(transcript.contains(" = -1 ECONNREFUSED ("), "{transcript}");
    }
    let client = here.inside(Program::lesson("client", &["127.0.0.1:4444", "hello"]));
    client.run().succeeded();
}
