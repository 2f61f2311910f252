//! Descriptors that a program has inherited.

use std::io;
use std::os::fd::{OwnedFd, RawFd};

/// Duplicates a descriptor that is known by its number only, as one that the parent of
/// this process left open: fcntl(2), F_DUPFD_CLOEXEC.
///
/// The duplicate is a new descriptor of the same open file, and belongs to the caller;
/// the one with the number `fd` stays open, whatever becomes of the duplicate.
///
/// # Errors
///
/// EBADF: `fd` is not open. EMFILE: no descriptor is left for the duplicate.
#[allow(unsafe_code)]
pub fn duplicate(fd: RawFd) -> io::Result<OwnedFd> {
    use std::os::fd::FromRawFd;

    /// Above standard input, output and error, so that it never takes their place.
    const LOWEST: libc::c_int = 3;
    // SAFETY: F_DUPFD_CLOEXEC takes any number and touches no memory.
    match unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, LOWEST) } {
        -1 => Err(io::Error::last_os_error()),
        // SAFETY: fcntl has just returned it: it is open, and nobody else has it.
        new => Ok(unsafe { OwnedFd::from_raw_fd(new) }),
    }
}
