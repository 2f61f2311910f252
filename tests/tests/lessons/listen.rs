//! Step 3: listen(2).

use tests::{Program, assert_transcript, stable};

fn step3(args: &[&str]) -> String {
    stable(&Program::lesson("step3-listen", args).run().succeeded())
}

#[test]
#[ignore = "needs IPv6"]
fn inet6() {
    assert_transcript!(step3(&["--family", "inet6", "[::1]:0"]));
}

#[test]
fn backlog() {
    assert_transcript!(step3(&["--backlog", "5", "127.0.0.1:0"]));
}

#[test]
fn backlog_of_zero() {
    assert_transcript!(step3(&["--backlog", "0", "127.0.0.1:0"]));
}

/// Linux takes a negative backlog, and one that is too large, for the limit of the system.
#[cfg(target_os = "linux")]
#[test]
fn backlog_is_cut() {
    use tests::Row;

    let limit =
        std::fs::read_to_string("/proc/sys/net/core/somaxconn").expect("a Linux file");
    for backlog in ["-1", "2147483647"] {
        let transcript = step3(&["--backlog", backlog, "127.0.0.1:0"]);
        assert!(
            transcript.contains(&format!("listen(3, {backlog}) = 0\n")),
            "{transcript}"
        );
        let row = transcript.lines().filter_map(Row::parse).next_back().expect("a row");
        let limit: u32 = limit.trim().parse().expect("a number");
        assert_eq!((row.recv_q, row.send_q), (Some(0), Some(limit)), "{transcript}");
    }
}

#[test]
fn help() {
    assert_transcript!(step3(&["--help"]));
}
