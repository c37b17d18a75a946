//! An `Api` and its naming rules go in; every Rust identifier comes out, and its area. Nothing is named elsewhere.

use crate::api::Api;
use crate::diagnostic::Sink;

/// `naming.toml` and `areas.toml` of one API.
#[derive(Debug, Clone, Default)]
pub struct Config {}

impl Config {
    /// Reads the two texts; an API without areas has no second one. None if errors were pushed.
    pub fn parse(_naming: &str, _areas: Option<&str>, _out: &mut Sink) -> Option<Self> {
        None
    }
}

/// Every Rust identifier of one crate.
#[derive(Debug, Clone, Default)]
pub struct Names {}

/// Names everything; none if errors were pushed.
pub fn name(_api: &Api, _config: &Config, _out: &mut Sink) -> Option<Names> {
    None
}
