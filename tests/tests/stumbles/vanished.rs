//! Stumbles that take more than an example: a cable that is cut, ports that run out, and a C
//! program that dies.

use tests::{Namespace, Program, assert_transcript, stable};

/// The cable is cut while recv waits, and only keepalive finds out.
#[test]
#[ignore = "needs a network namespace"]
fn half_open() {
    let namespace = Namespace::new();
    let example = Program::example("client", "half_open", &[]);
    let mut example = namespace.inside(example).start();
    example.until(|line| line == "recv(4, 16) ...");
    namespace.shell("ip link set lo down");
    let transcript = example.finish().succeeded();
    let ends = [
        "recv(4, 16) = -1 EAGAIN (Resource temporarily unavailable)",
        "recv(4, 16) = -1 ETIMEDOUT (Connection timed out)",
    ];
    assert_eq!(failures(&transcript), ends, "{transcript}");
    assert_transcript!(stable(&transcript));
}

/// The other end is only silent: its kernel answers, and keepalive leaves the connection alone.
#[test]
fn silent() {
    let transcript = Program::example("client", "half_open", &[]).run().succeeded();
    let end = "recv(4, 16) = -1 EAGAIN (Resource temporarily unavailable)";
    assert_eq!(failures(&transcript), [end, end], "{transcript}");
}

/// Two ports to give: the third client of the same server has none.
#[test]
#[ignore = "needs a network namespace"]
fn ephemeral_ports() {
    let namespace = Namespace::new();
    namespace.shell("echo 51734 51735 >/proc/sys/net/ipv4/ip_local_port_range");
    let mut server = namespace.inside(Program::lesson("step4-accept", &[])).start();
    server.accepting();
    let clients = [(); 2].map(|()| {
        let mut client = namespace.inside(Program::lesson("client", &[])).start();
        client.until(|line| line.starts_with("    ESTAB"));
        client
    });
    let third = namespace.inside(Program::lesson("client", &[])).run().exited(1);
    let end =
        "connect(3, 127.0.0.1:4444) = -1 EADDRNOTAVAIL (Cannot assign requested address)";
    assert_eq!(failures(&third), [end], "{third}");
    for client in clients {
        client.finish().succeeded();
    }
}

/// What closed_peer survives, since Rust ignores the signal.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn sigpipe() {
    let program = concat!(env!("CARGO_TARGET_TMPDIR"), "/sigpipe");
    let script = r#"cc -Wall -Wextra -Werror -o "$1" "$0" && "$1"; echo "exit status $?""#;
    let source = tests::root().join(SOURCE);
    let source = source.to_str().expect("UTF-8");
    let ran = Program::other("sh", &["-c", script, source, program]).run();
    // The shell may say so, too: "Broken pipe".
    let lines = ran.output.lines().filter(|line| !line.starts_with("Broken pipe"));
    let output: String = lines.map(|line| format!("{line}\n")).collect();
    // As somebody types it, who builds into the folder target.
    let command = format!("cc -o target/sigpipe {SOURCE} && target/sigpipe");
    assert_transcript!(format!("$ {command}; echo \"exit status $?\"\n{output}"));
}

const SOURCE: &str = "step4-accept/examples/sigpipe.c";

fn failures(transcript: &str) -> Vec<&str> {
    transcript.lines().filter(|line| line.contains(" = -1 ")).collect()
}
