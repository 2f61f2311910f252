//! What Windows tells of a socket.
#![allow(unsafe_code)]

use std::mem;
use std::os::windows::io::AsRawSocket;

use socket2::Socket;
use windows_sys::Win32::Networking::WinSock::{
    FIONREAD, SO_ACCEPTCONN, SOCKET, SOL_SOCKET, getsockopt, ioctlsocket,
};

use super::Kernel;

/// Whether a stream socket listens or has a peer, and what it could receive at once.
///
/// One that its peer has closed is ESTAB still: SIO_TCP_INFO would tell, but only Windows
/// 10 and later have it, and wine 8 has not. No call tells the queues of a listening socket.
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
            handle(socket),
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
    let result = unsafe { ioctlsocket(handle(socket), FIONREAD, &raw mut bytes) };
    (result == 0).then_some(bytes)
}

fn handle(socket: &Socket) -> SOCKET {
    socket.as_raw_socket() as SOCKET
}

/// The index of a network interface, as netstat shows it.
pub(super) fn interface(index: u32) -> String {
    index.to_string()
}
