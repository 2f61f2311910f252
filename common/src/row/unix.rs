//! getsockopt(2) and ioctl(2).
#![allow(unsafe_code)]

use std::ffi::{CStr, c_int};
use std::mem;
use std::os::fd::AsRawFd;

#[cfg(target_os = "macos")]
use libc::{TCP_CONNECTION_INFO as TCP_INFO, tcp_connection_info as TcpInfo};
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
use libc::{TCP_INFO, tcp_info as TcpInfo};
use socket2::Socket;

#[cfg(target_os = "linux")]
type Request = libc::Ioctl;
#[cfg(not(target_os = "linux"))]
type Request = std::ffi::c_ulong;

/// What the kernel knows of a TCP socket: TCP_INFO of tcp(7) and, on FreeBSD, tcp(4);
/// TCP_CONNECTION_INFO of <netinet/tcp.h> on macOS.
#[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "macos"))]
pub(super) fn tcp_info(socket: &Socket) -> Option<TcpInfo> {
    // SAFETY: it is plain integers, so zeroes are a valid value.
    let zero: TcpInfo = unsafe { mem::zeroed() };
    option(socket, libc::IPPROTO_TCP, TCP_INFO, zero)
}

/// A type of which every byte pattern is a value: the kernel may write what it likes.
///
/// # Safety
///
/// It holds integers only, and no padding that is read.
pub(super) unsafe trait Integers: Copy {}

// SAFETY: an integer.
unsafe impl Integers for c_int {}
// SAFETY: integers.
unsafe impl<const N: usize> Integers for [u32; N] {}
// SAFETY: a structure of integers.
#[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "macos"))]
unsafe impl Integers for TcpInfo {}

/// getsockopt(2); `value` is what it starts from.
pub(super) fn option<T: Integers>(
    socket: &Socket,
    level: c_int,
    name: c_int,
    mut value: T,
) -> Option<T> {
    let mut length = libc::socklen_t::try_from(mem::size_of::<T>()).ok()?;
    // SAFETY: the descriptor is open, `value` has room for `length` bytes, the kernel
    // writes no more than that, and any bytes are a value of its type.
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

/// The bytes in the receive queue; of a datagram socket, those of the first datagram:
/// FIONREAD of tcp(7) and udp(7).
pub(super) fn received(socket: &Socket) -> Option<u32> {
    // SAFETY: FIONREAD writes one int.
    unsafe { ioctl(socket, libc::FIONREAD) }
}

/// The bytes in the send queue: TIOCOUTQ of tcp(7).
#[cfg(target_os = "linux")]
pub(super) fn unsent(socket: &Socket) -> Option<u32> {
    // SAFETY: TIOCOUTQ writes one int.
    unsafe { ioctl(socket, libc::TIOCOUTQ) }
}

/// The bytes in the send queue: FIONWRITE of <sys/filio.h>.
#[cfg(target_os = "freebsd")]
pub(super) fn unsent(socket: &Socket) -> Option<u32> {
    // SAFETY: FIONWRITE writes one int.
    unsafe { ioctl(socket, libc::FIONWRITE) }
}

/// ioctl(2).
///
/// # Safety
///
/// The request writes one int, and nothing else.
unsafe fn ioctl(socket: &Socket, request: Request) -> Option<u32> {
    let mut bytes: c_int = 0;
    // SAFETY: the descriptor is open, and `bytes` is the int that the caller promises.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), request, &raw mut bytes) };
    (result == 0).then_some(bytes)?.try_into().ok()
}

/// The name of a network interface, or its index if it has none: if_indextoname(3).
pub(super) fn interface(index: u32) -> String {
    let mut name = [0; libc::IF_NAMESIZE];
    // SAFETY: the name has room for IF_NAMESIZE bytes, the last of them a zero.
    let found = unsafe { libc::if_indextoname(index, name.as_mut_ptr()) };
    if found.is_null() {
        return index.to_string();
    }
    // SAFETY: it is the name above, and ends with a zero.
    unsafe { CStr::from_ptr(found) }.to_string_lossy().into_owned()
}
