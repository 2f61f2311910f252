//! Many clients at once, with epoll(7).

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};

use super::{PATIENCE, REQUEST, connect, connect_from, end_of_file};

/// An instance of epoll(7), and what it told last.
struct Poll {
    fd: OwnedFd,
    events: Vec<Event>,
}

impl Poll {
    fn new() -> io::Result<Self> {
        Ok(Self {
            fd: epoll::create(CreateFlags::CLOEXEC)?,
            events: Vec::with_capacity(128),
        })
    }

    fn add(&self, stream: &TcpStream, index: usize, flags: EventFlags) -> io::Result<()> {
        Ok(epoll::add(&self.fd, stream, EventData::new_u64(index as u64), flags)?)
    }

    /// Waits, and returns whose turn it is.
    fn wait(&mut self) -> io::Result<impl Iterator<Item = usize>> {
        let patience = Timespec { tv_sec: PATIENCE.as_secs() as i64, tv_nsec: 0 };
        self.events.clear();
        epoll::wait(&self.fd, spare_capacity(&mut self.events), Some(&patience))?;
        match self.events.is_empty() {
            true => Err(ErrorKind::TimedOut.into()),
            false => Ok(self.events.iter().map(|event| event.data.u64() as usize)),
        }
    }
}

/// Counts what happens within a time, but for a first part, in which all get going.
struct Stopwatch {
    start: Instant,
    begin: Option<Instant>,
    time: Duration,
    count: usize,
    /// So many are enough, if they come before the time is over.
    most: usize,
}

impl Stopwatch {
    fn new(time: Duration, most: usize) -> Self {
        Self { start: Instant::now(), begin: None, time, count: 0, most }
    }

    /// Whether the first part is over now.
    fn begins(&self) -> bool {
        self.begin.is_none() && self.start.elapsed() > self.time / 5
    }

    fn begin(&mut self) {
        self.begin = Some(Instant::now());
        self.count = 0;
    }

    /// The rate a second, as soon as the time is over.
    fn rate(&mut self) -> Option<f64> {
        if self.begins() {
            self.begin();
        }
        let elapsed = self.begin?.elapsed();
        let over = elapsed > self.time || self.count >= self.most;
        over.then(|| self.count as f64 / elapsed.as_secs_f64())
    }
}

/// Connections a second, sixteen at a time: each sends a byte, gets it back, and closes.
pub fn connections(port: u16, time: Duration) -> io::Result<f64> {
    // Whoever closes first keeps its port for a minute (TIME-WAIT): each time the clients
    // have another address, of which the loopback interface has millions.
    static LAST: AtomicU32 = AtomicU32::new(0x7f01_0000);
    let from = Ipv4Addr::from_bits(LAST.fetch_add(1, Ordering::Relaxed) + 1);
    let open = || {
        let mut client = connect_from(from, port)?;
        client.write_all(b"x").map(|()| client)
    };
    let mut poll = Poll::new()?;
    let mut clients = (0..16).map(|_| open()).collect::<io::Result<Vec<_>>>()?;
    for (index, client) in clients.iter().enumerate() {
        poll.add(client, index, EventFlags::IN)?;
    }
    let mut stopwatch = Stopwatch::new(time, 5000);
    let mut ready = Vec::new();
    loop {
        ready.extend(poll.wait()?);
        for index in ready.drain(..) {
            if clients[index].read(&mut [0; 1])? == 0 {
                return Err(end_of_file());
            }
            clients[index] = open()?;
            poll.add(&clients[index], index, EventFlags::IN)?;
            stopwatch.count += 1;
        }
        if let Some(rate) = stopwatch.rate() {
            return Ok(rate);
        }
    }
}

/// Round trips a second of so many busy clients together, and the seconds of processor time
/// that one of them takes, if `used` tells what the server has used.
pub fn round_trips(
    port: u16,
    busy: usize,
    time: Duration,
    used: impl Fn() -> Option<f64>,
) -> io::Result<(f64, Option<f64>)> {
    let mut poll = Poll::new()?;
    let mut clients = (0..busy).map(|_| connect(port)).collect::<io::Result<Vec<_>>>()?;
    for client in &mut clients {
        client.write_all(b"x")?;
    }
    for (index, client) in clients.iter_mut().enumerate() {
        // Now it is accepted, too.
        client.read_exact(&mut [0; 1])?;
        poll.add(client, index, EventFlags::IN)?;
    }
    for client in &mut clients {
        client.write_all(&REQUEST)?;
    }
    let mut missing = vec![REQUEST.len(); busy];
    let mut stopwatch = Stopwatch::new(time, usize::MAX);
    let mut buf = REQUEST;
    let mut before = None;
    loop {
        for index in poll.wait()? {
            match clients[index].read(&mut buf)? {
                0 => return Err(end_of_file()),
                length => missing[index] -= length,
            }
            if missing[index] == 0 {
                clients[index].write_all(&REQUEST)?;
                missing[index] = REQUEST.len();
                stopwatch.count += 1;
            }
        }
        if stopwatch.begins() {
            before = used();
            stopwatch.begin();
        }
        if let Some(rate) = stopwatch.rate() {
            let each =
                |(before, after): (f64, f64)| (after - before) / stopwatch.count as f64;
            return Ok((rate, before.zip(used()).map(each)));
        }
    }
}

/// MiB a second that come back to one client, which sends as fast as it can.
pub fn mebibytes(port: u16, time: Duration) -> io::Result<f64> {
    let mut client = connect(port)?;
    client.set_nonblocking(true)?;
    let mut poll = Poll::new()?;
    poll.add(&client, 0, EventFlags::IN | EventFlags::OUT | EventFlags::ET)?;
    let mut stopwatch = Stopwatch::new(time, usize::MAX);
    let mut buf = vec![b'x'; 65536];
    loop {
        let mut idle = true;
        match client.read(&mut buf) {
            Ok(0) => return Err(end_of_file()),
            Ok(length) => {
                stopwatch.count += length;
                idle = false;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => (),
            Err(error) => return Err(error),
        }
        match client.write(&buf) {
            Ok(_) => idle = false,
            Err(error) if error.kind() == ErrorKind::WouldBlock => (),
            Err(error) => return Err(error),
        }
        if idle {
            poll.wait()?.for_each(drop);
        }
        if let Some(rate) = stopwatch.rate() {
            return Ok(rate / 1024.0 / 1024.0);
        }
    }
}
