//! The diff is the lesson: one system call a step, and nothing else moves.

use crate::diff::diff;

/// A step, the one it comes from, and how many lines may change, the module header not
/// counted.
const STEPS: [(&str, &str, usize); 8] = [
    ("step1-create", "step2-bind", 12),
    ("step2-bind", "step3-listen", 12),
    ("step3-listen", "step4-accept", 25),
    ("step2-bind", "step5-recvfrom", 14),
    ("step4-accept", "step6-thread", 8),
    ("step4-accept", "step7-poll", 75),
    ("step7-poll", "step8-epoll", 75),
    ("step6-thread", "step9-await", 40),
];

fn lesson(name: &str) -> String {
    format!("{name}/src/main.rs")
}

#[test]
fn steps() {
    for (old, new, budget) in STEPS {
        let diff = diff(&lesson(old), &lesson(new));
        let changed = changed(&diff).len();
        assert!(changed <= budget, "{changed} lines of {budget}:\n{diff}");
        assert!(changed > 0, "{new} adds nothing");
        // It is the same on every system.
        let mut settings = tests::snapshots();
        settings.remove_snapshot_suffix();
        settings.bind(|| insta::assert_snapshot!(format!("{old}_to_{new}"), diff));
    }
}

/// In the lecture nothing is taken back but the wait for Enter, the last statement of `run`.
#[test]
fn lecture_only_adds() {
    for (old, new, _) in &STEPS[..3] {
        let diff = diff(&lesson(old), &lesson(new));
        for line in changed(&diff).iter().filter(|line| line.starts_with('-')) {
            assert_eq!(*line, "-    log::close_on_enter(socket)", "{new}");
        }
    }
}

#[test]
#[ignore = "needs the tools of .ci/packages"]
fn git_shows_the_same() {
    for (old, new, _) in STEPS {
        let (old, new) = (&*lesson(old), &*lesson(new));
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
    for lesson in tests::LESSONS {
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
            // A graceful end is a second loop.
            let most = if name == "exercise_graceful.rs" { 24 } else { 18 };
            assert!((1..=most).contains(&changed), "{solution}: {changed} lines\n{diff}");
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
