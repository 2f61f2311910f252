//! What strace(1) has written down of one thread: its system calls with the time of each, and
//! the lines with which the program shows them.

use std::collections::VecDeque;

use crate::Row;

/// A call of a thread.
#[derive(Debug)]
pub(super) struct Call {
    /// `accept` for accept4(2): the name that the lessons show.
    pub name: &'static str,
    /// The descriptor that it is about, if it is about one.
    pub fd: Option<i32>,
    /// The number that it returned; none while it waits.
    pub returned: Option<i64>,
    /// When it was made and when it returned, in nanoseconds.
    pub entered: u64,
    pub left: Option<u64>,
    /// The line of the trace.
    pub line: usize,
    /// The call as the lesson shows it, and before it returns: `accept(3) ...`.
    pub shown: Option<Said>,
    pub announced: Option<Said>,
    /// What the lesson shows of a socket before it, if nothing was called before.
    pub row_before: Option<(Said, Row)>,
    /// What the lesson then shows of a socket.
    pub row: Option<(Said, Row)>,
    /// Whether it leaves the bytes where they are: MSG_PEEK.
    pub peeks: bool,
    /// `SHUT_WR` is what ends the sending side.
    pub ends_sending: bool,
}

/// A line of a program, with the place in the source: `step4-accept/src/main.rs:21`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    pub at: String,
    pub text: String,
}

/// What a thread did, and whether it has ended.
#[derive(Debug)]
pub(super) struct Thread {
    pub id: u32,
    /// The time of its first call.
    pub began: u64,
    pub calls: Vec<Call>,
    pub ended: bool,
    /// The number of its lines that are complete.
    pub lines: usize,
    /// The name of the call that it is in, if it is in one.
    pub inside: Option<String>,
}

/// The system calls that are recorded, and the names that the lessons have for them.
const NAMES: [(&str, &str); 17] = [
    ("socket", "socket"),
    ("bind", "bind"),
    ("listen", "listen"),
    ("accept", "accept"),
    ("accept4", "accept"),
    ("connect", "connect"),
    ("sendto", "send"),
    ("recvfrom", "recv"),
    ("shutdown", "shutdown"),
    ("close", "close"),
    ("poll", "poll"),
    ("ppoll", "poll"),
    ("fcntl", "fcntl"),
    ("getsockname", "getsockname"),
    ("setsockopt", "setsockopt"),
    ("clone", "pthread_create"),
    ("clone3", "pthread_create"),
];

/// The calls in which a thread can wait for ever. Those for the lock of standard error (futex(2))
/// are none of them.
const BLOCKING: [&str; 7] =
    ["accept", "accept4", "connect", "recvfrom", "poll", "ppoll", "read"];

impl Thread {
    /// Reads the file that `strace -ff` has written of this thread.
    pub fn parse(id: u32, trace: &str) -> Self {
        let mut thread =
            Self { id, began: 0, calls: Vec::new(), ended: false, lines: 0, inside: None };
        let mut said = String::new();
        let mut announced = None;
        let mut row_before = None;
        for (number, line) in trace.split_inclusive('\n').enumerate() {
            let complete = line.ends_with('\n');
            thread.lines += usize::from(complete);
            let Some((time, call)) = line.trim_end().split_once(' ') else { continue };
            let Some(entered) = nanoseconds(time) else { continue };
            if thread.began == 0 {
                thread.began = entered;
            }
            // It has returned when the thread does the next thing. What strace notes as its
            // duration begins later than the time of the line.
            if let Some(last) =
                thread.calls.last_mut().filter(|call| call.line + 1 == number)
            {
                last.left = last.left.map(|_| entered);
            }
            if call.starts_with("+++") {
                thread.ended = true;
                continue;
            }
            let Some((name, arguments)) = call.split_once('(') else { continue };
            if !complete {
                thread.inside = Some(name.to_owned());
            }
            let arguments = arguments.split_once(" <unfinished").map_or(arguments, |a| a.0);
            if name == "write" {
                said += &written(arguments).unwrap_or_default();
                while let Some((line, rest)) = said.split_once('\n') {
                    let line = Said::parse(line);
                    said = rest.to_owned();
                    if let Some(line) = line {
                        thread.hear(line, &mut announced, &mut row_before);
                    }
                }
                continue;
            }
            let Some((_, name)) = NAMES.iter().find(|(system, _)| *system == name) else {
                continue;
            };
            let result = arguments.rsplit_once(" = ").map(|(_, result)| result);
            let first = arguments.split([',', ')']).next().unwrap_or_default();
            thread.calls.push(Call {
                name,
                fd: first.parse().ok(),
                returned: result.and_then(|result| {
                    result.split([' ', ',']).next().unwrap_or_default().parse().ok()
                }),
                entered,
                left: result.and_then(duration).map(|time| entered + time),
                line: number,
                shown: None,
                announced: announced
                    .take_if(|said: &mut Said| same_name(said.name(), name)),
                row_before: row_before.take(),
                row: None,
                peeks: arguments.contains("MSG_PEEK"),
                ends_sending: arguments.contains("SHUT_WR")
                    || arguments.contains("SHUT_RDWR"),
            });
        }
        thread
    }

    /// Finds the call that a line shows.
    fn hear(
        &mut self,
        said: Said,
        announced: &mut Option<Said>,
        row_before: &mut Option<(Said, Row)>,
    ) {
        if let Some(row) = Row::parse(&said.text) {
            match self.calls.iter_mut().rev().find(|call| call.shown.is_some()) {
                Some(call) => {
                    call.row.get_or_insert((said, row));
                }
                None => *row_before = Some((said, row)),
            }
        } else if said.text.ends_with(" ...") {
            *announced = Some(said);
        } else {
            let shows = |call: &&mut Call| {
                let fd = call.fd.is_none() || call.fd == said.fd() || call.name == "poll";
                let number = said.returned();
                let result = number == call.returned
                    || number.is_none()
                    || call.name == "pthread_create";
                same_name(said.name(), call.name) && call.shown.is_none() && fd && result
            };
            match self.calls.iter_mut().rev().find(shows) {
                Some(call) => call.shown = Some(said),
                None => panic!("strace has not seen {said:?}"),
            }
        }
    }

    /// Whether the thread waits, and will do so until something happens.
    pub fn is_blocked(&self) -> bool {
        let blocking = |name: &String| BLOCKING.contains(&name.as_str());
        self.ended || self.inside.as_ref().is_some_and(blocking)
    }
}

impl Said {
    /// Reads `step4-accept/src/main.rs:21: bind(3, 127.0.0.1:4444) = 0`; none if it is a
    /// remark.
    fn parse(line: &str) -> Option<Self> {
        let (at, text) = line.split_once(": ")?;
        let (file, number) = at.rsplit_once(':')?;
        number.parse::<u32>().ok().filter(|_| file.ends_with(".rs"))?;
        let said = Self { at: at.to_owned(), text: text.to_owned() };
        let is_call = !said.name().is_empty()
            && said.name().bytes().all(|c| c.is_ascii_lowercase() || c == b'_')
            && (text.contains(") = ")
                || text.ends_with(" ...")
                || text.starts_with("close("));
        (is_call || Row::parse(text).is_some()).then_some(said)
    }

    fn name(&self) -> &str {
        self.text.split_once('(').map_or("", |(name, _)| name)
    }

    fn fd(&self) -> Option<i32> {
        self.text.split_once('(')?.1.split([',', ')']).next()?.parse().ok()
    }

    fn returned(&self) -> Option<i64> {
        let (_, result) = self.text.rsplit_once(") = ")?;
        result.split([' ', ',']).next()?.parse().ok()
    }
}

/// sendto(2) is both `send` and `sendto` of the lessons.
fn same_name(shown: &str, name: &str) -> bool {
    shown.trim_end_matches("to").trim_end_matches("from") == name
}

/// `1700000000.123456789`, in nanoseconds.
pub(super) fn nanoseconds(time: &str) -> Option<u64> {
    let (seconds, fraction) = time.split_once('.')?;
    let fraction: u64 = format!("{fraction:0<9}").parse().ok()?;
    Some(seconds.parse::<u64>().ok()? * 1_000_000_000 + fraction)
}

/// The time that a call took: `0 <0.000012345>`.
fn duration(result: &str) -> Option<u64> {
    nanoseconds(result.rsplit_once('<')?.1.trim_end_matches('>'))
}

/// What was written to standard error: `2, "close(4)\n", 9) = 9`.
fn written(arguments: &str) -> Option<String> {
    let text = arguments.strip_prefix("2, \"")?;
    let mut characters: VecDeque<char> = text.chars().collect();
    let mut written = String::new();
    while let Some(c) = characters.pop_front() {
        match c {
            '"' => break,
            '\\' => match characters.pop_front()? {
                'n' => written.push('\n'),
                c => written.push(c),
            },
            c => written.push(c),
        }
    }
    Some(written)
}
