//! The lecture's own run, with its address 127.0.0.1:4444: what the documents show.
//!
//! A network namespace has that port free for certain.
#![cfg(target_os = "linux")]

use tests::{Namespace, Program, assert_snapshot, without_ids};

/// A namespace in which the kernel gives a client port 51734: it has no other.
fn namespace() -> Namespace {
    let namespace = Namespace::new();
    namespace.ports("51734 51734");
    namespace
}

fn run(lesson: &str, args: &[&str]) -> String {
    let namespace = namespace();
    without_ids(&namespace.inside(Program::lesson(lesson, args)).run().succeeded())
}

#[test]
#[ignore = "needs a network namespace"]
fn step1() {
    assert_snapshot!(run("step1-create", &[]));
}

#[test]
#[ignore = "needs a network namespace"]
fn step2() {
    assert_snapshot!(run("step2-bind", &[]));
}

#[test]
#[ignore = "needs a network namespace"]
fn step3() {
    assert_snapshot!(run("step3-listen", &[]));
}

/// The transcript of the design, to the letter.
#[test]
#[ignore = "needs a network namespace"]
fn step3_to_the_letter() {
    let lines = [
        "$ cargo run -q -p step3-listen",
        "socket(AF_INET, SOCK_STREAM, 0) = 3",
        "    UNCONN  0    0    0.0.0.0:*       0.0.0.0:*",
        "bind(3, 127.0.0.1:4444) = 0",
        "    UNCONN  0    0    127.0.0.1:4444  0.0.0.0:*",
        "listen(3, 128) = 0",
        "    LISTEN  0    128  127.0.0.1:4444  0.0.0.0:*",
        "Look at it from another terminal: ss -ltnp 'sport = :4444'",
        "Press Enter to close the socket.",
        "close(3)",
        "",
    ];
    assert_eq!(run("step3-listen", &[]), lines.join("\n"));
}

/// Server and client, as two terminals show them.
#[test]
#[ignore = "needs a network namespace"]
fn step4() {
    let namespace = namespace();
    let mut server = namespace.inside(Program::lesson("step4-accept", &[])).start();
    server.accepting();
    let mut client = namespace.inside(Program::lesson("client", &[])).start();
    client.port("ESTAB");
    server.port("ESTAB");
    client.write(b"Hello, server!\n");
    client.until(|line| line == "Hello, server!");
    let client = client.finish().succeeded();
    server.accepting();
    assert_snapshot!("step4_server", server.stop());
    assert_snapshot!("step4_client", client);
}

/// The port is taken as it would be for a learner: by a server in another terminal.
#[test]
#[ignore = "needs a network namespace"]
fn address_in_use() {
    let namespace = namespace();
    let mut server = namespace.inside(Program::lesson("step3-listen", &[])).start();
    server.port("LISTEN");
    let second = namespace.inside(Program::lesson("step2-bind", &[]));
    assert_snapshot!(second.run().exited(1));
}

#[test]
#[ignore = "needs a network namespace"]
fn tour() {
    let namespace = namespace();
    namespace.replace("/etc/hosts", "127.0.0.1 localhost\n");
    let tour = namespace.inside(Program::lesson("tour", &[])).run().succeeded();
    assert_snapshot!(without_ids(&tour));
}

/// The same lessons with a port of the kernel's choice show the same, and that needs no
/// namespace: so any run of the tests proves what the documents show.
mod with_any_port {
    use tests::{Program, without_ids};

    fn snapshot(name: &str) -> String {
        let path =
            tests::root().join(format!("tests/tests/snapshots/lecture__{name}.snap"));
        let text = std::fs::read_to_string(path).expect("a snapshot").replace("\r\n", "\n");
        text.splitn(3, "---\n").nth(2).expect("a body").trim_end().to_owned()
    }

    /// Puts 4444 in the place of the port, and 51734 in that of the client's.
    fn as_in_the_lecture(transcript: &str, port: u16, client: Option<u16>) -> String {
        let mut text = transcript.replace(" -- 127.0.0.1:0\n", "\n");
        text = text.replace(&format!(" -- 127.0.0.1:{port}\n"), "\n");
        text = text.replace("127.0.0.1:0)", "127.0.0.1:4444)");
        text = text
            .replace(&format!(":{port} "), ":4444  ")
            .replace(&format!(":{port}"), ":4444");
        if let Some(client) = client {
            text = text.replace(&format!(":{client}"), ":51734");
        }
        without_ids(text.trim_end())
    }

    #[test]
    fn steps() {
        let step1 = Program::lesson("step1-create", &[]).run().succeeded();
        assert_eq!(as_in_the_lecture(&step1, 0, None), snapshot("step1"));
        for (lesson, state, name) in
            [("step2-bind", "UNCONN", "step2"), ("step3-listen", "LISTEN", "step3")]
        {
            let mut lesson = Program::lesson(lesson, &["127.0.0.1:0"]).start();
            let port = lesson.port(state);
            let transcript = lesson.finish().succeeded();
            assert_eq!(as_in_the_lecture(&transcript, port, None), snapshot(name));
        }
    }

    #[test]
    fn step4() {
        let mut server = Program::lesson("step4-accept", &["127.0.0.1:0"]).start();
        let port = server.port("LISTEN");
        server.accepting();
        let mut client = Program::lesson("client", &[&format!("127.0.0.1:{port}")]).start();
        let client_port = client.port("ESTAB");
        server.port("ESTAB");
        client.write(b"Hello, server!\n");
        client.until(|line| line == "Hello, server!");
        let client = client.finish().succeeded();
        server.accepting();
        let shown =
            |transcript: &str| as_in_the_lecture(transcript, port, Some(client_port));
        assert_eq!(shown(&server.stop()), snapshot("step4_server"));
        assert_eq!(shown(&client), snapshot("step4_client"));
    }

    #[test]
    fn address_in_use() {
        let mut server = Program::lesson("step3-listen", &["127.0.0.1:0"]).start();
        let port = server.port("LISTEN");
        let address = format!("127.0.0.1:{port}");
        let second = Program::lesson("step2-bind", &[&address]).run().exited(1);
        assert_eq!(as_in_the_lecture(&second, port, None), snapshot("address_in_use"));
    }
}
