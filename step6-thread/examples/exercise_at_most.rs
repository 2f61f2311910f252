//! Exercise: serve at most two clients at once; the others wait in the queue.

use std::io::{Read, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

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

    let mut threads: Vec<thread::JoinHandle<()>> = Vec::new();
    loop {
        while threads.len() >= 2 {
            thread::sleep(Duration::from_millis(10));
            threads.retain(|thread| !thread.is_finished());
        }
        match strace!(blocking: socket.accept()) {
            Ok((client, _)) => {
                let thread = thread::Builder::new();
                threads.extend(strace!(thread.spawn(move || serve(client)))); // The others go on.
                log::ss(&socket);
            }
            Err(error) => error.pause()?,
        }
    }
}

fn serve(client: Socket) {
    log::ss(&client);
    let _ = echo(&client); // What fails has been shown, and the next client is served.
    log::close(client);
}

fn echo(mut client: &Socket) -> Result<(), Error> {
    let mut buf = vec![0; 65536];
    loop {
        match strace!(client.read(&mut buf))? {
            0 => return Ok(()),
            length => strace!(client.write_all(&buf[..length]))?,
        }
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
