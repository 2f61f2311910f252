//! What was measured, and its statistics.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

/// The language in which a server is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    Rust,
    C,
    Python,
}

/// A server: its step, such as `step7-poll`, and its language.
pub type Server = (&'static str, Language);

/// What is measured. Silent clients are connected and say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A connection, a byte there and back, and the end: how many a second.
    Connections,
    /// A client sends bytes and reads them at the same time: MiB a second.
    Mebibytes,
    /// 64 bytes there and back, for all busy clients together: how many a second.
    RoundTrips { busy: usize, silent: usize },
    /// The processor time that the server needs for a round trip: microseconds. A machine that
    /// is busy otherwise changes it less than it changes a rate.
    Processor { busy: usize, silent: usize },
    /// What the server has in memory: KiB, VmRSS of proc(5).
    Memory { silent: usize },
    /// The threads of the server.
    Threads { silent: usize },
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let beside = |silent| match silent {
            0 => String::new(),
            _ => format!(" beside {} silent ones", number(silent as f64)),
        };
        let clients =
            |busy| if busy == 1 { "1 client".into() } else { format!("{busy} clients") };
        match *self {
            Self::Connections => f.write_str("connections/s"),
            Self::Mebibytes => f.write_str("MiB/s"),
            Self::RoundTrips { busy, silent } => {
                write!(f, "round trips/s, {}{}", clients(busy), beside(silent))
            }
            Self::Processor { busy, silent } => {
                write!(f, "µs of processor each, {}{}", clients(busy), beside(silent))
            }
            Self::Memory { silent } => {
                write!(f, "KiB of memory, {} silent clients", number(silent as f64))
            }
            Self::Threads { silent } => {
                write!(f, "threads, {} silent clients", number(silent as f64))
            }
        }
    }
}

/// The median of some values, the least and the greatest of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Spread {
    /// None if there are no values.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = match values.len() % 2 {
            0 => (values[middle - 1] + values[middle]) / 2.0,
            _ => values[middle],
        };
        Some(Self { median, min, max })
    }
}

/// `1.02 (0.97–1.10)`
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { median, min, max } = self;
        write!(f, "{} ({}–{})", number(*median), number(*min), number(*max))
    }
}

/// A number with three digits or more: `0.97`, `12.3`, `12,345`.
pub fn number(value: f64) -> String {
    if value < 9.995 {
        return match value.fract() {
            0.0 => format!("{value}"),
            _ => format!("{value:.2}"),
        };
    }
    if value < 99.95 {
        return match value.fract() {
            0.0 => format!("{value}"),
            _ => format!("{value:.1}"),
        };
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A value of each round in which it could be measured.
type Rounds = BTreeMap<usize, f64>;

/// All that was measured.
#[derive(Default)]
pub struct Results {
    /// The processor, the kernel and the day.
    pub machine: String,
    values: BTreeMap<(Server, What), Rounds>,
    /// What belongs to no server: its name with the unit, and its values.
    pub others: Vec<(String, Vec<f64>)>,
    /// What was left out or cut, and why.
    pub notes: Vec<String>,
}

impl Results {
    /// Keeps a value of this round.
    pub fn push(&mut self, server: Server, what: What, round: usize, value: f64) {
        self.values.entry((server, what)).or_default().insert(round, value);
    }

    /// Keeps a note, once.
    pub fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// The servers of which something was measured, in order.
    pub fn servers(&self) -> Vec<Server> {
        let mut servers: Vec<Server> =
            self.values.keys().map(|(server, _)| *server).collect();
        servers.dedup();
        servers
    }

    /// What was measured of a step in any language, in order.
    pub fn measured(&self, step: &str) -> Vec<What> {
        let of_step = self.values.keys().filter(|((other, _), _)| *other == step);
        let mut measured: Vec<What> = of_step.map(|(_, what)| *what).collect();
        measured.sort();
        measured.dedup();
        measured
    }

    /// The statistics of one measure of a server.
    pub fn spread(&self, server: Server, what: What) -> Option<Spread> {
        Spread::of(self.values.get(&(server, what))?.values().copied())
    }

    /// The statistics of `server` divided by `other`, each round for itself: what slows the
    /// machine down for a while slows both.
    pub fn ratio(&self, server: Server, other: Server, what: What) -> Option<Spread> {
        Spread::of(self.ratios(server, other, what))
    }

    /// The same for all measures of a kind together.
    pub fn ratio_of_all(
        &self,
        server: Server,
        other: Server,
        is_kind: fn(&What) -> bool,
    ) -> Option<Spread> {
        let measured = self.measured(server.0).into_iter().filter(is_kind);
        Spread::of(measured.flat_map(|what| self.ratios(server, other, what)))
    }

    fn ratios(&self, server: Server, other: Server, what: What) -> Vec<f64> {
        let rounds = |server| self.values.get(&(server, what)).into_iter().flatten();
        let by = |turn| rounds(other).find(|(round, _)| *round == turn);
        rounds(server).filter_map(|(turn, value)| Some(value / by(turn)?.1)).collect()
    }

    /// The memory that one silent client adds, in KiB, with the greatest number of them.
    pub fn memory_of_a_client(&self, server: Server) -> Option<f64> {
        let most = self.values.keys().filter_map(|key| match key {
            (other, What::Memory { silent }) if *other == server => Some(*silent),
            _ => None,
        });
        // Of a few, the rest of the server changes more.
        let most = most.max().filter(|most| *most >= 1000)?;
        let memory = |silent| self.spread(server, What::Memory { silent });
        Some((memory(most)?.median - memory(0)?.median) / most as f64)
    }

    /// All values, with their statistics.
    pub fn json(&self) -> Value {
        let spread = |values: &Vec<f64>| match Spread::of(values.iter().copied()) {
            Some(Spread { median, min, max }) => {
                json!({ "median": median, "min": min, "max": max, "values": values })
            }
            None => json!(null),
        };
        let measured = self.values.iter().map(|(((step, language), what), rounds)| {
            let values = rounds.values().copied().collect();
            json!({
                "step": step,
                "language": format!("{language:?}"),
                "what": what.to_string(),
                "measured": spread(&values),
            })
        });
        let others = self
            .others
            .iter()
            .map(|(what, values)| json!({ "what": what, "measured": spread(values) }));
        json!({
            "machine": self.machine,
            "notes": self.notes,
            "servers": measured.collect::<Vec<_>>(),
            "others": others.collect::<Vec<_>>(),
        })
    }
}
