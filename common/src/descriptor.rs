//! Descriptors, which on Windows are the handles of sockets.

#[cfg(unix)]
use std::os::fd::{AsFd as Open, AsRawFd, RawFd};
#[cfg(windows)]
use std::os::windows::io::{AsRawSocket, AsSocket as Open, RawSocket as RawFd};

use socket2::SockRef;

/// The number of a descriptor; on Windows the handle of a socket.
pub type Fd = RawFd;

/// Whatever has a descriptor: a socket of any library.
pub trait Descriptor {
    /// The socket, to ask the kernel about it.
    fn socket(&self) -> SockRef<'_>;

    /// Its number.
    fn fd(&self) -> Fd;
}

impl<T: Open> Descriptor for T {
    fn socket(&self) -> SockRef<'_> {
        SockRef::from(self)
    }

    #[cfg(unix)]
    fn fd(&self) -> Fd {
        self.as_fd().as_raw_fd()
    }

    #[cfg(windows)]
    fn fd(&self) -> Fd {
        self.as_socket().as_raw_socket()
    }
}
