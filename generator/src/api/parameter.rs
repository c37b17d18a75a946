//! Facts about the parameters of operations.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Constraints, Fields, Lifecycle, TypeRef, Variant, is_default};

/// The part of the request that contains a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum In {
    /// In the path template.
    Path,
    /// In the query.
    Query,
    /// As a header.
    Header,
    /// As a cookie.
    Cookie,
    /// As a field of a form, which is the body.
    Form,
}

impl In {
    /// The word that `in` has in OpenAPI; `form` for a field of a form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Form => "form",
        }
    }
}

/// The serialization of a list or an object in a query, a path, a header or a form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// One pair, items separated by commas.
    #[default]
    Comma,
    /// One pair, items separated by spaces.
    Space,
    /// One pair, items separated by `|`.
    Pipe,
    /// One pair an item; in paths and headers, names and values of an object with `=` between.
    Repeat,
    /// One pair a member: `key[name]=value`.
    Deep,
    /// JSON text.
    Json,
    /// JSON text that is the whole query, without the parameter's name.
    Whole,
    /// In a path, after a dot, items separated by commas.
    Label,
    /// In a path, each item after a dot.
    LabelEach,
    /// In a path, after `;key=`, items separated by commas.
    Matrix,
    /// In a path, each item after `;key=`.
    MatrixEach,
}

/// Constraints of the fields of a form together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormRules {
    /// Constraints of the number of fields, and keywords that exclude forms.
    #[serde(default, skip_serializing_if = "is_default")]
    pub constraints: Constraints,
    /// As in [`Struct::closed`](super::Struct::closed).
    #[serde(default, skip_serializing_if = "is_default")]
    pub closed: bool,
    /// As in [`Struct::one_of`](super::Struct::one_of).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub one_of: BTreeSet<BTreeSet<String>>,
}

/// One argument of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The vendor's name, brackets and all.
    pub name: String,
    /// The part of the request that contains it.
    #[serde(rename = "in", default = "query", skip_serializing_if = "is_query")]
    pub place: In,
    /// The type of its value.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// The set of [`Api::values`](super::Api::values) that it accepts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<String>,
    /// True if a call without it is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// True if it is deprecated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// The serialization of a list or an object.
    #[serde(default, skip_serializing_if = "is_default")]
    pub style: Style,
    /// The media type of a part of a multipart form, where the document says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// True if it may be null, which its style writes as text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub nullable: bool,
    /// True if reserved characters are sent without being percent-encoded.
    #[serde(default, skip_serializing_if = "is_default")]
    pub allow_reserved: bool,
    /// True if it may be sent with an empty value.
    #[serde(default, skip_serializing_if = "is_default")]
    pub allow_empty: bool,
    /// The media types that the document names for a part of a multipart form, where `media_type` does not say them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepts: Option<String>,
    /// The headers of a part of a multipart form, by their names in lower case; only comparisons of versions read them.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub headers: Fields,
    /// The alternatives of a value that is one of several scalars, which are all sent as text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    /// Its stability and end.
    #[serde(flatten)]
    pub lifecycle: Lifecycle,
    /// Constraints of the value.
    #[serde(flatten)]
    pub constraints: Constraints,
    /// Our own words, from the overlay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
}

fn query() -> In {
    In::Query
}

fn is_query(place: &In) -> bool {
    *place == In::Query
}

/// The role of a JSON:API query parameter, recognized by its name (JSON:API 1.1, "Query Parameter Families").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role<'a> {
    /// `fields[TYPE]`: the fields of a resource type that are sent.
    Fields(&'a str),
    /// `include`: the related resources that are included.
    Include,
    /// `sort`: the order.
    Sort,
    /// `filter[NAME]`: a condition on the resources.
    Filter(&'a str),
    /// `exists[NAME]`: requires the relationship to be present or absent.
    Exists(&'a str),
    /// `limit[NAME]`: the number of included related resources.
    LimitOf(&'a str),
    /// `limit`: the page size.
    Limit,
    /// Anything else.
    Other,
}

impl Parameter {
    /// The uses of types in it.
    pub fn types(&self) -> impl Iterator<Item = &TypeRef> {
        let variants = self.variants.iter().map(|variant| &variant.ty);
        let headers = self.headers.values().map(|header| &header.ty);
        std::iter::once(&self.ty).chain(variants).chain(headers)
    }

    /// The parameter's role.
    pub fn role(&self) -> Role<'_> {
        if self.place != In::Query {
            return Role::Other;
        }
        let family = self.name.strip_suffix(']').and_then(|rest| rest.split_once('['));
        match (self.name.as_str(), family) {
            ("include", _) => Role::Include,
            ("sort", _) => Role::Sort,
            ("limit", _) => Role::Limit,
            (_, Some(("fields", of))) => Role::Fields(of),
            (_, Some(("filter", of))) => Role::Filter(of),
            (_, Some(("exists", of))) => Role::Exists(of),
            (_, Some(("limit", of))) => Role::LimitOf(of),
            _ => Role::Other,
        }
    }
}
