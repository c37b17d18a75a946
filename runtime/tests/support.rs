//! Parts that several tests use.

pub(crate) mod random;
#[cfg(feature = "http-client")]
pub(crate) mod server;
