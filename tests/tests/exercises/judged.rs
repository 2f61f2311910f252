//! Each exercise names the check that proves it: the lesson fails it, the solution passes.
//! The check is read from the page, so the page cannot name another one.

use std::collections::BTreeMap;

use tests::{LESSONS, Program, Running, read};

/// What no judge can see from outside. The page shows what comes, from a run; or it names the
/// test that measures.
const SHOWN: [&str; 14] = [
    "step0-resolve exercise_socket_types",
    "step0-resolve exercise_numeric_host",
    "step1-create exercise_two_sockets",
    "step1-create exercise_datagram",
    "step2-bind",
    "step2-bind exercise_local_address",
    "step2-bind exercise_two_protocols",
    "step3-listen",
    "step3-listen exercise_no_bind",
    "step3-listen exercise_listen_again",
    "step8-epoll exercise_both_cores",
    "client",
    "client exercise_bind",
    "client exercise_timeout",
];

/// An exercise of a page.
struct Exercise {
    /// None where no code is to be written, or all of it.
    solution: Option<String>,
    /// What `--only` asks for.
    check: Option<String>,
    text: String,
}

fn exercises(page: &str, section: &str) -> Vec<Exercise> {
    let text = read(page);
    let (_, section) = text.split_once(section).unwrap_or_else(|| panic!("{page}"));
    let section = section.split("\n## ").next().unwrap_or_default();
    let exercises = section.split("\n### ").skip(1);
    let exercises = exercises.map(|text| {
        let word_after = |start: &str, text: &str| {
            let rest = text.split_once(start)?.1;
            let end = |c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c);
            rest.split(end).next().map(str::to_owned)
        };
        // Before the hint: it is part of the task.
        let task = text.split("<details>").next().unwrap_or_default();
        let check = word_after("cargo run -p judge -- --only ", task);
        let solution = word_after("/examples/exercise_", text);
        let solution = solution.map(|name| format!("exercise_{name}"));
        Exercise { solution, check, text: text.to_owned() }
    });
    exercises.collect()
}

/// The exercises of a lesson: the pages in both languages name the same.
fn of(lesson: &str) -> Vec<Exercise> {
    let english = exercises(&format!("{lesson}/README.md"), "\n## Exercises\n");
    let russian = exercises(&format!("{lesson}/README.ru.md"), "\n## Упражнения\n");
    let names = |exercises: &[Exercise]| -> Vec<_> {
        exercises.iter().map(|e| (e.solution.clone(), e.check.clone())).collect()
    };
    assert_eq!(names(&english), names(&russian), "{lesson}");
    english
}

#[test]
fn each_exercise_says_how_to_check_it() {
    let mut shown = SHOWN.to_vec();
    for lesson in LESSONS {
        for exercise in of(lesson) {
            let name = exercise.solution.map_or(lesson.to_owned(), |solution| {
                let path = format!("{lesson}/examples/{solution}.rs");
                assert!(tests::root().join(&path).exists(), "{path}");
                format!("{lesson} {solution}")
            });
            if exercise.check.is_some() {
                continue;
            }
            let place = shown.iter().position(|shown| *shown == name);
            shown.remove(place.unwrap_or_else(|| panic!("{name}: no check")));
            let seen = ["<!-- // output ", "cargo test -p tests "];
            assert!(seen.iter().any(|seen| exercise.text.contains(seen)), "{name}");
        }
    }
    assert!(shown.is_empty(), "{shown:?}");
}

/// A server that runs, and what has to be done to it while it is judged.
struct Server {
    running: Running,
    address: String,
    start: Box<dyn Fn(&str) -> Program>,
}

impl Server {
    fn start(package: &str, example: Option<&str>) -> Self {
        let (package, example) = (package.to_owned(), example.map(str::to_owned));
        let start = move |address: &str| match &example {
            Some(example) => Program::example(&package, example, &[address]),
            None => Program::lesson(&package, &[address]),
        };
        let mut running = start("127.0.0.1:0").start();
        let bound = running.until_row("UNCONN").port();
        Self { running, address: format!("127.0.0.1:{bound}"), start: Box::new(start) }
    }

    /// Judges it, and does what the judge asks for. Returns what the judge says.
    fn judged(mut self, check: &str) -> (i32, String) {
        if check != "time" {
            self.running.until_row("LISTEN");
        }
        let arguments = [&*self.address, "--only", check];
        let mut judge = Program::lesson("judge", &arguments).start();
        let mut again = None;
        match check {
            "restart" => {
                judge.until(|line| line.contains("stop your server"));
                self.running.interrupt();
                self.running.wait();
                again = Some((self.start)(&self.address).start());
            }
            "graceful-end" => {
                judge.until(|line| line.contains("press Ctrl-C"));
                self.running.interrupt();
            }
            _ => (),
        }
        let judged = judge.finish();
        drop(again);
        (judged.code.expect("an exit status"), judged.output)
    }
}

/// All at the same time: most of them wait.
#[test]
#[ignore = "needs a minute"]
fn the_lesson_fails_and_the_solution_passes() {
    let mut proven = BTreeMap::new();
    std::thread::scope(|scope| {
        for lesson in LESSONS {
            for exercise in of(lesson) {
                let Some(check) = exercise.check else { continue };
                *proven.entry(check.clone()).or_insert(0) += 1;
                // Who writes all of it starts where the lesson before has ended.
                let unsolved =
                    if exercise.solution.is_some() { lesson } else { "step3-listen" };
                scope.spawn(move || {
                    let solution = exercise.solution.as_deref();
                    let (code, said) = Server::start(unsolved, None).judged(&check);
                    assert_eq!(code, 1, "{unsolved} --only {check}\n{said}");
                    assert!(said.contains("✗"), "{unsolved} --only {check}\n{said}");
                    let (code, said) = Server::start(lesson, solution).judged(&check);
                    assert_eq!(code, 0, "{lesson} {solution:?} --only {check}\n{said}");
                });
            }
        }
    });
    assert_eq!(proven["idle-timeout"], 2);
    assert_eq!(proven.len(), 10, "{proven:?}");
}
