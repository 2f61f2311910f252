//! Pictures are made from recordings, and recordings from runs.

#[cfg(target_os = "linux")]
mod scenarios;
