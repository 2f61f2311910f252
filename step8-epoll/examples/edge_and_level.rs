//! Two epoll instances watch one socket: level-triggered and edge-triggered. Which one
//! reports what?
//!
//! Linux only: mio, which the lesson uses, is edge-triggered on every system.

use std::process::ExitCode;

use common::{Error, log};

const QUESTION: &str = "Two epoll instances watch the same socket, one level-triggered, one edge-triggered. Which \
     one still reports what was not received?";

#[cfg(target_os = "linux")]
fn run() -> Result<(), Error> {
    use std::io::Read;
    use std::mem::MaybeUninit;
    use std::os::fd::OwnedFd;

    use common::{address, strace};
    use rustix::event::{Timespec, epoll};
    use socket2::{Domain, Socket, Type};

    fn watch(socket: &Socket, events: epoll::EventFlags) -> Result<OwnedFd, Error> {
        let instance = epoll::create(epoll::CreateFlags::CLOEXEC)
            .map_err(|error| Error::Start("epoll_create1", error.into()))?;
        epoll::add(&instance, socket, epoll::EventData::new_u64(0), events)
            .map_err(|error| Error::Start("epoll_ctl", error.into()))?;
        Ok(instance)
    }

    /// How many events there are within 100 ms.
    fn wait(instance: &OwnedFd) -> Result<usize, Error> {
        let mut events = [const { MaybeUninit::uninit() }; 8];
        let limit = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
        let (happened, _) = epoll::wait(instance, &mut events, Some(&limit))
            .map_err(|error| Error::Start("epoll_wait", error.into()))?;
        Ok(happened.len())
    }

    log::ask(QUESTION);
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let (mut accepted, _) = strace!(server.accept())?;
    let level = watch(&accepted, epoll::EventFlags::IN)?;
    let edge = watch(&accepted, epoll::EventFlags::IN | epoll::EventFlags::ET)?;
    let show = || -> Result<(), Error> {
        let (level, edge) = (wait(&level)?, wait(&edge)?);
        log::info(format!("epoll_wait: level-triggered {level}, edge-triggered {edge}"));
        Ok(())
    };

    strace!(client.send(b"Hello!"))?;
    show()?;
    log::info("Once more, and nothing has been received:");
    show()?;
    strace!(accepted.read(&mut [0; 4]))?;
    show()?;
    strace!(client.send(b"Hello!"))?;
    show()?;
    strace!(accepted.read(&mut [0; 16]))?;
    show()?;
    log::info(
        "The level-triggered one. It reports a state: there is something to receive, as poll \
         does. The edge-triggered one reports a change: something more has come, and it says so \
         once. Then you have to receive until EAGAIN, or to remember who has something left \
         (epoll(7)).",
    );
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn run() -> Result<(), Error> {
    log::ask(QUESTION);
    log::info(
        "Try it on Linux: epoll(7) is there alone. kqueue(2) has EV_CLEAR for edges.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
