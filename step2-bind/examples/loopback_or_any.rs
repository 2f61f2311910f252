//! A server listens on 127.0.0.1. Can a client reach it at another address of the machine?
//!
//! On Linux and Windows all of 127.0.0.0/8 is this machine. On macOS 127.0.0.2 has to be
//! added first: sudo ifconfig lo0 alias 127.0.0.2

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
    log::info(
        "A server listens on 127.0.0.1. Can a client reach it at another address of the \
         machine?",
    );
    let mut port = 0;
    for ip in [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED] {
        let server = Socket::new(Domain::IPV4, Type::STREAM, None)
            .log("socket(AF_INET, SOCK_STREAM, 0)")?;
        let fd = log::fd(&server);
        let address = SocketAddr::from((ip, port));
        server.bind(&address.into()).log(format!("bind({fd}, {address})"))?;
        server.listen(1).log(format!("listen({fd}, 1)"))?;
        log::row(&server);

        port = address::local(&server)?.port();
        let other = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), port));
        let client = Socket::new(Domain::IPV4, Type::STREAM, None)
            .log("socket(AF_INET, SOCK_STREAM, 0)")?;
        let fd = log::fd(&client);
        match client.connect(&other.into()).log(format!("connect({fd}, {other})")) {
            Ok(()) => log::row(&client),
            Err(error) => log::warn(&error),
        }
        log::close(client);
        log::close(server);
    }
    log::info(
        "A listener on 127.0.0.1 has that one address, one on 0.0.0.0 (INADDR_ANY) has all \
         that the machine has (ip(7)); localhost is a name, for 127.0.0.1, ::1 or both.",
    );
    Ok(())
}
