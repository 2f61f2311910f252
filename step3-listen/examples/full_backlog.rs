//! The queue of connections is full: is the next client refused?
//!
//! Not on Linux: it has to wait. Windows does refuse it.

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
    log::info("The queue of connections is full: is the next client refused?");
    let server = stream()?;
    let fd = log::fd(&server);
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    server.bind(&any_port.into()).log(format!("bind({fd}, {any_port})"))?;
    server.listen(1).log(format!("listen({fd}, 1)"))?;
    let address = address::local(&server)?;
    let (first, second, third) = (stream()?, stream()?, stream()?);
    connect(&first, address)?;
    connect(&second, address)?;
    log::row(&server);

    let third_fd = log::fd(&third);
    third.set_nonblocking(true).log(format!("fcntl({third_fd}, F_SETFL, O_NONBLOCK)"))?;
    if let Err(error) = connect(&third, address) {
        log::warn(&error);
    }
    log::row(&server);

    // Now there is room, and a second later the kernel sends the SYN again.
    let _accepted = server.accept().log(format!("accept({fd})"))?;
    third.set_nonblocking(false).log(format!("fcntl({third_fd}, F_SETFL, 0)"))?;
    log::blocking(format!("connect({third_fd}, {address})"));
    connect(&third, address)?;
    log::row(&server);
    log::info("listen(1) lets two in; Linux ignores the SYN of the third: listen(2).");
    Ok(())
}

fn stream() -> Result<Socket, Error> {
    Socket::new(Domain::IPV4, Type::STREAM, None).log("socket(AF_INET, SOCK_STREAM, 0)")
}

fn connect(client: &Socket, address: SocketAddr) -> Result<(), Error> {
    let fd = log::fd(client);
    client.connect(&address.into()).log(format!("connect({fd}, {address})"))
}
