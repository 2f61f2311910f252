//! After shutdown(SHUT_WR): can the client still read?

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::process::ExitCode;

use common::log::{self, Call};
use common::{Error, address};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    log::init();
    log::exit_code(run())
}

fn run() -> Result<(), Error> {
    log::info("After shutdown(SHUT_WR): can the client still read?");
    let server = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let fd = log::fd(&server);
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    server.bind(&any_port.into()).log(format!("bind({fd}, {any_port})"))?;
    server.listen(128).log(format!("listen({fd}, 128)"))?;
    let address = address::local(&server)?;
    let mut client = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let client_fd = log::fd(&client);
    client.connect(&address.into()).log(format!("connect({client_fd}, {address})"))?;
    let (mut accepted, _) = server.accept().log(format!("accept({fd})"))?;
    let accepted_fd = log::fd(&accepted);
    client.write(b"Hello!").log(format!("send({client_fd}, 6)"))?;
    client.shutdown(Shutdown::Write).log(format!("shutdown({client_fd}, SHUT_WR)"))?;

    for _ in 0..2 {
        accepted.read(&mut [0; 16]).log(format!("recv({accepted_fd}, 16)"))?;
    }
    log::row(&accepted);
    accepted.write(b"Good bye!").log(format!("send({accepted_fd}, 9)"))?;

    client.read(&mut [0; 16]).log(format!("recv({client_fd}, 16)"))?;
    log::row(&client);
    log::close(accepted);
    client.read(&mut [0; 16]).log(format!("recv({client_fd}, 16)"))?;
    log::info("Each direction ends on its own: shutdown(2), RFC 9293, section 3.6.");
    Ok(())
}
