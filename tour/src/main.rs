//! The whole lecture in one terminal: every lesson as a learner would type it.

use std::env;
use std::ffi::OsString;
use std::fmt::{self, Display};
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::process::{Child, ChildStdin, Command, ExitCode, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use common::address::Address;

const DEFAULT_ADDRESS: &str = "127.0.0.1:4444";
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const LESSONS: [&str; 6] = [
    "step0-resolve",
    "step1-create",
    "step2-bind",
    "step3-listen",
    "step4-accept",
    "client",
];

/// How long a lesson may take for its next line.
const PATIENCE: Duration = Duration::from_secs(30);

/// The signal of Ctrl-C, which is 2 on every Unix system: POSIX, kill(1).
#[cfg(unix)]
const SIGINT: i32 = 2;

/// Set by Ctrl-C, and by SIGTERM and SIGHUP.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Run the whole lecture: steps 0 to 3, then step 4 with the client talking to it.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// IPv4 address for the server, HOST:PORT; port 0 lets the kernel choose
    #[arg(default_value = DEFAULT_ADDRESS)]
    address: Address,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let result = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed))
        .map_err(Error::Handler)
        .and_then(|()| tour(&args.address.to_string()));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Output(error)) if error.kind() == ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            // With standard error closed too, the exit status has to be enough.
            let _ = writeln!(io::stderr(), "tour: {error}");
            match error {
                Error::Interrupted => ExitCode::from(130),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

fn tour(address: &str) -> Result<(), Error> {
    print("Building the lessons ...")?;
    build()?;
    let address = if address == DEFAULT_ADDRESS { vec![] } else { vec![address] };

    title("Step 0: a name becomes an address")?;
    Lesson::start("", "step0-resolve", &["localhost"])?.run()?;
    title("Step 1: socket(2), a socket and its descriptor")?;
    Lesson::start("", "step1-create", &[])?.run()?;
    title("Step 2: bind(2), an address of its own")?;
    Lesson::start("", "step2-bind", &address)?.run()?;
    title("Step 3: listen(2), a queue for clients")?;
    Lesson::start("", "step3-listen", &address)?.run()?;

    title("Step 4: accept(2), and the client in a second terminal")?;
    let mut server = Lesson::start("server | ", "step4-accept", &address)?;
    server.until(|line| line.starts_with("listen("))?;
    let row = server.until(|line| line.starts_with("    "))?;
    server.until(|line| line.ends_with("..."))?;

    // The local address is the fourth column of the row.
    let address = row.split_whitespace().nth(3).unwrap_or(DEFAULT_ADDRESS);
    let address = if address == DEFAULT_ADDRESS { vec![] } else { vec![address] };
    let mut client = Lesson::start("client | ", "client", &address)?;
    client.until(|line| line.starts_with("connect(") && line.ends_with(" = 0"))?;
    client.until(|line| line.starts_with("    "))?;
    server.until(|line| line.starts_with("accept(") && line.contains(" = "))?;
    server.until(|line| line.starts_with("    "))?;
    client.type_line("Hello, server!")?;
    client.until(|line| line == "Hello, server!")?;
    client.end_input()?;
    client.run()?;
    server.until(|line| line.ends_with("..."))?;
    server.stop()?;

    print(
        "\nThe server waits for the next client; in a terminal, Ctrl-C ends it.\n\
         \n\
         That was the whole lecture. Now one step at a time:\n  \
         cargo run -p step1-create\n  \
         git diff --no-index step1-create/src/main.rs step2-bind/src/main.rs\n  \
         cargo run -p step4-accept -- --help\n\
         README.md says how to go on.",
    )
}

/// Builds all lessons first, so that cargo's own messages come before the tour.
fn build() -> Result<(), Error> {
    let mut command = Command::new(cargo());
    command.current_dir(WORKSPACE).args(["build", "--quiet", "--bins"]);
    command.args(LESSONS.iter().flat_map(|lesson| ["-p", lesson]));
    let status = command.stdin(Stdio::null()).status().map_err(Error::Cargo)?;
    ended("cargo build", status)
}

/// How a command ended; Ctrl-C in a terminal ends the lesson too, and may do so first.
fn ended(command: &str, status: ExitStatus) -> Result<(), Error> {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(SIGINT) {
        return Err(Error::Interrupted);
    }
    match status.code() {
        _ if INTERRUPTED.load(Ordering::Relaxed) => Err(Error::Interrupted),
        Some(0) => Ok(()),
        code => Err(Error::Failed(command.into(), code)),
    }
}

fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn title(title: &str) -> Result<(), Error> {
    print(format!("\n# {title}"))
}

fn print(line: impl Display) -> Result<(), Error> {
    writeln!(io::stdout(), "{line}").map_err(Error::Output)
}

/// A lesson that runs; dropped, it is ended.
struct Lesson {
    command: String,
    /// Stands before each line that the lesson prints.
    prefix: &'static str,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Lesson {
    fn start(prefix: &'static str, package: &str, args: &[&str]) -> Result<Self, Error> {
        let mut words = vec!["run", "-q", "-p", package];
        if !args.is_empty() {
            words.push("--");
            words.extend(args);
        }
        let command = format!("cargo {}", words.join(" "));
        print(format!("$ {command}"))?;

        // One pipe for both streams keeps their lines in order.
        let (reader, writer) = io::pipe().map_err(Error::Cargo)?;
        let mut child = Command::new(cargo())
            .current_dir(WORKSPACE)
            .args(words)
            .env("RUST_LOG", "info")
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::piped())
            .stdout(writer.try_clone().map_err(Error::Cargo)?)
            .stderr(writer)
            .spawn()
            .map_err(Error::Cargo)?;
        let stdin = child.stdin.take();

        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(reader).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self { command, prefix, child, stdin, lines })
    }

    /// The next line, or none at the end.
    fn line(&mut self) -> Result<Option<String>, Error> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(Duration::from_millis(50)) {
                _ if INTERRUPTED.load(Ordering::Relaxed) => return Err(Error::Interrupted),
                Ok(line) => {
                    print(format!("{}{line}", self.prefix))?;
                    return Ok(Some(line));
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => (),
                Err(RecvTimeoutError::Timeout) => {
                    return Err(Error::Unexpected(self.command.clone()));
                }
            }
        }
    }

    /// Prints lines up to the one that is looked for.
    fn until(&mut self, found: impl Fn(&str) -> bool) -> Result<String, Error> {
        while let Some(line) = self.line()? {
            if found(&line) {
                return Ok(line);
            }
        }
        let status = self.child.wait().map_err(Error::Cargo)?;
        ended(&self.command, status)?;
        Err(Error::Unexpected(self.command.clone()))
    }

    /// Runs the lesson to its end; Enter is pressed when it asks for it.
    fn run(mut self) -> Result<(), Error> {
        while let Some(line) = self.line()? {
            if line.starts_with("Press Enter") {
                self.type_line("")?;
            }
        }
        let status = self.child.wait().map_err(Error::Cargo)?;
        ended(&self.command, status)
    }

    fn type_line(&mut self, text: &str) -> Result<(), Error> {
        if !text.is_empty() {
            print(format!("{}> {text}", self.prefix))?;
        }
        match &mut self.stdin {
            // A lesson that reads no more has ended, and its exit status says why.
            Some(stdin) => match writeln!(stdin, "{text}") {
                Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                    Err(Error::Cargo(error))
                }
                _ => Ok(()),
            },
            None => Ok(()),
        }
    }

    /// Ctrl-D on an empty line.
    fn end_input(&mut self) -> Result<(), Error> {
        self.stdin = None;
        print(format!("{}> (end of file)", self.prefix))
    }

    /// Ends a lesson that would go on for ever.
    fn stop(mut self) -> Result<(), Error> {
        match self.child.try_wait().map_err(Error::Cargo)? {
            Some(status) => {
                ended(&self.command, status)?;
                Err(Error::Unexpected(self.command.clone()))
            }
            None => Ok(()),
        }
    }
}

impl Drop for Lesson {
    fn drop(&mut self) {
        // It has ended already, or is ended now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

enum Error {
    Handler(ctrlc::Error),
    Cargo(io::Error),
    Output(io::Error),
    Failed(String, Option<i32>),
    Unexpected(String),
    Interrupted,
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handler(error) => write!(f, "cannot handle Ctrl-C: {error}"),
            Self::Cargo(error) => write!(f, "cannot run cargo: {error}"),
            Self::Output(error) => write!(f, "standard output: {error}"),
            Self::Failed(command, Some(code)) => {
                write!(f, "{command}: exit status {code}")?;
                if command.contains("step") {
                    write!(
                        f,
                        "\nhelp: if the address is taken: cargo run -p tour -- 127.0.0.1:0"
                    )?;
                }
                Ok(())
            }
            Self::Failed(command, None) => write!(f, "{command}: ended by a signal"),
            Self::Unexpected(command) => {
                write!(f, "{command}: it did not show what it should")
            }
            Self::Interrupted => write!(f, "interrupted"),
        }
    }
}
