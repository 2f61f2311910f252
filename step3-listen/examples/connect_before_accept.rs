//! Does connect wait until the server calls accept?

use std::io::Read;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("Does connect wait until the server calls accept?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    log::ss(&server);
    let address = strace!(server.local_addr())?;

    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    log::ss(&client);
    strace!(client.send(b"Hello!"))?;
    log::ss(&server);

    // Only now does the server do something.
    let (mut accepted, _) = strace!(server.accept())?;
    strace!(accepted.read(&mut [0; 16]))?;
    log::ss(&server);
    log::info(
        "No: the kernel of the server completes the connection by itself and puts it into the \
         queue (Recv-Q). accept only takes it out (listen(2)). That is why a client can connect \
         and even send before the server is ready for it.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
