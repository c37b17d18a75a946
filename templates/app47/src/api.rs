// {{ mark }}; edits are lost.
//! Defines App47's differences from other APIs for the runtime.

mod access_token;
mod public_app;
mod results;
#[cfg(feature = "test-util")]
pub mod testing;

pub use self::access_token::AccessToken;
pub use self::results::{ChecksumError, InResults, Results, verify_md5};

use storewright_runtime::Value;

use crate::models::{ErrorResponse, ErrorResponseResults};

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
    /// Member by member, so that an odd one does not cost the message.
    fn read(body: &Value) -> Option<Self> {
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let results = body.get("results")?;
        let fault = ErrorResponse {
            md5: body.get("md5").and_then(text),
            results: ErrorResponseResults {
                message: text(results.get("message").unwrap_or(results)),
                success: results.get("success").and_then(Value::as_bool),
            },
        };
        (fault != Self::default()).then_some(fault)
    }

    fn message(&self) -> Option<String> {
        self.results.message.clone()
    }
}
