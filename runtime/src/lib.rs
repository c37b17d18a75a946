//! What every generated client shares.

pub mod codec;
mod json_api;
mod page;
mod patch;
mod request;
mod time;

#[doc(hidden)]
pub use serde;
#[doc(hidden)]
pub use serde_json;

pub use self::codec::{AnyIncluded, DecodeError, Includes};
pub use self::json_api::{
    Document, DocumentLinks, Identifier, Linkage, LinkageBody, Linkages, LinkagesBody, NoIncluded, Page,
    PagedDocumentLinks, Paging, PagingInformation, Related, RelationshipLinks, Resource, ResourceLinks,
    ToMany, ToOne,
};
pub use self::page::{Next, Paged};
pub use self::patch::Patch;
pub use self::request::{Method, Operation, Request, Style};
pub use self::time::{Date, Timestamp};
