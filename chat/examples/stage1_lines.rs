//! Stage 1, lines: each line that a client sends is answered, and each has its bounds.

use std::mem;
use std::process::ExitCode;

use clap::Parser;
use common::{Error, address, log, strace};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio::{runtime, task};

/// The most bytes that a line has, without its end.
const LINE: usize = 1024;

fn run(args: &Args) -> Result<(), Error> {
    let (family, socket_type, proto) = (args.family, args.socket_type, args.proto);
    let socket = strace!(Socket::new(family, socket_type, Some(Protocol::from(proto))))?;
    log::ss(&socket);

    let address = args.address.lookup(family, socket_type)?;
    strace!(socket.bind(&address))?;
    log::ss(&socket);

    strace!(socket.listen(args.backlog))?;
    log::ss(&socket);

    strace!(socket.set_nonblocking(true))?;
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::Start("epoll_create1", error))?;
    runtime.block_on(accept(socket))
}

async fn accept(socket: Socket) -> Result<(), Error> {
    let socket = TcpListener::from_std(socket.into());
    let socket = socket.map_err(|error| Error::Start("epoll_ctl", error))?;
    loop {
        match strace!(blocking: socket.accept().await) {
            Ok((client, _)) => {
                task::spawn(serve(client));
                log::ss(&socket);
            }
            Err(error) => sleep(error.retry_after()?).await,
        }
    }
}

async fn serve(mut client: TcpStream) {
    log::ss(&client);
    let _ = talk(&mut client).await; // What fails has been shown, and the next client is served.
    log::close(client);
}

/// Sends each line back, or says why it is none.
async fn talk(client: &mut TcpStream) -> Result<(), Error> {
    let received = Vec::with_capacity(LINE + 2); // A line and its CR LF.
    let mut input = Input { received, skipping: false };
    while let Some(line) = input.line(client).await? {
        let answer = text(&line).unwrap_or_else(|why| why).to_owned() + "\n";
        strace!(client.write_all(answer.as_bytes()).await)?;
    }
    Ok(())
}

/// What has come of a client and is no whole line yet.
struct Input {
    received: Vec<u8>,
    skipping: bool,
}

impl Input {
    /// The next line with its end, nothing at the end of file. Of a line that is too long only
    /// the beginning is returned, and the rest is skipped.
    ///
    /// It can stand in `select!`: if it is dropped, what has come stays in `received`.
    async fn line(&mut self, client: &mut TcpStream) -> Result<Option<Vec<u8>>, Error> {
        loop {
            if let Some(end) = self.received.iter().position(|byte| *byte == b'\n') {
                let line = self.received.drain(..=end).collect();
                if !mem::take(&mut self.skipping) {
                    return Ok(Some(line));
                }
            } else if self.received.len() > LINE + 1 {
                let beginning = self.received.drain(..).collect();
                if !mem::replace(&mut self.skipping, true) {
                    return Ok(Some(beginning));
                }
            } else if strace!(client.read_buf(&mut self.received).await)? == 0 {
                // The last line may lack its end.
                let rest = mem::take(&mut self.received);
                return Ok((!rest.is_empty() && !self.skipping).then_some(rest));
            }
        }
    }
}

/// The text of a line, or why it is none.
fn text(line: &[u8]) -> Result<&str, &'static str> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line); // telnet sends CR LF.
    let control = |c: char| c.is_control() && c != '\t';
    match str::from_utf8(line) {
        _ if line.len() > LINE => Err("* not told: a line has 1024 bytes at most"),
        Ok(text) if !text.contains(control) => Ok(text),
        _ => Err("* not told: a line is text in UTF-8"),
    }
}

#[derive(Parser)]
#[command(version, about, long_about = include_str!("../src/help.txt").trim_end())]
struct Args {
    /// Address family: inet is IPv4, inet6 is IPv6
    #[arg(long, value_parser = address::family(), default_value = "inet")]
    family: Domain,
    /// Socket type: stream is TCP, dgram is UDP
    #[arg(long = "type", value_parser = address::socket_type(), default_value = "stream")]
    socket_type: Type,
    /// Protocol number: 0 is the usual one of the type, 6 is TCP, 17 is UDP
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    proto: i32,
    /// Address to bind to; port 0 lets the kernel choose
    #[arg(value_name = "HOST:PORT", default_value = "127.0.0.1:4444")]
    address: address::Address,
    /// Limit of the queue of connections not yet accepted
    #[arg(long, default_value_t = 128, allow_negative_numbers = true)]
    backlog: i32,
}

fn main() -> ExitCode {
    common::main(run)
}
