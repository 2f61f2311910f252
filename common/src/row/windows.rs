//! What Windows tells of a socket.
#![allow(unsafe_code)]

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
    let result =
        unsafe { ioctlsocket(handle(socket.as_raw_socket()), FIONREAD, &raw mut bytes) };
    (result == 0).then_some(bytes)
}

fn handle(socket: RawSocket) -> SOCKET {
    socket as SOCKET
}
