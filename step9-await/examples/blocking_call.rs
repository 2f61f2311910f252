//! One task calls thread::sleep. How long do the others wait?

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::{join, runtime, task, time};

/// How long the first client waits for its reply.
const PAUSE: Duration = Duration::from_millis(700);

/// What a task does before it replies.
enum Pause {
    None,
    Blocking,
    Timer,
    Pool,
}

fn run() -> Result<(), Error> {
    log::ask("One task calls thread::sleep. How long do the others wait?");
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::Start("epoll_create1", error))?;
    runtime.block_on(two_clients())?;
    log::info(
        "As long as the call blocks. The runtime has one thread, and switches to another task \
         only at an .await. thread::sleep, a read of std and a long calculation have none. \
         Use what tokio has instead, such as its own sleep. For the rest there is \
         spawn_blocking, which runs it in another thread.",
    );
    Ok(())
}

async fn two_clients() -> Result<(), Error> {
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let (first_client, mut first) = connect(&server)?;
    let (second_client, mut second) = connect(&server)?;
    for (pause, what) in [
        (Pause::Blocking, "The first task calls thread::sleep:"),
        (Pause::Timer, "The first task awaits tokio's sleep:"),
        (Pause::Pool, "The first task gives thread::sleep to spawn_blocking:"),
    ] {
        log::info(what);
        strace!(first_client.send(b"Hello!\n"))?;
        strace!(second_client.send(b"Hello!\n"))?;
        let both = join!(biased; echo(&mut first, pause), echo(&mut second, Pause::None));
        both.0.and(both.1)?;
    }
    Ok(())
}

/// A client, and the socket that the server has for it.
fn connect(server: &Socket) -> Result<(Socket, TcpStream), Error> {
    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let (accepted, _) = strace!(server.accept())?;
    strace!(accepted.set_nonblocking(true))?;
    let accepted = TcpStream::from_std(accepted.into());
    Ok((client, accepted.map_err(|error| Error::Start("epoll_ctl", error))?))
}

async fn echo(client: &mut TcpStream, pause: Pause) -> Result<(), Error> {
    let mut buf = Vec::with_capacity(65536);
    strace!(client.read_buf(&mut buf).await)?;
    match pause {
        Pause::None => (),
        Pause::Blocking => thread::sleep(PAUSE),
        Pause::Timer => time::sleep(PAUSE).await,
        // It fails only if the thread panics.
        Pause::Pool => _ = task::spawn_blocking(|| thread::sleep(PAUSE)).await,
    }
    strace!(client.write_all(&buf).await)
}

fn main() -> ExitCode {
    common::example(run)
}
