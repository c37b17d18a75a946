//! Defines the stage of life of an operation, a parameter or a member, from the extensions that vendors use for it.

use serde::{Deserialize, Serialize};

/// The stability and the end of something, besides its deprecation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// The date on which it ends (`x-sunset`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sunset: Option<String>,
    /// The level of stability (`x-stability-level`), e.g. `beta`; absent where it is stable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stability: Option<String>,
}
