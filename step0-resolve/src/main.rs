//! Step 0: getaddrinfo(3) turns a name and a service into addresses.

use std::net::IpAddr;
use std::process::ExitCode;

use clap::Parser;
use common::{Error, address, log, strace};
use dns_lookup::{AddrInfoHints, getaddrinfo, getnameinfo};
use socket2::{Domain, Type};

fn run(args: &Args) -> Result<(), Error> {
    match &args.reverse {
        Some(address) => reverse(address),
        None => resolve(&args.name, args.service.as_deref(), args.family),
    }
}

fn resolve(name: &str, service: Option<&str>, family: Option<Domain>) -> Result<(), Error> {
    let hints =
        AddrInfoHints { address: family.map_or(0, i32::from), ..AddrInfoHints::default() };
    let mut addresses = Vec::new();
    for answer in strace!(getaddrinfo(Some(name), service, Some(hints)))?.flatten() {
        // The list has an address once for each socket type.
        if !addresses.contains(&answer.sockaddr) {
            addresses.push(answer.sockaddr);
        }
    }

    for address in &addresses {
        match service {
            Some(_) => log::print(format!("{address}\n"))?,
            None => log::print(format!("{}\n", address.ip()))?,
        }
    }
    let ipv4 = match family {
        Some(Domain::IPV4) => addresses.first().map(|address| address.ip()),
        _ => first_ipv4(name),
    };
    match ipv4 {
        Some(ip) => log::info(format!("gethostbyname({name:?}) would return {ip}")),
        None => {
            log::info(format!("gethostbyname({name:?}) would fail: it knows IPv4 only"))
        }
    }
    Ok(())
}

/// What gethostbyname of Python does: it asks for IPv4 only, and takes the first answer.
fn first_ipv4(name: &str) -> Option<IpAddr> {
    let hints = AddrInfoHints { address: Domain::IPV4.into(), ..AddrInfoHints::default() };
    let mut answers = getaddrinfo(Some(name), None, Some(hints)).ok()?;
    Some(answers.next()?.ok()?.sockaddr.ip())
}

fn reverse(address: &address::Address) -> Result<(), Error> {
    // 0 is AF_UNSPEC: either family.
    if let Some(address) = address.lookup(Domain::from(0), Type::STREAM)?.as_socket() {
        let (host, service) = strace!(getnameinfo(&address, 0))?;
        log::print(format!("{host} {service}\n"))?;
    }
    Ok(())
}

#[derive(Parser)]
#[command(version, about, long_about = include_str!("help.txt").trim_end())]
struct Args {
    /// Host to look up: its name, not a URL
    #[arg(default_value = "localhost", value_parser = address::host)]
    name: String,
    /// Service to look up: a port number, or a name from /etc/services
    #[arg(value_parser = address::service)]
    service: Option<String>,
    /// Only addresses of this family: inet is IPv4, inet6 is IPv6
    #[arg(long, value_parser = address::family())]
    family: Option<Domain>,
    /// The other way round: look up the names of this address
    #[arg(long, value_name = "HOST:PORT", conflicts_with_all = ["name", "service"])]
    reverse: Option<address::Address>,
}

fn main() -> ExitCode {
    common::main(run)
}
