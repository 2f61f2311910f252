//! What Linux tells of a socket.

use socket2::Socket;

use super::Kernel;
pub(super) use super::unix::interface;
use super::unix::{option, received, tcp_info, unsent};

/// The state and the queues of a TCP socket: tcp(7), TCP_INFO and ioctls.
///
/// For a listening socket the kernel puts the accept queue into `tcpi_unacked` and
/// the backlog into `tcpi_sacked`.
pub(super) fn stream(socket: &Socket, connected: bool) -> Kernel {
    let Some(info) = tcp_info(socket) else { return other_stream(socket, connected) };
    let state = state(info.tcpi_state);
    match state {
        Some("LISTEN") => Kernel {
            state,
            recv_q: Some(info.tcpi_unacked),
            send_q: Some(info.tcpi_sacked),
        },
        Some("UNCONN") => Kernel { state, recv_q: Some(0), send_q: Some(0) },
        _ => Kernel { state, recv_q: received(socket), send_q: unsent(socket) },
    }
}

/// A stream socket that is not TCP, such as one of AF_UNIX, which does not tell its backlog.
fn other_stream(socket: &Socket, connected: bool) -> Kernel {
    if option(socket, libc::SOL_SOCKET, libc::SO_ACCEPTCONN, 0) == Some(1) {
        return Kernel { state: Some("LISTEN"), ..Kernel::default() };
    }
    let state = Some(if connected { "ESTAB" } else { "UNCONN" });
    Kernel { state, recv_q: received(socket), send_q: unsent(socket) }
}

/// The queues of a datagram socket in bytes of kernel memory, as ss counts them:
/// SO_MEMINFO of <linux/sock_diag.h>.
pub(super) fn datagram(socket: &Socket, connected: bool) -> Kernel {
    const RECEIVE: usize = 0; // SK_MEMINFO_RMEM_ALLOC
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
