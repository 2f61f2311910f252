//! One server has 0.0.0.0, with IPv4. Can another one have [::], with IPv6, on the same port?
//!
//! On Windows it can at once: there IPV6_V6ONLY is 1 by default.

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
    log::info("One server has 0.0.0.0. Can another one have [::] on the same port?");
    let inet = Socket::new(Domain::IPV4, Type::STREAM, None)
        .log("socket(AF_INET, SOCK_STREAM, 0)")?;
    let fd = log::fd(&inet);
    let any = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    inet.bind(&any.into()).log(format!("bind({fd}, {any})"))?;
    log::row(&inet);

    let inet6 = Socket::new(Domain::IPV6, Type::STREAM, None)
        .log("socket(AF_INET6, SOCK_STREAM, 0)")?;
    let fd = log::fd(&inet6);
    let any = SocketAddr::from((Ipv6Addr::UNSPECIFIED, address::local(&inet)?.port()));
    if let Err(error) = inet6.bind(&any.into()).log(format!("bind({fd}, {any})")) {
        log::warn(&error);
    }
    inet6
        .set_only_v6(true)
        .log(format!("setsockopt({fd}, IPPROTO_IPV6, IPV6_V6ONLY, 1)"))?;
    inet6.bind(&any.into()).log(format!("bind({fd}, {any})"))?;
    log::row(&inet6);
    log::info(
        "[::] is 0.0.0.0 as well, unless IPV6_V6ONLY is set before bind: then one port has \
         room for both (RFC 3493, 5.3; ipv6(7)).",
    );
    Ok(())
}
