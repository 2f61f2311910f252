//! The fourth argument of Python's socket(): `fileno`, a descriptor that exists already.
//!
//! socket(2) has three arguments and always creates a socket. A program can also inherit
//! one: inetd(8) starts a server with the connected socket as its standard input. With step 4
//! running, bash can do that, too: `<>/dev/tcp/127.0.0.1/4444` after the command.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    common::example(linux::run)
}

/// Elsewhere nothing tells the family and the protocol of a socket.
#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("this example needs Linux: SO_DOMAIN and SO_PROTOCOL of socket(7)");
    ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::AsFd;

    use common::{Error, log, strace};
    use socket2::Socket;

    pub fn run() -> Result<(), Error> {
        let stdin = io::stdin();
        let inherited = stdin.as_fd();
        // Standard input stays open: the socket gets a descriptor of its own.
        let socket = Socket::from(strace!(inherited.try_clone_to_owned())?);
        strace!(socket.domain())?;
        strace!(socket.r#type())?;
        strace!(socket.protocol())?;
        log::ss(&socket);

        log::close(socket);
        Ok(())
    }
}
