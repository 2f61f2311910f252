//! What the lessons share: addressing and logging. The sockets calls stay in the lessons.

pub mod address;
mod descriptor;
mod errno;
mod error;
mod help;
mod hint;
pub mod log;
mod row;
mod start;
#[doc(hidden)]
pub mod strace;

pub use error::Error;
pub use start::{arguments, example, exit, main};
