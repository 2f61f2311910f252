//! The queue of connections is full. Is the next client refused?
//!
//! Windows does refuse it; Linux, macOS and the BSDs let it wait.

use std::process::ExitCode;
use std::time::Duration;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("The queue of connections is full. Is the next client refused?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(1))?;
    let address = strace!(server.local_addr())?;
    let first = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(first.connect(&address))?;
    let second = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(second.connect(&address))?;
    log::ss(&server);

    let third = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    let limit = Duration::from_millis(500);
    let _ = strace!(blocking: third.connect_timeout(&address, limit)); // No answer in time.
    log::ss(&server);

    let _accepted = strace!(server.accept())?;
    // Now there is room: the kernel of the client sends its SYN again after a second.
    let _ = strace!(blocking: third.connect(&address)); // Not every system goes on waiting.
    log::ss(&server);
    log::info(
        "No: Linux ignores a client when the queue is full (listen(1) has room for two). The \
         client asks again and again, until it gets in, or gives up after about two minutes \
         (tcp_syn_retries, tcp(7)). That is why a server that is too slow looks dead rather \
         than closed. Windows refuses the client.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
