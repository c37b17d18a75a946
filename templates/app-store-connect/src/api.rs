//! What sets App Store Connect apart from other APIs, for the runtime.
//!
//! {{ mark }}; edits are lost.

use crate::models::{ErrorResponse, ErrorResponseError};

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
        let error = self.errors.as_ref()?.first()?;
        let text = error.detail.as_deref().unwrap_or(&error.title);
        let parts: Vec<&str> = [error.code.as_str(), text].into_iter().filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join(": "))
    }
}

impl ErrorResponse {
    /// The first error whose code is `prefix` or stands below it: codes are dotted, from the general to the special
    /// (`ENTITY_ERROR.ATTRIBUTE.INVALID`), and the vendor adds to their end.
    pub fn find(&self, prefix: &str) -> Option<&ErrorResponseError> {
        self.errors.iter().flatten().find(|error| error.has_code(prefix))
    }
}

impl ErrorResponseError {
    /// Whether the code is `prefix` or stands below it.
    pub fn has_code(&self, prefix: &str) -> bool {
        self.code.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}
