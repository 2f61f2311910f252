//! Does connect wait until the server calls accept?

use std::io::Write;
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
    log::info("Does connect wait until the server calls accept?");
    let server = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let fd = log::fd(&server);
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    server.bind(&any_port.into()).log(format!("bind({fd}, {any_port})"))?;
    server.listen(128).log(format!("listen({fd}, 128)"))?;
    log::row(&server);

    let address = address::local(&server)?;
    let mut client = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let client_fd = log::fd(&client);
    client.connect(&address.into()).log(format!("connect({client_fd}, {address})"))?;
    log::row(&client);
    client.write(b"Hello!").log(format!("send({client_fd}, 6)"))?;
    log::row(&server);

    // Only now the server does something.
    let (accepted, _) = server.accept().log(format!("accept({fd})"))?;
    let accepted_fd = log::fd(&accepted);
    let mut bytes = [MaybeUninit::uninit(); 6];
    accepted.peek(&mut bytes).log(format!("recv({accepted_fd}, 6, MSG_PEEK)"))?;
    log::row(&accepted);
    log::info("The kernel completes the handshake alone, accept only fetches: listen(2).");
    Ok(())
}
