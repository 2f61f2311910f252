//! Logging: each call in the notation of strace(1), each socket in the columns of ss(8).
//!
//! All of it goes to standard error. `RUST_LOG` chooses the level: `info` (the default)
//! shows the calls and the rows, `debug` adds every recv(2) and send(2), `warn` leaves
//! only trouble. What is no level counts as `info`, so that a variable that was set for
//! another program hides nothing.

use std::env;
use std::fmt::Display;
use std::io::{self, BufRead, ErrorKind, Write};
use std::process::ExitCode;

use ::log::{Level, LevelFilter, debug, error, info, log_enabled, warn};
use dns_lookup::{AddrInfoIter, LookupError};
use env_logger::fmt::style::{AnsiColor, Style};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use crate::{Error, hint, row::Row};

const ROW: &str = "row";
const HELP: &str = "help";
const FAILURE: &str = "failure";

/// Sets the logger up. Call it once, first of all.
///
/// Colour is used on a terminal only, and never if the variable `NO_COLOR` is set. The
/// failure that ends a program is shown at every level.
pub fn init() {
    let level = env::var("RUST_LOG").ok().and_then(|level| level.parse().ok());
    let mut builder = env_logger::Builder::new();
    builder.filter_level(level.unwrap_or(LevelFilter::Info));
    builder.filter_module(FAILURE, LevelFilter::Error);
    builder.filter_module(HELP, LevelFilter::Warn);
    builder.format(|buffer, record| {
        let style = match (record.target(), record.level()) {
            (ROW, _) => Style::new().dimmed(),
            (HELP, _) => AnsiColor::Cyan.on_default(),
            (_, Level::Error) => AnsiColor::Red.on_default().bold(),
            (_, Level::Warn) => AnsiColor::Yellow.on_default(),
            _ => Style::new(),
        };
        writeln!(buffer, "{style}{}{style:#}", record.args())
    });
    // A second logger can only be refused, and the first one is as good.
    let _ = builder.try_init();
}

/// Shows a call together with what it returned. The text starts with the name of the call
/// and a bracket, `bind(`, by which its errors are explained.
pub trait Call<T> {
    /// Logs the call at level info: `bind(3, 127.0.0.1:4444) = 0`.
    ///
    /// # Errors
    ///
    /// The failure of the call, which now knows what was called and with which arguments.
    fn log(self, call: impl Display) -> Result<T, Error>;

    /// The same at level debug, for the many reads and writes: `recv(4, 4096) = 6`.
    /// A function that returns no count, such as `write_all`, shows none.
    ///
    /// # Errors
    ///
    /// Those of [`log`](Self::log).
    fn debug(self, call: impl Display) -> Result<T, Error>;
}

impl<T: Returned, E: Failure> Call<T> for Result<T, E> {
    fn log(self, call: impl Display) -> Result<T, Error> {
        let value = self.map_err(|error| error.of(&call))?;
        info!("{call} = {}", value.returned());
        Ok(value)
    }

    fn debug(self, call: impl Display) -> Result<T, Error> {
        let value = self.map_err(|error| error.of(&call))?;
        match value.count() {
            Some(bytes) => debug!("{call} = {bytes}"),
            None => debug!("{call}"),
        }
        Ok(value)
    }
}

/// Logs a remark at level info.
pub fn info(remark: impl Display) {
    info!("{remark}");
}

/// Says that a call may block, before it does: `accept(3) ...`.
pub fn blocking(call: impl Display) {
    info!("{call} ...");
}

/// Shows what the kernel knows of a socket, in the columns of ss(8): state, Recv-Q,
/// Send-Q, local address, peer address.
///
/// The queues of a listening socket are the connections not yet accepted and their limit,
/// the backlog; those of any other are bytes. A column that the system does not tell is `-`.
pub fn row(socket: &Socket) {
    info!(target: ROW, "{}", Row::of(socket));
}

/// The descriptor of a socket; on Windows its handle.
#[cfg(unix)]
pub fn fd(socket: &Socket) -> std::os::fd::RawFd {
    std::os::fd::AsRawFd::as_raw_fd(socket)
}

/// The descriptor of a socket; on Windows its handle.
#[cfg(windows)]
pub fn fd(socket: &Socket) -> std::os::windows::io::RawSocket {
    std::os::windows::io::AsRawSocket::as_raw_socket(socket)
}

/// Closes a socket and shows the call: `close(3)`. To drop a socket closes it too, but
/// tells nobody; neither says how close(2) went.
pub fn close(socket: Socket) {
    let fd = fd(&socket);
    drop(socket);
    info!("close({fd})");
}

/// Keeps a socket open until a line, or the end, of standard input, then closes it.
///
/// # Errors
///
/// Standard input cannot be read.
pub fn close_on_enter(socket: Socket) -> Result<(), Error> {
    if log_enabled!(Level::Info)
        && let Some(command) = hint::command(&socket)
    {
        info!("Look at it from another terminal: {command}");
    }
    info!("Press Enter to close the socket.");
    io::stdin().lock().skip_until(b'\n').map_err(Error::Stdin)?;
    close(socket);
    Ok(())
}

/// Warns of a failure, and lets the program go on.
pub fn warn(error: &Error) {
    warn!("{error}");
    if let Some(help) = error.help() {
        warn!(target: HELP, "help: {help}");
    }
}

/// Makes a failure that concerns one connection only a warning: then there is no value.
///
/// # Errors
///
/// Every other failure; see [`Error::is_transient`].
pub fn tolerate<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_transient() => {
            warn(&error);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Shows the failure that ended a program, and makes its exit status: 0 or 1.
///
/// That nobody reads standard output any more (`| head -1`) is no failure.
pub fn exit_code(result: Result<(), Error>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Stdout(error)) if error.kind() == ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            error!(target: FAILURE, "{error}");
            if let Some(help) = error.help() {
                error!(target: HELP, "help: {help}");
            }
            ExitCode::FAILURE
        }
    }
}

/// A value that a call returns, as strace(1) shows it.
pub trait Returned {
    /// What stands after `=`: a descriptor, a count, 0 for success.
    fn returned(&self) -> String;

    /// The number of bytes, if the call returns one.
    fn count(&self) -> Option<usize> {
        None
    }
}

/// Success, which POSIX says with 0.
impl Returned for () {
    fn returned(&self) -> String {
        "0".into()
    }
}

/// A number of bytes.
impl Returned for usize {
    fn returned(&self) -> String {
        self.to_string()
    }

    fn count(&self) -> Option<usize> {
        Some(*self)
    }
}

/// A new socket: its descriptor.
impl Returned for Socket {
    fn returned(&self) -> String {
        fd(self).to_string()
    }
}

/// A new socket and the address of its peer.
impl Returned for (Socket, SockAddr) {
    fn returned(&self) -> String {
        let (socket, peer) = self;
        match peer.as_socket() {
            Some(peer) => format!("{}, {peer}", fd(socket)),
            None => fd(socket).to_string(),
        }
    }
}

/// A new descriptor.
#[cfg(unix)]
impl Returned for std::os::fd::OwnedFd {
    fn returned(&self) -> String {
        std::os::fd::AsRawFd::as_raw_fd(self).to_string()
    }
}

/// The address family of a socket: SO_DOMAIN of socket(7).
impl Returned for Domain {
    fn returned(&self) -> String {
        format!("0, {self:?}")
    }
}

/// The type of a socket: SO_TYPE of socket(7).
impl Returned for Type {
    fn returned(&self) -> String {
        format!("0, {self:?}")
    }
}

/// The protocol of a socket, none if it is 0: SO_PROTOCOL of socket(7).
impl Returned for Option<Protocol> {
    fn returned(&self) -> String {
        match self {
            Some(protocol) => format!("0, {protocol:?}"),
            None => "0, 0".into(),
        }
    }
}

/// The answers of getaddrinfo(3), which returns 0.
impl Returned for AddrInfoIter {
    fn returned(&self) -> String {
        "0".into()
    }
}

/// The host and the service of getnameinfo(3).
impl Returned for (String, String) {
    fn returned(&self) -> String {
        format!("0, {:?}, {:?}", self.0, self.1)
    }
}

/// Why a call failed.
pub trait Failure {
    /// Adds what was called.
    fn of(self, call: impl Display) -> Error;
}

/// errno(3).
impl Failure for io::Error {
    fn of(self, call: impl Display) -> Error {
        Error::call(call.to_string(), self)
    }
}

/// The codes of getaddrinfo(3).
impl Failure for LookupError {
    fn of(self, call: impl Display) -> Error {
        Error::lookup(call.to_string(), self)
    }
}
