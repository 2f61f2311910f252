//! The servers: how they are built, started and looked at.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use escargot::CargoBuild;
use escargot::format::Message;
use tests::root;

use crate::load;
use crate::machine::{self, Place};
use crate::results::{Language, Server};

/// What is compared: servers of one group take turns.
pub const GROUPS: [&[Server]; 4] = [
    &[
        ("step4-accept", Language::Rust),
        ("step4-accept", Language::C),
        ("step4-accept", Language::Python),
    ],
    &[
        ("step6-thread", Language::Rust),
        ("step6-thread", Language::C),
        ("step6-thread", Language::Python),
    ],
    &[
        ("step7-poll", Language::Rust),
        ("step7-poll", Language::C),
        ("step7-poll", Language::Python),
    ],
    &[
        ("step8-epoll", Language::Rust),
        ("step8-epoll", Language::C),
        ("step9-await", Language::Rust),
        ("step8-epoll", Language::Python),
        ("step9-await", Language::Python),
    ],
];

/// The file of a twin, without its ending.
fn twin(step: &str) -> &'static str {
    match step {
        "step4-accept" => "step4-accept/socket_accept",
        "step6-thread" => "step6-thread/socket_threads",
        "step7-poll" => "step7-poll/socket_poll",
        "step8-epoll" => "step8-epoll/socket_epoll",
        _ => "step9-await/socket_asyncio",
    }
}

/// What starts each server: a program, and what stands before the address.
pub struct Programs {
    programs: BTreeMap<Server, Vec<PathBuf>>,
}

impl Programs {
    /// Builds these servers. What a missing compiler or interpreter leaves out is told.
    ///
    /// # Errors
    ///
    /// A server does not build.
    pub fn build(servers: &[Server]) -> Result<(Self, Vec<String>), String> {
        let mut programs = BTreeMap::new();
        let mut left_out = Vec::new();
        let of = |language| servers.iter().filter(move |server| server.1 == language);
        let lessons = build_lessons(of(Language::Rust).map(|server| server.0))?;
        for &server in of(Language::Rust) {
            let built =
                lessons.get(server.0).ok_or(format!("no executable {}", server.0))?;
            programs.insert(server, vec![built.clone()]);
        }
        for &server in of(Language::C) {
            // Its poll(2) and epoll(7) are those of Linux.
            match cfg!(target_os = "linux").then(|| compile(server.0)) {
                Some(built) => _ = programs.insert(server, vec![built?]),
                None => left_out.push("the twins in C, which are compared on Linux".into()),
            }
        }
        let python = python();
        for &server in of(Language::Python) {
            let path = root().join(twin(server.0)).with_extension("py");
            match &python {
                Some(python) => {
                    let args = [python.clone(), "-I".into(), "-S".into(), path];
                    programs.insert(server, args.into());
                }
                None => left_out.push("the twins in Python: there is no python3".into()),
            }
        }
        left_out.dedup();
        Ok((Self { programs }, left_out))
    }

    /// Whether it could be built.
    pub fn has(&self, server: Server) -> bool {
        self.programs.contains_key(&server)
    }

    /// Starts a server, and waits until it answers.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub fn start(&self, server: Server) -> io::Result<Running> {
        let [program, args @ ..] = &self.programs[&server][..] else {
            return Err(io::ErrorKind::NotFound.into());
        };
        // A port that was free just now may be taken by another program.
        let mut result = Err(io::ErrorKind::AddrInUse.into());
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let mut command = ending_with_us(program);
            command.args(args);
            match server.1 {
                Language::Rust => command.arg(format!("127.0.0.1:{port}")),
                Language::C => command.arg(port.to_string()),
                Language::Python => command.args(["127.0.0.1", &port.to_string()]),
            };
            command.env("RUST_LOG", "error");
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            machine::put(Place::Servers);
            let child = command.spawn();
            machine::put(Place::Load);
            let mut running = Running { child: child?, port };
            result = running.wait_until_it_listens().map(|()| running);
            if result.is_ok() {
                break;
            }
        }
        result
    }
}

/// A program that ends when this process does, however that ends: on Linux. Elsewhere Ctrl-C
/// reaches both.
pub fn ending_with_us(program: &Path) -> Command {
    if cfg!(target_os = "linux") {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ended_with_parent"));
        command.arg(std::process::id().to_string()).arg(program);
        command
    } else {
        Command::new(program)
    }
}

/// The lessons as `cargo build --release` makes them.
fn build_lessons<'a>(
    steps: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, PathBuf>, String> {
    let mut cargo = CargoBuild::new().manifest_path(root().join("Cargo.toml")).release();
    for step in steps {
        cargo = cargo.arg("--package").arg(step);
    }
    let mut built = HashMap::new();
    for message in cargo.bins().exec().map_err(|error| error.to_string())? {
        let message = message.map_err(|error| error.to_string())?;
        if let Ok(Message::CompilerArtifact(artifact)) = message.decode()
            && let Some(executable) = artifact.executable
        {
            built.insert(artifact.target.name.into(), executable.into());
        }
    }
    Ok(built)
}

/// Builds the twin in C.
fn compile(step: &str) -> Result<PathBuf, String> {
    let source = root().join(twin(step)).with_extension("c");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{step}-in-c"));
    let output = Command::new("cc")
        .args(["-std=c11", "-O2", "-pthread", "-o"])
        .args([&program, &source])
        .output()
        .map_err(|error| format!("cc: {error}"))?;
    match output.status.success() {
        true => Ok(program),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// The interpreter itself: what stands in the PATH may be a launcher.
fn python() -> Option<PathBuf> {
    let ask = ["-c", "import sys; print(sys.executable)"];
    let output = Command::new("python3").args(ask).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    Some(path.trim().into()).filter(|_| output.status.success())
}

/// A server that runs. Dropped, it is ended.
pub struct Running {
    child: Child,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl Running {
    fn wait_until_it_listens(&mut self) -> io::Result<()> {
        let start = Instant::now();
        loop {
            match load::answers(self.port) {
                Ok(()) => return Ok(()),
                Err(error) if start.elapsed() > Duration::from_secs(10) => {
                    return Err(error);
                }
                Err(_) => thread::sleep(Duration::from_millis(2)),
            }
            if self.child.try_wait()?.is_some() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
    }

    /// Its memory in KiB and its threads, as soon as both stay as they are: VmRSS and Threads
    /// of proc(5). None where there is none.
    pub fn memory_and_threads(&self) -> Option<(f64, f64)> {
        let mut last = self.status()?;
        for _ in 0..100 {
            thread::sleep(Duration::from_millis(20));
            let now = self.status()?;
            if now == last {
                break;
            }
            last = now;
        }
        Some(last)
    }

    /// Puts the threads that it starts from now on into their place.
    pub fn put(&self, place: Place) {
        machine::put_thread(Some(self.child.id()), place);
    }

    /// The processor time that its threads have used, in seconds: schedstat of proc(5).
    pub fn used(&self) -> Option<f64> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).ok()?;
        let nanoseconds = tasks.filter_map(|task| {
            let stat = fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
            stat.split(' ').next()?.parse::<f64>().ok()
        });
        Some(nanoseconds.sum::<f64>() / 1e9)
    }

    fn status(&self) -> Option<(f64, f64)> {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        Some((field("VmRSS:")?, field("Threads:")?))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
