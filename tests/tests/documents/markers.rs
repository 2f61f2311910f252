//! Nothing in the Markdown files is untrue: each block equals its source, each link and
//! each command leads somewhere.
//!
//! A comment on the line above a block names its source:
//!
//! - `<!-- // file step4-accept/src/main.rs -->`: a file;
//! - `<!-- // file step4-accept/src/main.rs#echo -->`: an item of a Rust file;
//! - `<!-- // diff step1-create/src/main.rs step2-bind/src/main.rs -->`: their difference;
//! - `<!-- // output listen__stream -->`: the body of a snapshot, of `tests/tests/snapshots`.
//!
//! Behind each of them can stand `from "TEXT"`, `to "TEXT"` or both: only the lines from the
//! first that has the one text to the next that has the other.
//!
//! Only commands (`sh`, `powershell`) stand without one. `UPDATE_DOCUMENTS=1 cargo test -p
//! tests --test documents` writes the blocks anew.

use std::fs;
use std::path::{Path, PathBuf};

use tests::markdown::{Part, anchors, blocks, links, parts};
use tests::{read, recorded, root};

use crate::diff::diff;

/// All Markdown files, relative to the workspace.
pub fn documents() -> Vec<PathBuf> {
    fn visit(folder: &Path, found: &mut Vec<PathBuf>) {
        let skip = ["target", "node_modules", "out", ".git"];
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !skip.contains(&name) {
                visit(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    visit(root(), &mut found);
    found.sort();
    assert!(found.contains(&root().join("README.md")), "the documents are found");
    found
}

fn place(document: &Path, line: usize) -> String {
    let name = document.strip_prefix(root()).unwrap_or(document);
    format!("{}:{}", name.display(), line + 1)
}

/// What stands at the source that a marker names, or the part of it that it asks for.
fn source(marker: &str) -> Result<String, String> {
    let (marker, to) = quoted(marker, "to");
    let (marker, from) = quoted(marker, "from");
    let whole = whole_source(marker)?;
    let lines: Vec<&str> = whole.lines().collect();
    let find = |text: Option<&str>, start: usize, default: usize| match text {
        Some(text) => (start..lines.len())
            .find(|&line| lines[line].contains(text))
            .ok_or(format!("no line has {text:?}")),
        None => Ok(default),
    };
    let first = find(from, 0, 0)?;
    let last = find(to, first, lines.len().saturating_sub(1))?;
    Ok(lines
        .get(first..=last)
        .unwrap_or_default()
        .iter()
        .map(|line| format!("{line}\n"))
        .collect())
}

/// Takes `WORD "TEXT"` from the end of a marker.
fn quoted<'a>(marker: &'a str, word: &str) -> (&'a str, Option<&'a str>) {
    match marker.strip_suffix('"').and_then(|rest| rest.split_once(&format!(" {word} \"")))
    {
        Some((rest, text)) => (rest, Some(text)),
        None => (marker, None),
    }
}

fn whole_source(marker: &str) -> Result<String, String> {
    let words: Vec<&str> = marker.split_whitespace().collect();
    match words[..] {
        ["file", path] => match path.split_once('#') {
            Some((path, name)) => item(&read(path), name),
            None => Ok(read(path)),
        },
        ["diff", old, new] => Ok(diff(old, new)),
        ["output", name] => Ok(recorded(name)),
        _ => Err(
            "the marker is none of: file PATH, file PATH#ITEM, diff OLD NEW, output NAME"
                .into(),
        ),
    }
}

/// An item of a file that rustfmt has formatted, with its doc comments and attributes.
fn item(text: &str, name: &str) -> Result<String, String> {
    let lines: Vec<&str> = text.lines().collect();
    let is_item = |line: &&str| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        ["fn", "struct", "enum", "trait", "const", "static"].iter().any(|keyword| {
            line.strip_prefix(keyword)
                .and_then(|rest| rest.strip_prefix(' '))
                .and_then(|rest| rest.strip_prefix(name))
                .is_some_and(|rest| {
                    !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                })
        })
    };
    let found: Vec<usize> =
        (0..lines.len()).filter(|&index| is_item(&lines[index])).collect();
    let [start] = found[..] else {
        return Err(format!("{} items have the name {name}", found.len()));
    };
    let before = lines[..start].iter().rev();
    let attributes =
        before.take_while(|line| line.starts_with("///") || line.starts_with("#["));
    let first = start - attributes.count();
    // Its last line is not indented: the statements of a function are.
    let is_last =
        |line: &&str| *line == "}" || line.ends_with(';') && !line.starts_with(' ');
    let length = lines[start..].iter().position(is_last);
    let last = start + length.ok_or("the item does not end")?;
    Ok(lines
        .get(first..=last)
        .unwrap_or_default()
        .iter()
        .map(|line| format!("{line}\n"))
        .collect())
}

#[test]
fn parts_are_found() {
    let part = |marker: &str| source(&format!("output lecture__step3 {marker}"));
    let command = "$ cargo run -q -p step3-listen\n";
    assert_eq!(part("from \"$ cargo\" to \"$ cargo\"").as_deref(), Ok(command));
    assert_eq!(part("from \"close(\"").as_deref(), Ok("close(3)\n"));
    assert!(part("to \"LISTEN\"").is_ok_and(|part| part.starts_with(command)));
    part("from \"LISTEN\" to \"bind(\"").expect_err("bind comes before");
    part("from \"nothing\"").expect_err("no such line");
}

#[test]
fn items_are_whole() {
    let echo = source("file step4-accept/src/main.rs#echo").expect("an item");
    assert!(echo.starts_with("fn echo(") && echo.ends_with("\n}\n"), "{echo}");
    let args = source("file step4-accept/src/main.rs#Args").expect("an item");
    assert!(args.starts_with("#[derive(Parser)]\n") && args.ends_with("\n}\n"), "{args}");
    source("file step4-accept/src/main.rs#no_such_item").expect_err("no item");
}

#[test]
fn blocks_equal_their_sources() {
    let update = std::env::var_os("UPDATE_DOCUMENTS").is_some();
    let mut wrong = Vec::new();
    let mut held = 0;
    for document in documents() {
        let text = read(&document);
        let mut updated: Vec<String> = text.lines().map(str::to_owned).collect();
        for block in blocks(&text).iter().rev() {
            let place = place(&document, block.start);
            let language = block.info.split(' ').next().unwrap_or_default();
            let Some(marker) = block.marker else {
                if !["sh", "powershell"].contains(&language) {
                    wrong.push(format!("{place}: a block without a marker"));
                }
                continue;
            };
            match source(marker) {
                Err(error) => wrong.push(format!("{place}: {marker}: {error}")),
                Ok(source) => {
                    held += 1;
                    let source: Vec<String> = source
                        .trim_end()
                        .lines()
                        .map(|line| line.trim_end().to_owned())
                        .collect();
                    if block.lines != source {
                        wrong.push(format!("{place}: {marker}: the block differs from it"));
                        let inside = block.start + 1..block.start + 1 + block.lines.len();
                        updated.splice(inside, source);
                    }
                }
            }
        }
        let updated = updated.join("\n") + "\n";
        // Only then: the other test that updates reads them at the same time.
        if update && updated != text {
            fs::write(&document, updated).expect("the document can be written");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(held > 0, "no block was looked at");
}

/// Links to files of the workspace, `[text](path)` and `[text](path#heading)`.
#[test]
fn links_lead_somewhere() {
    let mut wrong = Vec::new();
    for document in documents() {
        let folder = document.parent().expect("it is in a folder");
        for (line, link) in links(&read(&document)) {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let remote = ["http://", "https://", "mailto:"];
            if remote.iter().any(|scheme| link.starts_with(scheme)) {
                continue;
            }
            let target = if path.is_empty() { document.clone() } else { folder.join(path) };
            if !target.exists() {
                wrong.push(format!("{}: {link}", place(&document, line)));
            } else if !heading.is_empty() && !anchors(&read(&target)).contains(heading) {
                wrong.push(format!("{}: {link}: no such heading", place(&document, line)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Who does not see a picture reads what it shows.
#[test]
fn pictures_have_a_text_alternative() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for document in documents() {
        let text = read(&document);
        for (line, number) in text.lines().zip(0..) {
            let place = place(&document, number);
            for picture in line.split("![").skip(1) {
                let Some((alternative, _)) = picture.split_once("](") else { continue };
                seen += 1;
                if alternative.trim().is_empty() {
                    wrong.push(format!("{place}: a picture without a text alternative"));
                }
            }
            for picture in line.split("<img ").skip(1) {
                seen += 1;
                let alternative = picture.split_once("alt=\"").map(|(_, rest)| rest);
                if alternative.is_none_or(|text| text.trim_start().starts_with('"')) {
                    wrong.push(format!("{place}: a picture without a text alternative"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 0, "no picture was looked at");
}

/// Packages, examples, tests and files in the commands that a document shows.
#[test]
fn commands_exist() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for document in documents() {
        for (number, line) in read(&document).lines().enumerate() {
            let line = line.replace(['`', '|', ')', '(', ',', ';', '"'], " ");
            let words: Vec<&str> = line.split_whitespace().collect();
            let mut check = |path: PathBuf, what: &str| {
                seen += 1;
                if !path.exists() {
                    wrong.push(format!("{}: {what}", place(&document, number)));
                }
            };
            let mut package = None;
            for pair in words.windows(2) {
                match pair {
                    ["-p", name] if words.contains(&"cargo") => {
                        package = Some(*name);
                        check(root().join(name).join("Cargo.toml"), name);
                    }
                    // The reader's own.
                    ["--example", "mine"] => (),
                    ["--example", name] => {
                        let folder = package.unwrap_or("tests");
                        check(
                            root().join(folder).join(format!("examples/{name}.rs")),
                            name,
                        );
                    }
                    ["--test", name] => {
                        let file = root().join(format!("tests/tests/{name}.rs"));
                        let folder = file.with_extension("").join("main.rs");
                        check(if file.exists() { file } else { folder }, name);
                    }
                    ["python3", path] => check(root().join(path), path),
                    _ => (),
                }
            }
            if let Some(at) = words.iter().position(|word| *word == "--no-index") {
                for path in words[at + 1..].iter().take(2) {
                    check(root().join(path), path);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 0, "no command was looked at");
}

/// X.md and X.ru.md tell the same, and so do the two decks: headings, blocks with their
/// markers, items of lists, rows of tables.
#[test]
fn both_languages_are_in_step() {
    for document in documents() {
        let name = document.to_str().expect("UTF-8");
        let stem = name.strip_suffix("en.md").or(name.strip_suffix("md"));
        let russian = PathBuf::from(format!("{}ru.md", stem.expect("Markdown")));
        if !russian.exists() {
            continue;
        }
        assert_eq!(outline(&read(&document)), outline(&read(russian)), "{name}");
    }
}

/// What is the same in every language: levels of headings, markers, commands (but for the
/// language of the deck), table rows.
fn outline(text: &str) -> Vec<String> {
    let mut outline = Vec::new();
    for part in parts(text) {
        match part {
            Part::Heading(level, _) => outline.push("#".repeat(level)),
            // What a diagram says to those who do not see it.
            Part::Comment(lines) if lines[0].starts_with("// alt ") => {
                outline.push("// alt".into())
            }
            Part::Comment(lines) if lines[0].starts_with("// ") => {
                outline.push(lines[0].into())
            }
            Part::Block(block) => {
                outline.push(format!("```{}", block.info));
                // A diagram has its words in the language of the deck.
                let words = [".en.txt", ".ru.txt"];
                if block
                    .marker
                    .is_some_and(|marker| words.iter().any(|end| marker.ends_with(end)))
                {
                    continue;
                }
                outline.extend(block.lines.iter().map(|line| {
                    line.split(" # ").next().unwrap_or(line).trim_end().to_owned()
                }));
            }
            Part::Line(line) if line.starts_with('|') => {
                outline.push(format!("a row of {}", line.matches('|').count()));
            }
            Part::Line(line) if line.starts_with("- ") => outline.push("-".into()),
            _ => (),
        }
    }
    let same =
        |line: &String| line.replace(".en.md", ".ru.md").replace(".en.txt", ".ru.txt");
    outline.iter().map(same).collect()
}
