//! The server closes: does the client always see an end of file?

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
    log::info("The server closes: does the client always see an end of file?");
    let server = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let fd = log::fd(&server);
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    server.bind(&any_port.into()).log(format!("bind({fd}, {any_port})"))?;
    server.listen(128).log(format!("listen({fd}, 128)"))?;
    for drained in [false, true] {
        let address = address::local(&server)?;
        let mut client = Socket::new(Domain::IPV4, Type::STREAM, None)
            .log("socket(AF_INET, SOCK_STREAM, 0)")?;
        let client_fd = log::fd(&client);
        client.connect(&address.into()).log(format!("connect({client_fd}, {address})"))?;
        let (mut accepted, _) = server.accept().log(format!("accept({fd})"))?;
        let accepted_fd = log::fd(&accepted);
        client.write(b"Hello!").log(format!("send({client_fd}, 6)"))?;

        // MSG_PEEK waits for the bytes and leaves them unread.
        let mut queue = [MaybeUninit::uninit(); 6];
        accepted.peek(&mut queue).log(format!("recv({accepted_fd}, 6, MSG_PEEK)"))?;
        if drained {
            accepted.read(&mut [0; 16]).log(format!("recv({accepted_fd}, 16)"))?;
        }
        log::row(&accepted);
        log::close(accepted);
        if let Err(error) = client.read(&mut [0; 16]).log(format!("recv({client_fd}, 16)"))
        {
            log::warn(&error);
        }
        log::close(client);
    }
    log::info("With bytes left unread, close sends RST, not FIN: RFC 9293, section 3.6.1.");
    Ok(())
}
