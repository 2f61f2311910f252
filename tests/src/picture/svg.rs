//! Time lines for a browser, and what every drawing there has: a background, the colours of both
//! themes, large letters, and a text for those who do not see it.

use super::time_line::{Line, Wire};

/// The size of the letters, and the width of one of a monospaced font: the widest that is common.
const SIZE: f64 = 22.0;
const LETTER: f64 = 13.4;
const HEIGHT: f64 = 44.0;
const TOP: f64 = 104.0;
const MARGIN: f64 = 24.0;

/// Frames a drawing: its size, its title, its text, and what it consists of.
pub(super) fn frame(
    width: f64,
    height: f64,
    title: &str,
    text: &str,
    inside: &str,
) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-labelledby="title text">
<title id="title">{}</title>
<desc id="text">{}</desc>
<style>
svg {{ --paper: #ffffff; --ink: #1b2430; --quiet: #59636f; --line: #c3c9d0; --accent: #0a5d68; --warm: #9a3412 }}
@media (prefers-color-scheme: dark) {{
  svg {{ --paper: #0d1117; --ink: #e6edf3; --quiet: #9aa4af; --line: #3b444e; --accent: #7fd3de; --warm: #ffab85 }}
}}
.paper {{ fill: var(--paper) }}
text {{ fill: var(--ink); font: {SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }}
.head {{ font: 600 26px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--accent) }}
.quiet {{ fill: var(--quiet) }}
.strong {{ fill: var(--accent); font-weight: 700 }}
.warm {{ fill: var(--warm); font-weight: 700 }}
.middle {{ text-anchor: middle }}
.end {{ text-anchor: end }}
.small {{ font-size: 19px }}
.halo {{ paint-order: stroke; stroke: var(--paper); stroke-width: 8px; stroke-linejoin: round }}
line, path, rect.box {{ stroke: var(--accent); stroke-width: 2.5; fill: none }}
line.life {{ stroke: var(--line); stroke-width: 2 }}
.faint {{ stroke: var(--line); stroke-dasharray: 6 6 }}
text.faint {{ fill: var(--quiet); stroke: none; stroke-dasharray: none }}
text.faint.halo {{ stroke: var(--paper) }}
path.lost, line.lost {{ stroke: var(--warm) }}
path.tip {{ fill: var(--accent); stroke: none }}
path.tip.faint {{ fill: var(--line) }}
path.tip.lost {{ fill: var(--warm) }}
rect.box {{ fill: var(--paper) }}
rect.box.faint {{ stroke: var(--line) }}
rect.full {{ fill: var(--accent); stroke: none }}
text.full {{ fill: var(--paper); font-weight: 700 }}
</style>
<rect class="paper" width="{width:.0}" height="{height:.0}" rx="12"/>
{inside}</svg>
"#,
        escape(title),
        escape(text)
    )
}

/// A text at a place, with the names of its styles.
pub(super) fn text(x: f64, y: f64, class: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let class =
        if class.is_empty() { String::new() } else { format!(r#" class="{class}""#) };
    format!("<text x=\"{x:.0}\" y=\"{y:.0}\"{class}>{}</text>\n", escape(text))
}

/// The tip of an arrow that ends at a place and points into this direction, in degrees.
pub(super) fn tip(x: f64, y: f64, degrees: f64, class: &str) -> String {
    let place = format!("translate({x:.1} {y:.1}) rotate({degrees:.1})");
    format!(
        "<path class=\"tip {class}\" transform=\"{place}\" d=\"M0 0L-16 -7L-16 7Z\"/>\n"
    )
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Draws the lines; with several clients each line says whose it is.
pub(super) fn time_line(title: &str, lines: &[Line], clients: bool) -> String {
    let widest = |cell: &dyn Fn(&Line) -> usize| -> f64 {
        let letters = lines.iter().map(cell).max().unwrap_or(0);
        f64::from(u32::try_from(letters).unwrap_or_default()) * LETTER
    };
    let queue = lines.iter().any(|line| line.queue.is_some());
    let server = widest(&|line| line.server.call.chars().count());
    let state = widest(&|line| line.server.state.chars().count()).max(6.0 * LETTER);
    let client_state = widest(&|line| line.client.state.chars().count()).max(6.0 * LETTER);
    let client = widest(&|line| line.client.call.chars().count()).max(8.0 * LETTER);
    let wire = widest(&|line| match &line.wire {
        Some(Wire::Packet { text, .. } | Wire::Pause(text)) => text.chars().count(),
        _ => 0,
    });
    // From left to right.
    let gap = 20.0;
    let state_x = MARGIN + server.max(8.0 * LETTER) + gap;
    let queue_x = state_x + state + gap;
    let left = queue_x + if queue { 7.0 * LETTER } else { 0.0 };
    let right = left + (wire + 70.0).max(250.0);
    let client_state_x = right + 18.0 + if clients { 2.0 * LETTER } else { 0.0 };
    let client_x = client_state_x + client_state + gap;
    let width = client_x + client + MARGIN;
    let count = u32::try_from(lines.len()).unwrap_or_default();
    let height = TOP + f64::from(count) * HEIGHT + 10.0;

    let mut inside = text(MARGIN, 46.0, "head", title);
    for (x, name) in [(MARGIN, "server"), (client_x, "client")] {
        inside += &text(x, 84.0, "quiet small", name);
    }
    for (x, name) in [(state_x, "fd state"), (client_state_x, "state")] {
        inside += &text(x, 84.0, "quiet small", name);
    }
    if queue {
        inside += &text(queue_x, 84.0, "quiet small", "queue");
    }
    for x in [left, right] {
        let y = height - 14.0;
        inside += &format!(
            "<line class=\"life\" x1=\"{x:.0}\" y1=\"94\" x2=\"{x:.0}\" y2=\"{y:.0}\"/>\n"
        );
    }
    // The slides show some of the rows, or put them closer together: each is a group.
    for (row, line) in (0u32..).zip(lines) {
        let top = TOP + f64::from(row) * HEIGHT;
        inside += &format!("<g class=\"row\" transform=\"translate(0 {top:.0})\">\n");
        let y = 30.0;
        inside += &text(MARGIN, y, "", &line.server.call);
        inside += &text(state_x, y, of_state(&line.server.state), &line.server.state);
        if let Some(queue) = line.queue {
            inside += &text(queue_x + 2.0 * LETTER, y, "strong", &queue.to_string());
        }
        if let Some(number) = line.number.filter(|_| clients) {
            inside += &text(right + 12.0, y, "quiet", &number.to_string());
        }
        inside +=
            &text(client_state_x, y, of_state(&line.client.state), &line.client.state);
        inside += &text(client_x, y, "", &line.client.call);
        inside +=
            &line.wire.as_ref().map_or(String::new(), |wire| arrow(wire, left, right, y));
        inside += "</g>\n";
    }
    frame(width, height, title, &in_words(lines), &inside)
}

fn of_state(state: &str) -> &'static str {
    match state.split(' ').next_back().unwrap_or_default() {
        "ESTAB" => "strong",
        "UNCONN" | "LISTEN" | "closed" | "SYN-SENT" | "SYN-RECV" => "quiet",
        _ => "warm",
    }
}

fn arrow(wire: &Wire, left: f64, right: f64, y: f64) -> String {
    let middle = f64::midpoint(left, right);
    let (name, to_left, to_right, lost) = match wire {
        Wire::Pause(name) => {
            return text(middle, y, "quiet middle small halo", &format!("· {name} ·"));
        }
        Wire::Packet { text, to_server, lost } => {
            (text.as_str(), *to_server, !*to_server, *lost)
        }
        Wire::Handshake => ("handshake", true, true, false),
    };
    let warm = lost || ["RST", "ICMP"].iter().any(|bad| name.contains(bad));
    let class = if warm { "lost" } else { "" };
    let (line, end) = (y + 6.0, if lost { left + 60.0 } else { left + 4.0 });
    let mut drawn = format!(
        "<line class=\"{class}\" x1=\"{end:.0}\" y1=\"{line:.0}\" x2=\"{:.0}\" y2=\"{line:.0}\"/>\n",
        right - 4.0
    );
    if lost {
        drawn += &text(end - 14.0, line + 8.0, "warm middle", "✕");
    } else if to_left {
        drawn += &tip(left + 2.0, line, 180.0, class);
    }
    if to_right {
        drawn += &tip(right - 2.0, line, 0.0, class);
    }
    let class = if warm { "warm middle small halo" } else { "middle small halo" };
    drawn + &text(middle, y - 6.0, class, name)
}

/// The same for those who do not see it.
fn in_words(lines: &[Line]) -> String {
    let mut words = String::new();
    for line in lines {
        let client =
            line.number.map_or("client".into(), |number| format!("client {number}"));
        let mut parts = Vec::new();
        let cell = |name: &str, call: &str, state: &str| {
            let calls = if call.is_empty() { "" } else { " " };
            let state =
                if state.is_empty() { String::new() } else { format!(", state {state}") };
            (!call.is_empty() || !state.is_empty())
                .then(|| format!("{name}{calls}{call}{state}"))
        };
        match &line.wire {
            Some(Wire::Packet { text, to_server, lost }) => {
                let way = if *to_server { "to the server" } else { "to the client" };
                let lost = if *lost { ", unanswered" } else { "" };
                parts.push(format!("{text} {way}{lost}"));
            }
            Some(Wire::Handshake) => parts.push("handshake".into()),
            Some(Wire::Pause(text)) => parts.push(text.clone()),
            None => (),
        }
        parts.extend(cell("server", &line.server.call, &line.server.state));
        parts.extend(cell(&client, &line.client.call, &line.client.state));
        parts.extend(line.queue.map(|queue| format!("{queue} in the queue")));
        words += &format!("\n{}.", parts.join("; "));
    }
    words + "\n"
}
