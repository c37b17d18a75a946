//! Describes one API to the runtime: the differences from other APIs.

use std::fmt::Debug;

use serde_json::Value;

use crate::client::Client;
use crate::limit::Limits;
use crate::request::{Operation, Security};

/// One API. A generated crate implements it for an empty type.
pub trait Api: Sized + Send + Sync + 'static {
    /// The API's error body.
    type Fault: Fault;
    /// The generated client, with a method per handle.
    type Client: From<Client<Self>>;

    /// The name of the API, for errors and the `User-Agent`.
    const NAME: &'static str;
    /// The API's address, such as `https://api.example.com`; its path, if any, precedes every operation's path.
    const BASE_URL: &'static str;
    /// The credentials of operations that do not name their own.
    const SECURITY: Security = Security::Unstated;
    /// The response headers that may contain the id of a request, the most specific first.
    const REQUEST_ID_HEADERS: &'static [&'static str] = &["x-request-id"];
    /// The response header with the rate limit.
    const RATE_LIMIT_HEADER: &'static str = "x-rate-limit";
    /// The client-side rate limits, unless the client is built with others.
    const LIMITS: Limits = Limits::NONE;
    /// The lines of reports that are not rows.
    #[cfg(feature = "files")]
    const REPORTS: crate::files::ReportLayout = crate::files::ReportLayout::PLAIN;

    /// The JSON that is sent for an operation without a body; some servers refuse a `POST` without one.
    fn default_body(_operation: &Operation) -> Option<&'static str> {
        None
    }
}

/// The error body of an API.
pub trait Fault: Debug + Clone + Send + Sync + 'static {
    /// Reads an error body; `None` if the JSON is not one.
    ///
    /// Servers, and proxies in front of them, often ignore their document in error bodies. An implementation should
    /// read each member separately, so that an unexpected one does not hide the others.
    fn read(body: &Value) -> Option<Self>;

    /// The server's message.
    fn message(&self) -> Option<String>;
}

/// The error body of an API whose errors have no body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoFault;

impl Fault for NoFault {
    fn read(_: &Value) -> Option<Self> {
        None
    }

    fn message(&self) -> Option<String> {
        None
    }
}
