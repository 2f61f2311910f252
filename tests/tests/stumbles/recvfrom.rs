//! The stumbles of step 5.

use tests::assert_transcript;

fn example(name: &str) -> String {
    crate::example("step5-recvfrom", name)
}

#[test]
fn stranger() {
    assert_transcript!(example("stranger"));
}

/// macOS sends no more than 9216 bytes: net.inet.udp.maxdgram.
#[cfg(not(target_os = "macos"))]
#[test]
fn too_large() {
    assert_transcript!(example("too_large"));
}

/// The numbers of the example are those of the kernel: over an MTU of 1500 bytes, 65507 bytes
/// and the header of UDP are 44 fragments of 1480 bytes and one more.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a network namespace"]
fn larger_than_the_mtu() {
    use tests::{Namespace, Program};

    let namespace = Namespace::new();
    namespace.shell("ip link set lo mtu 1500");
    let example = Program::example("step5-recvfrom", "too_large", &[]);
    let transcript = namespace.inside(example).run().succeeded();
    assert!(transcript.contains("\nrecv(3, 65536) = 65507\n"), "{transcript}");
    let counters = namespace.shell("cat /proc/net/snmp");
    let mut ip = counters.lines().filter_map(|line| line.strip_prefix("Ip: "));
    let (names, values) = (ip.next().expect("names"), ip.next().expect("values"));
    let mut counters = names.split(' ').zip(values.split(' '));
    let fragments = counters.find(|(name, _)| *name == "FragCreates");
    assert_eq!(fragments, Some(("FragCreates", "45")));
}

#[cfg(unix)]
#[test]
fn datagram_truncated() {
    assert_transcript!(example("datagram_truncated"));
}

#[cfg(target_os = "linux")]
#[test]
fn broadcast() {
    assert_transcript!(example("broadcast"));
}

/// How many arrive is up to the kernel, but there are some, and not all.
#[cfg(unix)]
#[test]
fn lost() {
    let shown = example("lost");
    let mut counts = shown.lines().filter_map(|line| line.strip_prefix("And "));
    assert_eq!(counts.next(), Some("999 more of them."));
    let arrived = counts.next().and_then(|rest| rest.strip_suffix(" more of them."));
    let arrived = arrived.expect("how many have arrived");
    assert!((1..500).contains(&arrived.parse().expect("a number")), "{shown}");
    assert_transcript!(shown.replace(&format!("And {arrived} more"), "And 55 more"));
}
