//! Step 8: epoll_wait(2) returns only who is ready: ten thousand clients cost no more.

use std::collections::{BTreeSet, HashMap};
use std::io::{ErrorKind, Read, Write};
use std::mem;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use common::{Error, address, log, strace};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Protocol, Socket, Type};

/// The token of the listening socket; each client has one of its own, and none comes twice.
const LISTENER: Token = Token(0);

fn run(args: &Args) -> Result<(), Error> {
    let (family, socket_type, proto) = (args.family, args.socket_type, args.proto);
    let socket = strace!(Socket::new(family, socket_type, Some(Protocol::from(proto))))?;
    log::ss(&socket);

    let address = args.address.lookup(family, socket_type)?;
    strace!(socket.bind(&address))?;
    log::ss(&socket);

    strace!(socket.listen(args.backlog))?;
    log::ss(&socket);

    strace!(socket.set_nonblocking(true))?;
    let mut socket = TcpListener::from_std(socket.into());
    let mut poll = strace!(Poll::new())?;
    strace!(poll.registry().register(&mut socket, LISTENER, Interest::READABLE))?;
    let mut clients: HashMap<Token, Client> = HashMap::new();
    let mut buf = vec![0; 65536];
    let mut accepting = true;
    let mut events = Events::with_capacity(1024);
    let (mut waiting, mut ready) = (false, BTreeSet::new());
    let mut last = LISTENER;
    loop {
        // An event comes once: whoever was ready stays so until a call would block.
        let idle = ready.is_empty() && !(waiting && accepting);
        let timeout = if idle { None } else { Some(Duration::ZERO) };
        if let Err(error) = strace!(blocking: poll.poll(&mut events, timeout)) {
            error.pause()?;
            continue;
        }
        ready.extend(events.iter().map(|event| event.token()));
        waiting |= ready.remove(&LISTENER);
        // One turn for each: one that is always ready keeps nobody waiting.
        for token in mem::take(&mut ready) {
            let Some(client) = clients.get_mut(&token) else { continue };
            match client.echo(&mut buf) {
                Ok(true) => _ = ready.insert(token),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    client.wait(&poll, token)?;
                }
                _ => {
                    if let Some(client) = clients.remove(&token) {
                        log::close(client.socket);
                    }
                    accepting = true;
                }
            }
        }
        if waiting && accepting {
            match strace!(socket.accept()) {
                Ok((mut socket, _)) => {
                    log::ss(&socket);
                    last = Token(last.0 + 1);
                    let event = Interest::READABLE;
                    if strace!(poll.registry().register(&mut socket, last, event)).is_ok() {
                        clients.insert(last, Client { socket, rest: Vec::new(), event });
                    }
                }
                Err(error) => {
                    // Without a descriptor for it, the next client waits until one leaves.
                    accepting = clients.is_empty() || !error.is_out_of_descriptors();
                    waiting = error.kind() != ErrorKind::WouldBlock;
                    error.pause()?;
                }
            }
        }
    }
}

struct Client {
    socket: TcpStream,
    /// What was received and is still to be sent.
    rest: Vec<u8>,
    /// What it is registered for.
    event: Interest,
}

impl Client {
    fn wait(&mut self, poll: &Poll, token: Token) -> Result<(), Error> {
        let event =
            if self.rest.is_empty() { Interest::READABLE } else { Interest::WRITABLE };
        if mem::replace(&mut self.event, event) != event {
            strace!(poll.registry().reregister(&mut self.socket, token, event))?;
        }
        Ok(())
    }

    /// Receives and sends once, without waiting; false at the end of file. Nothing more is
    /// received before all is sent, so one buffer is the most that a client costs.
    fn echo(&mut self, buf: &mut [u8]) -> Result<bool, Error> {
        if self.rest.is_empty() {
            match strace!(self.socket.read(buf))? {
                0 => return Ok(false),
                length => self.rest.extend(&buf[..length]),
            }
        }
        let sent = strace!(self.socket.write(&self.rest))?;
        self.rest.drain(..sent);
        Ok(true)
    }
}

#[derive(Parser)]
#[command(version, about, long_about = include_str!("help.txt").trim_end())]
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
