//! 127.255.255.255 is everybody on the network 127.0.0.0/8. May you send to all of them?
//!
//! Linux only: the loopback of other systems has no broadcast address.

use std::io::Read;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    if !cfg!(target_os = "linux") {
        log::info("Only on Linux the loopback network has a broadcast address.");
        return Ok(());
    }
    log::ask(
        "127.255.255.255 is everybody on the network 127.0.0.0/8. May you send to all of them?",
    );
    // The second one takes the port of the first, which both have to allow.
    let mut one = receiver(0)?;
    let everybody = strace!(one.local_addr())?;
    let mut two = receiver(address::port(&everybody))?;

    let sender = strace!(Socket::new(Domain::IPV4, Type::DGRAM, None))?;
    let _ = strace!(sender.send_to(b"Hello, everybody!", &everybody)); // It fails.
    strace!(sender.set_broadcast(true))?;
    strace!(sender.send_to(b"Hello, everybody!", &everybody))?;
    strace!(one.read(&mut [0; 64]))?;
    strace!(two.read(&mut [0; 64]))?;
    log::info(
        "Only after you have asked for it. A broadcast bothers every machine of the network, so \
         the kernel wants SO_BROADCAST first, in case the address was a mistake (socket(7)). \
         Then one sendto is enough, and everybody gets a copy. Routers don't pass it on, and \
         IPv6 has no broadcast: use multicast there.",
    );
    Ok(())
}

fn receiver(port: u16) -> Result<Socket, Error> {
    let socket = strace!(Socket::new(Domain::IPV4, Type::DGRAM, None))?;
    strace!(socket.set_reuse_address(true))?;
    strace!(socket.bind(&address::new([127, 255, 255, 255], port)))?;
    Ok(socket)
}

fn main() -> ExitCode {
    common::example(run)
}
