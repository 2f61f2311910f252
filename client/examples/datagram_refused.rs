//! A datagram was sent without an error: has it arrived?
//!
//! The port is closed for certain: the socket has it itself, on another loopback address.
//! Linux has all of 127.0.0.0/8; on macOS add it first: ifconfig lo0 alias 127.0.0.2.

use std::io::Write;
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
    log::info("A datagram was sent without an error: has it arrived?");
    let mut socket = Socket::new(Domain::IPV4, Type::DGRAM, None)
        .log("socket(AF_INET, SOCK_DGRAM, 0)")?;
    let fd = log::fd(&socket);
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    socket.bind(&any_port.into()).log(format!("bind({fd}, {any_port})"))?;
    let closed = SocketAddr::from(([127, 0, 0, 2], address::local(&socket)?.port()));
    socket.connect(&closed.into()).log(format!("connect({fd}, {closed})"))?;
    log::row(&socket);

    for _ in 0..3 {
        if let Err(error) = socket.write(b"Hello!").log(format!("send({fd}, 6)")) {
            log::warn(&error);
        }
    }
    log::info(
        "send only hands the datagram over. That nobody has the port (ICMP) comes back",
    );
    log::info("later, and fails the next call, once: udp(7). Windows tells recv instead.");
    Ok(())
}
