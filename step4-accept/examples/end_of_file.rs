//! recv returns 0: is there nothing to read yet?

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
    log::info("recv returns 0: is there nothing to read yet?");
    let server = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let fd = log::fd(&server);
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    server.bind(&any_port.into()).log(format!("bind({fd}, {any_port})"))?;
    server.listen(128).log(format!("listen({fd}, 128)"))?;
    let address = address::local(&server)?;
    let client = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let client_fd = log::fd(&client);
    client.connect(&address.into()).log(format!("connect({client_fd}, {address})"))?;
    let (mut accepted, _) = server.accept().log(format!("accept({fd})"))?;
    let accepted_fd = log::fd(&accepted);
    log::close(client);
    accepted.read(&mut [0; 16]).log(format!("recv({accepted_fd}, 16)"))?;
    log::row(&accepted);

    // A datagram socket that is its own peer: connect sets where it sends.
    let mut udp = Socket::new(Domain::IPV4, Type::DGRAM, None)
        .log("socket(AF_INET, SOCK_DGRAM, 0)")?;
    let udp_fd = log::fd(&udp);
    udp.bind(&any_port.into()).log(format!("bind({udp_fd}, {any_port})"))?;
    let address = address::local(&udp)?;
    udp.connect(&address.into()).log(format!("connect({udp_fd}, {address})"))?;
    for message in ["", "Hello!"] {
        let length = message.len();
        udp.write(message.as_bytes()).log(format!("send({udp_fd}, {length})"))?;
        udp.read(&mut [0; 16]).log(format!("recv({udp_fd}, 16)"))?;
    }
    log::info("On a stream 0 is the end of file; a datagram can be empty: recv(2).");
    Ok(())
}
