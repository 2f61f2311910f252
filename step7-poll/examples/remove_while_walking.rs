//! A server walks its list of clients and removes one. Who is next?

use std::io::Read;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use rustix::event::{PollFd, PollFlags, poll};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "Of three clients the first has left, the second has sent something, the third is \
         silent. The server walks from the first to the last, and removes who has left. Whom \
         does it ask next?",
    );
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let (mut peers, mut clients) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let peer = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
        strace!(peer.connect(&address))?;
        let (client, _) = strace!(server.accept())?;
        strace!(client.set_nonblocking(true))?;
        peers.push(peer);
        clients.push(client);
    }
    log::close(peers.remove(0));
    let second = peers.remove(0);
    strace!(second.send(b"Hello!"))?;

    let ready = ready(&clients)?;
    for (index, _) in ready.iter().enumerate().filter(|(_, ready)| **ready) {
        serve(&mut clients, index);
    }
    log::info(
        "The third, who has sent nothing: it has moved up to the second place, but the \
         answers of poll are for the old places. The second client is skipped. With sockets \
         that block, the server would now stand still.",
    );

    log::info("The third leaves, and the server walks from the last to the first:");
    log::close(peers.remove(0));
    let ready = self::ready(&clients)?;
    for (index, _) in ready.iter().enumerate().rev().filter(|(_, ready)| **ready) {
        serve(&mut clients, index);
    }
    log::info(
        "Now only those move up that have already had their turn. That is why the lesson \
         walks from the last to the first.",
    );
    Ok(())
}

/// Who can be read, once two of them can.
fn ready(clients: &[Socket]) -> Result<Vec<bool>, Error> {
    loop {
        let poll_fd = |client| PollFd::new(client, PollFlags::IN);
        let mut fds: Vec<_> = clients.iter().map(poll_fd).collect();
        if poll(&mut fds, None).is_ok_and(|count| count == 2) {
            strace!(poll(&mut fds, None))?;
            return Ok(fds.iter().map(|fd| !fd.revents().is_empty()).collect());
        }
    }
}

fn serve(clients: &mut Vec<Socket>, index: usize) {
    let Some(mut client) = clients.get(index) else { return };
    if let Ok(0) = strace!(client.read(&mut [0; 16])) {
        log::close(clients.remove(index));
    }
}

fn main() -> ExitCode {
    common::example(run)
}
