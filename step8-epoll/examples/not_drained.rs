//! The server receives a part of what has come. When does epoll report the rest?

use std::io::Read;
use std::process::ExitCode;
use std::time::Duration;

use common::{Error, address, log, strace};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "6 bytes have come, and the server receives 4. When does epoll report the rest?",
    );
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let (accepted, _) = strace!(server.accept())?;
    strace!(accepted.set_nonblocking(true))?;
    let mut accepted = TcpStream::from_std(accepted.into());
    let mut poll = strace!(Poll::new())?;
    strace!(poll.registry().register(&mut accepted, Token(1), Interest::READABLE))?;
    let mut events = Events::with_capacity(1024);

    strace!(client.send(b"Hello!"))?;
    strace!(blocking: poll.poll(&mut events, None))?;
    strace!(accepted.read(&mut [0; 4]))?;
    let tenth = Some(Duration::from_millis(100));
    strace!(blocking: poll.poll(&mut events, tenth))?;
    log::ss(&accepted);
    log::info("Never: 2 bytes are in Recv-Q, and nothing has changed. Now until EAGAIN:");

    while strace!(accepted.read(&mut [0; 4])).is_ok_and(|length| length > 0) {}
    strace!(client.send(b"Hello!"))?;
    strace!(blocking: poll.poll(&mut events, None))?;
    log::info(
        "An edge-triggered event comes when something more arrives, and only then. A client that \
         waits for its answer sends nothing more, so both wait for ever. Receive until EAGAIN, \
         or remember who has not said EAGAIN yet, as the lesson does (epoll(7)).",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
