//! What can go wrong, call by call: what an error means and what to do about it.
//!
//! Each function takes the name of the error, which is the same on every system, and what
//! is known of the call: its address, and the socket as the kernel sees it after the failure.

use std::net::SocketAddr;

use crate::row::Row;
use crate::strace::Call;

/// The command that lists who has which address, TIME_WAIT included.
const LIST: &str = if cfg!(target_os = "linux") {
    "ss -tuanp"
} else if cfg!(windows) {
    "netstat -anoq"
} else {
    "lsof -nP -i"
};

/// Where the names of services are.
const SERVICES: &str = if cfg!(windows) {
    "%SystemRoot%\\System32\\drivers\\etc\\services"
} else {
    "/etc/services"
};

const WRONG_FAMILY: &str = "the address is not of the family of the socket: --family inet goes \
                            with 127.0.0.1:4444, --family inet6 with [::1]:4444";
const NOT_CONNECTED: &str = "the socket is not connected: call connect or accept first";
const NO_CONNECTION: &str =
    "there is no connection: it was never made, or the other end has reset it";
const RESET: &str = "the other end has reset the connection: it ended before it had read \
                     everything, or it closed at once";

/// Advice for a system call that failed with this error.
pub(crate) fn call(call: &Call<'_>, errno: &str, row: Option<&Row>) -> Option<String> {
    let address = call.address();
    let help = match call.name() {
        "socket" => socket(errno).map(str::to_owned),
        "bind" => bind(errno, address, row),
        "listen" => listen(errno),
        "accept" => accept(errno).map(str::to_owned),
        "connect" => connect(errno, address, row).map(str::to_owned),
        "recv" | "recvfrom" => recv(errno).map(str::to_owned),
        "send" | "sendto" => send(errno, address, row).map(str::to_owned),
        "shutdown" => shutdown(errno).map(str::to_owned),
        "pthread_create" => pthread_create(errno).map(str::to_owned),
        _ => None,
    };
    help.or_else(|| any(errno).map(str::to_owned))
}

/// socket(2)
fn socket(errno: &str) -> Option<&'static str> {
    Some(match errno {
        "EAFNOSUPPORT" => {
            "this system does not have that address family: try the other --family"
        }
        "EPROTONOSUPPORT" | "EPROTOTYPE" | "ESOCKTNOSUPPORT" => {
            "type and proto disagree: 0 is the usual protocol of the type, 6 is TCP and goes \
             with stream, 17 is UDP and goes with dgram"
        }
        "EACCES" | "EPERM" => {
            "not everyone may create such a socket: try --proto 0, the usual protocol of the type"
        }
        "EINVAL" => {
            "no protocol has that number: 0 is the usual one of the type, 6 is TCP, 17 is UDP"
        }
        _ => return None,
    })
}

/// bind(2)
fn bind(errno: &str, address: Option<SocketAddr>, row: Option<&Row>) -> Option<String> {
    Some(match errno {
        "EACCES" if cfg!(windows) => {
            "the port is reserved, or another program has it for itself: choose another one"
                .into()
        }
        "EACCES" => format!(
            "a port below 1024 is privileged: choose one above 1023, or run {}",
            if cfg!(target_os = "linux") { "with CAP_NET_BIND_SERVICE" } else { "as root" }
        ),
        "EADDRINUSE" if address.is_none() => {
            "there is a file of that name: remove it, if no server uses it any more".into()
        }
        "EADDRINUSE" => format!(
            "another socket has this address ({LIST} shows it, unless it is only bound), or a \
             connection of an earlier run is in TIME-WAIT: wait a minute, or choose another port"
        ),
        "EADDRNOTAVAIL" => {
            "this machine has no such address: it always has 127.0.0.1, and 0.0.0.0 stands for \
             all that it has"
                .into()
        }
        "EAFNOSUPPORT" | "EFAULT" | "EOPNOTSUPP" => WRONG_FAMILY.into(),
        "EINVAL" if other_family(address, row) => WRONG_FAMILY.into(),
        // Windows tells no family of a socket that has no address yet.
        "EINVAL" if cfg!(windows) && row.is_some_and(|row| row.local.is_none()) => {
            WRONG_FAMILY.into()
        }
        "EINVAL" => zone(address)
            .unwrap_or("the socket already has an address: bind a new socket")
            .into(),
        "ENODEV" => "no network interface of this machine has that zone".into(),
        _ => return None,
    })
}

/// listen(2)
fn listen(errno: &str) -> Option<String> {
    Some(match errno {
        "EOPNOTSUPP" => {
            "a datagram socket has no connections to wait for: listen needs --type stream".into()
        }
        "EADDRINUSE" => {
            format!("another socket listens on this address: {LIST} lists them")
        }
        "EINVAL" | "EISCONN" => {
            "the socket is connected: listen on a new one, which has no connection of its own"
                .into()
        }
        "EDESTADDRREQ" => "the socket has no address yet: call bind first".into(),
        _ => return None,
    })
}

/// accept(2)
fn accept(errno: &str) -> Option<&'static str> {
    Some(match errno {
        "EINVAL" => "the socket does not listen: call listen first",
        "EOPNOTSUPP" => "only a stream socket accepts connections: --type stream",
        "EAGAIN" | "EWOULDBLOCK" => {
            "no client waits in the queue, and a non-blocking accept does not wait for one"
        }
        "ECONNABORTED" | "ECONNRESET" => {
            "the client went away while it waited in the queue: the next one is served"
        }
        "EPERM" => "a firewall of the server forbids this connection",
        _ => return None,
    })
}

/// connect(2)
fn connect(
    errno: &str,
    address: Option<SocketAddr>,
    row: Option<&Row>,
) -> Option<&'static str> {
    Some(match errno {
        "EINPROGRESS" | "EWOULDBLOCK" => {
            "the handshake is under way, and a non-blocking connect does not wait for its end"
        }
        "EALREADY" => "an earlier connect of this socket is still under way",
        "ECONNREFUSED" => {
            "nobody listens on that address: start the server first, and compare the address \
             with the one that it shows"
        }
        "EADDRNOTAVAIL" => {
            "that address cannot be reached from here, or no local port is left for another \
             connection to it"
        }
        "EACCES" => {
            "that is a broadcast address, or a firewall forbids it: a socket has to ask for \
             broadcast with SO_BROADCAST"
        }
        "EPERM" => "a firewall of this machine forbids it",
        "EISCONN" | "EINVAL" | "EOPNOTSUPP" if row.is_some_and(|row| row.is("LISTEN")) => {
            "the socket listens, and accepts connections: connect a new one"
        }
        "EISCONN" => "the socket is already connected: create a new one",
        "EAFNOSUPPORT" | "EFAULT" => WRONG_FAMILY,
        "EINVAL" if other_family(address, row) => WRONG_FAMILY,
        "EINVAL" | "EOPNOTSUPP" => zone(address).unwrap_or(WRONG_FAMILY),
        "ETIMEDOUT" => {
            "no answer: the packets are dropped on the way, the machine is off, or the accept \
             queue of the server is full"
        }
        "EINTR" => {
            "a signal interrupted the call, but the handshake goes on: do not call connect \
             again"
        }
        _ => return None,
    })
}

/// recv(2), recvfrom(2)
fn recv(errno: &str) -> Option<&'static str> {
    Some(match errno {
        "EAGAIN" | "EWOULDBLOCK" => {
            "nothing has come: recv was told not to wait, or its time is up; with UDP the \
             datagram may also be lost"
        }
        // There a receive timeout ends with this code, and not with EAGAIN.
        "ETIMEDOUT" if cfg!(windows) => {
            "nothing has come in time; with UDP the datagram may also be lost"
        }
        "ETIMEDOUT" => "no answer in time: the other end is gone",
        "ECONNREFUSED" => UNREACHED,
        "ECONNRESET" if cfg!(windows) => RESET_OR_UNREACHED,
        "ECONNRESET" => RESET,
        "ECONNABORTED" => ABORTED,
        _ => return None,
    })
}

const UNREACHED: &str = "nobody has that port: the answer to an earlier datagram (ICMP port \
                         unreachable) surfaces on the next call";
const RESET_OR_UNREACHED: &str = "the other end has reset the connection: it ended before it had read everything, or it \
     closed at once; with UDP it means that nobody has that port";
const ABORTED: &str = "this machine has given up the connection: the other end has closed it, \
                       or no longer answers";

/// send(2), sendto(2)
fn send(
    errno: &str,
    address: Option<SocketAddr>,
    row: Option<&Row>,
) -> Option<&'static str> {
    Some(match errno {
        "EPIPE" if row.is_some_and(|row| row.is("UNCONN") && row.port() != 0) => {
            NO_CONNECTION
        }
        "EPIPE" | "ENOTCONN"
            if row.is_some_and(|row| row.is("UNCONN") || row.is("LISTEN")) =>
        {
            NOT_CONNECTED
        }
        "EPIPE" | "ESHUTDOWN" => {
            "the connection is closed for sending: the other end has closed it, or this one \
             has shut down its writing side"
        }
        "EAGAIN" | "EWOULDBLOCK" => "the send buffer is full: try again later",
        "EMSGSIZE" if cfg!(target_os = "macos") => {
            "a datagram holds 65507 bytes over IPv4 at the most, and here no more than sysctl \
             net.inet.udp.maxdgram says: send less, or --type stream"
        }
        "EMSGSIZE" => {
            "a datagram holds 65507 bytes over IPv4 at the most, 65527 over IPv6: send less, or \
             --type stream"
        }
        "EDESTADDRREQ" => "a datagram needs a destination: connect the socket first",
        "EACCES" => connect(errno, address, row)?,
        "EPERM" => "a firewall of this machine forbids it",
        "EINVAL" => zone(address)?,
        "ETIMEDOUT" | "ECONNREFUSED" | "ECONNRESET" | "ECONNABORTED" => recv(errno)?,
        _ => return None,
    })
}

/// shutdown(2)
fn shutdown(errno: &str) -> Option<&'static str> {
    (errno == "ENOTCONN").then_some(NO_CONNECTION)
}

/// What a program needs before its first call: pthread_create(3), epoll_create(2)
pub(crate) fn start(errno: &str) -> Option<&'static str> {
    pthread_create(errno).or_else(|| any(errno))
}

/// pthread_create(3)
fn pthread_create(errno: &str) -> Option<&'static str> {
    (errno == "EAGAIN").then_some(
        "no more threads: the limit of the user (ulimit -u), of the system or of its memory is \
         reached",
    )
}

/// What means the same for every call.
fn any(errno: &str) -> Option<&'static str> {
    Some(match errno {
        "EHOSTUNREACH" => {
            "no answer from that machine, or a firewall rejects it: is the address right, is \
             the machine on?"
        }
        "ENETUNREACH" => {
            "no route to that network: is this machine connected, does it have that address \
             family?"
        }
        "ENETDOWN" => "the network interface is down",
        "ENOTCONN" => NOT_CONNECTED,
        "EMFILE" if cfg!(windows) => {
            "this process already has as many sockets as it may have: close some"
        }
        "EMFILE" => {
            "this process already has as many descriptors as it may have: close some, or raise \
             the limit (ulimit -n)"
        }
        "ENFILE" => "the whole system is out of descriptors: end some programs",
        "ENOBUFS" | "ENOMEM" => "the kernel is out of memory for sockets",
        "EBADF" => "that descriptor is not open: it was closed, or never opened",
        "ENOTSOCK" => "that descriptor is a file, a pipe or a terminal, not a socket",
        "EINTR" => "a signal interrupted the call before it did anything: repeat the call",
        _ => return None,
    })
}

/// Standard input: read(2)
pub(crate) fn stdin(errno: &str) -> Option<&'static str> {
    Some(match errno {
        "EAGAIN" => "another program has set O_NONBLOCK on it: start this one on its own",
        "EISDIR" => "it is a directory: redirect a file, < FILE",
        "EIO" => "the program runs in the background, and the terminal is not its own",
        _ => return None,
    })
}

/// Standard output: write(2)
pub(crate) fn stdout(errno: &str) -> Option<&'static str> {
    Some(match errno {
        "ENOSPC" => "the disk is full, and the rest of the output is lost",
        "EAGAIN" => "another program has set O_NONBLOCK on it: start this one on its own",
        _ => return None,
    })
}

/// getaddrinfo(3): advice for this code and this host.
pub(crate) fn lookup(host: &str, code: &str) -> Option<String> {
    let unknown = matches!(code, "EAI_NONAME" | "EAI_NODATA" | "EAI_AGAIN" | "EAI_FAIL");
    let help = match code {
        _ if unknown && host.contains("://") => {
            "this is a URL, and DNS knows host names only: leave out the scheme and the path, \
             https://ya.ru/maps becomes ya.ru"
        }
        _ if unknown && host.matches(':').count() == 1 => {
            "the port does not belong to the name: give it as a second argument, localhost 80"
        }
        "EAI_NONAME" if host.contains('%') => {
            "this machine has no such network interface: ip address lists them"
        }
        "EAI_NONAME" if host.contains(':') => {
            "this is not an IPv6 address: ::1 is one, without brackets"
        }
        "EAI_NONAME" => {
            "no such name, or it has no address of that family: check the spelling, or try the \
             other --family"
        }
        "EAI_NODATA" | "EAI_ADDRFAMILY" => {
            "the name has no address of that family: try the other --family"
        }
        "EAI_AGAIN" => {
            "the name server does not answer: is this machine connected? Try again"
        }
        "EAI_FAIL" => "the name server refused to answer",
        "EAI_SERVICE" => {
            return Some(format!(
                "no such service: use a port number, or a name that {SERVICES} has for this \
                 type"
            ));
        }
        "EAI_FAMILY" => {
            "this system does not have that address family: try the other --family"
        }
        _ => return None,
    };
    Some(help.into())
}

/// Whether the socket is of another family than the address, as far as the kernel tells.
fn other_family(address: Option<SocketAddr>, row: Option<&Row>) -> bool {
    match (address, row.and_then(|row| row.local)) {
        (Some(address), Some(local)) => address.is_ipv4() != local.is_ipv4(),
        _ => false,
    }
}

/// A link-local address, fe80::/10, or a multicast group of one link, ff02::/16, means
/// nothing without the interface that it is for: RFC 4007, section 6.
fn zone(address: Option<SocketAddr>) -> Option<&'static str> {
    match address {
        Some(SocketAddr::V6(v6))
            if v6.scope_id() == 0
                && (v6.ip().is_unicast_link_local()
                    || v6.ip().segments()[0] & 0xff0f == 0xff02) =>
        {
            Some("an address of one link needs its interface: [fe80::1%eth0]:4444")
        }
        _ => None,
    }
}
