//! The row of a lesson against ss(8), which asks the kernel by another way (netlink).
#![cfg(target_os = "linux")]

use std::net::{TcpStream, UdpSocket};
use std::time::Instant;

use tests::{PATIENCE, Program};

/// State, Recv-Q, Send-Q, local and peer address of each socket with this local port.
fn ss(protocol: &str, port: u16) -> Vec<Vec<String>> {
    let filter = format!("sport = :{port}");
    let args = ["--no-header", "--numeric", "--all", protocol, &filter];
    let output = Program::other("ss", &args).run().succeeded();
    output.lines().skip(1).map(columns).collect()
}

fn columns(row: &str) -> Vec<String> {
    row.split_whitespace().take(5).map(str::to_owned).collect()
}

/// The last row that the lesson has shown in this state.
fn row(output: &str, state: &str) -> Vec<String> {
    let row = output.lines().rfind(|line| line.trim_start().starts_with(state));
    columns(row.expect("the lesson shows a row"))
}

/// Waits until ss shows the socket in this state with that many bytes, or connections, in
/// its receive queue.
fn ss_until(port: u16, state: &str, queue: &str) -> Vec<String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let rows = ss("--tcp", port);
        if let Some(row) = rows.iter().find(|row| row[0] == state && row[1] == queue) {
            return row.clone();
        }
        assert!(Instant::now() < deadline, "{rows:?}");
    }
}

#[test]
#[ignore = "needs ss"]
fn listening() {
    for args in [&["127.0.0.1:0"][..], &["0.0.0.0:0"], &["--backlog", "5", "127.0.0.1:0"]] {
        let mut lesson = Program::lesson("step3-listen", args).start();
        let port = lesson.port("LISTEN");
        assert_eq!(ss("--tcp", port), [row(lesson.output(), "LISTEN")]);
    }
}

#[test]
#[ignore = "needs ss and IPv6"]
fn listening_inet6() {
    for address in ["[::1]:0", "[::]:0"] {
        let mut lesson =
            Program::lesson("step3-listen", &["--family", "inet6", address]).start();
        let port = lesson.port("LISTEN");
        assert_eq!(ss("--tcp", port), [row(lesson.output(), "LISTEN")]);
    }
}

/// A stream socket that is bound and does not listen is in the row, and not in ss.
#[test]
#[ignore = "needs ss"]
fn bound() {
    let mut lesson = Program::lesson("step2-bind", &["127.0.0.1:0"]).start();
    let port = lesson.port("UNCONN");
    assert_eq!(ss("--tcp", port), [[""; 0]; 0]);
}

#[test]
#[ignore = "needs ss"]
fn bound_datagram() {
    let mut lesson =
        Program::lesson("step2-bind", &["--type", "dgram", "127.0.0.1:0"]).start();
    let port = lesson.port("UNCONN");
    assert_eq!(ss("--udp", port), [row(lesson.output(), "UNCONN")]);
}

#[test]
#[ignore = "needs ss"]
fn connected_datagram() {
    let peer = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = peer.local_addr().expect("an address").to_string();
    let mut client = Program::lesson("client", &["--type", "dgram", &address]).start();
    let port = client.port("ESTAB");
    assert_eq!(ss("--udp", port), [row(client.output(), "ESTAB")]);
}

/// Connected and not accepted, then accepted: the lesson's own rows at both times.
#[test]
#[ignore = "needs ss"]
fn queued_and_accepted() {
    let mut server = Program::lesson("step4-accept", &["127.0.0.1:0"]).start();
    let port = server.port("LISTEN");
    server.accepting();

    let first = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let first_port = first.local_addr().expect("an address").port();
    server.port("ESTAB");
    let accepted = row(server.output(), "ESTAB");
    assert_eq!(accepted[4], format!("127.0.0.1:{first_port}"));
    assert!(ss("--tcp", port).contains(&accepted));

    // Two more wait in the queue: ss counts them now, the lesson as soon as it may.
    let _second = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let _third = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let queued = ss_until(port, "LISTEN", "2");
    drop(first);
    server.port("LISTEN");
    assert_eq!(row(server.output(), "LISTEN"), queued);
    server.port("ESTAB");
    ss_until(port, "LISTEN", "1");
}

/// Bytes that the server has not read are in its receive queue, in ss as in the row.
#[test]
#[ignore = "needs ss"]
fn bytes_in_the_receive_queue() {
    use std::io::Write;
    let mut server = Program::lesson("step4-accept", &["127.0.0.1:0"]).start();
    let port = server.port("LISTEN");
    server.accepting();
    let first = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    server.port("ESTAB");
    // The second sends 6 bytes while it waits to be accepted.
    let mut second = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    second.write_all(b"sooner").expect("the kernel takes it");
    let queued = ss_until(port, "ESTAB", "6");
    drop(first);
    server.port("ESTAB");
    assert_eq!(row(server.output(), "ESTAB"), queued);
}
