//! The packets on the loopback interface, as tcpdump(8) prints them.

use super::strace::nanoseconds;

/// A packet.
#[derive(Clone, Debug)]
pub(super) struct Packet {
    /// When it was captured, in nanoseconds.
    pub time: u64,
    /// The ports of the sender and of the receiver; of ICMP those of the datagram that it is
    /// about, the other way round.
    pub from: u16,
    pub to: u16,
    pub what: What,
    /// The number of bytes that it carries.
    pub length: u32,
}

/// What a packet is.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// A segment with its flags, as tcpdump writes them (`S`, `F`, `R`, `P`, `.`), its sequence
    /// number, and the number that it acknowledges.
    Tcp {
        flags: String,
        seq: u32,
        ack: Option<u32>,
    },
    Udp,
    /// ICMP: the port is closed.
    Unreachable,
}

impl Packet {
    /// Reads a line; none for what is no packet.
    pub fn parse(line: &str) -> Option<Self> {
        let (time, rest) = line.split_once(" IP ")?;
        let time = nanoseconds(time)?;
        let (addresses, rest) = rest.split_once(": ")?;
        if let Some(rest) = rest.strip_prefix("ICMP ") {
            // "127.0.0.1 udp port 4444 unreachable, length 50": who has sent it is for the
            // caller to find out.
            let to = rest.split_once("udp port ")?.1.split(' ').next()?.parse().ok()?;
            let what = What::Unreachable;
            return Some(Self { time, from: to, to: 0, what, length: 0 });
        }
        let (from, to) = addresses.split_once(" > ")?;
        let port = |address: &str| address.rsplit('.').next()?.parse::<u16>().ok();
        let (from, to) = (port(from)?, port(to)?);
        let length =
            rest.rsplit_once("length ")?.1.split([':', ' ']).next()?.parse().ok()?;
        let field = |name: &str| {
            let (_, value) = rest.split_once(name)?;
            value.split([',', ':', ' ']).next()?.parse().ok()
        };
        let what = match rest.strip_prefix("Flags [") {
            Some(rest) => What::Tcp {
                flags: rest.split(']').next()?.to_owned(),
                seq: field("seq ").unwrap_or_default(),
                ack: field(" ack "),
            },
            None => What::Udp,
        };
        Some(Self { time, from, to, what, length })
    }

    pub fn has(&self, flag: char) -> bool {
        matches!(&self.what, What::Tcp { flags, .. } if flags.contains(flag))
    }

    /// The sequence number, and the one that follows this segment.
    pub fn seq(&self) -> (u32, u32) {
        let What::Tcp { seq, .. } = self.what else { return (0, 0) };
        let phantom = u32::from(self.has('S')) + u32::from(self.has('F'));
        (seq, seq.wrapping_add(self.length + phantom))
    }

    pub fn ack(&self) -> Option<u32> {
        let What::Tcp { ack, .. } = self.what else { return None };
        ack
    }
}
