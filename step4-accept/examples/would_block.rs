//! The server stops in accept and does nothing. Has it hung?

use std::io::Read;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("The server stops in accept and does nothing. Has it hung?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    strace!(server.set_nonblocking(true))?;
    let _ = strace!(server.accept()); // It fails: nobody has connected.

    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    strace!(server.set_nonblocking(false))?;
    let (mut accepted, _) = strace!(blocking: server.accept())?;
    strace!(accepted.set_nonblocking(true))?;
    let _ = strace!(accepted.read(&mut [0; 16])); // It fails: nothing has been sent.

    strace!(client.send(b"Hello!"))?;
    strace!(accepted.set_nonblocking(false))?;
    strace!(blocking: accepted.read(&mut [0; 16]))?;
    log::info(
        "No, it waits: accept blocks until a client comes, and recv until bytes come \
         (accept(2), recv(2)). With O_NONBLOCK they don't wait but fail with EAGAIN, which \
         means: nothing yet, try again later.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
