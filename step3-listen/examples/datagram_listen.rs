//! Does a UDP server need listen?
//!
//! POSIX names the error, so it is the same on all systems.

use std::io::Read;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("Does a UDP server need listen?");
    let mut socket = strace!(Socket::new(Domain::IPV4, Type::DGRAM, None))?;
    strace!(socket.bind(&address::new([127, 0, 0, 1], 0)))?;
    let _ = strace!(socket.listen(128)); // It fails: that is the answer.
    log::ss(&socket);

    // Bound is enough to receive. One socket is enough for both ends: it sends to itself.
    let address = strace!(socket.local_addr())?;
    strace!(socket.send_to(b"Hello!", &address))?;
    strace!(socket.read(&mut [0; 16]))?;
    log::info(
        "No: listen makes a queue of connections, and UDP has no connections (udp(7)). A UDP \
         socket receives as soon as it is bound. That is why ss shows UNCONN for it and never \
         LISTEN.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
