//! An event for a client that has been closed, and a new client on the same descriptor.
//!
//! Windows has handles, which do not come back at once.

use std::process::ExitCode;

use common::{Error, log};

const QUESTION: &str = "Two events have come. Because of the first, the server closes the second client, and a new \
     client gets its descriptor. Whose is the second event?";

#[cfg(unix)]
fn run() -> Result<(), Error> {
    use std::collections::HashMap;
    use std::io::Read;
    use std::os::fd::AsRawFd;

    use common::{address, strace};
    use mio::net::TcpStream;
    use mio::{Events, Interest, Poll, Token};
    use socket2::{Domain, Socket, Type};

    log::ask(QUESTION);
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let connection = || -> Result<(Socket, TcpStream), Error> {
        let peer = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
        strace!(peer.connect(&address))?;
        let (accepted, _) = strace!(server.accept())?;
        strace!(accepted.set_nonblocking(true))?;
        Ok((peer, TcpStream::from_std(accepted.into())))
    };
    let descriptor = |client: &TcpStream| usize::try_from(client.as_raw_fd()).unwrap_or(0);

    for unique in [false, true] {
        log::info(if unique {
            "The tokens are 1, 2, 3:"
        } else {
            "The tokens are the descriptors:"
        });
        let mut poll = strace!(Poll::new())?;
        let (first_peer, mut first) = connection()?;
        let (second_peer, mut second) = connection()?;
        let token = if unique { Token(1) } else { Token(descriptor(&first)) };
        strace!(poll.registry().register(&mut first, token, Interest::READABLE))?;
        let token = if unique { Token(2) } else { Token(descriptor(&second)) };
        strace!(poll.registry().register(&mut second, token, Interest::READABLE))?;
        let mut clients = HashMap::from([(token, second)]);

        strace!(first_peer.send(b"Hello!"))?;
        log::close(second_peer);
        // Both have arrived when both can be received.
        let arrived = |client: &TcpStream| client.peek(&mut [0; 1]).is_ok();
        while !arrived(&first) || !clients.values().all(arrived) {}
        let mut events = Events::with_capacity(1024);
        strace!(poll.poll(&mut events, None))?;

        strace!(first.read(&mut [0; 16]))?;
        if let Some(second) = clients.remove(&token) {
            log::close(second);
        }
        let (mut third_peer, mut third) = connection()?;
        let new = if unique { Token(3) } else { Token(descriptor(&third)) };
        strace!(poll.registry().register(&mut third, new, Interest::READABLE))?;
        clients.insert(new, third);

        // The second event: it says that the client has closed.
        match clients.remove(&token) {
            Some(client) => {
                log::close(client);
                strace!(third_peer.read(&mut [0; 16]))?;
                log::info("The new client is thrown out, because another one had left.");
            }
            None => log::info("Nobody has that token any more, and the new client stays."),
        }
    }
    log::info(
        "It was for the client that has been closed. epoll_wait returns a list, and while the \
         server works through it, the list goes out of date: a new client gets the descriptor \
         of the old one. So the lesson gives each client a token that never comes twice, and \
         ignores the tokens of clients that have gone (epoll(7), \"event cache\").",
    );
    Ok(())
}

#[cfg(not(unix))]
fn run() -> Result<(), Error> {
    log::ask(QUESTION);
    log::info("Try it on Linux or macOS: here a handle does not come back at once.");
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
