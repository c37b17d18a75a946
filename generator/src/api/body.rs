//! Defines the bodies of requests and responses, by media type and status.

use std::collections::BTreeMap;

use litemap::LiteMap;
use serde::{Deserialize, Serialize, Serializer};

use super::{Constraints, Fields, MediaType, TypeRef};

/// Types by media type.
pub type Content = LiteMap<String, TypeRef>;

/// Responses by status.
pub type Responses = LiteMap<String, Response>;

/// Writes an empty map as a map, where `LiteMap` writes a list.
pub(super) fn as_map<S: Serializer>(
    map: &LiteMap<String, impl Serialize>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(map.iter())
}

/// The request body of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// True if a call without it is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// By media type.
    #[serde(serialize_with = "as_map")]
    pub content: Content,
    /// The types that the document gives to further media types: to those whose bodies are not taken apart, such as XML, and
    /// to those that JSON of the same type is sent for. Only comparisons of versions read them.
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub described: Content,
    /// Constraints of the value, by media type, where it has some.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub constraints: BTreeMap<String, Constraints>,
    /// Members that wrap the value on the wire, outermost first, with dots between (the overlay's `x-envelope`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<String>,
    /// True if the crate checks the value by a rule that no schema can express (the overlay's `x-checked`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub checked: bool,
}

impl Body {
    /// The JSON among its forms: the plainest where there are several.
    pub fn json(&self) -> Option<(&String, &TypeRef)> {
        let rank = |m: &String| MediaType::parse(m).json_rank();
        self.content.iter().filter(|(m, _)| rank(m).is_some()).min_by_key(|(m, _)| rank(m))
    }

    /// The form that is sent unless the caller chooses another: JSON, else the first.
    pub fn sent(&self) -> Option<(&String, &TypeRef)> {
        self.json().or_else(|| self.content.iter().next())
    }

    /// The uses of types in it.
    pub fn types(&self) -> impl Iterator<Item = &TypeRef> {
        self.content.values().chain(self.described.values())
    }
}

/// The type of an operation's response.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// By media type; empty if there is no body.
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub content: Content,
    /// As in [`Body::described`].
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub described: Content,
    /// The items of streams, by media type.
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub items: Content,
    /// As in [`Body::constraints`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub constraints: BTreeMap<String, Constraints>,
    /// By name.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub headers: Fields,
    /// True if `data` of the JSON:API document may be null although its type does not say so (a to-one read); see
    /// [`Api::model`](super::Api::model).
    #[serde(skip)]
    pub null_data: bool,
    /// Members that wrap the value on the wire, as in [`Body::envelope`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<String>,
    /// True if it is one page of a list by the API's own rules (the overlay's `x-paged`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paged: bool,
}

impl Response {
    /// The uses of types in it.
    pub fn types(&self) -> impl Iterator<Item = &TypeRef> {
        let headers = self.headers.values().map(|header| &header.ty);
        self.content.values().chain(self.described.values()).chain(self.items.values()).chain(headers)
    }
}
