//! The recorder: runs programs in a network namespace, with strace(1) and tcpdump(8) beside
//! them.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Instant, SystemTime};

use super::order::{Mark, Program as Traced, Raw};
use super::strace::Thread;
use super::tcpdump::Packet;
use super::{Event, Recording, derive};
use crate::{Namespace, PATIENCE, Program, Running};

/// Records what programs do in a network namespace, see the rules of
/// [`Recording`](super::Recording).
pub struct Recorder {
    name: String,
    namespace: Namespace,
    folder: PathBuf,
    _tcpdump: Running,
    commands: Vec<String>,
    running: Vec<Option<Running>>,
    marks: Vec<Mark>,
}

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
        let namespace = Namespace::new();
        let packets = File::create(folder.join("packets")).expect("a file");
        // As root: a process that changes its user would not be ended with the test.
        let options = "-i lo -nn -S -l -tt --immediate-mode --time-stamp-precision=nano -Z root";
        let options: Vec<&str> = options.split(' ').collect();
        let tcpdump = Program::other("tcpdump", &options).stdout(packets);
        let mut tcpdump = namespace.inside(tcpdump).start();
        tcpdump.until(|line| line.contains("listening on"));
        Self {
            name: name.into(),
            namespace,
            folder,
            _tcpdump: tcpdump,
            commands: Vec::new(),
            running: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Starts a program, and returns its number.
    pub fn start(&mut self, program: Program) -> usize {
        let number = self.running.len();
        let file = self.folder.join(format!("{number}.trace"));
        let file = file.to_str().expect("UTF-8");
        // With -D strace is the child: the process that the test starts is the program.
        let options = format!(
            "strace -D -ff -q -s 300 --absolute-timestamps=format:unix,precision:ns \
             --syscall-times=ns -o {file} -e trace=network,close,poll,ppoll,read,write,futex,\
             clone,clone3,fcntl"
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
        for entry in fs::read_dir(&self.folder).expect("the folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
            let Some((program, id)) = name.split_once(".trace.") else { continue };
            let program: usize = program.parse().expect("a number");
            let trace = fs::read_to_string(&path).unwrap_or_default();
            let thread = Thread::parse(id.parse().expect("a number"), &trace);
            programs[program].threads.push(thread);
        }
        for program in &mut programs {
            program.threads.sort_by_key(|thread| thread.id);
        }
        let packets = fs::read_to_string(self.folder.join("packets")).unwrap_or_default();
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
            let blocked = raw.programs.iter().all(|program| {
                let made = |thread: &Thread| {
                    let made = thread.calls.iter().filter(|c| c.name == "pthread_create");
                    made.filter_map(|call| call.returned).all(|id| {
                        program.threads.iter().any(|thread| i64::from(thread.id) == id)
                    })
                };
                !program.threads.is_empty()
                    && program.threads.iter().all(|thread| thread.is_blocked() && made(thread))
            });
            let mut difference = String::new();
            if blocked {
                let (_, kernel) = derive(&raw);
                let shown = kernel.named(self.namespace.ss(&["-Htan"]));
                if shown == kernel.ss() {
                    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
                    let time = time.expect("after 1970").as_nanos();
                    let threads = raw.programs.iter().flat_map(|program| &program.threads);
                    let lines: HashMap<u32, usize> =
                        threads.map(|thread| (thread.id, thread.lines)).collect();
                    let time = u64::try_from(time).expect("before 2554");
                    self.marks.push(Mark { time, lines });
                    return;
                }
                difference = format!("{shown:#?}\nderived: {:#?}", kernel.ss());
            }
            let threads = || {
                let threads = raw.programs.iter().flat_map(|program| &program.threads);
                threads.map(|thread| (thread.id, thread.ended, thread.inside.clone())).collect::<Vec<_>>()
            };
            assert!(Instant::now() < deadline, "it does not get quiet: {difference} {:?}", threads());
            thread::yield_now();
        }
    }

    /// Ends the recording.
    pub fn end(self) -> Recording {
        let raw = self.raw();
        let (mut events, _): (Vec<Event>, _) = derive(&raw);
        let last = raw.marks.len();
        events.retain(|event| event.step < last);
        Recording { name: self.name.clone(), commands: self.commands.clone(), events }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.running.clear();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
