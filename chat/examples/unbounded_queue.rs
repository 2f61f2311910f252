//! One client does not read, and the others talk on. How much does the server keep for it?

use std::cell::Cell;
use std::process::ExitCode;
use std::rc::Rc;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{channel, unbounded_channel};
use tokio::task::{LocalSet, spawn_local, yield_now};
use tokio::{runtime, select};

/// The others say 64 MiB, in lines of 1 KiB.
const LINES: usize = 65_536;
const LINE: usize = 1024;

fn run() -> Result<(), Error> {
    log::ask("One client does not read, and the others talk on. How much is kept for it?");
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::Start("epoll_create1", error))?;
    LocalSet::new().block_on(&runtime, two_queues())?;
    log::info(
        "All that the others say. The queue has no limit, so it grows until the memory is \
         used up and the kernel kills the server, and with it everybody's chat. A bounded \
         queue says when it is full. Then you have to decide: if you wait, so do all the \
         others; if you drop lines, the client misses them. The chat closes the connection.",
    );
    Ok(())
}

async fn two_queues() -> Result<(), Error> {
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;

    log::info("A queue without a limit:");
    let (_client, mut accepted) = connect(&server)?;
    let (sender, mut queue) = unbounded_channel::<String>();
    let sent = Rc::new(Cell::new(0));
    let counter = sent.clone();
    let before = memory();
    let sending = spawn_local(async move {
        while let Some(line) = queue.recv().await {
            if accepted.write_all(line.as_bytes()).await.is_err() {
                break;
            }
            counter.set(counter.get() + 1);
        }
    });
    for _ in 0..LINES {
        let _ = sender.send("x".repeat(LINE)); // It fails when the client has gone.
        yield_now().await;
    }
    let kept = ((LINES - sent.get()) * LINE) >> 20;
    log::info(format!("Of 64 MiB, {} MiB or more wait in the queue.", kept / 10 * 10));
    if let (Some(before), Some(after)) = (before, memory()) {
        let grown = after.saturating_sub(before) >> 20;
        log::info(format!("The process has grown by {} MiB or more.", grown / 10 * 10));
    }
    sending.abort();

    log::info("A queue of 64 lines:");
    let (_client, mut accepted) = connect(&server)?;
    let (sender, mut queue) = channel::<String>(64);
    let sending = async {
        while let Some(line) = queue.recv().await {
            if accepted.write_all(line.as_bytes()).await.is_err() {
                break;
            }
        }
    };
    let speaking = async {
        let mut said = 0;
        while sender.try_send("x".repeat(LINE)).is_ok() {
            said += LINE;
            yield_now().await;
        }
        said
    };
    let said = select! {
        said = speaking => said,
        () = sending => 0,
    };
    log::info(format!(
        "It is full after {} MiB or less, and takes no more.",
        said.div_ceil(1 << 20)
    ));
    Ok(())
}

/// A client that does not read, and the socket that the server has for it. Their buffers are
/// small, so that the kernel does not keep much.
fn connect(server: &Socket) -> Result<(Socket, TcpStream), Error> {
    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.set_recv_buffer_size(4096))?;
    strace!(client.connect(&address))?;
    let (accepted, _) = strace!(server.accept())?;
    strace!(accepted.set_send_buffer_size(4096))?;
    strace!(accepted.set_nonblocking(true))?;
    let accepted = TcpStream::from_std(accepted.into());
    Ok((client, accepted.map_err(|error| Error::Start("epoll_ctl", error))?))
}

/// The memory of this process in bytes, where Linux tells it: proc_pid_statm(5), pages of
/// 4 KiB.
fn memory() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let resident: usize = statm.split(' ').nth(1)?.parse().ok()?;
    Some(resident * 4096)
}

fn main() -> ExitCode {
    common::example(run)
}
