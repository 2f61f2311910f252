//! Builds the lessons, runs them, and shows what they print.

use std::collections::{HashMap, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::io::{self, BufRead, BufReader, ErrorKind, IsTerminal, PipeReader, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;
use std::{env, thread};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");

/// Set by Ctrl-C, and by SIGTERM and SIGHUP.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Why the tour ends before its end.
pub enum Error {
    /// Ctrl-C.
    Interrupted,
    /// Standard output cannot be written.
    Output(common::Error),
    /// A program did not start, or not do what it should.
    Program(String),
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Program(format!("cannot run cargo or a lesson: {error}"))
    }
}

/// Runs the tour, and makes its exit status: 130 if Ctrl-C has ended it.
pub fn main(tour: impl FnOnce() -> Result<(), Error>) -> ExitCode {
    // Without the handler Ctrl-C ends the tour all the same, and in a terminal the lesson, too.
    let _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed));
    let (failure, code) = match tour() {
        Ok(()) => return ExitCode::SUCCESS,
        // `| head -1` is no failure.
        Err(Error::Output(error)) if error.kind() == ErrorKind::BrokenPipe => {
            return ExitCode::SUCCESS;
        }
        Err(Error::Output(error)) => (error.to_string(), 1),
        Err(Error::Program(failure)) => (failure, 1),
        Err(Error::Interrupted) => ("interrupted".into(), 130),
    };
    // With standard error closed too, the exit status has to be enough.
    let _ = writeln!(io::stderr(), "tour: {failure}");
    code.into()
}

/// Prints a line.
pub fn print(line: impl Display) -> Result<(), Error> {
    common::log::print(format!("{line}\n")).map_err(Error::Output)
}

/// The executables of the lessons, by name.
pub struct Lessons(HashMap<String, OsString>);

impl Lessons {
    /// Builds the lessons, once: `cargo run` for each would wait whenever another cargo, such
    /// as that of an editor, builds something.
    ///
    /// On a terminal, cargo says what it does and what it waits for.
    pub fn build(lessons: &[&str]) -> Result<Self, Error> {
        let mut cargo = command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // In the learner's folder, so that a relative CARGO_TARGET_DIR means the same one.
        cargo.args(["build", "--bins", "--manifest-path", MANIFEST]);
        cargo.args(lessons.iter().flat_map(|lesson| ["-p", lesson]));
        cargo.arg("--message-format=json-render-diagnostics");
        if !io::stderr().is_terminal() {
            cargo.arg("--quiet");
        }
        let (output, writer) = io::pipe()?;
        cargo.stdout(writer);
        let mut cargo = Lesson::spawn("", "cargo build".into(), cargo, output)?;

        let mut executables = HashMap::new();
        while let Some(line) = cargo.line()? {
            let message: serde_json::Value =
                serde_json::from_str(&line).unwrap_or_default();
            let name = message["target"]["name"].as_str();
            if let (Some(name), Some(path)) = (name, message["executable"].as_str()) {
                executables.insert(name.to_owned(), path.into());
            }
        }
        cargo.end()?;
        Ok(Self(executables))
    }

    /// Starts a lesson, and shows the command that a learner types for it. `prefix` stands
    /// before each line that the lesson prints.
    pub fn start(
        &self,
        prefix: &'static str,
        package: &str,
        args: &[&str],
    ) -> Result<Lesson, Error> {
        let mut shown = format!("cargo run -q -p {package}");
        if !args.is_empty() {
            shown += &format!(" -- {}", args.join(" "));
        }
        print(format!("$ {shown}"))?;

        let mut lesson =
            command(self.0.get(package).ok_or(io::Error::from(ErrorKind::NotFound))?);
        lesson.args(args).env("RUST_LOG", "info").env_remove("CLICOLOR_FORCE");
        // One pipe for both streams keeps their lines in order.
        let (output, writer) = io::pipe()?;
        lesson.stdout(writer.try_clone()?).stderr(writer);
        Lesson::spawn(prefix, shown, lesson, output)
    }
}

/// A command that ends with the tour, on Linux even if the tour is killed: PR_SET_PDEATHSIG of
/// prctl(2). It needs setpriv(1) of util-linux; without it the program is the command.
fn command(program: impl AsRef<OsStr>) -> Command {
    if cfg!(target_os = "linux") {
        let through = |program: &OsStr| {
            let mut setpriv = Command::new("setpriv");
            setpriv.args(["--pdeathsig", "KILL"]).arg(program);
            setpriv
        };
        if through("true".as_ref()).output().is_ok_and(|output| output.status.success()) {
            return through(program.as_ref());
        }
    }
    Command::new(program)
}

/// A lesson that runs; dropped, it is ended.
pub struct Lesson {
    prefix: &'static str,
    shown: String,
    child: Child,
    lines: Receiver<String>,
    /// Lines that have come and are not printed yet.
    waiting: VecDeque<String>,
}

impl Lesson {
    fn spawn(
        prefix: &'static str,
        shown: String,
        mut command: Command,
        output: PipeReader,
    ) -> Result<Self, Error> {
        let child = command.stdin(Stdio::piped()).spawn()?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            lines.map(|line| sender.send(line)).take_while(Result::is_ok).count()
        });
        Ok(Self { prefix, shown, child, lines, waiting: VecDeque::new() })
    }

    /// The next line, or none at the end.
    fn line(&mut self) -> Result<Option<String>, Error> {
        if let Some(line) = self.waiting.pop_front() {
            return Ok(Some(line));
        }
        loop {
            match self.lines.recv_timeout(Duration::from_millis(50)) {
                _ if INTERRUPTED.load(Ordering::Relaxed) => return Err(Error::Interrupted),
                Ok(line) => return Ok(Some(line)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => (),
            }
        }
    }

    /// The next line, which has to come.
    fn next(&mut self) -> Result<String, Error> {
        if let Some(line) = self.line()? {
            return Ok(line);
        }
        self.end()?;
        Err(Error::Program(format!("{}: it ended too early", self.shown)))
    }

    fn show(&self, line: &str) -> Result<(), Error> {
        print(format!("{}{line}", self.prefix))
    }

    /// Prints lines up to the first that begins with this, and returns that one.
    pub fn until(&mut self, beginning: &str) -> Result<String, Error> {
        loop {
            let line = self.next()?;
            self.show(&line)?;
            if line.starts_with(beginning) {
                return Ok(line);
            }
        }
    }

    /// Prints the first line that begins with this, and leaves those before it for later:
    /// the client sends and receives at the same time, and either may be first to say so.
    pub fn only(&mut self, beginning: &str) -> Result<(), Error> {
        let mut before = VecDeque::new();
        let mut line = self.next()?;
        while !line.starts_with(beginning) {
            before.push_back(line);
            line = self.next()?;
        }
        before.append(&mut self.waiting);
        self.waiting = before;
        self.show(&line)
    }

    /// Runs the lesson to its end; Enter is pressed when it asks for it.
    pub fn run(mut self) -> Result<(), Error> {
        while let Some(line) = self.line()? {
            self.show(&line)?;
            if line.starts_with("Press Enter") {
                self.write("\n")?;
            }
        }
        self.end()
    }

    /// Types a line, and shows it.
    pub fn type_line(&mut self, text: &str) -> Result<(), Error> {
        self.show(&format!("> {text}"))?;
        self.write(&format!("{text}\n"))
    }

    fn write(&mut self, text: &str) -> Result<(), Error> {
        match self.child.stdin.as_mut().map(|stdin| stdin.write_all(text.as_bytes())) {
            // A lesson that reads no more has ended, and its exit status says why.
            Some(Err(error)) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Ctrl-D on an empty line.
    pub fn end_input(&mut self) -> Result<(), Error> {
        self.child.stdin = None;
        self.show("> (end of file)")
    }

    /// Waits for the end, which has to be a success.
    fn end(&mut self) -> Result<(), Error> {
        let status = self.child.wait()?;
        // 2 is the signal of Ctrl-C on every Unix system (kill(1) of POSIX). In a terminal it
        // goes to the lesson, too, and may be there first.
        #[cfg(unix)]
        if std::os::unix::process::ExitStatusExt::signal(&status) == Some(2) {
            return Err(Error::Interrupted);
        }
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        let help = match &self.shown {
            _ if status.success() => return Ok(()),
            shown if shown.contains("step") => {
                "\nhelp: if the address is taken: cargo run -p tour -- 127.0.0.1:0"
            }
            _ => "",
        };
        Err(Error::Program(format!("{}: {status}{help}", self.shown)))
    }
}

impl Drop for Lesson {
    fn drop(&mut self) {
        // It has ended already, or is ended now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
