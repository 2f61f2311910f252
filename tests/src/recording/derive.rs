//! The events of a recording, from what was recorded.

use super::kernel::{Kernel, Known};
use super::order::{Happened, Node, Order, Raw};
use super::strace::Said;
use super::tcpdump::What;
use super::{Change, Event, Kind};
use crate::Row;

/// The events, and the sockets at their end.
///
/// # Errors
///
/// What was recorded contradicts itself; if it is not complete, it may.
pub(super) fn derive(raw: &Raw) -> Result<(Vec<Event>, Kernel), String> {
    let order = Order::of(raw)?;
    let mut derived = Derived {
        raw,
        order: &order,
        kernel: Kernel::new(raw, &order),
        events: Vec::new(),
        places: vec![None; order.nodes.len()],
        before: Vec::new(),
        row: None,
    };
    // What comes after the last line that a program shows is no part of the recording.
    let last = order.order.iter().rposition(|&node| {
        let Node { what, shown, .. } = order.nodes[node];
        let silent = |call: usize| order.made[call].call.announced.is_none();
        shown && !matches!(what, Happened::Wait(call) if silent(call))
    });
    for (place, &index) in order.order.iter().enumerate() {
        derived.add(index, last.is_some_and(|last| place <= last))?;
    }
    derived.show_row()?;
    Ok((derived.events, derived.kernel))
}

struct Derived<'a> {
    raw: &'a Raw,
    order: &'a Order<'a>,
    kernel: Kernel,
    events: Vec<Event>,
    /// The event of each node.
    places: Vec<Option<usize>>,
    /// The sockets as they were.
    before: Vec<Known>,
    /// A row that a program shows after the event of this number, as soon as the packets of its
    /// call are on their way.
    row: Option<(usize, Said, Row)>,
}

impl Derived<'_> {
    fn add(&mut self, index: usize, is_part: bool) -> Result<(), String> {
        let node = &self.order.nodes[index];
        if !node.shown || !matches!(node.what, Happened::Packet(..)) {
            self.show_row()?;
        }
        if let Happened::Call(call) | Happened::Wait(call) = node.what
            && let Some((said, row)) = &self.order.made[call].call.row_before
            && let Some(event) = self.event(index)
        {
            self.events.push(self.shown(&event, said, row)?);
        }
        self.kernel.apply(self.raw, self.order, node.what);
        let Some(mut event) = self.event(index).filter(|_| node.shown && is_part) else {
            return Ok(());
        };
        event.sockets = self.changes();
        self.before.clone_from(&self.kernel.known);
        self.places[index] = Some(self.events.len());
        if let Happened::Call(call) | Happened::Return(call) = node.what {
            let row = self.order.made[call].call.row.clone();
            self.row = row.map(|(said, row)| (self.events.len(), said, row));
        }
        self.events.push(event);
        Ok(())
    }

    /// A program shows a socket.
    fn show_row(&mut self) -> Result<(), String> {
        if let Some((event, said, row)) = self.row.take() {
            self.events.push(self.shown(&self.events[event], &said, &row)?);
        }
        Ok(())
    }

    fn shown(&self, call: &Event, said: &Said, row: &Row) -> Result<Event, String> {
        let shown = self.kernel.named(vec![row.clone()]).remove(0);
        let equal = |known: &Known| {
            known.fd.is_some()
                && known.row.as_ref().is_some_and(|row| match known.stream {
                    true => *row == shown,
                    // The queues of a datagram socket count the memory of the kernel.
                    false => (&row.local, &row.peer) == (&shown.local, &shown.peer),
                })
        };
        if !self.kernel.known.iter().any(equal) {
            return Err(format!("{}: {shown} is none of {:?}", said.at, self.kernel.known));
        }
        Ok(Event {
            step: call.step,
            thread: call.thread,
            ..Event::new(&call.side, Kind::Row, shown.to_string(), Some(said.at.clone()))
        })
    }

    /// The sockets that are different now.
    fn changes(&self) -> Vec<Change> {
        let known = self.kernel.known.iter().enumerate();
        let changed = known.filter(|&(socket, known)| {
            let before = self.before.get(socket);
            before.is_none_or(|before| (&before.row, before.fd) != (&known.row, known.fd))
        });
        let change = |(socket, known): (usize, &Known)| Change {
            socket,
            side: self.side(known.client),
            fd: known.fd,
            row: known.row.clone(),
        };
        changed.map(change).collect()
    }

    fn side(&self, client: Option<usize>) -> String {
        let is_client = |socket: &&super::order::Socket| socket.client.is_some();
        match client {
            None => "server".into(),
            Some(_) if self.order.sockets.iter().filter(is_client).count() == 1 => {
                "client".into()
            }
            Some(number) => format!("client {}", number + 1),
        }
    }

    /// An event without its sockets; none if no program shows it.
    fn event(&self, index: usize) -> Option<Event> {
        let node = &self.order.nodes[index];
        let mut event = match node.what {
            Happened::Packet(packet, connection) => self.packet(index, packet, connection),
            Happened::Call(call) => self.call(call, Kind::Call)?,
            Happened::Return(call) => self.call(call, Kind::Return)?,
            Happened::Wait(call) => self.wait(call)?,
        };
        event.step = node.step;
        event.after = node.after.and_then(magnitude).map(str::to_owned);
        let is_packet = |node: &Node| matches!(node.what, Happened::Packet(..));
        event.by = node.causes.first().and_then(|&cause| {
            let follows = is_packet(node) || is_packet(&self.order.nodes[cause]);
            self.places[cause].filter(|_| follows)
        });
        Some(event)
    }

    fn call(&self, call: usize, kind: Kind) -> Option<Event> {
        let said = self.order.made[call].call.shown.as_ref()?;
        Some(self.said(call, kind, &said.text, said))
    }

    fn wait(&self, call: usize) -> Option<Event> {
        let waits = self.order.made[call].call;
        let (kind, said) = match &waits.announced {
            Some(said) => (Kind::Wait, said),
            None => (Kind::SilentWait, waits.shown.as_ref()?),
        };
        let text = match said.text.rsplit_once(" = ") {
            Some((text, _)) => &format!("{text} ..."),
            None => &said.text,
        };
        Some(self.said(call, kind, text, said))
    }

    fn said(&self, call: usize, kind: Kind, text: &str, said: &Said) -> Event {
        let made = &self.order.made[call];
        let client = match made.socket.or(made.born) {
            Some(socket) => self.order.sockets[socket].client,
            // Such as poll(2): that of the program.
            None => {
                let others = self.order.made.iter();
                let others = others.filter(|other| other.program == made.program);
                let mut sockets = others.filter_map(|other| other.born);
                sockets.next().and_then(|socket| self.order.sockets[socket].client)
            }
        };
        Event {
            thread: made.thread,
            ..Event::new(
                &self.side(client),
                kind,
                self.kernel.name(text),
                Some(said.at.clone()),
            )
        }
    }

    fn packet(&self, index: usize, packet: usize, connection: Option<usize>) -> Event {
        let sockets = &self.order.sockets;
        let text = self.order.packet_text(self.raw, packet, connection);
        let packet = &self.raw.packets[packet];
        let (by_client, client) = match connection {
            Some(id) => {
                let (port, [socket, _]) = self.order.connection(id);
                (port == packet.from, socket.and_then(|socket| sockets[socket].client))
            }
            None => {
                let client = sockets.iter().find(|socket| socket.client.is_some());
                let sends = client.is_some_and(|client| client.port == packet.from);
                let by_client = sends && !matches!(packet.what, What::Unreachable);
                (by_client, client.and_then(|client| client.client))
            }
        };
        let [from, to] = if by_client { [client, None] } else { [None, client] };
        // Nobody answers it.
        let lost = text == "SYN"
            && !self.order.nodes.iter().any(|next| match next.what {
                Happened::Packet(answer, _) => {
                    let answers = self.raw.packets[answer].to == packet.from;
                    answers && next.causes.first() == Some(&index)
                }
                _ => false,
            });
        let kind = if lost { Kind::Lost } else { Kind::Packet };
        Event { to: Some(self.side(to)), ..Event::new(&self.side(from), kind, text, None) }
    }
}

impl Event {
    fn new(side: &str, kind: Kind, text: String, at: Option<String>) -> Self {
        let (side, to, by, after, sockets) = (side.into(), None, None, None, Vec::new());
        Self { step: 0, side, kind, text, at, thread: 0, to, by, after, sockets }
    }
}

/// The order of magnitude of a time that a timer has taken; none if it was none.
fn magnitude(nanoseconds: u64) -> Option<&'static str> {
    match nanoseconds / 1_000_000 {
        0..10 => None,
        10..900 => Some("tens of milliseconds"),
        _ => Some("a second"),
    }
}
