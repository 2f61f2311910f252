//! 1000 datagrams are sent, and every send succeeds. How many arrive?

use std::io::Read;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("1000 datagrams are sent, and every send succeeds. How many arrive?");
    let mut receiver = strace!(Socket::new(Domain::IPV4, Type::DGRAM, None))?;
    strace!(receiver.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(receiver.set_recv_buffer_size(65536))?;

    let address = strace!(receiver.local_addr())?;
    let sender = strace!(Socket::new(Domain::IPV4, Type::DGRAM, None))?;
    strace!(sender.send_to(&[b'x'; 1000], &address))?;
    let more = (1..1000).filter(|_| sender.send_to(&[b'x'; 1000], &address).is_ok());
    log::info(format!("And {} more of them.", more.count()));

    // Nobody has read until now.
    strace!(receiver.set_nonblocking(true))?;
    let mut buf = [0; 1000];
    strace!(receiver.read(&mut buf))?;
    let mut more = 0;
    while receiver.read(&mut buf).is_ok() {
        more += 1;
    }
    log::info(format!("And {more} more of them."));
    let _ = strace!(receiver.read(&mut buf)); // It fails: there is none left.
    log::info(
        "As many as fit into the receive buffer. The kernel throws the others away and tells \
         neither end, because a send that succeeds only means that the kernel has taken the \
         datagram. So a client that needs an answer waits a while, asks again, and gives up \
         after a few attempts (RFC 8085, section 3.1).",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
