//! Runs the examples against loopback servers in the vendors' place and asserts calls, output and exit codes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod app47;
mod app_center;
mod app_store_connect;
mod program;
mod script;
