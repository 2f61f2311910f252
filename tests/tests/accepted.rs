//! accept(2) returns a new socket, and the listening one goes on.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::time::Instant;

use tests::{PATIENCE, Program, Running};

fn serve() -> (Running, u16) {
    let mut server = Program::lesson("step4-accept", &["127.0.0.1:0"]).start();
    let port = server.port("LISTEN");
    server.accepting();
    (server, port)
}

fn connect(port: u16) -> (TcpStream, u16) {
    let client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let own = client.local_addr().expect("an address").port();
    (client, own)
}

/// The columns of the last row in this state.
fn row<'a>(output: &'a str, state: &str) -> Vec<&'a str> {
    let row = output.lines().rfind(|line| line.trim_start().starts_with(state));
    row.expect("the lesson shows a row").split_whitespace().collect()
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
    server.port("ESTAB");
    let local = format!("127.0.0.1:{port}");
    let remote = format!("127.0.0.1:{peer}");
    assert_eq!(row(server.output(), "ESTAB")[3..], [&local, &remote]);
    let (listening, accepted) = (socket(server.id(), 3), socket(server.id(), 4));
    assert!(listening.starts_with("socket:["), "{listening}");
    assert!(accepted.starts_with("socket:["), "{accepted}");
    assert_ne!(listening, accepted);
}

/// While one client is served, the listening socket listens on.
#[test]
#[ignore = "needs ss"]
fn listening_socket_goes_on() {
    let (mut server, port) = serve();
    let (_client, peer) = connect(port);
    server.port("ESTAB");
    let filter = format!("sport = :{port}");
    let ss = Program::other("ss", &["-Htan", &filter]).run().succeeded();
    let rows: Vec<Vec<&str>> =
        ss.lines().skip(1).map(|row| row.split_whitespace().collect()).collect();
    let local = format!("127.0.0.1:{port}");
    let remote = format!("127.0.0.1:{peer}");
    assert_eq!(
        rows,
        [["LISTEN", "0", "128", &local, "0.0.0.0:*"], ["ESTAB", "0", "0", &local, &remote]]
    );
}

/// The second client is connected all the time, and is accepted once the first has gone:
/// again as descriptor 4, and as another socket.
#[test]
#[ignore = "needs ss"]
fn second_client_waits() {
    let (mut server, port) = serve();
    let (first, _) = connect(port);
    server.port("ESTAB");
    let before = socket(server.id(), 4);
    let (mut second, peer) = connect(port);
    second.write_all(b"hello").expect("the kernel takes it");
    let filter = format!("sport = :{port}");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let ss = Program::other("ss", &["-Htln", &filter]).run().succeeded();
        if ss.lines().skip(1).any(|row| row.starts_with("LISTEN 1 ")) {
            break;
        }
        assert!(Instant::now() < deadline, "{ss}");
    }
    assert!(!server.output().contains(&format!(":{peer}")), "{}", server.output());
    drop(first);
    let line = server.until(|line| line.starts_with("accept(3) = "));
    assert_eq!(line, format!("accept(3) = 4, 127.0.0.1:{peer}\n"));
    assert_eq!(row(server.output(), "LISTEN")[1], "1", "{}", server.output());
    server.port("ESTAB");
    assert_ne!(socket(server.id(), 4), before);
}
