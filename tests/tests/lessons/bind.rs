//! Step 2: bind(2).

use tests::{Program, assert_transcript, stable};

fn step2(args: &[&str]) -> String {
    stable(&Program::lesson("step2-bind", args).run().succeeded())
}

#[test]
fn datagram() {
    assert_transcript!(step2(&["--type", "dgram", "127.0.0.1:0"]));
}

#[test]
fn any_address() {
    assert_transcript!(step2(&["0.0.0.0:0"]));
}

#[test]
fn name() {
    assert_transcript!(step2(&["localhost:0"]));
}

#[test]
#[ignore = "needs IPv6"]
fn inet6() {
    assert_transcript!(step2(&["--family", "inet6", "[::1]:0"]));
}

#[test]
#[ignore = "needs IPv6"]
fn inet6_datagram() {
    assert_transcript!(step2(&["--family", "inet6", "--type", "dgram", "[::1]:0"]));
}

#[test]
#[ignore = "needs IPv6"]
fn inet6_any_address() {
    assert_transcript!(step2(&["--family", "inet6", "[::]:0"]));
}

#[test]
fn help() {
    assert_transcript!(step2(&["--help"]));
}

#[cfg(target_os = "linux")]
mod zone {
    use tests::{Namespace, Program};

    /// The row of an address of one link is that of ss, and the client takes it as it stands.
    #[test]
    #[ignore = "needs a network namespace and IPv6"]
    fn shown_and_typed() {
        let (here, there) = link();
        let arguments = ["--family", "inet6", "--type", "dgram", "[fe80::1%veth0]:0"];
        let mut bound = here.inside(Program::lesson("step2-bind", &arguments)).start();
        let row = bound.until_row("UNCONN");
        assert_eq!(row.local, format!("[fe80::1]%veth0:{}", row.port()));
        let rows = here.ss(&["-Huan"]);
        assert!(rows.iter().any(|of_ss| of_ss.local == row.local), "{rows:?}");

        let server =
            Program::lesson("step4-accept", &["--family", "inet6", "[fe80::1]%veth0:0"]);
        let mut server = here.inside(server).start();
        let local = server.until_row("LISTEN").local;
        assert!(local.starts_with("[fe80::1]%veth0:"), "{local}");
        server.accepting();
        let client = Program::lesson("client", &["--family", "inet6", &local, "hello"]);
        let (client, reply) = there.inside(client).run_apart(b"");
        let shown = client.succeeded();
        assert!(shown.contains(&format!(" {local}\n")), "{shown}");
        assert_eq!(reply, b"hello");
    }

    #[test]
    #[ignore = "needs a network namespace and IPv6"]
    fn missing_or_wrong() {
        let (here, _there) = link();
        for (lesson, arguments, error, help) in [
            ("step2-bind", &["[febf::1]:4444"][..], "EINVAL", "needs its interface"),
            ("client", &["[febf::1]:4444", "hello"], "EINVAL", "needs its interface"),
            (
                "client",
                &["--type", "dgram", "[ff02::1]:4444", "hello"],
                "EINVAL",
                "needs its interface",
            ),
            ("step2-bind", &["[fe80::1%nosuch]:4444"], "EAI_NONAME", "interface"),
            ("client", &["[fe80::1%nosuch]:4444", "hello"], "EAI_NONAME", "interface"),
        ] {
            let program = Program::lesson(lesson, &["--family", "inet6"]);
            let arguments: Vec<_> = arguments.iter().map(Into::into).collect();
            let shown = here.inside(program.arguments(&arguments)).run().exited(1);
            assert!(shown.contains(error), "{shown}");
            let (_, shown_help) = shown.split_once("\nhelp: ").expect("help");
            assert!(shown_help.contains(help), "{shown}");
        }
    }

    /// Two machines, each with an address that is of their link only.
    fn link() -> (Namespace, Namespace) {
        let here = Namespace::new();
        let there = here.neighbour();
        here.shell("ip address add fe80::1/64 dev veth0 nodad");
        there.shell("ip address add fe80::2/64 dev veth0 nodad");
        (here, there)
    }
}

#[test]
fn star_is_no_host() {
    let shown = tests::Program::lesson("step2-bind", &["*:4444"]).run().exited(2);
    assert!(shown.contains("0.0.0.0 is every IPv4 address"), "{shown}");
    assert!(shown.contains("[::] every IPv6 address"), "{shown}");
}
