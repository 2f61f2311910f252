//! Descriptor 3 has been closed. Which number does the next socket get?
//!
//! In Rust nobody can use a number after close by mistake: who closes a socket gives it
//! away. On Windows a socket is a handle, and its number can be any.

use std::process::ExitCode;

use common::Error;
use common::log::{self, Call};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    log::init();
    log::exit_code(run())
}

fn run() -> Result<(), Error> {
    log::info("Descriptor 3 has been closed. Which number does the next socket get?");
    let first = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let _second = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let kept = log::fd(&first);
    log::close(first);

    let _third = Socket::new(Domain::IPV4, Type::DGRAM, None)
        .log("socket(AF_INET, SOCK_DGRAM, 0)")?;
    log::info(format!("Whoever kept the number {kept} now has the datagram socket."));
    log::info(
        "A new socket gets the lowest number that is free (socket(2)): a number kept after \
         close is soon that of another socket.",
    );
    Ok(())
}
