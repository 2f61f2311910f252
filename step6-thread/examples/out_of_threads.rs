//! The system cannot make another thread. What becomes of the program?

use std::process::ExitCode;
use std::thread;

use common::{Error, log, strace};

fn run() -> Result<(), Error> {
    log::ask("The system cannot make another thread. What happens to the program?");
    // No machine has so much room for a stack.
    let thread = thread::Builder::new().stack_size(usize::MAX / 2);
    let _ = strace!(thread.spawn(|| ())); // It fails.
    log::info("The program goes on.");
    let thread = thread::Builder::new();
    strace!(thread.spawn(|| ()))?;
    log::info(
        "It gets an error and decides for itself: the server closes one connection and serves \
         the others. That is why it uses thread::Builder, because thread::spawn panics instead. \
         Here the stack was too large. With too many clients you reach the limit of the user \
         (ulimit -u), of the container or of the kernel (/proc/sys/kernel/threads-max), and the \
         error is the same: EAGAIN (pthread_create(3)).",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
