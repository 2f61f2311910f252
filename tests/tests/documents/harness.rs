//! The tests themselves: what they need, and where they are.

use std::fs;
use std::path::Path;

use tests::markdown::links;
use tests::{read, root};

/// What a test can need, each in one wording: the README says what it is.
const NEEDS: [&str; 9] = [
    "IPv6",
    "the tools of .ci/packages",
    "the tools of .ci/packages and IPv6",
    "a network namespace",
    "a network namespace and IPv6",
    "root",
    "presenterm",
    "wine",
    "a minute",
];

/// All Rust files of the tests, relative to the package.
fn files() -> Vec<String> {
    let package = root().join("tests");
    let mut files = Vec::new();
    let mut folders = vec![package.join("tests"), package.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let path = path.strip_prefix(&package).expect("it is inside");
                files.push(path.to_str().expect("UTF-8").replace('\\', "/"));
            }
        }
    }
    files
}

#[test]
fn ignored_tests_say_what_they_need() {
    let mut found = 0;
    for file in files() {
        for line in read(Path::new("tests").join(&file)).lines() {
            let Some(rest) = line.trim_start().strip_prefix("#[ignore") else { continue };
            let reason =
                rest.strip_prefix(" = \"needs ").and_then(|r| r.strip_suffix("\"]"));
            assert!(reason.is_some_and(|reason| NEEDS.contains(&reason)), "{file}: {line}");
            found += 1;
        }
    }
    assert!(found > 0, "no test is ignored");
}

/// Both READMEs link each file, but for the tables of contents.
#[test]
fn every_file_is_on_the_map() {
    for readme in ["tests/README.md", "tests/README.ru.md"] {
        let text = read(readme);
        let linked: Vec<&str> = links(&text).map(|(_, target)| target).collect();
        for file in files() {
            let missing = !linked.contains(&file.as_str()) && !file.ends_with("main.rs");
            assert!(!missing, "{readme}: no link to {file}");
        }
    }
}
