//! A datagram has 10 bytes, and the buffer has room for 4. Where are the other 6?
//!
//! Windows says so: there recv fails with WSAEMSGSIZE, with the first 4 bytes in the buffer.

use std::io::Read;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "A datagram has 10 bytes, and the buffer has room for 4. Where are the other 6?",
    );
    let mut socket = strace!(Socket::new(Domain::IPV4, Type::DGRAM, None))?;
    strace!(socket.bind(&address::new([127, 0, 0, 1], 0)))?;
    log::ss(&socket);

    // One socket is enough for both ends: it sends to its own address.
    let address = strace!(socket.local_addr())?;
    strace!(socket.send_to(b"0123456789", &address))?;
    strace!(socket.send_to(b"next", &address))?;
    strace!(socket.send_to(b"0123456789", &address))?;
    for size in [4, 4, 65507] {
        let mut buf = vec![0; size];
        // Where it fails for want of room, the buffer is full.
        let length = strace!(socket.read(&mut buf)).unwrap_or(size);
        let text = String::from_utf8_lossy(&buf[..length]);
        log::info(format!("The buffer holds {text:?}."));
    }
    log::info(
        "They are gone: each recv takes one datagram from the queue, and the kernel throws away \
         what does not fit into the buffer (recv(2)). That is why the buffer has to be as large \
         as the largest datagram, which has 65507 bytes over IPv4.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
