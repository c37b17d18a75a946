//! Generates typed Rust client crates from API documents: load, lower, name, plan, render, write.

// A longer function states its reason.
#![warn(clippy::too_many_lines)]
// The comparison of versions has the only uses of some functions.
#![cfg_attr(not(feature = "diff"), allow(dead_code))]

pub mod api;
pub mod diagnostic;
#[cfg(feature = "diff")]
pub mod diff;
pub mod load;
pub mod lower;
pub mod name;
pub mod plan;
pub mod render;
#[cfg(feature = "diff")]
pub mod report;
pub mod select;
mod stack;
pub mod write;
