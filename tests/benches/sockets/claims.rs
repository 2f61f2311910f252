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

/// What the lessons aim at, as far as it was measured.
pub fn goals(results: &Results) -> Vec<Check> {
    let mut checks = Vec::new();
    let is_rate = |what: &What| {
        matches!(what, What::Connections | What::Mebibytes | What::RoundTrips { .. })
    };
    let mut at_least = |server: Server, other: Server, least: f64| {
        let rates = results.measured(server.0).into_iter().filter(is_rate);
        let ratios =
            rates.filter_map(|what| Some((what, results.ratio(server, other, what)?)));
        let ratios: Vec<_> = ratios.collect();
        let less = ratios.iter().filter(|(_, ratio)| ratio.median < least);
        let less: Vec<_> =
            less.map(|(what, ratio)| format!("\n      {what}: {ratio}")).collect();
        if !ratios.is_empty() {
            checks.push(Check {
                sentence: format!(
                    "{}: at least {least} of {} in {:?}",
                    server.0, other.0, other.1
                ),
                measured: match less.len() {
                    0 => "in everything".into(),
                    _ => format!(
                        "not in {} of {}{}",
                        less.len(),
                        ratios.len(),
                        less.concat()
                    ),
                },
                holds: less.is_empty(),
            });
        }
    };
    for server in RUST {
        let other = yardstick(server.0);
        at_least(server, other, if other.1 == Language::C { 0.95 } else { 0.9 });
    }
    for step in ["step8-epoll", "step9-await"] {
        at_least((step, Language::Rust), (step, Language::Python), 3.0);
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
    at_most("step9-await", Language::Python, 0.5);
    checks
}
