//! 200 clients connect at the same moment, while the server is busy. What does the backlog
//! change?
//!
//! Linux only: on other systems a full queue does something else.

use std::process::ExitCode;

use common::{Error, log};

const QUESTION: &str = "200 clients connect at the same moment, while the server is busy with \
     another one. It listens with a backlog of 128, and then with one of 1024. How long does \
     the last client wait?";

#[cfg(target_os = "linux")]
fn run() -> Result<(), Error> {
    use std::io;
    use std::time::{Duration, Instant};

    use common::{address, strace};
    use socket2::{Domain, SockAddr, Socket, Type};

    const CLIENTS: usize = 200;

    /// A client that doesn't wait until it is connected.
    fn connecting(address: &SockAddr) -> io::Result<Socket> {
        let client = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        client.set_nonblocking(true)?;
        let _ = client.connect(address); // EINPROGRESS
        Ok(client)
    }

    fn rush(backlog: i32) -> Result<(), Error> {
        let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
        strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
        strace!(server.listen(backlog))?;
        let address = strace!(server.local_addr())?;
        let start = Instant::now();
        let clients: io::Result<Vec<Socket>> =
            (0..CLIENTS).map(|_| connecting(&address)).collect();
        let _clients = clients.map_err(|error| Error::Start("socket", error))?;
        log::ss(&server);
        let mut accepted = Vec::new();
        while accepted.len() < CLIENTS {
            let client = server.accept().map_err(|error| Error::Start("accept", error))?;
            accepted.push(client);
        }
        let at_once = start.elapsed() < Duration::from_millis(900);
        let waited = if at_once { "less than a second" } else { "a second or more" };
        log::info(format!(
            "The server has accepted all {CLIENTS}. The last one waited {waited}."
        ));
        Ok(())
    }

    log::ask(QUESTION);
    rush(128)?;
    rush(1024)?;
    log::info(
        "A backlog of 128 lets 129 in. The kernel drops the SYN of each of the others, without \
         an answer, and they send it again after 1 s, then after 2 s more, and so on (RFC \
         6298). The server has soon accepted the 129, and has nothing to do until then. With \
         1024 there is room for all 200, and they only wait for accept.",
    );
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn run() -> Result<(), Error> {
    log::ask(QUESTION);
    log::info("Try it on Linux: other systems may refuse a client that finds no room.");
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
