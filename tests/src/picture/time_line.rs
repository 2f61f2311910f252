//! The lines of a time line, from top to bottom.
//!
//! A call stands in the line of the packet that it sends, and a call that waited in the line of
//! the packet that woke it. accept(2) has a line of its own: the connection was there before.

use crate::recording::{Event, Kind, Recording};

/// How a recording is drawn.
pub(super) struct Style {
    /// Without what is the same in every picture: how sockets are made, and the three packets of
    /// the handshake one by one.
    pub brief: bool,
    /// With the queue of the listening socket.
    pub queue: bool,
    /// The number of steps.
    pub steps: usize,
}

/// What stands beside each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub server: Cell,
    pub client: Cell,
    pub wire: Option<Wire>,
    /// The number of connections in the queue, if it is now another one.
    pub queue: Option<u32>,
    /// The client of this line, counted from 1.
    pub number: Option<usize>,
}

/// One end.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    pub call: String,
    /// The state of the socket that is now in another one.
    pub state: String,
}

/// A packet, or what stands for some of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wire {
    Packet {
        text: String,
        to_server: bool,
        lost: bool,
    },
    /// The three packets that set a connection up.
    Handshake,
    /// Time goes by.
    Pause(String),
}

/// Draws a recording.
pub(super) fn lines(recording: &Recording, style: &Style) -> Vec<Line> {
    let mut picture = Lines {
        recording,
        style,
        lines: Vec::new(),
        of_event: vec![None; recording.events.len()],
        states: Vec::new(),
        queue: 0,
        passed: Line::default(),
    };
    for (index, event) in recording.events.iter().enumerate() {
        if event.step < style.steps {
            picture.add(index, event);
        }
    }
    picture.lines
}

struct Lines<'a> {
    recording: &'a Recording,
    style: &'a Style,
    lines: Vec<Line>,
    of_event: Vec<Option<usize>>,
    /// The descriptor and the state of each socket.
    states: Vec<(Option<i32>, String)>,
    queue: u32,
    /// The states that a short handshake went through.
    passed: Line,
}

impl Lines<'_> {
    fn add(&mut self, index: usize, event: &Event) {
        let change = self.changes(event);
        match event.kind {
            // That connect(2) waits for the answer to its SYN is the point of its line.
            Kind::SilentWait if event.text.starts_with("connect") => {
                self.call(index, event, change);
            }
            Kind::Row | Kind::SilentWait => (),
            Kind::Packet | Kind::Lost => self.packet(index, event, change),
            Kind::Call | Kind::Wait | Kind::Return => self.call(index, event, change),
        }
    }

    fn packet(&mut self, index: usize, event: &Event, change: Line) {
        let cause = event.by.map(|by| &self.recording.events[by]);
        if self.is_in_handshake(event) && self.style.brief {
            join(&mut self.passed, change);
            if event.text != "ACK" {
                return;
            }
            let passed = std::mem::take(&mut self.passed);
            let line = Line { wire: Some(Wire::Handshake), ..passed };
            self.of_event[index] = Some(self.lines.len());
            self.lines.push(line);
            return;
        }
        if let Some(after) = &event.after {
            let wire = Some(Wire::Pause(after.clone()));
            self.lines.push(Line { wire, ..Line::default() });
        }
        let to_server = event.side != "server";
        let wire = Wire::Packet {
            text: event.text.clone(),
            to_server,
            lost: event.kind == Kind::Lost,
        };
        let place = self.lines.len().saturating_sub(1);
        let joins = cause.is_some_and(|cause| cause.kind != Kind::Packet)
            && event.by.and_then(|by| self.of_event[by]) == Some(place)
            && self.lines[place].wire.is_none();
        if joins {
            let line = &mut self.lines[place];
            line.wire = Some(wire);
            join(line, change);
            self.of_event[index] = Some(place);
        } else {
            self.of_event[index] = Some(self.lines.len());
            self.lines.push(Line { wire: Some(wire), ..change });
        }
    }

    fn call(&mut self, index: usize, event: &Event, mut change: Line) {
        let (name, rest) = event.text.split_once('(').unwrap_or((&event.text, ""));
        let asks = ["getsockname", "fcntl"].contains(&name)
            || name == "setsockopt" && !rest.contains("NODELAY");
        let begins = ["socket", "bind"].contains(&name)
            || name == "connect" && event.text.ends_with("...") && !self.waits_long(index);
        if asks || self.style.brief && begins {
            return;
        }
        let server = event.side == "server";
        let cell = if server { &mut change.server } else { &mut change.client };
        cell.call = short(&event.text);
        let woken = event.by.and_then(|by| self.of_event[by]);
        let place = match name {
            "connect" if event.kind == Kind::Return => {
                let is_ack = |line: &Line| match &line.wire {
                    Some(Wire::Packet { text, .. }) => text == "ACK" || text == "RST",
                    Some(Wire::Handshake) => true,
                    _ => false,
                };
                let last = self.lines.len().checked_sub(1);
                last.filter(|&last| is_ack(&self.lines[last]))
            }
            "accept" | "poll" => None,
            _ => woken,
        };
        let call = |line: &Line| {
            let cell = if server { &line.server } else { &line.client };
            !cell.call.is_empty() || line.number != change.number && !server
        };
        match place.filter(|&place| !self.lines[place..].iter().any(call)) {
            Some(place) => {
                join(&mut self.lines[place], change);
                self.of_event[index] = Some(place);
            }
            None => {
                self.of_event[index] = Some(self.lines.len());
                self.lines.push(change);
            }
        }
    }

    /// Whether connect(2) waits for more than the handshake.
    fn waits_long(&self, index: usize) -> bool {
        self.recording.events[index..]
            .iter()
            .any(|event| event.by == Some(index) && event.kind == Kind::Lost)
    }

    fn is_in_handshake(&self, event: &Event) -> bool {
        let events = &self.recording.events;
        let by = event.by.map(|by| &events[by]);
        match event.text.as_str() {
            "SYN" => event.kind == Kind::Packet && event.after.is_none(),
            "SYN, ACK" => by.is_some_and(|by| by.after.is_none()),
            "ACK" => {
                let by = by.filter(|by| by.text == "SYN, ACK");
                by.and_then(|by| by.by).is_some_and(|by| events[by].after.is_none())
            }
            _ => false,
        }
    }

    /// The states that are new, and whose line it is.
    fn changes(&mut self, event: &Event) -> Line {
        let number = |side: &str| side.strip_prefix("client ")?.parse().ok();
        let mut line = Line {
            number: number(&event.side).or(event.to.as_deref().and_then(number)),
            ..Line::default()
        };
        for change in &event.sockets {
            let state = change.row.as_ref().map_or("closed", |row| &row.state);
            if state == "LISTEN" {
                let waiting = change.row.as_ref().and_then(|row| row.recv_q).unwrap_or(0);
                if self.style.queue && waiting != self.queue {
                    line.queue = Some(waiting);
                    self.queue = waiting;
                }
            }
            let known = (change.fd, state.to_owned());
            self.states
                .resize(self.states.len().max(change.socket + 1), Default::default());
            if self.states[change.socket] == known {
                continue;
            }
            let closed = change.row.is_none() && self.states[change.socket].1 == "UNCONN";
            self.states[change.socket] = known;
            let fd = change.fd.map_or("-".into(), |fd| fd.to_string());
            match change.side.as_str() {
                _ if closed => (),
                "server" => line.server.state = format!("{fd} {state}"),
                _ => line.client.state = state.into(),
            }
        }
        line
    }
}

fn join(line: &mut Line, change: Line) {
    for (old, new) in [(&mut line.server, change.server), (&mut line.client, change.client)]
    {
        if !new.call.is_empty() {
            old.call = new.call;
        }
        if !new.state.is_empty() {
            old.state = new.state;
        }
    }
    line.queue = change.queue.or(line.queue);
    line.number = line.number.or(change.number);
}

/// A call without addresses and sizes: `accept(3) = 4`, `poll(3, 4) = 1, [4: POLLIN]`.
fn short(call: &str) -> String {
    let (name, rest) = call.split_once('(').unwrap_or((call, ""));
    let (arguments, result) = match rest.split_once(") = ") {
        Some((arguments, result)) => (arguments, format!(" = {result}")),
        None => match rest.strip_suffix(") ...") {
            Some(arguments) => (arguments, " ...".into()),
            None => (rest.trim_end_matches(')'), String::new()),
        },
    };
    if name == "poll" {
        let arguments = if result == " ..." { arguments } else { "" };
        return format!("{name}({arguments}){result}");
    }
    let first = arguments.split(", ").next().filter(|first| first.parse::<i32>().is_ok());
    let kept = arguments.split(", ").skip(1).filter(|argument| {
        name == "listen" || ["SHUT_WR", "TCP_NODELAY", "MSG_PEEK"].contains(argument)
    });
    let arguments: Vec<&str> = first.into_iter().chain(kept).collect();
    let result = result.split([',', '(']).next().unwrap_or_default().trim_end();
    format!("{name}({}){result}", arguments.join(", "))
}
