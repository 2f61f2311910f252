//! How the queue of a listening socket grows and shrinks: its Recv-Q and Send-Q, and who waits.

use std::collections::VecDeque;

use super::Picture;
use super::svg::{frame, text};
use crate::recording::{Event, Kind, Recording};

/// A moment: what happened, the two numbers, and who waits.
struct Moment {
    what: String,
    recv_q: u32,
    send_q: u32,
    waiting: Vec<String>,
}

fn moments(recording: &Recording) -> Vec<Moment> {
    let mut moments: Vec<Moment> = Vec::new();
    let mut waiting = VecDeque::new();
    let mut queue = (0, 0);
    let mut refused = Vec::new();
    for (index, event) in recording.events.iter().enumerate() {
        let row = event.sockets.iter().filter_map(|change| change.row.as_ref());
        let listener = row.clone().find(|row| row.state == "LISTEN");
        let now = listener.map(|row| (row.recv_q.unwrap_or(0), row.send_q.unwrap_or(0)));
        let what = match (event.kind, now) {
            (Kind::Lost, _) if refused.contains(&event.side) => continue,
            (Kind::Lost, _) => {
                refused.push(event.side.clone());
                format!("{} connects", event.side)
            }
            (Kind::Call, Some(_)) if event.text.starts_with("listen") => {
                event.text.split(" =").next().unwrap_or_default().to_owned()
            }
            (_, Some(now)) if now.0 > queue.0 => {
                waiting.push_back(event.side.clone());
                match refused.contains(&event.side) {
                    true => format!("{} asks again", event.side),
                    false => format!("{} connects", event.side),
                }
            }
            (_, Some(_)) => {
                waiting.pop_front();
                format!("accept returns {}", accepted(recording, index, event))
            }
            _ => continue,
        };
        queue = now.unwrap_or(queue);
        let waiting = waiting.iter().cloned().collect();
        moments.push(Moment { what, recv_q: queue.0, send_q: queue.1, waiting });
    }
    moments
}

/// The client that accept(2) returns.
fn accepted(recording: &Recording, index: usize, event: &Event) -> String {
    let (_, peer) = event.text.rsplit_once(", ").unwrap_or_default();
    let client = recording.events[..index].iter().flat_map(|event| &event.sockets);
    let mut client =
        client.filter(|change| change.row.as_ref().is_some_and(|row| row.local == peer));
    client.next().map(|change| change.side.clone()).unwrap_or_default()
}

/// Draws it, as text and as SVG.
pub(super) fn picture(recording: &Recording) -> Picture {
    let moments = moments(recording);
    let mut lines = String::from("WHAT HAPPENS             RECV-Q  SEND-Q  WHO WAITS\n\n");
    for moment in &moments {
        let waiting = match moment.what.ends_with("connects") && refused(moment) {
            true => {
                format!("{} (no room: its SYN is not answered)", moment.waiting.join(", "))
            }
            false => moment.waiting.join(", "),
        };
        let line = format!(
            "{:<24} {:>4}    {:>4}    {waiting}",
            moment.what, moment.recv_q, moment.send_q
        );
        lines += line.trim_end();
        lines += "\n";
    }
    Picture { name: "queue".into(), text: lines.clone(), svg: draw(&moments, &lines) }
}

/// Whether the one who connects is not among those who wait.
fn refused(moment: &Moment) -> bool {
    !moment.waiting.iter().any(|client| moment.what.starts_with(client.as_str()))
}

fn draw(moments: &[Moment], words: &str) -> String {
    let title = "The queue of a listening socket, with a backlog of 1";
    let (what_x, recv_x, send_x, slots) = (30.0, 430.0, 540.0, 660.0);
    let mut inside = text(what_x, 52.0, "head", title);
    for (x, name) in [(recv_x, "Recv-Q"), (send_x, "Send-Q"), (slots, "who waits")] {
        let class = if x < slots { "quiet small end" } else { "quiet small" };
        inside += &text(if x < slots { x + 44.0 } else { x }, 96.0, class, name);
    }
    for (row, moment) in (0u32..).zip(moments) {
        let y = 112.0 + f64::from(row) * 56.0;
        inside += &text(what_x, y + 30.0, "", &moment.what);
        inside += &text(recv_x + 30.0, y + 30.0, "strong end", &moment.recv_q.to_string());
        inside += &text(send_x + 30.0, y + 30.0, "quiet end", &moment.send_q.to_string());
        // Linux has room for one more than the backlog.
        for slot in 0..=moment.send_q {
            let x = slots + f64::from(slot) * 150.0;
            let client = moment.waiting.get(usize::try_from(slot).unwrap_or_default());
            let class = if client.is_some() { "full" } else { "box faint" };
            inside += &format!(
                "<rect class=\"{class}\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"138\" height=\"44\" rx=\"8\"/>\n"
            );
            if let Some(client) = client {
                inside += &text(x + 69.0, y + 30.0, "full middle", client);
            }
        }
        if moment.what.ends_with("connects") && refused(moment) {
            let x = slots + f64::from(moment.send_q + 1) * 150.0;
            inside += &text(x, y + 30.0, "warm", "✕ SYN unanswered");
        }
    }
    let count = u32::try_from(moments.len()).unwrap_or_default();
    frame(1220.0, 124.0 + f64::from(count) * 56.0, title, words, &inside)
}
