//! The shapes of JSON:API (version 1.1), which format 1 stored.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Fields, TypeRef};

/// A JSON:API resource that the server sends.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// The value of `type`.
    pub kind: String,
    /// The members of `attributes`.
    #[serde(default)]
    pub attributes: Fields,
    /// The members of `relationships`.
    #[serde(default)]
    pub relationships: BTreeMap<String, Relationship>,
    /// True if it has `links`.
    #[serde(default)]
    pub links: bool,
}

/// The number of resources of a relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arity {
    /// One or none.
    One,
    /// Any number.
    Many,
    /// Not said: there are links only.
    Links,
}

/// A member of `relationships`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relationship {
    /// To one resource or to many.
    pub to: Arity,
    /// Their `type`; empty where the document does not say.
    #[serde(default)]
    pub kind: String,
    /// True if a request without it is refused.
    #[serde(default)]
    pub required: bool,
    /// True if a request may unset it with null.
    #[serde(default)]
    pub nullable: bool,
    /// True if it is deprecated.
    #[serde(default)]
    pub deprecated: bool,
}

/// The action of a [`Request`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A document whose resource has no id.
    Create,
    /// A document whose resource has an id.
    Update,
    /// A resource inside `included` of another request; its id is local to that request, or absent.
    Inline,
}

/// A JSON:API resource that is sent to be created or changed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The action.
    pub action: Action,
    /// The value of `type`.
    pub kind: String,
    /// The members of `attributes`.
    #[serde(default)]
    pub attributes: Fields,
    /// The members of `relationships`.
    #[serde(default)]
    pub relationships: BTreeMap<String, Relationship>,
    /// The type of the items of `included`.
    #[serde(default)]
    pub included: Option<TypeRef>,
    /// Sets of attributes and relationships, one of which must be sent; empty where any will do.
    #[serde(default)]
    pub one_of: BTreeSet<BTreeSet<String>>,
}

/// A JSON:API document.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The resource in `data`, or an item of it.
    pub data: TypeRef,
    /// The type of the items of `included`.
    #[serde(default)]
    pub included: Option<TypeRef>,
}

/// A JSON:API document with resource identifiers and no resources.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Linkage {
    /// One identifier or many.
    pub to: Arity,
    /// Their `type`.
    pub kind: String,
    /// True if the client sends it; a response has links too.
    #[serde(default)]
    pub request: bool,
    /// True if a request may unset the relationship with null.
    #[serde(default)]
    pub nullable: bool,
}
