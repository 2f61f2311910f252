//! The first address of a host refuses the connection. Does that mean the server is down?
//!
//! No name at all (NULL) stands for this machine, which has an address of each family.
//! Which one comes first is a matter of RFC 6724, and on Linux of /etc/gai.conf.

use std::process::ExitCode;

use common::{Error, address, log, strace};
use dns_lookup::{AddrInfoHints, getaddrinfo};
use socket2::{Domain, SockAddr, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "The first address of a host refuses the connection. Does that mean the server is down?",
    );
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(1))?;
    log::ss(&server);

    let port = address::port(&strace!(server.local_addr())?).to_string();
    let hints = AddrInfoHints { socktype: Type::STREAM.into(), ..AddrInfoHints::default() };
    for answer in strace!(getaddrinfo(None, Some(port.as_str()), Some(hints)))?.flatten() {
        if connect(&answer.sockaddr.into()).is_ok() {
            break;
        }
    }
    log::info(
        "It doesn't: a host can have several addresses, and a server need not listen on all of \
         them. That is why getaddrinfo returns a list, and why a client tries one address after \
         another until one connects (getaddrinfo(3)).",
    );
    Ok(())
}

fn connect(address: &SockAddr) -> Result<(), Error> {
    let client = strace!(Socket::new(address.domain(), Type::STREAM, None))?;
    let connected = strace!(client.connect(address));
    log::close(client);
    connected
}

fn main() -> ExitCode {
    common::example(run)
}
