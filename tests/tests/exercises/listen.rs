//! The exercises of step 3.

use tests::{Namespace, Program, assert_transcript, stable};

fn exercise(name: &str, args: &[&str]) -> String {
    stable(&Program::example("step3-listen", name, args).run().succeeded())
}

#[test]
fn no_bind() {
    assert_transcript!(exercise("exercise_no_bind", &[]));
}

#[test]
fn listen_again() {
    assert_transcript!(exercise("exercise_listen_again", &["127.0.0.1:0"]));
}

/// Two clients wait, one of them goes away, and the queue is as long as before.
#[test]
#[ignore = "needs a network namespace"]
fn queue() {
    let namespace = Namespace::new();
    let mut server = namespace.inside(Program::lesson("step3-listen", &[])).start();
    server.until_row("LISTEN");
    let client = || {
        let mut client = namespace.inside(Program::lesson("client", &[])).start();
        client.until_row("ESTAB");
        client
    };
    let ss = || {
        let ss = Program::other("ss", &["-nlt", "sport = :4444"]);
        namespace.inside(ss).run().succeeded()
    };
    let mut transcript = ss();
    let (first, _second) = (client(), client());
    transcript += &ss();
    first.stop();
    namespace.shell("until ss -Hnt state close-wait | grep -q .; do :; done");
    transcript += &ss();
    assert_transcript!(transcript);
}
