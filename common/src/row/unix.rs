//! getsockopt(2) and ioctl(2).
#![allow(unsafe_code)]

use std::ffi::c_int;
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
