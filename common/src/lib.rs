//! What the lessons share: addressing and logging. The sockets calls stay in the lessons.

pub mod address;
mod errno;
mod error;
mod help;
mod hint;
pub mod log;
mod row;

pub use error::{Error, retry};
