//! The dev container, as far as it can be checked without a container engine.

use tests::{read, root};

/// What the dev container installs is what the tests are run with.
#[test]
fn dev_container() {
    let container: serde_json::Value =
        serde_json::from_str(&read(".devcontainer/devcontainer.json")).expect("JSON");
    let folder = root().join(".devcontainer");
    let build = &container["build"];
    let name = build["dockerfile"].as_str().expect("the name of a file");
    let context = folder.join(build["context"].as_str().expect("the name of a folder"));
    let dockerfile = read(format!(".devcontainer/{name}"));

    let copied: Vec<&str> = dockerfile
        .lines()
        .filter_map(|line| line.strip_prefix("COPY ")?.split_whitespace().next())
        .collect();
    assert_eq!(copied, [".ci/packages"]);
    assert!(context.join(copied[0]).exists(), "{copied:?} is not in {context:?}");
    assert!(dockerfile.contains("xargs --arg-file=/tmp/packages apt-get install"));

    let packages = read(".ci/packages");
    let packages: Vec<&str> = packages.lines().collect();
    assert!(packages.is_sorted(), "{packages:?}");
    for tool in ["iproute2", "net-tools", "python3", "strace", "tcpdump"] {
        assert!(packages.contains(&tool), "{tool}");
    }
}
