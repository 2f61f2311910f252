//! The judge: does your server do what the lessons teach?

use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use common::address::Address;
use socket2::{Domain, Type};

use check::Lesson;
use judge::Judge;

mod accept;
mod chat;
mod check;
mod clients;
mod judge;
mod messages;
mod peer;
mod recvfrom;

/// In the order of the course.
const LESSONS: [Lesson; 5] =
    [accept::LESSON, recvfrom::LESSON, clients::LESSON, messages::LESSON, chat::LESSON];

#[derive(Parser)]
#[command(version, about, long_about = include_str!("help.txt").trim_end())]
struct Args {
    /// Address of the server, HOST:PORT
    #[arg(default_value = "127.0.0.1:4444")]
    address: Address,
    /// Judge one lesson (accept, recvfrom, thread, poll, epoll, await, messages, chat) or make
    /// one check; --list names them
    #[arg(long, value_name = "NAME", value_parser = names(), hide_possible_values = true)]
    only: Option<String>,
    /// List the checks in their order, and make none
    #[arg(long)]
    list: bool,
    /// Judge a server on another machine, too
    #[arg(long)]
    elsewhere: bool,
}

fn names() -> PossibleValuesParser {
    let lessons = LESSONS.iter().flat_map(|lesson| lesson.names);
    let checks = LESSONS.iter().flat_map(|lesson| lesson.checks).map(|check| &check.name);
    PossibleValuesParser::new(lessons.chain(checks).copied())
}

/// Why there is no verdict.
enum Stop {
    Usage(String),
    /// The name has no address, or nobody listens there.
    Nobody(String),
    Output(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

fn main() -> ExitCode {
    let (message, status) = match run(&common::parse().unwrap_or_else(|error| error.exit()))
    {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => return ExitCode::FAILURE,
        Err(Stop::Output(error)) if error.kind() == ErrorKind::BrokenPipe => {
            return ExitCode::SUCCESS;
        }
        Err(Stop::Output(error)) => (error.to_string(), 1),
        Err(Stop::Nobody(message)) => (message, 1),
        Err(Stop::Usage(message)) => (message, 2),
    };
    // With standard error closed, too, the exit status has to be enough.
    let _ = writeln!(io::stderr(), "judge: {message}");
    ExitCode::from(status)
}

/// Whether all checks passed.
fn run(args: &Args) -> Result<bool, Stop> {
    if args.list {
        return list().map(|()| true);
    }
    let addresses = resolve(&args.address)?;
    if !args.elsewhere {
        refuse_others(&addresses)?;
    }
    let mut judge = Judge::new(args.address.to_string(), addresses);
    let Some(name) = args.only.as_deref() else {
        // What comes next is enough, and no wall of failures.
        let passed = judge.lesson(&accept::LESSON, accept::LESSON.checks)?
            && judge.lesson(&clients::LESSON, clients::LESSON.checks)?;
        if passed {
            judge.what_comes_next(&[recvfrom::LESSON, messages::LESSON, chat::LESSON])?;
        }
        return Ok(passed);
    };
    for (index, lesson) in LESSONS.iter().enumerate() {
        if lesson.names.contains(&name) {
            let passed = judge.lesson(lesson, lesson.checks)?;
            if passed {
                judge.what_comes_next(&LESSONS[index + 1..])?;
            }
            return Ok(passed);
        }
        if let Some(check) = lesson.checks.iter().position(|check| check.name == name) {
            return judge.lesson(lesson, &lesson.checks[check..=check]);
        }
    }
    Ok(true)
}

fn list() -> Result<(), Stop> {
    let mut stdout = io::stdout().lock();
    for lesson in &LESSONS {
        writeln!(stdout, "{}: {}", lesson.names.join(", "), lesson.title)?;
        for check in lesson.checks {
            writeln!(stdout, "  {:16}{}", check.name, check.sentence)?;
        }
    }
    Ok(())
}

/// The addresses of the server: a name may have one of each family.
fn resolve(address: &Address) -> Result<Vec<SocketAddr>, Stop> {
    let mut addresses: Vec<SocketAddr> = Vec::new();
    let mut error = None;
    for family in [Domain::IPV4, Domain::IPV6] {
        match address.lookup(family, Type::STREAM) {
            Ok(found) => {
                let new = found.as_socket().filter(|found| !addresses.contains(found));
                addresses.extend(new);
            }
            Err(failed) => error = error.or(Some(failed)),
        }
    }
    if addresses.iter().any(|address| address.port() == 0) {
        return Err(Stop::Usage(
            "no server has port 0: give the port that it listens on".into(),
        ));
    }
    match error {
        Some(error) if addresses.is_empty() => Err(Stop::Nobody(error.to_string())),
        _ => Ok(addresses),
    }
}

/// A judge is a load generator: only to this machine, if nobody says otherwise. An address is
/// of this machine if a socket can have it: bind(2), EADDRNOTAVAIL.
fn refuse_others(addresses: &[SocketAddr]) -> Result<(), Stop> {
    for address in addresses {
        let own =
            !address.ip().is_multicast() && UdpSocket::bind((address.ip(), 0)).is_ok();
        if !own {
            return Err(Stop::Usage(format!(
                "{} is no address of this machine. The judge opens up to 1,000 \
                 connections: if the server there is yours, say so with --elsewhere",
                address.ip()
            )));
        }
    }
    Ok(())
}
