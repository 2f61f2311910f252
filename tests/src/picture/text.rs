//! Time lines for a terminal.

use super::time_line::{Line, Wire};

/// Draws the lines; with several clients each line says whose it is.
pub(super) fn time_line(lines: &[Line], clients: bool) -> String {
    let queue = lines.iter().any(|line| line.queue.is_some());
    let wire = lines.iter().filter_map(|line| line.wire.as_ref()).map(width).max();
    let wire = wire.unwrap_or(0).max(18);
    let mut rows = vec![[
        "SERVER".to_owned(),
        "FD STATE".into(),
        if queue { "QUEUE".into() } else { String::new() },
        " ".repeat(wire),
        String::new(),
        "STATE".into(),
        "CLIENT".into(),
    ]];
    rows.push(Default::default());
    rows.extend(lines.iter().map(|line| {
        let number = line.number.filter(|_| clients);
        [
            line.server.call.clone(),
            line.server.state.clone(),
            line.queue.map_or(String::new(), |queue| format!("{queue:>3}")),
            line.wire.as_ref().map_or(String::new(), |line| arrow(line, wire)),
            number.map_or(String::new(), |number| number.to_string()),
            line.client.state.clone(),
            line.client.call.clone(),
        ]
    }));
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, &width) in row.iter().zip(&widths).filter(|(_, width)| **width > 0) {
            line += &format!("{cell:width$}  ");
        }
        text += line.trim_end();
        text += "\n";
    }
    text
}

/// The columns that it takes at least.
fn width(wire: &Wire) -> usize {
    match wire {
        Wire::Packet { text, .. } => text.chars().count() + 8,
        Wire::Handshake => 0,
        Wire::Pause(text) => text.chars().count() + 4,
    }
}

fn arrow(wire: &Wire, width: usize) -> String {
    let (text, left, right) = match wire {
        Wire::Packet { text, to_server: true, lost: false } => (text.as_str(), "<", "─"),
        Wire::Packet { text, to_server: true, lost: true } => (text.as_str(), "x", "─"),
        Wire::Packet { text, to_server: false, .. } => (text.as_str(), "─", ">"),
        Wire::Handshake => ("handshake", "<", ">"),
        Wire::Pause(text) => return format!("{:^width$}", format!("· {text} ·")),
    };
    let line = width - 2;
    let middle = format!(" {text} ");
    let before = (line - middle.chars().count()) / 2;
    let after = line - middle.chars().count() - before;
    format!("{left}{}{middle}{}{right}", "─".repeat(before), "─".repeat(after))
}
