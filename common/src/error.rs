//! What can go wrong in a lesson.

use std::{error, fmt, io};

use dns_lookup::LookupError;

use crate::{errno, help};

/// A failed call, or a failure of the lesson's own standard input or output.
///
/// It displays as strace(1) shows a failed call: `bind(3, 127.0.0.1:80) = -1 EACCES
/// (Permission denied)`.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A system call failed and set errno(3).
    #[non_exhaustive]
    Call {
        /// The call with its arguments.
        call: String,
        /// What it set errno to.
        error: io::Error,
    },
    /// getaddrinfo(3) or getnameinfo(3) failed: they return codes of their own.
    #[non_exhaustive]
    Lookup {
        /// The call with its arguments.
        call: String,
        /// The code that it returned.
        error: LookupError,
    },
    /// Standard input could not be read.
    Stdin(io::Error),
    /// Standard output could not be written.
    Stdout(io::Error),
    /// The peer ended its side of the connection while the input went on.
    PeerClosed,
}

impl Error {
    /// A failed system call, such as `listen(3, 128)`: it starts with the name of the call
    /// and a bracket, by which [`help`](Self::help) and
    /// [`is_transient`](Self::is_transient) know it.
    pub fn call(call: impl Into<String>, error: io::Error) -> Self {
        Self::Call { call: call.into(), error }
    }

    /// A failed getaddrinfo(3) or getnameinfo(3).
    pub fn lookup(call: impl Into<String>, error: LookupError) -> Self {
        Self::Lookup { call: call.into(), error }
    }

    /// What the failure means and what to do about it, if the lessons know more than the
    /// system's own message.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Call { call, error } => help::call(call, errno::name(error)?),
            Self::Lookup { call, error } => help::lookup(call, errno::lookup_name(error)?),
            Self::Stdin(_) | Self::Stdout(_) => None,
            Self::PeerClosed => {
                Some("it may have closed: what was sent after that, or was still to be sent, may be lost".into())
            }
        }
    }

    /// Whether this failure concerns one connection only, so that a server can go on.
    ///
    /// True for every recv(2) and send(2). True for an accept(2) that was interrupted, or
    /// whose connection failed while it waited in the queue (accept(2), "Error handling").
    /// A server that is out of descriptors would only fail again at once: false.
    pub fn is_transient(&self) -> bool {
        let Self::Call { call, error } = self else { return false };
        match help::name(call) {
            "recv" | "send" => true,
            "accept" => matches!(
                errno::name(error),
                Some(
                    "EINTR"
                        | "ECONNABORTED"
                        | "ECONNRESET"
                        | "ENETDOWN"
                        | "EPERM"
                        | "EPROTO"
                        | "ENOPROTOOPT"
                        | "EHOSTDOWN"
                        | "ENONET"
                        | "EHOSTUNREACH"
                        | "ENETUNREACH"
                )
            ),
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call { call, error } => {
                write!(f, "{call} = -1 ")?;
                match (errno::full_name(error), error.raw_os_error()) {
                    (Some(name), _) => write!(f, "{name} ")?,
                    (None, Some(code)) => write!(f, "errno {code} ")?,
                    (None, None) => (),
                }
                write!(f, "({})", errno::message(error))
            }
            Self::Lookup { call, error } => match errno::lookup_full_name(error) {
                Some(name) => {
                    write!(f, "{call} = {name} ({})", errno::lookup_message(error))
                }
                None => {
                    write!(
                        f,
                        "{call} = {} ({})",
                        error.error_num(),
                        errno::lookup_message(error)
                    )
                }
            },
            Self::Stdin(error) => write!(f, "standard input: {error}"),
            Self::Stdout(error) => write!(f, "standard output: {error}"),
            Self::PeerClosed => {
                write!(f, "the other end has ended its side, and the input goes on")
            }
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Call { error, .. } | Self::Stdin(error) | Self::Stdout(error) => {
                Some(error)
            }
            Self::Lookup { error, .. } => Some(error),
            Self::PeerClosed => None,
        }
    }
}

/// Makes a call again for as long as a signal interrupts it (EINTR), as the macro
/// `TEMP_FAILURE_RETRY` of glibc does.
///
/// Not for connect(2): interrupted, it goes on by itself and must not be called again.
///
/// # Errors
///
/// Any other error of the call.
pub fn retry<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
            result => return result,
        }
    }
}
