//! Servers and clients that many tests need.

use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::mpsc;
use std::thread;

use crate::{PATIENCE, Program, Running};

/// Step 4 on a port of the kernel's choice, see [`Program::serve`].
pub fn serve() -> (Running, u16) {
    Program::lesson("step4-accept", &["127.0.0.1:0"]).serve()
}

/// Connects to a server on this machine.
///
/// # Panics
///
/// Nobody listens on that port.
pub fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
    stream
}

/// A listening socket of the test's own, and its address.
///
/// # Panics
///
/// No port is free.
pub fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    (listener, address)
}

/// A datagram socket of the test's own, and its address.
///
/// # Panics
///
/// No port is free.
pub fn bind() -> (UdpSocket, String) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let address = socket.local_addr().expect("an address").to_string();
    (socket, address)
}

/// Accepts a connection, or fails in a bounded time if none comes.
///
/// # Panics
///
/// Nobody connects.
pub fn accept(listener: &TcpListener) -> TcpStream {
    let listener = listener.try_clone().expect("a descriptor");
    let (sender, accepted) = mpsc::channel();
    thread::spawn(move || sender.send(listener.accept()));
    let accepted = accepted.recv_timeout(PATIENCE).expect("somebody connects");
    accepted.expect("it connects").0
}

/// The conversation of the lecture: the client says `Hello, server!`, gets the same back, and
/// ends. Each end goes on only when the other has shown what it did, so the order is certain.
/// Returns what the client shows.
pub fn hello(server: &mut Running, client: Program) -> String {
    let mut client = client.start();
    client.until_row("ESTAB");
    server.until_row("ESTAB");
    client.write(b"Hello, server!\n");
    client.until(|line| line == "Hello, server!");
    let client = client.finish().succeeded();
    server.accepting();
    client
}
