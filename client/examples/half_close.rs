//! The client has called shutdown(SHUT_WR). Can it still read?

use std::io::Read;
use std::net::Shutdown;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("The client has called shutdown(SHUT_WR). Can it still read?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let mut client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let (mut accepted, _) = strace!(server.accept())?;
    strace!(client.send(b"Hello!"))?;
    strace!(client.shutdown(Shutdown::Write))?;

    strace!(accepted.read(&mut [0; 16]))?;
    strace!(accepted.read(&mut [0; 16]))?; // 0: the client has ended its side.
    log::ss(&accepted);
    strace!(accepted.send(b"Goodbye!"))?;
    strace!(client.read(&mut [0; 16]))?;
    log::ss(&client);

    log::close(accepted);
    strace!(client.read(&mut [0; 16]))?;
    log::info(
        "Yes: each direction ends on its own (shutdown(2); RFC 9293, section 3.6). The client \
         says \"that was my question\" and still waits for the whole answer. This is called a \
         half-close.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
