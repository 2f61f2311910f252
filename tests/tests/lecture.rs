//! The lecture's own run: what the documents show.
//!
//! Any run of the tests proves it on ports of the kernel's choice, which [`stable`] names as
//! the lecture does; one in a network namespace, where they are free for certain, on the real
//! ones.

use tests::{Program, assert_transcript, hello, serve, stable};

#[test]
fn step1() {
    let lesson = Program::lesson("step1-create", &[]);
    assert_transcript!(stable(&lesson.run().succeeded()));
}

#[test]
fn step2() {
    let lesson = Program::lesson("step2-bind", &["127.0.0.1:0"]);
    assert_transcript!(stable(&lesson.run().succeeded()));
}

#[test]
fn step3() {
    let lesson = Program::lesson("step3-listen", &["127.0.0.1:0"]);
    assert_transcript!(stable(&lesson.run().succeeded()));
}

/// Server and client, as two terminals show them.
#[test]
fn step4() {
    let (mut server, port) = serve();
    let address = format!("127.0.0.1:{port}");
    let client = hello(&mut server, Program::lesson("client", &[&address]));
    assert_transcript!("step4_server", stable(&server.stop()));
    assert_transcript!("step4_client", stable(&client));
}

/// The port is taken as it would be for a learner: by a server in another terminal.
#[test]
fn address_in_use() {
    let mut server = Program::lesson("step3-listen", &["127.0.0.1:0"]).start();
    let address = format!("127.0.0.1:{}", server.until_row("LISTEN").port());
    let second = Program::lesson("step2-bind", &[&address]).run().exited(1);
    assert_transcript!(stable(&second));
}

/// The transcript of the design, to the letter.
#[cfg(target_os = "linux")]
#[test]
fn step3_to_the_letter() {
    let lines = [
        "$ cargo run -q -p step3-listen",
        "socket(AF_INET, SOCK_STREAM, 0) = 3",
        "    UNCONN     0    0    0.0.0.0:*       0.0.0.0:*",
        "bind(3, 127.0.0.1:4444) = 0",
        "    UNCONN     0    0    127.0.0.1:4444  0.0.0.0:*",
        "listen(3, 128) = 0",
        "    LISTEN     0    128  127.0.0.1:4444  0.0.0.0:*",
        "Look at it from another terminal: ss -nltp 'sport = :4444'",
        "Press Enter to close the socket.",
        "close(3)",
        "",
    ];
    assert_eq!(tests::recorded("lecture__step3"), lines.join("\n"));
}

/// On any other machine localhost may have more addresses.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a network namespace"]
fn tour() {
    let namespace = tests::Namespace::of_the_lecture();
    namespace.replace("/etc/hosts", "127.0.0.1 localhost\n");
    let tour = namespace.inside(Program::lesson("tour", &[])).run().succeeded();
    assert_transcript!(stable(&tour));
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a network namespace"]
fn steps_on_the_real_ports() {
    let namespace = tests::Namespace::of_the_lecture();
    for (lesson, name) in
        [("step1-create", "step1"), ("step2-bind", "step2"), ("step3-listen", "step3")]
    {
        let lesson = namespace.inside(Program::lesson(lesson, &[]));
        assert_transcript!(name, stable(&lesson.run().succeeded()));
    }
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a network namespace"]
fn step4_on_the_real_ports() {
    let namespace = tests::Namespace::of_the_lecture();
    let (mut server, _) = namespace.inside(Program::lesson("step4-accept", &[])).serve();
    let client = hello(&mut server, namespace.inside(Program::lesson("client", &[])));
    assert_transcript!("step4_server", server.stop());
    assert_transcript!("step4_client", client);
}
