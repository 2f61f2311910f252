//! The stumbles of the client: its examples.

use tests::{Program, assert_snapshot, stable};

fn example(name: &str) -> Program {
    Program::example("client", name, &[])
}

#[test]
fn half_close() {
    assert_snapshot!(stable(&example("half_close").run().succeeded()));
}

/// Linux tells send of the port that nobody has, and all of 127.0.0.0/8 is loopback there.
#[cfg(target_os = "linux")]
#[test]
fn datagram_refused() {
    assert_snapshot!(stable(&example("datagram_refused").run().succeeded()));
}

#[cfg(unix)]
#[test]
fn partial_send() {
    assert_snapshot!(stable(&without_parts(&example("partial_send").run().succeeded())));
}

/// Hides how much the buffers take, which depends on the system, and on how busy it is.
#[cfg(unix)]
fn without_parts(transcript: &str) -> String {
    let (_, part) = transcript.split_once("send(4, 50000000) = ").expect("a send");
    let part: u32 = part.lines().next().and_then(|line| line.parse().ok()).expect("bytes");
    assert!((1..50_000_000).contains(&part), "{transcript}");
    let rest = 50_000_000 - part;
    transcript
        .replace(&format!("= {part}\n"), "= PART\n")
        .replace(&format!("send(4, {rest}) = {rest}\n"), "send(4, REST) = REST\n")
}

/// What the lesson page shows, with real ports.
#[cfg(target_os = "linux")]
mod namespace {
    use insta::assert_snapshot;
    use tests::Namespace;

    use super::{example, without_parts};

    /// A namespace in which the kernel has these ports to give, the first and the last.
    fn transcript(name: &str, ports: &str) -> String {
        let namespace = Namespace::new();
        namespace.ports(ports);
        namespace.inside(example(name)).run().succeeded()
    }

    /// Linux gives the odd port to bind and the even one to connect.
    #[test]
    #[ignore = "needs a network namespace"]
    fn half_close() {
        assert_snapshot!(transcript("half_close", "51734 51735"));
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn datagram_refused() {
        assert_snapshot!(transcript("datagram_refused", "51734 51734"));
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn partial_send() {
        assert_snapshot!(without_parts(&transcript("partial_send", "51734 51735")));
    }
}
