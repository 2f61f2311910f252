//! What macOS and the BSDs tell of a socket.

use std::ffi::c_int;

use socket2::Socket;

use super::Kernel;
pub(super) use super::unix::interface;
#[cfg(target_os = "freebsd")]
use super::unix::unsent;
use super::unix::{option, received};

/// The state and the queues of a TCP socket: getsockopt(2) and FIONREAD.
pub(super) fn stream(socket: &Socket, _: bool) -> Kernel {
    if integer(socket, libc::SO_ACCEPTCONN).is_some_and(|listens| listens != 0) {
        let (recv_q, send_q) = accept_queue(socket);
        return Kernel { state: Some("LISTEN"), recv_q, send_q };
    }
    match state(socket) {
        Some("UNCONN") => {
            Kernel { state: Some("UNCONN"), recv_q: Some(0), send_q: Some(0) }
        }
        state => Kernel { state, recv_q: received(socket), send_q: unsent(socket) },
    }
}

/// A datagram socket has a peer or none.
pub(super) fn datagram(socket: &Socket, connected: bool) -> Kernel {
    Kernel {
        state: Some(if connected { "ESTAB" } else { "UNCONN" }),
        recv_q: received(socket),
        send_q: unsent(socket),
    }
}

/// An option of the socket level that is one int.
fn integer(socket: &Socket, name: c_int) -> Option<u32> {
    option::<c_int>(socket, libc::SOL_SOCKET, name, 0)?.try_into().ok()
}

/// The names that ss gives the states of <netinet/tcp_fsm.h>, which has them in another
/// order than Linux.
#[cfg(any(target_os = "freebsd", target_os = "macos"))]
fn state(socket: &Socket) -> Option<&'static str> {
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
    let code = super::unix::tcp_info(socket)?.tcpi_state;
    STATES.get(usize::from(code)).copied()
}

/// The connections not yet accepted and the backlog: SO_LISTENQLEN and SO_LISTENQLIMIT of
/// getsockopt(2).
#[cfg(target_os = "freebsd")]
fn accept_queue(socket: &Socket) -> (Option<u32>, Option<u32>) {
    (integer(socket, libc::SO_LISTENQLEN), integer(socket, libc::SO_LISTENQLIMIT))
}

/// The bytes in the send queue: SO_NWRITE of getsockopt(2).
#[cfg(target_os = "macos")]
fn unsent(socket: &Socket) -> Option<u32> {
    integer(socket, libc::SO_NWRITE)
}

// What is left is told by no call that is known here.

#[cfg(not(any(target_os = "freebsd", target_os = "macos")))]
fn state(_: &Socket) -> Option<&'static str> {
    None
}

#[cfg(not(target_os = "freebsd"))]
fn accept_queue(_: &Socket) -> (Option<u32>, Option<u32>) {
    (None, None)
}

#[cfg(not(any(target_os = "freebsd", target_os = "macos")))]
fn unsent(_: &Socket) -> Option<u32> {
    None
}
