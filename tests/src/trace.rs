//! What a program asks of the kernel, as strace(1) sees it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Instant;

use crate::{PATIENCE, Program};

/// The network calls of a program and of its threads, written down by strace(1).
pub struct Trace {
    file: PathBuf,
}

impl Trace {
    /// A trace with nothing in it yet.
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("trace-{}-{number}", std::process::id());
        Self { file: std::env::temp_dir().join(name) }
    }

    /// Makes a program run under strace(1).
    pub fn of(&self, program: Program) -> Program {
        self.of_calls("network,close", program)
    }

    /// Makes a program run under strace(1), which writes these calls down, among them those
    /// that make sockets: `network,close,ppoll`.
    pub fn of_calls(&self, calls: &str, program: Program) -> Program {
        let file = self.file.to_str().expect("UTF-8");
        let calls = format!("trace={calls}");
        // With -D strace is the child: the process that the test starts is the program.
        program.through(&["strace", "-D", "-f", "-q", "-o", file, "-e", &calls])
    }

    /// Waits until there is such a line in the trace, and returns all of it.
    ///
    /// # Panics
    ///
    /// The time ends without it.
    pub fn until(&self, found: impl Fn(&str) -> bool) -> String {
        self.until_all(|trace| trace.lines().any(&found))
    }

    /// Waits until the trace is as it should be, and returns it.
    ///
    /// # Panics
    ///
    /// The time ends without it.
    pub fn until_all(&self, found: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let trace = fs::read_to_string(&self.file).unwrap_or_default();
            if found(&trace) {
                return trace;
            }
            assert!(Instant::now() < deadline, "no end of waiting after\n{trace}");
            thread::yield_now();
        }
    }

    /// The calls of a program that has ended, in the order in which they returned.
    ///
    /// Of the calls of close(2), fcntl(2), ioctl(2) and poll(2) only those of sockets are among them.
    /// The name service cache, which glibc looks for first (AF_UNIX, nscd(8)), is not.
    pub fn calls(&self, id: u32) -> Vec<String> {
        let trace = self.until(|line| {
            line.strip_prefix(&id.to_string())
                .is_some_and(|rest| rest.trim_start().starts_with("+++ "))
        });
        let mut unfinished = HashMap::new();
        let mut sockets = HashSet::new();
        let mut calls = Vec::new();
        for line in trace.lines() {
            let (thread, call) = line.split_once(' ').expect("a process id");
            let call = call.trim_start();
            if let Some((start, _)) = call.split_once(" <unfinished ...>") {
                unfinished.insert(thread, start.to_owned());
                continue;
            }
            let call = match call.split_once(" resumed>") {
                Some((_, rest)) => unfinished.remove(thread).unwrap_or_default() + rest,
                None => call.to_owned(),
            };
            // strace aligns the results.
            let Some((left, returned)) = call.rsplit_once(" = ") else { continue };
            let call = format!("{} = {returned}", left.trim_end());
            let socket = match name(&call) {
                _ if call.contains("AF_UNIX") => false,
                "socket" | "accept" | "accept4" => {
                    sockets.insert(returned.to_owned());
                    true
                }
                "close" => sockets.remove(&arguments(&call)[0]),
                "fcntl" | "ioctl" => sockets.contains(&arguments(&call)[0]),
                // Rust's own looks at the standard streams.
                "poll" => !call.starts_with("poll([{fd=0, events=0}"),
                _ => true,
            };
            if socket && returned != "?" {
                calls.push(call);
            }
        }
        calls
    }
}

impl Default for Trace {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

/// A call of strace(1) in the notation of the lessons: `bind(3, 127.0.0.1:4444) = 0`.
///
/// None for a call that only asks: getsockname(2), getpeername(2), getsockopt(2), ioctl(2),
/// fcntl(2) with F_GETFL or F_GETFD.
///
/// # Panics
///
/// The lessons make no such call.
pub fn notation(call: &str) -> Option<String> {
    let arguments = arguments(call);
    let fd = &arguments[0];
    let returned = call.rsplit_once(" = ").expect("a result").1;
    Some(match name(call) {
        "socket" => {
            let family = fd;
            let socket_type = arguments[1].replace("|SOCK_CLOEXEC", "");
            let proto = match arguments[2].as_str() {
                "IPPROTO_IP" => "0",
                "IPPROTO_TCP" => "6",
                "IPPROTO_UDP" => "17",
                other => panic!("{other}"),
            };
            format!("socket({family}, {socket_type}, {proto}) = {returned}")
        }
        name @ ("bind" | "connect") => {
            format!("{name}({fd}, {}) = {returned}", address(call))
        }
        "listen" => format!("listen({fd}, {}) = {returned}", arguments[1]),
        "accept" | "accept4" if returned.starts_with('-') => {
            format!("accept({fd}) = {returned}")
        }
        "accept" | "accept4" => format!("accept({fd}) = {returned}, {}", address(call)),
        "recvfrom" => format!("recv({fd}, {}) = {returned}", arguments[2]),
        "sendto" => {
            format!("send({fd}, {}) = {returned}", arguments[2])
        }
        "shutdown" => format!("shutdown({fd}, {}) = {returned}", arguments[1]),
        "close" => format!("close({fd})"),
        "fcntl" if arguments[1].starts_with("F_GET") => return None,
        "fcntl" => {
            let flags = arguments[2].trim_start_matches("O_RDWR|");
            format!("fcntl({fd}, {}, {flags}) = {returned}", arguments[1])
        }
        "poll" | "ppoll" => {
            let (count, ready) = returned.split_once(' ').unwrap_or((returned, ""));
            let ready: Vec<String> = structures(ready)
                .map(|fd| format!("{}: {}", field(fd, "fd="), field(fd, "revents=")))
                .collect();
            let fds: Vec<&str> = structures(fd).map(|fd| field(fd, "fd=")).collect();
            format!("poll([{}]) = {count}, [{}]", fds.join(", "), ready.join(", "))
        }
        "epoll_create1" => call.to_owned(),
        "epoll_ctl" => {
            let (events, token) =
                (field(&arguments[3], "events="), field(&arguments[3], "u64="));
            let [_, operation, source, ..] = &arguments[..] else { panic!("{call}") };
            format!(
                "epoll_ctl({fd}, {operation}, {source}, {{{events}, {token}}}) = {returned}"
            )
        }
        "epoll_wait" => {
            let events: Vec<String> = structures(&arguments[1])
                .map(|event| {
                    format!("{}: {}", field(event, "u64="), field(event, "events="))
                })
                .collect();
            let (limit, timeout) = (&arguments[2], &arguments[3]);
            let events = events.join(", ");
            format!("epoll_wait({fd}, {limit}, {timeout}) = {returned}, [{events}]")
        }
        "getsockname" | "getpeername" | "getsockopt" | "ioctl" => return None,
        _ => panic!("{call}"),
    })
}

fn name(call: &str) -> &str {
    call.split('(').next().unwrap_or(call)
}

/// The arguments; a string is one, whatever is in it, and so is a structure.
fn arguments(call: &str) -> Vec<String> {
    let inside = call.split_once('(').map_or(call, |(_, rest)| rest);
    let inside = inside.rsplit_once(") = ").map_or(inside, |(inside, _)| inside);
    let mut arguments = vec![String::new()];
    let (mut quoted, mut escaped, mut depth) = (false, false, 0);
    for c in inside.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '{' | '[' | '(' if !quoted => depth += 1,
            '}' | ']' | ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                arguments.push(String::new());
                continue;
            }
            _ => (),
        }
        escaped = c == '\\' && !escaped;
        arguments.last_mut().expect("one at least").push(c);
    }
    arguments.iter().map(|argument| argument.trim().to_owned()).collect()
}

/// The structures of an array: `[{fd=3, events=POLLIN}, {fd=4, events=POLLIN}]`.
fn structures(array: &str) -> impl Iterator<Item = &str> {
    array.split("}, {").filter(|structure| structure.contains('='))
}

/// The value of a field of a structure: `POLLIN` for `events=`.
fn field<'a>(structure: &'a str, name: &str) -> &'a str {
    let value = structure.split_once(name).map_or(structure, |(_, value)| value);
    value.split([',', '}']).next().unwrap_or(value)
}

/// The address among the arguments: `127.0.0.1:4444`.
fn address(call: &str) -> String {
    let after = |start| Some(call.split_once(start)?.1);
    let port = after("sin_port=htons(").and_then(|rest| rest.split(')').next());
    let ip = after("inet_addr(\"").and_then(|rest| rest.split('"').next());
    match (ip, port) {
        (Some(ip), Some(port)) => format!("{ip}:{port}"),
        _ => panic!("no IPv4 address in {call}"),
    }
}
