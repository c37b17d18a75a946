//! The part that all generated clients share: typed calls over HTTP from models and operations as data.
//!
//! - [`codec`] reads and writes models; the macros [`object!`], [`resource!`], [`request!`], [`union!`],
//!   [`untagged!`], [`open_enum!`], [`open_int_enum!`], [`tokens!`] and [`sort_tokens!`] give a model its codec.
//! - [`Operation`] and [`Request`] describe a request; [`Call`] sends it; [`operations!`] names operations.
//! - [`Client`] is the shared client of one [`Api`]; [`Transport`] and [`TokenProvider`] are its two seams.
//! - [`Document`], [`Page`] and their parts are the shapes of JSON:API.

// A longer function states its reason.
#![warn(clippy::too_many_lines)]

mod api;
#[cfg(feature = "blocking")]
mod blocking;
mod call;
mod client;
mod clock;
pub mod codec;
mod credentials;
mod error;
mod fault;
#[cfg(feature = "files")]
mod files;
mod form;
mod json_api;
#[cfg(feature = "jwt")]
mod jwt;
mod lazy;
mod limit;
mod one_line;
mod page;
mod patch;
mod request;
mod response;
mod retry;
mod stream;
mod style;
#[cfg(feature = "test-util")]
pub mod testing;
mod time;
mod transport;
#[cfg(feature = "webhooks")]
mod webhook;

#[doc(hidden)]
pub use serde;
#[doc(hidden)]
pub use serde_json;
pub use {bytes::Bytes, http, jiff, serde_json::Value};

pub use self::api::{Api, Fault, NoFault};
#[cfg(feature = "blocking")]
pub use self::blocking::{Wait, WaitEach, Waiting};
pub use self::call::{Answer, Call, Check, Json, Location, Payload, Sent};
pub use self::client::{Client, ClientBuilder};
pub use self::clock::{Clock, SystemClock};
pub use self::codec::{AnyIncluded, DecodeError, Includes, Mismatch, Typed};
pub use self::credentials::{
    ClientCredentials, Connection, Credential, Issued, Issuer, Refreshing, SchemeCredentials, StaticToken,
    TokenProvider,
};
pub use self::error::{ApiError, Error, ErrorKind};
pub use self::fault::AnyFault;
#[cfg(feature = "files")]
pub use self::files::{
    Checksum, Columns, Digests, Download, Downloaded, Part, PartHeader, Progress, ReportLayout, Row, Rows,
    Transfer, Uploader,
};
pub use self::form::File;
pub use self::json_api::{
    Document, DocumentLinks, Identifier, Linkage, LinkageBody, Linkages, LinkagesBody, NoIncluded, Page,
    PagedDocumentLinks, Paging, PagingInformation, Related, RelationshipLinks, Resource, ResourceLinks,
    ToMany, ToOne,
};
#[cfg(feature = "jwt")]
pub use self::jwt::Es256Key;
pub use self::lazy::Sparse;
pub use self::limit::{Limits, RateLimit};
pub use self::page::{HasLimit, Items, Next, PageRule, PageStep, Paged, Pages};
pub use self::patch::Patch;
pub use self::request::{Method, Operation, Request, Requirement, Security, resource_path};
pub use self::response::Response;
pub use self::retry::{RetryBudget, RetryPolicy};
pub use self::stream::{Event, Events, JsonLines};
pub use self::style::{Segment, Style};
pub use self::time::{Date, Timestamp};
#[cfg(feature = "http-client")]
pub use self::transport::Reqwest;
pub use self::transport::{
    Body, BoxError, BoxFuture, Timeout, Transport, TransportError, TransportErrorKind,
};
#[cfg(feature = "webhooks")]
pub use self::webhook::{BadSignature, verify_hmac_sha256};
#[cfg(feature = "http-client")]
pub use reqwest;
