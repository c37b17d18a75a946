//! Generates typed Rust clients from OpenAPI and Swagger documents, and reports the changes of new versions.
//!
//! The program `storewright` is a thin face of this library. A build script uses [`build`].

// A longer function states its reason.
#![warn(clippy::too_many_lines)]
// Output may meet a closed pipe: `report::stdout` and `report::tell` handle that.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod build;
#[cfg(feature = "commands")]
pub mod diff;
pub mod fetch;
#[cfg(feature = "commands")]
pub mod find;
pub mod generate;
#[cfg(feature = "commands")]
pub mod init;
pub mod interrupt;
#[cfg(feature = "commands")]
pub mod overlay;
pub mod pipeline;
pub mod progress;
pub mod project;
pub mod report;
#[cfg(feature = "commands")]
mod title;
#[cfg(feature = "commands")]
mod today;

use std::process::ExitCode;

#[cfg(feature = "commands")]
pub use today::today;

/// The outcome of a command, as its exit code shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Success.
    Done,
    /// Problems were found.
    Findings,
    /// The input is invalid.
    Refused,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        ExitCode::from(match outcome {
            Outcome::Done => 0,
            Outcome::Findings => 1,
            Outcome::Refused => 2,
        })
    }
}
