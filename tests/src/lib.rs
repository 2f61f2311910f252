//! The harness: builds the lessons once, runs them as a learner would, and ends them.

use std::collections::HashMap;
use std::env::{self, consts::EXE_SUFFIX};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use escargot::{CargoBuild, format::Message};

mod alike;
pub use alike::alike;
#[cfg(target_os = "linux")]
mod namespace;
#[cfg(target_os = "linux")]
mod trace;
#[cfg(target_os = "linux")]
pub use namespace::Namespace;
#[cfg(target_os = "linux")]
pub use trace::{Trace, notation};
pub mod windows;

/// The bound of every wait. It is long: a machine under load is no reason to fail.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The folder of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in a workspace")
}

/// The executable of a lesson, or of one of its examples: built, not merely found, so
/// that it is never an old one.
///
/// Where no cargo runs, the variable `PREBUILT` names the folder in which they are.
pub fn executable(name: &str) -> &'static Path {
    static EXECUTABLES: LazyLock<HashMap<String, PathBuf>> =
        LazyLock::new(|| match env::var_os("PREBUILT") {
            Some(folder) => prebuilt(Path::new(&folder)),
            None => build(),
        });
    EXECUTABLES.get(name).unwrap_or_else(|| panic!("no executable {name}"))
}

fn build() -> HashMap<String, PathBuf> {
    CargoBuild::new()
        .manifest_path(root().join("Cargo.toml"))
        .arg("--workspace")
        .bins()
        .examples()
        .current_release()
        .exec()
        .expect("cargo runs")
        .filter_map(|message| match message.expect("the lessons build").decode() {
            Ok(Message::CompilerArtifact(artifact)) => {
                Some((artifact.target.name.into(), artifact.executable?.into()))
            }
            _ => None,
        })
        .collect()
}

fn prebuilt(folder: &Path) -> HashMap<String, PathBuf> {
    [folder.to_owned(), folder.join("examples")]
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten()
        .filter_map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name()?.to_str()?.strip_suffix(EXE_SUFFIX)?.to_owned();
            Some((name, path))
        })
        .collect()
}

/// `insta::assert_snapshot!` for what differs between systems by nature: Windows has
/// snapshots of its own, `NAME@windows.snap`; any other system is [`alike`].
#[macro_export]
macro_rules! assert_snapshot {
    ($($argument:tt)*) => {{
        let _scope = $crate::snapshots().bind_to_scope();
        insta::assert_snapshot!($($argument)*);
    }};
}

/// What [`assert_snapshot`] asks of insta on this system.
pub fn snapshots() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    if cfg!(windows) {
        settings.set_snapshot_suffix("windows");
    } else if !cfg!(target_os = "linux") {
        settings.set_comparator(Box::new(alike::Alike));
    }
    settings
}

/// A program to be run with arguments, as a learner types them.
pub struct Program {
    shown: String,
    command: Command,
}

impl Program {
    /// A lesson: `cargo run -q -p NAME -- ARGS`.
    pub fn lesson(name: &str, args: &[&str]) -> Self {
        let mut command = Command::new(executable(name));
        command.args(args);
        Self::new(shown(&format!("cargo run -q -p {name}"), args), command)
    }

    /// An example of a lesson: `cargo run -q -p LESSON --example NAME -- ARGS`.
    pub fn example(lesson: &str, name: &str, args: &[&str]) -> Self {
        let mut command = Command::new(executable(name));
        command.args(args);
        Self::new(
            shown(&format!("cargo run -q -p {lesson} --example {name}"), args),
            command,
        )
    }

    /// A Python file of the workspace: `python3 PATH ARGS`, with the standard library alone.
    ///
    /// # Panics
    ///
    /// python3 is missing.
    pub fn python(path: &str, args: &[&str]) -> Self {
        // The interpreter itself: what stands in the PATH may be a launcher, a shell script.
        static PYTHON: LazyLock<String> = LazyLock::new(|| {
            let ask = Command::new("python3")
                .args(["-c", "import sys; print(sys.executable)"])
                .output()
                .expect("python3");
            String::from_utf8_lossy(&ask.stdout).trim().to_owned()
        });
        let mut command = Command::new(&*PYTHON);
        // Without the packages and the variables of the one who runs the tests.
        command.args(["-I", "-S"]).arg(root().join(path)).args(args);
        Self::new(shown(&format!("python3 {path}"), args), command)
    }

    /// Any other program.
    pub fn other(name: &str, args: &[&str]) -> Self {
        let mut command = Command::new(name);
        command.args(args);
        Self::new(self::shown(name, args), command)
    }

    fn new(shown: String, mut command: Command) -> Self {
        // What the one who runs the tests has set must not change what they see.
        for variable in ["RUST_LOG", "CLICOLOR_FORCE", "NO_COLOR"] {
            command.env_remove(variable);
        }
        Self { shown, command }
    }

    /// Sets a variable, and shows it before the command.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self.shown = format!("{name}={value} {}", self.shown);
        self
    }

    /// Runs the program through another one, which is not shown: `nsenter ... PROGRAM`.
    pub fn through(mut self, outer: &[&str]) -> Self {
        let (first, rest) = outer.split_first().expect("a program");
        let mut command = Command::new(first);
        command.args(rest).arg(self.command.get_program()).args(self.command.get_args());
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        self.command = command;
        self
    }

    /// Makes a call of the program fail on order of strace(1): `accept4:error=EINTR:when=1`.
    pub fn with_fault(self, fault: &str) -> Self {
        let inject = format!("--inject={fault}");
        // With -D strace is the child: the process that the test starts is the program.
        self.through(&["strace", "-D", "-qq", "-o", "/dev/null", &inject])
    }

    /// Makes the program end with the thread that starts it, also when the tests are
    /// killed: PR_SET_PDEATHSIG of prctl(2).
    #[cfg(target_os = "linux")]
    pub fn ended_with_the_test(self) -> Self {
        self.through(&["setpriv", "--pdeathsig", "KILL"])
    }

    /// Starts the program. Both its streams go into one pipe, as on a terminal.
    pub fn start(self) -> Running {
        let (reader, writer) = io::pipe().expect("a pipe");
        let stdout = writer.try_clone().expect("a pipe");
        self.start_with(reader, Stdio::from(stdout), Stdio::from(writer))
    }

    /// Starts the program with a standard output of its own: what it reads of the two
    /// streams is standard error.
    pub fn start_with_stdout(self, stdout: impl Into<Stdio>) -> Running {
        let (reader, writer) = io::pipe().expect("a pipe");
        self.start_with(reader, stdout.into(), Stdio::from(writer))
    }

    fn start_with(
        mut self,
        reader: impl Read + Send + 'static,
        stdout: Stdio,
        stderr: Stdio,
    ) -> Running {
        self.command.stdin(Stdio::piped()).stdout(stdout).stderr(stderr);
        let mut child = spawn(&mut self.command)
            .unwrap_or_else(|error| panic!("{}: {error}", self.shown));
        let stdin = child.stdin.take();
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut reader = BufReader::new(reader);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                // A checkout with CRLF has them in its help texts too.
                let text = String::from_utf8_lossy(&line).replace("\r\n", "\n");
                line.clear();
                if sender.send(text).is_err() {
                    break;
                }
            }
        });
        Running { shown: self.shown, child, stdin, lines, output: String::new() }
    }

    /// Runs the program to its end, with nothing on standard input.
    pub fn run(self) -> Finished {
        self.start().finish()
    }

    /// Runs the program to its end with this input, and gives its two streams apart.
    pub fn run_apart(self, input: &[u8]) -> (Finished, Vec<u8>) {
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let mut running = self.start_with_stdout(writer);
        let mut stdin = running.stdin.take().expect("standard input");
        let input = input.to_vec();
        thread::spawn(move || stdin.write_all(&input));
        let stdout = thread::spawn(move || {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map(|_| bytes)
        });
        let finished = running.finish();
        (finished, stdout.join().expect("no panic").expect("the pipe reads"))
    }
}

/// Starts a process. Under load wine now and then says ERROR_INTERNAL_ERROR instead, and
/// the program has not run: then once more.
fn spawn(command: &mut Command) -> io::Result<Child> {
    match command.spawn() {
        Err(error) if cfg!(windows) && error.raw_os_error() == Some(1359) => {
            command.spawn()
        }
        result => result,
    }
}

fn shown(command: &str, args: &[&str]) -> String {
    let mut shown = command.to_owned();
    if command.starts_with("cargo") && !args.is_empty() {
        shown += " --";
    }
    for arg in args {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/=,+@%".contains(c);
        if !arg.is_empty() && arg.chars().all(plain) {
            shown += &format!(" {arg}");
        } else {
            shown += &format!(" '{arg}'");
        }
    }
    shown
}

/// A program that runs. Dropped, as when a test fails, it is ended.
pub struct Running {
    shown: String,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    output: String,
}

impl Running {
    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed up to the line last waited for.
    pub fn output(&self) -> &str {
        &self.output
    }

    fn line(&mut self, deadline: Instant) -> Option<String> {
        match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                self.output += &line;
                Some(line)
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => None,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                panic!("{}: no end of waiting after\n{}", self.shown, self.output)
            }
        }
    }

    /// Waits for a line and returns it.
    ///
    /// # Panics
    ///
    /// The program ends, or the time does, without it.
    pub fn until(&mut self, found: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        while let Some(line) = self.line(deadline) {
            if found(line.trim_end_matches('\n')) {
                return line;
            }
        }
        panic!("{}: it ended after\n{}", self.shown, self.output)
    }

    /// Waits for the row in this state, and returns the port of its local address.
    pub fn port(&mut self, state: &str) -> u16 {
        let row = self.until(|line| {
            line.trim_start().starts_with(state)
                && local_port(line).is_some_and(|port| port > 0)
        });
        local_port(&row).expect("the row has a port")
    }

    /// Waits until the server says that it waits for a client.
    pub fn accepting(&mut self) {
        self.until(|line| line.starts_with("accept(") && line.ends_with("..."));
    }

    /// Types into standard input.
    pub fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("standard input is open");
        stdin.write_all(bytes).expect("the program reads its input");
    }

    /// Ends standard input.
    pub fn end_input(&mut self) {
        self.stdin = None;
    }

    /// Takes the standard input, to write into it from another thread.
    pub fn take_stdin(&mut self) -> ChildStdin {
        self.stdin.take().expect("standard input is open")
    }

    /// Ends standard input and waits for the end of the program.
    pub fn finish(mut self) -> Finished {
        self.end_input();
        self.wait()
    }

    /// Waits for the end of the program, with standard input as it is.
    pub fn wait(mut self) -> Finished {
        let deadline = Instant::now() + PATIENCE;
        while self.line(deadline).is_some() {}
        loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                let code = status.code();
                let output = std::mem::take(&mut self.output);
                return Finished { shown: self.shown.clone(), output, code };
            }
            assert!(
                Instant::now() < deadline,
                "{}: it closed its output and went on",
                self.shown
            );
            thread::yield_now();
        }
    }

    /// Ends a program that would go on for ever, and returns what it printed.
    pub fn stop(mut self) -> String {
        assert_eq!(
            self.child.try_wait().expect("it is our child"),
            None,
            "{}",
            self.output
        );
        self.child.kill().expect("it runs");
        let deadline = Instant::now() + PATIENCE;
        while self.line(deadline).is_some() {}
        transcript(&self.shown, &self.output)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that has ended.
pub struct Finished {
    shown: String,
    /// What it printed.
    pub output: String,
    /// Its exit status, none if a signal ended it.
    pub code: Option<i32>,
}

impl Finished {
    /// Asserts success, and returns what a person would see: the command and its output.
    #[track_caller]
    pub fn succeeded(self) -> String {
        self.exited(0)
    }

    /// Asserts the exit status, and returns what a person would see.
    #[track_caller]
    pub fn exited(self, code: i32) -> String {
        assert!(!self.output.contains("panicked"), "{}\n{}", self.shown, self.output);
        assert_eq!(self.code, Some(code), "exit status of {}\n{}", self.shown, self.output);
        transcript(&self.shown, &self.output)
    }
}

/// What a person would see.
fn transcript(shown: &str, output: &str) -> String {
    format!("$ {shown}\n{output}")
}

/// The port of the local address in a row, the fourth column.
fn local_port(row: &str) -> Option<u16> {
    row.split_whitespace().nth(3)?.rsplit(':').next()?.parse().ok()
}

/// Accepts a connection, or fails in a bounded time if none comes.
///
/// # Panics
///
/// Nobody connects.
pub fn accept(listener: &TcpListener) -> TcpStream {
    let listener = listener.try_clone().expect("a descriptor");
    let (sender, accepted) = mpsc::channel();
    thread::spawn(move || sender.send(listener.accept()));
    let accepted = accepted.recv_timeout(PATIENCE).expect("somebody connects");
    accepted.expect("it connects").0
}

/// Hides what differs from run to run, and nothing else: ports and process ids, on Windows
/// also handles and the words of messages.
///
/// A port that the kernel chose gets a name of the same width, in the order in which they
/// appear: `port1`, `port2`. In the range that systems have by default, it has five digits.
pub fn stable(text: &str) -> String {
    let mut ports: Vec<&str> = Vec::new();
    let mut stable = String::new();
    let mut rest = text;
    while let Some(colon) = rest.find(':') {
        let (before, after) = rest.split_at(colon + 1);
        stable += before;
        let (number, after) = split_digits(after);
        if number.len() == 5 {
            let known = ports.iter().position(|port| *port == number);
            let index = known.unwrap_or_else(|| {
                ports.push(number);
                ports.len() - 1
            });
            stable += &format!("port{}", index + 1);
        } else {
            stable += number;
        }
        rest = after;
    }
    let stable = without_ids(&(stable + rest));
    if cfg!(windows) { windows::stable(&stable) } else { stable }
}

/// Hides process ids in paths: `/proc/PID/fd/3`.
pub fn without_ids(text: &str) -> String {
    let mut parts = text.split("/proc/");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |stable, part| match split_digits(part) {
        ("", rest) => stable + "/proc/" + rest,
        (_, rest) => stable + "/proc/PID" + rest,
    })
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}
