//! Step 0: getaddrinfo(3) turns a name and a service into addresses.

use std::io::{self, Write};
use std::net::IpAddr;
use std::process::ExitCode;

use clap::Parser;
use common::log::{self, Call};
use common::{Error, address};
use dns_lookup::AddrInfoHints;
use socket2::{Domain, Type};

/// Of <netdb.h>, 4 on Linux, macOS and Windows.
const AI_NUMERICHOST: i32 = 4;

#[derive(Parser)]
#[command(version, about, long_about = include_str!("../help.txt").trim_end())]
struct Args {
    /// Name to look up: of a host, not a URL
    #[arg(default_value = "localhost", value_parser = address::host)]
    name: String,
    /// Service to look up: a name as in /etc/services, or a port number
    #[arg(value_parser = address::service)]
    service: Option<String>,
    /// Only addresses of this family: inet is IPv4, inet6 is IPv6
    #[arg(long, value_parser = address::family())]
    family: Option<Domain>,
    /// The other way round: the name and the service of this address, HOST:PORT
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["name", "service"])]
    reverse: Option<address::Address>,
}

fn main() -> ExitCode {
    log::init();
    log::exit_code(run(&Args::parse()))
}

fn run(args: &Args) -> Result<(), Error> {
    match &args.reverse {
        Some(address) => reverse(address),
        None => resolve(&args.name, args.service.as_deref(), args.family),
    }
}

fn resolve(name: &str, service: Option<&str>, family: Option<Domain>) -> Result<(), Error> {
    let hints = AddrInfoHints {
        address: family.map_or(0, i32::from),
        flags: AI_NUMERICHOST,
        ..AddrInfoHints::default()
    };
    let call = match service {
        Some(service) => format!("getaddrinfo({name:?}, {service:?})"),
        None => format!("getaddrinfo({name:?}, NULL)"),
    };
    let mut addresses = Vec::new();
    for info in dns_lookup::getaddrinfo(Some(name), service, Some(hints)).log(&call)? {
        let address = info.map_err(|error| Error::call(&call, error))?.sockaddr;
        // The list has an address once for each socket type.
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }

    for address in &addresses {
        match service {
            Some(_) => writeln!(io::stdout(), "{address}"),
            None => writeln!(io::stdout(), "{}", address.ip()),
        }
        .map_err(Error::Stdout)?;
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
    let mut found = dns_lookup::getaddrinfo(Some(name), None, Some(hints)).ok()?;
    Some(found.next()?.ok()?.sockaddr.ip())
}

fn reverse(address: &address::Address) -> Result<(), Error> {
    // 0 is AF_UNSPEC: either family.
    let address = address.lookup(Domain::from(0), Type::STREAM)?;
    let (host, service) =
        dns_lookup::getnameinfo(&address, 0).log(format!("getnameinfo({address})"))?;
    writeln!(io::stdout(), "{host} {service}").map_err(Error::Stdout)
}
