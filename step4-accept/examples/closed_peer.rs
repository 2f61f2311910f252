//! The other end has closed the connection. Does send notice?
//!
//! In C the program would die at the second send: see sigpipe.c beside this file.

use std::io::Read;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("The other end has closed the connection. Does send notice?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let mut client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let (accepted, _) = strace!(server.accept())?;
    log::close(accepted);
    strace!(client.read(&mut [0; 16]))?;
    log::ss(&client);

    strace!(client.send(b"Hello!"))?;
    // What the other end says to that, RST, takes a moment.
    thread::sleep(Duration::from_millis(100));
    log::ss(&client);
    let _ = strace!(client.send(b"Hello!")); // It fails.
    log::info(
        "Not the first one: the end of file only says that the other end sends nothing more, \
         and it might still read. It doesn't, so its kernel answers with RST, and the second \
         send fails. In C the program would also get SIGPIPE and die (send(2)); Rust ignores \
         that signal. That is why a send that succeeds proves nothing: only an answer does.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
