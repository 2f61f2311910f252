//! Exercise: do not wait for a server for longer than two seconds.

use std::io::{self, Cursor, IsTerminal, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::log::{self, Call};
use common::{Error, address, retry};
use socket2::{Domain, Protocol, Socket, Type};

/// How long a datagram may take to be answered, and how long nothing may be sent once the
/// server has ended its side.
const PATIENCE: Duration = Duration::from_secs(2);

/// What ends the input on a terminal.
const END_OF_FILE: &str = if cfg!(windows) { "Ctrl-Z and Enter" } else { "Ctrl-D" };

#[derive(Parser)]
#[command(version, about, long_about = include_str!("../help.txt").trim_end())]
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
    /// Address of the server, HOST:PORT
    #[arg(default_value = "127.0.0.1:4444")]
    address: address::Address,
    /// What to send; without it, standard input is sent
    message: Option<String>,
}

fn main() -> ExitCode {
    log::init();
    log::exit_code(run(Args::parse()))
}

fn run(args: Args) -> Result<(), Error> {
    let (first, others) = args.address.lookup_all(args.family, args.socket_type)?;
    let mut attempt = connect(&args, first);
    for address in others {
        let Err(error) = attempt else { break };
        log::warn(&error);
        attempt = connect(&args, address);
    }
    let socket = attempt?;

    let input: Box<dyn Read + Send> = match args.message {
        Some(message) => Box::new(Cursor::new(message)),
        None => {
            if io::stdin().is_terminal() {
                log::info(format!("Type what to send; {END_OF_FILE} ends it."));
            }
            Box::new(io::stdin())
        }
    };
    match args.socket_type {
        Type::DGRAM => ask(socket, input),
        _ => converse(socket, input),
    }
}

fn connect(args: &Args, address: SocketAddr) -> Result<Socket, Error> {
    let (family, socket_type, proto) = (args.family, args.socket_type, args.proto);
    let socket = Socket::new(family, socket_type, Some(Protocol::from(proto)))
        .log(format!("socket({family:?}, {socket_type:?}, {proto})"))?;
    log::row(&socket);

    let fd = log::fd(&socket);
    log::blocking(format!("connect({fd}, {address})"));
    socket
        .connect_timeout(&address.into(), PATIENCE)
        .log(format!("connect({fd}, {address})"))?;
    log::row(&socket);
    Ok(socket)
}

/// Sends the input and receives the reply at the same time, so that neither can block the
/// other, until both have ended.
fn converse(socket: Socket, input: Box<dyn Read + Send>) -> Result<(), Error> {
    let socket = Arc::new(socket);
    let sender = Arc::clone(&socket);
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let (ended, end) = mpsc::channel();
    let thread = thread::Builder::new().spawn(move || {
        let result = send(&sender, input, &count);
        if result.is_err() {
            // The server shall not wait for the rest, nor `receive` for the server.
            let _ = sender.shutdown(Shutdown::Both);
        }
        drop(sender);
        ended.send(result)
    });
    thread.map_err(|error| Error::call("pthread_create()", error))?;

    receive(&socket)?;
    wait(&end, &sent)?;
    if let Some(socket) = Arc::into_inner(socket) {
        log::close(socket);
    }
    Ok(())
}

/// Waits for the end of the input. The server has ended its side, and may have closed: on a
/// terminal, the input could then stay open for ever.
fn wait(end: &Receiver<Result<(), Error>>, sent: &AtomicUsize) -> Result<(), Error> {
    loop {
        let before = sent.load(Ordering::Relaxed);
        match end.recv_timeout(PATIENCE) {
            Ok(result) => return result,
            Err(_) if sent.load(Ordering::Relaxed) > before => (),
            Err(_) => return Err(Error::PeerClosed),
        }
    }
}

/// Sends all of the input, then shuts down the writing side: the end of file for the server.
fn send(
    mut socket: &Socket,
    mut input: impl Read,
    sent: &AtomicUsize,
) -> Result<(), Error> {
    let fd = log::fd(socket);
    let mut buf = [0; 65536];
    loop {
        let length = retry(|| input.read(&mut buf)).map_err(Error::Stdin)?;
        if length == 0 {
            // Held so that what comes of it, the end of file, cannot be shown before it.
            let _stderr = io::stderr().lock();
            return socket
                .shutdown(Shutdown::Write)
                .log(format!("shutdown({fd}, SHUT_WR)"));
        }
        socket.write_all(&buf[..length]).debug(format!("send({fd}, {length})"))?;
        sent.fetch_add(length, Ordering::Relaxed);
    }
}

/// Prints what the server sends, until its end of file.
fn receive(mut socket: &Socket) -> Result<(), Error> {
    let fd = log::fd(socket);
    let mut buf = [0; 65536];
    loop {
        let length = retry(|| socket.read(&mut buf)).debug(format!("recv({fd}, 65536)"))?;
        if length == 0 {
            return Ok(());
        }
        print(&buf[..length])?;
    }
}

/// Sends one datagram and waits a while for one in return.
fn ask(mut socket: Socket, input: impl Read) -> Result<(), Error> {
    let fd = log::fd(&socket);
    let mut request = Vec::new();
    // More than fits into a datagram is for the kernel to refuse, not for us to cut off.
    input.take(65536).read_to_end(&mut request).map_err(Error::Stdin)?;
    retry(|| socket.send(&request)).log(format!("send({fd}, {})", request.len()))?;

    socket
        .set_read_timeout(Some(PATIENCE))
        .log(format!("setsockopt({fd}, SOL_SOCKET, SO_RCVTIMEO, {PATIENCE:?})"))?;
    log::blocking(format!("recv({fd}, 65536)"));
    let mut reply = [0; 65536];
    let length = retry(|| socket.read(&mut reply)).log(format!("recv({fd}, 65536)"))?;
    print(&reply[..length])?;
    log::close(socket);
    Ok(())
}

/// Prints a reply as it is; on a terminal it gets a line of its own.
fn print(reply: &[u8]) -> Result<(), Error> {
    let mut stdout = io::stdout();
    let end = if stdout.is_terminal() && !reply.ends_with(b"\n") { "\n" } else { "" };
    stdout
        .write_all(reply)
        .and_then(|()| stdout.write_all(end.as_bytes()))
        .and_then(|()| stdout.flush())
        .map_err(Error::Stdout)
}
