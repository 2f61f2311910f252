//! The load: what the clients do, one thread for all of them.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};

#[cfg(not(target_os = "linux"))]
mod blocking;
#[cfg(target_os = "linux")]
mod epoll;

#[cfg(not(target_os = "linux"))]
pub use blocking::{connections, mebibytes, round_trips};
#[cfg(target_os = "linux")]
pub use epoll::{connections, mebibytes, round_trips};

/// A server that is silent for so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a busy client sends and waits for.
const REQUEST: [u8; 64] = [b'x'; 64];

/// Connects to a server on this machine; the call does not wait longer than its patience.
fn connect(port: u16) -> io::Result<TcpStream> {
    connect_from(Ipv4Addr::LOCALHOST, port)
}

fn connect_from(from: Ipv4Addr, port: u16) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    if from != Ipv4Addr::LOCALHOST {
        socket.bind(&SocketAddr::from((from, 0)).into())?;
    }
    socket.connect(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into())?;
    let stream = TcpStream::from(socket);
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Whether the server echoes a byte: then it has accepted everybody before, too.
pub fn answers(port: u16) -> io::Result<()> {
    let mut client = connect(port)?;
    client.write_all(b"x")?;
    client.read_exact(&mut [0; 1])
}

/// Clients that are connected, and accepted, and say nothing.
pub fn silent(port: u16, count: usize) -> io::Result<Vec<TcpStream>> {
    let mut clients = Vec::with_capacity(count);
    while clients.len() < count {
        // Fewer at once than the queue of the server has places: who finds none waits a second.
        for _ in 0..100.min(count - clients.len()) {
            let client = connect(port)?;
            // When the server has ended, this leaves no port in TIME-WAIT.
            SockRef::from(&client).set_linger(Some(Duration::ZERO))?;
            clients.push(client);
        }
        answers(port)?;
    }
    Ok(clients)
}

/// The time from the first of two small sends, which the server answers together, to the
/// answer: in milliseconds.
pub fn two_sends(nodelay: bool) -> io::Result<f64> {
    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut client = TcpStream::connect(server.local_addr()?)?;
    let (mut accepted, _) = server.accept()?;
    client.set_nodelay(nodelay)?;
    let mut buf = [0; 8];
    // They talk for a while first: Linux acknowledges a new connection at once.
    for _ in 0..8 {
        client.write_all(&buf)?;
        accepted.read_exact(&mut buf)?;
        accepted.write_all(&buf)?;
        client.read_exact(&mut buf)?;
    }
    let start = Instant::now();
    client.write_all(&buf[..4])?;
    client.write_all(&buf[..4])?;
    accepted.read_exact(&mut buf)?;
    accepted.write_all(&buf)?;
    client.read_exact(&mut buf)?;
    Ok(start.elapsed().as_secs_f64() * 1000.0)
}

/// The server has closed a connection, or says nothing.
fn end_of_file() -> io::Error {
    ErrorKind::UnexpectedEof.into()
}
