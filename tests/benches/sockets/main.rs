//! How fast is it, and what does a client cost? `cargo bench` measures the servers of steps 4
//! and 6 to 9 and their twins in C and in Python, which take turns.
//!
//! `cargo bench -- --help` tells how to measure less.

mod claims;
mod load;
mod machine;
mod plots;
mod results;
mod servers;
mod student;
mod table;

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use claims::Check;
use clap::Parser;
use machine::Place;
use results::{Language, Results, Server, What, number};
use servers::{GROUPS, Programs};
use tests::root;

/// How fast are the servers, and what does a client cost?
///
/// Steps 4 and 6 to 9 and their twins in C and in Python take turns. What was measured goes to
/// target/bench, too: results.json and plots.
#[derive(Parser)]
#[command(name = "cargo bench --", bin_name = "cargo bench --")]
struct Args {
    /// Only what has one of these in its name: poll, step9; `sends` for TCP_NODELAY; `build`,
    /// which is left out otherwise, for the time that cargo takes
    filter: Vec<String>,
    /// In half a minute: short and few turns
    #[arg(long)]
    quick: bool,
    /// The number of turns
    #[arg(long, value_name = "N")]
    turns: Option<usize>,
    /// Puts plots and tables into pictures and tests/benches, for the documents
    #[arg(long, conflicts_with_all = ["filter", "quick"])]
    save: bool,
    /// What cargo itself adds
    #[arg(long, hide = true)]
    bench: bool,
}

impl Args {
    fn wants(&self, name: &str) -> bool {
        self.filter.is_empty() || self.names(name)
    }

    fn names(&self, name: &str) -> bool {
        self.filter.iter().any(|filter| name.contains(&**filter))
    }
}

/// What is measured with one start of a server.
#[derive(Clone, Copy)]
enum Task {
    Connections,
    Mebibytes,
    /// Memory, threads and round trips beside so many silent clients.
    Beside(usize),
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<ExitCode, String> {
    let mut results = Results::default();
    results.machine = format!("{}, {}", machine::name(), machine::today());
    let groups: Vec<Vec<Server>> = GROUPS
        .iter()
        .map(|group| group.iter().copied().filter(|server| args.wants(server.0)).collect())
        .collect();
    let (programs, left_out) = Programs::build(&groups.concat())?;
    left_out.into_iter().for_each(|note| results.note(note));
    measure(args, &groups, &programs, &mut results);
    if args.wants("sends") {
        two_sends(args, &mut results).map_err(|error| format!("two sends: {error}"))?;
    }
    if args.names("build") {
        student::day(&mut results, args.turns.unwrap_or(1))?;
    }
    if results.servers().is_empty() && results.others.is_empty() {
        return Err(format!("nothing has {} in its name", args.filter.join(" or ")));
    }
    let holds = report(args, &results);
    save(args, &results).map_err(|error| format!("target/bench: {error}"))?;
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every server, in turns.
fn measure(
    args: &Args,
    groups: &[Vec<Server>],
    programs: &Programs,
    results: &mut Results,
) {
    if !machine::put(Place::Load) {
        results.note("a processor for the load alone: the servers share it".into());
    }
    let (most, how) = machine::silent_clients(10_000);
    how.into_iter().for_each(|note| results.note(note));
    let turns = args.turns.unwrap_or(if args.quick { 2 } else { 5 });
    let time = Duration::from_millis(if args.quick { 30 } else { 150 });
    let mut steps = Vec::new();
    for group in groups {
        let mut tasks = vec![Task::Connections, Task::Mebibytes, Task::Beside(0)];
        // Step 4 serves the first one, and nobody else.
        if group.iter().any(|server| server.0 != "step4-accept") {
            let counts =
                if args.quick { &[10, 10_000][..] } else { &[10, 100, 1000, 10_000] };
            let mut counts: Vec<usize> =
                counts.iter().map(|count| *count.min(&most)).collect();
            counts.dedup();
            tasks.extend(counts.into_iter().filter(|count| *count > 0).map(Task::Beside));
        }
        for task in tasks {
            // To connect thousands of clients takes longer than to measure.
            let few = args.quick && matches!(task, Task::Beside(1000..));
            for turn in 0..if few { 1 } else { turns } {
                let measured = |server: &&Server| {
                    programs.has(**server) && (!few || server.1 == Language::Rust)
                };
                let servers = group.iter().filter(measured);
                steps.extend(servers.map(|server| (turn, task, *server)));
            }
        }
    }
    let progress = Progress { all: steps.len() };
    for (index, &(turn, task, server)) in steps.iter().enumerate() {
        progress.show(index, &format!("{} in {:?}", server.0, server.1));
        if let Err(error) = one(programs, results, server, task, turn, time) {
            results.note(match task {
                Task::Beside(silent) if silent > 0 => format!(
                    "{} in {:?} beside {} silent clients: {error}. Are there limits of \
                     processes (ulimit -u), of descriptors (ulimit -n)?",
                    server.0,
                    server.1,
                    number(silent as f64)
                ),
                _ => format!("{} in {:?}: {error}", server.0, server.1),
            });
        }
    }
    progress.end();
}

/// One turn of one server.
fn one(
    programs: &Programs,
    results: &mut Results,
    server: Server,
    task: Task,
    turn: usize,
    time: Duration,
) -> io::Result<()> {
    let running = programs.start(server)?;
    let port = running.port;
    match task {
        Task::Connections => {
            machine::put(Place::Servers);
            results.push(server, What::Connections, turn, load::connections(port, time)?);
        }
        Task::Mebibytes => {
            results.push(server, What::Mebibytes, turn, load::mebibytes(port, time)?);
        }
        Task::Beside(silent) => {
            let clients = load::silent(port, silent)?;
            if let Some((memory, threads)) = running.memory_and_threads() {
                results.push(server, What::Memory { silent }, turn, memory);
                results.push(server, What::Threads { silent }, turn, threads);
            }
            let busy = match silent {
                _ if server.0 == "step4-accept" || cfg!(not(target_os = "linux")) => {
                    &[1][..]
                }
                10 | 100 => &[1],
                _ => &[1, 10, 100],
            };
            for &busy in busy {
                // Where client and server take turns, to wake another processor for each turn
                // would take longer than the turn.
                machine::put(if busy == 1 { Place::Servers } else { Place::Load });
                if server.0 == "step6-thread" && busy > 1 {
                    // A thread that sleeps is woken soonest where its client runs.
                    running.put(Place::Anywhere);
                }
                let (rate, cost) = load::round_trips(port, busy, time, || running.used())?;
                results.push(server, What::RoundTrips { busy, silent }, turn, rate);
                if let Some(cost) = cost {
                    results.push(
                        server,
                        What::Processor { busy, silent },
                        turn,
                        cost * 1e6,
                    );
                }
            }
            // The server first: a thousand ends of file need not be served.
            drop(running);
            drop(clients);
        }
    }
    Ok(())
}

/// Two small sends, which need no server of the lessons.
fn two_sends(args: &Args, results: &mut Results) -> io::Result<()> {
    for (nodelay, name) in [(false, ""), (true, ", TCP_NODELAY")] {
        let turns = 0..args.turns.unwrap_or(7);
        let times = turns.map(|_| load::two_sends(nodelay)).collect::<io::Result<_>>()?;
        results
            .others
            .push((format!("ms from two small sends to the answer{name}"), times));
    }
    Ok(())
}

/// Prints everything; whether the documents are right.
fn report(args: &Args, results: &Results) -> bool {
    println!("\n{}\n", results.machine);
    print!("{}", table::terminal(results));
    if let Some(line) = maximum(results) {
        println!("{line}\n");
    }
    for (what, values) in &results.others {
        if let Some(spread) = results::Spread::of(values.iter().copied()) {
            println!("{what}: {spread}");
        }
    }
    for note in &results.notes {
        println!("left out: {note}");
    }
    let show = |title: &str, checks: &[Check]| {
        if !checks.is_empty() {
            println!("\n{title}");
        }
        for Check { sentence, measured, holds } in checks {
            println!("  {} {sentence}: {measured}", if *holds { "✓" } else { "✗" });
        }
        checks.iter().all(|check| check.holds)
    };
    // Half a minute is too short to tell 0.95 from 1.
    if !args.quick {
        show("What the lessons aim at", &claims::goals(results));
    }
    let holds = show("What the documents say", &claims::claims(results));
    if !holds {
        println!("\nTHE DOCUMENTS ARE WRONG on this machine, see ✗. Please report it.");
    }
    holds
}

/// What the load generator has reached at most: a server that comes near may be faster yet.
fn maximum(results: &Results) -> Option<String> {
    let most = |wanted: fn(&What) -> bool| {
        let servers =
            results.servers().into_iter().filter(|server| server.1 == Language::C);
        let values = servers.flat_map(|server| {
            let measured = results.measured(server.0).into_iter().filter(wanted);
            measured.filter_map(move |what| results.spread(server, what))
        });
        values.map(|spread| spread.max).reduce(f64::max).map(number)
    };
    Some(format!(
        "The load generator, one thread, reached against the servers in C up to {} \
         connections/s, {} round trips/s, {} MiB/s.",
        most(|what| matches!(what, What::Connections))?,
        most(|what| matches!(what, What::RoundTrips { .. }))?,
        most(|what| matches!(what, What::Mebibytes))?,
    ))
}

/// The folder of cargo into which the bench was built.
fn target() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    folder.unwrap_or(Path::new("target")).join("bench")
}

/// Writes results and plots into the folder target/bench, and what the documents show into the
/// folder bench, if that is asked for.
fn save(args: &Args, results: &Results) -> io::Result<()> {
    let folder = target();
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("results.json"), format!("{:#}\n", results.json()))?;
    plots::draw(results, &folder)?;
    println!("\nAll values: {}", folder.join("results.json").display());
    if args.save {
        plots::draw(results, &root().join("pictures"))?;
        for (name, document) in [
            ("table.en.md", table::Document::English),
            ("table.ru.md", table::Document::Russian),
        ] {
            let saved = root().join("tests/benches").join(name);
            fs::write(saved, table::markdown(results, document))?;
        }
        println!("Saved for the documents: pictures, tests/benches");
    }
    Ok(())
}

/// How far it is, on a terminal.
struct Progress {
    all: usize,
}

impl Progress {
    fn show(&self, done: usize, what: &str) {
        if io::stderr().is_terminal() {
            eprint!("\r\x1b[K{:3} % {what}", done * 100 / self.all);
        }
    }

    fn end(&self) {
        if io::stderr().is_terminal() {
            eprint!("\r\x1b[K");
        }
    }
}
