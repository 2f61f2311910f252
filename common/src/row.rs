//! What the kernel knows of a socket, in the columns of ss(8).

use std::fmt;
use std::net::SocketAddr;

use socket2::{Socket, Type};

/// One line of ss(8): state, Recv-Q, Send-Q, local address, peer address.
///
/// All of it is asked of the socket itself, so it needs no privilege. A column that the
/// system does not tell is `-`.
pub(crate) struct Row {
    pub(crate) state: Option<&'static str>,
    pub(crate) local: Option<SocketAddr>,
    recv_q: Option<u32>,
    send_q: Option<u32>,
    peer: Option<SocketAddr>,
    only_v6: bool,
}

impl Row {
    pub(crate) fn of(socket: &Socket) -> Self {
        let local = socket.local_addr().ok().and_then(|address| address.as_socket());
        let peer = socket.peer_addr().ok().and_then(|address| address.as_socket());
        let stream = socket.r#type().is_ok_and(|r#type| r#type == Type::STREAM);
        let kernel = if stream {
            kernel::stream(socket)
        } else {
            kernel::datagram(socket, peer.is_some())
        };
        let only_v6 = socket.only_v6().unwrap_or(false);
        Self {
            state: kernel.state,
            local,
            recv_q: kernel.recv_q,
            send_q: kernel.send_q,
            peer,
            only_v6,
        }
    }

    /// An address as ss writes it: no port is `*`, and so is the address of an IPv6 socket
    /// that takes IPv4 too.
    fn address(&self, address: Option<SocketAddr>) -> String {
        let Some(address) = address else { return "-".into() };
        let ip = match address {
            SocketAddr::V4(v4) => v4.ip().to_string(),
            SocketAddr::V6(v6) if v6.ip().is_unspecified() && !self.only_v6 => "*".into(),
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
        write!(
            f,
            "    {:<7} {:<4} {:<4} {:<15} {}",
            self.state.unwrap_or("-"),
            number(self.recv_q),
            number(self.send_q),
            self.address(self.local),
            self.peer()
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

#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
mod kernel {
    use std::ffi::c_int;
    use std::mem;
    use std::os::fd::AsRawFd;

    use socket2::Socket;

    use super::Kernel;

    /// The state and the queues of a TCP socket: tcp(7), TCP_INFO and ioctls.
    ///
    /// For a listening socket the kernel puts the accept queue into `tcpi_unacked` and
    /// the backlog into `tcpi_sacked`.
    pub(super) fn stream(socket: &Socket) -> Kernel {
        // SAFETY: tcp_info is plain integers, so zeroes are a valid value.
        let zero: libc::tcp_info = unsafe { mem::zeroed() };
        let Some(info) = option(socket, libc::IPPROTO_TCP, libc::TCP_INFO, zero) else {
            return Kernel::default();
        };
        let state = state(info.tcpi_state);
        match state {
            Some("LISTEN") => Kernel {
                state,
                recv_q: Some(info.tcpi_unacked),
                send_q: Some(info.tcpi_sacked),
            },
            Some("UNCONN") => Kernel { state, recv_q: Some(0), send_q: Some(0) },
            _ => Kernel {
                state,
                recv_q: ioctl(socket, libc::FIONREAD),
                send_q: ioctl(socket, libc::TIOCOUTQ),
            },
        }
    }

    /// The queues of a datagram socket in bytes of kernel memory, as ss counts them:
    /// socket(7), SO_MEMINFO.
    pub(super) fn datagram(socket: &Socket, connected: bool) -> Kernel {
        const RECEIVE: usize = 0; // SK_MEMINFO_RMEM_ALLOC of <linux/sock_diag.h>
        const SEND: usize = 2; // SK_MEMINFO_WMEM_ALLOC
        let memory = option(socket, libc::SOL_SOCKET, libc::SO_MEMINFO, [0_u32; 9]);
        Kernel {
            state: Some(if connected { "ESTAB" } else { "UNCONN" }),
            recv_q: memory.map(|memory| memory[RECEIVE]),
            send_q: memory.map(|memory| memory[SEND]),
        }
    }

    /// The names that ss gives the states of <netinet/tcp.h>.
    fn state(code: u8) -> Option<&'static str> {
        const STATES: [&str; 11] = [
            "ESTAB",
            "SYN-SENT",
            "SYN-RECV",
            "FIN-WAIT-1",
            "FIN-WAIT-2",
            "TIME-WAIT",
            "UNCONN",
            "CLOSE-WAIT",
            "LAST-ACK",
            "LISTEN",
            "CLOSING",
        ];
        STATES.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// getsockopt(2) for an option that is plain integers; `value` is what it starts from.
    fn option<T: Copy>(
        socket: &Socket,
        level: c_int,
        name: c_int,
        mut value: T,
    ) -> Option<T> {
        let mut length = libc::socklen_t::try_from(mem::size_of::<T>()).ok()?;
        // SAFETY: the descriptor is open, `value` has room for `length` bytes, and the
        // kernel writes no more than that.
        let result = unsafe {
            libc::getsockopt(
                socket.as_raw_fd(),
                level,
                name,
                (&raw mut value).cast(),
                &raw mut length,
            )
        };
        (result == 0).then_some(value)
    }

    /// ioctl(2) for a request that fills in one int: tcp(7), "Ioctls".
    fn ioctl(socket: &Socket, request: libc::Ioctl) -> Option<u32> {
        let mut bytes: c_int = 0;
        // SAFETY: the descriptor is open, and both requests used here write one int.
        let result = unsafe { libc::ioctl(socket.as_raw_fd(), request, &raw mut bytes) };
        (result == 0).then_some(bytes)?.try_into().ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod kernel {
    use socket2::Socket;

    use super::Kernel;

    /// No portable call tells the state of a TCP socket or its queues.
    pub(super) fn stream(_: &Socket) -> Kernel {
        Kernel::default()
    }

    /// A datagram socket has a peer or none.
    pub(super) fn datagram(_: &Socket, connected: bool) -> Kernel {
        let state = Some(if connected { "ESTAB" } else { "UNCONN" });
        Kernel { state, ..Kernel::default() }
    }
}
