//! Calls a server with the TLS library that a feature chose.

pub use app47_client;
