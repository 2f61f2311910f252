//! The diff is the lesson: one system call a step, and nothing else moves.

use tests::{assert_transcript, read};

use crate::diff::diff;

/// Neighbouring steps, and how many lines may change, the module header not counted.
const STEPS: [(&str, &str, usize); 3] = [
    ("step1-create/src/main.rs", "step2-bind/src/main.rs", 12),
    ("step2-bind/src/main.rs", "step3-listen/src/main.rs", 12),
    ("step3-listen/src/main.rs", "step4-accept/src/main.rs", 25),
];

#[test]
fn step1_to_step2() {
    assert_transcript!(diff(STEPS[0].0, STEPS[0].1));
}

#[test]
fn step2_to_step3() {
    assert_transcript!(diff(STEPS[1].0, STEPS[1].1));
}

#[test]
fn step3_to_step4() {
    assert_transcript!(diff(STEPS[2].0, STEPS[2].1));
}

#[test]
fn budget() {
    for (old, new, budget) in STEPS {
        let diff = diff(old, new);
        let changed = changed(&diff);
        assert!(changed.len() <= budget, "{} lines of {budget}:\n{diff}", changed.len());
        assert!(!changed.is_empty(), "{new} adds nothing");

        let text = read(old);
        let last_statement = text.lines().rev().nth(1).expect("a statement and a bracket");
        for line in changed.iter().filter(|line| line.starts_with('-')) {
            assert_eq!(
                &line[1..],
                last_statement,
                "{new} removes more than the last statement"
            );
        }
    }
}

#[test]
#[ignore = "needs the tools of .ci/packages"]
fn git_shows_the_same() {
    for (old, new, _) in STEPS {
        let root = tests::root().to_str().expect("UTF-8");
        let args = ["-C", root, "diff", "--no-index", "--no-color", old, new];
        // git diff --no-index ends with 1 where files differ.
        let git = tests::Program::other("git", &args)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null");
        let shown = git.run().exited(1);
        let from = shown.find("--- a/").expect("a diff");
        // git names the function after a hunk's line numbers.
        let shown: String = shown[from..].lines().map(without_function).collect();
        assert_eq!(shown, diff(old, new), "{old} {new}");
    }
}

fn without_function(line: &str) -> String {
    match line.strip_prefix("@@ ").and_then(|rest| rest.split_once(" @@")) {
        Some((numbers, _)) => format!("@@ {numbers} @@\n"),
        None => format!("{line}\n"),
    }
}

/// A solution is its lesson with a few lines changed, also after the lesson has changed.
#[test]
fn solutions_stay_near_their_lesson() {
    let mut solutions = 0;
    for lesson in [
        "step0-resolve",
        "step1-create",
        "step2-bind",
        "step3-listen",
        "step4-accept",
        "client",
    ] {
        let folder = tests::root().join(lesson).join("examples");
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let name = entry.expect("an entry").file_name();
            let name = name.to_str().expect("UTF-8");
            if !name.starts_with("exercise_") {
                continue;
            }
            let solution = format!("{lesson}/examples/{name}");
            let diff = diff(&format!("{lesson}/src/main.rs"), &solution);
            let changed = changed(&diff).len();
            assert!((1..=12).contains(&changed), "{solution}: {changed} lines\n{diff}");
            solutions += 1;
        }
    }
    assert!(solutions > 0, "no solution was looked at");
}

/// The lines that a diff adds or removes, the module header not counted.
fn changed(diff: &str) -> Vec<&str> {
    diff.lines()
        .skip(2)
        .filter(|line| line.starts_with(['+', '-']) && !line[1..].starts_with("//!"))
        .collect()
}
