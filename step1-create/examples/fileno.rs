//! The fourth argument of Python's socket(): `fileno`, a descriptor that exists already.
//!
//! socket(2) has three arguments and always creates a socket. A program can also inherit
//! one: inetd(8) starts a server with the connected socket as its standard input.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    common::log::init();
    common::log::exit_code(linux::run(&clap::Parser::parse()))
}

/// Elsewhere nothing tells the family and the protocol of a socket.
#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("this example needs Linux: SO_DOMAIN and SO_PROTOCOL of socket(7)");
    ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
mod linux {
    use clap::Parser;
    use common::log::{self, Call};
    use common::{Error, duplicate};
    use socket2::Socket;

    /// Adopts a socket that this process has inherited, and tells what it is
    #[derive(Parser)]
    #[command(version)]
    pub struct Args {
        /// Number of the descriptor: 0 is standard input
        #[arg(default_value_t = 0, allow_negative_numbers = true)]
        fileno: i32,
    }

    pub fn run(args: &Args) -> Result<(), Error> {
        let fileno = args.fileno;
        let fd = duplicate(fileno).log(format!("fcntl({fileno}, F_DUPFD_CLOEXEC, 3)"))?;

        let socket = Socket::from(fd);
        let fd = log::fd(&socket);
        socket.domain().log(format!("getsockopt({fd}, SO_DOMAIN)"))?;
        socket.r#type().log(format!("getsockopt({fd}, SO_TYPE)"))?;
        socket.protocol().log(format!("getsockopt({fd}, SO_PROTOCOL)"))?;
        log::row(&socket);

        log::close(socket);
        Ok(())
    }
}
