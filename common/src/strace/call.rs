//! A call: shown before it is made, if it may block, and with its result.

use std::fmt;
use std::net::SocketAddr;
use std::panic::Location;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ::log::{Level, LevelFilter};

use super::notation::{Argument, Returned, Value, notation};
use crate::descriptor::{Descriptor, Fd};
use crate::error::Cause;
use crate::{Error, log};

/// The descriptor of a short send(2) that is under way.
static SENDING: Mutex<Option<Fd>> = Mutex::new(None);

/// So many bytes go out at once, unless the other end does not read.
const SHORT: usize = 4096;

/// Whether the last accept(2) failed just as the one before.
static REPEATED: AtomicBool = AtomicBool::new(false);

/// A call that is about to be made: see [`strace!`](crate::strace!).
pub struct Call<'a> {
    function: &'static str,
    fd: Option<Fd>,
    pub(super) arguments: [Option<Value<'a>>; 4],
    /// The number of arguments that have been evaluated, and of all.
    seen: usize,
    count: usize,
    blocking: bool,
    pub(super) location: &'static Location<'static>,
}

impl<'a> Call<'a> {
    /// The call of `function` for the socket `fd`, before its arguments are evaluated.
    #[inline]
    #[track_caller]
    pub fn begin(
        function: &'static str,
        fd: Option<Fd>,
        count: usize,
        blocking: bool,
    ) -> Self {
        let location = Location::caller();
        let call =
            Self { function, fd, arguments: [None; 4], seen: 0, count, blocking, location };
        if ::log::max_level() >= LevelFilter::Info {
            call.announce();
        }
        call
    }

    /// Whether it sends little, or the end of file.
    fn sends_at_once(&self) -> bool {
        match (self.function, self.arguments[0]) {
            ("send" | "write", Some(Value::Size(size))) => size <= SHORT,
            (function, _) => function == "shutdown",
        }
    }

    /// Notes that a call that sends is under way, or that it has been shown.
    fn is_under_way(&self, under_way: bool) {
        if self.sends_at_once()
            && let Ok(mut sending) = SENDING.lock()
        {
            *sending = self.fd.filter(|_| under_way);
        }
    }

    /// What one thread sends is shown before what another one then receives in return: waits
    /// for a send(2) on the same descriptor that has not been shown yet, but not for one that
    /// the other end holds up.
    fn let_send_be_shown(&self) {
        let start = Instant::now();
        while self.function == "read"
            && let Ok(mut sending) = SENDING.lock()
            && *sending == self.fd
        {
            if start.elapsed() > Duration::from_millis(100) {
                *sending = None;
            }
            drop(sending);
            thread::yield_now();
        }
    }

    /// Shows a call that may block, as soon as its arguments are known.
    fn announce(&self) {
        let repeated = || self.function == "accept" && REPEATED.load(Ordering::Relaxed);
        if self.blocking && self.seen == self.count && !repeated() {
            self.record(Level::Info, format_args!("{self} ..."));
        }
    }

    /// Shows the call with its result, and gives the result back.
    ///
    /// # Errors
    ///
    /// The error of the call.
    pub fn end<T: Returned, E: Into<Cause>>(
        self,
        socket: Option<&dyn Descriptor>,
        result: Result<T, E>,
    ) -> Result<T, Error> {
        self.end_with(socket, result, Returned::returned)
    }

    /// Like [`end`](Self::end), for a result that is shown together with what the call has
    /// written into its arguments.
    ///
    /// # Errors
    ///
    /// The error of the call.
    pub fn end_with<T, E: Into<Cause>>(
        self,
        socket: Option<&dyn Descriptor>,
        result: Result<T, E>,
        returned: impl FnOnce(&T) -> String,
    ) -> Result<T, Error> {
        match result {
            Ok(value) => {
                self.is_repeated(0);
                if ::log::max_level() >= LevelFilter::Info {
                    self.let_send_be_shown();
                    let returned = returned(&value);
                    self.record(Level::Info, format_args!("{self} = {returned}"));
                    self.is_under_way(false);
                }
                Ok(value)
            }
            Err(error) => {
                let cause = error.into();
                // That a call had nothing to take is no failure: it was told not to wait.
                let level = if cause.would_block() { Level::Info } else { Level::Error };
                if cause.would_block() && level > ::log::max_level() {
                    return Err(Error::hidden(cause));
                }
                let repeated = self.is_repeated(cause.code());
                let error = Error::call(&self, socket, cause);
                if !repeated {
                    self.record(level, format_args!("{error}"));
                }
                self.is_under_way(false);
                Err(error)
            }
        }
    }

    /// Whether accept(2) has failed with this code before: an error that stays, such as
    /// EMFILE, is shown once. A call that succeeds has code 0.
    fn is_repeated(&self, code: i32) -> bool {
        static LAST: AtomicI32 = AtomicI32::new(0);
        if self.function != "accept" {
            return false;
        }
        let repeated = LAST.swap(code, Ordering::Relaxed) == code && code != 0;
        REPEATED.store(repeated, Ordering::Relaxed);
        repeated
    }

    fn record(&self, level: Level, text: fmt::Arguments<'_>) {
        log::record(level, self.location, text);
    }

    /// The name of the system call: `recv` for the `read` of a socket.
    pub(crate) fn name(&self) -> &'static str {
        notation(self.function).split('(').next().unwrap_or_default()
    }

    /// The address among the arguments, if there is one.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.arguments.iter().flatten().find_map(|argument| match argument {
            Value::Address(address) => *address,
            _ => None,
        })
    }

    /// The first argument that is a text, such as the name that is looked up.
    pub(crate) fn text(&self) -> Option<&'a str> {
        self.arguments.iter().flatten().find_map(|argument| match argument {
            Value::Text(text) => *text,
            _ => None,
        })
    }
}

/// `bind(3, 127.0.0.1:4444)`
impl fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fd = self.fd.map(Value::Descriptor);
        let mut arguments = fd.iter().chain(self.arguments.iter().flatten());
        let mut parts = notation(self.function).split('%');
        f.write_str(parts.next().unwrap_or_default())?;
        for part in parts {
            match arguments.next() {
                Some(Value::Flag(true)) if self.function == "set_nonblocking" => {
                    write!(f, "O_NONBLOCK{part}")?;
                }
                Some(argument) => write!(f, "{argument}{part}")?,
                None => f.write_str(part)?,
            }
        }
        Ok(())
    }
}

/// The descriptor that a call is about.
pub fn fd(socket: &impl Descriptor) -> Fd {
    socket.fd()
}

/// Notes an argument of a call, and hands it on.
pub fn see<'a, T: Argument<'a>>(call: &mut Call<'a>, argument: T) -> T {
    if let Some(place) = call.arguments.get_mut(call.seen) {
        *place = Some(argument.value());
    }
    call.seen += 1;
    if ::log::max_level() >= LevelFilter::Info {
        call.is_under_way(true);
        call.announce();
    }
    argument
}
