//! A socket is bound, and ss does not show it. Is it there?
//!
//! ss -tan, netstat -tan and /proc/net/tcp leave it out; ls -l /proc/PID/fd has it, and so
//! has ss -B of iproute2 6.10 or later, lsof on macOS, netstat -q on Windows.

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
    log::info("A socket is bound, and ss does not show it. Is it there?");
    let server = socket()?;
    let fd = log::fd(&server);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    server.bind(&address.into()).log(format!("bind({fd}, {address})"))?;
    log::row(&server);

    let address = address::local(&server)?;
    let second = socket()?;
    let bind = format!("bind({}, {address})", log::fd(&second));
    if let Err(error) = second.bind(&address.into()).log(bind) {
        log::warn(&error);
    }
    let client = socket()?;
    let connect = format!("connect({}, {address})", log::fd(&client));
    if let Err(error) = client.connect(&address.into()).log(connect) {
        log::warn(&error);
    }
    server.listen(1).log(format!("listen({fd}, 1)"))?;
    log::row(&server);
    log::info(
        "A bound socket has its address to itself (bind(2)), but nobody can connect to it \
         before listen (connect(2), ECONNREFUSED), so ss has no line for it.",
    );
    Ok(())
}

fn socket() -> Result<Socket, Error> {
    Socket::new(Domain::IPV4, Type::STREAM, None).log("socket(AF_INET, SOCK_STREAM, 0)")
}
