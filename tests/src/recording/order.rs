//! What caused what, and the one order of all events that follows from it.

use std::collections::HashMap;

use super::strace::{Call, Thread};
use super::tcpdump::{Packet, What};

/// What was recorded, as it was.
#[derive(Debug)]
pub(super) struct Raw {
    pub programs: Vec<Program>,
    pub packets: Vec<Packet>,
    /// The moments at which nothing happened any more, see the rule of [`super`].
    pub marks: Vec<Mark>,
}

impl Raw {
    /// Whether the machine was so busy that an end sent something again, or that packets
    /// overtook each other: then the last one meets no socket any more, and gets a reset.
    pub fn is_disturbed(&self) -> bool {
        self.packets.iter().enumerate().any(|(index, packet)| {
            let before = &self.packets[..index];
            let is =
                |a: u16, b: u16| move |other: &&Packet| (other.from, other.to) == (a, b);
            let mut same = before.iter().filter(is(packet.from, packet.to));
            let mut opposite = before.iter().filter(is(packet.to, packet.from));
            let mut both_ended = || {
                same.clone().any(|other| other.has('F'))
                    && opposite.any(|other| other.has('F'))
            };
            let carries = packet.length > 0 || packet.has('F');
            let answers = packet.has('S') && packet.has('.');
            match packet.what {
                What::Tcp { .. } if packet.has('R') => both_ended(),
                What::Tcp { .. } if carries || answers => same.any(|other| {
                    other.seq() == packet.seq() && other.length == packet.length
                }),
                _ => false,
            }
        })
    }
}

/// A program that was run.
#[derive(Debug)]
pub(super) struct Program {
    pub threads: Vec<Thread>,
}

impl Program {
    /// Whether each of its threads waits, and will do so until something happens.
    pub fn waits(&self) -> bool {
        let traced = |id: i64| self.threads.iter().any(|thread| i64::from(thread.id) == id);
        let made = self.threads.iter().flat_map(|thread| &thread.calls);
        let mut made = made.filter(|call| call.name == "pthread_create");
        !self.threads.is_empty()
            && self.threads.iter().all(Thread::is_blocked)
            && made.all(|call| call.returned.is_none_or(traced))
    }
}

/// A moment at which every thread waited: the time, and the complete lines of each thread.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub time: u64,
    pub lines: HashMap<u32, usize>,
}

/// A call with the socket that it is about.
pub(super) struct Made<'a> {
    pub call: &'a Call,
    pub socket: Option<usize>,
    /// The socket that it has made: socket(2), accept(2).
    pub born: Option<usize>,
    /// The program, and the thread in it.
    pub program: usize,
    pub thread: usize,
    step: [usize; 2],
    /// The nodes: when it was made, when it returned.
    nodes: [usize; 2],
}

/// A socket with a descriptor.
#[derive(Default)]
pub(super) struct Socket {
    pub fd: i32,
    /// Whether it is one of TCP.
    pub stream: bool,
    pub listens: bool,
    /// The number of the client whose socket it is, counted from 0.
    pub client: Option<usize>,
    /// Its own port, and that of the other end if it has one.
    pub port: u16,
    pub peer: u16,
}

/// A connection: its two sockets, what the two ends have sent.
struct Connection {
    port: u16,
    sockets: [Option<usize>; 2],
    /// The initial sequence numbers.
    start: [u32; 2],
    /// The sequence number behind the last byte, and behind the end.
    sent: [u32; 2],
    finished: [Option<u32>; 2],
    /// The nodes of what answers a SYN, and of the ACK after it.
    syn_ack: Option<usize>,
    established: Option<usize>,
    syns: Vec<usize>,
    /// The nodes of what carries data, with the number of bytes up to the end of each.
    data: [Vec<(u32, usize)>; 2],
    fin: [Option<usize>; 2],
    reset: Option<usize>,
    last: [Option<usize>; 2],
}

/// What caused a packet, as [`Node`] has it.
#[derive(Default)]
struct Cause {
    causes: Vec<usize>,
    connection: Option<usize>,
    after: Option<u64>,
}

/// What happened at one moment.
pub(super) struct Node {
    pub what: Happened,
    pub step: usize,
    /// What had to happen before; the first of a packet is what caused it, and so is that of a
    /// call that waited.
    pub causes: Vec<usize>,
    /// What it comes after, though the clock need not say so.
    follows: Option<usize>,
    /// Whether the lesson shows it.
    pub shown: bool,
    /// The time, or the times between which it was.
    time: [u64; 2],
    /// Whether a timer of the kernel has sent it, and so long after what came before, in
    /// nanoseconds.
    pub after: Option<u64>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Happened {
    /// A call that did not have to wait.
    Call(usize),
    Wait(usize),
    Return(usize),
    /// A packet, and the connection that it belongs to.
    Packet(usize, Option<usize>),
}

/// All that happened, in order.
pub(super) struct Order<'a> {
    pub made: Vec<Made<'a>>,
    pub sockets: Vec<Socket>,
    pub nodes: Vec<Node>,
    /// The nodes, in order.
    pub order: Vec<usize>,
    connections: Vec<Connection>,
}

impl<'a> Order<'a> {
    /// Finds the order.
    ///
    /// # Errors
    ///
    /// Something happened before its cause.
    pub fn of(raw: &'a Raw) -> Result<Self, String> {
        let mut order = Self {
            made: Vec::new(),
            sockets: Vec::new(),
            nodes: Vec::new(),
            order: Vec::new(),
            connections: Vec::new(),
        };
        order.find_calls(raw);
        order.find_sockets(raw);
        order.make_call_nodes(raw);
        order.make_packet_nodes(raw);
        order.find_what_woke(raw)?;
        order.hold_to_the_clock()?;
        order.hide();
        order.sort()?;
        Ok(order)
    }

    /// The client's port of a connection, and its two sockets.
    pub fn connection(&self, id: usize) -> (u16, [Option<usize>; 2]) {
        (self.connections[id].port, self.connections[id].sockets)
    }

    /// A packet in words. That it acknowledges something is said where this changes a state.
    pub fn packet_text(
        &self,
        raw: &Raw,
        index: usize,
        connection: Option<usize>,
    ) -> String {
        let packet = &raw.packets[index];
        match packet.what {
            What::Udp => return format!("datagram, {} bytes", packet.length),
            What::Unreachable => return "ICMP port unreachable".into(),
            What::Tcp { .. } => (),
        }
        let mut parts = Vec::new();
        if packet.length > 0 {
            parts.push(format!("{} bytes", packet.length));
        }
        for (flag, name) in [('S', "SYN"), ('F', "FIN"), ('R', "RST")] {
            if packet.has(flag) {
                parts.push(name.into());
            }
        }
        let first = |id: usize| {
            // Whether no packet before it has acknowledged the end.
            let connection = &self.connections[id];
            let side = usize::from(connection.port != packet.from);
            let finished = connection.finished[1 - side];
            let shown = self.nodes.iter().filter_map(|node| match node.what {
                Happened::Packet(other, Some(other_id)) if other_id == id => Some(other),
                _ => None,
            });
            let mut shown = shown.filter(|&other| raw.packets[other].from == packet.from);
            let first = shown
                .find(|&other| finished.is_some() && raw.packets[other].ack() == finished);
            first == Some(index)
        };
        let acknowledges = connection.is_some_and(first);
        if parts.is_empty()
            || packet.has('S') && packet.has('.')
            || acknowledges && !packet.has('R')
        {
            parts.push("ACK".into());
        }
        parts.join(", ")
    }

    fn find_calls(&mut self, raw: &'a Raw) {
        for (program, threads) in raw.programs.iter().enumerate() {
            for (thread, trace) in threads.threads.iter().enumerate() {
                let before = |line: usize| {
                    let lines =
                        |mark: &&Mark| mark.lines.get(&trace.id).copied().unwrap_or(0);
                    raw.marks.iter().filter(|mark| lines(mark) <= line).count()
                };
                for call in &trace.calls {
                    // A call that a mark has found waiting was made before it.
                    let left = before(call.line);
                    let waited = raw.marks.iter().filter(|mark| {
                        let lines = mark.lines.get(&trace.id);
                        lines == Some(&call.line) && call.entered < mark.time
                    });
                    let step = [left - waited.count(), left];
                    let (socket, born, nodes) = (None, None, [0; 2]);
                    self.made.push(Made {
                        call,
                        socket,
                        born,
                        program,
                        thread,
                        step,
                        nodes,
                    });
                }
            }
        }
    }

    /// Which socket a descriptor was, at the time of each call.
    fn find_sockets(&mut self, raw: &Raw) {
        let mut moments: Vec<(u64, bool, usize)> = Vec::new();
        for (index, made) in self.made.iter().enumerate() {
            moments.push((made.call.entered, false, index));
            let makes = matches!(made.call.name, "socket" | "accept");
            if let Some(left) = made.call.left.filter(|_| makes) {
                moments.push((left, true, index));
            }
        }
        moments.sort_unstable();
        let mut open: HashMap<(usize, i32), usize> = HashMap::new();
        let mut clients = 0;
        for (_, born, index) in moments {
            let (call, program) = (self.made[index].call, self.made[index].program);
            if born {
                let Some(fd) = call.returned.and_then(|fd| i32::try_from(fd).ok()) else {
                    continue;
                };
                if fd < 0 {
                    continue;
                }
                let text = call.shown.as_ref().map_or("", |said| &said.text);
                let stream = !text.contains("SOCK_DGRAM");
                let mut socket = Socket { fd, stream, ..Socket::default() };
                if call.name == "accept" {
                    let listener = self.made[index].socket;
                    socket.port = listener.map_or(0, |l| self.sockets[l].port);
                    socket.peer = call.shown.as_ref().map_or(0, |said| port(&said.text));
                }
                open.insert((program, fd), self.sockets.len());
                self.made[index].born = Some(self.sockets.len());
                self.sockets.push(socket);
                continue;
            }
            let Some(fd) = call.fd else { continue };
            let key = (program, fd);
            let Some(&id) = open.get(&key) else { continue };
            self.made[index].socket = Some(id);
            let socket = &mut self.sockets[id];
            let shown = call.shown.as_ref().or(call.announced.as_ref());
            match call.name {
                "close" => {
                    open.remove(&key);
                }
                "listen" => socket.listens = true,
                "bind" | "getsockname" if socket.port == 0 => {
                    socket.port = shown.map_or(0, |said| port(&said.text));
                }
                "connect" if socket.client.is_none() => {
                    socket.client = Some(clients);
                    clients += 1;
                    let end = call.left.unwrap_or(u64::MAX);
                    let syn = raw.packets.iter().find(|packet| {
                        let inside = (call.entered..=end).contains(&packet.time);
                        inside && packet.has('S') && !packet.has('.')
                    });
                    socket.port = syn.map_or(0, |syn| syn.from);
                    socket.peer = shown.map_or(0, |said| port(&said.text));
                }
                "send" if socket.port == 0 => {
                    let sent = raw.packets.iter().find(|packet| {
                        packet.time >= call.entered && packet.to == socket.peer
                    });
                    socket.port = sent.map_or(0, |packet| packet.from);
                }
                _ => (),
            }
        }
        // A call that is about no socket, and that nobody shows, is none of ours.
        self.made.retain(|made| {
            made.call.shown.is_some()
                || made.call.announced.is_some()
                || made.call.name == "pthread_create"
                || made.socket.or(made.born).is_some() && made.call.returned.is_some()
        });
    }

    fn make_call_nodes(&mut self, raw: &Raw) {
        let mut threads: HashMap<u32, usize> = HashMap::new();
        for index in 0..self.made.len() {
            let made = &self.made[index];
            let (call, step) = (made.call, made.step);
            let new_thread = index == 0
                || self.made[index - 1].program != made.program
                || self.made[index - 1].thread != made.thread;
            let id = raw.programs[made.program].threads[made.thread].id;
            let before = (!new_thread).then(|| self.made[index - 1].nodes[1]);
            let before: Vec<usize> =
                before.or_else(|| threads.get(&id).copied()).into_iter().collect();
            let stream = made.socket.is_some_and(|socket| self.sockets[socket].stream);
            let waits = step[0] < step[1]
                || call.returned.is_none()
                || call.name == "connect" && stream;
            let shown = call.shown.is_some() || call.announced.is_some();
            let left = call.left.unwrap_or(u64::MAX);
            let time = [call.entered, left];
            let mut node = |what, step, causes| {
                let (follows, after) = (None, None);
                self.nodes.push(Node { what, step, causes, follows, shown, time, after });
                self.nodes.len() - 1
            };
            let nodes = if !waits {
                [node(Happened::Call(index), step[1], before); 2]
            } else {
                let wait = node(Happened::Wait(index), step[0], before);
                let end = call
                    .returned
                    .map(|_| node(Happened::Return(index), step[1], vec![wait]));
                [wait, end.unwrap_or(wait)]
            };
            self.made[index].nodes = nodes;
            if let ("pthread_create", Some(id)) = (call.name, call.returned) {
                threads.insert(u32::try_from(id).unwrap_or_default(), nodes[1]);
            }
        }
        // A thread can have been read before the one that made it.
        for index in 0..self.made.len() {
            let made = &self.made[index];
            let first = self.made[..index]
                .iter()
                .all(|other| (other.program, other.thread) != (made.program, made.thread));
            let id = raw.programs[made.program].threads[made.thread].id;
            if let (true, Some(&cause)) = (first, threads.get(&id)) {
                self.nodes[made.nodes[0]].causes = vec![cause];
            }
        }
    }

    /// The sockets of the connection of a client's port.
    fn ends(&self, client: u16) -> [Option<usize>; 2] {
        let find = |is: &dyn Fn(&Socket) -> bool| self.sockets.iter().position(is);
        [
            find(&|socket| socket.client.is_some() && socket.port == client),
            find(&|socket| socket.client.is_none() && socket.peer == client),
        ]
    }

    fn make_packet_nodes(&mut self, raw: &Raw) {
        for (index, packet) in raw.packets.iter().enumerate() {
            let node = match packet.what {
                What::Tcp { .. } => self.segment(raw, index, packet),
                What::Udp => {
                    let from = self.sockets.iter().position(|s| s.port == packet.from);
                    let before = raw.packets[..index].iter();
                    let before = before.filter(|other| {
                        matches!(other.what, What::Udp) && other.from == packet.from
                    });
                    let sends = self
                        .made
                        .iter()
                        .filter(|made| made.socket == from && made.call.name == "send");
                    let cause = sends.map(|made| made.nodes[0]).nth(before.count());
                    Some(Cause { causes: cause.into_iter().collect(), ..Cause::default() })
                }
                What::Unreachable => {
                    let cause = self.nodes.iter().rposition(|node| match node.what {
                        Happened::Packet(other, _) => raw.packets[other].to == packet.from,
                        _ => false,
                    });
                    Some(Cause { causes: cause.into_iter().collect(), ..Cause::default() })
                }
            };
            let Some(Cause { causes, connection, after }) = node else { continue };
            let what = Happened::Packet(index, connection);
            let step = raw.marks.iter().filter(|mark| mark.time <= packet.time).count();
            let time = [packet.time; 2];
            let (follows, shown) = (None, true);
            self.nodes.push(Node { what, step, causes, follows, shown, time, after });
        }
    }

    /// The last call of this name on a socket before this time. A packet can be captured when
    /// the call that has sent it has returned.
    fn call_before(&self, socket: Option<usize>, name: &str, time: u64) -> Option<usize> {
        let made = self.made.iter().rfind(|made| {
            made.socket == socket && made.call.name == name && made.call.entered <= time
        });
        made.map(|made| made.nodes[0])
    }

    /// The connection of a segment and what caused it, if it belongs into the recording, and how
    /// long a timer was waited for.
    fn segment(&mut self, raw: &Raw, index: usize, packet: &Packet) -> Option<Cause> {
        let node = self.nodes.len();
        let (seq, end) = packet.seq();
        let found = |c: &Connection| c.port == packet.from || c.port == packet.to;
        let id = self.connections.iter().rposition(found);
        if packet.has('S') && !packet.has('.') {
            return match id {
                Some(id) => self.syn_again(raw, index, packet, id),
                None => Some(self.syn(packet)),
            };
        }
        let id = id?;
        let cause = |causes| Some(Cause { causes, connection: Some(id), after: None });
        let side = usize::from(self.connections[id].port != packet.from);
        let connection = &mut self.connections[id];
        let socket = connection.sockets[side];
        let before = connection.last[1 - side];
        if packet.has('S') {
            if connection.syn_ack.is_some() {
                return None;
            }
            connection.start[side] = end;
            connection.sent[side] = end;
            connection.last[side] = Some(node);
            connection.syn_ack = Some(node);
            return cause(connection.syns.last().copied().into_iter().collect());
        }
        if packet.has('R') {
            connection.reset = Some(node);
            let call = self.call_before(socket, "close", packet.time).or(before);
            return cause(call.into_iter().collect());
        }
        if side == 0 && connection.established.is_none() && packet.length == 0 {
            connection.established = Some(node);
            connection.last[side] = Some(node);
            return cause(before.into_iter().collect());
        }
        if packet.length == 0 && !packet.has('F') {
            return self.acknowledgement(raw, index, packet, id);
        }
        // What is sent again is left out.
        if connection.sent[side] != seq {
            return None;
        }
        connection.sent[side] = end;
        connection.last[side] = Some(node);
        let total = end.wrapping_sub(connection.start[side]);
        if packet.length > 0 {
            connection.data[side].push((total, node));
        }
        if packet.has('F') {
            connection.finished[side] = Some(end);
            connection.fin[side] = Some(node);
            let ends = |made: &&Made| {
                made.socket == socket
                    && (made.call.name == "close"
                        || made.call.name == "shutdown" && made.call.ends_sending)
            };
            let call = self.made.iter().filter(ends).min_by_key(|made| made.call.entered);
            return cause(call.map(|made| made.nodes[0]).into_iter().collect());
        }
        let Some(call) = self.call_that_sent(socket, total) else {
            return cause(Vec::new());
        };
        let left = call.call.left.unwrap_or(u64::MAX);
        let frees = before.filter(|_| self.is_kept_back(raw, packet, left));
        cause(frees.into_iter().chain([call.nodes[0]]).collect())
    }

    /// The first segment of a connection.
    fn syn(&mut self, packet: &Packet) -> Cause {
        let node = self.nodes.len();
        let (_, end) = packet.seq();
        let sockets = self.ends(packet.from);
        let call = self.call_before(sockets[0], "connect", packet.time);
        self.connections.push(Connection {
            port: packet.from,
            sockets,
            start: [end, 0],
            sent: [end, 0],
            finished: [None; 2],
            syn_ack: None,
            established: None,
            syns: vec![node],
            data: [Vec::new(), Vec::new()],
            fin: [None; 2],
            reset: None,
            last: [Some(node), None],
        });
        let connection = Some(self.connections.len() - 1);
        Cause { causes: call.into_iter().collect(), connection, after: None }
    }

    /// Of the SYNs that nobody answers the first two stand; the one that is answered always does.
    fn syn_again(
        &mut self,
        raw: &Raw,
        index: usize,
        packet: &Packet,
        id: usize,
    ) -> Option<Cause> {
        let mut later = raw.packets[index + 1..].iter().filter(|other| other.has('S'));
        let next = later.find(|other| other.from == packet.from || other.to == packet.from);
        let is_answered = next.is_some_and(|next| next.has('.'));
        let node = self.nodes.len();
        let connection = &mut self.connections[id];
        let &before = connection.syns.last()?;
        if connection.syns.len() > 1 && !is_answered {
            return None;
        }
        connection.syns.push(node);
        let after = Some(packet.time - self.nodes[before].time[0]);
        // The room for it was made by accept.
        let room = self.made.iter().filter(|made| {
            made.call.name == "accept" && made.call.left.is_some_and(|t| t < packet.time)
        });
        let room = room.max_by_key(|made| made.call.left).filter(|_| is_answered);
        let causes = [before].into_iter().chain(room.map(|made| made.nodes[1])).collect();
        Some(Cause { causes, connection: Some(id), after })
    }

    /// A segment that does nothing but acknowledge.
    fn acknowledgement(
        &mut self,
        raw: &Raw,
        index: usize,
        packet: &Packet,
        id: usize,
    ) -> Option<Cause> {
        let connection = &self.connections[id];
        let side = usize::from(connection.port != packet.from);
        let fin = connection.fin[1 - side];
        let fin = fin.filter(|_| packet.ack() == connection.finished[1 - side]);
        if fin.is_some() && self.alone(raw, index, packet) {
            let causes = fin.into_iter().collect();
            return Some(Cause { causes, connection: Some(id), after: None });
        }
        let before = connection.last[1 - side]?;
        let freed = self.frees(raw, index, packet, id, side)?;
        let after = Some(packet.time - self.nodes[before].time[0]);
        self.connections[id].last[side] = Some(self.nodes.len());
        Some(Cause { causes: vec![before, freed], connection: Some(id), after })
    }

    /// The call of send(2) that handed over the last one of the first bytes of a socket.
    fn call_that_sent(&self, socket: Option<usize>, bytes: u32) -> Option<&Made<'a>> {
        let mut sum = 0;
        self.made.iter().filter(|made| made.socket == socket).find(|made| {
            if made.call.name == "send" {
                sum += made.call.returned.unwrap_or(0).max(0);
            }
            sum >= i64::from(bytes)
        })
    }

    /// Whether a segment was kept back: its call has long returned when an acknowledgement of
    /// all before it sets it free.
    fn is_kept_back(&self, raw: &Raw, packet: &Packet, left: u64) -> bool {
        let (seq, _) = packet.seq();
        packet.time > left.saturating_add(10_000_000)
            && raw.packets.iter().any(|other| {
                let opposite = other.from == packet.to && other.to == packet.from;
                let between = left < other.time && other.time < packet.time;
                opposite && between && other.ack() == Some(seq)
            })
    }

    /// The call whose bytes an acknowledgement sets free, if the other end has kept some back.
    fn frees(
        &self,
        raw: &Raw,
        index: usize,
        packet: &Packet,
        id: usize,
        side: usize,
    ) -> Option<usize> {
        let connection = &self.connections[id];
        let next = raw.packets[index + 1..].iter();
        let mut next = next.filter(|next| next.from == packet.to && next.to == packet.from);
        let next = next.find(|next| next.length > 0)?;
        let (seq, end) = next.seq();
        let total = end.wrapping_sub(connection.start[1 - side]);
        let call = self.call_that_sent(connection.sockets[1 - side], total)?;
        let left = call.call.left?;
        let frees = Some(seq) == packet.ack()
            && left < packet.time
            && self.is_kept_back(raw, next, left);
        frees.then_some(call.nodes[0])
    }

    /// Whether an acknowledgement had nothing to travel with: its sender sends nothing more in
    /// this step.
    fn alone(&self, raw: &Raw, index: usize, packet: &Packet) -> bool {
        let mark = raw.marks.iter().map(|mark| mark.time).find(|time| *time > packet.time);
        let until = mark.unwrap_or(u64::MAX);
        !raw.packets[index + 1..].iter().take_while(|next| next.time < until).any(|next| {
            let same = next.from == packet.from && next.to == packet.to;
            same && (next.length > 0 || next.has('F') || next.has('R'))
        })
    }

    /// Gives each call the packet without which it would not have returned so.
    ///
    /// # Errors
    ///
    /// There is none, though there must be one: it has not been captured yet.
    fn find_what_woke(&mut self, raw: &Raw) -> Result<(), String> {
        let mut woke = Vec::new();
        for (index, made) in self.made.iter().enumerate() {
            let packets: Vec<usize> = if made.call.name == "poll" {
                let ready = made.call.shown.as_ref().map_or("", |said| &said.text);
                let ready = ready.rsplit_once(", [").map_or("", |(_, ready)| ready);
                let fds = ready.split(", ").filter_map(|fd| fd.split(':').next());
                let fds: Vec<i32> = fds.filter_map(|fd| fd.parse().ok()).collect();
                let next = |fd: i32| {
                    self.made[index + 1..].iter().enumerate().find(|(_, next)| {
                        (next.program, next.thread) == (made.program, made.thread)
                            && next.call.fd == Some(fd)
                    })
                };
                let next = fds.into_iter().filter_map(next);
                next.filter_map(|(distance, _)| self.woken_by(index + 1 + distance))
                    .collect()
            } else {
                self.woken_by(index).into_iter().collect()
            };
            if packets.is_empty() && self.needs_packet(made) || !self.is_captured(raw, made)
            {
                return Err(format!("no packet for {:?}", made.call));
            }
            // The kernel of the client wakes connect(2) just before it sends the ACK.
            let of_client =
                |c: &&Connection| made.socket.is_some() && c.sockets[0] == made.socket;
            let connection = self.connections.iter().find(of_client);
            let ack = connection.filter(|_| made.call.name == "connect");
            woke.push((
                made.nodes[1],
                packets,
                ack.and_then(|connection| connection.established),
            ));
        }
        for (node, packets, follows) in woke {
            self.nodes[node].causes.splice(0..0, packets);
            self.nodes[node].follows = follows;
        }
        Ok(())
    }

    /// Whether a call cannot have returned so without a packet.
    fn needs_packet(&self, made: &Made<'_>) -> bool {
        let returned = made.call.returned;
        let text = made.call.shown.as_ref().map_or("", |said| &said.text);
        match made.call.name {
            "connect" => {
                returned.is_some() && made.socket.is_some_and(|id| self.sockets[id].stream)
            }
            "accept" => made.born.is_some(),
            "recv" => {
                made.socket.is_some() && returned >= Some(0) || text.contains("ECONN")
            }
            _ => false,
        }
    }

    /// Whether what a call has sent was captured.
    fn is_captured(&self, raw: &Raw, made: &Made<'_>) -> bool {
        let Some(socket) = made.socket.filter(|_| made.call.name == "send") else {
            return true;
        };
        let sends = self
            .made
            .iter()
            .filter(|other| other.socket == Some(socket) && other.call.name == "send");
        let port = self.sockets[socket].port;
        if !self.sockets[socket].stream {
            let sent = raw.packets.iter().filter(|packet| packet.from == port);
            return sent.count() >= sends.count();
        }
        let bytes: i64 = sends.filter_map(|made| made.call.returned).sum();
        let found = |c: &&Connection| c.sockets.contains(&Some(socket));
        let connection = self.connections.iter().find(found);
        connection.is_some_and(|connection| {
            let side = usize::from(connection.sockets[1] == Some(socket));
            let captured = connection.data[side].last().map_or(0, |(bytes, _)| *bytes);
            i64::from(captured) >= bytes
        })
    }

    /// The packet that a call of this connection has waited for.
    fn woken_by(&self, index: usize) -> Option<usize> {
        let made = &self.made[index];
        let socket = made.socket?;
        let returned = made.call.returned?;
        let connection = |id: usize| {
            let found = |c: &&Connection| c.sockets.contains(&Some(id));
            let connection = self.connections.iter().find(found)?;
            Some((connection, usize::from(connection.sockets[1] == Some(id))))
        };
        match made.call.name {
            "accept" => connection(made.born?)?.0.established,
            "connect" => {
                let (connection, _) = connection(socket)?;
                if returned == 0 { connection.syn_ack } else { connection.reset }
            }
            "recv" => match connection(socket) {
                Some((connection, _)) if returned < 0 => connection.reset,
                Some((connection, side)) if returned == 0 => connection.fin[1 - side],
                Some((connection, side)) => {
                    let received = self.made[..index].iter().filter(|other| {
                        other.socket == Some(socket)
                            && other.call.name == "recv"
                            && !other.call.peeks
                    });
                    let before: i64 =
                        received.filter_map(|other| other.call.returned).sum();
                    let total = u32::try_from(before + returned).ok()?;
                    let data = &connection.data[1 - side];
                    data.iter().find(|(end, _)| *end >= total).map(|(_, node)| *node)
                }
                None => self.datagram_for(socket, made),
            },
            _ => None,
        }
    }

    /// The last packet for a datagram socket before a call returned.
    fn datagram_for(&self, socket: usize, made: &Made) -> Option<usize> {
        let left = made.call.left?;
        let client = self.sockets[socket].client.is_some();
        self.nodes.iter().rposition(|node| {
            let Happened::Packet(_, None) = node.what else { return false };
            let sent = node.causes.first().map(|cause| &self.nodes[*cause].what);
            let by_client = match sent {
                Some(Happened::Call(call) | Happened::Wait(call)) => {
                    let socket = self.made[*call].socket;
                    socket.is_some_and(|socket| self.sockets[socket].client.is_some())
                }
                _ => false,
            };
            node.time[0] <= left && by_client != client
        })
    }

    /// No cause is later than its effect, says the clock of the kernel.
    fn hold_to_the_clock(&self) -> Result<(), String> {
        for node in &self.nodes {
            for cause in node.causes.iter().map(|&cause| &self.nodes[cause]) {
                if cause.time[0] > node.time[1] {
                    return Err(format!("{} before {}", self.say(node), self.say(cause)));
                }
            }
        }
        Ok(())
    }

    fn say(&self, node: &Node) -> String {
        match node.what {
            Happened::Call(call) | Happened::Wait(call) | Happened::Return(call) => {
                format!("{:?} {:?}", self.made[call].call, node.time)
            }
            Happened::Packet(index, _) => format!("packet {index} {:?}", node.time),
        }
    }

    /// What the lesson does not show, and the packets that follow from it, are left out; so is
    /// all that comes behind the last line of the lesson.
    fn hide(&mut self) {
        for index in 0..self.nodes.len() {
            if let Happened::Packet(..) = self.nodes[index].what {
                let cause = self.nodes[index].causes.first();
                self.nodes[index].shown =
                    cause.is_some_and(|&cause| self.nodes[cause].shown);
            }
        }
    }

    /// Puts the nodes into order, step by step: of what can come next, first what follows from
    /// the latest event; of these a packet, then connect, whose packet it was, then what belongs
    /// to the server. What a timer sends comes when nothing else can.
    fn sort(&mut self) -> Result<(), String> {
        let mut place: Vec<Option<usize>> = vec![None; self.nodes.len()];
        let last = self.nodes.iter().map(|node| node.step).max().unwrap_or_default();
        for step in 0..=last {
            loop {
                let next = (0..self.nodes.len()).filter(|&index| {
                    let node = &self.nodes[index];
                    let mut causes = node.causes.iter().chain(&node.follows);
                    let ready = causes.all(|&cause| place[cause].is_some());
                    place[index].is_none() && node.step <= step && ready
                });
                let next = next.max_by_key(|&index| {
                    let node = &self.nodes[index];
                    let causes = node.causes.iter().chain(&node.follows);
                    let latest = causes.filter_map(|&cause| place[cause]).max();
                    let first = match self.nodes[index].what {
                        Happened::Packet(..) => 2,
                        Happened::Return(call)
                            if self.made[call].call.name == "connect" =>
                        {
                            1
                        }
                        _ => 0,
                    };
                    (node.after.is_none(), latest, first, std::cmp::Reverse(index))
                });
                let Some(next) = next else { break };
                place[next] = Some(self.order.len());
                self.order.push(next);
            }
        }
        match self.order.len() == self.nodes.len() {
            true => Ok(()),
            false => Err("causes go round in a circle".into()),
        }
    }
}

/// The last port of a text: `accept(3) = 4, 127.0.0.1:51734`.
pub(super) fn port(text: &str) -> u16 {
    let (_, port) = text.rsplit_once(':').unwrap_or_default();
    port.split(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap_or_default()
        .parse()
        .unwrap_or(0)
}
