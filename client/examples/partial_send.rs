//! Does send take all that it is given?
//!
//! How much fits depends on the system, and on how busy it is.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::thread;

use common::log::{self, Call};
use common::{Error, address};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    log::init();
    log::exit_code(run())
}

fn run() -> Result<(), Error> {
    log::info("Does send take all that it is given?");
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

    let bytes = vec![b'x'; 50_000_000];
    client.set_nonblocking(true).log(format!("fcntl({client_fd}, F_SETFL, O_NONBLOCK)"))?;
    let mut sent =
        client.write(&bytes).log(format!("send({client_fd}, {})", bytes.len()))?;

    // The rest takes a reader at the other end, and a loop, as write_all has one.
    let reader = thread::spawn(move || io::copy(&mut accepted, &mut io::sink()));
    client.set_nonblocking(false).log(format!("fcntl({client_fd}, F_SETFL, 0)"))?;
    while sent < bytes.len() {
        let rest = &bytes[sent..];
        sent += client.write(rest).log(format!("send({client_fd}, {})", rest.len()))?;
    }
    log::close(client);
    if let Ok(Ok(received)) = reader.join() {
        log::info(format!("The other end has read {received} bytes."));
    }
    log::info("It takes what fits into the buffers, and returns how much: send(2).");
    Ok(())
}
