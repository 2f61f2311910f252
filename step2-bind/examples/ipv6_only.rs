//! One server has a port on 0.0.0.0. Can another one have the same port on [::]?
//!
//! On Windows and FreeBSD it can at once: there IPV6_V6ONLY is 1 by default.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "One server has a port on 0.0.0.0. Can another one have the same port on [::]?",
    );
    let inet = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(inet.bind(&address::new(Ipv4Addr::UNSPECIFIED, 0)))?;
    log::ss(&inet);
    let port = address::port(&strace!(inet.local_addr())?);

    let any = address::new(Ipv6Addr::UNSPECIFIED, port);
    let inet6 = strace!(Socket::new(Domain::IPV6, Type::STREAM, None))?;
    if strace!(inet6.bind(&any)).is_err() {
        strace!(inet6.set_only_v6(true))?;
        strace!(inet6.bind(&any))?;
    }
    log::ss(&inet6);
    log::info(
        "Only with IPV6_V6ONLY: without it, [::] takes IPv4 clients too, and on this port they \
         belong to the first server. Set it before bind, and the port has room for both (RFC \
         3493, section 5.3; ipv6(7)).",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
