//! Ports above 1023 are for everyone; those below need privilege on Linux: the capability
//! CAP_NET_BIND_SERVICE, or a lower border.

use tests::{Namespace, Program, assert_transcript, executable};

/// Without privilege.
const NOBODY: [&str; 4] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/// Step 2 in a namespace where nobody may run it: the folder of the build may be closed to
/// other users.
struct Step2 {
    namespace: Namespace,
}

impl Step2 {
    fn new() -> Self {
        let namespace = Namespace::new();
        let built = executable("step2-bind").display();
        namespace.shell(&format!("install -m 755 '{built}' /mnt/step2-bind"));
        Self { namespace }
    }

    /// Runs it through another program.
    fn through(&self, outer: &[&str], address: &str) -> tests::Finished {
        let args = [&outer[1..], &["/mnt/step2-bind", address]].concat();
        self.namespace.inside(Program::other(outer[0], &args)).run()
    }

    fn binds(&self, outer: &[&str], address: &str) {
        let transcript = self.through(outer, address).succeeded();
        assert!(transcript.contains(&format!("bind(3, {address}) = 0\n")), "{transcript}");
    }

    fn is_refused(&self, outer: &[&str], address: &str) -> String {
        let transcript = self.through(outer, address).exited(1);
        let line = format!("bind(3, {address}) = -1 EACCES (Permission denied)\nhelp: ");
        assert!(transcript.contains(&line), "{transcript}");
        transcript
    }
}

#[test]
#[ignore = "needs root"]
fn ports_for_everyone() {
    let step2 = Step2::new();
    for address in ["127.0.0.1:1024", "127.0.0.1:4444", "127.0.0.1:65535"] {
        step2.binds(&NOBODY, address);
    }
}

#[test]
#[ignore = "needs root"]
fn privileged_ports() {
    let step2 = Step2::new();
    assert_transcript!(step2.is_refused(&NOBODY, "127.0.0.1:80"));
    for address in ["127.0.0.1:1", "127.0.0.1:1023"] {
        step2.is_refused(&NOBODY, address);
    }
}

/// Not root, and no right but this one.
#[test]
#[ignore = "needs root"]
fn with_the_capability() {
    let step2 = Step2::new();
    let capable = [
        &NOBODY[..],
        &["--inh-caps=+net_bind_service", "--ambient-caps=+net_bind_service"],
    ]
    .concat();
    step2.binds(&capable, "127.0.0.1:80");
}

/// It is not the user that matters: root without the capability is refused.
#[test]
#[ignore = "needs a network namespace"]
fn root_without_the_capability() {
    let step2 = Step2::new();
    let incapable = ["setpriv", "--bounding-set=-net_bind_service"];
    step2.binds(&["env"], "127.0.0.1:80");
    step2.is_refused(&incapable, "127.0.0.1:80");
    step2.binds(&incapable, "127.0.0.1:1024");
}

/// The border belongs to the network namespace.
#[test]
#[ignore = "needs root"]
fn lower_border() {
    let step2 = Step2::new();
    step2.namespace.shell("echo 80 >/proc/sys/net/ipv4/ip_unprivileged_port_start");
    step2.binds(&NOBODY, "127.0.0.1:80");
    step2.is_refused(&NOBODY, "127.0.0.1:79");
}
