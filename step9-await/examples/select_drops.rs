//! A message comes in two halves, and between them another branch of select! wins. What is lost?

use std::io;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio::{runtime, select};

/// Five bytes, and before them their number: 4 bytes, the highest first.
const MESSAGE: &[u8] = b"\x00\x00\x00\x05hello";

/// After this time the other branch wins.
const PAUSE: Duration = Duration::from_millis(100);

fn run() -> Result<(), Error> {
    log::ask(
        "A message comes in two halves, and between them another branch of select! wins. What \
         is lost?",
    );
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::Start("epoll_create1", error))?;
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    log::info("read_exact is called in the branch:");
    runtime.block_on(called_in_the_branch(&server))?;
    log::info("read_exact is called before the loop:");
    runtime.block_on(called_before_the_loop(&server))?;
    log::info(
        "The first half. When one branch of select! wins, it drops the futures of the others, \
         and with them what they have read so far. The next read_exact begins in the middle of \
         the message. So make the future once, before the loop, and let select! poll it by \
         reference. Or call read, which has taken nothing when it is dropped (\"cancel safe\"), \
         with a buffer that lives outside of select!.",
    );
    Ok(())
}

async fn called_in_the_branch(server: &Socket) -> Result<(), Error> {
    let (client, mut accepted) = connect(server)?;
    strace!(client.send(&MESSAGE[..2]))?;
    loop {
        let mut length = [0; 4];
        select! {
            result = accepted.read_exact(&mut length) => return show(result, length),
            () = sleep(PAUSE) => strace!(client.send(&MESSAGE[2..]))?,
        };
    }
}

async fn called_before_the_loop(server: &Socket) -> Result<(), Error> {
    let (client, mut accepted) = connect(server)?;
    strace!(client.send(&MESSAGE[..2]))?;
    let mut length = [0; 4];
    let result = {
        let mut whole = pin!(accepted.read_exact(&mut length));
        loop {
            select! {
                result = &mut whole => break result,
                () = sleep(PAUSE) => strace!(client.send(&MESSAGE[2..]))?,
            };
        }
    };
    show(result, length)
}

fn show(result: io::Result<usize>, length: [u8; 4]) -> Result<(), Error> {
    result.map_err(|error| Error::Start("recv", error))?;
    log::info(format!(
        "The length is {}: {}",
        u32::from_be_bytes(length),
        length.escape_ascii()
    ));
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

fn main() -> ExitCode {
    common::example(run)
}
