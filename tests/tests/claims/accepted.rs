//! accept(2) returns a new socket, and the listening one goes on.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::time::Instant;

use tests::{PATIENCE, Row, serve, ss};

/// A client of the test's own, and its port.
fn connect(port: u16) -> (TcpStream, u16) {
    let client = tests::connect(port);
    let own = client.local_addr().expect("an address").port();
    (client, own)
}

/// What the descriptor of a process stands for: `socket:[INODE]`.
fn socket(id: u32, fd: u32) -> String {
    let link = fs::read_link(format!("/proc/{id}/fd/{fd}")).expect("an open descriptor");
    link.display().to_string()
}

/// Another descriptor, another socket of the kernel, the same local port, its own peer.
#[test]
fn new_socket() {
    let (mut server, port) = serve();
    let (_client, peer) = connect(port);
    let line = server.until(|line| line.starts_with("accept(3) = "));
    assert_eq!(line, format!("accept(3) = 4, 127.0.0.1:{peer}\n"));
    let row = server.until_row("ESTAB");
    assert_eq!((row.port(), row.peer_port()), (port, peer));
    let (listening, accepted) = (socket(server.id(), 3), socket(server.id(), 4));
    assert!(listening.starts_with("socket:["), "{listening}");
    assert!(accepted.starts_with("socket:["), "{accepted}");
    assert_ne!(listening, accepted);
}

/// While one client is served, the listening socket listens on.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn listening_socket_goes_on() {
    let (mut server, port) = serve();
    let (_client, peer) = connect(port);
    let accepted = server.until_row("ESTAB");
    let local = format!("127.0.0.1:{port}");
    assert_eq!([&accepted.local, &accepted.peer], [&local, &format!("127.0.0.1:{peer}")]);
    let listening = Row::parse(&format!("LISTEN 0 128 {local} 0.0.0.0:*"));
    let shown = ss(&["-Htan", &format!("sport = :{port}")]);
    assert_eq!(shown, [listening.expect("a row"), accepted]);
}

/// The second client is connected all the time, and is accepted once the first has gone:
/// again as descriptor 4, and as another socket.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn second_client_waits() {
    let (mut server, port) = serve();
    let (first, _) = connect(port);
    server.until_row("ESTAB");
    let before = socket(server.id(), 4);
    let (mut second, peer) = connect(port);
    second.write_all(b"hello").expect("the kernel takes it");
    let filter = format!("sport = :{port}");
    let deadline = Instant::now() + PATIENCE;
    while ss(&["-Htln", &filter])[0].recv_q != Some(1) {
        assert!(Instant::now() < deadline, "nobody waits");
    }
    assert!(!server.output().contains(&format!(":{peer}")), "{}", server.output());
    drop(first);
    assert_eq!(server.until_row("LISTEN").recv_q, Some(1));
    let line = server.until(|line| line.starts_with("accept(3) = "));
    assert_eq!(line, format!("accept(3) = 4, 127.0.0.1:{peer}\n"));
    server.until_row("ESTAB");
    assert_ne!(socket(server.id(), 4), before);
}
