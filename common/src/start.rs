//! How a lesson starts, and how it ends.

use std::env;
use std::error::Error as _;
use std::io::ErrorKind;
use std::num::ParseIntError;
use std::process::{self, ExitCode};

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind as Wrong};

use crate::{Error, log};

/// Runs a lesson with the arguments that clap reads for it, and makes the exit status: 0, or
/// 1 for a failure. Wrong arguments end it with exit status 2.
///
/// That nobody reads standard output any more (`| head -1`) is no failure.
pub fn main<Args: Parser>(lesson: impl FnOnce(&Args) -> Result<(), Error>) -> ExitCode {
    status(lesson(&arguments())).into()
}

/// Starts the log and reads the arguments. Wrong ones end the program with exit status 2;
/// help or the version, if asked for, with 0, or with 1 if it can't be printed.
pub fn arguments<Args: Parser>() -> Args {
    log::init();
    parse().unwrap_or_else(|error: clap::Error| {
        if error.use_stderr() {
            error.exit();
        }
        process::exit(status(error.print().map_err(Error::Stdout)).into())
    })
}

/// clap does not say which argument is not UTF-8.
fn parse<Args: Parser>() -> Result<Args, clap::Error> {
    let wrong = env::args_os().skip(1).find(|argument| argument.to_str().is_none());
    match wrong {
        Some(argument) => {
            let message =
                format!("the argument '{}' is not UTF-8", argument.to_string_lossy());
            Err(Args::command().error(Wrong::InvalidUtf8, message))
        }
        None => Args::try_parse().map_err(explained),
    }
}

/// Says what a number is, where clap says "invalid digit found in string".
fn explained(mut error: clap::Error) -> clap::Error {
    if error.source().is_some_and(|source| source.is::<ParseIntError>()) {
        let tip = "it is a decimal number, such as 6".into();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    error
}

/// Runs an example, which has no arguments: see [`main`].
pub fn example(example: impl FnOnce() -> Result<(), Error>) -> ExitCode {
    log::init();
    status(example()).into()
}

/// Ends the program at once because of this failure, whatever its other threads do.
pub fn exit(failure: Error) {
    process::exit(status(Err(failure)).into())
}

fn status(result: Result<(), Error>) -> u8 {
    match result {
        Ok(()) => 0,
        Err(Error::Stdout(error)) if error.kind() == ErrorKind::BrokenPipe => 0,
        // `strace!` has shown it.
        Err(Error::Call { .. }) => 1,
        Err(error) => {
            ::log::error!("{error}");
            1
        }
    }
}
