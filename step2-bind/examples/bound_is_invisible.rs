//! A socket is bound, but ss does not list it. Is it really there?
//!
//! ss -tan, netstat -tan and /proc/net/tcp leave it out; ls -l /proc/PID/fd has it, and so
//! has ss -B of iproute2 6.10 or later (with Linux 6.8 or later), lsof on macOS, netstat -q
//! on Windows.

use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("A socket is bound, but ss does not list it. Is it really there?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    log::ss(&server);
    let address = strace!(server.local_addr())?;

    let second = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    let _ = strace!(second.bind(&address)); // It fails: the address is taken.
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    let _ = strace!(client.connect(&address)); // It fails, too: nobody listens yet.
    strace!(server.listen(1))?;
    log::ss(&server);
    log::info(
        "It is there, and it keeps its address from every other socket (bind(2)). But until it \
         listens, the kernel refuses every client (connect(2), ECONNREFUSED). ss lists \
         connections and listeners, and a socket that is only bound is neither.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
