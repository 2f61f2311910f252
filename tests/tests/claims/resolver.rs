//! A name becomes an address: a resolver of the test's own, dnsmasq(8), at the other end of
//! a cable. No question leaves the two namespaces.

use std::time::{Duration, Instant};

use crate::c::c;
use tests::{Namespace, Program, Running, Trace, assert_transcript};

/// What the resolver knows: of all other names in `ru` it knows that there are none.
const RECORDS: [&str; 4] = [
    "--host-record=ya.ru,87.250.250.242",
    "--host-record=both.ru,87.250.250.242,2a02:6b8::2:242",
    "--host-record=six.ru,2a02:6b8::2:242",
    "--local=/ru/",
];

/// The namespace of the resolver, and that of a machine which asks it.
fn namespaces() -> (Namespace, Namespace) {
    let server = Namespace::new();
    let client = server.neighbour();
    client.replace("/etc/hosts", "127.0.0.1 localhost\n");
    client.replace("/etc/nsswitch.conf", "hosts: files dns\n");
    client.replace("/etc/resolv.conf", "nameserver 192.0.2.1\n");
    (server, client)
}

/// Starts the resolver; it answers when this returns.
fn resolve(namespace: &Namespace) -> Running {
    let options = [
        "--no-daemon",
        "--conf-file=/dev/null",
        "--pid-file=",
        "--user=root",
        "--group=root",
        "--no-resolv",
        "--no-hosts",
        "--bind-interfaces",
        "--listen-address=192.0.2.1",
    ];
    let dnsmasq = Program::other("dnsmasq", &[&options[..], &RECORDS].concat());
    let mut resolver = namespace.inside(dnsmasq).start();
    resolver.until(|line| line.contains("started, version"));
    resolver
}

fn rust(namespace: &Namespace, args: &[&str]) -> Program {
    namespace.inside(Program::lesson("step0-resolve", args))
}

fn python(namespace: &Namespace, name: &str) -> Program {
    namespace.inside(Program::python("step0-resolve/gethostbyname.py", &[name]))
}

/// The lecture's line, in both languages.
#[test]
#[ignore = "needs a network namespace"]
fn gethostbyname() {
    let (server, client) = namespaces();
    let _resolver = resolve(&server);
    let transcript = rust(&client, &["ya.ru"]).run().succeeded();
    let python = python(&client, "ya.ru").run().succeeded();
    assert_transcript!(format!("{transcript}\n{python}"));
}

/// getaddrinfo gives every address, gethostbyname one of IPv4 or none.
#[test]
#[ignore = "needs a network namespace and IPv6"]
fn two_families() {
    let (server, client) = namespaces();
    let _resolver = resolve(&server);
    let (lesson, stdout) = rust(&client, &["both.ru"]).run_apart(b"");
    let transcript = lesson.succeeded();
    let line = "gethostbyname(\"both.ru\") would return 87.250.250.242\n";
    assert!(transcript.contains(line), "{transcript}");
    // In the order of RFC 6724, which is for the machine to decide.
    let stdout = String::from_utf8(stdout).expect("text");
    let mut addresses: Vec<&str> = stdout.lines().collect();
    addresses.sort_unstable();
    assert_eq!(addresses, ["2a02:6b8::2:242", "87.250.250.242"]);
    let one = python(&client, "both.ru").run().succeeded();
    assert!(one.ends_with("\n87.250.250.242\n"), "{one}");
    assert_eq!(one.lines().count(), 2, "{one}");

    let six = rust(&client, &["six.ru"]).run().succeeded();
    let none = python(&client, "six.ru").run().exited(1);
    assert_transcript!(format!("{six}\n{none}"));
}

/// Each failure has its own code and its own help.
#[test]
#[ignore = "needs a network namespace"]
fn no_such_name() {
    let (server, client) = namespaces();
    let _resolver = resolve(&server);
    let mut transcript = String::new();
    for name in ["nosuchname.ru", "https://ya.ru"] {
        transcript += &(rust(&client, &[name]).run().exited(1) + "\n");
        transcript += &(python(&client, name).run().exited(1) + "\n");
    }
    assert_transcript!(transcript);
}

/// Nobody has port 53: the machine of the resolver says so, and nothing has to be waited
/// for.
#[test]
#[ignore = "needs a network namespace"]
fn resolver_down() {
    let (_server, client) = namespaces();
    assert_transcript!(rust(&client, &["ya.ru"]).run().exited(1));
}

/// Nobody answers at all: resolv.conf(5) says how long to wait.
#[test]
#[ignore = "needs a network namespace"]
fn resolver_silent() {
    let (server, client) = namespaces();
    server.shell(
        "nft add table inet wall && \
         nft add chain inet wall input '{ type filter hook input priority 0; }' && \
         nft add rule inet wall input udp dport 53 drop",
    );
    client.replace(
        "/etc/resolv.conf",
        "nameserver 192.0.2.1\noptions timeout:1 attempts:1\n",
    );
    let start = Instant::now();
    let transcript = rust(&client, &["--family", "inet", "ya.ru"]).run().exited(1);
    let elapsed = start.elapsed();
    assert!(
        transcript.contains("getaddrinfo(\"ya.ru\", NULL) = EAI_AGAIN ("),
        "{transcript}"
    );
    assert!(transcript.contains("\nhelp: the name server does not answer"), "{transcript}");
    assert!(elapsed >= Duration::from_secs(1), "it waited {elapsed:?}");
    assert!(elapsed < Duration::from_secs(30), "it waited {elapsed:?}");
}

/// gethostbyname(3) of C and of Python and getaddrinfo(3) ask the same: a datagram to port
/// 53, and one comes back.
#[test]
#[ignore = "needs a network namespace"]
fn question_and_answer() {
    let (server, client) = namespaces();
    let _resolver = resolve(&server);
    let mut languages = Vec::new();
    for program in [
        Program::lesson("step0-resolve", &["--family", "inet", "ya.ru"]),
        Program::python("step0-resolve/gethostbyname.py", &["ya.ru"]),
        c("step0-resolve/gethostbyname.c", &["ya.ru"]),
    ] {
        let trace = Trace::new();
        let program = client.inside(trace.of(program)).start();
        let id = program.id();
        let transcript = program.finish().succeeded();
        assert!(transcript.contains("\n87.250.250.242\n"), "{transcript}");
        let calls = trace.calls(id);
        languages
            .push(calls.iter().map(|call| without_data(call) + "\n").collect::<String>());
    }
    assert_eq!(languages[1], languages[0], "Python and Rust");
    assert_eq!(languages[2], languages[0], "C and Rust");
    assert_transcript!(languages[0]);
}

/// A message of DNS begins with a number that is another one each time.
fn without_data(call: &str) -> String {
    match call.split_once(", \"") {
        Some((before, rest)) if !before.contains("connect(") => {
            let (_, after) =
                rest.split_once("\", ").or(rest.split_once("\"..., ")).expect("an end");
            format!("{before}, ..., {after}")
        }
        _ => call.to_owned(),
    }
}
