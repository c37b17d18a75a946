//! Generates typed Rust client crates from API documents: load, lower, name, plan, render, write.

pub mod api;
pub mod diagnostic;
pub mod diff;
pub mod load;
pub mod lower;
pub mod name;
pub mod plan;
pub mod render;
pub mod report;
pub mod select;
pub mod write;
