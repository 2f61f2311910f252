//! Exercise: tell everybody what one client says.

use std::io::{ErrorKind, Read, Write};
use std::process::ExitCode;

use clap::Parser;
use common::{Error, address, log, strace};
use rustix::event::{PollFd, PollFlags, poll};
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

    strace!(socket.set_nonblocking(true))?;
    let mut clients: Vec<Client> = Vec::new();
    let mut buf = vec![0; 65536];
    let mut accepting = true;
    loop {
        let listen = if accepting { PollFlags::IN } else { PollFlags::empty() };
        let mut fds = vec![PollFd::new(&socket, listen)];
        fds.extend(clients.iter().map(Client::poll_fd));
        if let Err(error) = strace!(blocking: poll(&mut fds, None)) {
            error.pause()?;
            continue;
        }
        let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        // From the last to the first: swap_remove moves only a client that had its turn.
        for index in (0..clients.len()).rev().filter(|index| ready[index + 1]) {
            match clients[index].echo(&mut buf) {
                Ok(Some(said)) => clients.iter_mut().for_each(|c| c.rest.extend(&said)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => (),
                _ => {
                    log::close(clients.swap_remove(index).socket);
                    accepting = true;
                }
            }
        }
        if ready[0] {
            match strace!(socket.accept()) {
                Ok((socket, _)) => {
                    log::ss(&socket);
                    strace!(socket.set_nonblocking(true))?;
                    clients.push(Client { socket, rest: Vec::new() });
                }
                Err(error) => {
                    // Without a descriptor for it, the next client waits until one leaves.
                    accepting = clients.is_empty() || !error.is_out_of_descriptors();
                    error.pause()?;
                }
            }
        }
    }
}

struct Client {
    socket: Socket,
    /// What was received and is still to be sent.
    rest: Vec<u8>,
}

impl Client {
    fn poll_fd(&self) -> PollFd<'_> {
        let events = if self.rest.is_empty() { PollFlags::IN } else { PollFlags::OUT };
        PollFd::new(&self.socket, events)
    }

    /// Receives what everybody is to be told, or sends what waits; none at the end of file.
    fn echo(&mut self, buf: &mut [u8]) -> Result<Option<Vec<u8>>, Error> {
        if self.rest.is_empty() {
            match strace!(self.socket.read(buf))? {
                0 => return Ok(None),
                length => return Ok(Some(buf[..length].to_vec())),
            }
        }
        let sent = strace!(self.socket.write(&self.rest))?;
        self.rest.drain(..sent);
        Ok(Some(Vec::new()))
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
