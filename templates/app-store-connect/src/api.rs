//! What sets App Store Connect apart from other APIs, for the runtime.
//!
//! {{ mark }}; edits are lost.

use storewright_runtime::Limits;

use crate::models::{ErrorResponse, ErrorResponseError, ErrorResponseErrorSource};

#[cfg(feature = "jwt")]
mod key;
#[cfg(feature = "files")]
mod reports;
#[cfg(feature = "test-util")]
pub mod testing;
#[cfg(feature = "files")]
mod upload;
#[cfg(feature = "webhook-events")]
mod webhook;

#[cfg(feature = "jwt")]
pub use self::key::{IndividualKey, IssuerId, KeyId, TeamKey};
#[cfg(feature = "files")]
pub use self::reports::{
    FinanceDetailRow, FinanceSummaryRow, FinancialRow, InstallsRow, NewsstandRow, OfferCodeRedemptionRow, PreOrderRow,
    SalesSummary, SubscriberRow, SubscriptionEventRow, SubscriptionRow, WinBackEligibilityRow,
};
#[cfg(feature = "files")]
pub use self::upload::{Upload, UploadState};
#[cfg(feature = "webhook-events")]
pub use self::webhook::{
    SIGNATURE_HEADER, WebhookError, WebhookEvent, WebhookEventAttributes, WebhookEventInstance, WebhookEventKind,
    WebhookEventRelationships,
};

/// How many errors the text of one failure tells.
const TOLD: usize = 10;

/// {{ title }}.
#[derive(Debug)]
pub struct Api;

impl storewright_runtime::Api for Api {
    type Fault = ErrorResponse;
    type Client = crate::Client;
    const NAME: &'static str = "{{ title }}";
    const BASE_URL: &'static str = "{{ base_url }}";
    const REQUEST_ID_HEADERS: &'static [&'static str] =
        &["x-apple-request-uuid", "x-apple-jingle-correlation-key", "x-request-id"];
    // Apple tells the hour's limit in every answer; that there is one of about 300 to 350 a minute it does not say.
    const LIMITS: Limits = Limits::NONE.per_minute(300).as_told();
    // Finance reports end in `Total_Rows` and the like, some begin with a preamble, some have a second table.
    #[cfg(feature = "files")]
    const REPORTS: storewright_runtime::ReportLayout =
        storewright_runtime::ReportLayout::new(self::reports::COLUMNS, "Total");
}

impl storewright_runtime::Fault for ErrorResponse {
    /// All errors, each followed by those behind it, in one line: the first alone seldom says what is to be done.
    fn message(&self) -> Option<String> {
        let mut texts = Vec::new();
        self.errors.iter().flatten().for_each(|error| error.tell(None, &mut texts));
        let more = texts.len().saturating_sub(TOLD);
        texts.truncate(TOLD);
        if more > 0 {
            texts.push(format!("and {more} more"));
        }
        (!texts.is_empty()).then(|| texts.join("; "))
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
    /// `about` is the path of the resource, for an error behind another.
    fn tell(&self, about: Option<&str>, out: &mut Vec<String>) {
        let text = self.detail.as_deref().unwrap_or(&self.title);
        let parts = [about.unwrap_or_default(), self.code.as_str(), text];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let place = match &self.source {
            Some(ErrorResponseErrorSource::ErrorSourcePointer(source)) => source.pointer.as_str(),
            Some(ErrorResponseErrorSource::ErrorSourceParameter(source)) => source.parameter.as_str(),
            _ => "",
        };
        if !parts.is_empty() {
            let place = if place.is_empty() { String::new() } else { format!(" ({place})") };
            out.push(parts.join(": ") + &place);
        }
        let behind = self.meta.as_ref().and_then(|meta| meta.associated_errors.as_ref());
        for (path, errors) in behind.into_iter().flatten() {
            errors.iter().for_each(|error| error.tell(Some(path), out));
        }
    }

    /// Whether the code is `prefix` or stands below it.
    pub fn has_code(&self, prefix: &str) -> bool {
        self.code.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}
