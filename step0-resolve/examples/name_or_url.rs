//! Can getaddrinfo look up a URL, or a host with a port?

use std::process::ExitCode;

use common::{Error, log, strace};
use dns_lookup::{AddrInfoHints, getaddrinfo};
use socket2::Type;

/// No names, so that no name server is asked. Of <netdb.h>, 4 on Linux, macOS and Windows.
const AI_NUMERICHOST: i32 = 4;

fn run() -> Result<(), Error> {
    log::ask("Can getaddrinfo look up a URL, or a host with a port?");
    for (host, service) in
        [("http://127.0.0.1/", None), ("127.0.0.1:80", None), ("127.0.0.1", Some("80"))]
    {
        // What fails has been shown, and the next one is looked up.
        let _ = look_up(host, service);
    }
    log::info(
        "Neither: getaddrinfo asks DNS for the host and the list of services for the port, and \
         neither of them knows URLs. That is why host and service are two arguments, and why a \
         program has to take a URL apart itself (RFC 3986, section 3.2).",
    );
    Ok(())
}

fn look_up(host: &str, service: Option<&str>) -> Result<(), Error> {
    let hints = AddrInfoHints {
        flags: AI_NUMERICHOST,
        socktype: Type::STREAM.into(),
        ..AddrInfoHints::default()
    };
    for answer in strace!(getaddrinfo(Some(host), service, Some(hints)))?.flatten() {
        log::info(answer.sockaddr);
    }
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
