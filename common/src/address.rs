//! Addresses: how a learner writes them, and how getaddrinfo(3) looks them up.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use dns_lookup::{AddrInfoHints, LookupError};
use socket2::{Domain, SockAddr, Type};

use crate::{Error, strace};

/// Reads the address family of a socket: `inet` is AF_INET, `inet6` is AF_INET6.
///
/// Source: address_families(7).
pub fn family() -> impl TypedValueParser<Value = Domain> {
    PossibleValuesParser::new(["inet", "inet6"]).map(|family| match family.as_str() {
        "inet6" => Domain::IPV6,
        _ => Domain::IPV4,
    })
}

/// Reads the type of a socket: `stream` is SOCK_STREAM, `dgram` is SOCK_DGRAM.
///
/// Source: socket(2).
pub fn socket_type() -> impl TypedValueParser<Value = Type> {
    PossibleValuesParser::new(["stream", "dgram"]).map(|r#type| match r#type.as_str() {
        "dgram" => Type::DGRAM,
        _ => Type::STREAM,
    })
}

/// Checks a host: a name, an IPv4 address or an IPv6 address (without brackets).
///
/// A URL passes: what the resolver says of it is part of the lesson.
///
/// # Errors
///
/// The host is empty, longer than 253 bytes (RFC 1035, section 2.3.4, less the length
/// bytes), or holds white space or control characters.
pub fn host(text: &str) -> Result<String, String> {
    if text.is_empty() {
        Err("the host is missing: 127.0.0.1 is this machine, 0.0.0.0 any of its addresses"
            .into())
    } else if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Err("a host holds no spaces and no control characters".into())
    } else if text.len() > 253 {
        Err(format!("a host name has at most 253 bytes, this one has {}", text.len()))
    } else {
        Ok(text.into())
    }
}

/// Checks a service: a port number, or a name as in `/etc/services`.
///
/// getaddrinfo(3) of glibc would take 65537 for port 1, so the range is checked here.
///
/// # Errors
///
/// The number is not in 0 to 65535, or the name holds other characters than those of
/// services(5) files: letters, digits, `-`, `_`, `+`, `.`, `/`, at least one of them a letter.
pub fn service(text: &str) -> Result<String, String> {
    let number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let name = text.bytes().any(|b| b.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_+./".contains(&b));
    if number && text.parse::<u16>().is_err() {
        Err(format!("port {text} is out of range: a port is a number from 0 to 65535"))
    } else if number || name {
        Ok(text.into())
    } else {
        Err(format!(
            "{text:?} is no port: write a number from 0 to 65535 or a service name"
        ))
    }
}

/// The address of this IP address and this port.
pub fn new(ip: impl Into<IpAddr>, port: u16) -> SockAddr {
    SocketAddr::new(ip.into(), port).into()
}

/// The port of an IPv4 or IPv6 address, 0 of any other.
pub fn port(address: &SockAddr) -> u16 {
    address.as_socket().map_or(0, |address| address.port())
}

/// EAI_NONAME of getaddrinfo(3).
#[cfg(unix)]
const NO_NAME: i32 = libc::EAI_NONAME;
/// EAI_NONAME of getaddrinfo(3), under the name that Windows has for it.
#[cfg(windows)]
const NO_NAME: i32 = windows_sys::Win32::Networking::WinSock::WSAHOST_NOT_FOUND;

/// An address as a learner writes it: `HOST:PORT`.
///
/// HOST is a name, an IPv4 address, or an IPv6 address in brackets. PORT is a number or a
/// service name; port 0 lets the kernel choose when the address is bound.
#[derive(Clone, Debug)]
pub struct Address {
    host: String,
    port: String,
}

impl Address {
    /// Looks the address up, with getaddrinfo(3) unless it is numeric already, and
    /// returns the first answer.
    ///
    /// A name is looked up for `family`, a service name for `socket_type`. A numeric host
    /// is taken as it is: if it is of another family, the call that gets it will say so.
    ///
    /// # Errors
    ///
    /// The error of getaddrinfo(3), such as EAI_NONAME or EAI_SERVICE.
    pub fn lookup(&self, family: Domain, socket_type: Type) -> Result<SockAddr, Error> {
        self.lookup_all(family, socket_type).map(|(first, _)| first)
    }

    /// Like [`lookup`](Self::lookup), but returns the first answer and, in the order of
    /// the resolver (RFC 6724), all others.
    ///
    /// # Errors
    ///
    /// Those of [`lookup`](Self::lookup).
    pub fn lookup_all(
        &self,
        family: Domain,
        socket_type: Type,
    ) -> Result<(SockAddr, Vec<SockAddr>), Error> {
        let numeric: Option<IpAddr> = self.host.parse().ok();
        if let (Some(ip), Ok(port)) = (numeric, self.port.parse()) {
            return Ok((new(ip, port), Vec::new()));
        }
        let hints = AddrInfoHints {
            address: if numeric.is_some() { 0 } else { family.into() },
            socktype: socket_type.into(),
            ..AddrInfoHints::default()
        };
        let host = Some(self.host.as_str());
        let port = Some(self.port.as_str());
        strace!(getaddrinfo(host, port, Some(hints)))
    }
}

/// The answers of getaddrinfo(3), each once. POSIX promises one at least.
fn getaddrinfo(
    host: Option<&str>,
    port: Option<&str>,
    hints: Option<AddrInfoHints>,
) -> Result<(SockAddr, Vec<SockAddr>), LookupError> {
    let mut found: Vec<SockAddr> = Vec::new();
    for answer in dns_lookup::getaddrinfo(host, port, hints)?.flatten() {
        let address = answer.sockaddr.into();
        if !found.contains(&address) {
            found.push(address);
        }
    }
    let mut found = found.into_iter();
    match found.next() {
        Some(first) => Ok((first, found.collect())),
        None => Err(LookupError::new(NO_NAME)),
    }
}

/// The path of an AF_UNIX address that has one: unix(7).
#[cfg(unix)]
pub(crate) fn path(address: &SockAddr) -> Option<&str> {
    address.as_pathname()?.to_str()
}

/// Nothing here makes such an address on this system.
#[cfg(not(unix))]
pub(crate) fn path(_: &SockAddr) -> Option<&str> {
    None
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains("://") {
            return Err(
                "this is a URL; an address is HOST:PORT, such as localhost:80".into()
            );
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => match rest.split_once(']') {
                // ss(8) writes the zone behind the bracket: [fe80::1]%eth0:4444.
                Some((host, rest)) => match rest.rsplit_once(':') {
                    Some((zone, port))
                        if host.contains(':')
                            && (zone.is_empty() || zone.starts_with('%')) =>
                    {
                        (host.to_owned() + zone, port)
                    }
                    Some(_) => return Err("only an IPv6 address goes in brackets".into()),
                    None => return Err("the port is missing: [::1]:4444".into()),
                },
                None => return Err("the bracket is not closed: [::1]:4444".into()),
            },
            None => match text.rsplit_once(':') {
                Some((host, _)) if host.contains(':') => {
                    return Err("an IPv6 address goes in brackets: [::1]:4444".into());
                }
                Some(("*", _)) => {
                    return Err("* is no host: 0.0.0.0 is every IPv4 address of this \
                                machine, [::] every IPv6 address"
                        .into());
                }
                Some((host, port)) => (host.to_owned(), port),
                None => {
                    return Err("an address is HOST:PORT, such as 127.0.0.1:4444".into());
                }
            },
        };
        Ok(Self { host: self::host(&host)?, port: service(port)? })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}
