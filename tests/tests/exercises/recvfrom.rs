//! The exercises of step 5.

use std::time::{SystemTime, UNIX_EPOCH};

use tests::{Program, assert_transcript, stable};

#[test]
fn time_server() {
    let server =
        Program::example("step5-recvfrom", "exercise_time_server", &["127.0.0.1:0"]);
    let mut server = server.start();
    let address = format!("127.0.0.1:{}", server.until_row("UNCONN").port());
    let before = now();
    let client = Program::lesson("client", &["--type", "dgram", &address, "time?"]);
    let transcript = client.run().succeeded();
    let time = transcript.lines().find(|line| line.parse::<u64>().is_ok());
    let time = time.expect("a line with the seconds");
    assert!((before..=now()).contains(&time.parse().expect("a number")), "{transcript}");
    // Any second will do for the page.
    assert_transcript!(stable(&transcript.replace(time, "1764000000")));
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970").as_secs()
}
