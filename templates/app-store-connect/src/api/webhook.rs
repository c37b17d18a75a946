// {{ mark }}; edits are lost.
//! Checks and reads the events that Apple sends to a webhook.
//!
//! Apple's OpenAPI document has the names of events, but no bodies. The types here follow the samples of two articles,
//! "Understanding webhook events" and "Configuring and parsing App Store Connect API webhook notifications", and the
//! ping that public receivers read.

use std::fmt;

use storewright_runtime::{Identifier, ResourceLinks, Timestamp, Value, object, open_enum, verify_hmac_sha256};

/// The header that holds the signature.
pub const SIGNATURE_HEADER: &str = "x-apple-signature";

/// The reason why a delivery is not an event.
#[derive(Debug)]
#[non_exhaustive]
pub enum WebhookError {
    /// The sender does not know the secret: respond with 401, and ignore the body.
    BadSignature,
    /// The body is signed, but is not an event.
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

/// Apple's event types, spelled as in deliveries. A type that Apple adds is kept.
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
    /// The type of the event.
    pub kind: WebhookEventKind,
    /// The identifier of the event: the same in each delivery of it.
    pub id: String,
    /// The version of the event's form.
    pub version: Option<i64>,
    /// The change.
    pub attributes: WebhookEventAttributes,
    /// The resources that the event is about.
    pub relationships: WebhookEventRelationships,
}
object! { WebhookEvent {
    kind: "type", id: "id", version: "version", attributes: "attributes", relationships: "relationships",
} vital ["type"] }

/// The change that an event reports; each event has some of these.
#[non_exhaustive]
pub struct WebhookEventAttributes {
    /// The state before, of a build upload or a background asset.
    pub old_state: Option<Value>,
    /// The state now, of a build upload or a background asset.
    pub new_state: Option<Value>,
    /// The state before, of an App Store version.
    pub old_value: Option<Value>,
    /// The state now, of an App Store version.
    pub new_value: Option<Value>,
    /// The state before, of a build in external testing.
    pub old_external_build_state: Option<Value>,
    /// The state now, of a build in external testing.
    pub new_external_build_state: Option<Value>,
    /// True if a marketplace may distribute the app, or a version of it.
    pub available: Option<bool>,
    /// The territories for which `available` is.
    pub territories: Option<Vec<String>>,
    /// The id of the app that a marketplace distributes.
    pub app_id: Option<String>,
    /// The time of the change.
    pub timestamp: Option<Timestamp>,
    /// Members that this type has no field for.
    pub additional: std::collections::BTreeMap<String, Value>,
}
object! { WebhookEventAttributes {
    old_state: "oldState", new_state: "newState", old_value: "oldValue", new_value: "newValue",
    old_external_build_state: "oldExternalBuildState", new_external_build_state: "newExternalBuildState",
    available: "available", territories: "territories", app_id: "appId", timestamp: "timestamp",
} rest additional }

impl WebhookEventAttributes {
    /// The state now, under whichever of its three names the event has it.
    pub fn state(&self) -> Option<&str> {
        let states = [&self.new_state, &self.new_value, &self.new_external_build_state];
        states.into_iter().flatten().find_map(Value::as_str)
    }

    /// The state before, under whichever of its three names the event has it.
    pub fn previous_state(&self) -> Option<&str> {
        let states = [&self.old_state, &self.old_value, &self.old_external_build_state];
        states.into_iter().flatten().find_map(Value::as_str)
    }
}

/// The resources that an event is about.
#[non_exhaustive]
pub struct WebhookEventRelationships {
    /// The resource that changed.
    pub instance: Option<WebhookEventInstance>,
    /// The app of the marketplace that distributes the app.
    pub marketplace_app: Option<WebhookEventInstance>,
}
object! { WebhookEventRelationships { instance: "instance", marketplace_app: "marketplaceApp" } }

/// A resource that an event is about. Apple's samples name it in two forms: background assets have type and id next to
/// `links`, other events in `data`.
#[non_exhaustive]
pub struct WebhookEventInstance {
    /// Type and id; set for both forms in an event of [`WebhookEvent::verified`].
    pub data: Option<Identifier>,
    /// The type, where it is not in `data`.
    pub kind: Option<String>,
    /// The id, where it is not in `data`.
    pub id: Option<String>,
    /// The URL of the resource.
    pub links: Option<ResourceLinks>,
}
object! { WebhookEventInstance { data: "data", kind: "type", id: "id", links: "links" } }

impl WebhookEventInstance {
    /// Has one form for both.
    fn settle(&mut self) {
        if self.data.is_none()
            && let (Some(kind), Some(id)) = (&self.kind, &self.id)
        {
            self.data = Some(Identifier::new(kind, id));
        }
    }
}

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
        let mut event = payload.data;
        let relationships = &mut event.relationships;
        for instance in [&mut relationships.instance, &mut relationships.marketplace_app].into_iter().flatten() {
            instance.settle();
        }
        Ok(event)
    }

    /// The type and identifier of the resource that changed.
    pub fn instance(&self) -> Option<&Identifier> {
        self.relationships.instance.as_ref()?.data.as_ref()
    }
}
