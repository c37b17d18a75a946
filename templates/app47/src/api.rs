//! What sets App47 apart from other APIs, for the runtime.
//!
//! {{ mark }}; edits are lost.

mod access_token;
mod public_app;
mod results;
#[cfg(feature = "test-util")]
pub mod testing;

pub use self::access_token::AccessToken;
pub use self::results::{ChecksumError, InResults, Results, verify_md5};

use crate::models::ErrorResponse;

/// {{ title }}.
#[derive(Debug)]
pub struct Api;

impl storewright_runtime::Api for Api {
    type Fault = ErrorResponse;
    type Client = crate::Client;
    const NAME: &'static str = "{{ title }}";
    const BASE_URL: &'static str = "{{ base_url }}";
}

impl storewright_runtime::Fault for ErrorResponse {
    fn message(&self) -> Option<String> {
        self.results.message.clone()
    }
}
