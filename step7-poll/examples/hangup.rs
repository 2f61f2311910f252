//! POLLHUP: has the other side closed?
//!
//! What poll reports differs from system to system.

use std::net::Shutdown;
use std::process::ExitCode;
use std::time::Duration;

use common::{Error, address, log, strace};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, SockAddr, Socket, Type};

/// Long enough for whatever happens on this machine.
const LIMIT: Timespec = Timespec { tv_sec: 3, tv_nsec: 0 };

fn run() -> Result<(), Error> {
    log::ask("The client closes its end of the connection. Does poll report POLLHUP?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    log::info("The client has closed:");
    let (client, accepted) = connection(&server, &address)?;
    log::close(client);
    show(&accepted)?;
    log::info("And now the server has shut down its side, too:");
    strace!(accepted.shutdown(Shutdown::Write))?;
    show(&accepted)?;

    log::info("The client has reset the connection:");
    let (client, accepted) = connection(&server, &address)?;
    strace!(client.set_linger(Some(Duration::ZERO)))?;
    log::close(client);
    show(&accepted)?;

    log::info("A new socket, never connected:");
    let socket = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    let mut fds = [PollFd::new(&socket, PollFlags::IN | PollFlags::OUT)];
    strace!(poll(&mut fds, Some(&LIMIT)))?;

    log::info("A connect that was refused, because nobody listens any more:");
    log::close(server);
    strace!(socket.set_nonblocking(true))?;
    let _ = strace!(socket.connect(&address)); // It goes on in the background.
    show(&socket)?;
    log::info(
        "No. A client that has closed is reported as POLLIN: recv returns what is left, and \
         then 0. POLLHUP means that neither side can send any more, and even then bytes may \
         be left. So receive first, and close when recv returns 0 or an error (poll(2)). \
         Other systems report other events, but recv returns the same on all of them.",
    );
    Ok(())
}

fn connection(server: &Socket, address: &SockAddr) -> Result<(Socket, Socket), Error> {
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(address))?;
    let (accepted, _) = strace!(server.accept())?;
    Ok((client, accepted))
}

/// Shows all that poll reports, once there is something to receive: what the other side has
/// done has arrived.
fn show(socket: &Socket) -> Result<(), Error> {
    let _ = poll(&mut [PollFd::new(socket, PollFlags::IN)], Some(&LIMIT));
    let mut fds = [PollFd::new(socket, PollFlags::IN | PollFlags::OUT)];
    strace!(poll(&mut fds, Some(&LIMIT)))?;
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
