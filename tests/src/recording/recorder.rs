//! The recorder: runs programs in a network namespace, with strace(1) and tcpdump(8) beside
//! them.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Instant, SystemTime};

use super::Recording;
use super::derive::derive;
use super::order::{Mark, Program as Traced, Raw};
use super::strace::Thread;
use super::tcpdump::Packet;
use crate::{Namespace, PATIENCE, Program, Running};

/// Records what programs do in a network namespace, see the rules of
/// [`Recording`](super::Recording).
pub struct Recorder {
    name: String,
    commands: Vec<String>,
    marks: Vec<Mark>,
    // They end in this order.
    running: Vec<Option<Running>>,
    _tcpdump: Running,
    namespace: Namespace,
    folder: Folder,
}

/// A folder for a while.
struct Folder(PathBuf);

impl Recorder {
    /// Begins a recording.
    ///
    /// # Panics
    ///
    /// strace(1) or tcpdump(8) is missing, or no namespace can be made.
    pub fn new(name: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = format!("recording-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        fs::create_dir(&folder).expect("a folder");
        let folder = Folder(folder);
        let namespace = Namespace::new();
        let packets = File::create(folder.0.join("packets")).expect("a file");
        // As root: a process that changes its user would not be ended with the test. Heads are
        // enough: with room for whole packets of the loopback, few fit into the buffer.
        let options = "-i lo -nn -S -l -tt -s 160 -B 4096 -Z root --immediate-mode \
                       --time-stamp-precision=nano";
        let options: Vec<&str> = options.split(' ').collect();
        let tcpdump = Program::other("tcpdump", &options).stdout(packets);
        let mut tcpdump = namespace.inside(tcpdump).start();
        tcpdump.until(|line| line.contains("listening on"));
        Self {
            name: name.into(),
            commands: Vec::new(),
            marks: Vec::new(),
            running: Vec::new(),
            _tcpdump: tcpdump,
            namespace,
            folder,
        }
    }

    /// Starts a program, and returns its number.
    pub fn start(&mut self, program: Program) -> usize {
        let number = self.running.len();
        let file = self.folder.0.join(format!("{number}.trace"));
        let file = file.to_str().expect("UTF-8");
        // With -D strace is the child: the process that the test starts is the program.
        let options = format!(
            "strace -D -ff -q -s 300 --absolute-timestamps=format:unix,precision:ns \
             --syscall-times=ns -o {file} -e trace=network,close,poll,ppoll,read,write,clone,\
             clone3,fcntl"
        );
        let options: Vec<&str> = options.split_whitespace().collect();
        self.commands.push(program.command_line().into());
        let program = program.variable("RUST_LOG", "trace").through(&options);
        self.running.push(Some(self.namespace.inside(program).start()));
        number
    }

    /// The program of this number, which runs.
    pub fn running(&mut self, number: usize) -> &mut Running {
        self.running[number].as_mut().expect("it runs")
    }

    /// Waits until a program shows this.
    pub fn says(&mut self, number: usize, text: &str) {
        self.running(number).until(|line| line.contains(text));
    }

    /// Ends the input of a program, and waits for its end.
    pub fn finish(&mut self, number: usize) {
        self.running[number].take().expect("it runs").finish();
    }

    /// Waits until `ss -tano` shows such a line.
    ///
    /// # Panics
    ///
    /// The time ends without it.
    pub fn until(&self, found: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let shown = self.namespace.shell("ss -Htano");
            if shown.lines().any(&found) {
                return;
            }
            assert!(Instant::now() < deadline, "no end of waiting after\n{shown}");
        }
    }

    /// What was recorded so far.
    fn raw(&self) -> Raw {
        let mut programs: Vec<Traced> =
            self.commands.iter().map(|_| Traced { threads: Vec::new() }).collect();
        for entry in fs::read_dir(&self.folder.0).expect("the folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
            let Some((program, id)) = name.split_once(".trace.") else { continue };
            let program: usize = program.parse().expect("a number");
            let trace = fs::read_to_string(&path).unwrap_or_default();
            let thread = Thread::parse(id.parse().expect("a number"), &trace);
            programs[program].threads.push(thread);
        }
        for program in &mut programs {
            // The numbers of threads begin anew some day.
            program.threads.sort_by_key(|thread| thread.began);
        }
        let packets = fs::read_to_string(self.folder.0.join("packets")).unwrap_or_default();
        let whole = packets.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let packets = whole.lines().filter_map(Packet::parse).collect();
        Raw { programs, packets, marks: self.marks.clone() }
    }

    /// Ends a step: waits until each thread waits, and the sockets that ss(8) shows are those
    /// that follow from the recording.
    ///
    /// # Panics
    ///
    /// They are not: then what is derived is wrong.
    pub fn quiet(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let raw = self.raw();
            if raw.is_disturbed() {
                return;
            }
            let waits = raw.programs.iter().all(Traced::waits);
            let difference = match derive(&raw) {
                Err(error) => error,
                Ok((_, kernel)) => {
                    let shown = kernel.named(self.namespace.ss(&["-Htan"]));
                    if waits && shown == kernel.ss() {
                        self.mark(&raw);
                        return;
                    }
                    format!("{shown:#?}\nderived: {:#?}", kernel.ss())
                }
            };
            assert!(Instant::now() < deadline, "it is not quiet: {waits}, {difference}");
            thread::yield_now();
        }
    }

    /// Notes that a step ends here.
    fn mark(&mut self, raw: &Raw) {
        let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let time = time.expect("after 1970").as_nanos();
        let time = u64::try_from(time).expect("before 2554");
        let threads = raw.programs.iter().flat_map(|program| &program.threads);
        let lines = threads.map(|thread| (thread.id, thread.lines)).collect();
        self.marks.push(Mark { time, lines });
    }

    /// Ends the recording; none if the machine was so busy that something was sent again.
    ///
    /// # Panics
    ///
    /// It contradicts itself.
    pub fn end(self) -> Option<Recording> {
        let raw = self.raw();
        if raw.is_disturbed() {
            return None;
        }
        let derived = derive(&raw);
        let (mut events, _) = derived.unwrap_or_else(|error| panic!("{error}"));
        let last = raw.marks.len();
        events.retain(|event| event.step < last);
        let (name, commands) = (self.name.clone(), self.commands.clone());
        Some(Recording { name, commands, events })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // An strace whose program has just ended may be about to write a file.
        for _ in 0..100 {
            if fs::remove_dir_all(&self.0).is_ok() {
                return;
            }
            thread::yield_now();
        }
    }
}
