//! recv returns 0. Does that mean that nothing has come yet?

use std::io::Read;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("recv returns 0. Does that mean that nothing has come yet?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let (mut accepted, _) = strace!(server.accept())?;
    log::close(client);
    strace!(accepted.read(&mut [0; 16]))?;
    log::ss(&accepted);

    // One UDP socket is enough for both ends: it sends to itself.
    let mut udp = strace!(Socket::new(Domain::IPV4, Type::DGRAM, None))?;
    strace!(udp.bind(&address::new([127, 0, 0, 1], 0)))?;
    let address = strace!(udp.local_addr())?;
    strace!(udp.send_to(b"", &address))?;
    strace!(udp.send_to(b"Hello!", &address))?;
    strace!(udp.read(&mut [0; 16]))?;
    strace!(udp.read(&mut [0; 16]))?;
    log::info(
        "No: on a stream, 0 is the end of file. The other end will send nothing more. When \
         nothing has come yet, recv waits. A datagram is different: it can be empty, and the \
         next one comes all the same (recv(2)).",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
