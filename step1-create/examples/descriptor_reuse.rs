//! Descriptor 3 has been closed. What number does the next socket get?
//!
//! In Rust nobody can use a number after close by mistake, because whoever closes a socket
//! gives it away. On Windows a socket is a handle, and its number can be any.

use std::process::ExitCode;

use common::{Error, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("Descriptor 3 has been closed. What number does the next socket get?");
    let first = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    let second = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    log::close(first);

    let third = strace!(Socket::new(Domain::IPV4, Type::DGRAM, None))?;
    log::close(second);
    log::close(third);
    log::info(
        "The lowest free one (socket(2)), because a descriptor is an index into the process's \
         table of open files, and the kernel takes the first free place. A program that still \
         uses the old number gets no error: it talks to the new socket.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
