//! Exercise: close the connection of a client that is silent for 2 seconds.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use common::{Error, address, log, strace};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio::{runtime, task};

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
    let _ = echo(&mut client).await; // What fails has been shown, and the next client is served.
    log::close(client);
}

async fn echo(client: &mut TcpStream) -> Result<(), Error> {
    // Memory that nothing was written into yet costs nothing.
    let mut buf = Vec::with_capacity(65536);
    loop {
        let received = async { strace!(client.read_buf(&mut buf).await) };
        // Too long a silence counts as the end of file.
        if timeout(Duration::from_secs(2), received).await.unwrap_or(Ok(0))? == 0 {
            return Ok(());
        }
        strace!(client.write_all(&buf).await)?;
        buf.clear();
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
