//! Stage 3, a bounded queue: one who does not read has to leave, and harms nobody.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use clap::Parser;
use common::{Error, address, log, strace};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;
use tokio::task::{LocalSet, yield_now};
use tokio::time::sleep;
use tokio::{runtime, select, task};

/// The most bytes that a line has, without its end.
const LINE: usize = 1024;
/// The most lines that wait for a client. Each of the others may say one before it has its
/// turn to send, so it is more than there will be clients.
const QUEUE: usize = 2000;
/// How long a client that has to go may take for what waits for it.
const PATIENCE: Duration = Duration::from_secs(2);
const GOODBYE: &str = "* goodbye: you do not read\n";

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
    LocalSet::new().block_on(&runtime, accept(socket))
}

async fn accept(socket: Socket) -> Result<(), Error> {
    let socket = TcpListener::from_std(socket.into());
    let socket = socket.map_err(|error| Error::Start("epoll_ctl", error))?;
    let room = Rc::new(RefCell::new(Room::default()));
    loop {
        match strace!(blocking: socket.accept().await) {
            Ok((client, peer)) => {
                task::spawn_local(serve(client, peer.port(), room.clone()));
                log::ss(&socket);
            }
            Err(error) => sleep(error.retry_after()?).await,
        }
    }
}

async fn serve(mut client: TcpStream, port: u16, room: Rc<RefCell<Room>>) {
    log::ss(&client);
    let (number, queue, gone) = room.borrow_mut().join(port);
    let too_late = async {
        let _ = gone.await; // It fails when the room has dropped the other end.
        sleep(PATIENCE).await;
    };
    select! {
        _ = talk(&mut client, number, queue, &room) => (), // What fails has been shown.
        () = too_late => (),
    }
    room.borrow_mut().leave(number);
    log::close(client);
}

/// Sends what the others say, and tells them what the client says, until one of them ends it.
async fn talk(
    client: &mut TcpStream,
    number: u64,
    mut queue: Receiver<Rc<str>>,
    room: &RefCell<Room>,
) -> Result<(), Error> {
    let received = Vec::with_capacity(LINE + 2); // A line and its CR LF.
    let mut input = Input { received, skipping: false };
    let mut lines = Vec::new();
    loop {
        // The branch that does not win is dropped. Neither loses anything by that.
        select! {
            biased; // First listen, then speak.
            count = queue.recv_many(&mut lines, 64) => {
                if count == 0 {
                    return goodbye(client).await;
                }
                let text = mem::take(&mut lines).concat();
                strace!(client.write_all(text.as_bytes()).await)?;
            }
            line = input.line(client) => match line? {
                Some(line) => {
                    room.borrow_mut().hear(number, &line);
                    yield_now().await; // One line, and then it is the turn of the others.
                }
                None => return Ok(()),
            },
        }
    }
}

/// Ends our side, and waits until the client ends its own. To close at once could reset the
/// connection, and the last words would be lost.
async fn goodbye(client: &mut TcpStream) -> Result<(), Error> {
    strace!(client.shutdown().await)?;
    let mut rest = Vec::with_capacity(LINE);
    while strace!(client.read_buf(&mut rest).await)? > 0 {
        rest.clear();
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

/// Who is there. One thread runs all tasks, and none of them holds it over an `.await`.
#[derive(Default)]
struct Room {
    last: u64,
    members: BTreeMap<u64, Member>,
}

struct Member {
    name: String,
    queue: Sender<Rc<str>>,
    /// Dropped when it leaves: its task knows then that it has to come to an end.
    _here: oneshot::Sender<()>,
}

impl Room {
    fn join(&mut self, port: u16) -> (u64, Receiver<Rc<str>>, oneshot::Receiver<()>) {
        let (sender, queue) = mpsc::channel(QUEUE + 1); // One place more, for the goodbye.
        let (here, gone) = oneshot::channel();
        self.last += 1;
        let number = self.last;
        self.tell(format!("* {port} has come"), |_| true);
        let name = port.to_string();
        self.members.insert(number, Member { name, queue: sender, _here: here });
        self.tell(format!("* you are {port}; /name NAME changes that"), |to| to == number);
        (number, queue, gone)
    }

    /// Tells the others what a client says, or answers it.
    fn hear(&mut self, number: u64, line: &[u8]) {
        let Some(Member { name, .. }) = self.members.get(&number) else { return };
        match text(line) {
            Err(why) => self.tell(why.into(), |to| to == number),
            Ok("") => (),
            Ok(text) => match text.strip_prefix("/name ") {
                Some(new) => self.rename(number, new.trim()),
                None => self.tell(format!("{name}: {text}"), |to| to != number),
            },
        }
    }

    fn rename(&mut self, number: u64, new: &str) {
        let letters = new.len() <= 32 && new.chars().all(char::is_alphanumeric);
        let taken = self.members.values().any(|member| member.name == new);
        match self.members.get_mut(&number) {
            Some(member) if letters && !taken && new.starts_with(char::is_alphabetic) => {
                let old = mem::replace(&mut member.name, new.into());
                self.tell(format!("* {old} is now {new}"), |_| true);
            }
            _ => {
                self.tell("* this is no name, or somebody has it".into(), |to| to == number)
            }
        }
    }

    /// Puts a line into the queue of each client that is meant. It waits for nobody: a client
    /// whose queue is full has to leave.
    fn tell(&mut self, line: String, meant: impl Fn(u64) -> bool) {
        let line: Rc<str> = (line + "\n").into();
        let mut full = Vec::new();
        for (number, member) in self.members.iter().filter(|(number, _)| meant(**number)) {
            let last = member.queue.capacity() == 1;
            let line = if last { GOODBYE.into() } else { line.clone() };
            if member.queue.try_send(line).is_err() || last {
                full.push(*number);
            }
        }
        for number in full {
            self.leave(number);
        }
    }

    fn leave(&mut self, number: u64) {
        // Without its sender the queue ends, after the lines that are in it.
        if let Some(member) = self.members.remove(&number) {
            self.tell(format!("* {} has left", member.name), |_| true);
        }
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
