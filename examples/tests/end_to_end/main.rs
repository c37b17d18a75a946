//! Examples against servers on loopback that stand in for the vendors': what each calls, prints, and ends with.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod app47;
mod app_center;
mod app_store_connect;
mod program;
mod script;
