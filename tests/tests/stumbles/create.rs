//! The stumbles of descriptors: steps 1 and 2.

use tests::assert_transcript;

#[test]
fn descriptor_reuse() {
    assert_transcript!(crate::example("step1-create", "descriptor_reuse"));
}

#[test]
fn duplicate_descriptor() {
    assert_transcript!(crate::example("step2-bind", "duplicate_descriptor"));
}

/// The lines are the calls that strace(1) sees, descriptors and all.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn duplicate_descriptor_in_strace() {
    let strace = ["strace", "-e", "trace=socket,bind,fcntl,dup,dup3"];
    let example = tests::Program::example("step2-bind", "duplicate_descriptor", &[]);
    let transcript = example.through(&strace).run().succeeded();
    // strace pads the call, and prints it before the example does.
    let call = "fcntl(3, F_DUPFD_CLOEXEC, 0)";
    let lines = transcript.lines().filter(|line| line.starts_with(call));
    let lines: Vec<String> = lines.map(|line| line.replace(' ', "")).collect();
    assert_eq!(lines, ["fcntl(3,F_DUPFD_CLOEXEC,0)=4"; 2], "{transcript}");
}
