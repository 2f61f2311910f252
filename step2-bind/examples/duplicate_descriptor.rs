//! The socket has been closed, but its address is still in use. Who is using it?
//!
//! The duplicate may be in another process: a child inherits all descriptors, and keeps them
//! over exec(3), but for those with FD_CLOEXEC, which socket2 sets.

use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "The socket has been closed, but its address is still in use. Who is using it?",
    );
    let socket = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(socket.bind(&address::new([127, 0, 0, 1], 0)))?;
    log::ss(&socket);
    let address = strace!(socket.local_addr())?;
    let duplicate = strace!(socket.try_clone())?;
    log::close(socket);

    let next = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    let _ = strace!(next.bind(&address)); // It fails: the duplicate has the address.
    log::ss(&duplicate);
    log::close(duplicate);
    strace!(next.bind(&address))?;
    log::ss(&next);
    log::info(
        "The same socket, through its other descriptor. A descriptor is only a number for a \
         socket, which lives, and keeps its address, until the last of its descriptors is closed \
         (close(2)).",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
