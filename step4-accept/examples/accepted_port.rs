//! Does accept give the connection a port of its own?

use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("Does accept give the connection a port of its own?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    log::ss(&server);

    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    log::ss(&client);

    let (accepted, _) = strace!(server.accept())?;
    log::ss(&accepted);
    log::ss(&server);
    log::info(
        "No: accept returns a new descriptor, and the port stays the same. The kernel tells \
         connections apart by both addresses and both ports (RFC 9293, section 3.4.1), and no \
         two clients have the same address and port. That is why one port is enough for all \
         clients.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
