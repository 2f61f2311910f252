//! A server is bound to [::], which stands for any IPv6 address. Can an IPv4 client connect?
//!
//! On Linux and macOS it can, by default; on Windows and FreeBSD it cannot. A program that
//! cares sets IPV6_V6ONLY to 0 or to 1 everywhere.

use std::net::Ipv6Addr;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "A server is bound to [::], which stands for any IPv6 address. Can an IPv4 client \
         connect?",
    );
    let server = strace!(Socket::new(Domain::IPV6, Type::STREAM, None))?;
    strace!(server.bind(&address::new(Ipv6Addr::UNSPECIFIED, 0)))?;
    strace!(server.listen(1))?;
    log::ss(&server);
    let port = address::port(&strace!(server.local_addr())?);

    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address::new([127, 0, 0, 1], port)))?;
    log::ss(&client);

    let (connection, _) = strace!(server.accept())?;
    log::ss(&connection);
    log::info(
        "Yes: unless IPV6_V6ONLY is set, an IPv6 socket takes IPv4 clients too, so that one \
         socket can serve both. The kernel writes their addresses in IPv6 form, as \
         ::ffff:a.b.c.d (RFC 3493, section 3.7; ipv6(7)).",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
