//! Parses rate limits from a response header.

use std::fmt;

mod limiter;

pub use self::limiter::Limits;
pub(crate) use self::limiter::{Limiter, Permit};

/// The rate limit that a server reports: `user-hour-lim:3600;user-hour-rem:3121;`.
///
/// ```
/// use storewright_runtime::RateLimit;
/// let limit = RateLimit::parse("user-hour-lim:3600;user-hour-rem:3121;");
/// assert_eq!(limit.limit(), Some(3600));
/// assert_eq!(limit.remaining(), Some(3121));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RateLimit {
    // Every response has it, and few callers use it: it is parsed on access.
    text: String,
}

impl RateLimit {
    /// Reads `name:value` pairs between `;` or `,`; anything else is ignored.
    pub fn parse(header: &str) -> Self {
        RateLimit { text: header.to_owned() }
    }

    /// The value of any name, known or not.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// All names and values, in the server's order.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.text.split([';', ',']).filter_map(|pair| pair.split_once(':'));
        pairs.map(|(key, value)| (key.trim(), value.trim())).filter(|(key, _)| !key.is_empty())
    }

    /// The number of allowed requests: the first name that ends in `-lim`.
    pub fn limit(&self) -> Option<u64> {
        self.ending("-lim")
    }

    /// The number of remaining requests: the first name that ends in `-rem`.
    pub fn remaining(&self) -> Option<u64> {
        self.ending("-rem")
    }

    fn ending(&self, suffix: &str) -> Option<u64> {
        self.entries().find(|(key, _)| key.ends_with(suffix))?.1.parse().ok()
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries().try_for_each(|(key, value)| write!(f, "{key}:{value};"))
    }
}
