//! Exercise: send messages back. Each one has its length first: 4 bytes, the highest first.

use std::io::{Read, Write};
use std::process::ExitCode;

use clap::Parser;
use common::{Error, address, log, strace};
use socket2::{Domain, Protocol, Socket, Type};

fn run(args: &Args) -> Result<(), Error> {
    let (family, socket_type, proto) = (args.family, args.socket_type, args.proto);
    let socket = strace!(Socket::new(family, socket_type, Some(Protocol::from(proto))))?;
    log::ss(&socket);

    let address = args.address.lookup(family, socket_type)?;
    strace!(socket.bind(&address))?;
    log::ss(&socket);

    strace!(socket.listen(args.backlog))?;
    log::ss(&socket);

    loop {
        match strace!(blocking: socket.accept()) {
            Ok((client, _)) => serve(client),
            Err(error) => error.pause()?,
        }
        log::ss(&socket);
    }
}

fn serve(client: Socket) {
    log::ss(&client);
    let _ = echo(&client); // What fails has been shown, and the next client is served.
    log::close(client);
}

fn echo(mut client: &Socket) -> Result<(), Error> {
    let mut buf = [0; 4 + 65536];
    loop {
        strace!(client.read_exact(&mut buf[..4]))?; // It fails at the end of file, too.
        let length = u32::from_be_bytes([buf[0], buf[1], buf[2], buf[3]]) as usize;
        // A client that asks for more than there is room for has to go.
        let Some(body) = buf[4..].get_mut(..length) else { return Ok(()) };
        strace!(client.read_exact(body))?;
        strace!(client.write_all(&buf[..4 + length]))?;
    }
}

#[derive(Parser)]
#[command(version, about, long_about = include_str!("../src/help.txt").trim_end())]
struct Args {
    /// Address family: inet is IPv4, inet6 is IPv6
    #[arg(long, value_parser = address::family(), default_value = "inet")]
    family: Domain,
    /// Socket type: stream is TCP, dgram is UDP
    #[arg(long = "type", value_parser = address::socket_type(), default_value = "stream")]
    socket_type: Type,
    /// Protocol number: 0 is the usual one of the type, 6 is TCP, 17 is UDP
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    proto: i32,
    /// Address to bind to; port 0 lets the kernel choose
    #[arg(value_name = "HOST:PORT", default_value = "127.0.0.1:4444")]
    address: address::Address,
    /// Limit of the queue of connections not yet accepted
    #[arg(long, default_value_t = 128, allow_negative_numbers = true)]
    backlog: i32,
}

fn main() -> ExitCode {
    common::main(run)
}
