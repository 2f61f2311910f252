//! Does accept give the connection a port of its own?

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
    log::info("Does accept give the connection a port of its own?");
    let server = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let fd = log::fd(&server);
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    server.bind(&any_port.into()).log(format!("bind({fd}, {any_port})"))?;
    server.listen(128).log(format!("listen({fd}, 128)"))?;
    log::row(&server);

    let address = address::local(&server)?;
    let client = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let client_fd = log::fd(&client);
    client.connect(&address.into()).log(format!("connect({client_fd}, {address})"))?;
    log::row(&client);

    let (accepted, _) = server.accept().log(format!("accept({fd})"))?;
    log::row(&accepted);
    log::row(&server);
    log::info(
        "A new descriptor on the same port: two addresses and two ports together name",
    );
    log::info("a connection, so one port serves all clients: RFC 9293, section 3.4.1.");
    Ok(())
}
