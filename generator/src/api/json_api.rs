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
    /// Whether it has `links`.
    #[serde(default)]
    pub links: bool,
}

/// How many resources a relationship leads to.
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
    /// How many resources it leads to.
    pub to: Arity,
    /// Their `type`; empty where the document does not say.
    #[serde(default)]
    pub kind: String,
    /// Whether a request without it is refused.
    #[serde(default)]
    pub required: bool,
    /// Whether a request may unset it with null.
    #[serde(default)]
    pub nullable: bool,
    /// Whether the vendor advises against it.
    #[serde(default)]
    pub deprecated: bool,
}

/// What a [`Request`] does.
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
    /// What it does.
    pub action: Action,
    /// The value of `type`.
    pub kind: String,
    /// The members of `attributes`.
    #[serde(default)]
    pub attributes: Fields,
    /// The members of `relationships`.
    #[serde(default)]
    pub relationships: BTreeMap<String, Relationship>,
    /// What `included` holds items of.
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
    /// What `included` holds items of.
    #[serde(default)]
    pub included: Option<TypeRef>,
}

/// A JSON:API document with resource identifiers and no resources.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Linkage {
    /// How many identifiers it holds.
    pub to: Arity,
    /// Their `type`.
    pub kind: String,
    /// Whether it is sent by the client; a response has links too.
    #[serde(default)]
    pub request: bool,
    /// Whether a request may unset the relationship with null.
    #[serde(default)]
    pub nullable: bool,
}
