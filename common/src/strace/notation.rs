//! What a call looks like: the name of the system call, its arguments, its result.

use std::fmt::{self, Display};
use std::io;
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr};
use std::thread::JoinHandle;
use std::time::Duration;

use dns_lookup::{AddrInfoHints, AddrInfoIter};
use socket2::{Domain, Protocol, SockAddr, Socket, TcpKeepalive, Type};

use crate::descriptor::{Descriptor, Fd};
use crate::{address, errno};

/// The system call that a function makes, with `%` for the descriptor and for each argument.
pub(super) fn notation(function: &'static str) -> &'static str {
    match function.rsplit("::").next().unwrap_or(function) {
        _ if function == "Poll::new" => EPOLL[0],
        "new" => "socket(%, %, %)",
        "bind" => "bind(%, %)",
        "listen" => "listen(%, %)",
        "accept" => "accept(%)",
        "connect" | "connect_timeout" => "connect(%, %)",
        "read" | "read_buf" | "recv" => "recv(%, %)",
        "peek" => "recv(%, %, MSG_PEEK)",
        "write" | "send" => "send(%, %)",
        "recv_from" => "recvfrom(%, %)",
        "send_to" => "sendto(%, %, %)",
        "shutdown" => "shutdown(%, %)",
        "local_addr" => "getsockname(%)",
        "peer_addr" => "getpeername(%)",
        "try_clone" => "fcntl(%, F_DUPFD_CLOEXEC, 0)",
        "try_clone_to_owned" => "fcntl(%, F_DUPFD_CLOEXEC, 3)",
        "set_nonblocking" => "fcntl(%, F_SETFL, %)",
        "domain" => "getsockopt(%, SOL_SOCKET, SO_DOMAIN)",
        "r#type" => "getsockopt(%, SOL_SOCKET, SO_TYPE)",
        "protocol" => "getsockopt(%, SOL_SOCKET, SO_PROTOCOL)",
        "take_error" => "getsockopt(%, SOL_SOCKET, SO_ERROR)",
        "set_broadcast" => "setsockopt(%, SOL_SOCKET, SO_BROADCAST, %)",
        "set_keepalive" => "setsockopt(%, SOL_SOCKET, SO_KEEPALIVE, %)",
        "set_linger" => "setsockopt(%, SOL_SOCKET, SO_LINGER, %)",
        "set_read_timeout" => "setsockopt(%, SOL_SOCKET, SO_RCVTIMEO, %)",
        "set_write_timeout" => "setsockopt(%, SOL_SOCKET, SO_SNDTIMEO, %)",
        "set_recv_buffer_size" => "setsockopt(%, SOL_SOCKET, SO_RCVBUF, %)",
        "set_send_buffer_size" => "setsockopt(%, SOL_SOCKET, SO_SNDBUF, %)",
        "set_reuse_address" => "setsockopt(%, SOL_SOCKET, SO_REUSEADDR, %)",
        "set_reuse_port" => "setsockopt(%, SOL_SOCKET, SO_REUSEPORT, %)",
        "set_only_v6" => "setsockopt(%, IPPROTO_IPV6, IPV6_V6ONLY, %)",
        "set_tcp_nodelay" => "setsockopt(%, IPPROTO_TCP, TCP_NODELAY, %)",
        "set_tcp_keepalive" => "setsockopt(%, IPPROTO_TCP, TCP_KEEP*, %)",
        "getaddrinfo" => "getaddrinfo(%, %)",
        "getnameinfo" => "getnameinfo(%)",
        "pthread_create" => "pthread_create()",
        "poll" => "poll(%)",
        "register" => EPOLL[1],
        "reregister" => EPOLL[2],
        "wait" => EPOLL[3],
        "remove_file" => "unlink(%)",
        _ => function,
    }
}

/// The calls with which mio makes an instance, asks for events, asks for others, and waits.
const EPOLL: [&str; 4] = if cfg!(target_os = "linux") {
    [
        "epoll_create1(EPOLL_CLOEXEC)",
        "epoll_ctl(%, EPOLL_CTL_ADD, %, {%, %})",
        "epoll_ctl(%, EPOLL_CTL_MOD, %, {%, %})",
        "epoll_wait(%, 1024, %)",
    ]
} else if cfg!(unix) {
    let add = "kevent(%, EV_ADD, %, {%, %})";
    ["kqueue()", add, add, "kevent(%, 1024, %)"]
} else {
    [
        "NtCreateFile(Afd)",
        "register(%, %, {%, %})",
        "reregister(%, %, {%, %})",
        "GetQueuedCompletionStatusEx(%, 1024, %)",
    ]
};

/// The names of what mio asks for, and of what it tells.
const EVENTS: [&str; 5] = ["IN", "OUT", "RDHUP", "ERR", "ET"];

/// What is shown of an argument.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// A descriptor.
    Descriptor(Fd),
    /// Several descriptors.
    Descriptors(&'a [Fd]),
    /// Events of epoll(7), those of [`EVENTS`] that are true.
    Events([bool; 5]),
    /// A number.
    Number(i64),
    /// An option that is on (1) or off (0).
    Flag(bool),
    /// The size of a buffer, in bytes.
    Size(usize),
    /// An address; none if it is neither IPv4 nor IPv6.
    Address(Option<SocketAddr>),
    /// A text, or a null pointer.
    Text(Option<&'a str>),
    /// The name of a constant.
    Constant(&'static str),
    /// An address family.
    Family(Domain),
    /// A type of sockets.
    Type(Type),
    /// The number of a protocol.
    Protocol(Option<Protocol>),
    /// A time; none is without end.
    Time(Option<Duration>),
    /// The options TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT.
    Keepalive(&'a TcpKeepalive),
}

impl Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Descriptor(fd) => fd.fmt(f),
            Self::Descriptors(fds) => write!(f, "{fds:?}"),
            Self::Events(events) => {
                let prefix = if cfg!(target_os = "linux") { "EPOLL" } else { "" };
                let names = EVENTS.iter().zip(events).filter(|(_, is)| **is);
                let names: Vec<String> =
                    names.map(|(name, _)| format!("{prefix}{name}")).collect();
                f.write_str(&names.join("|"))
            }
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => i32::from(*flag).fmt(f),
            Self::Size(size) => size.fmt(f),
            Self::Address(Some(address)) => address.fmt(f),
            Self::Address(None) => f.write_str("-"),
            Self::Text(Some(text)) => write!(f, "{text:?}"),
            Self::Text(None) => f.write_str("NULL"),
            Self::Constant(name) => f.write_str(name),
            Self::Family(family) => write!(f, "{family:?}"),
            Self::Type(r#type) => write!(f, "{type:?}"),
            Self::Protocol(protocol) => {
                protocol.map_or(0, |protocol| protocol.into()).fmt(f)
            }
            Self::Time(Some(time)) => write!(f, "{time:?}"),
            Self::Time(None) => f.write_str("0"),
            // Their values are told in this form only: `TcpKeepalive { time: Some(1s), ... }`
            Self::Keepalive(options) => {
                let text = format!("{options:?}").replace("TcpKeepalive ", "");
                f.write_str(&text.replace("Some(", "").replace(')', ""))
            }
        }
    }
}

/// An argument that can be shown.
#[diagnostic::on_unimplemented(
    message = "`strace!` cannot show an argument of type `{Self}`",
    note = "make the call without `strace!`, or implement `Argument` in common/src/strace/notation.rs"
)]
pub trait Argument<'a> {
    /// What is shown of it.
    fn value(&self) -> Value<'a>;
}

macro_rules! arguments {
    ($($type:ty: |$argument:ident| $value:expr;)+) => {$(
        impl<'a> Argument<'a> for $type {
            fn value(&self) -> Value<'a> {
                let $argument = self;
                $value
            }
        }
    )+};
}

arguments! {
    bool: |flag| Value::Flag(*flag);
    i32: |number| Value::Number((*number).into());
    u32: |number| Value::Number((*number).into());
    usize: |size| Value::Size(*size);
    &[u8]: |buffer| Value::Size(buffer.len());
    &mut [u8]: |buffer| Value::Size(buffer.len());
    &mut Vec<u8>: |buffer| Value::Size(buffer.capacity() - buffer.len());
    &mut [MaybeUninit<u8>]: |buffer| Value::Size(buffer.len());
    &'a [Fd]: |fds| Value::Descriptors(fds);
    &'a SockAddr: |address| match address::path(address) {
        Some(path) => Value::Text(Some(path)),
        None => Value::Address(address.as_socket()),
    };
    &SocketAddr: |address| Value::Address(Some(**address));
    SocketAddr: |address| Value::Address(Some(*address));
    &'a str: |text| Value::Text(Some(text));
    Option<&'a str>: |text| Value::Text(*text);
    Option<AddrInfoHints>: |_hints| Value::Text(None);
    Domain: |family| Value::Family(*family);
    Type: |r#type| Value::Type(*r#type);
    Option<Protocol>: |protocol| Value::Protocol(*protocol);
    Option<Duration>: |time| Value::Time(*time);
    Duration: |time| Value::Time(Some(*time));
    &'a TcpKeepalive: |options| Value::Keepalive(options);
    Shutdown: |how| Value::Constant(match how {
        Shutdown::Read => "SHUT_RD",
        Shutdown::Write => "SHUT_WR",
        Shutdown::Both => "SHUT_RDWR",
    });
}

/// A value that a call returns, as strace(1) shows it.
pub trait Returned {
    /// What stands after `=`: a descriptor, a count, 0 for success.
    fn returned(&self) -> String;
}

macro_rules! returned {
    ($($type:ty: |$value:pat_param| $shown:expr;)+) => {$(
        impl Returned for $type {
            fn returned(&self) -> String {
                let $value = self;
                $shown
            }
        }
    )+};
}

returned! {
    (): |()| "0".into();
    usize: |count| count.to_string();
    Socket: |socket| socket.fd().to_string();
    (usize, SocketAddr): |(count, peer)| format!("{count}, {peer}");
    (String, String): |(host, service)| format!("0, {host:?}, {service:?}");
    SockAddr: |address| format!("0, {}", (&address).value());
    (SockAddr, Vec<SockAddr>): |_| "0".into();
    AddrInfoIter: |_| "0".into();
    Domain: |family| format!("0, {family:?}");
    Type: |r#type| format!("0, {type:?}");
    Option<Protocol>: |protocol| match protocol {
        Some(protocol) => format!("0, {protocol:?}"),
        None => "0, 0".into(),
    };
    Option<io::Error>: |error| match error {
        Some(error) => format!("0, {}", errno::name(error).unwrap_or("-")),
        None => "0, 0".into(),
    };
}

/// A new descriptor.
#[cfg(unix)]
impl Returned for std::os::fd::OwnedFd {
    fn returned(&self) -> String {
        self.fd().to_string()
    }
}

/// A new thread: pthread_create(3) returns 0.
impl<T> Returned for JoinHandle<T> {
    fn returned(&self) -> String {
        "0".into()
    }
}
