//! The stumbles of step 0, at getaddrinfo(3).

#[cfg(target_os = "linux")]
use tests::Program;
use tests::assert_transcript;

#[test]
fn name_or_url() {
    assert_transcript!(crate::example("step0-resolve", "name_or_url"));
}

/// Which address comes first depends on the machine; the IPv4 one is the one that connects.
#[cfg(unix)]
#[test]
fn every_address() {
    let transcript = crate::example("step0-resolve", "every_address");
    let connects: Vec<&str> =
        transcript.lines().filter(|line| line.starts_with("connect(")).collect();
    let (last, refused) = connects.split_last().expect("it connects");
    assert!(
        last.starts_with("connect(4, 127.0.0.1:") && last.ends_with(" = 0"),
        "{transcript}"
    );
    let refusal =
        |line: &&str| line.starts_with("connect(4, [::1]:") && line.contains(" = -1 ");
    assert!(refused.iter().all(refusal), "{transcript}");
}

/// Where there is IPv6, its address is the first one: RFC 6724.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a network namespace and IPv6"]
fn every_address_with_ipv6() {
    let example = Program::example("step0-resolve", "every_address", &[]);
    let shown = tests::Namespace::new().inside(example).run().succeeded();
    assert_transcript!(tests::stable(&shown));
}

/// Nobody is asked, not even the name server: no packet, no socket.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn name_or_url_asks_nobody() {
    let strace = ["strace", "-f", "-e", "trace=network"];
    let example = Program::example("step0-resolve", "name_or_url", &[]);
    let transcript = example.through(&strace).run().succeeded();
    assert!(transcript.contains("+++ exited with 0 +++"), "{transcript}");
    assert!(!transcript.contains("socket("), "{transcript}");
    // The look at strace can fail: a name that may be anywhere is looked for.
    let strace = Program::lesson("step0-resolve", &["localhost"]).through(&strace);
    let transcript = strace.run().succeeded();
    assert!(transcript.contains("socket("), "{transcript}");
}

/// What the page shows: a host that has an address of each family, a service by its name.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a network namespace"]
fn lesson() {
    let namespace = tests::Namespace::new();
    namespace.replace("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n");
    namespace.replace("/etc/nsswitch.conf", "hosts: files\nservices: files\n");
    namespace.replace("/etc/services", "http 80/tcp\n");
    let lesson = Program::lesson("step0-resolve", &["localhost", "http"]);
    assert_transcript!(namespace.inside(lesson).run().succeeded());
}
