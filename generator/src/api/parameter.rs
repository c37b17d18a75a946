//! Facts about the parameters of operations.

use serde::{Deserialize, Serialize};

use super::{Limits, TypeRef, is_default};

/// Where a parameter is sent.
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

/// How a list or an object is written into a query, a path, a header or a form.
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
    /// In a path, after a dot, items separated by commas.
    Label,
    /// In a path, each item after a dot.
    LabelEach,
    /// In a path, after `;key=`, items separated by commas.
    Matrix,
    /// In a path, each item after `;key=`.
    MatrixEach,
}

/// One argument of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The vendor's name, brackets and all.
    pub name: String,
    /// Where it is sent.
    #[serde(rename = "in", default = "query", skip_serializing_if = "is_query")]
    pub place: In,
    /// What it holds.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// The set of [`Api::values`](super::Api::values) that it accepts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<String>,
    /// Whether a call without it is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether the vendor advises against it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// How a list or an object is written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub style: Style,
    /// The media type of a part of a multipart form, where the document says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Bounds of the value.
    #[serde(flatten)]
    pub limits: Limits,
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

/// What a query parameter of JSON:API does, told by its name (JSON:API 1.1, "Query Parameter Families").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role<'a> {
    /// `fields[TYPE]`: which fields of a resource type are sent.
    Fields(&'a str),
    /// `include`: which related resources are sent along.
    Include,
    /// `sort`: the order.
    Sort,
    /// `filter[NAME]`: which resources are sent.
    Filter(&'a str),
    /// `exists[NAME]`: whether the relationship must be there.
    Exists(&'a str),
    /// `limit[NAME]`: how many related resources are sent along.
    LimitOf(&'a str),
    /// `limit`: how many resources a page has.
    Limit,
    /// Anything else.
    Other,
}

impl Parameter {
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
