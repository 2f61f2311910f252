//! The machine at the other end loses its power. Does recv notice?
//!
//! Both ends are in this program, so the cable has to be cut while recv waits: the page of the
//! client shows how, with a network namespace whose loopback goes down.

use std::io::Read;
use std::process::ExitCode;
use std::time::Duration;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, TcpKeepalive, Type};

const SECOND: Duration = Duration::from_secs(1);

fn run() -> Result<(), Error> {
    log::ask("The machine at the other end loses its power. Does recv notice?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let mut client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let _accepted = strace!(server.accept())?;

    // Without a limit it would wait for ever.
    strace!(client.set_read_timeout(Some(SECOND / 2)))?;
    let _ = strace!(blocking: client.read(&mut [0; 16]));
    log::ss(&client);

    // After a second without a packet the kernel asks whether the other end is there, once.
    let keepalive = TcpKeepalive::new().with_time(SECOND).with_interval(SECOND);
    strace!(client.set_tcp_keepalive(&keepalive.with_retries(1)))?;
    strace!(client.set_read_timeout(Some(SECOND * 2)))?;
    let _ = strace!(blocking: client.read(&mut [0; 16]));
    log::ss(&client);
    log::info(
        "No: without power nobody sends FIN, so the connection stays ESTAB and recv waits for \
         ever, just as for somebody who has nothing to say (a half-open connection: RFC 9293, \
         section 3.5.1). With keepalive the kernel asks the other end. If nothing answers, recv \
         fails with ETIMEDOUT; if the other kernel answers, recv waits on. Keepalive is off by \
         default, and would ask only after 2 hours (tcp(7)). That is why servers set it, or \
         limit the wait.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
