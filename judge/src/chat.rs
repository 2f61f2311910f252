//! The checks of chat: a line that one client sends, everybody else hears.

use std::cell::{Cell, RefCell};
use std::thread;
use std::time::{Duration, Instant};

use crate::check::{Because, Check, Fault, How, Lesson, Verdict, count, show};
use crate::peer::{Client, MOMENT, PATIENCE, Server, failure, how, timed_out};

pub const LESSON: Lesson = Lesson {
    names: &["chat"],
    title: "everybody else hears",
    taught: "chat/README.md",
    start: "chat",
    protocol: "TCP: a line that a client sends, all others get, with the name of the \
               client; '/name anna' gives it a name; to come and to leave is announced to \
               the others",
    checks: &[
        Check {
            name: "others-hear",
            sentence: "what one client says, another hears",
            see: "chat/README.md",
            run: others_hear,
        },
        Check {
            name: "not-oneself",
            sentence: "a client does not hear itself",
            see: "chat/README.md",
            run: not_oneself,
        },
        Check {
            name: "half-line",
            sentence: "a line that arrives in pieces is one line",
            see: "cargo run -p step4-accept --example no_message_boundaries",
            run: half_line,
        },
        Check {
            name: "two-lines",
            sentence: "two lines that arrive at once are two",
            see: "cargo run -p step4-accept --example no_message_boundaries",
            run: two_lines,
        },
        Check {
            name: "name",
            sentence: "after '/name anna' the others see who speaks",
            see: "chat/README.md",
            run: name,
        },
        Check {
            name: "join",
            sentence: "the others are told who has come",
            see: "chat/README.md",
            run: join,
        },
        Check {
            name: "leave",
            sentence: "the others are told who has left, also by a reset",
            see: "chat/README.md",
            run: leave,
        },
        Check {
            name: "hundred",
            sentence: "one of 100 speaks, and 99 hear",
            see: "chat/README.md",
            run: hundred,
        },
        Check {
            name: "not-text",
            sentence: "bytes that are not UTF-8 harm nobody",
            see: "chat/README.md",
            run: not_text,
        },
        Check {
            name: "long-line",
            sentence: "a line of 1 MiB is not passed on, and harms nobody",
            see: "chat/README.md",
            run: long_line,
        },
        Check {
            name: "stalled",
            sentence: "a client that does not read keeps nothing from the others",
            see: "chat/README.md",
            run: stalled,
        },
    ],
    exercises: &[],
};

fn others_hear(server: &Server) -> Verdict {
    let (one, other) =
        (Talker::new(server, "one client")?, Talker::new(server, "the other")?);
    meet(&one, &other)?;
    one.say("Hello, everybody!")?;
    other.hears("Hello, everybody!").map(drop)
}

fn not_oneself(server: &Server) -> Verdict {
    let (one, other) =
        (Talker::new(server, "one client")?, Talker::new(server, "the other")?);
    meet(&one, &other)?;
    one.say("Do I hear myself?")?;
    other.hears("Do I hear myself?")?;
    other.say("Do you?")?;
    // What comes before the answer of the other is what it has heard of its own.
    let heard = one.hear(PATIENCE, "a line with \"Do you?\" alone", |line| {
        line.contains("Do you?") || line.contains("Do I hear myself?")
    })?;
    if heard.contains("Do you?") {
        return Ok(());
    }
    Err(Fault {
        why: "a line goes to all clients but the one who has sent it",
        ..one.fault(
            "it does not hear its own line".into(),
            show(heard.as_bytes()),
            How::Other,
        )
    })
}

fn half_line(server: &Server) -> Verdict {
    const WHY: &str =
        "one recv is not one line: keep what has come until the end of the line is there";
    let (one, other) =
        (Talker::new(server, "one client")?, Talker::new(server, "the other")?);
    meet(&one, &other)?;
    one.client.send(b"one half and ")?;
    // A server that passes this on has had its turn, and has the first half by now.
    other.say("Go on.")?;
    one.hears("Go on.")?;
    thread::sleep(MOMENT);
    one.client.send(b"the other\n")?;
    other.hears("one half and the other").if_silent(WHY).map(drop)
}

fn two_lines(server: &Server) -> Verdict {
    const WHY: &str = "one recv may return two lines: each of them is a message of its own";
    let (one, other) =
        (Talker::new(server, "one client")?, Talker::new(server, "the other")?);
    meet(&one, &other)?;
    one.client.send(b"first line\nsecond line\n")?;
    let first = other.hears("first line").if_silent(WHY)?;
    let second = other.hears("second line").if_silent(WHY)?;
    // Where the first has a name before it, so has the second.
    if first.starts_with("first line") == second.starts_with("second line") {
        return Ok(());
    }
    let expected = "both lines have the name before them".into();
    Err(Fault { why: WHY, ..other.fault(expected, show(second.as_bytes()), How::Other) })
}

fn name(server: &Server) -> Verdict {
    let (one, other) =
        (Talker::new(server, "one client")?, Talker::new(server, "the other")?);
    meet(&one, &other)?;
    one.say("/name anna")?;
    one.say("Guess who I am.")?;
    let line = other.hear(PATIENCE, "a line with \"Guess who I am.\"", |line| {
        line.contains("Guess who I am.") || line.contains("/name")
    })?;
    if line.contains("anna") && !line.contains("/name") {
        return Ok(());
    }
    let expected = "\"Guess who I am.\", with the name anna".into();
    let why = if line.contains("/name") {
        "'/name anna' is for the server, not for the others"
    } else {
        "the name goes before each line of the client"
    };
    Err(Fault { why, ..other.fault(expected, show(line.as_bytes()), How::Other) })
}

fn join(server: &Server) -> Verdict {
    let (one, other) =
        (Talker::new(server, "one client")?, Talker::new(server, "the other")?);
    meet(&one, &other)?;
    let newcomer = Talker::new(server, "a newcomer")?;
    newcomer.say("/name boris")?;
    for listener in [&one, &other] {
        listener
            .hears("boris")
            .if_silent("who comes is announced to all others, with the name")?;
    }
    Ok(())
}

fn leave(server: &Server) -> Verdict {
    let (one, other) =
        (Talker::new(server, "one client")?, Talker::new(server, "the other")?);
    meet(&one, &other)?;
    for (name, resets) in [("clara", false), ("dmitri", true)] {
        let guest = Talker::new(server, name)?;
        guest.say(&format!("/name {name}"))?;
        guest.say("Goodbye!")?;
        one.hears("Goodbye!")?;
        other.hears("Goodbye!")?;
        if resets {
            guest.client.reset();
        } else {
            drop(guest);
        }
        for listener in [&one, &other] {
            listener.hears(name).if_silent(if resets {
                "who leaves is announced to all others, also when recv fails with \
                 ECONNRESET"
            } else {
                "who leaves is announced to all others, with the name: recv returned 0"
            })?;
        }
    }
    Ok(())
}

fn hundred(server: &Server) -> Verdict {
    let talkers =
        (1..=100).map(|number| Talker::new(server, &format!("client {number} of 100")));
    let mut talkers: Vec<Talker> = talkers.collect::<Result<_, _>>()?;
    // With so many, one may have to wait for its turn.
    talkers.iter_mut().for_each(|talker| talker.client.patience = Duration::from_secs(5));
    let Some((speaker, listeners)) = talkers.split_last() else { return Ok(()) };
    const WHY: &str = "how many clients may the server have? Each of them is told";
    for listener in listeners {
        meet_one_way(speaker, listener).if_closed(WHY)?;
    }
    speaker.say("Hello, everybody!")?;
    for listener in listeners {
        listener.hears("Hello, everybody!").if_silent(WHY).if_closed(WHY)?;
    }
    Ok(())
}

fn not_text(server: &Server) -> Verdict {
    const WHY: &str = "decoding a line can fail: that ends the line, and not the server";
    let (one, other) =
        (Talker::new(server, "one client")?, Talker::new(server, "the other")?);
    meet(&one, &other)?;
    let stranger = server.connect_as("a third")?;
    stranger.send(b"\xff\xfe\xfd\n")?;
    thread::sleep(MOMENT);
    one.say("Did that hurt?").if_closed(WHY)?;
    other.hears("Did that hurt?").if_silent(WHY).if_closed(WHY).map(drop)
}

fn long_line(server: &Server) -> Verdict {
    const WHY: &str =
        "a line without an end fills the memory: bound it, and answer or close";
    let (one, mut other) =
        (Talker::new(server, "one client")?, Talker::new(server, "the other")?);
    meet(&one, &other)?;
    other.refuses_long_lines = true;
    let endless = server.connect_as("a third client")?;
    endless.note("sent a line of 1 MiB".into());
    // It may be closed before all of it is sent: then it is over for this client.
    let sent = (0..256).try_for_each(|_| endless.send_unseen(&[b'x'; 4096]));
    if sent.and_then(|()| endless.send_unseen(b"\nAnd a short line.\n")).is_ok() {
        goes_on(&endless, &other).if_other(WHY).if_silent(WHY)?;
    }
    one.say("Did that hurt?")?;
    other.hears("Did that hurt?").if_other(WHY).if_silent(WHY).map(drop)
}

/// After a line that is too long the speaker is closed, or the listener hears the next line.
fn goes_on(speaker: &Client, listener: &Talker) -> Verdict {
    let until = Instant::now() + PATIENCE;
    loop {
        // A line of 1 MiB is a fault here, see `hear`.
        let heard = listener.hear(MOMENT, "the short line after it", |line| {
            line.contains("And a short line.")
        });
        match heard {
            Err(fault) if fault.how == How::Silence && Instant::now() < until => (),
            heard => return heard.map(drop),
        }
        match speaker.receive(65536, Instant::now() + MOMENT) {
            Ok(bytes) if !bytes.is_empty() => (),
            Err(error) if timed_out(&error) => (),
            _ => return Ok(()),
        }
    }
}

/// The lines are sent in batches: nobody but the stalled one ever has much to catch up.
fn stalled(server: &Server) -> Verdict {
    const WHY: &str = "the server waits for the stalled client: give each client a queue, and \
                       close the one that lets it fill up";
    const MOST: Duration = Duration::from_secs(8);
    let _stalled = server.connect_with_small_buffers("the stalled client")?;
    let (one, mut other) =
        (Talker::new(server, "one client")?, Talker::new(server, "the other")?);
    meet(&one, &other)?;
    other.client.patience = Duration::from_secs(5);
    let start = Instant::now();
    // 2 MB in all: more than the kernel keeps for the one who does not read.
    for batch in 0..100 {
        let end = format!(" {batch:02}");
        let line = "x".repeat(997) + &end;
        one.client.send_unseen(format!("{line}\n").repeat(20).as_bytes()).if_silent(WHY)?;
        // Whoever speaks must not stall, either.
        one.client.read_what_is_there();
        for _ in 0..20 {
            other.hears(&end).if_silent(WHY)?;
        }
        // Where each batch waits for a delayed ACK, fewer have to do.
        if start.elapsed() > MOST {
            break;
        }
    }
    Ok(())
}

/// Somebody in the chat.
struct Talker {
    client: Client,
    /// What has come and is no whole line yet.
    rest: RefCell<Vec<u8>>,
    /// Whether the beginning of this line has been thrown away: it is too long.
    cut: Cell<bool>,
    /// Whether such a line is a fault. Elsewhere it is what an earlier check has left behind
    /// in a slow server.
    refuses_long_lines: bool,
}

impl Talker {
    fn new(server: &Server, name: &str) -> Result<Self, Fault> {
        Ok(Self {
            client: server.connect_as(name)?,
            rest: RefCell::default(),
            cut: Cell::default(),
            refuses_long_lines: false,
        })
    }

    fn say(&self, line: &str) -> Verdict {
        self.client.send(format!("{line}\n").as_bytes())
    }

    /// Waits for a line that has this text in it.
    fn hears(&self, text: &str) -> Result<String, Fault> {
        self.hear(self.client.patience, &format!("a line with \"{text}\""), |line| {
            line.contains(text)
        })
    }

    /// Waits for a line. Others may come before it: what a server tells besides is its own
    /// matter.
    fn hear(
        &self,
        patience: Duration,
        expected: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<String, Fault> {
        let until = Instant::now() + patience;
        let mut last = String::new();
        loop {
            while let Some(line) = self.next_line() {
                if wanted(&line) {
                    return Ok(line);
                }
                last = format!("{}, then ", show(line.as_bytes()));
            }
            if self.rest.borrow().len() > 65536 && !self.refuses_long_lines {
                self.rest.borrow_mut().clear();
                self.cut.set(true);
            } else if self.rest.borrow().len() > 65536 {
                let came = format!("{last}{} without the end of a line", count(65536));
                return Err(self.fault(expected.into(), came, How::Other));
            }
            self.client.acknowledge_at_once();
            let (came, how) = match self.client.receive(65536, until) {
                Ok(bytes) if bytes.is_empty() => ("the end of file".into(), How::Closed),
                Ok(bytes) if Instant::now() < until => {
                    self.rest.borrow_mut().extend(bytes);
                    continue;
                }
                Ok(_) => (self.client.silence(), How::Silence),
                Err(error) if timed_out(&error) => (self.client.silence(), How::Silence),
                Err(error) => (failure(&error), how(&error)),
            };
            return Err(self.fault(expected.into(), format!("{last}{came}"), how));
        }
    }

    fn next_line(&self) -> Option<String> {
        let mut rest = self.rest.borrow_mut();
        loop {
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let line: Vec<u8> = rest.drain(..=end).collect();
            if !self.cut.take() {
                return Some(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
        }
    }

    fn fault(&self, expected: String, came: String, how: How) -> Fault {
        self.client.fault(expected, came, how)
    }
}

/// Waits until the two hear each other. To be connected is not yet to be in the chat: the
/// server may still have to accept one of them.
fn meet(one: &Talker, other: &Talker) -> Verdict {
    meet_one_way(one, other)?;
    meet_one_way(other, one)
}

fn meet_one_way(speaker: &Talker, listener: &Talker) -> Verdict {
    const TIMES: u32 = 20;
    let greeting = format!("Hello, {}!", listener.client.name);
    let expected = format!("a line with \"{greeting}\" from {}", speaker.client.name);
    let mut result = Ok(());
    for _ in 0..TIMES {
        speaker.say(&greeting)?;
        let heard = listener.hear(listener.client.patience / TIMES, &expected, |line| {
            line.contains(&greeting)
        });
        result = heard.map(drop);
        match &result {
            Err(fault) if fault.how == How::Silence => (),
            _ => break,
        }
    }
    result.if_silent(
        "what a client sends goes to all others that are connected, line by line",
    )
}
