//! Calls, shown as strace(1) shows them: the macro, which the lessons see. What it needs is in
//! the files of the folder.

mod call;
mod many;
mod notation;
mod whole;

pub use call::{Call, fd, see};
pub use many::{accepted, happened, if_shown, raw_fd, ready};
pub use notation::{Argument, Returned};
pub use whole::Calls;

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
    (@ $blocking:literal, $object:ident.accept()$(.$await:tt)?) => {{
        let fd = Some($crate::strace::fd(&$object));
        let call = $crate::strace::Call::begin("accept", fd, 0, $blocking);
        let result = $object.accept()$(.$await)?;
        call.end_with(Some(&$object), result, $crate::strace::accepted)
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
        let (readable, writable) = (interest.is_readable(), interest.is_writable());
        let events = [readable, writable, readable, false, true];
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
                let (readable, writable) = (event.is_readable(), event.is_writable());
                let events =
                    [readable, writable, event.is_read_closed(), event.is_error(), false];
                (event.token().0, events)
            }))
        })
    }};
    (@ $blocking:literal, $object:ident.$method:ident($($argument:expr),* $(,)?)$(.$await:tt)?) => {
        $crate::strace!(@@ $blocking, [$object], $method, [$(.$await)?], $($argument),*)
    };
    (@ $blocking:literal, $object:ident.$field:ident.$method:ident($($argument:expr),* $(,)?)) => {
        $crate::strace!(@@ $blocking, [$object.$field], $method, [], $($argument),*)
    };
    (@@ $blocking:literal, [$($object:tt)+], $method:ident, [$($await:tt)*], $($argument:expr),*) => {{
        let fd = Some($crate::strace::fd(&$($object)+));
        let count = <[&str]>::len(&[$(stringify!($argument)),*]);
        let mut call =
            $crate::strace::Call::begin(stringify!($method), fd, count, $blocking);
        match $($object)+.$method($($crate::strace::see(&mut call, $argument)),*)$($await)* {
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
