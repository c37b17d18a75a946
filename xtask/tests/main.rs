//! Tests of the commands, in one program.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod commands;
mod corpus;
mod diff_tools;
mod find;
mod generated;
mod git_dependency;
mod hostile_cases;
mod interrupt;
mod own_document;
mod special_files;
mod support;
mod templates;
mod terminal;
