//! Parts that several tests use.

pub(crate) mod checkout;
#[cfg(unix)]
#[path = "../../generator/tests/support/sample.rs"]
pub(crate) mod sample;
