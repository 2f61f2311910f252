//! With SO_REUSEPORT, can two sockets listen on one port? Which of them gets the clients?
//!
//! Linux shares the clients out; macOS gives all of them to one socket, and on FreeBSD the
//! option that shares them out is SO_REUSEPORT_LB.

use std::process::ExitCode;

use common::{Error, log};
#[cfg(unix)]
use {
    common::{address, strace},
    socket2::{Domain, SockAddr, Socket, Type},
    std::iter,
};

#[cfg(unix)]
fn run() -> Result<(), Error> {
    log::ask(
        "With SO_REUSEPORT, can two sockets listen on one port? Which of them gets the clients?",
    );
    let first = serve(&address::new([127, 0, 0, 1], 0))?;
    let address = strace!(first.local_addr())?;
    let second = serve(&address)?;
    log::ss(&first);
    log::ss(&second);

    // So many clients that one socket would hardly get all of them by chance.
    let client = || Socket::new(Domain::IPV4, Type::STREAM, None);
    let clients: Vec<Socket> = iter::repeat_with(client).take(32).flatten().collect();
    clients.iter().for_each(|client| drop(client.connect(&address)));
    strace!(first.set_nonblocking(true))?;
    strace!(second.set_nonblocking(true))?;
    let queue = |socket: &Socket| iter::from_fn(|| socket.accept().ok()).count();
    match (queue(&first), queue(&second)) {
        (0, _) | (_, 0) => {
            log::info("32 clients have connected, all of them to one socket.")
        }
        _ => log::info("32 clients have connected, some to each socket."),
    }
    log::info(
        "Yes, if both set it before they bind and belong to the same user, so that nobody else \
         can take clients away (socket(7)). Each socket has a queue of its own, and Linux picks \
         one by the addresses and ports of the client. That is how a server uses several \
         processors: one socket for each. But when a socket closes, the clients in its queue \
         are lost.",
    );
    Ok(())
}

#[cfg(unix)]
fn serve(address: &SockAddr) -> Result<Socket, Error> {
    let socket = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(socket.set_reuse_port(true))?;
    strace!(socket.bind(address))?;
    strace!(socket.listen(128))?;
    Ok(socket)
}

#[cfg(not(unix))]
fn run() -> Result<(), Error> {
    log::info("This system has no SO_REUSEPORT: an address belongs to one socket.");
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
