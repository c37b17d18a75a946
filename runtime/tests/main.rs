//! Tests of the runtime, in one program.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod codec;
mod credentials;
mod hostile_text;
mod http;
mod json_api_properties;
mod mismatches;
mod nested_unions;
mod paging_rules;
mod plain_requests;
mod request_bodies;
mod scripted;
mod streams;
mod support;
