//! The questions that people ask: each has its answer, a command that proves it, and a page.

use std::fs;

use tests::markdown::links;
use tests::{read, root};

/// Both languages.
const PAGES: [&str; 2] = ["questions.md", "questions.ru.md"];

struct Question {
    title: String,
    answer: String,
    /// What stands in backticks below the answer.
    commands: Vec<String>,
    /// The page that explains it, in English and without the heading.
    page: String,
}

/// The items `- **Why?**\`, with the answer on the next lines, and a last line of commands and
/// a link.
fn questions(page: &str) -> Vec<Question> {
    let text = read(page);
    let items = text.split("\n- **").skip(1).filter_map(|item| {
        let (title, rest) = item.split_once("?**\\\n")?;
        let item = rest.split("\n\n").next()?;
        let (answer, proof) = item.trim_end().rsplit_once("\\\n")?;
        let target = links(proof).last()?.1.split('#').next()?;
        Some(Question {
            title: title.into(),
            answer: answer.into(),
            commands: proof.split('`').skip(1).step_by(2).map(str::to_owned).collect(),
            page: target.replace(".ru.md", ".md"),
        })
    });
    items.collect()
}

#[test]
fn sixty_questions_have_answers() {
    for page in PAGES {
        let questions = questions(page);
        assert!(questions.len() >= 60, "{page}: {}", questions.len());
        let asked = read(page).matches("?**").count();
        assert_eq!(questions.len(), asked, "{page}: a question without command and link");
        for Question { title, answer, commands, .. } in questions {
            let sentences = answer.matches(". ").count() + answer.matches(".\n").count();
            assert!(answer.ends_with('.') && sentences == 0, "{title}: {answer}");
            assert!(!commands.is_empty(), "{title}: no command");
        }
    }
}

/// Both languages prove the same with the same commands.
#[test]
fn both_languages_have_the_same_proofs() {
    let [english, russian] = PAGES.map(questions);
    for (english, russian) in english.iter().zip(&russian) {
        assert_eq!(english.commands, russian.commands, "{}", english.title);
        assert_eq!(english.page, russian.page, "{}", english.title);
    }
}

/// `cargo test -p tests --test TARGET NAME` runs a test, and not none.
#[test]
fn tests_that_prove_exist() {
    let mut seen = 0;
    for question in questions(PAGES[0]) {
        for command in question.commands {
            let words: Vec<&str> = command.split(' ').collect();
            let ["cargo", "test", "-p", "tests", "--test", target, name, ..] = words[..]
            else {
                continue;
            };
            let name = name.rsplit("::").next().unwrap_or(name);
            let folder = root().join("tests/tests").join(target);
            let mut files = vec![folder.with_extension("rs")];
            let inside = fs::read_dir(&folder).into_iter().flatten();
            files.extend(inside.map(|entry| entry.expect("an entry").path()));
            let has = |text: &str| text.contains(&format!("fn {name}() {{"));
            let found = files.iter().any(|file| {
                file.file_stem().is_some_and(|stem| stem == name)
                    || fs::read_to_string(file).is_ok_and(|text| has(&text))
            });
            assert!(found, "{}: no test {name} in {target}", question.title);
            seen += 1;
        }
    }
    assert!(seen > 0, "no test was looked at");
}

/// The texts of the errors are those that the examples have shown.
#[test]
fn errors_are_as_recorded() {
    let mut recorded = String::new();
    let snapshots = root().join("tests/tests/snapshots");
    for entry in fs::read_dir(snapshots).expect("a folder") {
        recorded += &read(entry.expect("an entry").path());
    }
    for page in PAGES {
        let mut seen = 0;
        for line in read(page).lines() {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [_, error, text, _, _] = cells[..] else { continue };
            if error.starts_with('E') {
                let shown = format!("{error} ({text})");
                assert!(recorded.contains(&shown), "{page}: {shown}");
                seen += 1;
            }
        }
        assert!(seen > 0, "{page}: no error was looked at");
    }
}
