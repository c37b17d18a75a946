//! What Apple sends to a webhook: headers' text and a body go in; an event comes out, if Apple signed it.
//!
//! {{ mark }}; edits are lost.
//!
//! Apple describes neither bodies nor their types in its document: what is here is what was seen on the wire.

use std::fmt;

use storewright_runtime::{Identifier, Timestamp, Value, object, open_enum, verify_hmac_sha256};

/// The header that holds the signature.
pub const SIGNATURE_HEADER: &str = "x-apple-signature";

/// Why what came is no event.
#[derive(Debug)]
#[non_exhaustive]
pub enum WebhookError {
    /// Whoever sent it does not know the secret: answer 401, and do nothing else with it.
    BadSignature,
    /// It is signed, and is no event that can be read.
    Unreadable(storewright_runtime::DecodeError),
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WebhookError::BadSignature => f.write_str("the webhook's signature is wrong"),
            WebhookError::Unreadable(error) => write!(f, "the webhook's body cannot be read: {error}"),
        }
    }
}

impl std::error::Error for WebhookError {}

/// What happened: the vendor's event types, in the form in which they are delivered. Apple adds some; one that is not
/// known here is kept.
#[non_exhaustive]
#[allow(missing_docs)] // each is the vendor's name
pub enum WebhookEventKind {
    AlternativeDistributionPackageAvailableUpdated,
    AlternativeDistributionPackageVersionCreated,
    AlternativeDistributionTerritoryAvailabilityUpdated,
    AppStoreVersionAppVersionStateUpdated,
    BackgroundAssetVersionAppStoreReleaseStateUpdated,
    BackgroundAssetVersionExternalBetaReleaseStateUpdated,
    BackgroundAssetVersionInternalBetaReleaseCreated,
    BackgroundAssetVersionStateUpdated,
    BetaFeedbackCrashSubmissionCreated,
    BetaFeedbackScreenshotSubmissionCreated,
    BuildBetaDetailExternalBuildStateUpdated,
    BuildUploadStateUpdated,
    WebhookPingCreated,
    /// A type that this crate does not know.
    Unrecognized(String),
}
open_enum! { WebhookEventKind {
    AlternativeDistributionPackageAvailableUpdated = "alternativeDistributionPackageAvailableUpdated",
    AlternativeDistributionPackageVersionCreated = "alternativeDistributionPackageVersionCreated",
    AlternativeDistributionTerritoryAvailabilityUpdated = "alternativeDistributionTerritoryAvailabilityUpdated",
    AppStoreVersionAppVersionStateUpdated = "appStoreVersionAppVersionStateUpdated",
    BackgroundAssetVersionAppStoreReleaseStateUpdated = "backgroundAssetVersionAppStoreReleaseStateUpdated",
    BackgroundAssetVersionExternalBetaReleaseStateUpdated = "backgroundAssetVersionExternalBetaReleaseStateUpdated",
    BackgroundAssetVersionInternalBetaReleaseCreated = "backgroundAssetVersionInternalBetaReleaseCreated",
    BackgroundAssetVersionStateUpdated = "backgroundAssetVersionStateUpdated",
    BetaFeedbackCrashSubmissionCreated = "betaFeedbackCrashSubmissionCreated",
    BetaFeedbackScreenshotSubmissionCreated = "betaFeedbackScreenshotSubmissionCreated",
    BuildBetaDetailExternalBuildStateUpdated = "buildBetaDetailExternalBuildStateUpdated",
    BuildUploadStateUpdated = "buildUploadStateUpdated",
    WebhookPingCreated = "webhookPingCreated",
} }

/// One event.
#[non_exhaustive]
pub struct WebhookEvent {
    /// What happened.
    pub kind: WebhookEventKind,
    /// The identifier of the event: the same when it is delivered again.
    pub id: String,
    /// The version of the event's form.
    pub version: Option<i64>,
    /// What changed.
    pub attributes: WebhookEventAttributes,
    /// To what.
    pub relationships: WebhookEventRelationships,
}
object! { WebhookEvent {
    kind: "type", id: "id", version: "version", attributes: "attributes", relationships: "relationships",
} vital ["type"] }

/// What changed.
#[non_exhaustive]
pub struct WebhookEventAttributes {
    /// The state before.
    pub old_state: Option<Value>,
    /// The state now.
    pub new_state: Option<Value>,
    /// The value before.
    pub old_value: Option<Value>,
    /// The value now.
    pub new_value: Option<Value>,
    /// When.
    pub timestamp: Option<Timestamp>,
    /// Whatever else came.
    pub additional: std::collections::BTreeMap<String, Value>,
}
object! { WebhookEventAttributes {
    old_state: "oldState", new_state: "newState", old_value: "oldValue", new_value: "newValue", timestamp: "timestamp",
} rest additional }

/// What an event is about.
#[non_exhaustive]
pub struct WebhookEventRelationships {
    /// The resource that changed.
    pub instance: Option<WebhookEventInstance>,
}
object! { WebhookEventRelationships { instance: "instance" } }

/// The resource that changed.
#[non_exhaustive]
pub struct WebhookEventInstance {
    /// Its type and identifier.
    pub data: Option<Identifier>,
}
object! { WebhookEventInstance { data: "data" } }

struct Payload {
    data: WebhookEvent,
}
object! { Payload { data: "data" } vital ["data"] }

impl WebhookEvent {
    /// Checks the signature, which is the value of the header `x-apple-signature`, of a body as it came, byte by byte; then
    /// reads the event.
    ///
    /// # Errors
    /// When the signature is not Apple's, or the body is no event.
    pub fn verified(secret: &str, signature: &str, body: &[u8]) -> Result<Self, WebhookError> {
        let signature = signature.trim();
        let digits = signature.strip_prefix("hmacsha256=").unwrap_or(signature);
        verify_hmac_sha256(secret.as_bytes(), body, digits).map_err(|_| WebhookError::BadSignature)?;
        // Apple documents the members of events in prose only, so the type alone must be as expected.
        let read = storewright_runtime::codec::from_slice_tolerant::<Payload>(body);
        let (payload, _) = read.map_err(WebhookError::Unreadable)?;
        Ok(payload.data)
    }

    /// The type and identifier of the resource that changed.
    pub fn instance(&self) -> Option<&Identifier> {
        self.relationships.instance.as_ref()?.data.as_ref()
    }
}
