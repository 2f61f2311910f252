//! A server has ended. Can the next one bind the same address at once?
//!
//! On Linux both servers have to set SO_REUSEADDR, on macOS only the next one. On Windows
//! nobody has to, and the option means something else.

use std::io::Read;
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
    log::info("A server has ended. Can the next one bind the same address at once?");
    let server = bind((Ipv4Addr::LOCALHOST, 0).into(), true)?;
    server.listen(1).log(format!("listen({}, 1)", log::fd(&server)))?;
    log::row(&server);

    let address = address::local(&server)?;
    let mut client = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let fd = log::fd(&client);
    client.connect(&address.into()).log(format!("connect({fd}, {address})"))?;
    let (connection, _) = server.accept().log(format!("accept({})", log::fd(&server)))?;
    log::close(connection);
    // The end of file: the server has closed first.
    client.read(&mut [0; 1]).log(format!("recv({fd}, 1)"))?;
    log::close(client);
    log::close(server);

    if let Err(error) = bind(address, false) {
        log::warn(&error);
    }
    bind(address, true)?;
    log::info(
        "Who closes first is in TIME_WAIT for a while (RFC 9293, 3.6.1), on Linux for 60 \
         seconds, and its address is not free, unless SO_REUSEADDR is set (ip(7)).",
    );
    Ok(())
}

fn bind(address: SocketAddr, reuse: bool) -> Result<Socket, Error> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let fd = log::fd(&socket);
    socket
        .set_reuse_address(reuse)
        .log(format!("setsockopt({fd}, SOL_SOCKET, SO_REUSEADDR, {})", i32::from(reuse)))?;
    socket.bind(&address.into()).log(format!("bind({fd}, {address})"))?;
    Ok(socket)
}
