//! Recordings: what the programs, the wire and the kernel did, event by event.
//!
//! A recording is made by a run: strace(1) notes each system call of the programs with the time
//! at which it was made and at which it returned, tcpdump(8) each packet on the loopback
//! interface, and the programs themselves, with `RUST_LOG=trace`, the line of the source. The
//! state of each socket is derived from the calls and packets by the rules of RFC 9293, section
//! 3.3.2, and it is held to what the lessons show and to `ss -tan`.
//!
//! Two runs never have the same times, and what happens at both ends at once has no order. A
//! recording is the same every time, by these rules:
//!
//! 1. **Steps.** A run is a script: somebody starts a program, types, ends the input. After each
//!    of these it waits until every thread waits and `ss -tan` shows the states that were
//!    derived. What happens up to there is a step.
//! 2. **Order.** Within a step an event comes after its causes, and nothing else counts: the
//!    calls of a thread follow each other; a packet follows the call that sent it, or the packet
//!    that it answers; a call that waited follows the packet that woke it; a new thread follows
//!    the call that made it. Of what could come next, that which follows from the latest event
//!    comes first: a packet before a call, connect(2) before any other, the server before the
//!    client. What a timer of the kernel sends comes when nothing else can. The clock only has the
//!    last word: an effect before its cause is an error.
//! 3. **Waiting.** A call has two events, made and returned, if it waited: for the next step, or,
//!    like connect(2), for the answer to a packet of its own. Any other call is one event.
//! 4. **Packets.** An acknowledgement of its own is left out, but for three: the last one of the
//!    handshake; the one of a FIN, if its sender sends nothing more in this step that could carry
//!    it; the one that sets free what the other end has kept back. Of the SYNs that nobody
//!    answers the first two stay. A run in which anything else is sent again, or in which packets
//!    overtake each other, is made once more: the machine was too busy.
//! 5. **The lesson.** A call that the lesson does not show is left out, with its packets. The
//!    recording ends with the last line that a program shows.
//! 6. **Names.** The port of the server is 4444; those of the clients are 51734, 51735 ..., in
//!    the order in which they connect. Recv-Q and Send-Q of a connection are those after the
//!    acknowledgements that were left out.
//! 7. **Times.** They are left out, unless a timer of the kernel was waited for; then their
//!    order of magnitude stands there.

mod derive;
mod kernel;
mod order;
mod strace;
mod tcpdump;

mod recorder;

use serde_json::{Value, json};

use crate::Row;

pub use recorder::Recorder;

/// A recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// What it is called: `conversation`.
    pub name: String,
    /// The commands of the programs, in the order in which they were started.
    pub commands: Vec<String>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The step of the script, counted from 0.
    pub step: usize,
    /// Who did it: `server`, `client`, `client 2`.
    pub side: String,
    /// What it is.
    pub kind: Kind,
    /// `accept(3) = 4, 127.0.0.1:51734`; of a packet `SYN`, `14 bytes`.
    pub text: String,
    /// The line of the source: `step4-accept/src/main.rs:21`; a packet has none.
    pub at: Option<String>,
    /// Which thread of the program does it, 0 for the first one.
    pub thread: usize,
    /// Who gets it, if it is a packet.
    pub to: Option<String>,
    /// The event that caused this one: of a packet the call or the packet, of a call that waited
    /// the packet.
    pub by: Option<usize>,
    /// How long a timer of the kernel was waited for.
    pub after: Option<String>,
    /// The sockets that are now different.
    pub sockets: Vec<Change>,
}

/// The kinds of events.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A call that did not wait.
    Call,
    /// A call that begins to wait; the program says so.
    Wait,
    /// The same, and the program says nothing.
    SilentWait,
    /// A call that has waited returns.
    Return,
    /// A packet is sent, and is received.
    Packet,
    /// A packet is sent, and the other end takes no notice of it.
    Lost,
    /// The program shows a socket.
    Row,
}

const KINDS: [(Kind, &str); 7] = [
    (Kind::Call, "call"),
    (Kind::Wait, "wait"),
    (Kind::SilentWait, "silent wait"),
    (Kind::Return, "return"),
    (Kind::Packet, "packet"),
    (Kind::Lost, "lost packet"),
    (Kind::Row, "row"),
];

/// A socket that is different after an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its number within the recording, counted from 0.
    pub socket: usize,
    /// Whose it is.
    pub side: String,
    /// The descriptor; none before accept and after close.
    pub fd: Option<i32>,
    /// What ss(8) shows of it; none if it is gone.
    pub row: Option<Row>,
}

impl Recording {
    /// Writes it down, one event a line.
    pub fn to_json(&self) -> String {
        let list = |lines: Vec<String>| {
            lines.iter().map(|line| format!("    {line}")).collect::<Vec<_>>().join(",\n")
        };
        let commands = self.commands.iter().map(|command| json!(command).to_string());
        format!(
            "{{\n  \"name\": {},\n  \"commands\": [\n{}\n  ],\n  \"events\": [\n{}\n  ]\n}}\n",
            json!(self.name),
            list(commands.collect()),
            list(self.events.iter().map(Event::to_json).collect()),
        )
    }

    /// Reads what was written down.
    ///
    /// # Panics
    ///
    /// It is no recording.
    pub fn from_json(text: &str) -> Self {
        let value: Value = serde_json::from_str(text).expect("JSON");
        let list = |name: &str| value[name].as_array().expect("a list");
        Self {
            name: value["name"].as_str().expect("a name").into(),
            commands: list("commands")
                .iter()
                .map(|command| command.as_str().expect("a command").into())
                .collect(),
            events: list("events").iter().map(Event::from_json).collect(),
        }
    }

    /// The rows of all sockets after an event, as `ss -tan` shows them and beside them those
    /// that are neither connected nor listen.
    pub fn rows(&self, event: usize) -> Vec<Change> {
        let mut rows: Vec<Change> = Vec::new();
        for change in self.events[..=event].iter().flat_map(|event| &event.sockets) {
            match rows.iter_mut().find(|row| row.socket == change.socket) {
                Some(row) => *row = change.clone(),
                None => rows.push(change.clone()),
            }
        }
        rows.retain(|change| change.row.is_some());
        rows
    }
}

impl Event {
    fn to_json(&self) -> String {
        let kind = KINDS.iter().find(|(kind, _)| *kind == self.kind).map(|(_, name)| name);
        let sockets = self.sockets.iter().map(|change| {
            let row = change.row.as_ref().map(Row::to_string);
            object(&[
                ("socket", json!(change.socket)),
                ("side", json!(change.side)),
                ("fd", json!(change.fd)),
                ("row", json!(row)),
            ])
        });
        let sockets = sockets.collect::<Vec<_>>().join(", ");
        let event = object(&[
            ("step", json!(self.step)),
            ("side", json!(self.side)),
            ("kind", json!(kind)),
            ("text", json!(self.text)),
            ("at", json!(self.at)),
            ("thread", if self.thread == 0 { Value::Null } else { json!(self.thread) }),
            ("to", json!(self.to)),
            ("by", json!(self.by)),
            ("after", json!(self.after)),
        ]);
        match event.strip_suffix('}') {
            Some(event) if !sockets.is_empty() => {
                format!("{event}, \"sockets\": [{sockets}]}}")
            }
            _ => event,
        }
    }

    fn from_json(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let number = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok());
        let kind = value["kind"].as_str().expect("a kind");
        let (kind, _) = KINDS.iter().find(|(_, name)| *name == kind).expect("a known kind");
        let sockets = value["sockets"].as_array().map_or(&[][..], Vec::as_slice);
        Self {
            step: number(&value["step"]).expect("a step"),
            side: text("side").expect("a side"),
            kind: *kind,
            text: text("text").expect("a text"),
            at: text("at"),
            thread: number(&value["thread"]).unwrap_or_default(),
            to: text("to"),
            by: number(&value["by"]),
            after: text("after"),
            sockets: sockets
                .iter()
                .map(|change| Change {
                    socket: number(&change["socket"]).expect("a number"),
                    side: change["side"].as_str().expect("a side").into(),
                    fd: change["fd"].as_i64().and_then(|fd| fd.try_into().ok()),
                    row: change["row"].as_str().and_then(Row::parse),
                })
                .collect(),
        }
    }
}

/// An object of JSON, in this order, without what is null.
fn object(members: &[(&str, Value)]) -> String {
    let members = members.iter().filter(|(_, value)| !value.is_null());
    let members = members.map(|(name, value)| format!("\"{name}\": {value}"));
    format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
}
