//! Logging: each call in the notation of strace(1), each socket in the columns of ss(8).
//!
//! All of it goes to standard error. `RUST_LOG` chooses the level: `info` (the default)
//! shows calls and rows, `warn` only the calls that fail, each with its help; `trace` also
//! shows the file and the line of each call. What is no level counts as `info`, so that a
//! variable that was set for another program hides nothing.

use std::env;
use std::fmt::{self, Display};
use std::io::{self, BufRead, IsTerminal, Write};
use std::panic::Location;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use ::log::{Level, LevelFilter, Record};
use env_logger::fmt::Formatter;
use env_logger::fmt::style::{AnsiColor, Style};
use socket2::Socket;
use textwrap::{Options, WordSplitter};

use crate::descriptor::Descriptor;
use crate::{Error, hint, row::Row};

/// Whether the last byte on standard output was no end of a line.
static IN_A_LINE: AtomicBool = AtomicBool::new(false);

/// Whether standard output and standard error go to the same file, pipe or terminal.
static ONE_PLACE: LazyLock<bool> = LazyLock::new(one_place);

/// Sets the logger up.
///
/// Colour is used on a terminal only, and never if the variable `NO_COLOR` is set. A call
/// that fails is shown at every level.
pub(crate) fn init() {
    let level = env::var("RUST_LOG").ok().and_then(|level| level.parse().ok());
    let level = level.unwrap_or(LevelFilter::Info).max(LevelFilter::Error);
    let mut builder = env_logger::Builder::new();
    builder.filter_level(level).format(format);
    // A second logger can only be refused, and the first one is as good.
    let _ = builder.try_init();
}

/// Writes a record: one line, or several if it is a failure with its help.
fn format(buffer: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    if IN_A_LINE.swap(false, Ordering::Relaxed) {
        writeln!(buffer)?;
    }
    if let (LevelFilter::Trace, Some(file), Some(line)) =
        (::log::max_level(), record.file(), record.line())
    {
        write!(buffer, "{file}:{line}: ")?;
    }
    for line in record.args().to_string().lines() {
        let style = match record.level() {
            Level::Error if line.starts_with("help: ") => AnsiColor::Cyan.on_default(),
            Level::Error => AnsiColor::Red.on_default().bold(),
            _ if line.starts_with("    ") => Style::new().dimmed(),
            _ => Style::new(),
        };
        writeln!(buffer, "{style}{line}{style:#}")?;
    }
    Ok(())
}

/// Logs a text that belongs to a line of the source.
pub(crate) fn record(level: Level, location: &Location<'_>, text: fmt::Arguments<'_>) {
    if level <= ::log::max_level() {
        let mut record = Record::builder();
        record.level(level).file(Some(location.file())).line(Some(location.line()));
        ::log::logger().log(&record.args(text).build());
    }
}

/// Logs a remark at level info, in lines of at most 80 columns.
#[track_caller]
pub fn info(remark: impl Display) {
    let width = Options::new(80).word_splitter(WordSplitter::NoHyphenation);
    let remark = textwrap::fill(&remark.to_string(), width);
    record(Level::Info, Location::caller(), format_args!("{remark}"));
}

/// Asks a question; on a terminal, waits for Enter before the program goes on to the answer.
#[track_caller]
pub fn ask(question: impl Display) {
    info(question);
    if ::log::max_level() >= LevelFilter::Info && io::stdin().is_terminal() {
        info("What do you think? Press Enter to see.");
        // Input that cannot be read is no reason to withhold the answer.
        let _ = io::stdin().lock().skip_until(b'\n');
    }
}

/// Shows what the kernel knows of a socket, in the columns of ss(8): state, Recv-Q,
/// Send-Q, local address, peer address.
///
/// The queues of a listening socket are the connections not yet accepted and their limit,
/// the backlog; those of any other are bytes. A column that the system does not tell is `-`.
#[track_caller]
pub fn ss(socket: &impl Descriptor) {
    if ::log::max_level() >= LevelFilter::Info {
        let row = Row::of(&socket.socket());
        record(Level::Info, Location::caller(), format_args!("{row}"));
    }
}

/// Closes a socket and shows the call: `close(3)`. To drop a socket closes it too, but
/// tells nobody; neither says how close(2) went.
#[track_caller]
pub fn close(socket: impl Descriptor) {
    let fd = socket.fd();
    drop(socket);
    record(Level::Info, Location::caller(), format_args!("close({fd})"));
}

/// Keeps a socket open until a line, or the end, of standard input, then closes it.
///
/// # Errors
///
/// Standard input cannot be read.
#[track_caller]
pub fn close_on_enter(socket: Socket) -> Result<(), Error> {
    if ::log::max_level() >= LevelFilter::Info
        && let Some(command) = hint::command(&socket)
    {
        info(format_args!("Look at it from another terminal: {command}"));
    }
    info("Press Enter to close the socket.");
    io::stdin().lock().skip_until(b'\n').map_err(Error::Stdin)?;
    close(socket);
    Ok(())
}

/// Writes bytes to standard output, as they are and at once. If they end within a line, and
/// the log goes to the same place, its next line begins on a new one.
///
/// # Errors
///
/// Standard output cannot be written, [`BrokenPipe`](io::ErrorKind::BrokenPipe) if nobody reads
/// it any more.
pub fn print(bytes: impl AsRef<[u8]>) -> Result<(), Error> {
    let bytes = bytes.as_ref();
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(Error::Stdout)?;
    if let Some(last) = bytes.last() {
        IN_A_LINE.store(*last != b'\n' && *ONE_PLACE, Ordering::Relaxed);
    }
    Ok(())
}

#[cfg(unix)]
fn one_place() -> bool {
    use std::fs::File;
    use std::os::fd::{AsFd, BorrowedFd};
    use std::os::unix::fs::MetadataExt;

    let file = |fd: BorrowedFd<'_>| {
        let metadata = File::from(fd.try_clone_to_owned()?).metadata()?;
        io::Result::Ok((metadata.dev(), metadata.ino()))
    };
    matches!(
        (file(io::stdout().as_fd()), file(io::stderr().as_fd())),
        (Ok(stdout), Ok(stderr)) if stdout == stderr
    )
}

#[cfg(not(unix))]
fn one_place() -> bool {
    io::stdout().is_terminal() && io::stderr().is_terminal()
}
