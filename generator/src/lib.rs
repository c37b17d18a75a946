//! Vendor API documents go in; typed Rust client crates come out, through load, lower, name, plan, render and write.

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
