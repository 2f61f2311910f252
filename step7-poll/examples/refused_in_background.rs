//! A non-blocking connect: the socket can be written. Is it connected?

use std::process::ExitCode;

use common::{Error, address, log, strace};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, SockAddr, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("After a non-blocking connect poll reports POLLOUT. Is the socket connected?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    let address = strace!(server.local_addr())?;
    log::info("Nobody listens:");
    connect(&address)?;
    log::info("Somebody listens:");
    strace!(server.listen(128))?;
    connect(&address)?;
    log::info(
        "Perhaps: POLLOUT only means that connect is over. SO_ERROR says whether it has \
         succeeded, and you can ask only once: 0 is a connection, anything else is the error \
         that connect would have returned (connect(2), EINPROGRESS).",
    );
    Ok(())
}

fn connect(address: &SockAddr) -> Result<(), Error> {
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.set_nonblocking(true))?;
    let _ = strace!(client.connect(address)); // It goes on in the background.
    let mut fds = [PollFd::new(&client, PollFlags::OUT)];
    // Windows before version 2004 of Windows 10 does not report a refusal.
    let limit = Timespec { tv_sec: 3, tv_nsec: 0 };
    strace!(blocking: poll(&mut fds, Some(&limit)))?;
    strace!(client.take_error())?;
    log::close(client);
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
