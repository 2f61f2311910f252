//! What differs from run to run on Windows alone.

use std::collections::HashMap;

/// Hides handles and messages: Windows promises no small numbers as POSIX does, and words
/// its messages in the language of the user.
pub fn stable(text: &str) -> String {
    let mut programs: HashMap<&str, Handles> = HashMap::new();
    let mut stable = String::new();
    for line in text.split_inclusive('\n') {
        // The tour shows whose line it is: `server | bind(48, 127.0.0.1:4444) = 0`.
        let (program, call) = line.split_at(line.find(" | ").map_or(0, |bar| bar + 3));
        let handles = programs.entry(program).or_default();
        if call.starts_with("$ ") {
            *handles = Handles::default();
        }
        stable += program;
        stable += &handles.hide(&without_message(call));
    }
    stable
}

/// `bind(handle1, 127.0.0.1:80) = -1 WSAEACCES (...)`
fn without_message(line: &str) -> String {
    let message = [" = -1 WSA", " = WSA"]
        .iter()
        .find_map(|before| Some(line.find(before)? + before.len()))
        .and_then(|code| Some(code + line[code..].find(" (")?));
    match message {
        Some(message) => format!("{} (...)\n", &line[..message]),
        None => line.to_owned(),
    }
}

/// The open sockets of a program. Each handle has a name, which the next one gets when it
/// is closed, as it is with descriptors: `handle1`, `handle2`.
#[derive(Default)]
struct Handles(Vec<Option<String>>);

impl Handles {
    /// Hides the handle that a call gets, and the one that it returns.
    fn hide(&mut self, line: &str) -> String {
        let Some((name, rest)) = line.split_once('(') else { return line.to_owned() };
        let (handle, rest) = crate::stable::split_digits(rest);
        let mut hidden = format!("{name}(");
        match self.position(handle) {
            Some(index) if !handle.is_empty() => {
                hidden += &format!("handle{}", index + 1);
                if name == "close" {
                    self.0[index] = None;
                }
            }
            _ => hidden += handle,
        }
        match rest.split_once(") = ") {
            Some((arguments, returned)) if ["socket", "accept"].contains(&name) => {
                let (handle, rest) = crate::stable::split_digits(returned);
                hidden += arguments;
                hidden += ") = ";
                if !handle.is_empty() {
                    hidden += &format!("handle{}", self.open(handle) + 1);
                }
                hidden + rest
            }
            _ => hidden + rest,
        }
    }

    fn position(&self, handle: &str) -> Option<usize> {
        self.0.iter().position(|open| open.as_deref() == Some(handle))
    }

    fn open(&mut self, handle: &str) -> usize {
        let free = self.0.iter().position(Option::is_none).unwrap_or_else(|| {
            self.0.push(None);
            self.0.len() - 1
        });
        self.0[free] = Some(handle.to_owned());
        free
    }
}
