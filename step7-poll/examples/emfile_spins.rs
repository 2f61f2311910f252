//! No descriptor is left for the next client. What does poll say of the listening socket?
//!
//! Windows has no such limit.

use std::process::ExitCode;

use common::{Error, log};

const QUESTION: &str = "The server has no descriptor left for the next client. What does poll \
     say about the listening socket?";

#[cfg(unix)]
fn run() -> Result<(), Error> {
    use std::io::Read;
    use std::net::Shutdown;
    use std::os::fd::AsRawFd;
    use std::time::{Duration, Instant};

    use common::{address, strace};
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use socket2::{Domain, Socket, Type};

    log::ask(QUESTION);
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    strace!(server.set_nonblocking(true))?;
    let address = strace!(server.local_addr())?;
    let first = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(first.connect(&address))?;
    let (mut accepted, _) = strace!(server.accept())?;
    let second = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    let next = second.as_raw_fd() + 1;
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit { current: u64::try_from(next).ok(), maximum };
    setrlimit(Resource::Nofile, limit).map_err(|e| Error::Start("setrlimit", e.into()))?;
    log::info(format!("From now on no descriptor may be greater than {}.", next - 1));
    strace!(second.connect(&address))?;

    let mut fds = [PollFd::new(&server, PollFlags::IN)];
    strace!(blocking: poll(&mut fds, None))?;
    let _ = strace!(server.accept()); // It fails: there is no descriptor for it.
    strace!(blocking: poll(&mut fds, None))?;
    let mut rounds = 0;
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(100) && poll(&mut fds, None).is_ok() {
        rounds += u32::from(server.accept().is_err());
    }
    let times = if rounds > 1000 { "more than 1000".into() } else { rounds.to_string() };
    log::info(format!("In 100 ms poll returned and accept failed {times} times."));

    log::info("Now it asks for the listening socket only when a client has left:");
    let mut fds =
        [PollFd::new(&server, PollFlags::empty()), PollFd::new(&accepted, PollFlags::IN)];
    let tenth = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    strace!(blocking: poll(&mut fds, Some(&tenth)))?;
    strace!(first.shutdown(Shutdown::Write))?;
    strace!(blocking: poll(&mut fds, None))?;
    strace!(accepted.read(&mut [0; 16]))?;
    log::close(accepted);
    strace!(server.accept())?;
    log::info(
        "That a client is waiting, and that is true: accept has failed, so the client is \
         still in the queue. poll returns at once, accept fails again, and the program takes \
         a whole core and serves nobody. So the lesson does not ask for the listening socket \
         until a client has left, and sleeps.",
    );
    Ok(())
}

#[cfg(not(unix))]
fn run() -> Result<(), Error> {
    log::ask(QUESTION);
    log::info("Try it on Linux or macOS: this system has no limit that a program can set.");
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
