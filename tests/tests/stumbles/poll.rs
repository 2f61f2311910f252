//! The stumbles of step 7. What poll reports, and what is inherited, is that of Linux.

use tests::assert_transcript;

fn example(name: &str) -> String {
    crate::example("step7-poll", name)
}

#[test]
fn always_pollout() {
    assert_transcript!(example("always_pollout"));
}

#[test]
fn emfile_spins() {
    assert_transcript!(example("emfile_spins"));
}

#[test]
fn hangup() {
    assert_transcript!(example("hangup"));
}

#[test]
fn blocks_again() {
    assert_transcript!(example("blocks_again"));
}

#[test]
fn remove_while_walking() {
    assert_transcript!(example("remove_while_walking"));
}

#[test]
fn refused_in_background() {
    assert_transcript!(example("refused_in_background"));
}

#[test]
fn thundering_herd() {
    assert_transcript!(example("thundering_herd"));
}
