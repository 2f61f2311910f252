//! The calls that wait for many sockets: poll(2) of rustix, epoll(7) and its like of mio. This
//! crate knows neither library: the macro asks their values what it needs.

use std::net::SocketAddr;
use std::time::Duration;

use ::log::LevelFilter;
use socket2::SockAddr;

use super::call::{Call, see};
use super::notation::Value;
use crate::descriptor::{Descriptor, Fd};

impl<'a> Call<'a> {
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
        events: [bool; 5],
        token: usize,
        blocking: bool,
    ) -> Self {
        let mut call = Self::begin(function, Some(poll), 3, blocking);
        let token = Some(Value::Size(token));
        call.arguments =
            [Some(Value::Descriptor(source)), Some(Value::Events(events)), token, None];
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
}

/// The descriptors of a poll(2), or none if nobody will see them.
pub fn if_shown(fds: impl Iterator<Item = Fd>) -> Vec<Fd> {
    if ::log::max_level() >= LevelFilter::Info { fds.collect() } else { Vec::new() }
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
pub fn happened(events: impl Iterator<Item = (usize, [bool; 5])>) -> String {
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
