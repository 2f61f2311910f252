//! A judge that can't say no is none: for each check there is a server that fails it, and
//! passes the others of its lesson.

use std::collections::BTreeSet;

use tests::{Program, Running};

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
const AT_ONCE: usize = 4;

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
