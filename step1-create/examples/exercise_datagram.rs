//! Step 1: socket(2) creates a socket and returns its descriptor.

use std::process::ExitCode;

use clap::Parser;
use common::{Error, address, log, strace};
use socket2::{Domain, Protocol, Socket, Type};

fn run(args: &Args) -> Result<(), Error> {
    let (family, socket_type, proto) = (args.family, args.socket_type, args.proto);
    let socket = strace!(Socket::new(family, socket_type, Some(Protocol::from(proto))))?;
    log::ss(&socket);

    log::close_on_enter(socket)
}

#[derive(Parser)]
#[command(version, about, long_about = include_str!("../src/help.txt").trim_end())]
struct Args {
    /// Address family: inet is IPv4, inet6 is IPv6
    #[arg(long, value_parser = address::family(), default_value = "inet")]
    family: Domain,
    /// Socket type: stream is TCP, dgram is UDP
    #[arg(long = "type", value_parser = address::socket_type(), default_value = "dgram")]
    socket_type: Type,
    /// Protocol number: 0 is the usual one of the type, 6 is TCP, 17 is UDP
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    proto: i32,
}

fn main() -> ExitCode {
    common::main(run)
}
