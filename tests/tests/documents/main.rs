//! Nothing that is written is untrue: documents, decks, diffs, the table of the lecture.

mod bench;
mod container;
mod diff;
mod diffs;
mod harness;
mod markers;
mod questions;
mod slides;
mod table;
