//! What can go wrong in a lesson.

use std::io::ErrorKind;
use std::sync::Mutex;
use std::time::Duration;
use std::{error, fmt, io, thread};

use dns_lookup::LookupError;

use crate::descriptor::Descriptor;
use crate::row::Row;
use crate::strace::Call;
use crate::{errno, help};

/// A failed call, or a failure of the lesson's own standard input or output.
///
/// It displays as strace(1) shows a failed call, with the help on a line of its own:
///
/// ```text
/// bind(3, 127.0.0.1:80) = -1 EACCES (Permission denied)
/// help: a port below 1024 is privileged: choose one above 1023, or run with CAP_NET_BIND_SERVICE
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A call failed. [`strace!`](crate::strace!) has shown it already.
    #[non_exhaustive]
    Call {
        /// The call with its arguments: `bind(3, 127.0.0.1:80)`.
        call: String,
        /// Why it failed.
        cause: Cause,
        /// What that means and what to do about it, where the lessons know more than the
        /// message of the system.
        help: Option<String>,
    },
    /// A thread or a runtime could not be made, with the name of the call that failed.
    Start(&'static str, io::Error),
    /// Standard input could not be read: read(2).
    Stdin(io::Error),
    /// Standard output could not be written: write(2).
    Stdout(io::Error),
}

/// Why a call failed.
#[derive(Debug)]
pub enum Cause {
    /// The code of a system call: errno(3).
    Errno(io::Error),
    /// The code of getaddrinfo(3) or getnameinfo(3).
    Lookup(LookupError),
}

impl Cause {
    /// Whether the call was told not to wait, and had nothing to take.
    pub(crate) fn would_block(&self) -> bool {
        matches!(self, Self::Errno(error) if error.kind() == ErrorKind::WouldBlock)
    }

    /// The code of the system.
    pub(crate) fn code(&self) -> i32 {
        match self {
            Self::Errno(error) => error.raw_os_error().unwrap_or_default(),
            Self::Lookup(error) => error.error_num(),
        }
    }
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        Self::Errno(error)
    }
}

impl From<LookupError> for Cause {
    fn from(error: LookupError) -> Self {
        Self::Lookup(error)
    }
}

impl Error {
    pub(crate) fn call(
        call: &Call<'_>,
        socket: Option<&dyn Descriptor>,
        cause: Cause,
    ) -> Self {
        let help = match &cause {
            Cause::Errno(error) => errno::name(error).and_then(|errno| {
                let row = socket.map(|socket| Row::of(&socket.socket()));
                help::call(call, errno, row.as_ref())
                    .filter(|_| !cause.would_block() || is_new(call.name()))
            }),
            Cause::Lookup(error) => errno::lookup_name(error)
                .and_then(|code| help::lookup(call.text().unwrap_or_default(), code)),
        };
        Self::Call { call: call.to_string(), cause, help }
    }

    /// A failed call that is not shown, and that nobody has to pay for: to look for the name
    /// of the system call takes longer than the rest.
    pub(crate) fn hidden(cause: Cause) -> Self {
        Self::Call { call: String::new(), cause, help: None }
    }

    /// What kind of error it is, the same on every system.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Call { cause: Cause::Errno(error), .. }
            | Self::Start(_, error)
            | Self::Stdin(error)
            | Self::Stdout(error) => error.kind(),
            Self::Call { .. } => ErrorKind::Other,
        }
    }

    /// How long to wait before accept(2), or a call that waits for many sockets or clients,
    /// is made again: no time if it had nothing to take, or took a client that has gone: the
    /// others must not wait for that one. 100 ms for anything else, such as a system that is
    /// short of something: without a pause, an error that stays would come back without end.
    ///
    /// Source: accept(2), "Error handling" and "ERRORS".
    ///
    /// # Errors
    ///
    /// The error itself, if it is a mistake of the caller, such as a socket that does not
    /// listen.
    pub fn retry_after(self) -> Result<Duration, Self> {
        match &self {
            Self::Call { cause: Cause::Errno(error), .. } => match errno::name(error) {
                Some("EAGAIN" | "EWOULDBLOCK" | "ECONNABORTED" | "ECONNRESET") => {
                    Ok(Duration::ZERO)
                }
                None | Some("EBADF" | "EFAULT" | "EINVAL" | "ENOTCONN" | "ENOTSOCK") => {
                    Err(self)
                }
                Some(_) => Ok(Duration::from_millis(100)),
            },
            _ => Err(self),
        }
    }

    /// Pauses the thread for as long as [`retry_after`](Self::retry_after) says.
    ///
    /// # Errors
    ///
    /// The error itself, if it is a mistake of the caller.
    pub fn pause(self) -> Result<(), Self> {
        thread::sleep(self.retry_after()?);
        Ok(())
    }

    /// Whether there is no descriptor left, for this process (EMFILE) or for all (ENFILE).
    pub fn is_out_of_descriptors(&self) -> bool {
        let Self::Call { cause: Cause::Errno(error), .. } = self else { return false };
        matches!(errno::name(error), Some("EMFILE" | "ENFILE"))
    }
}

/// Whether no call of this name has failed for want of something to take yet: its help is
/// given once.
fn is_new(name: &'static str) -> bool {
    static GIVEN: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    GIVEN.lock().is_ok_and(|mut given| {
        let new = !given.contains(&name);
        if new {
            given.push(name);
        }
        new
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let help = match self {
            Self::Call { call, cause, help, .. } => {
                write!(f, "{call} = {cause}")?;
                help.as_deref()
            }
            Self::Start(call, error) => {
                write!(f, "{call}() = -1 {}", errno::shown(error))?;
                errno::name(error).and_then(help::start)
            }
            Self::Stdin(error) => {
                write!(f, "standard input: {}", errno::shown(error))?;
                errno::name(error).and_then(help::stdin)
            }
            Self::Stdout(error) => {
                write!(f, "standard output: {}", errno::shown(error))?;
                errno::name(error).and_then(help::stdout)
            }
        };
        help.map_or(Ok(()), |help| write!(f, "\nhelp: {help}"))
    }
}

/// `-1 EACCES (Permission denied)`, and `EAI_NONAME (Name or service not known)`
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Errno(error) => write!(f, "-1 {}", errno::shown(error)),
            Self::Lookup(error) => f.write_str(&errno::lookup_shown(error)),
        }
    }
}

/// It has no source: what it displays names the cause already.
impl error::Error for Error {}
