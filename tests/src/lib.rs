//! The generated clients against real HTTP servers: answers to give go in, requests as they were received come out.
// A server that cannot be started, or a request that is not what a test expects, can only fail the test.
#![allow(clippy::unwrap_used, clippy::panic)]

mod server;

pub use server::{Answer, Seen, Server};
