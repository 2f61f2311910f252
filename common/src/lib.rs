//! What the lessons share: addressing and logging. The sockets calls stay in the lessons.

pub mod address;
#[cfg(unix)]
mod descriptor;
mod errno;
mod error;
mod help;
mod hint;
pub mod log;
mod row;

#[cfg(unix)]
pub use descriptor::duplicate;
pub use error::{Error, retry};
