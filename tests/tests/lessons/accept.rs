//! Step 4 under real use: whatever one client does, the next one is served.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::SockRef;
use tests::crowd::{bytes, echo};
use tests::{Program, Running, assert_transcript, connect, serve, stable};

/// The next client is served, and sends nothing before the row is shown.
fn serves(server: &mut Running, port: u16) {
    let client = connect(port);
    server.until_row("ESTAB");
    assert_eq!(echo(client, b"next", 4), b"next");
    server.accepting();
}

#[test]
fn help() {
    assert_transcript!(Program::lesson("step4-accept", &["--help"]).run().succeeded());
}

/// Around the size of its buffer, 4096 bytes, and far from it.
#[test]
fn any_amount_in_any_split() {
    let (_server, port) = serve();
    for (length, piece) in [
        (0, 1),
        (1, 1),
        (100, 1),
        (4095, 4095),
        (4096, 4096),
        (4097, 4097),
        (10_000, 3),
        (100_000, 4096),
        (5_000_000, 65_536),
        (5_000_000, 5_000_000),
    ] {
        let sent = bytes(length);
        assert!(echo(connect(port), &sent, piece) == sent, "{length} bytes in {piece}s");
    }
}

#[test]
fn client_that_resets() {
    let (mut server, port) = serve();
    let client = connect(port);
    server.until_row("ESTAB");
    SockRef::from(&client).set_linger(Some(Duration::ZERO)).expect("SO_LINGER");
    drop(client);
    server.accepting();
    serves(&mut server, port);
    assert_transcript!(stable(&server.stop()));
}

/// A client that stops reading and goes away with the echo unread: the server is in the
/// middle of send(2), and gets the reset there.
#[test]
fn client_that_vanishes_while_it_is_sent_to() {
    let (mut server, port) = serve();
    let client = connect(port);
    client.set_nonblocking(true).expect("a socket");
    // Until no more fits anywhere: now the server blocks in send.
    while (&client).write(&[b'x'; 65536]).is_ok() || !is_full(&client) {}
    drop(client);
    let line = server.until(|line| line.contains(" = -1 "));
    assert!(line.starts_with("send("), "{line}");
    assert!(line.contains("ECONNRESET") || line.contains("EPIPE"), "{line}");
    server.accepting();
    serves(&mut server, port);
}

/// Whether the socket has taken nothing more for as long as the peer could make room.
fn is_full(client: &TcpStream) -> bool {
    thread::yield_now();
    (&*client).write(b"x").is_err()
}

#[test]
fn client_that_shuts_down_at_once() {
    let (mut server, port) = serve();
    let client = connect(port);
    client.shutdown(Shutdown::Write).expect("it is connected");
    server.until(|line| line.starts_with("close("));
    assert_eq!((&client).read(&mut [0; 1]).expect("end of file"), 0);
    server.accepting();
}

/// A silent client keeps the server, and those behind it wait in the queue; the server goes
/// on with them as soon as it has gone.
#[test]
fn client_that_stays_silent() {
    let (mut server, port) = serve();
    let silent = connect(port);
    server.until_row("ESTAB");
    let mut next = connect(port);
    next.write_all(b"early").expect("the kernel takes it");
    next.shutdown(Shutdown::Write).expect("it is connected");
    drop(silent);
    let mut reply = Vec::new();
    next.read_to_end(&mut reply).expect("the server replies");
    assert_eq!(reply, b"early");
    server.accepting();
}

/// A killed client: its kernel closes the connection, so that is an end of file.
#[test]
fn client_that_is_killed() {
    let (mut server, port) = serve();
    let mut client = Program::lesson("client", &[&format!("127.0.0.1:{port}")]).start();
    client.until_row("ESTAB");
    server.until_row("ESTAB");
    client.stop();
    server.until(|line| line.starts_with("close("));
    server.accepting();
    assert!(!server.output().contains(" = -1 "), "{}", server.output());
}

/// Calls that fail once, on order of strace(1): the server must go on.
#[cfg(target_os = "linux")]
fn serve_with(fault: &str) -> (Running, u16) {
    Program::lesson("step4-accept", &["127.0.0.1:0"]).with_fault(fault).serve()
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn interrupted_accept() {
    let (mut server, port) = serve_with("accept4:error=EINTR:when=1");
    server.accepting();
    serves(&mut server, port);
    assert_transcript!(stable(&server.stop()));
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn aborted_connection() {
    let (mut server, port) = serve_with("accept4:error=ECONNABORTED:when=1");
    server.accepting();
    serves(&mut server, port);
    assert_transcript!(stable(&server.stop()));
}
