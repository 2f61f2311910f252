//! Two sockets have SO_REUSEADDR. Can both serve on one address?
//!
//! The option means something else on each system. On macOS and the BSDs the second bind
//! fails already; on Windows the second socket takes the address away from the first.

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
    log::info("Two sockets have SO_REUSEADDR. Can both serve on one address?");
    let first = bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let address = address::local(&first)?;
    let second = bind(address)?;

    first.listen(1).log(format!("listen({}, 1)", log::fd(&first)))?;
    log::row(&first);
    let refused = second.listen(1).log(format!("listen({}, 1)", log::fd(&second)));
    if let Err(error) = refused {
        log::warn(&error);
    }
    if let Err(error) = bind(address) {
        log::warn(&error);
    }
    log::info(
        "On Linux SO_REUSEADDR helps against connections in TIME_WAIT, and never lets two \
         sockets listen on one address: while one listens, nobody binds it (socket(7)).",
    );
    Ok(())
}

fn bind(address: SocketAddr) -> Result<Socket, Error> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let fd = log::fd(&socket);
    socket
        .set_reuse_address(true)
        .log(format!("setsockopt({fd}, SOL_SOCKET, SO_REUSEADDR, 1)"))?;
    socket.bind(&address.into()).log(format!("bind({fd}, {address})"))?;
    Ok(socket)
}
