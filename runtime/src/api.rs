//! What distinguishes one API from another, as far as the runtime must know it.

use std::fmt::Debug;

use crate::client::Client;
use crate::codec::Slot;
use crate::limit::Limits;
use crate::request::Operation;

/// One API. A generated crate implements it for an empty type.
pub trait Api: Sized + Send + Sync + 'static {
    /// The body of an error that the server answers.
    type Fault: Fault;
    /// The generated client, with a method per handle.
    type Client: From<Client<Self>>;

    /// The name of the API, for errors and the `User-Agent`.
    const NAME: &'static str;
    /// Where the API is, such as `https://api.example.com`; a path in it stands before every operation's.
    const BASE_URL: &'static str;
    /// The headers that hold the id of a request, most telling first.
    const REQUEST_ID_HEADERS: &'static [&'static str] = &["x-request-id"];
    /// The header that holds the rate limit.
    const RATE_LIMIT_HEADER: &'static str = "x-rate-limit";
    /// How much a client sends at most, unless it is built with other limits.
    const LIMITS: Limits = Limits::NONE;
    /// The lines of reports that are not rows.
    #[cfg(feature = "files")]
    const REPORTS: crate::files::ReportLayout = crate::files::ReportLayout::PLAIN;

    /// The JSON that is sent where an operation has no body; some servers refuse a `POST` without one.
    fn default_body(_operation: &Operation) -> Option<&'static str> {
        None
    }
}

/// The parsed body of an error that the server answers.
///
/// One that is equal to its default, as when the body was other JSON, counts as none.
pub trait Fault: Slot + Default + Debug + Clone + PartialEq + Send + Sync + 'static {
    /// What went wrong, in the server's words.
    fn message(&self) -> Option<String>;
}

/// The fault of an API whose errors have no body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoFault;

impl Slot for NoFault {
    fn take(&mut self, _: crate::codec::Event<'_>) -> crate::codec::Taken<'_> {
        Ok(crate::codec::Place::Done)
    }
}

impl Fault for NoFault {
    fn message(&self) -> Option<String> {
        None
    }
}
