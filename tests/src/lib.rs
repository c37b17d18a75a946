//! Tests the generated clients against real HTTP servers with scripted responses and recorded requests.
//!
//! An `include` value that the operation does not accept does not compile. This does:
//!
//! ```
//! use app_store_connect_client::models::{AppsResponse, Build};
//! let page = AppsResponse::default();
//! assert_eq!(page.included::<Build>().count(), 0);
//! ```
//!
//! and this does not, only because an app's response has no testers in it:
//!
//! ```compile_fail,E0277
//! use app_store_connect_client::models::{AppsResponse, BetaTester};
//! let page = AppsResponse::default();
//! assert_eq!(page.included::<BetaTester>().count(), 0);
//! ```
//!
//! An operation accepts the values that its document lists. This compiles:
//!
//! ```
//! use app_store_connect_client::models::{AppField, AppInclude, AppsListInAppPurchasesV2Include};
//! # let client = app_store_connect_client::Client::builder(
//! #     app_store_connect_client::runtime::StaticToken::bearer("t")).build()?;
//! let app = client.apps().get("1").include([AppInclude::BUILDS]).fields_apps([AppField::NAME]);
//! let purchases = client.apps().list_in_app_purchases_v2("1");
//! let purchases = purchases.include([AppsListInAppPurchasesV2Include::CONTENT]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The builds of an app do not accept the `include` values of an app:
//!
//! ```compile_fail,E0271
//! use app_store_connect_client::models::AppInclude;
//! # let client = app_store_connect_client::Client::builder(
//! #     app_store_connect_client::runtime::StaticToken::bearer("t")).build()?;
//! let builds = client.builds().list().include([AppInclude::BUILDS]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nor does one operation take the values of another about the same resource, which accepts one more:
//!
//! ```compile_fail,E0271
//! use app_store_connect_client::models::InAppPurchaseV2Include;
//! # let client = app_store_connect_client::Client::builder(
//! #     app_store_connect_client::runtime::StaticToken::bearer("t")).build()?;
//! let purchases = client.apps().list_in_app_purchases_v2("1").include([InAppPurchaseV2Include::CONTENT]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A value that the server refuses does not exist:
//!
//! ```compile_fail,E0599
//! let gone = app_store_connect_client::models::AppInclude::BUNDLE_ID;
//! ```
//!
//! Several required fields are a struct literal, so that each has its name:
//!
//! ```
//! use app_store_connect_client::models::{BetaGroupCreate, BetaGroupCreateRequest};
//! let request = BetaGroupCreateRequest::new(BetaGroupCreate { name: "Testers".into(), app: "1".into() });
//! assert_eq!((request.name.as_str(), request.app.as_str()), ("Testers", "1"));
//! ```
//!
//! Arguments by position, which could be swapped, do not compile:
//!
//! ```compile_fail,E0061
//! use app_store_connect_client::models::BetaGroupCreateRequest;
//! let request = BetaGroupCreateRequest::new("1", "Testers");
//! ```
//!
//! Nor does a literal without a required field:
//!
//! ```compile_fail,E0063
//! use app_store_connect_client::models::{BetaGroupCreate, BetaGroupCreateRequest};
//! let request = BetaGroupCreateRequest::new(BetaGroupCreate { name: "Testers".into() });
//! ```
//!
//! The ids of a key have types of their own. This compiles:
//!
//! ```
//! use app_store_connect_client::{IssuerId, KeyId, TeamKey};
//! let (key, issuer) = (KeyId::new("2X9R4HXF34"), IssuerId::new("57246542-96fe-1a63-e053-0824d011072a"));
//! assert!(TeamKey::from_pem("", key, issuer).is_err());
//! ```
//!
//! With the ids swapped it does not, nor with text in place of an id, so that no key can be taken for one:
//!
//! ```compile_fail,E0308
//! use app_store_connect_client::{IssuerId, KeyId, TeamKey};
//! let (key, issuer) = (KeyId::new("2X9R4HXF34"), IssuerId::new("57246542-96fe-1a63-e053-0824d011072a"));
//! assert!(TeamKey::from_pem("", issuer, key).is_err());
//! ```
//!
//! ```compile_fail,E0308
//! use app_store_connect_client::{IssuerId, KeyId, TeamKey};
//! let (pem, issuer) = ("", IssuerId::new("57246542-96fe-1a63-e053-0824d011072a"));
//! assert!(TeamKey::from_base64("2X9R4HXF34", pem, issuer).is_err());
//! ```
//!
//! ```compile_fail,E0277
//! use app_store_connect_client::{IndividualKey, KeyId};
//! assert!(IndividualKey::from_p8_file(KeyId::new("2X9R4HXF34"), KeyId::new("2X9R4HXF34")).is_err());
//! ```
// A server that cannot be started, or an unexpected request, can only fail the test.
#![allow(clippy::unwrap_used, clippy::panic)]

mod polled;
mod server;

pub use polled::polled;
pub use server::{Answer, Nowhere, Seen, Server};
pub use storewright_runtime::testing::TestClock;

/// The code in the pages of the documentation compiles, and code that can run without a server runs.
#[cfg(doctest)]
mod pages {
    macro_rules! pages {
        ($($name:ident = $file:literal,)*) => {$(
            #[doc = include_str!(concat!("../../", $file))]
            pub struct $name;
        )*};
    }
    pages! {
        Readme = "README.md",
        Areas = "docs/areas.md",
        Calls = "docs/calls.md",
        ComingFrom = "docs/coming-from.md",
        CredentialsAndStreams = "docs/credentials-and-streams.md",
        ErrorsAndRetries = "docs/errors-and-retries.md",
        LeavingAppCenter = "docs/leaving-app-center.md",
        Overlay = "docs/overlay.md",
        Performance = "docs/performance.md",
        Regenerate = "docs/regenerate.md",
        Reports = "docs/reports.md",
        Review = "docs/review.md",
        Uploads = "docs/uploads.md",
        Webhooks = "docs/webhooks.md",
    }
}
