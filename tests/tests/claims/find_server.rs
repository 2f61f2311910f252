//! How to find the server: IP:PORT and the state LISTEN, with ss(8) and with netstat(8).
//!
//! A network namespace has no other sockets than those of the lesson.

use tests::{Namespace, Program, Running, assert_transcript};

/// The commands of the lecture: `ss -nltp`. Columns are apart by one space, and the
/// process of the lesson is PID. What netstat warns of, on standard error, is left out.
fn look(namespace: &Namespace, command: &[&str], lesson: &Running) -> String {
    let program = namespace.inside(Program::other(command[0], &command[1..]));
    let (program, stdout) = program.run_apart(b"");
    let shown = program.succeeded();
    let stdout = String::from_utf8_lossy(&stdout);
    let id = lesson.id().to_string();
    shown
        .lines()
        .take(1)
        .chain(stdout.lines())
        .map(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let line = columns.join(" ");
            line.replace(&format!("pid={id},"), "pid=PID,")
                .replace(&format!("{id}/"), "PID/")
                + "\n"
        })
        .collect()
}

#[test]
#[ignore = "needs a network namespace"]
fn listening() {
    let namespace = Namespace::new();
    let mut lesson = namespace.inside(Program::lesson("step3-listen", &[])).start();
    lesson.until_row("LISTEN");
    assert_transcript!("ss_nltp", look(&namespace, &["ss", "-nltp"], &lesson));
    assert_transcript!("netstat_nltp", look(&namespace, &["netstat", "-nltp"], &lesson));
    // It is no datagram socket.
    let udp = look(&namespace, &["ss", "-nlup"], &lesson);
    assert!(!udp.contains("4444"), "{udp}");
}

/// UDP has no state LISTEN: ss shows UNCONN.
#[test]
#[ignore = "needs a network namespace"]
fn datagram() {
    let namespace = Namespace::new();
    let lesson = Program::lesson("step2-bind", &["--type", "dgram"]);
    let mut lesson = namespace.inside(lesson).start();
    lesson.until_row("UNCONN");
    assert_transcript!("ss_nlup", look(&namespace, &["ss", "-nlup"], &lesson));
    assert_transcript!("netstat_nlup", look(&namespace, &["netstat", "-nlup"], &lesson));
    let tcp = look(&namespace, &["ss", "-nltp"], &lesson);
    assert!(!tcp.contains("4444"), "{tcp}");
}

/// Before listen(2) no list has the stream socket, not even that of all sockets; it is
/// among the descriptors of the process alone.
#[test]
#[ignore = "needs a network namespace"]
fn bound_only() {
    let namespace = Namespace::new();
    let mut lesson = namespace.inside(Program::lesson("step2-bind", &[])).start();
    lesson.until_row("UNCONN");
    for command in
        [["ss", "-nltp"], ["ss", "-natp"], ["netstat", "-nltp"], ["netstat", "-natp"]]
    {
        let shown = look(&namespace, &command, &lesson);
        assert!(shown.contains("State"), "{shown}");
        assert!(!shown.contains("4444"), "{shown}");
    }
    let link = std::fs::read_link(format!("/proc/{}/fd/3", lesson.id()));
    let link = link.expect("the descriptor is open").display().to_string();
    assert!(link.starts_with("socket:["), "{link}");
}

/// TCP and UDP each have a port 4444: the protocol belongs to the address of a server.
#[test]
#[ignore = "needs a network namespace"]
fn same_address_for_both_protocols() {
    let namespace = Namespace::new();
    let mut stream = namespace.inside(Program::lesson("step3-listen", &[])).start();
    stream.until_row("LISTEN");
    let datagram = Program::lesson("step2-bind", &["--type", "dgram"]);
    let mut datagram = namespace.inside(datagram).start();
    datagram.until_row("UNCONN");
    let tcp = look(&namespace, &["ss", "-nltp"], &stream);
    assert!(tcp.contains("127.0.0.1:4444 0.0.0.0:* users:((\"step3-listen\""), "{tcp}");
    let udp = look(&namespace, &["ss", "-nlup"], &datagram);
    assert!(udp.contains("127.0.0.1:4444 0.0.0.0:* users:((\"step2-bind\""), "{udp}");
}

/// Without privilege the socket is shown, and the process of another user is not.
#[test]
#[ignore = "needs root"]
fn process_of_another_user() {
    let namespace = Namespace::new();
    let mut lesson = namespace.inside(Program::lesson("step3-listen", &[])).start();
    lesson.until_row("LISTEN");
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let ss = [&nobody[..], &["ss", "-nltp"]].concat();
    assert_transcript!("ss_of_nobody", look(&namespace, &ss, &lesson));
    let netstat = [&nobody[..], &["netstat", "-nltp"]].concat();
    assert_transcript!("netstat_of_nobody", look(&namespace, &netstat, &lesson));
}
