//! You have asked a server, and wait for its answer. Can a stranger answer first?

use std::net::UdpSocket;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "You have asked a server, and wait for its answer. Can a stranger answer first?",
    );
    let server = socket()?;
    let stranger = socket()?;
    let there = strace!(server.local_addr())?;
    for connected in [false, true] {
        let client = socket()?;
        let here = strace!(client.local_addr())?;
        if connected {
            strace!(client.connect(&there))?;
        }
        log::ss(&client);
        strace!(stranger.send_to(b"Trust me!", &here))?;
        strace!(server.send_to(b"The answer.", &here))?;

        let client = UdpSocket::from(client);
        let mut buf = [0; 16];
        let (length, _) = strace!(client.recv_from(&mut buf))?;
        log::info(format!("The buffer holds \"{}\".", buf[..length].escape_ascii()));
        log::close(client);
    }
    log::info(
        "Yes, because a socket that is not connected takes datagrams from anybody. So compare \
         the address that recvfrom gives you, or connect the socket: over UDP that sends \
         nothing, but from then on the kernel keeps everybody else's datagrams away from you \
         (udp(7)). Only a forged source address still gets through.",
    );
    Ok(())
}

fn socket() -> Result<Socket, Error> {
    let socket = strace!(Socket::new(Domain::IPV4, Type::DGRAM, None))?;
    strace!(socket.bind(&address::new([127, 0, 0, 1], 0)))?;
    Ok(socket)
}

fn main() -> ExitCode {
    common::example(run)
}
