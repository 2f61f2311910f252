//! The listening socket does not block. Does the socket that accept returns?
//!
//! On Linux it does; on other systems it takes the flag over.

use std::io::Read;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "The listening socket has O_NONBLOCK. Does recv block on the socket that accept \
         returns?",
    );
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    strace!(server.set_nonblocking(true))?;
    let (mut accepted, _) = strace!(server.accept())?;

    // Without a limit it would wait for ever.
    let limit = Duration::from_millis(200);
    strace!(accepted.set_read_timeout(Some(limit)))?;
    let start = Instant::now();
    let _ = strace!(blocking: accepted.read(&mut [0; 16])); // It fails: nothing has been sent.
    let blocked = start.elapsed() >= limit / 2;
    log::info(if blocked { "It has waited, for 200 ms." } else { "It has not waited." });

    strace!(accepted.set_nonblocking(true))?;
    let _ = strace!(accepted.read(&mut [0; 16])); // It fails at once.
    log::info(
        "On Linux the new socket does not inherit O_NONBLOCK, on Windows, macOS and the BSDs it \
         does (accept(2)). A server with one thread that forgets it stands still for all clients as \
         soon as one of them is silent. Set it on each socket that accept returns.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
