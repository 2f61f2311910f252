//! The row of a lesson against ss(8), which asks the kernel by another way (netlink).

use std::time::Instant;

use tests::{PATIENCE, Program, Row, bind, connect, serve, ss};

/// What ss(8) shows of the sockets with this local port: `--tcp` or `--udp`.
fn shown(protocol: &str, port: u16) -> Vec<Row> {
    ss(&["-Han", protocol, &format!("sport = :{port}")])
}

/// Waits until ss shows the socket in this state with that many bytes, or connections, in
/// its receive queue.
fn shown_with(port: u16, state: &str, queue: u32) -> Row {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let rows = shown("--tcp", port);
        let is = |row: &&Row| row.state == state && row.recv_q == Some(queue);
        if let Some(row) = rows.iter().find(is) {
            return row.clone();
        }
        assert!(Instant::now() < deadline, "{rows:?}");
    }
}

#[test]
#[ignore = "needs the tools of .ci/packages"]
fn listening() {
    for args in [&["127.0.0.1:0"][..], &["0.0.0.0:0"], &["--backlog", "5", "127.0.0.1:0"]] {
        let mut lesson = Program::lesson("step3-listen", args).start();
        let row = lesson.until_row("LISTEN");
        assert_eq!(shown("--tcp", row.port()), [row]);
    }
}

#[test]
#[ignore = "needs the tools of .ci/packages and IPv6"]
fn listening_inet6() {
    for address in ["[::1]:0", "[::]:0"] {
        let mut lesson =
            Program::lesson("step3-listen", &["--family", "inet6", address]).start();
        let row = lesson.until_row("LISTEN");
        assert_eq!(shown("--tcp", row.port()), [row]);
    }
}

/// A stream socket that is bound and does not listen is in the row, and not in ss.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn bound() {
    let mut lesson = Program::lesson("step2-bind", &["127.0.0.1:0"]).start();
    let port = lesson.until_row("UNCONN").port();
    assert_eq!(shown("--tcp", port), []);
}

#[test]
#[ignore = "needs the tools of .ci/packages"]
fn bound_datagram() {
    let mut lesson =
        Program::lesson("step2-bind", &["--type", "dgram", "127.0.0.1:0"]).start();
    let row = lesson.until_row("UNCONN");
    assert_eq!(shown("--udp", row.port()), [row]);
}

#[test]
#[ignore = "needs the tools of .ci/packages"]
fn connected_datagram() {
    let (_peer, address) = bind();
    let mut client = Program::lesson("client", &["--type", "dgram", &address]).start();
    let row = client.until_row("ESTAB");
    assert_eq!(shown("--udp", row.port()), [row]);
}

/// Connected and not accepted, then accepted: the lesson's own rows at both times.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn queued_and_accepted() {
    let (mut server, port) = serve();

    let first = connect(port);
    let first_port = first.local_addr().expect("an address").port();
    let accepted = server.until_row("ESTAB");
    assert_eq!(accepted.peer, format!("127.0.0.1:{first_port}"));
    assert!(shown("--tcp", port).contains(&accepted));

    // Two more wait in the queue: ss counts them now, the lesson as soon as it may.
    let _second = connect(port);
    let _third = connect(port);
    let queued = shown_with(port, "LISTEN", 2);
    drop(first);
    assert_eq!(server.until_row("LISTEN"), queued);
    server.until_row("ESTAB");
    shown_with(port, "LISTEN", 1);
}

/// Bytes that the server has not read are in its receive queue, in ss as in the row.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn bytes_in_the_receive_queue() {
    use std::io::Write;
    let (mut server, port) = serve();
    let first = connect(port);
    server.until_row("ESTAB");
    // The second sends 6 bytes while it waits to be accepted.
    let mut second = connect(port);
    second.write_all(b"sooner").expect("the kernel takes it");
    let queued = shown_with(port, "ESTAB", 6);
    drop(first);
    assert_eq!(server.until_row("ESTAB"), queued);
}
