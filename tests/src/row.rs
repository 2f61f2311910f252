//! A socket in the columns of ss(8), as the lessons and ss itself show it.

use std::fmt;

/// One line: state, Recv-Q, Send-Q, local address, peer address.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// `LISTEN`, `ESTAB`; a system that does not tell it has `-`.
    pub state: String,
    /// Bytes, or connections that wait for accept; none if the system does not tell.
    pub recv_q: Option<u32>,
    /// Bytes, or the backlog; none if the system does not tell.
    pub send_q: Option<u32>,
    /// `127.0.0.1:4444`
    pub local: String,
    /// `0.0.0.0:*` where there is none.
    pub peer: String,
}

impl Row {
    /// Reads a line, however wide its columns are; none if it is no row.
    pub fn parse(line: &str) -> Option<Self> {
        let mut columns = line.split_whitespace();
        let state = columns.next()?;
        let is_state = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        let mut queue = || match columns.next()? {
            "-" => Some(None),
            number => number.parse().ok().map(Some),
        };
        let (recv_q, send_q) = (queue()?, queue()?);
        let mut address = || {
            let address = columns.next()?;
            (address == "-" || address.contains(':')).then(|| address.to_owned())
        };
        let (local, peer) = (address()?, address()?);
        let state = state.chars().all(is_state).then(|| state.to_owned())?;
        Some(Self { state, recv_q, send_q, local, peer })
    }

    /// The port of the local address, 0 if there is none.
    pub fn port(&self) -> u16 {
        port(&self.local)
    }

    /// The port of the peer, 0 if there is none.
    pub fn peer_port(&self) -> u16 {
        port(&self.peer)
    }
}

/// Its columns, without alignment.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number =
            |queue: Option<u32>| queue.map_or("-".into(), |queue| queue.to_string());
        let (recv_q, send_q) = (number(self.recv_q), number(self.send_q));
        write!(f, "{} {recv_q} {send_q} {} {}", self.state, self.local, self.peer)
    }
}

fn port(address: &str) -> u16 {
    address.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default()
}

/// What ss(8) shows with these arguments, among them -H: `ss(&["-Htan"])`.
#[cfg(target_os = "linux")]
pub fn ss(args: &[&str]) -> Vec<Row> {
    rows(&crate::Program::other("ss", args).run().succeeded())
}

/// The rows of a transcript.
#[cfg(target_os = "linux")]
pub(crate) fn rows(transcript: &str) -> Vec<Row> {
    transcript.lines().filter_map(Row::parse).collect()
}
