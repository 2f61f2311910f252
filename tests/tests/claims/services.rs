//! /etc/services maps ports to services: the file of the system, and one of the test's own.

use tests::{Namespace, Program, assert_transcript};

/// Well-known names, each by the lesson and by getent(1), which reads the
/// same file by another way.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn of_the_system() {
    for (name, protocol, port) in [
        ("http", "tcp", "80"),
        ("domain", "tcp", "53"),
        ("domain", "udp", "53"),
        ("ssh", "tcp", "22"),
    ] {
        let key = format!("{name}/{protocol}");
        let getent = Program::other("getent", &["services", &key]).run().succeeded();
        let columns: Vec<&str> =
            getent.lines().nth(1).expect("a line").split(' ').collect();
        let found = format!("{port}/{protocol}");
        assert_eq!(columns.first(), Some(&name), "{getent}");
        assert!(columns.contains(&found.as_str()), "{getent}");
        let (lesson, stdout) =
            Program::lesson("step0-resolve", &["127.0.0.1", name]).run_apart(b"");
        lesson.succeeded();
        assert_eq!(String::from_utf8_lossy(&stdout), format!("127.0.0.1:{port}\n"));
    }
}

/// A stream socket looks for tcp, a datagram socket for udp.
#[test]
#[ignore = "needs a network namespace"]
fn protocol_of_the_socket() {
    let namespace = Namespace::new();
    let step2 = |args: &[&str]| namespace.inside(Program::lesson("step2-bind", args)).run();
    let transcript = step2(&["127.0.0.1:domain"]).succeeded();
    assert!(transcript.contains("bind(3, 127.0.0.1:53) = 0\n"), "{transcript}");
    let transcript = step2(&["--type", "dgram", "127.0.0.1:domain"]).succeeded();
    assert!(transcript.contains("bind(3, 127.0.0.1:53) = 0\n"), "{transcript}");
}

/// One name, a port for each protocol, and a name that only one of them has.
#[test]
#[ignore = "needs a network namespace"]
fn of_our_own() {
    let namespace = Namespace::new();
    namespace.replace("/etc/hosts", "127.0.0.1 localhost\n");
    namespace.replace(
        "/etc/services",
        "lecture 4444/tcp lesson\nlecture 4445/udp\nseminar 4446/tcp\n",
    );
    let mut transcript = String::new();
    for (lesson, args, code) in [
        ("step0-resolve", &["127.0.0.1", "lecture"][..], 0),
        ("step2-bind", &["127.0.0.1:lecture"], 0),
        ("step2-bind", &["127.0.0.1:lesson"], 0),
        ("step2-bind", &["--type", "dgram", "127.0.0.1:lecture"], 0),
        ("step2-bind", &["127.0.0.1:seminar"], 0),
        ("step2-bind", &["--type", "dgram", "127.0.0.1:seminar"], 1),
        ("step0-resolve", &["127.0.0.1", "http"], 1),
        ("step0-resolve", &["--reverse", "127.0.0.1:4444"], 0),
    ] {
        let shown = namespace.inside(Program::lesson(lesson, args)).run().exited(code);
        transcript += &(tests::stable(&shown) + "\n");
    }
    assert_transcript!(transcript);
}

/// The file says nothing of what runs: a port without a name in it is as good.
#[test]
#[ignore = "needs a network namespace"]
fn a_port_needs_no_name() {
    let namespace = Namespace::new();
    namespace.replace("/etc/hosts", "127.0.0.1 localhost\n");
    namespace.replace("/etc/services", "http 80/tcp\n");
    let step2 = namespace.inside(Program::lesson("step2-bind", &[]));
    let transcript = step2.run().succeeded();
    assert!(transcript.contains("bind(3, 127.0.0.1:4444) = 0\n"), "{transcript}");
    let args = ["--reverse", "127.0.0.1:4444"];
    let (lesson, stdout) =
        namespace.inside(Program::lesson("step0-resolve", &args)).run_apart(b"");
    lesson.succeeded();
    assert_eq!(String::from_utf8_lossy(&stdout), "localhost 4444\n");
}

#[test]
fn unknown_name() {
    let lesson = Program::lesson("step0-resolve", &["127.0.0.1", "nosuchservice"]);
    let transcript = lesson.run().exited(1);
    assert!(transcript.contains("\"nosuchservice\") = EAI_SERVICE ("), "{transcript}");
    assert!(
        transcript.contains("\nhelp: no such service: use a port number"),
        "{transcript}"
    );
}
