//! A counter is 0, and two threads add 1 to it. What is it then?

use std::process::ExitCode;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use common::{Error, log};

fn run() -> Result<(), Error> {
    log::ask("A counter is 0, and each of two threads adds 1 to it. What is it then?");
    let counter = AtomicUsize::new(0);
    // The worst case, on purpose: each waits here until the other has read, too.
    let both_have_read = Barrier::new(2);
    in_two_threads(|| {
        let seen = counter.load(Ordering::Relaxed);
        log::info(format!("load() = {seen}"));
        both_have_read.wait();
        counter.store(seen + 1, Ordering::Relaxed);
        log::info(format!("store({})", seen + 1));
    })?;
    log::info(format!("The counter is {}.", counter.load(Ordering::Relaxed)));

    let counter = AtomicUsize::new(0);
    in_two_threads(|| {
        counter.fetch_add(1, Ordering::Relaxed);
        log::info("fetch_add(1)");
    })?;
    log::info(format!("The counter is {}.", counter.load(Ordering::Relaxed)));
    log::info(
        "2, or 1: if both read before one of them writes, one addition is lost. fetch_add reads \
         and writes in one step, and a Mutex makes the others wait while one thread has the \
         value. Without one of them Rust refuses to compile two threads that write the same \
         variable. C compiles them, and loses counts now and then.",
    );
    Ok(())
}

fn in_two_threads(add: impl Fn() + Sync) -> Result<(), Error> {
    thread::scope(|scope| {
        thread::Builder::new()
            .spawn_scoped(scope, &add)
            .map_err(|error| Error::Start("pthread_create", error))?;
        add();
        Ok(())
    })
}

fn main() -> ExitCode {
    common::example(run)
}
