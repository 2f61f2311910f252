//! A check asks one question of a server; a fault is its answer when that is no.

use crate::peer::Server;

/// What one lesson teaches, as questions to a server.
pub struct Lesson {
    /// What `--only` calls it. The lessons from thread to await ask the same of a server.
    pub names: &'static [&'static str],
    /// What a server of this lesson can do.
    pub title: &'static str,
    /// Where it is taught.
    pub taught: &'static str,
    /// The program of the course that can do it, if there is one.
    pub start: &'static str,
    /// What the server has to do, where it is not plain echo.
    pub protocol: &'static str,
    /// The first one is the ground that the others stand on.
    pub checks: &'static [Check],
    /// What its exercises change: only made if asked for by name.
    pub exercises: &'static [Check],
}

impl Lesson {
    /// Whether this is the check of an exercise.
    pub fn is_exercise(&self, check: &Check) -> bool {
        self.exercises.iter().any(|exercise| exercise.name == check.name)
    }
}

/// One question.
pub struct Check {
    pub name: &'static str,
    /// What a good server does.
    pub sentence: &'static str,
    /// Where to read about it.
    pub see: &'static str,
    pub run: fn(&Server) -> Verdict,
}

pub type Verdict = Result<(), Fault>;

/// What went wrong.
#[derive(Debug)]
pub struct Fault {
    /// Who of the judge's clients saw it, and what it had done.
    pub done: String,
    pub expected: String,
    pub came: String,
    pub how: How,
    /// The likely cause.
    pub why: &'static str,
}

/// How it went wrong, as far as it tells something about the cause.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum How {
    /// Nobody listens.
    Refused,
    /// Nothing came, or not all, and the connection is still there.
    Silence,
    /// The server closed, or reset, the connection too early.
    Closed,
    /// Something else came.
    Other,
}

/// Adds the likely cause to a fault: the first that fits stays.
pub trait Because: Sized {
    fn because(self, how: How, why: &'static str) -> Self;

    fn if_refused(self, why: &'static str) -> Self {
        self.because(How::Refused, why)
    }

    fn if_silent(self, why: &'static str) -> Self {
        self.because(How::Silence, why)
    }

    fn if_closed(self, why: &'static str) -> Self {
        self.because(How::Closed, why)
    }

    fn if_other(self, why: &'static str) -> Self {
        self.because(How::Other, why)
    }
}

impl<T> Because for Result<T, Fault> {
    fn because(self, how: How, why: &'static str) -> Self {
        self.map_err(|fault| match fault.why {
            "" if fault.how == how => Fault { why, ..fault },
            _ => fault,
        })
    }
}

/// Bytes as a learner would write them, cut where they are many.
pub fn show(bytes: &[u8]) -> String {
    const SHOWN: usize = 40;
    let shown = bytes.get(..SHOWN).unwrap_or(bytes).escape_ascii();
    match bytes.len() {
        0..=SHOWN => format!("\"{shown}\""),
        length => format!("\"{shown}\"... ({})", count(length)),
    }
}

/// `1 byte`, `1,048,576 bytes`
pub fn count(bytes: usize) -> String {
    let digits = bytes.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + if bytes == 1 { " byte" } else { " bytes" }
}
