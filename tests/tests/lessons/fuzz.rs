//! Command lines made by chance, from a fixed seed: whatever is typed, a program ends with exit
//! status 0, 1 or 2, says why, and never panics or hangs.
//!
//! They are harmless: no name goes to a name server, and what connects, connects to a port of
//! this machine on which nobody listens.

use std::ffi::OsString;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::unix::ffi::OsStringExt;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use common::address;
use socket2::{Domain, Socket, Type};
use tests::{Chance, Program};

const SERVERS: [&str; 7] = [
    "step4-accept",
    "step5-recvfrom",
    "step6-thread",
    "step7-poll",
    "step8-epoll",
    "step9-await",
    "chat",
];
const OTHERS: [&str; 7] = [
    "step0-resolve",
    "step1-create",
    "step2-bind",
    "step3-listen",
    "client",
    "judge",
    "tour",
];

/// Nobody can bind to the one; nobody listens on the other, and to send to it is refused.
struct Ports {
    taken: u16,
    closed: u16,
    _sockets: [Socket; 2],
    _datagrams: UdpSocket,
}

impl Ports {
    fn new() -> Self {
        let bound = || {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
            socket.bind(&address::new(Ipv4Addr::LOCALHOST, 0)).expect("a free port");
            let port = address::port(&socket.local_addr().expect("an address"));
            (socket, port)
        };
        let (closed_socket, closed) = bound();
        loop {
            let (socket, taken) = bound();
            // The port of a stream socket may belong to somebody else's datagram socket.
            if let Ok(datagrams) = UdpSocket::bind(("127.0.0.1", taken)) {
                let sockets = [socket, closed_socket];
                return Self { taken, closed, _sockets: sockets, _datagrams: datagrams };
            }
        }
    }

    /// An address that this program may have.
    fn address(&self, chance: &mut Chance, program: &str) -> String {
        let wrong = [
            "",
            ":",
            "*:4444",
            ":4444",
            "127.0.0.1",
            "127.0.0.1:",
            "127.0.0.1:65536",
            "[::1]",
            "127.0.0.1:-1",
            "::1:4444",
            "[::1:4444",
            "[]:4444",
            "[127.0.0.1]:4444",
            "-1",
            "https://127.0.0.1:4444",
            "127.0.0.1:nosuch",
            "127.0.0.1:80 ",
            "\u{1b}[31m:80",
        ];
        let port =
            if ["client", "judge"].contains(&program) { self.closed } else { self.taken };
        let hosts =
            ["127.0.0.1", "localhost", "[::1]", "[fe80::1%nosuch]", "[fe80::1]%nosuch"];
        match chance.below(8) {
            // The tour would start its servers.
            _ if program == "tour" => (*chance.one_of(&wrong)).into(),
            0 => (*chance.one_of(&wrong)).into(),
            1..=3 if !["client", "judge"].contains(&program) => "127.0.0.1:0".into(),
            _ => format!("{}:{port}", chance.one_of(&hosts)),
        }
    }
}

/// An option, with a value that fits, one that does not, or none.
fn option(chance: &mut Chance, program: &str) -> Vec<String> {
    let values: [(&str, &[&str]); 5] = [
        ("--family", &["inet", "inet6", "unix", "", "INET"]),
        ("--type", &["stream", "dgram", "raw", "stream,dgram"]),
        ("--proto", &["0", "6", "17", "-1", "255", "0x6", "2147483648", "tcp", ""]),
        ("--backlog", &["0", "1", "-1", "2147483647", "-2147483649", "many", "1e3"]),
        ("--only", &["accept", "chat", "everything", ""]),
    ];
    let flags =
        ["--list", "--elsewhere", "--help", "-h", "--version", "-V", "-", "-x", "--x"];
    // Mostly one that the program has.
    let known = match program {
        _ if chance.below(6) == 0 => &values[..],
        "step0-resolve" => &values[..1],
        "step1-create" | "step2-bind" | "client" | "step5-recvfrom" => &values[..3],
        "judge" => &values[4..],
        _ => &values[..4],
    };
    let (name, values) = chance.one_of(known);
    let value = *chance.one_of(values);
    match chance.below(8) {
        0 => vec![(*chance.one_of(&flags)).into()],
        1 => vec![(*name).into()],
        2 | 3 => vec![format!("{name}={value}")],
        _ => vec![(*name).into(), value.into()],
    }
}

/// The arguments of one command line, and whether they are UTF-8.
fn arguments(chance: &mut Chance, ports: &Ports, program: &str) -> (Vec<OsString>, bool) {
    let mut options: Vec<Vec<String>> =
        (0..chance.below(3)).map(|_| option(chance, program)).collect();
    let names = ["localhost", "127.0.0.1", "::1", "0", "", "a b", "x\n", "127.1"];
    let services = ["80", "http", "65536", "no_such", "", "-1"];
    let mut operands = match program {
        "step0-resolve" => vec![(*chance.one_of(&names)).into()],
        "step1-create" => Vec::new(),
        _ => vec![ports.address(chance, program)],
    };
    match program {
        "step0-resolve" if chance.below(2) == 0 => {
            operands.push((*chance.one_of(&services)).into())
        }
        "step0-resolve" if chance.below(4) == 0 => {
            options.push(vec!["--reverse".into(), ports.address(chance, "tour")]);
        }
        "step0-resolve" => (),
        // A message of the client, and too much for the others.
        _ if chance.below(4) == 0 => operands.push("a".repeat(chance.below(5000))),
        _ if chance.below(8) == 0 => operands.insert(0, "--".into()),
        _ => (),
    }
    let at = chance.below(options.len() + 1);
    options.insert(at, operands);
    let mut arguments: Vec<Vec<u8>> =
        options.into_iter().flatten().map(String::into_bytes).collect();
    let mut utf8 = true;
    if chance.below(10) == 0 && !arguments.is_empty() {
        let argument = chance.below(arguments.len());
        let argument = &mut arguments[argument];
        // No host has one of these, so it does not become one that somebody has.
        let byte = *chance.one_of(b"\x01\x1b \n\x7f\xff\xc3");
        utf8 = byte.is_ascii();
        let mut at = chance.below(argument.len() + 1);
        while std::str::from_utf8(&argument[..at]).is_err() {
            at -= 1;
        }
        argument.insert(at, byte);
    }
    (arguments.into_iter().map(OsString::from_vec).collect(), utf8)
}

/// Runs this program with these arguments: a server that serves is ended.
fn run(program: &str, arguments: &[OsString], utf8: bool) -> Option<i32> {
    let line = format!("{program} {arguments:?}");
    let mut running =
        Program::lesson(program, &[]).arguments(arguments).stdin(Stdio::null()).start();
    // A stream socket that is not connected has no datagram to wait for.
    let fails = program == "step5-recvfrom" && line.contains("stream");
    let serves = |line: &str| SERVERS.contains(&program) && !fails && line.ends_with("...");
    if running.reaches(serves) {
        let transcript = running.stop();
        assert!(utf8 && !transcript.contains("panicked"), "{line}\n{transcript}");
        return None;
    }
    let ended = running.wait();
    let output = &ended.output;
    assert!(matches!(ended.code, Some(0..=2)), "{line}: {:?}\n{output}", ended.code);
    assert!(!output.contains("panicked"), "{line}\n{output}");
    assert!(ended.code == Some(0) || !output.trim().is_empty(), "{line}: no message");
    if !utf8 {
        assert_eq!(ended.code, Some(2), "{line}\n{output}");
        assert!(output.contains("is not UTF-8"), "{line}\n{output}");
    }
    ended.code
}

fn fuzz(lines: u64) {
    let ports = Ports::new();
    let next = AtomicU64::new(0);
    let statuses = [const { AtomicU64::new(0) }; 4];
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= lines {
                        break;
                    }
                    // Each line has a seed of its own, so that the threads do not change it.
                    let mut chance = Chance::new(number);
                    let program = match chance.below(2) {
                        0 => *chance.one_of(&SERVERS),
                        _ => *chance.one_of(&OTHERS),
                    };
                    let (arguments, utf8) = arguments(&mut chance, &ports, program);
                    let code = run(program, &arguments, utf8);
                    let status = code.map_or(3, |code| code.unsigned_abs() as usize);
                    statuses[status].fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let statuses = statuses.map(AtomicU64::into_inner);
    println!("exit status 0, 1, 2, and servers that served: {statuses:?}");
    assert!(statuses.iter().all(|&count| count > 0), "{statuses:?}");
}

#[test]
fn two_hundred_lines() {
    fuzz(200);
}

#[test]
#[ignore = "needs a minute"]
fn three_thousand_lines() {
    fuzz(3000);
}
