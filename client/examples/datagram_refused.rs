//! A datagram was sent without an error. Has it arrived?
//!
//! The port is closed for certain: the socket has it itself, on another loopback address.
//! Linux has all of 127.0.0.0/8; on macOS add it first: sudo ifconfig lo0 alias 127.0.0.2
//! Windows tells the next recv of the closed port, and never send.

use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("A datagram was sent without an error. Has it arrived?");
    let socket = strace!(Socket::new(Domain::IPV4, Type::DGRAM, None))?;
    strace!(socket.bind(&address::new([127, 0, 0, 1], 0)))?;
    let port = address::port(&strace!(socket.local_addr())?);
    let closed = address::new([127, 0, 0, 2], port);
    for _ in 0..2 {
        strace!(socket.send_to(b"Hello!", &closed))?;
    }

    strace!(socket.connect(&closed))?;
    log::ss(&socket);
    for _ in 0..3 {
        let _ = strace!(socket.send(b"Hello!")); // The second one fails for the first one.
    }
    log::info(
        "Nobody knows: send only hands the datagram to the kernel. The machine with the closed \
         port answers with ICMP, but later, so the answer makes the next call of a connected \
         socket fail, once. A socket that is not connected hears nothing of it on Linux. Only a \
         reply proves that a datagram has arrived.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
