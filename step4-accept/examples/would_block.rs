//! The server stands still in accept: has it hung?

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
    log::info("The server stands still in accept: has it hung?");
    let server = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let fd = log::fd(&server);
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    server.bind(&any_port.into()).log(format!("bind({fd}, {any_port})"))?;
    server.listen(128).log(format!("listen({fd}, 128)"))?;
    server.set_nonblocking(true).log(format!("fcntl({fd}, F_SETFL, O_NONBLOCK)"))?;
    if let Err(error) = server.accept().log(format!("accept({fd})")) {
        log::warn(&error);
    }

    let address = address::local(&server)?;
    let mut client = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let client_fd = log::fd(&client);
    client.connect(&address.into()).log(format!("connect({client_fd}, {address})"))?;
    server.set_nonblocking(false).log(format!("fcntl({fd}, F_SETFL, 0)"))?;
    let (mut accepted, _) = server.accept().log(format!("accept({fd})"))?;
    let accepted_fd = log::fd(&accepted);
    accepted
        .set_nonblocking(true)
        .log(format!("fcntl({accepted_fd}, F_SETFL, O_NONBLOCK)"))?;
    if let Err(error) = accepted.read(&mut [0; 16]).log(format!("recv({accepted_fd}, 16)"))
    {
        log::warn(&error);
    }

    client.write(b"Hello!").log(format!("send({client_fd}, 6)"))?;
    accepted.set_nonblocking(false).log(format!("fcntl({accepted_fd}, F_SETFL, 0)"))?;
    accepted.read(&mut [0; 16]).log(format!("recv({accepted_fd}, 16)"))?;
    log::info("It waits: accept and recv block until there is something: accept(2).");
    Ok(())
}
