//! Makes the checks in their order and says what came of them.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use std::{env, iter, thread};

use crate::check::{Check, Fault, How, Lesson};
use crate::peer::{MOMENT, PATIENCE, Server, how, timed_out};
use crate::{Stop, recvfrom};

/// The longest that a check may take, and all of them.
const TIME_OF_A_CHECK: Duration = Duration::from_secs(10);
const TIME_OF_ALL: Duration = Duration::from_secs(60);

/// The longest that the check of an exercise may take: some wait for the one who types.
const TIME_OF_AN_EXERCISE: Duration = Duration::from_secs(40);

const DEFAULT_ADDRESS: &str = "127.0.0.1:4444";

pub struct Judge {
    /// As the learner wrote it.
    address: String,
    addresses: Vec<SocketAddr>,
    end: Instant,
    /// Checks that have been made.
    made: usize,
    terminal: bool,
    colours: bool,
}

impl Judge {
    pub fn new(address: String, addresses: Vec<SocketAddr>) -> Self {
        let terminal = io::stdout().is_terminal();
        let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        // An old console of Windows would show the escape sequences themselves.
        let understood = !cfg!(windows) || env::var_os("WT_SESSION").is_some();
        Self {
            address,
            addresses,
            end: Instant::now() + TIME_OF_ALL,
            made: 0,
            terminal,
            colours: terminal && understood && !plain,
        }
    }

    /// Makes these checks of a lesson, and says whether all passed.
    pub fn lesson(&mut self, lesson: &Lesson, checks: &[Check]) -> Result<bool, Stop> {
        let made = self.made;
        let mut failed = Vec::new();
        for (index, check) in checks.iter().enumerate() {
            if Instant::now() >= self.end {
                self.say("\nThe 60 s of all checks are over.")?;
                return Ok(false);
            }
            let exercise = lesson.is_exercise(check);
            let time = if exercise { TIME_OF_AN_EXERCISE } else { TIME_OF_A_CHECK };
            let server = self.server(time);
            self.announce(lesson, check, index == 0)?;
            let Err(fault) = (check.run)(&server) else {
                self.pass(check, &server.note.take())?;
                continue;
            };
            if self.made == 0 && fault.how == How::Refused {
                self.erase(check)?;
                return Err(Stop::Nobody(self.nobody(lesson)));
            }
            self.fail(check, &fault)?;
            failed.push(check.name);
            let rest = checks.len() - index - 1;
            if let Some(trouble) = self.trouble(lesson, check, &fault) {
                self.say(&format!("\n{trouble}"))?;
                break;
            }
            if index == 0 && rest > 0 {
                self.say(&format!("  The other {rest} checks come after this one."))?;
                break;
            }
        }
        if failed.is_empty() {
            return Ok(true);
        }
        // Who passes one lesson and nothing of the next has made no mistake: that comes now.
        let next = made > 0 && failed == [checks[0].name];
        self.say(&match (next, lesson.names) {
            (true, [name, ..]) => format!(
                "\nYour server serves one client after another. Next: {}.\n{} shows how, \
                 and then:\n  {}",
                lesson.title,
                lesson.taught,
                self.command(&format!("--only {name}"))
            ),
            _ => format!(
                "\nMend it, start your server again, and repeat that check:\n  {}",
                self.command(&format!("--only {}", failed[0]))
            ),
        })?;
        Ok(false)
    }

    /// What to do when all has passed.
    pub fn what_comes_next(&self, lessons: &[Lesson]) -> Result<(), Stop> {
        self.say(&format!("\nAll {} checks passed.", self.made))?;
        if !lessons.is_empty() {
            self.say("Build one of the next servers, and judge it:")?;
        }
        for lesson in lessons {
            let name = lesson.names.first().unwrap_or(&"");
            let command = self.command(&format!("--only {name}"));
            self.say(&format!("  {}, {}:\n    {command}", lesson.title, lesson.taught))?;
        }
        Ok(())
    }

    /// The server, for so long.
    fn server(&self, time: Duration) -> Server {
        Server {
            addresses: self.addresses.clone(),
            deadline: self.end.min(Instant::now() + time),
            note: RefCell::default(),
        }
    }

    /// Why further checks would only fail: the server is gone, or hangs.
    fn trouble(&self, lesson: &Lesson, check: &Check, fault: &Fault) -> Option<String> {
        const GONE: &str = "Your server does not accept any more: it has ended, or closed its \
                            listening socket.\nWhat it printed last may say why.";
        const HANGS: &str =
            "Your server does not answer new clients any more, so the judge stops here.";
        if Instant::now() >= self.end {
            return None;
        }
        let server = self.server(TIME_OF_A_CHECK);
        if lesson.names == recvfrom::LESSON.names {
            let is_first = check.name == lesson.checks[0].name;
            if is_first && fault.how == How::Silence && server.open("", None).is_ok() {
                return Some(format!(
                    "TCP answers at {}: recvfrom is about UDP, SOCK_DGRAM.",
                    self.address
                ));
            }
            let again = recvfrom::datagram(&server);
            return again
                .is_err_and(|fault| fault.how == How::Refused)
                .then(|| "Your server has ended, or closed its socket.".into());
        }
        // An echo server owes an answer to anything. One that is about to end may still let
        // clients into its queue, and resets them at its end: they are asked for again.
        let echo = lesson.protocol.is_empty() && !lesson.is_exercise(check);
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let client = match server.open("", None) {
                Ok(client) => client,
                Err(error) if how(&error) == How::Refused => return Some(GONE.into()),
                Err(_) => return Some(HANGS.into()),
            };
            let asked = if echo { client.send(b"Hello, server!\n") } else { Ok(()) };
            let patience = if echo { PATIENCE } else { MOMENT };
            match asked.map(|()| client.receive(65536, Instant::now() + patience)) {
                Ok(Err(error)) if timed_out(&error) => return echo.then(|| HANGS.into()),
                Ok(Ok(bytes)) if !bytes.is_empty() => return None,
                _ => thread::sleep(MOMENT),
            }
        }
        None
    }

    /// What to say where nobody listens.
    fn nobody(&self, lesson: &Lesson) -> String {
        let mut text = format!("nobody listens on {}", self.address);
        let server = self.server(TIME_OF_A_CHECK);
        if lesson.names == recvfrom::LESSON.names {
            text += " (UDP)";
            if server.open("", None).is_ok() {
                text += "; TCP answers there: recvfrom is about UDP, SOCK_DGRAM";
            }
        } else if recvfrom::datagram(&server).is_ok() {
            text += " (TCP); UDP answers there: judge it with --only recvfrom";
        }
        text += "\nStart your server in another terminal";
        if !lesson.start.is_empty() {
            text += &format!(", or one of the course:\n  cargo run -p {}", lesson.start);
            if self.address != DEFAULT_ADDRESS {
                text += &format!(" -- {}", self.address);
            }
        }
        text
    }

    fn command(&self, arguments: &str) -> String {
        let address =
            iter::once(&*self.address).filter(|address| *address != DEFAULT_ADDRESS);
        let arguments: Vec<&str> = address.chain([arguments]).collect();
        format!("cargo run -p judge -- {}", arguments.join(" "))
    }

    /// On a terminal, says what is under way: a check may wait for seconds.
    fn announce(&self, lesson: &Lesson, check: &Check, first: bool) -> Result<(), Stop> {
        if first && self.made > 0 {
            self.say("")?;
        }
        if first && lesson.is_exercise(check) {
            self.say("exercise")?;
        } else if first {
            self.say(&format!("{}: {}", lesson.names.join(", "), lesson.title))?;
        }
        if self.terminal {
            let mut stdout = io::stdout().lock();
            write!(stdout, "{}", line('…', check))?;
            stdout.flush()?;
        }
        Ok(())
    }

    fn erase(&self, check: &Check) -> Result<(), Stop> {
        if self.terminal {
            let mut stdout = io::stdout().lock();
            write!(stdout, "\r{}\r", " ".repeat(line('…', check).chars().count()))?;
            stdout.flush()?;
        }
        Ok(())
    }

    fn pass(&mut self, check: &Check, note: &str) -> Result<(), Stop> {
        self.result("32", '✓', check)?;
        if !note.is_empty() {
            self.say(&format!("    note: {note}"))?;
        }
        Ok(())
    }

    fn fail(&mut self, check: &Check, fault: &Fault) -> Result<(), Stop> {
        self.result("1;31", '✗', check)?;
        self.say(&format!("    {}", fault.done))?;
        self.say(&format!("    expected: {}", fault.expected))?;
        self.say(&format!("    came:     {}", fault.came))?;
        if !fault.why.is_empty() {
            self.say(&format!("    likely:   {}", fault.why))?;
        }
        self.say(&format!("    see:      {}", check.see))
    }

    fn result(&mut self, colour: &str, mark: char, check: &Check) -> Result<(), Stop> {
        self.made += 1;
        let line = line(mark, check);
        let line = match line.split_at_checked(mark.len_utf8()) {
            Some((mark, rest)) if self.colours => {
                format!("\x1b[{colour}m{mark}\x1b[0m{rest}")
            }
            _ => line,
        };
        // In the place of what was announced.
        self.say(&format!("{}{line}", if self.terminal { "\r" } else { "" }))
    }

    fn say(&self, text: &str) -> Result<(), Stop> {
        Ok(writeln!(io::stdout(), "{text}")?)
    }
}

fn line(mark: char, check: &Check) -> String {
    format!("{mark} {:16}{}", check.name, check.sentence)
}
