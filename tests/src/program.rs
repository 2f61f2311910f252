//! A program: what is to run, what runs, what has ended.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

use crate::executables::target;
use crate::{PATIENCE, Row, executable, root};

/// A program to be run with arguments, as a learner types them.
pub struct Program {
    shown: String,
    command: Command,
    stdin: Option<Stdio>,
    stdout: Option<Stdio>,
    stderr: Option<Stdio>,
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
        for variable in ["RUST_LOG", "CLICOLOR", "CLICOLOR_FORCE", "NO_COLOR"] {
            command.env_remove(variable);
        }
        // A cargo that a program runs builds where this one does.
        command.envs(target().map(|folder| ("CARGO_TARGET_DIR", folder)));
        Self { shown, command, stdin: None, stdout: None, stderr: None }
    }

    /// Gives it more arguments, which need not be UTF-8, and does not show them.
    pub fn arguments(mut self, arguments: &[OsString]) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable, and shows it before the command.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self.shown = format!("{name}={value} {}", self.shown);
        self
    }

    /// Sets a variable, and does not show it.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// The command, as a learner types it.
    pub fn command_line(&self) -> &str {
        &self.shown
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

    /// Gives it a standard input of its own, instead of one to type into.
    pub fn stdin(self, stdin: impl Into<Stdio>) -> Self {
        Self { stdin: Some(stdin.into()), ..self }
    }

    /// Gives it a standard output of its own: what is read of it is standard error.
    pub fn stdout(self, stdout: impl Into<Stdio>) -> Self {
        Self { stdout: Some(stdout.into()), ..self }
    }

    /// Gives it a standard error of its own: what is read of it is standard output.
    pub fn stderr(self, stderr: impl Into<Stdio>) -> Self {
        Self { stderr: Some(stderr.into()), ..self }
    }

    /// Starts the program. Both its streams go into one pipe, as on a terminal.
    pub fn start(self) -> Running {
        let (reader, writer) = io::pipe().expect("a pipe");
        let stdin = Stdio::piped();
        let stdout = writer.try_clone().expect("a pipe").into();
        let (child, shown) = self.spawn(stdin, stdout, writer.into());
        Running::new(child, shown, reader)
    }

    /// Starts the program on a terminal, pty(7): it may use colours, and shows what is typed.
    #[cfg(target_os = "linux")]
    pub fn start_on_a_terminal(mut self) -> Running {
        let (person, program) = crate::terminal::open().expect("a terminal");
        self.command.env("TERM", "xterm");
        let end = || Stdio::from(program.try_clone().expect("a descriptor is free"));
        let (child, shown) = self.spawn(end(), end(), end());
        let keyboard = person.try_clone().expect("a descriptor is free");
        let mut running = Running::new(child, shown, person);
        running.stdin = Some(Box::new(keyboard));
        running.terminal = true;
        running
    }

    /// Starts the program, with these streams where it has none of its own. It ends with the
    /// thread that starts it, also when the tests are killed.
    fn spawn(self, stdin: Stdio, stdout: Stdio, stderr: Stdio) -> (Child, String) {
        let mut program = if cfg!(target_os = "linux") {
            let helper = executable("ended_with_parent").to_str().expect("UTF-8");
            self.through(&[helper, &std::process::id().to_string()])
        } else {
            self
        };
        let stdin = program.stdin.unwrap_or(stdin);
        let stdout = program.stdout.unwrap_or(stdout);
        let stderr = program.stderr.unwrap_or(stderr);
        let command = program.command.stdin(stdin).stdout(stdout).stderr(stderr);
        let child = match command.spawn() {
            // ERROR_INTERNAL_ERROR, which wine under load says now and then, and the program
            // has not run.
            Err(error) if cfg!(windows) && error.raw_os_error() == Some(1359) => {
                command.spawn()
            }
            child => child,
        };
        (child.unwrap_or_else(|error| panic!("{}: {error}", program.shown)), program.shown)
    }

    /// Starts a server, and waits until it shows that it listens and waits for a client: with
    /// the port on which it listens.
    pub fn serve(self) -> (Running, u16) {
        let mut server = self.start();
        let port = server.until_row("LISTEN").port();
        server.accepting();
        (server, port)
    }

    /// Runs the program to its end, with nothing on standard input.
    pub fn run(self) -> Finished {
        self.start().finish()
    }

    /// Runs the program to its end with this input, and gives its two streams apart.
    pub fn run_apart(self, input: &[u8]) -> (Finished, Vec<u8>) {
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let mut running = self.stdout(writer).start();
        let mut stdin = running.take_stdin();
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
    stdin: Option<Keyboard>,
    terminal: bool,
    lines: Receiver<String>,
    output: String,
}

/// What the input of a program is written into: a pipe or a terminal.
type Keyboard = Box<dyn Write + Send>;

impl Running {
    /// A program that runs and whose lines can be read.
    fn new(mut child: Child, shown: String, output: impl Read + Send + 'static) -> Self {
        let stdin = child.stdin.take().map(|stdin| Box::new(stdin) as Keyboard);
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut reader = BufReader::new(output);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                // A checkout with CRLF has them in its help texts too, and a terminal adds them.
                let text = String::from_utf8_lossy(&line).replace("\r\n", "\n");
                line.clear();
                if sender.send(text).is_err() {
                    break;
                }
            }
        });
        Self { shown, child, stdin, terminal: false, lines, output: String::new() }
    }

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

    /// Waits for a line, or for the end of its output. Returns whether the line has come.
    ///
    /// # Panics
    ///
    /// The time ends without either.
    pub fn reaches(&mut self, found: impl Fn(&str) -> bool) -> bool {
        let deadline = Instant::now() + PATIENCE;
        std::iter::from_fn(|| self.line(deadline))
            .any(|line| found(line.trim_end_matches('\n')))
    }

    /// Waits for the row in this state of a socket that has a port.
    ///
    /// # Panics
    ///
    /// As [`until`](Self::until).
    pub fn until_row(&mut self, state: &str) -> Row {
        let row = |line: &str| {
            Row::parse(line).filter(|row| row.state == state && row.port() > 0)
        };
        let line = self.until(|line| row(line).is_some());
        row(&line).expect("it has been found")
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

    /// Ends standard input; on a terminal, at the beginning of a line, with Ctrl-D.
    pub fn end_input(&mut self) {
        if self.terminal && self.stdin.is_some() {
            self.write(b"\x04");
        }
        self.stdin = None;
    }

    /// Takes the standard input, to write into it from another thread.
    pub fn take_stdin(&mut self) -> Keyboard {
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
