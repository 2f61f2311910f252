//! The chat: lines in, lines out, whatever one of its clients does. The twin in Python keeps
//! to the same protocol.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};
use tests::{Guest, Program, Running, assert_transcript};
#[cfg(target_os = "linux")]
use tests::{stable, without_inherited};

/// The same tests for the chat and for its twin.
macro_rules! in_both {
    ($($test:ident),+ $(,)?) => {
        mod rust {
            $(#[test]
            fn $test() {
                let (_chat, port) = super::chat();
                super::$test(port);
            })+
        }

        mod python {
            $(#[test]
            #[ignore = "needs the tools of .ci/packages"]
            fn $test() {
                let (_chat, port) = super::python();
                super::$test(port);
            })+
        }
    };
}

in_both!(
    everybody_else_hears,
    lines_in_pieces,
    line_ends,
    long_lines,
    bytes_that_are_no_text,
    names,
    those_who_leave,
    one_that_does_not_read,
    one_that_reads_late,
    judged,
);

fn chat() -> (Running, u16) {
    Program::lesson("chat", &["127.0.0.1:0"]).serve()
}

fn python() -> (Running, u16) {
    let mut server = Program::python("chat/socket_chat.py", &["127.0.0.1", "0"]).start();
    let line = server.until(|line| line.contains(" bound to "));
    server.until(|line| line.ends_with(" listens"));
    let port = line.trim_end().trim_end_matches(')').rsplit(' ').next();
    (server, port.and_then(|port| port.parse().ok()).expect("a port"))
}

/// Two guests, each of whom knows that the other is there.
fn two(port: u16) -> (Guest, Guest) {
    let mut anna = Guest::new(port);
    let boris = Guest::new(port);
    anna.hears(&format!("* {} has come", boris.name));
    (anna, boris)
}

const TOO_LONG: &str = "* not told: a line has 1024 bytes at most";
const NO_TEXT: &str = "* not told: a line is text in UTF-8";
const NO_NAME: &str = "* this is no name, or somebody has it";

/// Not oneself: what comes next is what the other says.
fn everybody_else_hears(port: u16) {
    let (mut anna, mut boris) = two(port);
    let mut clara = Guest::new(port);
    anna.hears(&format!("* {} has come", clara.name));
    boris.hears(&format!("* {} has come", clara.name));
    anna.say("Hello!");
    let hello = format!("{}: Hello!", anna.name);
    boris.hears(&hello);
    clara.hears(&hello);
    boris.say("Здравствуй!");
    let hello = format!("{}: Здравствуй!", boris.name);
    anna.hears(&hello);
    clara.hears(&hello);
}

fn lines_in_pieces(port: u16) {
    let (anna, mut boris) = two(port);
    anna.stream().set_nodelay(true).expect("TCP_NODELAY");
    for byte in "one byte at a time, ж\n".as_bytes() {
        anna.send([*byte]);
    }
    boris.hears(&format!("{}: one byte at a time, ж", anna.name));
    anna.send("two\nlines\nand a ");
    boris.hears(&format!("{}: two", anna.name));
    boris.hears(&format!("{}: lines", anna.name));
    anna.send("half\n");
    boris.hears(&format!("{}: and a half", anna.name));
}

/// As telnet ends them, empty ones, and the last one without any.
fn line_ends(port: u16) {
    let (anna, mut boris) = two(port);
    anna.send("telnet\r\n\r\n\nand nc\n");
    boris.hears(&format!("{}: telnet", anna.name));
    boris.hears(&format!("{}: and nc", anna.name));
    anna.send("the last");
    let name = anna.name.clone();
    anna.leave();
    boris.hears(&format!("{name}: the last"));
    boris.hears(&format!("* {name} has left"));
}

fn long_lines(port: u16) {
    let (mut anna, mut boris) = two(port);
    for end in ["\n", "\r\n"] {
        let longest = "x".repeat(1024);
        anna.send(format!("{longest}{end}"));
        boris.hears(&format!("{}: {longest}", anna.name));
        anna.send(format!("{longest}x{end}"));
        anna.hears(TOO_LONG);
    }
    // It is answered before it ends, and once.
    anna.send("x".repeat(1 << 20));
    anna.hears(TOO_LONG);
    anna.send("x".repeat(1 << 20) + "\nIs it gone?\n");
    boris.hears(&format!("{}: Is it gone?", anna.name));
    boris.say("Yes.");
    anna.hears(&format!("{}: Yes.", boris.name));
}

/// No UTF-8, what telnet sends for Ctrl-C, and what would move the cursor of the others.
fn bytes_that_are_no_text(port: u16) {
    let (mut anna, mut boris) = two(port);
    for bytes in
        [&b"\xff\xfe\n"[..], b"\xff\xf4\xff\xfd\x06\n", b"\x1b[2Jgone\n", b"a\0b\n"]
    {
        anna.send(bytes);
        anna.hears(NO_TEXT);
    }
    anna.say("a\ttab is text");
    boris.hears(&format!("{}: a\ttab is text", anna.name));
}

fn names(port: u16) {
    let (mut anna, mut boris) = two(port);
    anna.say("/name anna");
    let renamed = format!("* {} is now anna", anna.name);
    anna.hears(&renamed);
    boris.hears(&renamed);
    let long = "x".repeat(33);
    for name in ["anna", "", "  ", "7", "a b", "a:", &long] {
        boris.say(&format!("/name {name}"));
        boris.hears(NO_NAME);
    }
    boris.send("/name борис\r\n");
    let renamed = format!("* {} is now борис", boris.name);
    anna.hears(&renamed);
    boris.hears(&renamed);
    boris.say("/names are text");
    anna.hears("борис: /names are text");
    // The name is free again.
    anna.leave();
    boris.hears("* anna has left");
    boris.say("/name anna");
    boris.hears("* борис is now anna");
}

fn those_who_leave(port: u16) {
    let (mut anna, boris) = two(port);
    let gone = format!("* {} has left", boris.name);
    boris.leave();
    anna.hears(&gone);

    let clara = Guest::new(port);
    anna.hears(&format!("* {} has come", clara.name));
    let gone = format!("* {} has left", clara.name);
    SockRef::from(clara.stream()).set_linger(Some(Duration::ZERO)).expect("SO_LINGER");
    drop(clara);
    anna.hears(&gone);
    drop(Guest::new(port));
    assert!(anna.hear().ends_with(" has come"));
    assert!(anna.hear().ends_with(" has left"));
}

/// One who does not read, and whose buffers are small.
fn stalled(port: u16) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(4096).expect("SO_RCVBUF");
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    socket.connect(&address.into()).expect("the chat listens");
    socket.into()
}

/// Speaks until the others are told that somebody has left, and returns how many lines they
/// have heard by then.
fn speak_until_it_leaves(anna: &mut Guest, boris: &mut Guest) -> usize {
    let text = "x".repeat(1000);
    for number in 0..50_000 {
        anna.say(&format!("{number} {text}"));
        let line = boris.hear();
        if line.ends_with(" has left") {
            anna.hears(&line);
            return number;
        }
        assert_eq!(line, format!("{}: {number} {text}", anna.name));
    }
    panic!("it may stay");
}

/// Others speak on as before, and after a while its connection is closed.
fn one_that_does_not_read(port: u16) {
    let (mut anna, mut boris) = two(port);
    let mut stalled = stalled(port);
    assert!(anna.hear().ends_with(" has come"));
    assert!(boris.hear().ends_with(" has come"));
    speak_until_it_leaves(&mut anna, &mut boris);
    boris.say("Is it quiet now?");
    // The line that has made it leave comes before or after that it has left.
    while !anna.hear().ends_with(": Is it quiet now?") {}
    // To write tells it: the connection does not outlast the patience of the chat.
    stalled.set_nodelay(true).expect("TCP_NODELAY");
    let start = Instant::now();
    while stalled.write_all(b"\n").is_ok() {
        assert!(start.elapsed() < tests::PATIENCE, "it is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// It reads when it has to leave already: nothing is missing up to the goodbye.
fn one_that_reads_late(port: u16) {
    let (mut anna, mut boris) = two(port);
    let mut stalled = stalled(port);
    assert!(anna.hear().ends_with(" has come"));
    assert!(boris.hear().ends_with(" has come"));
    let spoken = speak_until_it_leaves(&mut anna, &mut boris);
    stalled.set_read_timeout(Some(tests::PATIENCE)).expect("a timeout");
    let mut bytes = Vec::new();
    stalled.read_to_end(&mut bytes).expect("the chat ends its side");
    let text = String::from_utf8(bytes).expect("UTF-8");
    let lines: Vec<&str> = text.lines().collect();
    let [_greeting, lines @ .., goodbye] = &lines[..] else { panic!("{text}") };
    assert_eq!(*goodbye, "* goodbye: you do not read");
    // The line that finds no place may have been heard before it has left.
    assert!(lines.len() + 1 >= spoken, "{} of {spoken}", lines.len());
    for (number, line) in lines.iter().enumerate() {
        assert!(line.starts_with(&format!("{}: {number} ", anna.name)), "{line}");
    }
}

fn judged(port: u16) {
    let judge = ["--only", "chat", &format!("127.0.0.1:{port}")];
    Program::lesson("judge", &judge).run().succeeded();
}

/// The stages of the page: each can what the ones before it can.
mod stages {
    use super::*;

    fn stage(name: &str) -> (Running, u16) {
        Program::example("chat", name, &["127.0.0.1:0"]).serve()
    }

    #[test]
    fn lines() {
        let (_chat, port) = stage("stage1_lines");
        let mut client = tests::connect(port);
        let long = "x".repeat(1025);
        client.write_all(b"a ha").expect("the server reads");
        client.write_all(format!("lf\r\n{long}\nж\n").as_bytes()).expect("it reads");
        client.write_all(b"\xff\nthe last").expect("the server reads");
        client.shutdown(std::net::Shutdown::Write).expect("it is connected");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("the server answers");
        let answers: Vec<&str> = answer.lines().collect();
        assert_eq!(answers, ["a half", TOO_LONG, "ж", NO_TEXT, "the last"]);
    }

    #[test]
    fn everybody() {
        for behaviour in [everybody_else_hears, names, those_who_leave, long_lines] {
            let (_chat, port) = stage("stage2_everybody");
            behaviour(port);
        }
    }

    #[test]
    fn bounded() {
        for behaviour in [everybody_else_hears, one_that_does_not_read, one_that_reads_late]
        {
            let (_chat, port) = stage("stage3_bounded");
            behaviour(port);
        }
    }
}

#[test]
fn help() {
    assert_transcript!(Program::lesson("chat", &["--help"]).run().succeeded());
}

/// Two people, three terminals, and Ctrl-C in that of the chat.
#[cfg(target_os = "linux")]
#[test]
fn conversation() {
    let (mut chat, port) = chat();
    let address = format!("127.0.0.1:{port}");
    let mut anna = enter(&chat, &address);
    chat.until(|line| line.starts_with("send("));
    say(&chat, &mut anna, "/name anna");
    anna.until(|line| line.ends_with(" is now anna"));
    chat.until(|line| line.starts_with("send("));
    let mut boris = enter(&chat, &address);
    anna.until(|line| line.ends_with(" has come"));
    chat.until(|line| line.starts_with("send("));
    chat.until(|line| line.starts_with("send("));
    say(&chat, &mut boris, "Is anybody here?");
    anna.until(|line| line.ends_with(": Is anybody here?"));
    // The first one speaks last: whose task may still run is told first, too.
    say(&chat, &mut anna, "Yes, I am.");
    boris.until(|line| line == "anna: Yes, I am.");
    chat.interrupt();
    anna.until(|line| line.starts_with("recv(") && line.ends_with(" = 0"));
    boris.until(|line| line.starts_with("recv(") && line.ends_with(" = 0"));
    let anna = anna.finish().succeeded();
    chat.until(|line| line.starts_with("close(") && line != "close(3)");
    let boris = boris.finish().succeeded();
    let chat = without_inherited(&chat.wait().succeeded());
    // Named together, so that each port has the same name in all three.
    let all = stable(&[chat, anna, boris].join("\n"));
    let all = all.replace(&name(&all, 0), "51734").replace(&name(&all, 1), "51735");
    let all: Vec<&str> = all.split("\n\n").collect();
    for (name, transcript) in ["chat", "anna", "boris"].iter().zip(all) {
        assert_transcript!(*name, transcript);
    }
}

/// A client that enters the chat, and has shown its row before the chat greets it.
#[cfg(target_os = "linux")]
fn enter(chat: &Running, address: &str) -> Running {
    let mut client = while_it_stands_still(chat, || {
        let mut client = Program::lesson("client", &[address]).start();
        client.until_row("ESTAB");
        client
    });
    client.until(|line| line.starts_with("* you are "));
    client
}

/// A client says something, and has shown its send before the chat answers.
#[cfg(target_os = "linux")]
fn say(chat: &Running, client: &mut Running, line: &str) {
    while_it_stands_still(chat, || {
        client.write(format!("{line}\n").as_bytes());
        client.until(|line| line.starts_with("send("));
    });
}

#[cfg(target_os = "linux")]
fn while_it_stands_still<T>(chat: &Running, happens: impl FnOnce() -> T) -> T {
    let id = chat.id().to_string();
    Program::other("kill", &["-STOP", &id]).run().succeeded();
    let result = happens();
    Program::other("kill", &["-CONT", &id]).run().succeeded();
    result
}

/// The name that the chat has given to one of those who have come.
#[cfg(target_os = "linux")]
fn name(transcripts: &str, index: usize) -> String {
    let names = transcripts.split("* you are ").skip(1);
    names.filter_map(|rest| rest.split(';').next()).nth(index).expect("a name").into()
}

#[cfg(target_os = "linux")]
mod ends {
    use std::net::TcpStream;

    use super::*;

    /// All are told, one of them while it types; nobody comes in; the exit status is 0.
    fn in_good_order(chat: Running, port: u16, signal: &str) {
        let (mut anna, mut boris) = two(port);
        anna.send("half a li");
        let kill = Program::other("kill", &[signal, &chat.id().to_string()]);
        kill.run().succeeded();
        anna.hears("* the chat ends: goodbye");
        boris.hears("* the chat ends: goodbye");
        anna.hears("");
        TcpStream::connect(("127.0.0.1", port)).expect_err("nobody listens");
        anna.send("ne\n");
        drop(anna);
        boris.leave();
        chat.wait().succeeded();
    }

    #[test]
    fn with_ctrl_c() {
        let (chat, port) = chat();
        in_good_order(chat, port, "-INT");
    }

    #[test]
    fn with_sigterm() {
        let (chat, port) = chat();
        in_good_order(chat, port, "-TERM");
    }

    #[test]
    #[ignore = "needs the tools of .ci/packages"]
    fn twin() {
        for signal in ["-INT", "-TERM"] {
            let (chat, port) = python();
            in_good_order(chat, port, signal);
        }
    }

    /// One who does not end its side: the wait is bounded.
    #[test]
    fn without_waiting_for_ever() {
        let (chat, port) = chat();
        let mut anna = Guest::new(port);
        let _stalled = stalled(port);
        assert!(anna.hear().ends_with(" has come"));
        chat.interrupt();
        anna.hears("* the chat ends: goodbye");
        chat.wait().succeeded();
    }

    /// The second Ctrl-C ends it at once: with the exit status of an interrupted program.
    #[test]
    fn at_once() {
        let (mut chat, port) = chat();
        let mut anna = Guest::new(port);
        chat.interrupt();
        anna.hears("* the chat ends: goodbye");
        chat.until(|line| line.starts_with("shutdown("));
        chat.interrupt();
        chat.wait().exited(130);
    }

    #[test]
    #[ignore = "needs the tools of .ci/packages"]
    fn twin_at_once() {
        let (chat, port) = python();
        let mut anna = Guest::new(port);
        chat.interrupt();
        anna.hears("* the chat ends: goodbye");
        chat.interrupt();
        chat.wait().exited(130);
    }
}

/// What waits for one who does not read is bounded.
#[cfg(target_os = "linux")]
#[test]
fn memory_for_one_that_does_not_read() {
    let (chat, port) = Program::lesson("chat", &["127.0.0.1:0"]).serve_quietly();
    let (mut anna, mut boris) = two(port);
    let before = chat.memory();
    for _ in 0..3 {
        let _stalled = stalled(port);
        assert!(anna.hear().ends_with(" has come"));
        assert!(boris.hear().ends_with(" has come"));
        speak_until_it_leaves(&mut anna, &mut boris);
        while !boris.hear().starts_with(&anna.name) {}
    }
    let grown = chat.memory().saturating_sub(before);
    // 2000 lines of 1 KiB, and little besides.
    assert!(grown < 8192, "{grown} KiB more");
}
