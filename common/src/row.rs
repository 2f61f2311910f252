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
            kernel::stream(socket, peer.is_some())
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
mod kernel {
    use socket2::Socket;

    use super::Kernel;
    use super::unix::{ioctl, option, zeroed_tcp_info};

    /// The state and the queues of a TCP socket: tcp(7), TCP_INFO and ioctls.
    ///
    /// For a listening socket the kernel puts the accept queue into `tcpi_unacked` and
    /// the backlog into `tcpi_sacked`.
    pub(super) fn stream(socket: &Socket, _: bool) -> Kernel {
        let zero = zeroed_tcp_info();
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
}

/// macOS and the BSDs.
#[cfg(all(unix, not(target_os = "linux")))]
mod kernel {
    use std::ffi::c_int;

    use socket2::Socket;

    use super::Kernel;
    use super::unix::{ioctl, option};

    /// The state and the queues of a TCP socket: getsockopt(2) and FIONREAD.
    pub(super) fn stream(socket: &Socket, _: bool) -> Kernel {
        let state = match integer(socket, libc::SO_ACCEPTCONN) {
            Some(listens) if listens != 0 => Some("LISTEN"),
            _ => state(socket),
        };
        match state {
            Some("LISTEN") => {
                Kernel { state, recv_q: accept_queue(socket), send_q: backlog(socket) }
            }
            Some("UNCONN") => Kernel { state, recv_q: Some(0), send_q: Some(0) },
            _ => Kernel {
                state,
                recv_q: ioctl(socket, libc::FIONREAD),
                send_q: unsent(socket),
            },
        }
    }

    /// A datagram socket has a peer or none.
    pub(super) fn datagram(socket: &Socket, connected: bool) -> Kernel {
        Kernel {
            state: Some(if connected { "ESTAB" } else { "UNCONN" }),
            recv_q: ioctl(socket, libc::FIONREAD),
            send_q: unsent(socket),
        }
    }

    /// An option of the socket level that is one int.
    fn integer(socket: &Socket, name: c_int) -> Option<u32> {
        option::<c_int>(socket, libc::SOL_SOCKET, name, 0)?.try_into().ok()
    }

    /// TCP_CONNECTION_INFO of <netinet/tcp.h>.
    #[cfg(target_os = "macos")]
    fn state(socket: &Socket) -> Option<&'static str> {
        let zero = super::unix::zeroed_tcp_info();
        let info = option(socket, libc::IPPROTO_TCP, libc::TCP_CONNECTION_INFO, zero)?;
        name(info.tcpi_state)
    }

    /// TCP_INFO of tcp(4).
    #[cfg(target_os = "freebsd")]
    fn state(socket: &Socket) -> Option<&'static str> {
        let zero = super::unix::zeroed_tcp_info();
        name(option(socket, libc::IPPROTO_TCP, libc::TCP_INFO, zero)?.tcpi_state)
    }

    /// No option that is known here tells it.
    #[cfg(not(any(target_os = "macos", target_os = "freebsd")))]
    fn state(_: &Socket) -> Option<&'static str> {
        None
    }

    /// The names that ss gives the states of <netinet/tcp_fsm.h>, which counts them in
    /// another order than Linux.
    #[cfg(any(target_os = "macos", target_os = "freebsd"))]
    fn name(code: u8) -> Option<&'static str> {
        const STATES: [&str; 11] = [
            "UNCONN",
            "LISTEN",
            "SYN-SENT",
            "SYN-RECV",
            "ESTAB",
            "CLOSE-WAIT",
            "FIN-WAIT-1",
            "CLOSING",
            "LAST-ACK",
            "FIN-WAIT-2",
            "TIME-WAIT",
        ];
        STATES.get(usize::from(code)).copied()
    }

    /// The connections not yet accepted: SO_LISTENQLEN of getsockopt(2).
    #[cfg(target_os = "freebsd")]
    fn accept_queue(socket: &Socket) -> Option<u32> {
        integer(socket, libc::SO_LISTENQLEN)
    }

    /// Only FreeBSD tells it.
    #[cfg(not(target_os = "freebsd"))]
    fn accept_queue(_: &Socket) -> Option<u32> {
        None
    }

    /// The limit of that queue: SO_LISTENQLIMIT of getsockopt(2).
    #[cfg(target_os = "freebsd")]
    fn backlog(socket: &Socket) -> Option<u32> {
        integer(socket, libc::SO_LISTENQLIMIT)
    }

    /// Only FreeBSD tells it.
    #[cfg(not(target_os = "freebsd"))]
    fn backlog(_: &Socket) -> Option<u32> {
        None
    }

    /// The bytes in the send queue: SO_NWRITE of getsockopt(2).
    #[cfg(target_os = "macos")]
    fn unsent(socket: &Socket) -> Option<u32> {
        integer(socket, libc::SO_NWRITE)
    }

    /// The bytes in the send queue: FIONWRITE of <sys/filio.h>.
    #[cfg(target_os = "freebsd")]
    fn unsent(socket: &Socket) -> Option<u32> {
        ioctl(socket, libc::FIONWRITE)
    }

    /// No call that is known here tells it.
    #[cfg(not(any(target_os = "macos", target_os = "freebsd")))]
    fn unsent(_: &Socket) -> Option<u32> {
        None
    }
}

/// getsockopt(2) and ioctl(2).
#[cfg(unix)]
#[allow(unsafe_code)]
mod unix {
    use std::ffi::c_int;
    use std::mem;
    use std::os::fd::AsRawFd;

    use socket2::Socket;

    #[cfg(target_os = "linux")]
    type Request = libc::Ioctl;
    #[cfg(not(target_os = "linux"))]
    type Request = std::ffi::c_ulong;

    #[cfg(any(target_os = "linux", target_os = "freebsd"))]
    type TcpInfo = libc::tcp_info;
    #[cfg(target_os = "macos")]
    type TcpInfo = libc::tcp_connection_info;

    /// What getsockopt(2) fills in.
    #[cfg(any(target_os = "linux", target_os = "macos", target_os = "freebsd"))]
    pub(super) fn zeroed_tcp_info() -> TcpInfo {
        // SAFETY: it is plain integers, so zeroes are a valid value.
        unsafe { mem::zeroed() }
    }

    /// getsockopt(2) for an option that is plain integers; `value` is what it starts from.
    pub(super) fn option<T: Copy>(
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
    pub(super) fn ioctl(socket: &Socket, request: Request) -> Option<u32> {
        let mut bytes: c_int = 0;
        // SAFETY: the descriptor is open, and all requests used here write one int.
        let result = unsafe { libc::ioctl(socket.as_raw_fd(), request, &raw mut bytes) };
        (result == 0).then_some(bytes)?.try_into().ok()
    }
}

#[cfg(windows)]
#[allow(unsafe_code)]
mod kernel {
    use std::mem;
    use std::os::windows::io::{AsRawSocket, RawSocket};

    use socket2::Socket;
    use windows_sys::Win32::Networking::WinSock::{
        FIONREAD, SO_ACCEPTCONN, SOCKET, SOL_SOCKET, getsockopt, ioctlsocket,
    };

    use super::Kernel;

    /// Whether a stream socket listens or has a peer, and what it could receive at once.
    ///
    /// Windows has no word for one that its peer has closed: it is ESTAB still. It tells
    /// neither of the queues of a listening socket, and no send queue.
    pub(super) fn stream(socket: &Socket, connected: bool) -> Kernel {
        if listens(socket) {
            Kernel { state: Some("LISTEN"), ..Kernel::default() }
        } else if connected {
            Kernel { state: Some("ESTAB"), recv_q: readable(socket), send_q: None }
        } else {
            Kernel { state: Some("UNCONN"), recv_q: Some(0), send_q: Some(0) }
        }
    }

    /// A datagram socket has a peer or none.
    pub(super) fn datagram(_: &Socket, connected: bool) -> Kernel {
        let state = Some(if connected { "ESTAB" } else { "UNCONN" });
        Kernel { state, ..Kernel::default() }
    }

    /// SO_ACCEPTCONN of getsockopt.
    fn listens(socket: &Socket) -> bool {
        let mut listens: i32 = 0;
        let Ok(mut length) = i32::try_from(mem::size_of_val(&listens)) else {
            return false;
        };
        // SAFETY: the socket is open, and `listens` has room for `length` bytes.
        let result = unsafe {
            getsockopt(
                handle(socket.as_raw_socket()),
                SOL_SOCKET,
                SO_ACCEPTCONN,
                (&raw mut listens).cast(),
                &raw mut length,
            )
        };
        result == 0 && listens != 0
    }

    /// FIONREAD of ioctlsocket: the bytes that one recv could take.
    fn readable(socket: &Socket) -> Option<u32> {
        let mut bytes = 0;
        // SAFETY: the socket is open, and the request writes one u_long.
        let result = unsafe {
            ioctlsocket(handle(socket.as_raw_socket()), FIONREAD, &raw mut bytes)
        };
        (result == 0).then_some(bytes)
    }

    fn handle(socket: RawSocket) -> SOCKET {
        socket as SOCKET
    }
}
