//! What the documents say in words, and what the lessons aim at.

use crate::results::{Language, Results, Server, What, number};
use crate::table::yardstick;

/// A sentence, and whether what was measured agrees.
pub struct Check {
    pub sentence: String,
    pub measured: String,
    pub holds: bool,
}

const RUST: [Server; 5] = [
    ("step4-accept", Language::Rust),
    ("step6-thread", Language::Rust),
    ("step7-poll", Language::Rust),
    ("step8-epoll", Language::Rust),
    ("step9-await", Language::Rust),
];

/// What the documents say, as far as it was measured.
pub fn claims(results: &Results) -> Vec<Check> {
    let mut checks = Vec::new();
    let slower = |step| {
        let rate = |silent| {
            let what = What::RoundTrips { busy: 1, silent };
            results.spread((step, Language::Rust), what).map(|spread| spread.median)
        };
        Some(rate(10)? / rate(10_000)?)
    };
    let measured = |times: f64| format!("{} times", number(times));
    if let Some(times) = slower("step7-poll") {
        checks.push(Check {
            sentence:
                "poll: beside 10,000 silent clients a round trip takes at least 10 times \
                       as long as beside 10"
                    .into(),
            measured: measured(times),
            holds: times >= 10.0,
        });
    }
    if let Some(times) = slower("step8-epoll") {
        checks.push(Check {
            sentence:
                "epoll: beside 10,000 silent clients a round trip takes less than twice \
                       as long as beside 10"
                    .into(),
            measured: measured(times),
            holds: times < 2.0,
        });
    }
    if let Some(memory) = results.memory_of_a_client(("step6-thread", Language::Rust)) {
        checks.push(Check {
            sentence: "a thread for each client: less than 30 KiB of memory for each"
                .into(),
            measured: format!("{} KiB", number(memory)),
            holds: memory < 30.0,
        });
    }
    checks
}

/// Its name, and what belongs to it.
type Kind = (&'static str, fn(&What) -> bool);

/// What the lessons aim at, as far as it was measured.
pub fn goals(results: &Results) -> Vec<Check> {
    let mut checks = Vec::new();
    // Of each kind the median of all turns, however many clients there were.
    let kinds: [Kind; 3] = [
        ("connections/s", |what| matches!(what, What::Connections)),
        ("MiB/s", |what| matches!(what, What::Mebibytes)),
        ("round trips/s", |what| matches!(what, What::RoundTrips { .. })),
    ];
    let mut at_least = |server: Server, other: Server, least: f64| {
        for (kind, is_kind) in kinds {
            if let Some(ratio) = results.ratio_of_all(server, other, is_kind) {
                checks.push(Check {
                    sentence: format!(
                        "{}: {kind} at least {least} of {} in {:?}",
                        server.0, other.0, other.1
                    ),
                    measured: ratio.to_string(),
                    holds: ratio.median >= least,
                });
            }
        }
    };
    for server in RUST {
        let other = yardstick(server.0);
        at_least(server, other, if other.1 == Language::C { 0.95 } else { 0.9 });
    }
    // An echo is work of the kernel, for Python as for Rust; asyncio adds its own.
    for (step, least) in [("step8-epoll", 0.9), ("step9-await", 2.0)] {
        at_least((step, Language::Rust), (step, Language::Python), least);
    }
    let mut at_most = |step, language, most: f64| {
        let memory = |language| results.memory_of_a_client((step, language));
        if let (Some(ours), Some(theirs)) = (memory(Language::Rust), memory(language)) {
            checks.push(Check {
                sentence: format!(
                    "{step}, memory of a silent client: at most {most} times that in {language:?}"
                ),
                measured: number(ours / theirs),
                holds: ours <= theirs * most,
            });
        }
    };
    at_most("step8-epoll", Language::C, 2.0);
    // Both keep a buffer for each client.
    at_most("step9-await", Language::Python, 1.2);
    checks
}
