//! The states of TCP that the recordings went through.

use std::collections::BTreeMap;

use super::Picture;
use super::svg::{frame, text, tip};
use crate::recording::{Event, Kind, Recording};

/// The edges of figure 5 of RFC 9293, in the names of ss(8), and those of section 3.10.7 that a
/// reset takes; `CLOSED` is a socket that is not connected, or that is gone. Behind each stands
/// what makes it, where no recording does.
const EDGES: [(&str, &str, &str); 22] = [
    ("CLOSED", "LISTEN", "listen"),
    ("LISTEN", "SYN-RECV", "SYN received"),
    ("LISTEN", "CLOSED", "close"),
    ("LISTEN", "SYN-SENT", "send"),
    ("CLOSED", "SYN-SENT", "connect"),
    ("SYN-SENT", "SYN-RECV", "SYN received"),
    ("SYN-SENT", "ESTAB", "SYN, ACK received"),
    ("SYN-SENT", "CLOSED", "RST received"),
    ("SYN-RECV", "ESTAB", "ACK received"),
    ("SYN-RECV", "FIN-WAIT-1", "close"),
    ("SYN-RECV", "LISTEN", "RST received"),
    ("ESTAB", "FIN-WAIT-1", "close"),
    ("ESTAB", "CLOSE-WAIT", "FIN received"),
    ("ESTAB", "CLOSED", "RST received"),
    ("FIN-WAIT-1", "FIN-WAIT-2", "ACK received"),
    ("FIN-WAIT-1", "CLOSING", "FIN received"),
    ("FIN-WAIT-1", "TIME-WAIT", "FIN, ACK received"),
    ("FIN-WAIT-2", "TIME-WAIT", "FIN received"),
    ("CLOSING", "TIME-WAIT", "ACK received"),
    ("CLOSE-WAIT", "LAST-ACK", "close"),
    ("LAST-ACK", "CLOSED", "ACK received"),
    ("TIME-WAIT", "CLOSED", "2 MSL later"),
];

/// An edge: from, to.
type Edge = (String, String);

/// What has taken each edge, and in which recordings.
fn taken(recordings: &[Recording]) -> BTreeMap<Edge, (Vec<String>, Vec<String>)> {
    let mut taken: BTreeMap<Edge, (Vec<String>, Vec<String>)> = BTreeMap::new();
    for recording in recordings {
        let mut states: Vec<String> = Vec::new();
        for event in &recording.events {
            for change in &event.sockets {
                let state = change.row.as_ref().map_or("CLOSED", |row| &row.state);
                let state = if state == "UNCONN" { "CLOSED" } else { state };
                let is_new = change.socket >= states.len();
                states.resize(states.len().max(change.socket + 1), "CLOSED".into());
                let before = if is_new && state == "SYN-RECV" {
                    "LISTEN"
                } else {
                    &states[change.socket]
                };
                let is_datagram = state == "ESTAB" && before == "CLOSED";
                if before != state && !is_datagram && !is_end_of_datagram(before, event) {
                    let edge = (before.to_owned(), state.to_owned());
                    let (causes, seen) = taken.entry(edge).or_default();
                    let cause = cause(recording, event, &change.side);
                    if !causes.contains(&cause) {
                        causes.push(cause);
                    }
                    if !seen.contains(&recording.name) {
                        seen.push(recording.name.clone());
                    }
                }
                states[change.socket] = state.into();
            }
        }
    }
    taken
}

/// A datagram socket is shown as ESTAB, and it has no states of TCP.
fn is_end_of_datagram(before: &str, event: &Event) -> bool {
    before == "ESTAB" && event.kind != Kind::Packet
}

/// What makes a socket of this side go into another state: `shutdown: FIN sent`, `FIN received`.
fn cause(recording: &Recording, event: &Event, side: &str) -> String {
    let name = |event: &Event| event.text.split('(').next().unwrap_or_default().to_owned();
    let call = event.by.map(|by| &recording.events[by]);
    let call = call.filter(|call| !matches!(call.kind, Kind::Packet | Kind::Lost));
    match event.kind {
        Kind::Packet | Kind::Lost if event.side != side => {
            let carries = if event.text.contains("bytes") { "ACK" } else { &event.text };
            format!("{carries} received")
        }
        Kind::Packet | Kind::Lost => match call {
            Some(call) => format!("{}: {} sent", name(call), event.text),
            None if event.text == "SYN, ACK" => "SYN received: SYN, ACK sent".into(),
            None => format!("{} sent", event.text),
        },
        _ => name(event),
    }
}

/// Draws them, as text and as SVG.
pub(super) fn picture(recordings: &[Recording]) -> Picture {
    let taken = taken(recordings);
    let edges: Vec<(&str, &str, String, bool, Vec<String>)> = EDGES
        .iter()
        .map(|&(from, to, otherwise)| match taken.get(&(from.into(), to.into())) {
            Some((causes, seen)) => (from, to, label(causes), true, seen.clone()),
            None => (from, to, otherwise.to_owned(), false, Vec::new()),
        })
        .collect();
    for edge in taken.keys() {
        let known = |(from, to, _): &(&str, &str, &str)| (*from, *to) == (&edge.0, &edge.1);
        assert!(EDGES.iter().any(known), "RFC 9293 has no {edge:?}");
    }
    let mut lines = String::from(
        "FROM         TO           BY WHAT                             SEEN IN\n\n",
    );
    let mut words = String::new();
    for (from, to, by, seen, names) in &edges {
        let names = match names.as_slice() {
            _ if !*seen => "(only in RFC 9293)".to_owned(),
            [name] => name.clone(),
            [name, rest @ ..] => format!("{name} and {} more", rest.len()),
            [] => String::new(),
        };
        lines += &format!("{from:<12} {to:<12} {by:<35} {names}\n");
        words += &format!(
            "\n{from} to {to}: {by}{}.",
            if *seen { "" } else { " (not recorded)" }
        );
    }
    Picture { name: "states".into(), text: lines, svg: draw(&edges, &(words + "\n")) }
}

fn label(causes: &[String]) -> String {
    // shutdown: FIN sent, close: FIN sent.
    let mut goes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for cause in causes {
        let (call, packet) = cause.split_once(": ").unwrap_or(("", cause));
        goes.entry(packet).or_default().push(call);
    }
    let parts = goes.iter().map(|(packet, calls)| match calls.join(" or ") {
        calls if calls.is_empty() => (*packet).to_owned(),
        calls => format!("{calls}: {packet}"),
    });
    let mut parts: Vec<String> = parts.collect();
    // One word for both forms of the same packet.
    if parts.contains(&"FIN received".to_owned()) {
        parts.retain(|part| part != "FIN, ACK received");
    }
    for part in &mut parts {
        *part = part.replace("FIN, ACK sent", "FIN sent");
    }
    parts.dedup();
    parts.join("; ")
}

/// The place of each state: its middle.
const PLACES: [(&str, f64, f64); 12] = [
    ("CLOSED", 640.0, 130.0),
    ("LISTEN", 430.0, 300.0),
    ("SYN-RECV", 200.0, 470.0),
    ("SYN-SENT", 1080.0, 470.0),
    ("ESTAB", 640.0, 600.0),
    ("FIN-WAIT-1", 200.0, 760.0),
    ("CLOSE-WAIT", 1080.0, 760.0),
    ("FIN-WAIT-2", 200.0, 960.0),
    ("CLOSING", 590.0, 850.0),
    ("LAST-ACK", 1080.0, 960.0),
    ("TIME-WAIT", 590.0, 1080.0),
    ("CLOSED again", 1080.0, 1160.0),
];

fn draw(edges: &[(&str, &str, String, bool, Vec<String>)], words: &str) -> String {
    let title = "The states of TCP that were recorded";
    let mut inside = text(40.0, 52.0, "head", title);
    inside += &text(40.0, 84.0, "quiet small", "dashed: only in RFC 9293, figure 5");
    let place = |name: &str| {
        let found = PLACES.iter().find(|(state, ..)| *state == name);
        found.map(|&(_, x, y)| (x, y)).expect("it has a place")
    };
    let mut labels = String::new();
    for seen in [false, true] {
        for (from, to, by, ..) in edges.iter().filter(|edge| edge.3 == seen) {
            let end = match (*from, *to) {
                ("LAST-ACK" | "TIME-WAIT" | "ESTAB", "CLOSED") => "CLOSED again",
                _ => to,
            };
            let (arrow, label) = edge(place(from), place(end), (from, end), by, seen);
            inside += &arrow;
            labels += &label;
        }
    }
    for (name, x, y) in PLACES {
        let name = name.trim_end_matches(" again");
        let seen = edges
            .iter()
            .any(|(from, to, _, seen, _)| *seen && (*from == name || *to == name));
        let class = if seen { "box" } else { "box faint" };
        inside += &format!(
            "<rect class=\"{class}\" x=\"{:.0}\" y=\"{:.0}\" width=\"176\" height=\"52\" rx=\"10\"/>\n",
            x - 88.0,
            y - 26.0
        );
        inside +=
            &text(x, y + 8.0, if seen { "strong middle" } else { "quiet middle" }, name);
    }
    frame(1280.0, 1220.0, title, words, &(inside + &labels))
}

/// An arrow from the border of one state to that of the other, and what stands at it.
fn edge(
    (x1, y1): (f64, f64),
    (x2, y2): (f64, f64),
    names: (&str, &str),
    by: &str,
    seen: bool,
) -> (String, String) {
    // Two arrows between the same states run beside each other.
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = dx.hypot(dy);
    let aside = match names {
        ("CLOSED", "LISTEN" | "SYN-SENT") | ("LISTEN", "SYN-RECV" | "CLOSED") => -20.0,
        ("SYN-SENT", "CLOSED") | ("SYN-RECV", "LISTEN") => -20.0,
        _ => 0.0,
    };
    let (ox, oy) = (-dy / length * aside, dx / length * aside);
    let (x1, y1, x2, y2) = (x1 + ox, y1 + oy, x2 + ox, y2 + oy);
    // Where the line leaves a box that it has been moved aside in.
    let leave = |ox: f64, oy: f64, dx: f64, dy: f64| {
        let x = (92.0 * dx.signum() - ox) / dx;
        let y = (30.0 * dy.signum() - oy) / dy;
        x.min(y)
    };
    let is_level = dy == 0.0;
    let (first, last) = match is_level {
        true => (92.0 / dx.abs(), 92.0 / dx.abs()),
        false if dx == 0.0 => (30.0 / dy.abs(), 30.0 / dy.abs()),
        false => (leave(ox, oy, dx, dy), leave(ox, oy, -dx, -dy)),
    };
    let (x1, y1, x2, y2) =
        (x1 + dx * first, y1 + dy * first, x2 - dx * last, y2 - dy * last);
    let class = if seen { "" } else { "faint" };
    let degrees = dy.atan2(dx).to_degrees();
    let (back_x, back_y) = (x2 - dx / length * 12.0, y2 - dy / length * 12.0);
    let arrow = format!(
        "<line class=\"{class}\" x1=\"{x1:.0}\" y1=\"{y1:.0}\" x2=\"{back_x:.0}\" y2=\"{back_y:.0}\"/>\n"
    ) + &tip(x2, y2, degrees, class);
    let class = if seen { "middle small halo" } else { "middle small halo faint" };
    let lines: Vec<&str> = by.split_inclusive([';', ':']).map(str::trim).collect();
    let (mut x, mut y) = (f64::midpoint(x1, x2), f64::midpoint(y1, y2) + 6.0);
    if aside != 0.0 {
        // Beside the arrow, away from the other one.
        let letters = lines.iter().map(|line| line.len()).max().unwrap_or_default();
        let half = f64::from(u32::try_from(letters).unwrap_or_default()) * 5.8;
        let distance = (dy / length).abs() * half + (dx / length).abs() * 22.0 + 6.0;
        x += dy / length * distance;
        y -= dx / length * distance;
    }
    let mut label = String::new();
    for (row, line) in (0u32..).zip(&lines) {
        let up = f64::from(u32::try_from(lines.len()).unwrap_or(1) - 1) * 12.0;
        label += &text(x, y - up + f64::from(row) * 24.0, class, line);
    }
    (arrow, label)
}
