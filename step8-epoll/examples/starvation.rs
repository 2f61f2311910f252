//! One client sends much, another one little. Both are ready: how long does the other wait?

use std::io::Read;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, SockAddr, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "One client has sent as much as the buffers take, another one 6 bytes. The server \
         receives from each until EAGAIN. How long does the second one wait?",
    );
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let (first, mut fast) = connection(&server, &address)?;
    let (second, mut other) = connection(&server, &address)?;
    let mut poll = strace!(Poll::new())?;
    strace!(poll.registry().register(&mut fast, Token(1), Interest::READABLE))?;
    strace!(poll.registry().register(&mut other, Token(2), Interest::READABLE))?;
    let mut events = Events::with_capacity(1024);
    let mut buf = [0; 1024];

    log::info("Until EAGAIN:");
    fill(&first);
    send(&second, &other)?;
    strace!(poll.poll(&mut events, None))?;
    let mut turns = 0;
    while fast.read(&mut buf).is_ok_and(|length| length > 0) {
        turns += 1;
    }
    let turns = if turns > 100 { "more than 100".into() } else { turns.to_string() };
    log::info(format!("The first client had {turns} turns of 1024 bytes."));
    strace!(other.read(&mut buf))?;

    log::info("One turn for each:");
    fill(&first);
    send(&second, &other)?;
    strace!(poll.poll(&mut events, None))?;
    strace!(fast.read(&mut buf))?;
    strace!(other.read(&mut buf))?;
    log::info(
        "Until the first one has nothing left. If that one sends as fast as the server receives, \
         it never says EAGAIN, and the second one starves, though it has been ready all the \
         time. The lesson remembers who is ready, and gives each of them one turn (epoll(7), \
         \"Starvation\").",
    );
    Ok(())
}

fn connection(server: &Socket, address: &SockAddr) -> Result<(Socket, TcpStream), Error> {
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(address))?;
    let (accepted, _) = strace!(server.accept())?;
    strace!(client.set_nonblocking(true))?;
    strace!(accepted.set_nonblocking(true))?;
    Ok((client, TcpStream::from_std(accepted.into())))
}

/// Sends until the buffers of both ends are full.
fn fill(client: &Socket) {
    while client.send(&[0; 1024]).is_ok() {}
    log::info("The first client has sent until its send buffer was full.");
}

/// Sends 6 bytes, and waits until they have arrived.
fn send(client: &Socket, other: &TcpStream) -> Result<(), Error> {
    strace!(client.send(b"Hello!"))?;
    while other.peek(&mut [0; 6]).is_err() {}
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
