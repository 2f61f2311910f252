//! What the kernel knows of each socket after each event: derived from the calls and the
//! packets by the rules of RFC 9293, section 3.3.2, and of listen(2).

use std::collections::{HashMap, HashSet};

use super::order::{Happened, Order, Raw, Socket};
use super::tcpdump::Packet;
use crate::Row;

/// A socket of the kernel; a program need not have a descriptor for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    pub client: Option<usize>,
    pub fd: Option<i32>,
    /// None if it is gone.
    pub row: Option<Row>,
    pub stream: bool,
    /// Whether this end has sent FIN, and whether that was acknowledged.
    finished: Option<u32>,
    /// Bytes that were handed over, and those that were acknowledged.
    sent: u32,
    acknowledged: u32,
}

/// All sockets, and how they are connected.
#[derive(Default)]
pub(super) struct Kernel {
    pub known: Vec<Known>,
    /// Of each socket with a descriptor.
    of_socket: HashMap<usize, usize>,
    /// The two ends of each connection.
    of_connection: HashMap<usize, [Option<usize>; 2]>,
    /// The initial sequence numbers.
    starts: HashMap<usize, [u32; 2]>,
    /// The name of each port.
    ports: HashMap<u16, u16>,
    /// The clients' ports of the connections on which a packet was kept back.
    kept_back: HashSet<u16>,
}

impl Kernel {
    /// A kernel that knows of no socket yet, and the names of the ports: that of the server is
    /// 4444, those of the clients 51734, 51735 ..., in the order in which they connect.
    pub fn new(raw: &Raw, order: &Order<'_>) -> Self {
        let first = raw.packets.first().map(|packet| packet.to);
        let bound = order.sockets.iter().find(|socket| socket.client.is_none());
        let server = first.or(bound.map(|socket| socket.port)).unwrap_or_default();
        let mut ports = HashMap::from([(server, 4444)]);
        for packet in &raw.packets {
            let next = 51733 + u16::try_from(ports.len()).expect("few ports");
            ports.entry(packet.from).or_insert(next);
        }
        let kept_back = order.nodes.iter().filter_map(|node| match node.what {
            Happened::Packet(index, Some(id)) if !raw.packets[index].has('S') => {
                node.after.map(|_| order.connection(id).0)
            }
            _ => None,
        });
        let kept_back = kept_back.collect();
        Self { ports, kept_back, ..Self::default() }
    }

    /// A text with the names of the ports.
    pub fn name(&self, text: &str) -> String {
        let mut parts = text.split(':');
        let mut named = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            let name = number.parse().ok().and_then(|number: u16| self.ports.get(&number));
            named += ":";
            named += &name.map_or(number.to_owned(), u16::to_string);
            named += rest;
        }
        named
    }

    fn address(&self, port: u16) -> String {
        let name = self.ports.get(&port).copied().unwrap_or(port);
        if name == 0 { "0.0.0.0:*".into() } else { format!("127.0.0.1:{name}") }
    }

    /// Does what has happened.
    pub fn apply(&mut self, raw: &Raw, order: &Order<'_>, what: Happened) {
        match what {
            Happened::Call(call) | Happened::Return(call) => self.call(order, call),
            Happened::Wait(_) => (),
            Happened::Packet(index, Some(connection)) => {
                self.segment(raw, order, index, connection);
            }
            Happened::Packet(_, None) => (),
        }
    }

    fn call(&mut self, order: &Order<'_>, call: usize) {
        let made = &order.made[call];
        let returned = made.call.returned.unwrap_or(-1);
        if made.call.name == "socket" {
            let Some(id) = made.born else { return };
            let socket = &order.sockets[id];
            let mut known = Known::new(socket.client, "UNCONN");
            known.fd = Some(socket.fd);
            known.stream = socket.stream;
            self.of_socket.insert(id, self.known.len());
            self.known.push(known);
            return;
        }
        let Some(id) = made.socket else { return };
        let Some(&place) = self.of_socket.get(&id) else { return };
        let socket = &order.sockets[id];
        let (local, peer) = (self.address(socket.port), self.address(socket.peer));
        let known = &mut self.known[place];
        match made.call.name {
            _ if returned < 0 => (),
            "bind" => known.row_mut().local = local,
            "listen" => {
                let said = made.call.shown.as_ref().expect("it is shown");
                let backlog = said.text.split([' ', ')']).nth(1).expect("a number");
                known.row_mut().state = "LISTEN".into();
                known.row_mut().send_q = backlog.parse().ok();
            }
            "connect" if !known.stream => {
                *known.row_mut() = row("ESTAB", local, peer);
            }
            "send" if known.stream => {
                known.sent += u32::try_from(returned).unwrap_or_default();
                if made.call.shown.is_none() {
                    known.acknowledged = known.sent;
                }
                let ports = [socket.port, socket.peer];
                if ports.iter().any(|port| self.kept_back.contains(port)) {
                    known.row_mut().send_q = Some(known.sent - known.acknowledged);
                }
            }
            "recv" if known.stream && !made.call.peeks => {
                let read = u32::try_from(returned).unwrap_or_default();
                let queue = &mut known.row_mut().recv_q;
                *queue = queue.map(|queue| queue.saturating_sub(read));
            }
            "accept" => {
                let queue = &mut known.row_mut().recv_q;
                *queue = queue.map(|queue| queue.saturating_sub(1));
                let Some(born) = made.born else { return };
                let ends = self.of_connection.values().find(|ends| {
                    let known = ends[1].map(|end| &self.known[end]);
                    known.is_some_and(|known| {
                        let row = known.row.as_ref();
                        let peer = self.address(order.sockets[born].peer);
                        row.is_some_and(|row| row.peer == peer)
                    })
                });
                let Some(&[_, Some(end)]) = ends else { return };
                self.known[end].fd = Some(order.sockets[born].fd);
                self.of_socket.insert(born, end);
            }
            "close" => {
                known.fd = None;
                let gone = |row: &Row| ["UNCONN", "LISTEN"].contains(&row.state.as_str());
                if known.row.as_ref().is_some_and(gone) || !known.stream {
                    known.row = None;
                }
            }
            _ => (),
        }
    }

    /// A segment is sent by one end and received by the other.
    fn segment(&mut self, raw: &Raw, order: &Order<'_>, index: usize, id: usize) {
        let packet = &raw.packets[index];
        let (port, sockets) = order.connection(id);
        let side = usize::from(port != packet.from);
        let client = sockets[0].and_then(|socket| self.of_socket.get(&socket)).copied();
        let [_, server] = self.of_connection.entry(id).or_insert([client, None]);
        if packet.has('S') && side == 1 {
            *server = Some(self.known.len());
            self.known.push(Known::new(None, "SYN-RECV"));
        }
        let ends = [client, *server];
        let (sender, receiver) = (ends[side], ends[1 - side]);
        let starts = self.starts.entry(id).or_insert([0; 2]);
        let (_, end) = packet.seq();
        if packet.has('S') {
            starts[side] = end;
        }
        let (sent, start) = (end.wrapping_sub(starts[side]), starts[1 - side]);
        if packet.has('R') {
            for end in [sender, receiver].into_iter().flatten() {
                self.known[end].reset();
            }
            return;
        }
        if let Some(sender) = sender {
            let addresses = [self.address(packet.from), self.address(packet.to)];
            self.known[sender].send(packet, sent, addresses);
        }
        let Some(receiver) = receiver else { return };
        let counted = self.kept_back.contains(&port);
        let established = self.known[receiver].receive(packet, start, counted);
        if established {
            let listens = |socket: &Socket| socket.listens && socket.port == packet.to;
            let listener = order.sockets.iter().position(listens);
            if let Some(listener) = listener.and_then(|id| self.of_socket.get(&id)) {
                let queue = &mut self.known[*listener].row_mut().recv_q;
                *queue = queue.map(|queue| queue + 1);
            }
        }
    }

    /// The rows as `ss -tan` shows them: without sockets that are neither connected nor listen.
    pub fn ss(&self) -> Vec<Row> {
        let streams = self.known.iter().filter(|known| known.stream);
        let rows = streams.filter_map(|known| known.row.clone());
        let mut rows: Vec<Row> = rows.filter(|row| row.state != "UNCONN").collect();
        rows.retain(|row| row.local != any());
        sorted(rows)
    }

    /// Rows of ss(8) with the names of the ports.
    pub fn named(&self, mut rows: Vec<Row>) -> Vec<Row> {
        for row in &mut rows {
            row.local = self.name(&row.local);
            row.peer = self.name(&row.peer);
        }
        sorted(rows)
    }
}

impl Known {
    fn new(client: Option<usize>, state: &str) -> Self {
        Self {
            client,
            fd: None,
            row: Some(row(state, any(), any())),
            stream: true,
            finished: None,
            sent: 0,
            acknowledged: 0,
        }
    }

    /// Sends a segment; `sent` is the number of bytes up to its end.
    fn send(&mut self, packet: &Packet, sent: u32, [local, peer]: [String; 2]) {
        if packet.has('S') {
            let state = if packet.has('.') { "SYN-RECV" } else { "SYN-SENT" };
            *self.row_mut() = row(state, local, peer);
            self.row_mut().send_q = Some(u32::from(!packet.has('.')));
        }
        if packet.has('F') {
            self.finished = Some(sent);
            self.row_mut().send_q = Some(1);
            self.go(|state| match state {
                "ESTAB" => "FIN-WAIT-1",
                "CLOSE-WAIT" => "LAST-ACK",
                other => other,
            });
        }
    }

    /// Receives a segment, of one who calls our first byte `start`; `counted` is whether Send-Q
    /// counts what was not acknowledged. Tells whether a server's end is now connected.
    fn receive(&mut self, packet: &Packet, start: u32, counted: bool) -> bool {
        let accepts = self.is("SYN-RECV");
        self.go(|state| match state {
            "SYN-SENT" if packet.has('.') => "ESTAB",
            "SYN-RECV" => "ESTAB",
            other => other,
        });
        if let Some(ack) = packet.ack().filter(|_| start != 0) {
            let acknowledged = ack.wrapping_sub(start);
            self.acknowledged = self.acknowledged.max(acknowledged.min(self.sent));
            let all = self.finished.is_none_or(|finished| acknowledged >= finished);
            let queue =
                if counted { self.sent - self.acknowledged } else { u32::from(!all) };
            self.row_mut().send_q = Some(queue);
            if all && self.finished.is_some() {
                self.go(|state| match state {
                    "FIN-WAIT-1" => "FIN-WAIT-2",
                    "CLOSING" => "TIME-WAIT",
                    "LAST-ACK" => "",
                    other => other,
                });
            }
        }
        if let Some(row) = &mut self.row {
            row.recv_q = row.recv_q.map(|queue| queue + packet.length);
        }
        if packet.has('F') {
            self.go(|state| match state {
                "ESTAB" => "CLOSE-WAIT",
                "FIN-WAIT-1" => "CLOSING",
                "FIN-WAIT-2" => "TIME-WAIT",
                other => other,
            });
        }
        accepts
    }

    /// The connection is gone; a socket with a descriptor stays until close(2).
    fn reset(&mut self) {
        let local = self.row.take().map(|row| row.local);
        if self.fd.is_some() {
            self.row = Some(row("UNCONN", local.unwrap_or_else(any), any()));
        }
    }

    fn row_mut(&mut self) -> &mut Row {
        self.row.get_or_insert_with(|| row("UNCONN", any(), any()))
    }

    fn is(&self, state: &str) -> bool {
        self.row.as_ref().is_some_and(|row| row.state == state)
    }

    /// Goes into another state; without a name the socket is gone.
    fn go<'a>(&mut self, next: impl FnOnce(&'a str) -> &'a str) {
        const STATES: [&str; 10] = [
            "SYN-SENT",
            "SYN-RECV",
            "ESTAB",
            "FIN-WAIT-1",
            "FIN-WAIT-2",
            "CLOSING",
            "TIME-WAIT",
            "CLOSE-WAIT",
            "LAST-ACK",
            "UNCONN",
        ];
        let Some(row) = &mut self.row else { return };
        let Some(state) = STATES.iter().find(|state| **state == row.state) else { return };
        match next(state) {
            "" => self.row = None,
            state => row.state = state.into(),
        }
    }
}

fn row(state: &str, local: String, peer: String) -> Row {
    Row { state: state.into(), recv_q: Some(0), send_q: Some(0), local, peer }
}

fn any() -> String {
    "0.0.0.0:*".into()
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}
