//! Step 2: bind(2).

use tests::{Program, assert_transcript, stable};

fn step2(args: &[&str]) -> String {
    stable(&Program::lesson("step2-bind", args).run().succeeded())
}

#[test]
fn datagram() {
    assert_transcript!(step2(&["--type", "dgram", "127.0.0.1:0"]));
}

#[test]
fn any_address() {
    assert_transcript!(step2(&["0.0.0.0:0"]));
}

#[test]
fn name() {
    assert_transcript!(step2(&["localhost:0"]));
}

#[test]
#[ignore = "needs IPv6"]
fn inet6() {
    assert_transcript!(step2(&["--family", "inet6", "[::1]:0"]));
}

#[test]
#[ignore = "needs IPv6"]
fn inet6_datagram() {
    assert_transcript!(step2(&["--family", "inet6", "--type", "dgram", "[::1]:0"]));
}

#[test]
#[ignore = "needs IPv6"]
fn inet6_any_address() {
    assert_transcript!(step2(&["--family", "inet6", "[::]:0"]));
}

#[test]
fn help() {
    assert_transcript!(step2(&["--help"]));
}
