//! The tables of the bench: made rightly, and in the documents as they were made.
//!
//! A comment above a table names the file from which it comes, which `cargo bench -- --save`
//! writes: `<!-- // table tests/benches/table.en.md -->`. `UPDATE_DOCUMENTS=1 cargo test -p tests --test
//! documents tables` writes the tables anew.

use std::fs;
use std::ops::Range;

use tests::read;

use crate::markers::documents;
use results::{Language, Results, Spread, What, number};
use table::Document;

#[expect(dead_code, reason = "the bench keeps all values, and notes")]
#[path = "../../benches/sockets/results.rs"]
mod results;
#[path = "../../benches/sockets/table.rs"]
mod table;

/// The tables that have a source: its path, and their lines, counted from 0.
fn tables(text: &str) -> Vec<(&str, Range<usize>)> {
    let lines: Vec<&str> = text.lines().collect();
    let marked = lines.iter().enumerate().filter_map(|(number, line)| {
        let path = line.strip_prefix("<!-- // table ")?.strip_suffix(" -->")?;
        let rows = lines[number + 1..].iter().take_while(|line| line.starts_with('|'));
        Some((path, number + 1..number + 1 + rows.count()))
    });
    marked.collect()
}

/// The lines of a table, or the columns of it that a slide has room for, counted from 1, of the
/// rows that have a word and all these values: `tests/benches/table.en.md of Rust columns 1,4`.
fn source(marker: &str) -> Vec<String> {
    let (path, part) = marker.split_once(" of ").unwrap_or((marker, ""));
    let table = read(path);
    let Some((word, columns)) = part.split_once(" columns ") else {
        return table.lines().map(str::to_owned).collect();
    };
    let columns: Vec<usize> =
        columns.split(',').map(|column| column.parse().expect("a number")).collect();
    let rows = table.lines().enumerate().filter(|(number, line)| {
        *number < 2 || line.split('|').any(|cell| cell.trim() == word)
    });
    rows.filter_map(|(_, line)| {
        let cells: Vec<&str> = line.split('|').collect();
        let chosen: Vec<&str> = columns.iter().map(|&column| cells[column]).collect();
        (!chosen.contains(&" – ")).then(|| format!("|{}|", chosen.join("|")))
    })
    .collect()
}

#[test]
fn tables_equal_their_sources() {
    let update = std::env::var_os("UPDATE_DOCUMENTS").is_some();
    let mut wrong = Vec::new();
    for document in documents() {
        let text = read(&document);
        let mut updated: Vec<String> = text.lines().map(str::to_owned).collect();
        for (path, lines) in tables(&text).into_iter().rev() {
            let source = source(path);
            if updated[lines.clone()] != source {
                wrong.push(format!("{}: {path}: the table differs", document.display()));
                updated.splice(lines, source);
            }
        }
        let updated = updated.join("\n") + "\n";
        // Only then: the other test that updates reads them at the same time.
        if update && updated != text {
            fs::write(&document, updated).expect("the document is ours");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn marked_tables_are_found() {
    let text =
        "<!-- // table a.md -->\n| a |\n|---|\n\n| b |\n<!-- // table b.md -->\ntext\n";
    assert_eq!(tables(text), [("a.md", 1..3), ("b.md", 6..6)]);
}

#[test]
fn medians() {
    let spread = |values: &[f64]| Spread::of(values.iter().copied());
    assert_eq!(spread(&[]), None);
    assert_eq!(spread(&[2.0]), Some(Spread { median: 2.0, min: 2.0, max: 2.0 }));
    assert_eq!(spread(&[9.0, 1.0, 3.0]), Some(Spread { median: 3.0, min: 1.0, max: 9.0 }));
    assert_eq!(
        spread(&[4.0, 1.0, 2.0, 9.0]),
        Some(Spread { median: 3.0, min: 1.0, max: 9.0 })
    );
}

#[test]
fn numbers() {
    let shown = [0.0, 0.972, 4.0, 12.34, 99.96, 100.4, 1000.0, 12_345.6, 1_234_567.0];
    assert_eq!(
        shown.map(number),
        ["0", "0.97", "4", "12.3", "100", "100", "1,000", "12,346", "1,234,567"]
    );
}

/// Three turns: the machine was slow in the second one, for all.
fn given() -> Results {
    const ONE: What = What::RoundTrips { busy: 1, silent: 0 };
    const BESIDE: What = What::RoundTrips { busy: 1, silent: 10_000 };
    let mut results = Results::default();
    let mut push = |server, what, values: [f64; 3]| {
        for (turn, value) in values.into_iter().enumerate() {
            results.push(server, what, turn, value);
        }
    };
    let (rust, c) = (("step7-poll", Language::Rust), ("step7-poll", Language::C));
    push(rust, What::Connections, [30_000.0, 10_000.0, 33_000.0]);
    push(c, What::Connections, [30_000.0, 12_500.0, 30_000.0]);
    push(rust, ONE, [100_000.0, 50_000.0, 120_000.0]);
    push(c, ONE, [125_000.0, 50_000.0, 100_000.0]);
    push(rust, BESIDE, [300.0, 150.0, 310.0]);
    push(rust, What::Memory { silent: 0 }, [2600.0; 3]);
    push(rust, What::Memory { silent: 10_000 }, [3100.0; 3]);
    results
}

#[test]
fn ratios_are_those_of_each_turn() {
    let results = given();
    let ratio = |what| {
        results.ratio(("step7-poll", Language::Rust), ("step7-poll", Language::C), what)
    };
    let connections = ratio(What::Connections).map(|ratio| ratio.to_string());
    assert_eq!(connections.as_deref(), Some("1 (0.80–1.10)"));
    assert_eq!(ratio(What::Mebibytes), None);
    let (rust, c) = (("step7-poll", Language::Rust), ("step7-poll", Language::C));
    let all = results.ratio_of_all(rust, c, |_| true).map(|ratio| ratio.to_string());
    assert_eq!(all.as_deref(), Some("1 (0.80–1.20)"));
    let memory = results.memory_of_a_client(("step7-poll", Language::Rust));
    assert_eq!(memory, Some(0.05));
    assert_eq!(results.memory_of_a_client(("step7-poll", Language::C)), None);
}

#[test]
fn table_on_the_terminal() {
    assert_eq!(
        table::terminal(&given()),
        "\
step7-poll                                            Rust        C  Python      Rust to C  Rust to Python
connections/s                                       30,000   30,000       -  1 (0.80–1.10)               -
round trips/s, 1 client                            100,000  100,000       -  1 (0.80–1.20)               -
round trips/s, 1 client beside 10,000 silent ones      300        -       -              -               -
KiB of memory, 0 silent clients                      2,600        -       -              -               -
KiB of memory, 10,000 silent clients                 3,100        -       -              -               -
KiB of memory, each silent client                     0.05        -       -              -               -

"
    );
}

#[test]
fn tables_of_the_documents() {
    assert_eq!(
        table::markdown(&given(), Document::English),
        "\
| step | in | connections/s | round trips/s, 1 client | beside 10,000 silent ones | 100 clients | MiB/s | KiB of memory a client |
|---|---|---:|---:|---:|---:|---:|---:|
| step7-poll | Rust | 30,000 | 100,000 | 300 | – | – | 0.05 |
| step7-poll | C | 30,000 | 100,000 | – | – | – | – |
"
    );
    let russian = table::markdown(&given(), Document::Russian);
    assert!(russian.contains("| 100\u{a0}000 | 300 | – | – | 0,05 |\n"), "{russian}");
}
