//! Addresses: how a learner writes them, and how getaddrinfo(3) looks them up.

use std::fmt;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use dns_lookup::AddrInfoHints;
use socket2::{Domain, Socket, Type};

use crate::Error;
use crate::log::{self, Call};

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

/// The address that a socket is bound to: with the port that the kernel chose, if it was
/// bound to port 0.
///
/// # Errors
///
/// The error of getsockname(2), or that the address is neither IPv4 nor IPv6.
pub fn local(socket: &Socket) -> Result<SocketAddr, Error> {
    let call = format!("getsockname({})", log::fd(socket));
    let address = socket.local_addr().map_err(|error| Error::call(&call, error))?;
    address.as_socket().ok_or_else(|| Error::call(call, ErrorKind::Unsupported.into()))
}

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
    pub fn lookup(&self, family: Domain, socket_type: Type) -> Result<SocketAddr, Error> {
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
    ) -> Result<(SocketAddr, Vec<SocketAddr>), Error> {
        let numeric: Option<IpAddr> = self.host.parse().ok();
        if let (Some(ip), Ok(port)) = (numeric, self.port.parse()) {
            return Ok((SocketAddr::new(ip, port), Vec::new()));
        }
        let hints = AddrInfoHints {
            address: if numeric.is_some() { 0 } else { family.into() },
            socktype: socket_type.into(),
            ..AddrInfoHints::default()
        };
        let call = format!("getaddrinfo({:?}, {:?})", self.host, self.port);
        let mut found = Vec::new();
        for info in dns_lookup::getaddrinfo(Some(&self.host), Some(&self.port), Some(hints))
            .log(&call)?
        {
            let address = info.map_err(|error| Error::call(&call, error))?.sockaddr;
            if !found.contains(&address) {
                found.push(address);
            }
        }
        let mut found = found.into_iter();
        match found.next() {
            Some(first) => Ok((first, found.collect())),
            None => Err(Error::call(&call, std::io::ErrorKind::NotFound.into())),
        }
    }
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
                Some((host, rest)) => match rest.strip_prefix(':') {
                    Some(port) if host.contains(':') => (host, port),
                    Some(_) => return Err("only an IPv6 address goes in brackets".into()),
                    None => return Err("the port is missing: write [HOST]:PORT".into()),
                },
                None => return Err("the bracket is not closed: write [HOST]:PORT".into()),
            },
            None => match text.rsplit_once(':') {
                Some((host, _)) if host.contains(':') => {
                    return Err("an IPv6 address goes in brackets: [::1]:4444".into());
                }
                Some(parts) => parts,
                None => return Err("the port is missing: write HOST:PORT".into()),
            },
        };
        Ok(Self { host: self::host(host)?, port: service(port)? })
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
