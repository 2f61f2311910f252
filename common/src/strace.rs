//! Calls, shown as strace(1) shows them.

use std::fmt::{self, Display};
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr};
use std::panic::Location;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ::log::{Level, LevelFilter};
use dns_lookup::{AddrInfoHints, AddrInfoIter};
use socket2::{Domain, Protocol, SockAddr, Socket, TcpKeepalive, Type};

use crate::descriptor::{Descriptor, Fd};
use crate::error::Cause;
use crate::{Error, address, errno, log};

/// Makes the call that stands in it, shows the call with its arguments and its result as
/// strace(1) does, and gives the result back: `strace!` is to system calls what `dbg!` is to
/// values.
///
/// ```text
/// let socket = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
/// strace!(socket.listen(128))?;
///
/// socket(AF_INET, SOCK_STREAM, 0) = 3
/// listen(3, 128) = 0
/// ```
///
/// The name shown is that of the system call: `read` of a socket is recv(2). With
/// `blocking:` before it, the call is also shown before it is made: `accept(3) ...`.
///
/// # Errors
///
/// The error of the call, which has been shown together with its help.
#[macro_export]
macro_rules! strace {
    (blocking: $($call:tt)+) => { $crate::strace!(@ true, $($call)+) };

    // It makes as many calls of send(2) or recv(2) as it takes, and each is shown.
    (@ $blocking:literal, $object:ident.write_all($bytes:expr)) => {{
        let mut calls = $crate::strace::Calls::new(&mut $object);
        let result = calls.write_all($bytes);
        calls.end(result)
    }};
    (@ $blocking:literal, $object:ident.read_exact($buffer:expr)) => {{
        let mut calls = $crate::strace::Calls::new(&mut $object);
        let result = calls.read_exact($buffer);
        calls.end(result)
    }};
    (@ $blocking:literal, $object:ident.accept()) => {{
        let fd = Some($crate::strace::fd(&$object));
        let call = $crate::strace::Call::begin("accept", fd, 0, $blocking);
        call.end_with(Some(&$object), $object.accept(), $crate::strace::accepted)
    }};
    (@ $blocking:literal, $object:ident.accept().await) => {{
        let fd = Some($crate::strace::fd(&$object));
        let call = $crate::strace::Call::begin("accept", fd, 0, $blocking);
        call.end_with(Some(&$object), $object.accept().await, $crate::strace::accepted)
    }};
    // Each write is one send(2) that took something.
    (@ $blocking:literal, $object:ident.write_all($bytes:expr).await) => {
        async {
            let mut bytes: &[u8] = $bytes;
            while !bytes.is_empty() {
                let sent = $crate::strace!(@ $blocking, $object.write(bytes).await)?;
                bytes = bytes.get(sent..).unwrap_or_default();
            }
            Ok::<(), $crate::Error>(())
        }
        .await
    };
    // Of tokio: it shuts down the writing side.
    (@ $blocking:literal, $object:ident.shutdown().await) => {{
        let fd = Some($crate::strace::fd(&$object));
        let mut call = $crate::strace::Call::begin("shutdown", fd, 1, $blocking);
        $crate::strace::see(&mut call, ::std::net::Shutdown::Write);
        match $object.shutdown().await {
            result => call.end(Some(&$object), result),
        }
    }};
    (@ $blocking:literal, $object:ident.$method:ident($($argument:expr),* $(,)?).await) => {{
        let fd = Some($crate::strace::fd(&$object));
        let count = <[&str]>::len(&[$(stringify!($argument)),*]);
        let mut call =
            $crate::strace::Call::begin(stringify!($method), fd, count, $blocking);
        match $object.$method($($crate::strace::see(&mut call, $argument)),*).await {
            result => call.end(Some(&$object), result),
        }
    }};
    (@ $blocking:literal, $builder:ident.spawn($closure:expr)) => {{
        let call = $crate::strace::Call::begin("pthread_create", None, 0, $blocking);
        call.end(None, $builder.spawn($closure))
    }};
    // It returns a count, and writes what is ready into its argument.
    (@ $blocking:literal, poll(&mut $fds:ident, $timeout:expr)) => {{
        let numbers = $crate::strace::if_shown($fds.iter().map($crate::strace::fd));
        let call = $crate::strace::Call::poll(&numbers, $blocking);
        let result = poll(&mut $fds, $timeout).map_err(::std::io::Error::from);
        call.end_with(None, result, |count| {
            let ready = $fds.iter().map(|fd| fd.revents().iter_names().map(|(name, _)| name));
            $crate::strace::ready(*count, &numbers, ready)
        })
    }};
    // Of mio: each waits in the way of its system, epoll(7) on Linux.
    (@ $blocking:literal, Poll::new()) => {{
        let call = $crate::strace::Call::begin("Poll::new", None, 0, $blocking);
        call.end_with(None, Poll::new(), |poll| $crate::strace::raw_fd(poll).to_string())
    }};
    (@ $blocking:literal, $poll:ident.registry().$ask:ident(&mut $($source:ident).+, $token:expr, $interest:expr)) => {{
        let (token, interest) = ($token, $interest);
        let events = [
            (interest.is_readable(), "IN"),
            (interest.is_writable(), "OUT"),
            (interest.is_readable(), "RDHUP"),
            (true, "ET"),
        ];
        let call = $crate::strace::Call::register(
            stringify!($ask),
            $crate::strace::raw_fd($poll.registry()),
            $crate::strace::fd(&$($source).+),
            events,
            token.0,
            $blocking,
        );
        call.end(None, $poll.registry().$ask(&mut $($source).+, token, interest))
    }};
    (@ $blocking:literal, $poll:ident.poll(&mut $events:ident, $timeout:expr)) => {{
        let timeout = $timeout;
        let call = $crate::strace::Call::wait(
            $crate::strace::raw_fd(&$poll),
            timeout,
            $blocking,
        );
        call.end_with(None, $poll.poll(&mut $events, timeout), |()| {
            $crate::strace::happened($events.iter().map(|event| {
                let events = [
                    (event.is_readable(), "IN"),
                    (event.is_writable(), "OUT"),
                    (event.is_read_closed(), "RDHUP"),
                    (event.is_error(), "ERR"),
                ];
                (event.token().0, events)
            }))
        })
    }};
    (@ $blocking:literal, $object:ident.$method:ident($($argument:expr),* $(,)?)) => {
        $crate::strace!(@@ $blocking, [$object], $method, $($argument),*)
    };
    (@ $blocking:literal, $object:ident.$field:ident.$method:ident($($argument:expr),* $(,)?)) => {
        $crate::strace!(@@ $blocking, [$object.$field], $method, $($argument),*)
    };
    (@@ $blocking:literal, [$($object:tt)+], $method:ident, $($argument:expr),*) => {{
        let fd = Some($crate::strace::fd(&$($object)+));
        let count = <[&str]>::len(&[$(stringify!($argument)),*]);
        let mut call =
            $crate::strace::Call::begin(stringify!($method), fd, count, $blocking);
        match $($object)+.$method($($crate::strace::see(&mut call, $argument)),*) {
            result => call.end(Some(&$($object)+), result),
        }
    }};
    (@ $blocking:literal, $($path:ident)::+($($argument:expr),* $(,)?)) => {{
        let function = concat!($("::", stringify!($path)),+);
        let count = <[&str]>::len(&[$(stringify!($argument)),*]);
        let mut call = $crate::strace::Call::begin(function, None, count, $blocking);
        match $($path)::+($($crate::strace::see(&mut call, $argument)),*) {
            result => call.end(None, result),
        }
    }};
    ($($call:tt)+) => { $crate::strace!(@ false, $($call)+) };
}

/// The descriptor of a send(2) that is under way.
static SENDING: Mutex<Option<Fd>> = Mutex::new(None);

/// Whether the last accept(2) failed just as the one before.
static REPEATED: AtomicBool = AtomicBool::new(false);

/// A call that is about to be made: see [`strace!`](crate::strace!).
pub struct Call<'a> {
    function: &'static str,
    fd: Option<Fd>,
    arguments: [Option<Value<'a>>; 4],
    /// The number of arguments that have been evaluated, and of all.
    seen: usize,
    count: usize,
    blocking: bool,
    location: &'static Location<'static>,
}

impl<'a> Call<'a> {
    /// The call of `function` for the socket `fd`, before its arguments are evaluated.
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
        call.announce();
        call.is_under_way(true);
        call
    }

    fn sends(&self) -> bool {
        matches!(self.function, "send" | "write" | "shutdown")
    }

    /// Notes that a call that sends is under way, or that it has been shown.
    fn is_under_way(&self, under_way: bool) {
        if self.sends()
            && ::log::max_level() >= LevelFilter::Info
            && let Ok(mut sending) = SENDING.lock()
        {
            *sending = self.fd.filter(|_| under_way);
        }
    }

    /// What one thread sends is shown before what another one then receives in return: waits
    /// a moment for a send(2) on the same descriptor that has not been shown yet.
    fn let_send_be_shown(&self) {
        let start = Instant::now();
        while self.function == "read"
            && SENDING.lock().is_ok_and(|sending| *sending == self.fd)
            && start.elapsed() < Duration::from_millis(1)
        {
            thread::yield_now();
        }
    }

    /// The call of poll(2) for these descriptors.
    #[track_caller]
    pub fn poll(fds: &'a [Fd], blocking: bool) -> Self {
        let mut call = Self::begin("poll", None, 1, blocking);
        see(&mut call, fds);
        call
    }

    /// The call of epoll_ctl(2) that asks for these events: `register` or `reregister`.
    #[track_caller]
    pub fn register(
        function: &'static str,
        poll: Fd,
        source: Fd,
        events: [(bool, &'static str); 4],
        token: usize,
        blocking: bool,
    ) -> Self {
        let mut call = Self::begin(function, Some(poll), 3, blocking);
        call.arguments =
            [Some(Value::Descriptor(source)), Some(Value::Events(events)), None, None];
        call.arguments[2] = Some(Value::Size(token));
        call
    }

    /// The call of epoll_wait(2).
    #[track_caller]
    pub fn wait(poll: Fd, timeout: Option<Duration>, blocking: bool) -> Self {
        let blocking = blocking && timeout != Some(Duration::ZERO);
        let mut call = Self::begin("wait", Some(poll), 1, blocking);
        // In milliseconds, as epoll_wait(2) has it.
        see(&mut call, timeout.map_or(-1, |time| time.as_millis() as i32));
        call
    }

    /// Shows a call that may block, as soon as its arguments are known.
    fn announce(&self) {
        let repeated = self.function == "accept" && REPEATED.load(Ordering::Relaxed);
        if self.blocking && self.seen == self.count && !repeated {
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
                }
                self.is_under_way(false);
                Ok(value)
            }
            Err(error) => {
                let cause = error.into();
                // That a call had nothing to take is no failure: it was told not to wait.
                let level = if cause.would_block() { Level::Info } else { Level::Error };
                if cause.would_block() && level > ::log::max_level() {
                    return Err(Error::hidden(self.name(), cause));
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
impl Display for Call<'_> {
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

/// The calls with which mio makes an instance, asks for events, asks for others, and waits.
const EPOLL: [&str; 4] = if cfg!(target_os = "linux") {
    [
        "epoll_create1(EPOLL_CLOEXEC)",
        "epoll_ctl(%, EPOLL_CTL_ADD, %, {%, %})",
        "epoll_ctl(%, EPOLL_CTL_MOD, %, {%, %})",
        "epoll_wait(%, 1024, %)",
    ]
} else if cfg!(unix) {
    let add = "kevent(%, EV_ADD, %, {%, %})";
    ["kqueue()", add, add, "kevent(%, 1024, %)"]
} else {
    [
        "NtCreateFile(Afd)",
        "register(%, %, {%, %})",
        "reregister(%, %, {%, %})",
        "GetQueuedCompletionStatusEx(%, 1024, %)",
    ]
};

/// The system call that a function makes, with `%` for the descriptor and for each argument.
fn notation(function: &'static str) -> &'static str {
    match function.rsplit("::").next().unwrap_or(function) {
        _ if function == "Poll::new" => EPOLL[0],
        "new" => "socket(%, %, %)",
        "bind" => "bind(%, %)",
        "listen" => "listen(%, %)",
        "accept" => "accept(%)",
        "connect" | "connect_timeout" => "connect(%, %)",
        "read" | "read_buf" | "recv" => "recv(%, %)",
        "peek" => "recv(%, %, MSG_PEEK)",
        "write" | "send" => "send(%, %)",
        "recv_from" => "recvfrom(%, %)",
        "send_to" => "sendto(%, %, %)",
        "shutdown" => "shutdown(%, %)",
        "local_addr" => "getsockname(%)",
        "peer_addr" => "getpeername(%)",
        "try_clone" => "fcntl(%, F_DUPFD_CLOEXEC, 0)",
        "try_clone_to_owned" => "fcntl(%, F_DUPFD_CLOEXEC, 3)",
        "set_nonblocking" => "fcntl(%, F_SETFL, %)",
        "domain" => "getsockopt(%, SOL_SOCKET, SO_DOMAIN)",
        "r#type" => "getsockopt(%, SOL_SOCKET, SO_TYPE)",
        "protocol" => "getsockopt(%, SOL_SOCKET, SO_PROTOCOL)",
        "take_error" => "getsockopt(%, SOL_SOCKET, SO_ERROR)",
        "set_broadcast" => "setsockopt(%, SOL_SOCKET, SO_BROADCAST, %)",
        "set_keepalive" => "setsockopt(%, SOL_SOCKET, SO_KEEPALIVE, %)",
        "set_linger" => "setsockopt(%, SOL_SOCKET, SO_LINGER, %)",
        "set_read_timeout" => "setsockopt(%, SOL_SOCKET, SO_RCVTIMEO, %)",
        "set_write_timeout" => "setsockopt(%, SOL_SOCKET, SO_SNDTIMEO, %)",
        "set_recv_buffer_size" => "setsockopt(%, SOL_SOCKET, SO_RCVBUF, %)",
        "set_send_buffer_size" => "setsockopt(%, SOL_SOCKET, SO_SNDBUF, %)",
        "set_reuse_address" => "setsockopt(%, SOL_SOCKET, SO_REUSEADDR, %)",
        "set_reuse_port" => "setsockopt(%, SOL_SOCKET, SO_REUSEPORT, %)",
        "set_only_v6" => "setsockopt(%, IPPROTO_IPV6, IPV6_V6ONLY, %)",
        "set_tcp_nodelay" => "setsockopt(%, IPPROTO_TCP, TCP_NODELAY, %)",
        "set_tcp_keepalive" => "setsockopt(%, IPPROTO_TCP, TCP_KEEP*, %)",
        "getaddrinfo" => "getaddrinfo(%, %)",
        "getnameinfo" => "getnameinfo(%)",
        "pthread_create" => "pthread_create()",
        "poll" => "poll(%)",
        "register" => EPOLL[1],
        "reregister" => EPOLL[2],
        "wait" => EPOLL[3],
        "remove_file" => "unlink(%)",
        _ => function,
    }
}

/// The descriptors of a poll(2), or none if nobody will see them.
pub fn if_shown(fds: impl Iterator<Item = Fd>) -> Vec<Fd> {
    if ::log::max_level() >= LevelFilter::Info { fds.collect() } else { Vec::new() }
}

/// What accept(2) returned, the descriptor and the address of the peer:
/// `4, 127.0.0.1:51734`.
pub fn accepted<S: Descriptor, A: Peer>((socket, peer): &(S, A)) -> String {
    format!("{}, {}", socket.fd(), Value::Address(peer.address()))
}

/// The address of the other end, as one of the libraries has it.
pub trait Peer {
    /// The address, if it is one of IPv4 or IPv6.
    fn address(&self) -> Option<SocketAddr>;
}

impl Peer for SockAddr {
    fn address(&self) -> Option<SocketAddr> {
        self.as_socket()
    }
}

impl Peer for SocketAddr {
    fn address(&self) -> Option<SocketAddr> {
        Some(*self)
    }
}

/// What poll(2) returned: `2, [3: POLLIN, 5: POLLIN|POLLHUP]`.
pub fn ready<I: Iterator<Item = &'static str>>(
    count: usize,
    fds: &[Fd],
    events: impl Iterator<Item = I>,
) -> String {
    let ready: Vec<String> = fds
        .iter()
        .zip(events)
        .filter_map(|(fd, names)| {
            let names: Vec<String> = names.map(|name| format!("POLL{name}")).collect();
            (!names.is_empty()).then(|| format!("{fd}: {}", names.join("|")))
        })
        .collect();
    format!("{count}, [{}]", ready.join(", "))
}

/// What epoll_wait(2) returned: `2, [1: EPOLLIN, 3: EPOLLIN|EPOLLOUT]`.
pub fn happened(
    events: impl Iterator<Item = (usize, [(bool, &'static str); 4])>,
) -> String {
    let events: Vec<String> = events
        .map(|(token, events)| format!("{token}: {}", Value::Events(events)))
        .collect();
    format!("{}, [{}]", events.len(), events.join(", "))
}

/// The descriptor that mio waits with; 0 where the system tells none.
#[cfg(unix)]
pub fn raw_fd(poll: &impl std::os::fd::AsRawFd) -> Fd {
    poll.as_raw_fd()
}

/// The descriptor that mio waits with; 0 where the system tells none.
#[cfg(windows)]
pub fn raw_fd<T>(_: &T) -> Fd {
    0
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
    call.announce();
    argument
}

/// A socket that shows each send(2) and recv(2), however many a `write_all` or a `read_exact`
/// makes.
pub struct Calls<'a, S> {
    socket: &'a mut S,
    location: &'static Location<'static>,
    failed: Option<Error>,
}

impl<'a, S: Descriptor> Calls<'a, S> {
    /// Makes the calls of `socket`.
    #[track_caller]
    pub fn new(socket: &'a mut S) -> Self {
        Self { socket, location: Location::caller(), failed: None }
    }

    /// Gives the result of `write_all` or `read_exact` back.
    ///
    /// # Errors
    ///
    /// The error of the call that failed; [`UnexpectedEof`](io::ErrorKind::UnexpectedEof), which
    /// is not shown, if the last recv(2) has returned 0.
    pub fn end(self, result: io::Result<()>) -> Result<(), Error> {
        match (result, self.failed) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(shown)) => Err(shown),
            (Err(error), None) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let call = Call::begin("recv", Some(self.socket.fd()), 0, false);
                Err(Error::call(&call, None, error.into()))
            }
            // The socket took no byte, and gave no error.
            (Err(error), None) => {
                let call = Call::begin("send", Some(self.socket.fd()), 0, false);
                call.end(Some(self.socket), Err(error))
            }
        }
    }
}

impl<S: Descriptor> Calls<'_, S> {
    /// Shows a call, and keeps its error.
    fn shown(&mut self, call: Call<'_>, result: io::Result<usize>) -> io::Result<usize> {
        let kind = result.as_ref().err().map(io::Error::kind);
        call.end(Some(&*self.socket), result).map_err(|error| {
            self.failed = Some(error);
            kind.unwrap_or(io::ErrorKind::Other).into()
        })
    }
}

impl<S: Read + Descriptor> Read for Calls<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut call = Call::begin("recv", Some(self.socket.fd()), 1, false);
        call.location = self.location;
        let result = self.socket.read(see(&mut call, buffer));
        self.shown(call, result)
    }
}

impl<S: Write + Descriptor> Write for Calls<'_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut call = Call::begin("send", Some(self.socket.fd()), 1, false);
        call.location = self.location;
        let result = self.socket.write(see(&mut call, bytes));
        self.shown(call, result)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

/// What is shown of an argument.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// A descriptor.
    Descriptor(Fd),
    /// Several descriptors.
    Descriptors(&'a [Fd]),
    /// Events of epoll(7), those that are true.
    Events([(bool, &'static str); 4]),
    /// A number.
    Number(i64),
    /// An option that is on (1) or off (0).
    Flag(bool),
    /// The size of a buffer, in bytes.
    Size(usize),
    /// An address; none if it is neither IPv4 nor IPv6.
    Address(Option<SocketAddr>),
    /// A text, or a null pointer.
    Text(Option<&'a str>),
    /// The name of a constant.
    Constant(&'static str),
    /// An address family.
    Family(Domain),
    /// A type of sockets.
    Type(Type),
    /// The number of a protocol.
    Protocol(Option<Protocol>),
    /// A time; none is without end.
    Time(Option<Duration>),
    /// The options TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT.
    Keepalive(&'a TcpKeepalive),
}

impl Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Descriptor(fd) => fd.fmt(f),
            Self::Descriptors(fds) => write!(f, "{fds:?}"),
            Self::Events(events) => {
                let prefix = if cfg!(target_os = "linux") { "EPOLL" } else { "" };
                let names: Vec<String> = events
                    .iter()
                    .filter(|(is, _)| *is)
                    .map(|(_, name)| format!("{prefix}{name}"))
                    .collect();
                f.write_str(&names.join("|"))
            }
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => i32::from(*flag).fmt(f),
            Self::Size(size) => size.fmt(f),
            Self::Address(Some(address)) => address.fmt(f),
            Self::Address(None) => f.write_str("-"),
            Self::Text(Some(text)) => write!(f, "{text:?}"),
            Self::Text(None) => f.write_str("NULL"),
            Self::Constant(name) => f.write_str(name),
            Self::Family(family) => write!(f, "{family:?}"),
            Self::Type(r#type) => write!(f, "{type:?}"),
            Self::Protocol(protocol) => {
                protocol.map_or(0, |protocol| protocol.into()).fmt(f)
            }
            Self::Time(Some(time)) => write!(f, "{time:?}"),
            Self::Time(None) => f.write_str("0"),
            // Their values are told in this form only: `TcpKeepalive { time: Some(1s), ... }`
            Self::Keepalive(options) => {
                let text = format!("{options:?}").replace("TcpKeepalive ", "");
                f.write_str(&text.replace("Some(", "").replace(')', ""))
            }
        }
    }
}

/// An argument that can be shown.
#[diagnostic::on_unimplemented(
    message = "`strace!` cannot show an argument of type `{Self}`",
    note = "make the call without `strace!`, or implement `Argument` in common/src/strace.rs"
)]
pub trait Argument<'a> {
    /// What is shown of it.
    fn value(&self) -> Value<'a>;
}

macro_rules! arguments {
    ($($type:ty: |$argument:ident| $value:expr;)+) => {$(
        impl<'a> Argument<'a> for $type {
            fn value(&self) -> Value<'a> {
                let $argument = self;
                $value
            }
        }
    )+};
}

arguments! {
    bool: |flag| Value::Flag(*flag);
    i32: |number| Value::Number((*number).into());
    u32: |number| Value::Number((*number).into());
    usize: |size| Value::Size(*size);
    &[u8]: |buffer| Value::Size(buffer.len());
    &mut [u8]: |buffer| Value::Size(buffer.len());
    &mut Vec<u8>: |buffer| Value::Size(buffer.capacity() - buffer.len());
    &mut [MaybeUninit<u8>]: |buffer| Value::Size(buffer.len());
    &'a [Fd]: |fds| Value::Descriptors(fds);
    &'a SockAddr: |address| match address::path(address) {
        Some(path) => Value::Text(Some(path)),
        None => Value::Address(address.as_socket()),
    };
    &SocketAddr: |address| Value::Address(Some(**address));
    SocketAddr: |address| Value::Address(Some(*address));
    &'a str: |text| Value::Text(Some(text));
    Option<&'a str>: |text| Value::Text(*text);
    Option<AddrInfoHints>: |_hints| Value::Text(None);
    Domain: |family| Value::Family(*family);
    Type: |r#type| Value::Type(*r#type);
    Option<Protocol>: |protocol| Value::Protocol(*protocol);
    Option<Duration>: |time| Value::Time(*time);
    Duration: |time| Value::Time(Some(*time));
    &'a TcpKeepalive: |options| Value::Keepalive(options);
    Shutdown: |how| Value::Constant(match how {
        Shutdown::Read => "SHUT_RD",
        Shutdown::Write => "SHUT_WR",
        Shutdown::Both => "SHUT_RDWR",
    });
}

/// A value that a call returns, as strace(1) shows it.
pub trait Returned {
    /// What stands after `=`: a descriptor, a count, 0 for success.
    fn returned(&self) -> String;
}

macro_rules! returned {
    ($($type:ty: |$value:pat_param| $shown:expr;)+) => {$(
        impl Returned for $type {
            fn returned(&self) -> String {
                let $value = self;
                $shown
            }
        }
    )+};
}

returned! {
    (): |()| "0".into();
    usize: |count| count.to_string();
    Socket: |socket| fd(socket).to_string();
    (usize, SocketAddr): |(count, peer)| format!("{count}, {peer}");
    (String, String): |(host, service)| format!("0, {host:?}, {service:?}");
    SockAddr: |address| format!("0, {}", (&address).value());
    (SockAddr, Vec<SockAddr>): |_| "0".into();
    AddrInfoIter: |_| "0".into();
    Domain: |family| format!("0, {family:?}");
    Type: |r#type| format!("0, {type:?}");
    Option<Protocol>: |protocol| match protocol {
        Some(protocol) => format!("0, {protocol:?}"),
        None => "0, 0".into(),
    };
    Option<io::Error>: |error| match error {
        Some(error) => format!("0, {}", errno::name(error).unwrap_or("-")),
        None => "0, 0".into(),
    };
}

/// A new descriptor.
#[cfg(unix)]
impl Returned for std::os::fd::OwnedFd {
    fn returned(&self) -> String {
        fd(self).to_string()
    }
}

/// A new thread: pthread_create(3) returns 0.
impl<T> Returned for JoinHandle<T> {
    fn returned(&self) -> String {
        "0".into()
    }
}
