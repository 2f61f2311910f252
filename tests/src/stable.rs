//! What differs from run to run is hidden, so that one snapshot holds every run.

use crate::{Row, windows};

/// The width of the local address in a row.
const LOCAL: usize = 15;

/// The address that the lessons have without an argument.
const DEFAULT: &str = " 127.0.0.1:4444";

/// Names ports as the lecture does, and hides process ids, on Windows also handles and the
/// words of messages.
///
/// The port of a command's HOST:PORT is that of the server, 4444; if it is 0, so is the port
/// that the kernel then chooses. Any other port of five digits, which the kernel has chosen,
/// is 51734, 51735 ..., in the order in which they appear. A transcript made on such ports
/// thus equals one made on the real port 4444, also in that the default address is left out.
pub fn stable(text: &str) -> String {
    let mut ports = Ports::default();
    let text: String = text.split_inclusive('\n').map(|line| ports.name(line)).collect();
    let text = without_ids(&text);
    if cfg!(windows) { windows::stable(&text) } else { text }
}

#[derive(Default)]
struct Ports<'a> {
    /// Those of commands.
    servers: Vec<&'a str>,
    /// Those that the kernel has chosen for somebody else.
    others: Vec<&'a str>,
    /// Whether the last command has asked for port 0, and whether it has got one.
    asked: bool,
    got: bool,
}

impl<'a> Ports<'a> {
    fn name(&mut self, line: &'a str) -> String {
        // The tour shows whose line it is: `server | $ cargo run`.
        let shown = line.split_once(" | ").map_or(line, |(_, shown)| shown);
        let command = shown.starts_with("$ ");
        let row = Row::parse(shown).is_some();
        if command {
            self.asked = false;
        }
        let mut named = String::new();
        let mut rest = line;
        // In an address, or alone where it is looked up: `getaddrinfo("localhost", "4444")`.
        while let Some(before) = rest.find([':', '"']) {
            let (before, after) = rest.split_at(before + 1);
            let (number, after) = split_digits(after);
            named += before;
            rest = after;
            if !self.is_server(number, command) {
                named += &self.other(number);
                continue;
            }
            named += "4444";
            let address = before.rsplit(' ').next().unwrap_or(before);
            if row && rest.starts_with(' ') && address.len() + number.len() <= LOCAL {
                named += " ";
            }
            if command && named.ends_with(DEFAULT) && rest.trim() == "" {
                named.truncate(named.len() - DEFAULT.len());
                named.truncate(named.trim_end_matches(" --").len());
            }
        }
        named + rest
    }

    fn is_server(&mut self, number: &'a str, command: bool) -> bool {
        if number == "0" {
            if command {
                (self.asked, self.got) = (true, false);
            }
            return self.asked;
        }
        let chosen = number.len() == 5;
        let known = self.servers.contains(&number);
        if chosen && !known && (command || self.asked && !self.got) {
            self.servers.push(number);
        }
        self.got |= chosen;
        chosen && self.servers.contains(&number)
    }

    fn other(&mut self, number: &'a str) -> String {
        if number.len() != 5 {
            return number.to_owned();
        }
        let known = self.others.iter().position(|other| *other == number);
        let index = known.unwrap_or_else(|| {
            self.others.push(number);
            self.others.len() - 1
        });
        (51734 + index).to_string()
    }
}

/// Hides process ids in paths: `/proc/PID/fd/3`.
fn without_ids(text: &str) -> String {
    let mut parts = text.split("/proc/");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |stable, part| match split_digits(part) {
        ("", rest) => stable + "/proc/" + rest,
        (_, rest) => stable + "/proc/PID" + rest,
    })
}

pub(crate) fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}
