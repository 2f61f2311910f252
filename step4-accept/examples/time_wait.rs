//! A server stops while a client is connected. Can it start again at once?
//!
//! Not on Linux, macOS and the BSDs. Windows lets it start.

use std::io::Read;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("A server stops while a client is connected. Can it start again at once?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let mut client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let (accepted, _) = strace!(server.accept())?;

    // What the kernel does when the server ends.
    log::close(accepted);
    log::close(server);
    // The client sees the end of file and closes, too.
    strace!(client.read(&mut [0; 16]))?;
    log::close(client);

    let again = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    if strace!(again.bind(&address)).is_err() {
        strace!(again.set_reuse_address(true))?;
        let _ = strace!(again.bind(&address)); // On Linux it fails: the first one has not set it.
    }
    log::info(
        "No: the server has closed first, so its kernel keeps the connection for a while in \
         TIME-WAIT, and a late packet can't end up in a new connection on the same port (RFC \
         9293, section 3.6.1). On Linux that takes 60 seconds. Until then nobody can bind the \
         address, unless the old server and the new one have both set SO_REUSEADDR (socket(7)): \
         see the example reuse_address.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
