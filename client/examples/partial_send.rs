//! Does send take everything that you give it?
//!
//! How much fits depends on the system, and on how busy it is: the figures differ from run
//! to run.

use std::io;
use std::process::ExitCode;
use std::thread;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("Does send take everything that you give it?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let (mut accepted, _) = strace!(server.accept())?;

    let bytes = vec![b'x'; 50_000_000];
    strace!(client.set_nonblocking(true))?;
    let mut sent = strace!(client.send(&bytes))?;

    // The rest needs a reader at the other end, and a loop: write_all has one.
    let reader = thread::spawn(move || io::copy(&mut accepted, &mut io::sink()));
    strace!(client.set_nonblocking(false))?;
    while sent < bytes.len() {
        sent += strace!(client.send(&bytes[sent..]))?;
    }
    log::close(client);
    if let Ok(Ok(received)) = reader.join() {
        log::info(format!("The other end has read {received} bytes."));
    }
    log::info(
        "Not always: a non-blocking send takes what fits into the buffers of the kernel, and \
         returns how much that was. A blocking one waits until all of it fits, unless a signal \
         or a timeout ends it early (send(2)). That is why you call it in a loop, as write_all \
         does.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
