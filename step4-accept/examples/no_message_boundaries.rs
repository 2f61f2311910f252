//! Two sends: how many recvs does the other end need?
//!
//! For messages, send the length of each one first, or an end mark after it.

use std::io::{Read, Write};
use std::mem::MaybeUninit;
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
    log::info("Two sends: how many recvs does the other end need?");
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

    client.write(b"one").log(format!("send({client_fd}, \"one\", 3)"))?;
    client.write(b"two").log(format!("send({client_fd}, \"two\", 3)"))?;

    // MSG_PEEK looks and takes nothing: until both are there.
    let mut queue = [MaybeUninit::uninit(); 6];
    let call = format!("recv({accepted_fd}, 6, MSG_PEEK)");
    while accepted.peek(&mut queue).debug(&call)? < 6 {}
    log::row(&accepted);
    let mut buf = [0; 4];
    for _ in 0..2 {
        let length = accepted.read(&mut buf).log(format!("recv({accepted_fd}, 4)"))?;
        log::info(format!("    {}", buf[..length].escape_ascii()));
    }
    log::info("TCP carries bytes and forgets where a send ended: RFC 9293, section 2.2.");
    Ok(())
}
