//! Does a UDP server need listen?
//!
//! POSIX names the error, so it is the same on all systems.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use common::log::{self, Call};
use common::{Error, address};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    log::init();
    log::exit_code(run())
}

fn run() -> Result<(), Error> {
    log::info("Does a UDP server need listen?");
    let mut socket = Socket::new(Domain::IPV4, Type::DGRAM, None)
        .log("socket(AF_INET, SOCK_DGRAM, 0)")?;
    let fd = log::fd(&socket);
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    socket.bind(&any_port.into()).log(format!("bind({fd}, {any_port})"))?;
    if let Err(error) = socket.listen(128).log(format!("listen({fd}, 128)")) {
        log::warn(&error);
    }
    log::row(&socket);

    // Bound is enough to receive. It is its own client here: connect sets the peer.
    let address = address::local(&socket)?;
    socket.connect(&address.into()).log(format!("connect({fd}, {address})"))?;
    log::row(&socket);
    socket.write(b"Hello!").log(format!("send({fd}, 6)"))?;
    socket.read(&mut [0; 16]).log(format!("recv({fd}, 16)"))?;
    log::info("Only sockets with connections listen, and UDP has none: listen(2), udp(7).");
    Ok(())
}
