//! One client at a time, with calls that block: what every system can do.

use std::io::{self, ErrorKind, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use super::{REQUEST, connect, end_of_file};

/// Connections a second, one at a time: each sends a byte, gets it back, and closes.
pub fn connections(port: u16, time: Duration) -> io::Result<f64> {
    let start = Instant::now();
    let mut count = 0;
    // Whoever closes first keeps its port for a while (TIME-WAIT), and these are all there are.
    while start.elapsed() < time && count < 1000 {
        super::answers(port)?;
        count += 1;
    }
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}

/// Round trips a second of one client; what they cost the server is not known.
///
/// # Errors
///
/// Unsupported for more clients.
pub fn round_trips(
    port: u16,
    busy: usize,
    time: Duration,
    _: impl Fn() -> Option<f64>,
) -> io::Result<(f64, Option<f64>)> {
    if busy > 1 {
        return Err(ErrorKind::Unsupported.into());
    }
    let mut client = connect(port)?;
    let mut buf = REQUEST;
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < time {
        client.write_all(&REQUEST)?;
        client.read_exact(&mut buf)?;
        count += 1;
    }
    Ok((f64::from(count) / start.elapsed().as_secs_f64(), None))
}

/// MiB a second that come back to one client, which sends as fast as it can, in a thread.
pub fn mebibytes(port: u16, time: Duration) -> io::Result<f64> {
    let mut client = connect(port)?;
    let mut sender = client.try_clone()?;
    thread::spawn(move || while sender.write_all(&[b'x'; 65536]).is_ok() {});
    let mut buf = vec![0; 65536];
    let start = Instant::now();
    let mut received = 0;
    while start.elapsed() < time {
        match client.read(&mut buf)? {
            0 => return Err(end_of_file()),
            length => received += length,
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    client.shutdown(std::net::Shutdown::Both)?;
    Ok(received as f64 / seconds / 1024.0 / 1024.0)
}
