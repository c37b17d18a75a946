//! Vendor API documents go in; typed Rust client crates come out, through load, lower, name, render and write.

pub mod diagnostic;
pub mod load;
