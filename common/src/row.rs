//! What the kernel knows of a socket, in the columns of ss(8).

#[cfg(all(unix, not(target_os = "linux")))]
mod bsd;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::fmt;
use std::net::SocketAddr;

use socket2::{SockAddr, Socket, Type};

use crate::address;

#[cfg(all(unix, not(target_os = "linux")))]
use bsd as kernel;
#[cfg(target_os = "linux")]
use linux as kernel;
#[cfg(windows)]
use windows as kernel;

/// One line of ss(8): state, Recv-Q, Send-Q, local address, peer address.
///
/// All of it is asked of the socket itself, so it needs no privilege. A column that the
/// system does not tell is `-`.
pub(crate) struct Row {
    kernel: Kernel,
    pub(crate) local: Option<SocketAddr>,
    peer: Option<SocketAddr>,
    only_v6: bool,
    /// The addresses of an AF_UNIX socket: paths.
    paths: Option<[String; 2]>,
}

impl Row {
    pub(crate) fn of(socket: &Socket) -> Self {
        let (here, there) = (socket.local_addr().ok(), socket.peer_addr().ok());
        let connected = there.is_some();
        let local = here.as_ref().and_then(SockAddr::as_socket);
        let peer = there.as_ref().and_then(SockAddr::as_socket);
        let stream = socket.r#type().is_ok_and(|r#type| r#type == Type::STREAM);
        let kernel = if stream {
            kernel::stream(socket, connected)
        } else {
            kernel::datagram(socket, connected)
        };
        let paths = here.as_ref().is_some_and(SockAddr::is_unix).then(|| {
            [here, there].map(|address| {
                address.as_ref().and_then(address::path).unwrap_or("*").to_owned()
            })
        });
        let only_v6 =
            local.is_some_and(|local| local.is_ipv6()) && socket.only_v6().unwrap_or(false);
        Self { kernel, local, peer, only_v6, paths }
    }

    /// The port of this end, 0 if it has none.
    pub(crate) fn port(&self) -> u16 {
        self.local.map_or(0, |local| local.port())
    }

    /// Whether the socket is in this state.
    pub(crate) fn is(&self, state: &str) -> bool {
        self.kernel.state == Some(state)
    }

    /// An address as ss writes it: no port is `*`, and so is the address of an IPv6 socket
    /// that takes IPv4 too. The zone of a link-local address stands behind the bracket.
    fn address(&self, address: Option<SocketAddr>) -> String {
        let Some(address) = address else { return "-".into() };
        let ip = match address {
            SocketAddr::V4(v4) => v4.ip().to_string(),
            SocketAddr::V6(v6) if v6.ip().is_unspecified() && !self.only_v6 => "*".into(),
            SocketAddr::V6(v6) if v6.scope_id() != 0 => {
                format!("[{}]%{}", v6.ip(), kernel::interface(v6.scope_id()))
            }
            SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
        };
        match address.port() {
            0 => format!("{ip}:*"),
            port => format!("{ip}:{port}"),
        }
    }

    /// The peer, or for a socket without one the address that stands for any.
    fn peer(&self) -> String {
        let any = |local| match local {
            SocketAddr::V4(_) => SocketAddr::from(([0; 4], 0)),
            SocketAddr::V6(_) => SocketAddr::from(([0; 16], 0)),
        };
        self.address(self.peer.or(self.local.map(any)))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number =
            |queue: Option<u32>| queue.map_or("-".into(), |bytes| bytes.to_string());
        let [local, peer] = match &self.paths {
            Some(paths) => paths.clone(),
            None => [self.address(self.local), self.peer()],
        };
        write!(
            f,
            "    {:<10} {:<4} {:<4} {local:<15} {peer}",
            self.kernel.state.unwrap_or("-"),
            number(self.kernel.recv_q),
            number(self.kernel.send_q),
        )
    }
}

/// What the kernel tells beyond getsockname(2) and getpeername(2).
#[derive(Default)]
struct Kernel {
    state: Option<&'static str>,
    recv_q: Option<u32>,
    send_q: Option<u32>,
}
