//! A judge that can't say no is none: for each check there is a server that fails it, and
//! passes the others of its lesson.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::net::SocketAddr;

use tests::{Program, Running, assert_transcript};

/// The checks of a lesson: `judge --list`.
fn checks(lesson: &str) -> Vec<String> {
    let list = Program::lesson("judge", &["--list"]).run().exited(0);
    let is_title = |line: &&str| !line.starts_with(' ');
    let title =
        |line: &str| line.split(':').next().is_some_and(|names| names.contains(lesson));
    let lines = list.lines().skip(1).skip_while(|line| !(is_title(line) && title(line)));
    let names = lines.skip(1).take_while(|line| !is_title(line));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// The checks that passed and those that did not, in a judgement.
fn verdicts(output: &str) -> (Vec<&str>, Vec<&str>) {
    let marked = |mark: &'static str| {
        let lines = output.lines().filter_map(move |line| line.strip_prefix(mark));
        lines.filter_map(|line| line.split_whitespace().next()).collect()
    };
    (marked("✓"), marked("✗"))
}

/// How many servers are judged at the same time.
const AT_ONCE: usize = 3;

/// Judges the server of each mistake, and holds the failed checks to those that it deserves.
/// For each check there has to be a mistake which fails that one alone.
fn judge(lesson: &str, kind: &str, mistakes: &[(&str, &[&str])]) {
    let checks = checks(lesson);
    assert!(!checks.is_empty(), "{lesson}");
    let mut alone: BTreeSet<&str> = BTreeSet::new();
    for mistakes in mistakes.chunks(AT_ONCE) {
        let judgements = mistakes.iter().map(|(mistake, wrong)| {
            let (server, address) = serve(kind, mistake);
            let judge = Program::lesson("judge", &[&address, "--only", lesson]).start();
            (mistake, wrong, server, judge)
        });
        // All have been started before the first is waited for.
        for (mistake, wrong, _server, judge) in judgements.collect::<Vec<_>>() {
            // Shown when the test fails.
            println!("{mistake}");
            let output = judge.finish().exited(if wrong.is_empty() { 0 } else { 1 });
            let (passed, failed) = verdicts(&output);
            assert_eq!(failed, *wrong, "{mistake}\n{output}");
            let all = passed.len() + failed.len() == checks.len();
            assert!(all || !wrong.is_empty(), "{mistake}\n{output}");
            // Without the first check the others make no sense.
            if let [failed] = wrong[..]
                && (all || failed == checks[0])
            {
                alone.insert(failed);
            }
        }
    }
    assert_eq!(alone, checks.iter().map(String::as_str).collect());
}

/// A server with this mistake, and its address.
fn serve(kind: &str, mistake: &str) -> (Running, String) {
    let mut server = Program::example("tests", "with_mistake", &[kind, mistake]).start();
    let line = server.until(|line| line.starts_with("bound to "));
    let address = line.trim_start_matches("bound to ").trim_end().to_owned();
    (server, address)
}

#[test]
fn accept() {
    judge(
        "accept",
        "echo",
        &[
            ("nothing", &[]),
            ("one-at-a-time", &[]),
            ("upper-case", &["echo"]),
            ("whole-buffer", &["echo"]),
            ("waits-for-the-end", &["echo"]),
            ("one-client", &["next-client"]),
            ("turns-one-away", &["next-client"]),
            ("loses-byte255", &["every-byte"]),
            ("waits-for-line", &["pieces"]),
            ("one-buffer", &["mebibyte"]),
            ("keeps-open", &["half-close"]),
            ("ends-with-an-empty-client", &["close-at-once"]),
            ("turns-away-after-an-empty-client", &["close-at-once"]),
            ("ends-on-reset", &["reset"]),
            ("turns-away-after-reset", &["reset"]),
            ("leaks", &["two-hundred"]),
        ],
    );
}

#[test]
fn recvfrom() {
    judge(
        "recvfrom",
        "datagram",
        &[
            ("nothing", &[]),
            ("another-port", &["datagram"]),
            ("joins-two", &["two-datagrams"]),
            ("short-buffer", &["whole-datagram"]),
            ("ignores-empty", &["empty-datagram"]),
            ("ends-with-an-empty-one", &["empty-datagram"]),
            ("last-sender", &["two-senders"]),
        ],
    );
}

#[test]
fn many_clients() {
    judge(
        "poll",
        "echo",
        &[
            ("nothing", &[]),
            ("one-at-a-time", &["second-client"]),
            ("shared-buffer", &["one-byte"]),
            ("waits-for-the-rest-of-a-line", &["slow-sender"]),
            ("blocks-in-send", &["no-reader"]),
            ("loses-a-part", &["late-reader"]),
            ("ignores-partial-sends", &["late-reader", "back-pressure"]),
            ("unbounded-queue", &["back-pressure"]),
            ("closes-the-neighbour", &["leavers"]),
            ("five-hundred", &["thousand"]),
        ],
    );
}

#[test]
fn messages() {
    judge(
        "messages",
        "frames",
        &[
            ("nothing", &[]),
            ("little-endian", &["frame"]),
            ("length-at-once", &["two-halves"]),
            ("one-recv-one-frame", &["two-frames"]),
            ("empty-is-the-end", &["empty-frame"]),
            ("one-byte-short", &["largest-frame"]),
            ("believes", &["lying-length"]),
            ("ends-in-the-middle", &["cut-frame"]),
            ("turns-away-after-a-cut-frame", &["cut-frame"]),
        ],
    );
}

#[test]
fn chat() {
    judge(
        "chat",
        "chat",
        &[
            ("nothing", &[]),
            ("echoes-only", &["others-hear"]),
            ("tells-oneself", &["not-oneself"]),
            ("one-recv-whole-lines", &["half-line"]),
            ("one-name-for-all", &["two-lines"]),
            ("hides-names", &["name"]),
            ("forwards-commands", &["name"]),
            ("silent-join", &["join"]),
            ("silent-leave", &["leave"]),
            ("silent-reset", &["leave"]),
            ("sixty-four", &["hundred"]),
            ("loses-all", &["not-text"]),
            ("unbounded-line", &["long-line"]),
            ("awaits-each", &["stalled"]),
        ],
    );
}

/// Without --only: lesson by lesson, up to the first that the server does not pass.
#[test]
fn lesson_by_lesson() {
    let mut server = Program::lesson("step4-accept", &["127.0.0.1:0"]).start();
    let address = format!("127.0.0.1:{}", server.until_row("LISTEN").port());
    server.accepting();
    let output = Program::lesson("judge", &[&address]).run().exited(1);
    let (passed, failed) = verdicts(&output);
    assert_eq!(passed, checks("accept"));
    assert_eq!(failed, ["second-client"]);
    assert!(output.contains("step6-thread/README.md shows how"), "{output}");

    let (_server, address) = serve("echo", "nothing");
    let output = Program::lesson("judge", &[&address]).run().exited(0);
    let (passed, failed) = verdicts(&output);
    assert_eq!(passed, [checks("accept"), checks("poll")].concat());
    assert!(failed.is_empty(), "{output}");
    assert!(output.contains("All 17 checks passed."), "{output}");
}

/// A server that ends is not accused of what it cannot do any more.
#[test]
fn server_that_ends() {
    for (kind, mistake, lesson) in [
        ("echo", "ends-on-reset", "accept"),
        ("echo", "ends-with-an-empty-client", "accept"),
        ("datagram", "ends-with-an-empty-one", "recvfrom"),
        ("frames", "ends-in-the-middle", "messages"),
    ] {
        let (_server, address) = serve(kind, mistake);
        let judge = Program::lesson("judge", &[&address, "--only", lesson]);
        let output = judge.run().exited(1);
        assert_eq!(verdicts(&output).1.len(), 1, "{output}");
        let said = ["Your server does not accept any more", "Your server has ended"];
        assert!(said.iter().any(|said| output.contains(said)), "{output}");
    }
}

#[test]
fn one_check() {
    let (_server, address) = serve("echo", "waits-for-line");
    for (check, code) in [("pieces", 1), ("echo", 0)] {
        let judge = Program::lesson("judge", &[&address, "--only", check]);
        let output = judge.run().exited(code);
        let (passed, failed) = verdicts(&output);
        assert_eq!([passed, failed].concat(), [check], "{output}");
    }
}

/// The lessons from thread to await ask the same.
#[test]
fn one_lesson_of_four_names() {
    let (_server, address) = serve("echo", "one-at-a-time");
    for lesson in ["thread", "poll", "epoll", "await"] {
        let judge = Program::lesson("judge", &[&address, "--only", lesson]);
        let output = judge.run().exited(1);
        assert_eq!(verdicts(&output), (vec![], vec!["second-client"]), "{output}");
    }
}

/// A port that is bound and does not listen: nobody else gets it meanwhile.
#[test]
fn nobody_listens() {
    let tcp = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let tcp = tcp.expect("a socket");
    let any: SocketAddr = ([127, 0, 0, 1], 0).into();
    tcp.bind(&any.into()).expect("a port");
    let address = tcp.local_addr().expect("it is bound").as_socket().expect("IPv4");
    let judge = |arguments: &[&str]| {
        let address = address.to_string();
        let judge = Program::lesson("judge", &[&[&*address], arguments].concat());
        judge.run().exited(1)
    };
    let output = judge(&[]);
    assert!(output.contains(&format!("nobody listens on {address}\n")), "{output}");
    assert!(
        output.contains(&format!("cargo run -p step4-accept -- {address}")),
        "{output}"
    );
    assert!(judge(&["--only", "recvfrom"]).contains(" (UDP)\n"));

    tcp.listen(1).expect("it is bound");
    let output = judge(&["--only", "recvfrom"]);
    assert!(output.contains("TCP answers"), "{output}");
}

#[test]
fn a_server_of_the_other_protocol() {
    let (_server, address) = serve("datagram", "nothing");
    let output = Program::lesson("judge", &[&address]).run().exited(1);
    assert!(output.contains("UDP answers there"), "{output}");
}

/// RFC 5737 and RFC 3849: nobody's addresses; a multicast address is nobody's either.
#[test]
fn no_address_of_this_machine() {
    for address in ["192.0.2.1:4444", "[2001:db8::1]:4444", "224.0.0.1:4444"] {
        let output = Program::lesson("judge", &[address]).run().exited(2);
        assert!(output.contains("say so with --elsewhere"), "{output}");
    }
    let output = Program::lesson("judge", &["127.0.0.1:0"]).run().exited(2);
    assert!(output.contains("no server has port 0"), "{output}");
    let output = Program::lesson("judge", &["--only", "thred"]).run().exited(2);
    assert!(output.contains("'thread'"), "{output}");
}

#[test]
fn closed_pipe() {
    let (_server, address) = serve("echo", "nothing");
    for arguments in [&[&*address, "--only", "accept"][..], &["--list"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let judge = Program::lesson("judge", arguments).stdout(writer).start();
        assert!(!judge.finish().exited(0).contains("judge:"));
    }
}

#[test]
fn help() {
    assert_transcript!(Program::lesson("judge", &["--help"]).run().exited(0));
}

#[test]
fn list() {
    insta::assert_snapshot!(Program::lesson("judge", &["--list"]).run().exited(0));
}

/// Where a fault sends the learner, there is something to run.
#[test]
fn examples_exist() {
    let folder = tests::root().join("judge/src");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the judge") {
        let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("UTF-8");
        for command in text.split("see: \"cargo run -p ").skip(1) {
            let command = command.split('"').next().unwrap_or_default();
            let (package, example) = command.split_once(" --example ").expect("an example");
            let path = tests::root().join(format!("{package}/examples/{example}.rs"));
            assert!(path.exists(), "{command}");
            seen += 1;
        }
    }
    assert!(seen > 0);
}

/// What the slides show: a server that makes the second client wait, and those that don't.
mod slides {
    use insta::assert_snapshot;
    use tests::{Namespace, Program};

    fn judge(lesson: &str, status: i32) -> String {
        let namespace = Namespace::new();
        let server = namespace.inside(Program::lesson(lesson, &[])).serve();
        let judge = Program::lesson("judge", &["--only", "thread"]);
        let judgement = namespace.inside(judge).run().exited(status);
        drop(server);
        judgement
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn one_after_another() {
        assert_snapshot!(judge("step4-accept", 1));
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn at_once() {
        assert_snapshot!(judge("step6-thread", 0));
    }
}

/// What judge/README.md shows: a server with a mistake, and without it.
#[cfg(target_os = "linux")]
mod document {
    use insta::assert_snapshot;
    use tests::{Namespace, Program};

    fn judge(server: &str) -> String {
        let namespace = Namespace::new();
        let mut server = namespace.inside(Program::python(server, &[])).start();
        server.until(|line| line == "Listening");
        namespace.inside(Program::lesson("judge", &[])).run().exited(1)
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn first_try() {
        assert_snapshot!(judge("judge/first_try.py"));
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn second_try() {
        assert_snapshot!(judge("judge/second_try.py"));
    }
}
