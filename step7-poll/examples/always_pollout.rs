//! A program asks poll for POLLOUT, though it has nothing to send. How often does poll return?

use std::process::ExitCode;
use std::time::{Duration, Instant};

use common::{Error, address, log, strace};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Socket, Type};

const TENTH: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

fn run() -> Result<(), Error> {
    log::ask(
        "A program asks poll for POLLOUT, though it has nothing to send. How often does poll \
         return in 100 ms?",
    );
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let (accepted, _) = strace!(server.accept())?;

    log::info("With POLLIN alone:");
    let mut fds = [PollFd::new(&accepted, PollFlags::IN)];
    strace!(blocking: poll(&mut fds, Some(&TENTH)))?;
    log::info("poll has slept for 100 ms, and returned once.");

    log::info("With POLLIN and POLLOUT:");
    let mut fds = [PollFd::new(&accepted, PollFlags::IN | PollFlags::OUT)];
    strace!(blocking: poll(&mut fds, Some(&TENTH)))?;
    let mut rounds = 1;
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(100) && poll(&mut fds, None).is_ok() {
        rounds += 1;
    }
    let times = if rounds > 1000 { "more than 1000".into() } else { rounds.to_string() };
    log::info(format!("poll has not slept at all, and returned {times} times in 100 ms."));
    log::info(
        "A socket can be written as long as its send buffer has room, and that is nearly \
         always. So poll returns at once, every time, and the program takes a whole core for \
         nothing. Ask for POLLOUT only while something waits to be sent.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
