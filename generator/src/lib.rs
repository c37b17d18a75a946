//! Vendor API documents go in; typed Rust client crates come out, through load, lower, name, render and write.

pub mod api;
pub mod diagnostic;
pub mod diff;
pub mod load;
pub mod lower;
pub mod name;
pub mod render;
pub mod report;
pub mod select;
pub mod write;
