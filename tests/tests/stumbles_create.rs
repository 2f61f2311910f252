//! What learners stumble on at socket(2): descriptors.
#![cfg(unix)]

use tests::{Program, assert_snapshot, stable};

fn example(name: &str) -> String {
    stable(&Program::example("step1-create", name, &[]).run().succeeded())
}

#[test]
fn descriptor_reuse() {
    assert_snapshot!(example("descriptor_reuse"));
}

#[test]
fn duplicate_descriptor() {
    let example = Program::example("step2-bind", "duplicate_descriptor", &[]);
    assert_snapshot!(stable(&example.run().succeeded()));
}

/// As `example`, on a machine on which nothing else runs: what the documents show.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a network namespace"]
fn duplicate_descriptor_in_namespace() {
    let namespace = tests::Namespace::new();
    namespace.ports("51734 51735");
    let example = Program::example("step2-bind", "duplicate_descriptor", &[]);
    assert_snapshot!(namespace.inside(example).run().succeeded());
}

/// The lines are the calls that strace(1) sees, descriptors and all.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs strace"]
fn duplicate_descriptor_in_strace() {
    let strace = ["strace", "-e", "trace=socket,bind,fcntl,dup,dup3"];
    let example = Program::example("step2-bind", "duplicate_descriptor", &[]);
    let transcript = example.through(&strace).run().succeeded();
    // strace pads the call, and prints it before the example does.
    let call = "fcntl(3, F_DUPFD_CLOEXEC, 0)";
    let lines = transcript.lines().filter(|line| line.starts_with(call));
    let lines: Vec<String> = lines.map(|line| line.replace(' ', "")).collect();
    assert_eq!(lines, ["fcntl(3,F_DUPFD_CLOEXEC,0)=4"; 2], "{transcript}");
}
