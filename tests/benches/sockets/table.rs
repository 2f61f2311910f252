//! Tables: all of it on the terminal, the most important in the documents.

use super::results::{Language, Results, Server, What, number};

/// The lessons, in all three languages and against each other.
pub fn terminal(results: &Results) -> String {
    let mut rows = Vec::new();
    let mut last = "";
    for (step, _) in results.servers() {
        if step == last {
            continue;
        }
        last = step;
        let yardstick = yardstick(step);
        let to = match yardstick {
            (_, Language::C) => "Rust to C".to_owned(),
            (other, _) => format!("to {other}"),
        };
        rows.push([step, "Rust", "C", "Python", &to, "Rust to Python"].map(str::to_owned));
        for what in results.measured(step).into_iter().filter(is_shown) {
            let median = |language| match results.spread((step, language), what) {
                Some(spread) => number(spread.median),
                None => "-".into(),
            };
            let ratio = |other| match results.ratio((step, Language::Rust), other, what) {
                Some(spread) => spread.to_string(),
                None => "-".into(),
            };
            rows.push([
                what.to_string(),
                median(Language::Rust),
                median(Language::C),
                median(Language::Python),
                ratio(yardstick),
                ratio((step, Language::Python)),
            ]);
        }
        let client = |language| match results.memory_of_a_client((step, language)) {
            Some(memory) => number(memory),
            None => "-".into(),
        };
        let languages = [Language::Rust, Language::C, Language::Python].map(client);
        if languages[0] != "-" {
            let [rust, c, python] = languages;
            let name = "KiB of memory, each silent client".into();
            rows.push([name, rust, c, python, "-".into(), "-".into()]);
        }
        rows.push([const { String::new() }; 6]);
    }
    aligned(&rows)
}

/// The server that a step is compared with: its C twin; step 9, which has none, with step 8.
pub fn yardstick(step: &'static str) -> Server {
    match step {
        "step9-await" => ("step8-epoll", Language::Rust),
        _ => (step, Language::C),
    }
}

/// Whether it stands in the table on the terminal: of what changes little, the ends are
/// enough.
fn is_shown(what: &What) -> bool {
    match what {
        What::Memory { silent } | What::Threads { silent } => {
            *silent == 0 || *silent >= 1000
        }
        What::Processor { busy, silent } => {
            [1, 100].contains(busy) && (*silent == 0 || *silent >= 10_000)
        }
        _ => true,
    }
}

/// Columns as wide as their widest cell: the first to the left, the others to the right.
pub fn aligned<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            line += &match column {
                0 => format!("{cell:width$}"),
                _ => format!("  {cell:>width$}"),
            };
        }
        text += line.trim_end();
        text += "\n";
    }
    text
}

/// The language of a document.
#[derive(Clone, Copy)]
pub enum Document {
    English,
    Russian,
}

/// The table of the documents: a row for each server.
pub fn markdown(results: &Results, document: Document) -> String {
    let most = results.servers().into_iter().flat_map(|(step, _)| results.measured(step));
    let most = most.filter_map(|what| match what {
        What::RoundTrips { silent, .. } => Some(silent),
        _ => None,
    });
    let silent = most.max().unwrap_or_default();
    let head = match document {
        Document::English => [
            "step".into(),
            "in".into(),
            "connections/s".into(),
            "round trips/s, 1 client".into(),
            format!("beside {} silent ones", number(silent as f64)),
            "100 clients".into(),
            "MiB/s".into(),
            "KiB of memory a client".into(),
        ],
        Document::Russian => [
            "шаг".into(),
            "на".into(),
            "соединений/с".into(),
            "обменов/с, 1 клиент".into(),
            format!("рядом с {} молчащих", russian(&number(silent as f64))),
            "100 клиентов".into(),
            "МиБ/с".into(),
            "КиБ памяти на клиента".into(),
        ],
    };
    let mut text = format!("| {} |\n|---|---|{}\n", head.join(" | "), "---:|".repeat(6));
    for server in results.servers() {
        let (step, language) = server;
        let cell = |value: Option<f64>| match (value, document) {
            (Some(value), Document::English) => number(value),
            (Some(value), Document::Russian) => russian(&number(value)),
            (None, _) => "–".into(),
        };
        let median = |what| cell(results.spread(server, what).map(|spread| spread.median));
        let cells = [
            step.into(),
            format!("{language:?}"),
            median(What::Connections),
            median(What::RoundTrips { busy: 1, silent: 0 }),
            median(What::RoundTrips { busy: 1, silent }),
            median(What::RoundTrips { busy: 100, silent: 0 }),
            median(What::Mebibytes),
            cell(results.memory_of_a_client(server)),
        ];
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text
}

/// A number as it is written in Russian: `12 345` and `0,97`.
fn russian(number: &str) -> String {
    let swapped = number.chars().map(|c| match c {
        ',' => '\u{a0}',
        '.' => ',',
        other => other,
    });
    swapped.collect()
}
