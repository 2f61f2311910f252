//! Does getaddrinfo know a URL, or a host with a port?

use std::process::ExitCode;

use common::Error;
use common::log::{self, Call};
use dns_lookup::AddrInfoHints;

/// Of <netdb.h>, 4 on Linux, macOS and Windows: no names, so that no name server is asked.
const AI_NUMERICHOST: i32 = 4;

fn main() -> ExitCode {
    log::init();
    log::exit_code(run())
}

fn run() -> Result<(), Error> {
    log::info("Does getaddrinfo know a URL, or a host with a port?");
    for (host, service) in
        [("http://127.0.0.1/", None), ("127.0.0.1:80", None), ("127.0.0.1", Some("80"))]
    {
        if let Err(error) = lookup(host, service) {
            log::warn(&error);
        }
    }
    log::info(
        "The first argument of getaddrinfo is a host, the second a service (getaddrinfo(3)); \
         a program that has a URL takes the host out of it itself (RFC 3986, 3.2.2).",
    );
    Ok(())
}

fn lookup(host: &str, service: Option<&str>) -> Result<(), Error> {
    let hints = AddrInfoHints { flags: AI_NUMERICHOST, ..AddrInfoHints::default() };
    let call = match service {
        Some(service) => format!("getaddrinfo({host:?}, {service:?})"),
        None => format!("getaddrinfo({host:?}, NULL)"),
    };
    // The first answer will do: the others are the same for other socket types.
    for info in
        dns_lookup::getaddrinfo(Some(host), service, Some(hints)).log(&call)?.take(1)
    {
        log::info(info.map_err(|error| Error::call(&call, error))?.sockaddr);
    }
    Ok(())
}
