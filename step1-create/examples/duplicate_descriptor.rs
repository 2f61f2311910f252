//! The socket has been closed, and its address is still in use. By whom?
//!
//! The duplicate may be in another process: a child inherits all descriptors, and keeps them
//! over exec(3), but for those with FD_CLOEXEC, which socket2 sets.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use common::log::{self, Call};
use common::{Error, address};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    log::init();
    log::exit_code(run())
}

fn run() -> Result<(), Error> {
    log::info("The socket has been closed, and its address is still in use. By whom?");
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let fd = log::fd(&socket);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket.bind(&address.into()).log(format!("bind({fd}, {address})"))?;
    log::row(&socket);
    let address = address::local(&socket)?;
    let duplicate = socket.try_clone().log(format!("fcntl({fd}, F_DUPFD_CLOEXEC, 0)"))?;
    log::close(socket);

    let next = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let fd = log::fd(&next);
    if let Err(error) = next.bind(&address.into()).log(format!("bind({fd}, {address})")) {
        log::warn(&error);
    }
    log::row(&duplicate);
    log::close(duplicate);
    next.bind(&address.into()).log(format!("bind({fd}, {address})"))?;
    log::row(&next);
    log::info(
        "A socket lives until the last descriptor that refers to it is closed (close(2)).",
    );
    Ok(())
}
