//! Many clients of one server.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

use crate::connect;

/// Bytes that repeat at no power of two.
pub fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 31 % 251) as u8).collect()
}

/// Sends all of it in pieces of this size, and reads the echo at the same time.
///
/// # Panics
///
/// The server does not read or reply.
pub fn echo(stream: TcpStream, bytes: &[u8], piece: usize) -> Vec<u8> {
    thread::scope(|scope| {
        scope.spawn(|| {
            for piece in bytes.chunks(piece) {
                (&stream).write_all(piece).expect("the server reads");
            }
            stream.shutdown(Shutdown::Write).expect("it is connected");
        });
        let mut reply = Vec::new();
        (&stream).read_to_end(&mut reply).expect("the server replies");
        reply
    })
}

/// Sends some bytes, and waits until they have come back.
///
/// # Panics
///
/// Something else comes back, or nothing.
#[track_caller]
pub fn round_trip(mut client: &TcpStream, request: &[u8]) {
    client.write_all(request).expect("the server reads");
    let mut reply = vec![0; request.len()];
    client.read_exact(&mut reply).expect("the server replies");
    assert!(reply == request, "another reply to {} bytes", request.len());
}

/// A client in a hundred makes a round trip: those before it have been accepted then, so that
/// the queue of the server is never full.
const QUEUE: usize = 100;

/// So many clients that connect and stay silent.
///
/// # Panics
///
/// The server does not accept them.
pub fn silent(port: u16, count: usize) -> Vec<TcpStream> {
    let connected = (1..=count).map(|number| {
        let client = connect(port);
        if number % QUEUE == 0 {
            round_trip(&client, b"here");
        }
        client
    });
    connected.collect()
}

/// Each of them says something, and hears the same.
///
/// # Panics
///
/// One of them hears something else, or nothing.
pub fn all_served(clients: &[TcpStream]) {
    for (number, mut client) in clients.iter().enumerate() {
        client.write_all(&number.to_be_bytes()).expect("the server reads");
    }
    for (number, mut client) in clients.iter().enumerate() {
        let mut reply = [0; size_of::<usize>()];
        client.read_exact(&mut reply).expect("the server replies");
        assert_eq!(usize::from_be_bytes(reply), number);
    }
}

/// So many clients at once, each with so many round trips, one after another.
///
/// # Panics
///
/// One of them hears something else than it has said, or nothing.
pub fn busy(port: u16, count: usize, round_trips: usize) {
    let request = &bytes(5000);
    thread::scope(|scope| {
        for number in 0..count {
            scope.spawn(move || {
                let client = connect(port);
                for turn in 0..round_trips {
                    let start = (number * 7 + turn) % 2000;
                    let length = (number + turn * 13) % 3000 + 1;
                    round_trip(&client, &request[start..start + length]);
                }
            });
        }
    });
}

/// So many clients, one after another, that connect and go at once.
///
/// # Panics
///
/// The server does not go on.
pub fn come_and_go(port: u16, count: usize) {
    for number in 1..=count {
        let client = connect(port);
        if number % QUEUE == 0 {
            round_trip(&client, b"here");
        }
    }
}

/// Fills everything between a client that does not read and the server: `between` is called
/// before each look whether the server has made room again. Returns the number of bytes sent,
/// those of [`bytes`].
///
/// # Panics
///
/// The server takes more than buffers of sockets can hold, so it keeps them in its memory.
pub fn fill(mut client: &TcpStream, mut between: impl FnMut()) -> usize {
    const LIMIT: usize = 256 << 20;
    let bytes = bytes(251 * 256);
    client.set_nonblocking(true).expect("a socket");
    let (mut sent, mut refused) = (0, 0);
    while refused < 5 {
        match client.write(&bytes[sent % bytes.len()..]) {
            Ok(length) => (sent, refused) = (sent + length, 0),
            Err(_) => {
                refused += 1;
                between();
            }
        }
        assert!(sent < LIMIT, "the server takes {sent} bytes, and more");
    }
    client.set_nonblocking(false).expect("a socket");
    sent
}

/// Reads what [`fill`] has sent.
///
/// # Panics
///
/// Something else comes back, or nothing.
pub fn drain(mut client: &TcpStream, sent: usize) {
    let bytes = bytes(251 * 256);
    let mut received = 0;
    let mut buf = vec![0; bytes.len()];
    while received < sent {
        let start = received % bytes.len();
        let rest = (bytes.len() - start).min(sent - received);
        let length = client.read(&mut buf[..rest]).expect("the server replies");
        assert!(length > 0, "it ended after {received} bytes of {sent}");
        assert!(buf[..length] == bytes[start..start + length], "after {received} bytes");
        received += length;
    }
}
