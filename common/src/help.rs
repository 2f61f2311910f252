//! What an error means and what to do about it.

/// The command that lists who has which address.
const LIST: &str = if cfg!(target_os = "linux") {
    "ss -tulnp"
} else if cfg!(windows) {
    "netstat -ano"
} else {
    "lsof -nP -i"
};

/// The name of a call such as `bind(3, 127.0.0.1:80)`.
pub(crate) fn name(call: &str) -> &str {
    call.split('(').next().unwrap_or(call)
}

/// Advice for a system call that failed with this errno(3).
pub(crate) fn call(call: &str, errno: &str) -> Option<String> {
    let help = match (name(call), errno) {
        ("socket", "EAFNOSUPPORT") => {
            "this system does not have that address family: try the other --family"
        }
        ("socket", "EPROTONOSUPPORT" | "EPROTOTYPE" | "ESOCKTNOSUPPORT") => {
            "type and proto disagree: 0 is the usual protocol of the type, 6 is TCP and goes \
             with stream, 17 is UDP and goes with dgram"
        }
        ("socket", "EINVAL") => {
            "no protocol has that number: 0 is the usual one of the type, 6 is TCP, 17 is UDP"
        }
        ("bind", "EACCES") if cfg!(windows) => {
            "the port is reserved, or another program has it for itself: choose another one"
        }
        ("bind", "EACCES") => {
            "a port below 1024 is privileged: choose one above 1023, or run with \
             CAP_NET_BIND_SERVICE"
        }
        ("bind", "EADDRINUSE") => {
            return Some(format!(
                "another socket has this address ({LIST} lists them), or a connection of an \
                 earlier run is still in TIME_WAIT: wait a minute, or choose another port"
            ));
        }
        ("bind", "EADDRNOTAVAIL") => {
            "this machine has no such address: 127.0.0.1 is itself, 0.0.0.0 stands for all of \
             its addresses"
        }
        ("bind" | "connect", "EAFNOSUPPORT" | "EINVAL" | "EFAULT") => {
            "the address is not of the family of the socket: --family inet goes with \
             127.0.0.1:4444, --family inet6 with [::1]:4444"
        }
        ("listen", "EOPNOTSUPP") => {
            "a datagram socket has no connections to wait for: listen needs --type stream"
        }
        ("listen", "EADDRINUSE") => {
            return Some(format!(
                "another socket listens on this address: {LIST} lists them"
            ));
        }
        ("accept", "EINVAL") => "the socket does not listen: call listen first",
        ("accept", "EOPNOTSUPP") => {
            "only a stream socket accepts connections: --type stream"
        }
        ("accept", "EAGAIN" | "EWOULDBLOCK") => {
            "no client waits in the queue, and a non-blocking accept does not wait for one"
        }
        ("accept", "ECONNABORTED" | "ECONNRESET") => {
            "the client went away while it waited in the queue: the next one is served"
        }
        ("connect", "EINPROGRESS" | "EWOULDBLOCK") => {
            "the handshake is under way, and a non-blocking connect does not wait for its end"
        }
        ("connect", "ECONNREFUSED") => {
            "nobody listens on that address: start the server first, and compare the address \
             with the one that it shows"
        }
        ("recv" | "send", "ECONNREFUSED") => {
            "nobody has that port: the answer to an earlier datagram (ICMP port unreachable) \
             surfaces on the next call"
        }
        ("connect", "EADDRNOTAVAIL") => {
            "that address cannot be reached from here, or no local port is left for another \
             connection to it"
        }
        ("connect" | "send", "EACCES") => {
            "that is a broadcast address, or a firewall forbids it: a socket has to ask for \
             broadcast with SO_BROADCAST"
        }
        ("connect" | "send", "EPERM") => "a firewall of this machine forbids it",
        ("connect", "EISCONN") => "the socket is connected already: create a new one",
        ("connect" | "recv" | "send", "ETIMEDOUT") => {
            "no answer: the packets are dropped on the way, the machine is off, or the accept \
             queue of the server is full"
        }
        (_, "EHOSTUNREACH") => {
            "no answer from that machine, or a firewall rejects it: is the address right, is \
             the machine on?"
        }
        (_, "ENETUNREACH") => {
            "no route to that network: is this machine connected, does it have that address \
             family?"
        }
        (_, "ENETDOWN") => "the network interface is down",
        ("recv" | "send", "ECONNRESET") => {
            "the other end has reset the connection: it ended before it had read everything, \
             or it closed at once"
        }
        ("send", "EPIPE") => {
            "the connection is closed for sending: the other end has closed it, or this one \
             has shut down its writing side"
        }
        ("send", "EMSGSIZE") => {
            "a datagram holds 65507 bytes over IPv4 at the most: send less, or --type stream"
        }
        ("recv", "EAGAIN" | "EWOULDBLOCK") => {
            "nothing came in time: the other end is silent, or a datagram got lost; UDP does not \
             say which"
        }
        ("send", "EAGAIN" | "EWOULDBLOCK") => "the send buffer is full: try again later",
        (_, "ENOTCONN") => "the socket is not connected: call connect or accept first",
        (_, "EDESTADDRREQ") => "a datagram needs a destination: connect the socket first",
        (_, "EMFILE") => {
            "this process has as many descriptors as it may: close some, or raise the limit \
             (ulimit -n)"
        }
        (_, "ENFILE") => "the whole system is out of descriptors: end some programs",
        (_, "ENOBUFS" | "ENOMEM") => "the kernel is out of memory for sockets",
        (_, "EBADF") => "that descriptor is not open: it was closed, or never opened",
        (_, "ENOTSOCK") => "that descriptor is a file, a pipe or a terminal, not a socket",
        (_, "EINTR") => {
            "a signal interrupted the call before it did anything: make it again"
        }
        _ => return None,
    };
    Some(help.into())
}

/// Advice for a lookup that failed with this code of getaddrinfo(3).
pub(crate) fn lookup(call: &str, code: &str) -> Option<String> {
    let host = call.split('"').nth(1).unwrap_or_default();
    let help = match code {
        "EAI_NONAME" | "EAI_NODATA" | "EAI_AGAIN" | "EAI_FAIL" if host.contains("://") => {
            "this is a URL, and DNS knows host names only: leave out the scheme and the path, \
             https://ya.ru/maps becomes ya.ru"
        }
        "EAI_NONAME" | "EAI_NODATA" | "EAI_AGAIN" | "EAI_FAIL" if host.contains(':') => {
            "a name holds no port: give the service as an argument of its own, localhost 80"
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
            "no such service: use a port number, or a name that /etc/services has for this type"
        }
        "EAI_FAMILY" => {
            "this system does not have that address family: try the other --family"
        }
        _ => return None,
    };
    Some(help.into())
}
