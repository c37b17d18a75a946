//! What every generated client shares: models and operations go in as data, typed calls over HTTP come out.
//!
//! - [`codec`] reads and writes models; the macros [`object!`], [`resource!`], [`request!`], [`union!`],
//!   [`untagged!`], [`open_enum!`], [`open_int_enum!`], [`tokens!`] and [`sort_tokens!`] give a model its codec.
//! - [`Operation`] and [`Request`] say what is sent; [`Call`] sends it; [`operation!`] gives a builder its methods.
//! - [`Client`] is the shared client of one [`Api`]; [`Transport`] and [`TokenProvider`] are its two seams.
//! - [`Document`], [`Page`] and their parts are the shapes of JSON:API.

mod api;
mod call;
mod client;
pub mod codec;
mod credentials;
mod error;
mod form;
mod json_api;
mod limit;
mod limited;
mod page;
mod patch;
mod request;
mod time;
mod transport;

#[doc(hidden)]
pub use serde;
#[doc(hidden)]
pub use serde_json;
pub use {bytes::Bytes, http, serde_json::Value};

pub use self::api::{Api, Fault, NoFault};
pub use self::call::{Answer, Call, Check, Json, Payload, Sent};
pub use self::client::{Client, ClientBuilder};
pub use self::codec::{AnyIncluded, DecodeError, Includes};
pub use self::credentials::{Credential, StaticToken, TokenProvider};
pub use self::error::{ApiError, Error, ErrorKind};
pub use self::form::File;
pub use self::json_api::{
    Document, DocumentLinks, Identifier, Linkage, LinkageBody, Linkages, LinkagesBody, NoIncluded, Page,
    PagedDocumentLinks, Paging, PagingInformation, Related, RelationshipLinks, Resource, ResourceLinks,
    ToMany, ToOne,
};
pub use self::limit::RateLimit;
pub use self::limited::Limited;
pub use self::page::{Items, Next, Paged, Pages};
pub use self::patch::Patch;
pub use self::request::{Method, Operation, Request, Style};
pub use self::time::{Date, Timestamp};
#[cfg(feature = "reqwest")]
pub use self::transport::Reqwest;
pub use self::transport::{
    Body, BoxError, BoxFuture, Timeout, Transport, TransportError, TransportErrorKind,
};
