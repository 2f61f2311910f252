//! Step 0: getaddrinfo(3).

use std::net::IpAddr;

use tests::{Program, assert_transcript};

fn step0(args: &[&str]) -> String {
    Program::lesson("step0-resolve", args).run().succeeded()
}

/// What `localhost` resolves to depends on /etc/hosts, but it is always a loopback address.
#[test]
fn localhost() {
    let (lesson, stdout) = Program::lesson("step0-resolve", &[]).run_apart(b"");
    let transcript = lesson.succeeded();
    assert!(transcript.contains("getaddrinfo(\"localhost\", NULL) = 0\n"), "{transcript}");
    let stdout = String::from_utf8(stdout).expect("text");
    let addresses: Vec<IpAddr> =
        stdout.lines().map(|line| line.parse().expect("an address")).collect();
    assert!(!addresses.is_empty());
    assert!(addresses.iter().all(IpAddr::is_loopback), "{stdout}");
    for (index, address) in addresses.iter().enumerate() {
        assert!(
            !addresses[..index].contains(address),
            "{address} stands twice in {stdout}"
        );
    }
    if let Some(first) = addresses.iter().find(|address| address.is_ipv4()) {
        let line = format!("gethostbyname(\"localhost\") would return {first}\n");
        assert!(transcript.contains(&line), "{transcript}");
    }
}

#[test]
fn address_and_port() {
    assert_transcript!(step0(&["127.0.0.1", "4444"]));
}

#[test]
fn inet6_only() {
    assert_transcript!(step0(&["::1"]));
}

#[test]
fn family() {
    assert_transcript!(step0(&["--family", "inet", "127.0.0.1"]));
}

#[test]
fn family_without_an_address() {
    let transcript = Program::lesson("step0-resolve", &["--family", "inet6", "127.0.0.1"]);
    let transcript = transcript.run().exited(1);
    let code = if cfg!(windows) { "WSA" } else { "EAI_" };
    let failed = format!("getaddrinfo(\"127.0.0.1\", NULL) = {code}");
    assert!(transcript.contains(&failed), "{transcript}");
    assert!(transcript.contains("help: "), "{transcript}");
}

#[test]
#[ignore = "needs the tools of .ci/packages"]
fn service() {
    assert_transcript!(step0(&["127.0.0.1", "http"]));
}

#[test]
#[ignore = "needs the tools of .ci/packages"]
fn reverse() {
    assert_transcript!(step0(&["--reverse", "127.0.0.1:http"]));
}

/// The results alone go to standard output.
#[test]
fn standard_output() {
    let (lesson, stdout) =
        Program::lesson("step0-resolve", &["127.0.0.1", "80"]).run_apart(b"");
    assert_eq!(String::from_utf8_lossy(&stdout), "127.0.0.1:80\n");
    assert!(!lesson.succeeded().contains("\n127.0.0.1:80\n"));
}

#[test]
fn help() {
    assert_transcript!(step0(&["--help"]));
}
