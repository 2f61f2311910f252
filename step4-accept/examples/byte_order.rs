//! The client sends the number 5 as 4 bytes. Which number does the server read?

use std::io::Read;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "The client sends the number 5 as 4 bytes. Which number does the server read?",
    );
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let (mut accepted, _) = strace!(server.accept())?;

    // First as the memory of nearly every computer of today has it, then as networks do.
    for bytes in [5_u32.to_le_bytes(), 5_u32.to_be_bytes()] {
        log::info(format!("The client sends the bytes {bytes:?}."));
        strace!(client.send(&bytes))?;
        let mut buf = [0; 4];
        strace!(accepted.read(&mut buf))?;
        log::info(format!("The server reads {}.", u32::from_be_bytes(buf)));
    }
    log::info(
        "5, if both ends agree on the order of the bytes. Most processors store the lowest byte \
         first (little-endian); networks send the highest one first (big-endian, network byte \
         order). That is why you convert: with to_be_bytes in Rust, with htonl in C, and a port \
         with htons (byteorder(3)). Forget it, and you bind port 23569 instead of 4444.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
