//! The first address of a host refuses. Is its server down?
//!
//! No name at all (NULL) stands for this machine, which has an address of each family.
//! Which one comes first is a matter of RFC 6724, and on Linux of /etc/gai.conf.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use common::log::{self, Call};
use common::{Error, address};
use dns_lookup::AddrInfoHints;
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    log::init();
    log::exit_code(run())
}

fn run() -> Result<(), Error> {
    log::info("The first address of a host refuses. Is its server down?");
    let server = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let fd = log::fd(&server);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    server.bind(&address.into()).log(format!("bind({fd}, {address})"))?;
    server.listen(1).log(format!("listen({fd}, 1)"))?;
    log::row(&server);

    let port = address::local(&server)?.port().to_string();
    let hints = AddrInfoHints { socktype: Type::STREAM.into(), ..AddrInfoHints::default() };
    let call = format!("getaddrinfo(NULL, {port:?})");
    for info in dns_lookup::getaddrinfo(None, Some(&port), Some(hints)).log(&call)? {
        let address = info.map_err(|error| Error::call(&call, error))?.sockaddr;
        let family = Domain::for_address(address);
        let client = Socket::new(family, Type::STREAM, None)
            .log(format!("socket({family:?}, SOCK_STREAM, 0)"))?;
        let connect = format!("connect({}, {address})", log::fd(&client));
        match client.connect(&address.into()).log(connect) {
            Ok(()) => break,
            Err(error) => log::warn(&error),
        }
    }
    log::info(
        "getaddrinfo returns a list, and a client tries one address after the other until one \
         connects (getaddrinfo(3), RFC 6724).",
    );
    Ok(())
}
