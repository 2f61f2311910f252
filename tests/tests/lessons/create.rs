//! Step 1: socket(2).

use tests::{Program, assert_transcript, stable};

fn step1(args: &[&str]) -> String {
    stable(&Program::lesson("step1-create", args).run().succeeded())
}

#[test]
fn datagram() {
    assert_transcript!(step1(&["--type", "dgram"]));
}

#[test]
fn protocol_that_fits() {
    assert_transcript!(step1(&["--type", "dgram", "--proto", "17"]));
}

#[test]
#[ignore = "needs IPv6"]
fn inet6() {
    assert_transcript!(step1(&["--family", "inet6"]));
}

#[test]
fn waits_for_enter() {
    let mut lesson = Program::lesson("step1-create", &[]).start();
    lesson.until(|line| line.starts_with("Press Enter"));
    assert!(!lesson.output().contains("close("));
    lesson.write(b"\n");
    // Standard input stays open: it is the line that ends the wait.
    lesson.until(|line| line.starts_with("close("));
    lesson.wait().succeeded();
}

#[test]
fn help() {
    assert_transcript!(step1(&["--help"]));
}
