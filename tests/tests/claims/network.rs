//! Server and client on two machines: network namespaces, joined by a cable.

use tests::{Namespace, Program, assert_transcript, hello, stable};

/// Each end shows the address of the other.
fn conversation(family: &str, address: &str, namespaces: [&Namespace; 2]) -> String {
    let [server, client] = namespaces;
    let lesson = Program::lesson("step4-accept", &["--family", family, address]);
    let (mut server, _) = server.inside(lesson).serve();
    let lesson = Program::lesson("client", &["--family", family, address]);
    let client = hello(&mut server, client.inside(lesson));
    stable(&format!("{}\n{client}", server.stop()))
}

#[test]
#[ignore = "needs a network namespace"]
fn inet() {
    let here = Namespace::new();
    let there = here.neighbour();
    assert_transcript!(conversation("inet", "192.0.2.1:4444", [&here, &there]));
}

#[test]
#[ignore = "needs a network namespace and IPv6"]
fn inet6() {
    let here = Namespace::new();
    let there = here.neighbour();
    assert_transcript!(conversation("inet6", "[2001:db8::1]:4444", [&here, &there]));
}

/// A server on the loopback is for its own machine alone.
#[test]
#[ignore = "needs a network namespace"]
fn loopback_stays_on_the_machine() {
    let here = Namespace::new();
    let there = here.neighbour();
    let lesson = Program::lesson("step4-accept", &["127.0.0.1:4444"]);
    let (_server, _) = here.inside(lesson).serve();
    for address in ["192.0.2.1:4444", "127.0.0.1:4444"] {
        let client = there.inside(Program::lesson("client", &[address, "hello"]));
        let transcript = client.run().exited(1);
        assert!(transcript.contains(" = -1 ECONNREFUSED ("), "{transcript}");
    }
    let client = here.inside(Program::lesson("client", &["127.0.0.1:4444", "hello"]));
    client.run().succeeded();
}
