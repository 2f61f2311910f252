//! The exercises of step 6.

use std::io::{Read, Write};
use std::time::Duration;

use tests::crowd::round_trip;
use tests::{PATIENCE, Program, connect};

/// Two clients have both places; the third one waits in the queue until one leaves.
#[test]
fn at_most() {
    let server = Program::example("step6-thread", "exercise_at_most", &["127.0.0.1:0"]);
    let mut server = server.start();
    let port = server.until_row("LISTEN").port();
    let one = connect(port);
    let two = connect(port);
    round_trip(&one, b"one");
    round_trip(&two, b"two");

    let mut three = connect(port);
    three.set_read_timeout(Some(Duration::from_millis(200))).expect("a timeout");
    three.write_all(b"three").expect("the kernel takes it");
    three.read(&mut [0; 1]).expect_err("it waits");
    drop(one);
    three.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut reply = [0; 5];
    three.read_exact(&mut reply).expect("the server replies");
    assert_eq!(&reply, b"three");
    round_trip(&two, b"two");
}
