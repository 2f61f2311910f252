//! The server sends a line to one client after another, and the second one does not read. Who
//! hears it?

use std::io::Read;
use std::process::ExitCode;
use std::time::Duration;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc::channel;
use tokio::time::{sleep, timeout};
use tokio::{runtime, task};

/// A long one, so that the buffers are soon full.
const LINE: &[u8] = &[b'x'; 16_384];

fn run() -> Result<(), Error> {
    log::ask(
        "The server sends a line to one client after another, and the second one does not \
         read. Who hears it?",
    );
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::Start("epoll_create1", error))?;
    runtime.block_on(three_clients())?;
    log::info(
        "Only those before it. When the buffers of the client are full, write_all waits until \
         it reads again, and so does the loop that would go on to the others. If you await \
         each write in turn, the slowest client sets the pace for all. Give each client a \
         queue and a task that sends from it: the loop only fills the queues, and never \
         waits.",
    );
    Ok(())
}

async fn three_clients() -> Result<(), Error> {
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    log::info("anna, boris and clara connect:");
    let (anna, mut to_anna) = connect(&server)?;
    let (_boris, mut to_boris) = connect(&server)?;
    let (clara, mut to_clara) = connect(&server)?;

    loop {
        let tell = async {
            to_anna.write_all(LINE).await?;
            to_boris.write_all(LINE).await?;
            to_clara.write_all(LINE).await
        };
        let told = timeout(Duration::from_millis(300), tell).await;
        let (anna, clara) = (hears(&anna), hears(&clara));
        if told.is_err() {
            log::info("The buffers of boris are full, and the write to him is awaited:");
            log::info(format!("anna hears the last line: {anna}"));
            log::info(format!("clara hears the last line: {clara}"));
            break;
        }
    }

    let queues = [to_anna, to_boris, to_clara].map(|mut client| {
        let (sender, mut queue) = channel(64);
        task::spawn(async move {
            while let Some(line) = queue.recv().await {
                if client.write_all(line).await.is_err() {
                    break;
                }
            }
        });
        sender
    });
    loop {
        let full = queues.each_ref().map(|queue| queue.try_send(LINE).is_err());
        sleep(Duration::from_millis(1)).await; // The tasks have their turn.
        let (anna, clara) = (hears(&anna), hears(&clara));
        if full.contains(&true) {
            log::info("Each has a queue now, and that of boris is full:");
            log::info(format!("anna hears the last line: {anna}"));
            log::info(format!("clara hears the last line: {clara}"));
            return Ok(());
        }
    }
}

/// A client, and the socket that the server has for it.
fn connect(server: &Socket) -> Result<(Socket, TcpStream), Error> {
    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    strace!(client.set_nonblocking(true))?;
    let (accepted, _) = strace!(server.accept())?;
    strace!(accepted.set_nonblocking(true))?;
    let accepted = TcpStream::from_std(accepted.into());
    Ok((client, accepted.map_err(|error| Error::Start("epoll_ctl", error))?))
}

/// Reads what has come, and says whether something has.
fn hears(mut client: &Socket) -> &'static str {
    match client.read(&mut [0; 65536]) {
        Ok(length) if length > 0 => "yes",
        _ => "no",
    }
}

fn main() -> ExitCode {
    common::example(run)
}
