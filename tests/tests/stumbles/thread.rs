//! The stumbles of step 6.

use tests::assert_transcript;

fn example(name: &str) -> String {
    crate::example("step6-thread", name)
}

/// Windows has another code for it.
#[cfg(unix)]
#[test]
fn out_of_threads() {
    assert_transcript!(example("out_of_threads"));
}

#[test]
fn shared_counter() {
    assert_transcript!(example("shared_counter"));
}
