//! How many clients on one machine can be connected to the same server?
//!
//! Where bind does not let two sockets have one port (macOS), the second client fails there
//! already.

use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, SockAddr, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("How many clients on one machine can be connected to the same server?");
    let (server, another) = (serve()?, serve()?);
    let address = strace!(server.local_addr())?;
    let first = connect(&address::new([127, 0, 0, 1], 0), &address)?;

    // The port of the first client, once more: to the same server, and to another one.
    let port = strace!(first.local_addr())?;
    let _ = connect(&port, &address); // It fails.
    let address = strace!(another.local_addr())?;
    let _ = connect(&port, &address);
    log::info(
        "As many as the kernel has ports to give to clients (ephemeral ports): on Linux 28232, \
         from 32768 to 60999 (ip_local_port_range, ip(7)). A connection is two addresses and \
         two ports, and for one server only the client's port can differ; for another server \
         the same port can be used again. Connections in TIME-WAIT count, too. That is why a \
         program with many requests keeps its connections open.",
    );
    Ok(())
}

fn serve() -> Result<Socket, Error> {
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    Ok(server)
}

/// Chooses the port of the client, which otherwise connect does.
fn connect(port: &SockAddr, server: &SockAddr) -> Result<Socket, Error> {
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    // Without it the port would be for one socket only.
    strace!(client.set_reuse_address(true))?;
    strace!(client.bind(port))?;
    strace!(client.connect(server))?;
    log::ss(&client);
    Ok(client)
}

fn main() -> ExitCode {
    common::example(run)
}
