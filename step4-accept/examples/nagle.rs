//! A client sends a request in two parts and waits for the answer. How long does it wait?

use std::io::Read;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "A client sends a request in two parts and waits for the answer. How long does it wait?",
    );
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let mut client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let (mut accepted, _) = strace!(server.accept())?;
    // They talk for a while first, not shown: Linux acknowledges a new connection at once.
    for _ in 0..8 {
        let mut buf = [0; 16];
        let _ = client.send(b"Hello!").and_then(|_| accepted.read(&mut buf));
        let _ = accepted.send(b"Hello!").and_then(|_| client.read(&mut buf));
    }

    for nodelay in [false, true] {
        if nodelay {
            strace!(client.set_tcp_nodelay(true))?;
        }
        let start = Instant::now();
        strace!(client.send(b"head"))?;
        strace!(client.send(b"body"))?;
        strace!(accepted.read(&mut [0; 4]))?;
        strace!(accepted.read(&mut [0; 4]))?;
        strace!(accepted.send(b"Hello!"))?;
        strace!(client.read(&mut [0; 16]))?;
        match start.elapsed() < Duration::from_millis(20) {
            true => log::info("The answer came at once."),
            false => log::info("The answer took tens of milliseconds or more."),
        }
    }
    log::info(
        "On Linux it waits 40 ms, for nothing. The kernel of the client keeps a small second \
         part back until the first one is acknowledged (Nagle: RFC 9293, section 3.7.4), and \
         the kernel of the server delays that, because it hopes to send the answer along \
         (section 3.8.6.3). That is why you send a request with one call, or set TCP_NODELAY.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
