//! A server listens on 127.0.0.1. Can a client reach it at another address of the machine?
//!
//! On Linux and Windows all of 127.0.0.0/8 is this machine. On macOS 127.0.0.2 has to be
//! added first: sudo ifconfig lo0 alias 127.0.0.2

use std::net::Ipv4Addr;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "A server listens on 127.0.0.1. Can a client reach it at another address of the \
         machine?",
    );
    for ip in [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED] {
        let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
        strace!(server.bind(&address::new(ip, 0)))?;
        strace!(server.listen(1))?;
        log::ss(&server);
        let port = address::port(&strace!(server.local_addr())?);

        let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
        if strace!(client.connect(&address::new([127, 0, 0, 2], port))).is_ok() {
            log::ss(&client);
        }
        log::close(client);
        log::close(server);
    }
    log::info(
        "No: 127.0.0.1 is one address, and the kernel refuses a client that asks for another \
         one. 0.0.0.0 (INADDR_ANY) stands for every IPv4 address of the machine (ip(7)), which \
         is why a server in a container listens on it. localhost is a name, for 127.0.0.1, ::1 \
         or both.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
