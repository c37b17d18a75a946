// {{ mark }}; edits are lost.
//! Defines App Store Connect's differences from other APIs for the runtime.

use storewright_runtime::Limits;

mod fault;
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

pub use self::fault::{ErrorLink, ErrorMeta, ErrorObject, ErrorObjectLinks, ErrorSource, Fault};
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

/// {{ title }}.
#[derive(Debug)]
pub struct Api;

impl storewright_runtime::Api for Api {
    type Fault = Fault;
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
