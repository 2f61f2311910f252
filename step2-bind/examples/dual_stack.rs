//! A server is bound to [::], the IPv6 address for any. Can an IPv4 client connect?
//!
//! On Linux and macOS it can, by default; on Windows it cannot. A program that cares sets
//! IPV6_V6ONLY to 0 or to 1 everywhere.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;

use common::log::{self, Call};
use common::{Error, address};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    log::init();
    log::exit_code(run())
}

fn run() -> Result<(), Error> {
    log::info("A server is bound to [::]. Can an IPv4 client connect?");
    let server = Socket::new(Domain::IPV6, Type::STREAM, None)
        .log("socket(AF_INET6, SOCK_STREAM, 0)")?;
    let fd = log::fd(&server);
    let any = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
    server.bind(&any.into()).log(format!("bind({fd}, {any})"))?;
    server.listen(1).log(format!("listen({fd}, 1)"))?;
    log::row(&server);

    let client = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, address::local(&server)?.port()));
    let connect = format!("connect({}, {address})", log::fd(&client));
    client.connect(&address.into()).log(connect)?;
    log::row(&client);

    let (connection, _) = server.accept().log(format!("accept({fd})"))?;
    log::row(&connection);
    log::info(
        "Without IPV6_V6ONLY an IPv6 socket takes IPv4, too, and IPv4 addresses appear in it \
         as ::ffff:a.b.c.d (RFC 3493, 3.7; ipv6(7)).",
    );
    Ok(())
}
