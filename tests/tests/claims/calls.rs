//! The sockets API is the same in every language: what the lesson in Rust, the file of the
//! lecture in Python and a program in C ask of the kernel, as strace(1) sees it.
//!
//! What differs stands in the snapshots:
//!
//! - Rust and Python set SOCK_CLOEXEC, so that no child inherits the descriptor; C has to
//!   be told. That is why they call accept4(2) where C calls accept(2).
//! - Python asks for the family of each socket that accept returns: getsockname(2). The
//!   other questions (getsockname, getpeername) are for what the programs print; those of
//!   the lesson, which make its rows, are left out.
//! - The size of the buffer is for each program to choose.
//! - Python makes a socket non-blocking with ioctl(2), the others with fcntl(2).
//! - The lesson of step 7 accepts one client for each poll(2), the twins go on until EAGAIN.
//! - Python tries whether there is epoll(7) when the module select is imported.
//! - In step 8 each asks epoll(7) for what it needs. C asks once for everything, so it also
//!   hears that it can write; Python asks without EPOLLET, and takes a socket out before it
//!   closes it.

use crate::c::c;
use tests::{Namespace, Program, Running, Trace, assert_transcript, notation};

/// The three programs of one lesson.
struct Languages {
    rust: Program,
    python: Program,
    c: Program,
}

/// Runs each of the three, and returns what they ask of the kernel for the snapshot.
///
/// # Panics
///
/// They do not do the same.
fn compare(
    languages: Languages,
    run: impl Fn(&Namespace, &Trace, Program) -> u32,
) -> String {
    let mut text = String::new();
    let mut common = Vec::new();
    for (language, program) in
        [("Rust", languages.rust), ("Python", languages.python), ("C", languages.c)]
    {
        // One for each: a port that was closed last stays in TIME_WAIT.
        let namespace = Namespace::of_the_lecture();
        let trace = Trace::new();
        let id = run(&namespace, &trace, program);
        let calls = sent_first(trace.calls(id));
        text += &format!("{language}\n");
        let row = |call: &&String| language == "Rust" && notation(call).is_none();
        for call in calls.iter().filter(|call| !row(call)) {
            text += &format!("    {}\n", without_pointers(call));
        }
        common.push((language, essence(&calls)));
    }
    let (_, rust) = &common[0];
    for (language, calls) in &common {
        assert_eq!(calls, rust, "{language}");
    }
    text + "All of them\n"
        + &rust.iter().map(|call| format!("    {call}\n")).collect::<String>()
}

/// A call without what differs from run to run: addresses in memory, and what the upper half
/// of a number in C happens to hold.
fn without_pointers(call: &str) -> String {
    let (before, data) = call.split_once("data={u32=").unwrap_or((call, ""));
    let call = match data.split_once(", u64=").zip(data.split_once('}')) {
        Some(((low, _), (_, after))) => {
            let data = if low.len() < 4 { low } else { "pointer" };
            format!("{before}data={data}{after}")
        }
        None => call.to_owned(),
    };
    let mut parts = call.split("0x");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text += "...";
        text += part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    text
}

/// The calls without what may differ: flags, questions, and the sizes of buffers.
fn essence(calls: &[String]) -> Vec<String> {
    let without_size = |call: String| match call.strip_prefix("recv(") {
        Some(rest) => {
            let (fd, rest) = rest.split_once(", ").expect("a size");
            format!("recv({fd}{}", &rest[rest.find(')').expect("a bracket")..])
        }
        None => call,
    };
    let from_the_socket = calls.iter().skip_while(|call| !call.starts_with("socket("));
    let same = from_the_socket.filter_map(|call| match call.split('(').next() {
        // How it tries whether it has to wait, and what epoll(7) is to tell.
        Some("ioctl" | "fcntl" | "epoll_wait") => None,
        _ if call.contains(" EAGAIN ") => None,
        Some("epoll_create1") => Some("epoll_create1() = 4".to_owned()),
        Some("epoll_ctl") => {
            let (asked, _) = call.split_once(", {")?;
            asked.contains("EPOLL_CTL_ADD").then(|| format!("{asked}) = 0"))
        }
        _ => notation(call),
    });
    same.map(without_size).collect()
}

/// A program that ends with its input.
fn to_its_end(namespace: &Namespace, trace: &Trace, program: Program) -> u32 {
    let program = namespace.inside(trace.of(program)).start();
    let id = program.id();
    program.finish().succeeded();
    id
}

/// A server: it gets one client, and is ended when it has served it.
fn one_client(namespace: &Namespace, trace: &Trace, program: Program) -> u32 {
    let server = trace.of(program);
    let server = namespace.inside(server).start();
    let id = server.id();
    trace.until(|line| line.contains("listen(3") && line.ends_with(" = 0"));
    let client = Program::lesson("client", &["127.0.0.1:4444", "Hello, server!"]);
    namespace.inside(client).run().succeeded();
    trace.until(|line| line.contains("close(4)") && line.ends_with(" = 0"));
    server.stop();
    id
}

/// A server without connections: it gets one datagram, and is ended when it has answered it.
fn one_datagram(namespace: &Namespace, trace: &Trace, program: Program) -> u32 {
    let server = namespace.inside(trace.of(program)).start();
    let id = server.id();
    trace.until(|line| line.contains("bind(3") && line.ends_with(" = 0"));
    let client = ["--type", "dgram", "127.0.0.1:4444", "Hello, server!"];
    namespace.inside(Program::lesson("client", &client)).run().succeeded();
    trace.until(|line| line.contains("sendto(3") && line.ends_with(" = 14"));
    server.stop();
    id
}

/// A server that waits for many sockets at once: it gets one client, and goes as far as it can
/// before the client does its next thing.
fn one_client_at_its_ease(namespace: &Namespace, trace: &Trace, program: Program) -> u32 {
    let calls = "network,close,fcntl,ioctl,poll,ppoll,epoll_create1,epoll_ctl,epoll_wait";
    let server = namespace.inside(trace.of_calls(calls, program)).start();
    let waits_after = |call: &str, result: &str| {
        trace.until_all(|trace| {
            let is_call = |line: &str| line.contains(call) && line.ends_with(result);
            let waits = |line: &str| line.contains("poll(") || line.contains("epoll_wait(");
            let last = trace.rsplit('\n').next().unwrap_or_default();
            trace.lines().any(is_call) && waits(last)
        });
        server.until_asleep();
    };
    waits_after(" listen(3, 128)", " = 0");
    let mut client = namespace.inside(Program::lesson("client", &[])).start();
    client.until_row("ESTAB");
    waits_after("htons(51734)", "");
    client.write(b"Hello, server!");
    client.until(|line| line == "recv(3, 65536) = 14");
    waits_after(" sendto(", " = 14");
    client.finish().succeeded();
    waits_after(" close(", " = 0");
    let id = server.id();
    server.stop();
    id
}

/// A client: it gets a server, sends its input and prints the reply.
fn one_server(namespace: &Namespace, trace: &Trace, program: Program) -> u32 {
    let (_server, _) = namespace.inside(Program::lesson("step4-accept", &[])).serve();
    let mut client = namespace.inside(trace.of(program)).start();
    let id = client.id();
    client.write(b"Hello, server!");
    client.finish().succeeded();
    id
}

/// Puts what a client received behind what it sent: the one in Rust does both at the same
/// time, in two threads.
fn sent_first(calls: Vec<String>) -> Vec<String> {
    if !calls.iter().any(|call| call.starts_with("connect")) {
        return calls;
    }
    let is = |name: &'static str| move |call: &&String| call.starts_with(name);
    let others = calls.iter().filter(|call| !is("recv")(call) && !is("close")(call));
    let received = calls.iter().filter(is("recv"));
    others.chain(received).chain(calls.iter().filter(is("close"))).cloned().collect()
}

#[test]
#[ignore = "needs a network namespace"]
fn step1() {
    let languages = Languages {
        rust: Program::lesson("step1-create", &[]),
        python: Program::python("step1-create/socket_create.py", &[]),
        c: c("step1-create/socket_create.c", &[]),
    };
    assert_transcript!(compare(languages, to_its_end));
}

#[test]
#[ignore = "needs a network namespace"]
fn step2() {
    let languages = Languages {
        rust: Program::lesson("step2-bind", &[]),
        python: Program::python("step2-bind/socket_bind.py", &[]),
        c: c("step2-bind/socket_bind.c", &[]),
    };
    assert_transcript!(compare(languages, to_its_end));
}

#[test]
#[ignore = "needs a network namespace"]
fn step3() {
    let languages = Languages {
        rust: Program::lesson("step3-listen", &[]),
        python: Program::python("step3-listen/socket_listen.py", &[]),
        c: c("step3-listen/socket_listen.c", &[]),
    };
    assert_transcript!(compare(languages, to_its_end));
}

#[test]
#[ignore = "needs a network namespace"]
fn step4() {
    let languages = Languages {
        rust: Program::lesson("step4-accept", &[]),
        python: Program::python("step4-accept/socket_accept.py", &[]),
        c: c("step4-accept/socket_accept.c", &[]),
    };
    assert_transcript!(compare(languages, one_client));
}

#[test]
#[ignore = "needs a network namespace"]
fn step5() {
    let languages = Languages {
        rust: Program::lesson("step5-recvfrom", &[]),
        python: Program::python("step5-recvfrom/socket_recvfrom.py", &[]),
        c: c("step5-recvfrom/socket_recvfrom.c", &[]),
    };
    assert_transcript!(compare(languages, one_datagram));
}

#[test]
#[ignore = "needs a network namespace"]
fn step6() {
    let languages = Languages {
        rust: Program::lesson("step6-thread", &[]),
        python: Program::python("step6-thread/socket_threads.py", &[]),
        c: c("step6-thread/socket_threads.c", &[]),
    };
    assert_transcript!(compare(languages, one_client));
}

#[test]
#[ignore = "needs a network namespace"]
fn step7() {
    let languages = Languages {
        rust: Program::lesson("step7-poll", &[]),
        python: Program::python("step7-poll/socket_poll.py", &[]),
        c: c("step7-poll/socket_poll.c", &[]),
    };
    assert_transcript!(compare(languages, one_client_at_its_ease));
}

#[test]
#[ignore = "needs a network namespace"]
fn step8() {
    let languages = Languages {
        rust: Program::lesson("step8-epoll", &[]),
        python: Program::python("step8-epoll/socket_epoll.py", &[]),
        c: c("step8-epoll/socket_epoll.c", &[]),
    };
    assert_transcript!(compare(languages, one_client_at_its_ease));
}

#[test]
#[ignore = "needs a network namespace"]
fn client() {
    let languages = Languages {
        rust: Program::lesson("client", &[]),
        python: Program::python("client/socket_connect.py", &[]),
        c: c("client/socket_connect.c", &[]),
    };
    assert_transcript!(compare(languages, one_server));
}

/// The lines of a transcript that are calls: `socket(AF_INET, SOCK_STREAM, 0) = 3`.
fn narrated(transcript: &str) -> Vec<String> {
    let is_call = |line: &&str| {
        line.starts_with(|c: char| c.is_ascii_lowercase())
            && line.contains('(')
            && !line.ends_with(" ...")
    };
    transcript.lines().filter(is_call).map(str::to_owned).collect()
}

/// What a lesson narrates is what strace(1) sees: every call, in the same order, with the
/// same arguments and results.
fn hold(transcript: &str, calls: &[String]) {
    let seen: Vec<String> = calls.iter().filter_map(|call| notation(call)).collect();
    assert!(!seen.is_empty(), "{transcript}");
    assert_eq!(sent_first(narrated(transcript)), sent_first(seen));
}

#[test]
#[ignore = "needs a network namespace"]
fn transcripts() {
    for lesson in ["step1-create", "step2-bind", "step3-listen"] {
        let (namespace, trace) = (Namespace::of_the_lecture(), Trace::new());
        let program = trace.of(Program::lesson(lesson, &[]).env("RUST_LOG", "debug"));
        let program = namespace.inside(program).start();
        let id = program.id();
        hold(&program.finish().succeeded(), &trace.calls(id));
    }
}

#[test]
#[ignore = "needs a network namespace"]
fn transcripts_of_server_and_client() {
    let (namespace, trace) = (Namespace::of_the_lecture(), Trace::new());
    let server = Program::lesson("step4-accept", &[]).env("RUST_LOG", "debug");
    let server = trace.of(server);
    let mut server = namespace.inside(server).start();
    server.accepting();
    let client_trace = Trace::new();
    let client = client_trace.of(Program::lesson("client", &[]).env("RUST_LOG", "debug"));
    let mut client = namespace.inside(client).start();
    client.until_row("ESTAB");
    client.write(b"Hello, server!\n");
    client.until(|line| line == "Hello, server!");
    let (id, server_id) = (client.id(), server.id());
    let transcript = client.finish().succeeded();
    // The reply itself goes to standard output.
    let transcript = transcript.replace("Hello, server!\n", "");
    hold(&transcript, &client_trace.calls(id));
    server.until(|line| line == "close(4)");
    server.accepting();
    hold(&server.stop(), &trace.calls(server_id));
}

/// One thread that waits for many sockets: also what poll(2) and epoll_wait(2) return is what
/// strace(1) sees.
#[test]
#[ignore = "needs a network namespace"]
fn transcripts_of_poll_and_epoll() {
    for lesson in ["step7-poll", "step8-epoll"] {
        let (namespace, trace) = (Namespace::new(), Trace::new());
        let calls = "network,close,fcntl,poll,ppoll,epoll_create1,epoll_ctl,epoll_wait";
        let server = trace.of_calls(calls, Program::lesson(lesson, &[]));
        let mut server = namespace.inside(server).start();
        let id = server.id();
        let waits = |server: &mut Running| _ = server.until(|line| line.ends_with(" ..."));
        server.until_row("LISTEN");
        waits(&mut server);
        let mut silent = namespace.inside(Program::lesson("client", &[])).start();
        silent.until_row("ESTAB");
        server.until_row("ESTAB");
        waits(&mut server);
        let client = Program::lesson("client", &["127.0.0.1:4444", "Hello, server!"]);
        namespace.inside(client).run().succeeded();
        server.until(|line| line.starts_with("close("));
        silent.finish().succeeded();
        server.until(|line| line.starts_with("close("));
        waits(&mut server);
        let transcript = server.stop();
        assert!(transcript.contains(", [") && transcript.contains("IN]"), "{transcript}");
        hold(&transcript, &trace.calls(id));
    }
}

/// Each lesson has its twin in Python beside it, and there are no others.
#[test]
fn python_files() {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(tests::root()).expect("a folder") {
        let folder = entry.expect("an entry").path();
        // Those of the judge are the servers of a learner.
        if !folder.join("src/main.rs").exists() || folder.ends_with("judge") {
            continue;
        }
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "py") {
                let path = path.strip_prefix(tests::root()).expect("it is inside");
                found.push(path.display().to_string());
            }
        }
    }
    found.sort();
    let files = [
        "chat/socket_chat.py",
        "client/socket_connect.py",
        "step0-resolve/gethostbyname.py",
        "step1-create/socket_create.py",
        "step2-bind/socket_bind.py",
        "step3-listen/socket_listen.py",
        "step4-accept/socket_accept.py",
        "step5-recvfrom/socket_recvfrom.py",
        "step6-thread/socket_threads.py",
        "step7-poll/socket_poll.py",
        "step8-epoll/socket_epoll.py",
        "step9-await/socket_asyncio.py",
    ];
    assert_eq!(found, files);
}
