//! Four threads wait in poll for the same listening socket. One client comes: who wakes up?

use std::process::ExitCode;
use std::thread;

use common::{Error, address, log, strace};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "Four threads wait in poll for the same listening socket. One client connects. How \
         many threads wake up?",
    );
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    strace!(server.set_nonblocking(true))?;
    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;

    let woken = thread::scope(|scope| {
        let mut threads = Vec::new();
        for _ in 0..4 {
            let thread = thread::Builder::new().spawn_scoped(scope, || wakes_up(&server));
            threads.push(thread.map_err(|error| Error::Start("pthread_create", error))?);
        }
        strace!(client.connect(&address))?;
        Ok::<usize, Error>(
            threads
                .into_iter()
                .filter_map(|thread| thread.join().ok())
                .filter(|&w| w)
                .count(),
        )
    })?;
    log::info(match woken {
        0 => "Nobody woke up.",
        1 => "One woke up.",
        _ => "More than one woke up.",
    });
    let (_accepted, _) = strace!(server.accept())?;
    let _ = strace!(server.accept()); // It fails: there was only one client.
    log::info(
        "poll says the same to everybody who waits, until one of them has accepted the client. \
         The others have woken up for nothing: accept says EAGAIN to them, and without \
         O_NONBLOCK it would block. That is the thundering herd. Let one thread accept, or give \
         each its own listening socket: SO_REUSEPORT, the exercise of step 8.",
    );
    Ok(())
}

fn wakes_up(server: &Socket) -> bool {
    let limit = Timespec { tv_sec: 2, tv_nsec: 0 };
    let mut fds = [PollFd::new(server, PollFlags::IN)];
    poll(&mut fds, Some(&limit)).is_ok_and(|count| count > 0)
}

fn main() -> ExitCode {
    common::example(run)
}
