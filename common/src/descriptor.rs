//! Descriptors, which on Windows are the handles of sockets.

#[cfg(unix)]
use std::os::fd::{AsFd, AsRawFd, RawFd};
#[cfg(windows)]
use std::os::windows::io::{AsRawSocket, AsSocket, RawSocket};

use socket2::SockRef;

/// The number of a descriptor; on Windows the handle of a socket.
#[cfg(unix)]
pub type Fd = RawFd;
/// The number of a descriptor; on Windows the handle of a socket.
#[cfg(windows)]
pub type Fd = RawSocket;

/// Whatever has a descriptor: a socket of any library.
pub trait Descriptor {
    /// The socket, to ask the kernel about it.
    fn socket(&self) -> SockRef<'_>;

    /// Its number.
    fn fd(&self) -> Fd;
}

#[cfg(unix)]
impl<T: AsFd> Descriptor for T {
    fn socket(&self) -> SockRef<'_> {
        SockRef::from(self)
    }

    fn fd(&self) -> Fd {
        self.as_fd().as_raw_fd()
    }
}

#[cfg(windows)]
impl<T: AsSocket> Descriptor for T {
    fn socket(&self) -> SockRef<'_> {
        SockRef::from(self)
    }

    fn fd(&self) -> Fd {
        self.as_socket().as_raw_socket()
    }
}
