//! Exercise: do not wait for the connection for longer than two seconds.

use std::io::{self, IsTerminal, Read, Write};
use std::net::Shutdown;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::{Error, address, log, strace};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// What ends the input on a terminal.
const END_OF_FILE: &str = if cfg!(windows) { "Ctrl-Z and Enter" } else { "Ctrl-D" };

fn run(args: &Args) -> Result<(), Error> {
    let (first, others) = args.address.lookup_all(args.family, args.socket_type)?;
    let mut connected = connect(args, &first);
    for other in others {
        connected = connected.or_else(|_| connect(args, &other));
    }
    let socket = connected?;

    let input: Box<dyn Read + Send + '_> = match &args.message {
        Some(message) => Box::new(message.as_bytes()),
        None => Box::new(io::stdin()),
    };
    if typing(args) {
        log::info(format!("Type what to send; {END_OF_FILE} ends it."));
    }
    match args.socket_type {
        Type::DGRAM => ask(socket, input),
        _ => converse(args, socket, input),
    }
}

/// Whether somebody types what is sent.
fn typing(args: &Args) -> bool {
    args.message.is_none() && io::stdin().is_terminal()
}

fn connect(args: &Args, address: &SockAddr) -> Result<Socket, Error> {
    let (family, socket_type, proto) = (args.family, args.socket_type, args.proto);
    let socket = strace!(Socket::new(family, socket_type, Some(Protocol::from(proto))))?;
    log::ss(&socket);

    let limit = Duration::from_secs(2);
    strace!(blocking: socket.connect_timeout(address, limit))?;
    log::ss(&socket);
    Ok(socket)
}

/// Sends and receives at the same time, so that neither has to wait for the other.
fn converse(args: &Args, socket: Socket, input: impl Read + Send) -> Result<(), Error> {
    let all_sent = AtomicBool::new(false);
    thread::scope(|scope| {
        let sender = || send(&socket, input, &all_sent).unwrap_or_else(common::exit);
        thread::Builder::new()
            .spawn_scoped(scope, sender)
            .map_err(|error| Error::Start("pthread_create", error))?;
        // A failure ends the program at once, even if the sender waits for its input.
        receive(&socket).unwrap_or_else(common::exit);
        if typing(args) && !all_sent.load(Ordering::Relaxed) {
            log::info(format!(
                "The server sends nothing more; {END_OF_FILE} ends your side."
            ));
        }
        Ok(())
    })?;
    log::close(socket);
    Ok(())
}

/// Sends all of the input, then shuts down the writing side: the server reads end of file.
fn send(
    mut socket: &Socket,
    mut input: impl Read,
    all_sent: &AtomicBool,
) -> Result<(), Error> {
    let mut buf = vec![0; 65536];
    loop {
        match input.read(&mut buf).map_err(Error::Stdin)? {
            0 => break,
            length => strace!(socket.write_all(&buf[..length]))?,
        }
    }
    all_sent.store(true, Ordering::Relaxed);
    strace!(socket.shutdown(Shutdown::Write))
}

/// Prints what the server sends, until end of file.
fn receive(mut socket: &Socket) -> Result<(), Error> {
    let mut buf = vec![0; 65536];
    loop {
        match strace!(socket.read(&mut buf))? {
            0 => return Ok(()),
            length => log::print(&buf[..length])?,
        }
    }
}

/// Sends one datagram, and waits 2 seconds for one in return.
fn ask(mut socket: Socket, input: impl Read) -> Result<(), Error> {
    let mut request = Vec::new();
    // More than fits into a datagram is for the kernel to refuse, not for us to cut off.
    input.take(65536).read_to_end(&mut request).map_err(Error::Stdin)?;
    strace!(socket.send(&request))?;

    strace!(socket.set_read_timeout(Some(Duration::from_secs(2))))?;
    let mut reply = vec![0; 65536];
    let length = strace!(blocking: socket.read(&mut reply))?;
    log::print(&reply[..length])?;
    log::close(socket);
    Ok(())
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
    /// Address of the server
    #[arg(value_name = "HOST:PORT", default_value = "127.0.0.1:4444")]
    address: address::Address,
    /// What to send; without it, standard input is sent
    message: Option<String>,
}

fn main() -> ExitCode {
    common::main(run)
}
