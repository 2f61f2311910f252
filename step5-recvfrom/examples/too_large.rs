//! The length of an IP packet has 16 bits: up to 65535. How much fits into one datagram?
//!
//! macOS sends no more than sysctl net.inet.udp.maxdgram shows, 9216 bytes.

use std::io::Read;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "An IP packet has at most 65535 bytes, headers included. How much fits into one \
         datagram?",
    );
    let mut socket = strace!(Socket::new(Domain::IPV4, Type::DGRAM, None))?;
    strace!(socket.bind(&address::new([127, 0, 0, 1], 0)))?;

    // One socket is enough for both ends: it sends to its own address.
    let address = strace!(socket.local_addr())?;
    let bytes = vec![b'x'; 65535];
    for length in [65535, 65508, 65507] {
        if strace!(socket.send_to(&bytes[..length], &address)).is_ok() {
            strace!(socket.read(&mut vec![0; 65536]))?;
        }
    }
    log::info(
        "65507 bytes, because the headers of IPv4 (20 bytes) and UDP (8 bytes) count too (RFC \
         791, RFC 768). But hardly any network carries that much at once: Ethernet has an MTU \
         of 1500 bytes, so IP cuts the datagram into 45 fragments. If one of them gets lost, \
         all are. That is why a protocol is better off with about 1200 bytes (RFC 8085, \
         section 3.2).",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
