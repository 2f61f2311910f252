//! Chat servers: a thread that reads and one that writes for each client.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex};
use std::thread;

use clap::ValueEnum;

use crate::lock;

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Mistake {
    /// It does what it should.
    Nothing,
    /// It answers the one who has spoken, and nobody else.
    EchoesOnly,
    /// It tells everybody, also the one who has spoken.
    TellsOneself,
    /// It takes what one recv returns for whole lines.
    OneRecvWholeLines,
    /// It puts the name before what one recv returns, not before each line.
    OneNameForAll,
    /// It says `somebody` for each name.
    HidesNames,
    /// It sends the command to the others.
    ForwardsCommands,
    /// It does not say who comes.
    SilentJoin,
    /// It does not say who leaves.
    SilentLeave,
    /// It does not say who leaves if recv fails.
    SilentReset,
    /// It has room for 64 clients.
    SixtyFour,
    /// It loses all clients when a line is not UTF-8.
    LosesAll,
    /// It keeps what has no end.
    UnboundedLine,
    /// It sends to one after another, and waits for each.
    AwaitsEach,
}

use Mistake::*;

/// The longest line.
const LONGEST: usize = 1024;

struct Server {
    mistake: Mistake,
    clients: Mutex<BTreeMap<usize, Member>>,
}

struct Member {
    name: String,
    stream: Arc<TcpStream>,
    queue: SyncSender<String>,
}

pub fn serve(listener: &TcpListener, mistake: Mistake) {
    let server = Arc::new(Server { mistake, clients: Mutex::default() });
    for (number, stream) in (1..).zip(crate::clients(listener)) {
        if mistake == SixtyFour && lock(&server.clients).len() >= 64 {
            continue;
        }
        let stream = Arc::new(stream);
        let (queue, lines) = mpsc::sync_channel::<String>(1000);
        let name = format!("guest{number}");
        let member = Member { name, stream: Arc::clone(&stream), queue };
        lock(&server.clients).insert(number, member);
        let writer = Arc::clone(&stream);
        thread::spawn(move || {
            lines.iter().try_for_each(|line| (&*writer).write_all(line.as_bytes()))
        });
        let server = Arc::clone(&server);
        thread::spawn(move || server.host(number, &stream));
    }
}

impl Server {
    fn host(&self, number: usize, stream: &TcpStream) {
        let result = self.listen(number, stream);
        let Some(member) = lock(&self.clients).remove(&number) else { return };
        match self.mistake {
            SilentLeave => (),
            SilentReset if result.is_err() => (),
            _ => self.tell(number, &format!("* {} has left\n", member.name)),
        }
    }

    fn listen(&self, number: usize, mut client: &TcpStream) -> io::Result<()> {
        let mut buffer = vec![0; 4096];
        let mut rest: Vec<u8> = Vec::new();
        loop {
            let length = client.read(&mut buffer)?;
            if length == 0 {
                return Ok(());
            }
            // What came before has been searched already: a long line takes no long time.
            let mut start = rest.len();
            rest.extend_from_slice(&buffer[..length]);
            if self.mistake == OneRecvWholeLines
                && !rest.ends_with(b"\n")
                && length < LONGEST
            {
                rest.push(b'\n');
            }
            let mut named = false;
            while let Some(end) = rest[start..].iter().position(|byte| *byte == b'\n') {
                let end = std::mem::take(&mut start) + end;
                let line: Vec<u8> = rest.drain(..=end).collect();
                let Ok(line) = String::from_utf8(line) else {
                    if self.mistake == LosesAll {
                        for member in lock(&self.clients).values() {
                            let _ = member.stream.shutdown(Shutdown::Both);
                        }
                    }
                    self.answer(number, "* that is not UTF-8\n");
                    continue;
                };
                self.take(number, line.trim_end(), &mut named);
            }
            if rest.len() > LONGEST && self.mistake != UnboundedLine {
                self.answer(number, "* that line is too long\n");
                return Ok(());
            }
        }
    }

    fn take(&self, number: usize, line: &str, named: &mut bool) {
        let name = match lock(&self.clients).get_mut(&number) {
            Some(member) => {
                if let Some(name) = line.strip_prefix("/name ") {
                    member.name = name.to_owned();
                }
                member.name.clone()
            }
            None => return,
        };
        let command = line.starts_with("/name ");
        if command && self.mistake != SilentJoin {
            self.tell(number, &format!("* here is {name}\n"));
        }
        let name = if self.mistake == HidesNames { "somebody" } else { &name };
        if self.mistake == EchoesOnly {
            self.answer(number, &format!("{name}: {line}\n"));
        } else if self.mistake == OneNameForAll && *named {
            self.tell(number, &format!("{line}\n"));
        } else if !command || self.mistake == ForwardsCommands {
            *named = true;
            self.tell(number, &format!("{name}: {line}\n"));
        }
    }

    fn answer(&self, number: usize, line: &str) {
        if let Some(member) = lock(&self.clients).get(&number) {
            let _ = member.queue.try_send(line.to_owned());
        }
    }

    /// Tells all but this one. Who has not read 1,000 lines has to leave.
    fn tell(&self, number: usize, line: &str) {
        for (other, member) in &*lock(&self.clients) {
            if *other == number && self.mistake != TellsOneself {
                continue;
            }
            if self.mistake == AwaitsEach {
                let _ = (&*member.stream).write_all(line.as_bytes());
            } else if let Err(TrySendError::Full(_)) =
                member.queue.try_send(line.to_owned())
            {
                let _ = member.stream.shutdown(Shutdown::Both);
            }
        }
    }
}
