//! Pictures are made from recordings, and recordings from runs.

mod drawings;
#[cfg(target_os = "linux")]
mod scenarios;
