//! Echo servers: a thread for each client, and the mistakes that one can make.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::lock;

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Mistake {
    /// It does what it should.
    Nothing,
    /// It changes what it sends back.
    UpperCase,
    /// It sends back the whole buffer, not what recv has returned.
    WholeBuffer,
    /// It answers at the end of file only.
    WaitsForTheEnd,
    /// It accepts one client, and ends.
    OneClient,
    /// It turns the third client away.
    TurnsOneAway,
    /// It takes the byte 255 for the end of file, as C does with a char that is -1.
    LosesByte255,
    /// It answers whole lines only.
    WaitsForLine,
    /// It sends back one recv, and closes.
    OneRecv,
    /// It sends back no more than one buffer has room for.
    OneBuffer,
    /// It does not close when the client has ended its side.
    KeepsOpen,
    /// It ends with a client that sends nothing.
    EndsWithAnEmptyClient,
    /// It turns the client away that comes after one that sent nothing.
    TurnsAwayAfterAnEmptyClient,
    /// It ends when recv or send fails.
    EndsOnReset,
    /// It turns the client away that comes after one for which recv or send failed.
    TurnsAwayAfterReset,
    /// It closes no descriptor, and after 100 clients it has no more.
    Leaks,
    /// It serves one client at a time, as step 4 does.
    OneAtATime,
    /// It keeps a byte that came alone in a buffer that all clients share.
    SharedBuffer,
    /// It serves nobody else while a line has only begun.
    WaitsForTheRestOfALine,
    /// It serves nobody else while send waits.
    BlocksInSend,
    /// It does not send the rest, if send takes a part for the first time.
    LosesAPart,
    /// It does not look at what send returns.
    IgnoresPartialSends,
    /// It reads on, whether the client takes the answers or not.
    UnboundedQueue,
    /// With a client that resets it closes another one.
    ClosesTheNeighbour,
    /// It has room for 500 clients.
    FiveHundred,
    /// It has room for two, and turns the third one away.
    TurnsTheThirdAway,
    /// It closes a client after two seconds, whether it is silent or not.
    TwoSecondsForAll,
    /// It sends a page before the request has come to its end.
    AnswersHalfARequest,
}

use Mistake::*;

/// What all clients share.
struct Server {
    mistake: Mistake,
    /// The clients by their number.
    clients: Mutex<BTreeMap<usize, Arc<TcpStream>>>,
    /// Held by the one who is served where the others are not.
    turn: Mutex<()>,
    /// Of all clients.
    kept: Mutex<Vec<u8>>,
}

/// How a client ended.
#[derive(PartialEq)]
enum End {
    Closed,
    SentNothing,
    Failed,
}

pub fn serve(listener: &TcpListener, mistake: Mistake) {
    let server = Arc::new(Server {
        mistake,
        clients: Mutex::default(),
        turn: Mutex::default(),
        kept: Mutex::default(),
    });
    let mut turns_away = false;
    for (number, client) in (1..).zip(crate::clients(listener)) {
        let refused = match mistake {
            TurnsOneAway => number == 3,
            Leaks => number > 100,
            FiveHundred => lock(&server.clients).len() >= 500,
            TurnsTheThirdAway => lock(&server.clients).len() >= 2,
            _ => std::mem::take(&mut turns_away),
        };
        if refused {
            continue;
        }
        let client = Arc::new(client);
        lock(&server.clients).insert(number, Arc::clone(&client));
        let shared = Arc::clone(&server);
        let serving = thread::spawn(move || shared.serve(number, &client));
        if mistake.is_one_at_a_time() {
            match (mistake, serving.join().expect("no panic")) {
                (OneClient, _)
                | (EndsWithAnEmptyClient, End::SentNothing)
                | (EndsOnReset, End::Failed) => break,
                (TurnsAwayAfterAnEmptyClient, End::SentNothing)
                | (TurnsAwayAfterReset, End::Failed) => turns_away = true,
                _ => (),
            }
        }
    }
}

impl Mistake {
    fn is_one_at_a_time(self) -> bool {
        [
            OneClient,
            OneAtATime,
            EndsWithAnEmptyClient,
            TurnsAwayAfterAnEmptyClient,
            EndsOnReset,
            TurnsAwayAfterReset,
        ]
        .contains(&self)
    }
}

impl Server {
    fn serve(&self, number: usize, client: &TcpStream) -> End {
        let total = match self.mistake {
            UnboundedQueue => queue(client),
            _ => self.echo(number, client),
        };
        match self.mistake {
            KeepsOpen => (),
            // Ended, and yet the descriptor stays.
            Leaks => drop(client.shutdown(Shutdown::Both)),
            _ => drop(lock(&self.clients).remove(&number)),
        }
        match total {
            Ok(0) => End::SentNothing,
            Ok(_) => End::Closed,
            Err(_) => End::Failed,
        }
    }

    /// Returns how many bytes came.
    fn echo(&self, number: usize, mut client: &TcpStream) -> io::Result<usize> {
        let mut buffer = vec![0; 65536];
        let mut line = Vec::new();
        let mut total = 0;
        let mut turn: Option<MutexGuard<()>> = None;
        let mut has_lost = false;
        let end = Instant::now() + Duration::from_secs(2);
        loop {
            if self.mistake == TwoSecondsForAll {
                let left = end.saturating_duration_since(Instant::now());
                client.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
            }
            let length = match client.read(&mut buffer) {
                Ok(length) => length,
                Err(error) => {
                    if self.mistake == ClosesTheNeighbour {
                        self.close_neighbour(number);
                    }
                    return Err(error);
                }
            };
            if length == 0 {
                client.write_all(&line)?;
                return Ok(total);
            }
            total += length;
            let bytes = &mut buffer[..length];
            match self.mistake {
                UpperCase => {
                    bytes.make_ascii_uppercase();
                    client.write_all(bytes)?;
                }
                WholeBuffer => client.write_all(&buffer)?,
                WaitsForTheEnd => line.extend_from_slice(bytes),
                LosesByte255 => {
                    let kept = bytes.iter().copied().filter(|byte| *byte < 255);
                    client.write_all(&kept.collect::<Vec<u8>>())?;
                }
                WaitsForLine => {
                    line.extend_from_slice(bytes);
                    if let Some(end) = line.iter().rposition(|byte| *byte == b'\n') {
                        client.write_all(&line[..=end])?;
                        line.drain(..=end);
                    }
                }
                OneRecv => {
                    client.write_all(bytes)?;
                    return Ok(total);
                }
                OneBuffer => {
                    let room = 65536usize.saturating_sub(total - length);
                    client.write_all(&bytes[..length.min(room)])?;
                }
                SharedBuffer => {
                    let mut kept = lock(&self.kept);
                    kept.extend_from_slice(bytes);
                    if length > 1 {
                        let ready = std::mem::take(&mut *kept);
                        drop(kept);
                        client.write_all(&ready)?;
                    }
                }
                WaitsForTheRestOfALine => {
                    turn = turn.take().or_else(|| Some(lock(&self.turn)));
                    if bytes.ends_with(b"\n") || !(2..16).contains(&length) {
                        turn = None;
                    }
                    client.write_all(bytes)?;
                }
                BlocksInSend => {
                    let _turn = lock(&self.turn);
                    client.write_all(bytes)?;
                }
                LosesAPart if !has_lost => has_lost = send_part(client, bytes)? < length,
                AnswersHalfARequest => {
                    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n<h1>Hello!</h1>\n")?;
                    return Ok(total);
                }
                IgnoresPartialSends => {
                    send_part(client, bytes)?;
                }
                _ => client.write_all(bytes)?,
            }
        }
    }

    fn close_neighbour(&self, number: usize) {
        if let Some(next) = lock(&self.clients).get(&(number + 1)) {
            let _ = next.shutdown(Shutdown::Both);
        }
    }
}

/// Reads on while another thread sends.
fn queue(mut client: &TcpStream) -> io::Result<usize> {
    let (sender, queue) = mpsc::channel::<Vec<u8>>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut client = client;
            queue.iter().try_for_each(|bytes| client.write_all(&bytes))
        });
        let mut total = 0;
        let mut buffer = vec![0; 65536];
        loop {
            let length = client.read(&mut buffer)?;
            if length == 0 {
                drop(sender);
                return Ok(total);
            }
            total += length;
            let _ = sender.send(buffer[..length].to_vec());
        }
    })
}

/// Sends what fits without waiting, and returns how much that was.
fn send_part(mut client: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    client.set_nonblocking(true)?;
    let sent = match client.write(bytes) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
        sent => sent,
    };
    client.set_nonblocking(false)?;
    sent
}
