//! The checks of recvfrom: a server without connections that sends each datagram back.

use std::cell::RefCell;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::check::{Because, Check, Fault, How, Lesson, Verdict, count, show};
use crate::peer::{PATIENCE, Server, failure, how};

pub const LESSON: Lesson = Lesson {
    names: &["recvfrom"],
    title: "datagrams",
    taught: "step5-recvfrom/README.md",
    start: "step5-recvfrom",
    protocol: "UDP: each datagram is sent back to the one who sent it",
    checks: &[
        Check {
            name: "datagram",
            sentence: "a datagram comes back to the one who sent it",
            see: "step5-recvfrom/README.md",
            run: datagram,
        },
        Check {
            name: "two-datagrams",
            sentence: "two datagrams come back as two, and in order",
            see: "step5-recvfrom/README.md",
            run: two_datagrams,
        },
        Check {
            name: "whole-datagram",
            sentence: "a datagram of 8,192 bytes comes back whole",
            see: "cargo run -p step5-recvfrom --example datagram_truncated",
            run: whole_datagram,
        },
        Check {
            name: "empty-datagram",
            sentence: "an empty datagram comes back, and is not the end",
            see: "cargo run -p step4-accept --example end_of_file",
            run: empty_datagram,
        },
        Check {
            name: "two-senders",
            sentence: "of two who send at once, each gets its own back",
            see: "step5-recvfrom/README.md",
            run: two_senders,
        },
    ],
    exercises: &[Check {
        name: "time",
        sentence: "each datagram is answered with the time, in seconds since 1970",
        see: "step5-recvfrom/README.md, Exercises",
        run: time,
    }],
};

pub fn datagram(server: &Server) -> Verdict {
    let client = Sender::new(server, "the client")?;
    client.send(b"Hello, server!")?;
    client
        .expect(b"Hello, server!")
        .if_silent(
            "sendto takes the address that recvfrom has returned, and goes through the \
             socket that is bound",
        )
        .if_refused("nobody has that port: no UDP server has bound it")
}

fn two_datagrams(server: &Server) -> Verdict {
    let client = Sender::new(server, "the client")?;
    client.send(b"one")?;
    client.send(b"two")?;
    client.expect(b"one").if_other("a datagram has an end: one recvfrom, one sendto")?;
    client.expect(b"two").if_silent("each datagram is answered: recvfrom in a loop")
}

fn whole_datagram(server: &Server) -> Verdict {
    let large: Vec<u8> = (0..=255).cycle().take(8192).collect();
    let client = Sender::new(server, "the client")?;
    client.send(&large)?;
    client.expect(&large).if_other(
        "recvfrom cuts off what the buffer does not hold, and the rest is lost: 65536 \
         hold any",
    )
}

fn empty_datagram(server: &Server) -> Verdict {
    let client = Sender::new(server, "the client")?;
    client.send(b"")?;
    client
        .expect(b"")
        .if_silent(
            "0 bytes are a datagram like any other: without connections there is no end \
             of file",
        )
        .if_refused(
            "the server has ended: 0 bytes are a datagram like any other, and no end of \
             file",
        )?;
    client.send(b"Hello, server!")?;
    const WHY: &str = "after an empty datagram the next one comes: it is no end of file";
    client.expect(b"Hello, server!").if_silent(WHY).if_refused(WHY)
}

fn two_senders(server: &Server) -> Verdict {
    let (one, two) =
        (Sender::new(server, "one sender")?, Sender::new(server, "the other sender")?);
    one.send(b"from one")?;
    two.send(b"from two")?;
    const WHY: &str =
        "answer to the address that came with this datagram, and don't connect the socket";
    one.expect(b"from one").if_silent(WHY).if_other(WHY)?;
    two.expect(b"from two").if_silent(WHY).if_other(WHY)
}

fn time(server: &Server) -> Verdict {
    // The clock of a server elsewhere may be another.
    const APART: u64 = 60;
    let client = Sender::new(server, "the client")?;
    for question in [&b"time?"[..], b""] {
        client.send(question)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let expected = || format!("a datagram such as {}", show(line(now).as_bytes()));
        let answer = match client.receive() {
            Ok(answer) => answer,
            Err(error) => {
                let fault = client.fault(expected(), failure(&error), how(&error));
                return Err(fault)
                    .if_silent("each datagram is answered, an empty one, too");
            }
        };
        let digits = answer.strip_suffix(b"\n").unwrap_or_default();
        let time = str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
        if time.is_none_or(|time: u64| time.abs_diff(now.as_secs()) > APART) {
            let fault = client.fault(expected(), describe(&answer), How::Other);
            return Err(fault).if_other("whole seconds, in decimal digits, and then \\n");
        }
    }
    Ok(())
}

fn line(time: Duration) -> String {
    format!("{}\n", time.as_secs())
}

/// Somebody who sends datagrams to the server and hears what comes from there.
struct Sender {
    socket: UdpSocket,
    name: &'static str,
    deadline: Instant,
    sent: RefCell<Vec<String>>,
}

impl Sender {
    fn new(server: &Server, name: &'static str) -> Result<Self, Fault> {
        let sender = |socket| Self {
            socket,
            name,
            deadline: server.deadline,
            sent: RefCell::default(),
        };
        socket(server).map(sender).map_err(|error| server.no_connection(name, &error))
    }

    fn send(&self, datagram: &[u8]) -> Verdict {
        self.sent.borrow_mut().push(show(datagram));
        match self.socket.send(datagram) {
            Ok(_) => Ok(()),
            Err(error) => {
                Err(self.fault("it can be sent".into(), failure(&error), how(&error)))
            }
        }
    }

    fn expect(&self, datagram: &[u8]) -> Verdict {
        let (came, how) = match self.receive() {
            Ok(came) if came == datagram => return Ok(()),
            Ok(came) => (describe(&came), How::Other),
            Err(error) => (failure(&error), how(&error)),
        };
        Err(self.fault(describe(datagram), came, how))
    }

    fn receive(&self) -> io::Result<Vec<u8>> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        self.socket.set_read_timeout(Some(PATIENCE.min(left).max(crate::peer::PAUSE)))?;
        let mut buffer = vec![0; 65536];
        let length = self.socket.recv(&mut buffer)?;
        buffer.truncate(length);
        Ok(buffer)
    }

    fn fault(&self, expected: String, came: String, how: How) -> Fault {
        let done = format!("{} sent {}", self.name, self.sent.borrow().join(", then "));
        Fault { done, expected, came, how, why: "" }
    }
}

fn describe(datagram: &[u8]) -> String {
    format!("a datagram of {}: {}", count(datagram.len()), show(datagram))
}

/// A connected socket: it hears nobody but the server, and that nobody is there (ICMP port
/// unreachable).
fn socket(server: &Server) -> io::Result<UdpSocket> {
    let address = server.addresses.first().ok_or(io::ErrorKind::NotFound)?;
    let any: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(address)?;
    Ok(socket)
}
