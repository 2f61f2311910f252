//! Pictures are made from recordings, and recordings from runs, on Linux.
#![cfg(target_os = "linux")]

mod drawings;
mod scenarios;
