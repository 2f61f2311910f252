//! A terminal for a program: pty(7).

use std::fs::File;
use std::io;

use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};

/// Opens a terminal: the end of the one who sits at it, and that of the program.
pub(crate) fn open() -> io::Result<(File, File)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let person = openpt(flags)?;
    unlockpt(&person)?;
    let program = ioctl_tiocgptpeer(&person, flags)?;
    Ok((person.into(), program.into()))
}
