//! What Linux tells of a process: proc(5).

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};

use crate::{PATIENCE, Program, Running};

impl Running {
    /// How long its threads have computed so far: in steps of 10 ms, utime and stime.
    pub fn cpu(&self) -> Duration {
        let stat = self.proc("stat");
        let (_, fields) = stat.rsplit_once(") ").expect("the name is in brackets");
        let ticks = |index: usize| -> u64 {
            let field = fields.split(' ').nth(index).expect("it has 52 fields");
            field.parse().expect("a number")
        };
        // Fields 14 and 15, and the first after the name is field 3. USER_HZ is 100.
        Duration::from_millis((ticks(11) + ticks(12)) * 10)
    }

    /// How much of its memory is in use now: VmRSS, in KiB.
    pub fn memory(&self) -> usize {
        self.status("VmRSS:")
    }

    /// The number of its threads.
    pub fn threads(&self) -> usize {
        self.status("Threads:")
    }

    /// The number of its open descriptors.
    pub fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.id())).expect("it runs").count()
    }

    fn status(&self, name: &str) -> usize {
        let status = self.proc("status");
        let value = status.lines().find_map(|line| line.strip_prefix(name));
        let number = value.and_then(|value| value.split_whitespace().next());
        number.and_then(|number| number.parse().ok()).expect("a number")
    }

    fn proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.id())).expect("it runs")
    }

    /// Sends what Ctrl-C sends.
    pub fn interrupt(&self) {
        let id = Pid::from_raw(self.id().cast_signed()).expect("a process");
        kill_process(id, Signal::INT).expect("it runs");
    }

    /// Stops it when it waits in a call, and lets it go on when it has stopped.
    ///
    /// # Panics
    ///
    /// It does not wait, or it does not stop.
    pub fn stop_and_continue(&self) {
        let id = Pid::from_raw(self.id().cast_signed()).expect("a process");
        self.until_asleep();
        kill_process(id, Signal::STOP).expect("it runs");
        self.until_state('T');
        kill_process(id, Signal::CONT).expect("it runs");
    }

    /// Waits until it sleeps in a call.
    ///
    /// # Panics
    ///
    /// It does not.
    pub fn until_asleep(&self) {
        self.until_state('S');
    }

    /// Waits for this state of proc_pid_stat(5): S sleeps in a call, T is stopped.
    fn until_state(&self, state: char) {
        let deadline = Instant::now() + PATIENCE;
        while !self.proc("stat").contains(&format!(") {state} ")) {
            assert!(Instant::now() < deadline, "{}", self.proc("stat"));
            std::thread::yield_now();
        }
    }

    /// The port on which it listens, none as long as it does not.
    fn listens(&self) -> Option<u16> {
        let link = fs::read_link(format!("/proc/{}/fd/3", self.id())).ok()?;
        let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
        let table = self.proc("net/tcp");
        let columns = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        // Number, local address, peer, state (0A is LISTEN) ..., inode.
        let mut rows =
            columns.filter(|columns| columns[3] == "0A" && columns.get(9) == Some(&inode));
        u16::from_str_radix(rows.next()?[1].rsplit(':').next()?, 16).ok()
    }
}

impl Program {
    /// Lets Ctrl-C have its default action, also where the tests run in the background of a
    /// shell, which has it ignored.
    pub fn interruptible(self) -> Self {
        self.through(&["env", "--default-signal=INT"])
    }

    /// Starts a server that shows failures only, and gives the port on which it listens.
    ///
    /// # Panics
    ///
    /// It does not listen.
    pub fn serve_quietly(self) -> (Running, u16) {
        let server = self.env("RUST_LOG", "error").start();
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(port) = server.listens() {
                return (server, port);
            }
            assert!(Instant::now() < deadline, "it does not listen");
            std::thread::yield_now();
        }
    }
}

/// Lets this process, and the programs that it starts from now on, have so many descriptors.
///
/// # Panics
///
/// The machine allows fewer: `ulimit -Hn`.
pub fn allow_descriptors(count: u64) {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let current = Some(current.map_or(count, |current| current.max(count)));
    setrlimit(Resource::Nofile, Rlimit { current, maximum })
        .unwrap_or_else(|error| panic!("{count} descriptors of {maximum:?}: {error}"));
}
