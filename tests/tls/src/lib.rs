//! A client with the TLS library that a feature chose goes in; the tests call a server with it.

pub use app47_client;
