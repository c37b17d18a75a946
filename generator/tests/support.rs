//! Parts that several tests use.

pub(crate) mod cargo;
#[cfg(unix)]
pub(crate) mod chromium;
pub(crate) mod diff;
pub(crate) mod documents;
pub(crate) mod odd;
pub(crate) mod plain_reading;
pub(crate) mod sample;
pub(crate) mod shared;
pub(crate) mod stages;
