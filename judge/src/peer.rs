//! The judge's end of a conversation: each wait is bounded, and what was done is kept, so
//! that a fault can show it.

use std::cell::{Cell, RefCell};
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};

use crate::check::{Fault, How, Verdict, count, show};

/// How long a server may be silent.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// How long connect may take: a SYN that the full queue of a server has dropped is sent again
/// after 1 s, and after 2 s more (RFC 6298).
const CONNECT: Duration = Duration::from_secs(5);

/// A send that makes no progress for so long is taken to be blocked. On a busy machine a
/// server that reads on may have to wait for its turn, and must not be taken for one that
/// has stopped.
const BLOCKED: Duration = Duration::from_secs(1);

/// How long to wait where nothing can be sent or received.
pub const PAUSE: Duration = Duration::from_millis(1);

/// Long enough that what was sent before it has been received, also on a busy machine.
pub const MOMENT: Duration = Duration::from_millis(250);

/// The server that is judged, for the time that one check has.
pub struct Server {
    /// Those of its name, in order: the first that accepts is taken.
    pub addresses: Vec<SocketAddr>,
    /// When the check is over.
    pub deadline: Instant,
    /// What to say of a check that passed, but not as it should have been run.
    pub note: RefCell<String>,
}

impl Server {
    /// Connects a client.
    pub fn connect(&self) -> Result<Client, Fault> {
        self.connect_as("the client")
    }

    /// Connects a client of this name.
    pub fn connect_as(&self, name: &str) -> Result<Client, Fault> {
        self.open(name, None).map_err(|error| self.no_connection(name, &error))
    }

    /// Connects a client for which the kernels keep little: what it does not read stays with
    /// the server.
    pub fn connect_with_small_buffers(&self, name: &str) -> Result<Client, Fault> {
        self.open(name, Some(16 << 10)).map_err(|error| self.no_connection(name, &error))
    }

    /// Connects a client, and leaves the error to the caller.
    pub fn open(&self, name: &str, receive_buffer: Option<usize>) -> io::Result<Client> {
        let mut result = Err(ErrorKind::NotFound.into());
        for address in &self.addresses {
            result = self.open_at(*address, receive_buffer);
            if result.is_ok() {
                break;
            }
        }
        let stream = result?;
        // Each send goes out at once, and none waits for ever.
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Client {
            stream,
            name: name.into(),
            patience: PATIENCE,
            deadline: self.deadline,
            done: RefCell::default(),
            sent: Cell::new(0),
            received: Cell::new(0),
        })
    }

    fn open_at(
        &self,
        address: SocketAddr,
        receive_buffer: Option<usize>,
    ) -> io::Result<TcpStream> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        if let Some(size) = receive_buffer {
            socket.set_recv_buffer_size(size)?;
            // Where it is small, sending is slow.
            socket.set_send_buffer_size(256 << 10)?;
            // The kernel of the server keeps some segments for it: the smaller, the less.
            #[cfg(unix)]
            let _ = socket.set_tcp_mss(1000);
        }
        let left = self.deadline.saturating_duration_since(Instant::now());
        socket.connect_timeout(&address.into(), CONNECT.min(left).max(PAUSE))?;
        Ok(socket.into())
    }

    /// The fault of a client that could not connect.
    pub fn no_connection(&self, name: &str, error: &io::Error) -> Fault {
        let (how, came) = match error.kind() {
            ErrorKind::ConnectionRefused => (How::Refused, "connection refused".into()),
            ErrorKind::TimedOut => {
                (How::Silence, "no connection: the queue of the server is full".into())
            }
            _ => (How::Other, error.to_string()),
        };
        Fault {
            done: format!("{name} called connect"),
            expected: "a connection".into(),
            came,
            how,
            why: "",
        }
    }

    /// Asks the one who has started the server to do something.
    pub fn ask(&self, what: &str) {
        // On a terminal the name of the check still stands in this line.
        let start = if io::stdout().is_terminal() { "\n" } else { "" };
        // Who can't read it has closed the pipe, and the check fails.
        let _ = writeln!(io::stdout(), "{start}    {what}");
    }

    /// Another client is served: the server has survived.
    pub fn serves(&self, name: &str) -> Verdict {
        let client = self.connect_as(name)?;
        client.send(b"Hello, server!\n")?;
        client.expect(b"Hello, server!\n")
    }
}

/// A client of the server, and what it has done so far.
pub struct Client {
    stream: TcpStream,
    pub name: String,
    /// How long it waits for the server.
    pub patience: Duration,
    deadline: Instant,
    done: RefCell<Vec<String>>,
    /// Of the long text, see [`pattern`].
    sent: Cell<usize>,
    received: Cell<usize>,
}

/// What came until enough was there, or nothing more came.
struct Came {
    bytes: Vec<u8>,
    end: End,
    after: Duration,
}

enum End {
    Enough,
    Silence,
    Closed,
    Failed(io::Error),
}

impl Client {
    /// Sends these bytes at once.
    pub fn send(&self, bytes: &[u8]) -> Verdict {
        self.note(format!("sent {}", show(bytes)));
        self.send_unseen(bytes)
    }

    /// Sends these bytes, which are not worth showing.
    pub fn send_unseen(&self, bytes: &[u8]) -> Verdict {
        (&self.stream).write_all(bytes).map_err(|error| {
            let expected = "the server takes what is sent";
            self.fault(expected.into(), failure(&error), how(&error))
        })
    }

    /// Says that it sends no more: the end of file for the server.
    pub fn end(&self) -> Verdict {
        self.note("ended its side (SHUT_WR)".into());
        self.stream.shutdown(Shutdown::Write).map_err(|error| {
            self.fault("the connection is there".into(), failure(&error), How::Closed)
        })
    }

    /// Resets the connection: close(2) with SO_LINGER on and no time sends RST.
    pub fn reset(self) {
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }

    /// Receives these bytes, and nothing more.
    pub fn expect(&self, bytes: &[u8]) -> Verdict {
        let mut came = self.read(bytes.len());
        if came.bytes == bytes {
            came.bytes.extend(self.read_what_is_there());
        }
        if came.bytes == bytes {
            return Ok(());
        }
        let extra = came.bytes.strip_prefix(bytes).is_some();
        let fault = self.differs(show(bytes), &came);
        Err(if extra {
            Fault {
                why: "more came back than was sent: send the bytes that recv has \
                      returned, not the whole buffer",
                ..fault
            }
        } else {
            fault
        })
    }

    /// Receives the end of file.
    pub fn expect_end(&self) -> Verdict {
        let came = self.read(1);
        match came.end {
            End::Closed => Ok(()),
            _ => Err(self.differs("the end of file".into(), &came)),
        }
    }

    /// Sees the connection end, with an end of file or a reset, whatever comes before.
    pub fn expect_close(&self) -> Verdict {
        const BOUND: usize = 1 << 20;
        let came = self.read(BOUND);
        match &came.end {
            End::Closed => Ok(()),
            End::Failed(error) if how(error) == How::Closed => Ok(()),
            _ => Err(self.differs("the server closes the connection".into(), &came)),
        }
    }

    /// Receives nothing for so long.
    pub fn expect_nothing(&self, time: Duration) -> Verdict {
        let came = self.read_until(1, time);
        match came.end {
            End::Silence => Ok(()),
            _ => Err(self.differs("no answer yet".into(), &came)),
        }
    }

    /// Receives all that comes before the end of file, or before the server is silent.
    pub fn expect_text(&self, expected: &str, right: impl Fn(&[u8]) -> bool) -> Verdict {
        let came = self.read(65536);
        if right(&came.bytes) {
            return Ok(());
        }
        Err(self.differs(expected.into(), &came))
    }

    /// Has the next bytes acknowledged without delay: a server that leaves Nagle's algorithm
    /// on sends no small segment before (RFC 9293, sections 3.7.4 and 3.8.6.3).
    pub fn acknowledge_at_once(&self) {
        #[cfg(target_os = "linux")]
        let _ = SockRef::from(&self.stream).set_tcp_quickack(true);
    }

    /// Receives the next bytes, at most `limit`; none at the end of file.
    pub fn receive(&self, limit: usize, until: Instant) -> io::Result<Vec<u8>> {
        let left = until.min(self.deadline).saturating_duration_since(Instant::now());
        self.stream.set_read_timeout(Some(left.max(PAUSE)))?;
        let mut bytes = vec![0; limit];
        loop {
            match (&self.stream).read(&mut bytes) {
                Err(error) if error.kind() == ErrorKind::Interrupted => (),
                result => {
                    bytes.truncate(result?);
                    return Ok(bytes);
                }
            }
        }
    }

    /// Receives until so many bytes are there, or for a while nothing comes.
    fn read(&self, limit: usize) -> Came {
        self.read_until(limit, self.patience)
    }

    fn read_until(&self, limit: usize, patience: Duration) -> Came {
        let start = Instant::now();
        let mut bytes = Vec::new();
        let end = loop {
            if bytes.len() >= limit {
                break End::Enough;
            }
            match self.receive((limit - bytes.len()).min(65536), Instant::now() + patience)
            {
                Ok(more) if more.is_empty() => break End::Closed,
                Ok(more) => bytes.extend(more),
                Err(error) if timed_out(&error) => break End::Silence,
                Err(error) => break End::Failed(error),
            }
        };
        Came { bytes, end, after: start.elapsed() }
    }

    /// What has come already.
    pub fn read_what_is_there(&self) -> Vec<u8> {
        let mut bytes = vec![0; 65536];
        let read = self
            .stream
            .set_nonblocking(true)
            .and_then(|()| (&self.stream).read(&mut bytes))
            .unwrap_or_default();
        let _ = self.stream.set_nonblocking(false);
        bytes.truncate(read);
        bytes
    }

    /// Sends the long text up to this length, and at the same time receives all of it.
    pub fn exchange(&self, length: usize) -> Verdict {
        self.note(format!("sent {}, and read", count(length)));
        self.transfer(length, true)
    }

    /// Sends the long text up to this length and reads nothing, until the server takes no
    /// more. Returns how much it has taken.
    pub fn flood(&self, length: usize) -> Result<usize, Fault> {
        let result = self.transfer(length, false);
        self.note(format!("sent {}, and read nothing", count(self.sent.get())));
        result.map(|()| self.sent.get())
    }

    /// Receives what is missing of the long text.
    pub fn catch_up(&self) -> Verdict {
        self.note("then read".into());
        // A small receive buffer has done its work, and would only be slow.
        let _ = SockRef::from(&self.stream).set_recv_buffer_size(1 << 20);
        self.transfer(self.sent.get(), true)
    }

    fn transfer(&self, length: usize, reads: bool) -> Verdict {
        let result = match self.stream.set_nonblocking(true) {
            Ok(()) => self.try_transfer(length, reads),
            Err(error) => Err(self.stopped(length, &failure(&error), how(&error))),
        };
        let _ = self.stream.set_nonblocking(false);
        result
    }

    fn try_transfer(&self, length: usize, reads: bool) -> Verdict {
        let patience = if reads { self.patience } else { BLOCKED };
        let mut last = Instant::now();
        loop {
            let sent = self.send_some(length)?;
            let received = if reads { self.receive_some(length)? } else { 0 };
            let end = if reads { self.received.get() } else { self.sent.get() };
            if end == length {
                return Ok(());
            }
            let now = Instant::now();
            if sent + received > 0 && now < self.deadline {
                last = now;
            } else if now < self.deadline.min(last + patience) {
                thread::sleep(PAUSE);
            } else if reads {
                let came = self.silence();
                return Err(self.stopped(length, &came, How::Silence));
            } else {
                return Ok(());
            }
        }
    }

    /// Sends as much of the long text as fits.
    fn send_some(&self, length: usize) -> Result<usize, Fault> {
        let sent = self.sent.get();
        if sent == length {
            return Ok(0);
        }
        match (&self.stream).write(pattern(sent, length - sent)) {
            Ok(more) => {
                self.sent.set(sent + more);
                Ok(more)
            }
            Err(error) if timed_out(&error) => Ok(0),
            Err(error) => Err(self.stopped(length, &failure(&error), how(&error))),
        }
    }

    /// Receives of the long text what is there.
    fn receive_some(&self, length: usize) -> Result<usize, Fault> {
        let received = self.received.get();
        let mut buffer = [0; 65536];
        let wanted = (length - received).min(buffer.len());
        let more = match (&self.stream).read(&mut buffer[..wanted]) {
            Ok(0) => return Err(self.stopped(length, "the end of file", How::Closed)),
            Ok(more) => more,
            Err(error) if timed_out(&error) => return Ok(0),
            Err(error) => return Err(self.stopped(length, &failure(&error), how(&error))),
        };
        let right = pattern(received, more);
        let same =
            buffer.iter().zip(right).take_while(|(came, right)| came == right).count();
        self.received.set(received + same);
        if same < more {
            let came = format!("{} where {} was due", buffer[same], right[same]);
            return Err(self.stopped(length, &came, How::Other));
        }
        Ok(more)
    }

    /// The fault of a long text that did not come back as it was sent.
    fn stopped(&self, length: usize, came: &str, how: How) -> Fault {
        let came = format!("{}, then {came}", count(self.received.get()));
        self.fault(format!("{}, as they were sent", count(length)), came, how)
    }

    fn differs(&self, expected: String, came: &Came) -> Fault {
        let (end, how) = match &came.end {
            End::Enough => (String::new(), How::Other),
            End::Silence => (self.silence(), How::Silence),
            End::Closed => ("the end of file".into(), How::Closed),
            End::Failed(error) => (failure(error), how(error)),
        };
        let came = match (&came.bytes[..], &came.end) {
            ([], End::Silence) => end,
            ([], _) => format!("{end} {}", when(came.after)),
            (bytes, End::Enough) => format!("{} {}", show(bytes), when(came.after)),
            (bytes, End::Silence) => {
                format!("{}, then {end}", show(bytes))
            }
            (bytes, _) => format!("{}, then {end} {}", show(bytes), when(came.after)),
        };
        self.fault(expected, came, how)
    }

    /// A fault that this client has seen.
    pub fn fault(&self, expected: String, came: String, how: How) -> Fault {
        Fault { done: self.history(), expected, came, how, why: "" }
    }

    /// What to say of a server that is silent.
    pub fn silence(&self) -> String {
        if Instant::now() >= self.deadline {
            "too late: the time of this check is over".into()
        } else {
            format!("nothing within {}", time(self.patience))
        }
    }

    /// Remembers what it has done.
    pub fn note(&self, done: String) {
        self.done.borrow_mut().push(done);
    }

    /// What it has done, the last of it where that is much.
    fn history(&self) -> String {
        const SHOWN: usize = 3;
        let done = self.done.borrow();
        match &done[..] {
            [] => format!("{} connected", self.name),
            done if done.len() <= SHOWN => format!("{} {}", self.name, done.join(", ")),
            [.., last] => format!("{} finally {last}", self.name),
        }
    }
}

/// Part of a long text: its values differ from place to place, so that nothing can be lost,
/// doubled or exchanged in it unseen.
fn pattern(start: usize, length: usize) -> &'static [u8] {
    // No power of 2, as buffers are.
    const PERIOD: usize = 251;
    // Then 1 MiB ends with the end of a line: a server of lines has nothing to keep.
    const FIRST: usize = 113;
    static TEXT: LazyLock<Vec<u8>> =
        LazyLock::new(|| (0..=250).cycle().skip(FIRST).take(PERIOD + 65536).collect());
    &TEXT[start % PERIOD..][..length.min(65536)]
}

/// A receive timeout is EAGAIN on Unix, and a time-out on Windows.
pub fn timed_out(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

pub fn how(error: &io::Error) -> How {
    match error.kind() {
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::NotConnected => How::Closed,
        ErrorKind::ConnectionRefused => How::Refused,
        ErrorKind::WouldBlock | ErrorKind::TimedOut => How::Silence,
        _ => How::Other,
    }
}

/// A failure in few words.
pub fn failure(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => {
            "a reset of the connection".into()
        }
        ErrorKind::BrokenPipe => "a closed connection".into(),
        ErrorKind::ConnectionRefused => "connection refused".into(),
        _ if timed_out(error) => format!("nothing within {}", time(PATIENCE)),
        _ => error.to_string(),
    }
}

/// How long it took.
fn when(after: Duration) -> String {
    if after < Duration::from_secs(1) {
        "at once".into()
    } else {
        format!("after {}", time(after))
    }
}

/// `2 s`, `1.4 s`
fn time(duration: Duration) -> String {
    let tenths = (duration.as_secs_f64() * 10.0).round() / 10.0;
    format!("{tenths} s")
}
