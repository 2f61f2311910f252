//! The stumbles of the client.

use tests::assert_transcript;

fn example(name: &str) -> String {
    crate::example("client", name)
}

#[test]
fn half_close() {
    assert_transcript!(example("half_close"));
}

/// Linux tells send of the port that nobody has, and all of 127.0.0.0/8 is loopback there.
#[cfg(target_os = "linux")]
#[test]
fn datagram_refused() {
    assert_transcript!(example("datagram_refused"));
}

#[cfg(target_os = "linux")]
#[test]
fn ephemeral_ports() {
    assert_transcript!(example("ephemeral_ports"));
}

#[cfg(unix)]
#[test]
fn partial_send() {
    assert_transcript!(without_parts(&example("partial_send")));
}

/// Hides how much the buffers take, which depends on the system, and on how busy it is.
#[cfg(unix)]
fn without_parts(transcript: &str) -> String {
    let (_, part) = transcript.split_once("send(4, 50000000) = ").expect("a send");
    let part: u32 = part.lines().next().and_then(|line| line.parse().ok()).expect("bytes");
    assert!((1..50_000_000).contains(&part), "{transcript}");
    let rest = 50_000_000 - part;
    transcript
        .replace(&format!("= {part}\n"), "= PART\n")
        .replace(&format!("send(4, {rest}) = {rest}\n"), "send(4, REST) = REST\n")
}
