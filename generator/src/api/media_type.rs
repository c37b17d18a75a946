//! Reads media types (RFC 9110, section 8.3.1): the one place that says which of them are JSON, forms or text.

use std::borrow::Cow;
use std::fmt;

/// The form that `multipart/form-data` and `application/x-www-form-urlencoded` bodies have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// `multipart/form-data`: the form that can contain files.
    Multipart,
    /// `application/x-www-form-urlencoded`.
    Encoded,
}

/// A body of many records, which are read as they arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Server-sent events.
    Events,
    /// JSON values on lines, or after record separators.
    Values,
}

/// A media type or a range of them, in lower case and without its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType<'t> {
    kind: Cow<'t, str>,
    subtype: Cow<'t, str>,
    /// True if parameters follow, such as `charset`.
    has_parameters: bool,
}

impl<'t> MediaType<'t> {
    /// Reads `text`, which need not be well-formed: without a slash all of it is the type.
    pub fn parse(text: &'t str) -> Self {
        let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
        let (kind, subtype) = essence.split_once('/').unwrap_or((essence, ""));
        let lower = |part: &'t str| match part.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(part.trim().to_ascii_lowercase()),
            false => Cow::Borrowed(part.trim()),
        };
        let has_parameters = !parameters.trim().is_empty();
        Self { kind: lower(kind), subtype: lower(subtype), has_parameters }
    }

    /// True if both differ in their parameters at most.
    pub fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.subtype == other.subtype
    }

    /// True if it is a range that the other one is in.
    pub fn contains(&self, other: &Self) -> bool {
        let is_kind = self.kind == "*" || self.kind == other.kind;
        let is_subtype = match self.subtype.strip_prefix('*') {
            Some(suffix) => other.subtype.ends_with(suffix),
            None => self.subtype == other.subtype,
        };
        self.is_range() && !self.is_same(other) && is_kind && is_subtype
    }

    /// True if it is a range: `*/*`, `application/*`, `application/*+json`.
    pub fn is_range(&self) -> bool {
        self.kind == "*" || self.subtype.contains('*')
    }

    /// True if the body is one JSON value. Sequences of values, such as `application/jsonlines`, are not.
    pub fn is_json(&self) -> bool {
        let named = matches!(self.kind.as_ref(), "application" | "text")
            && matches!(self.subtype.as_ref(), "json" | "x-json");
        named || self.subtype.ends_with("+json")
    }

    /// True if it is a range that contains JSON and specifies nothing else: `*/*`, `application/*`.
    pub fn is_any(&self) -> bool {
        self.subtype == "*" && matches!(self.kind.as_ref(), "*" | "application")
    }

    /// True if a declared schema is read and written as JSON: JSON itself, and ranges that specify nothing else.
    pub fn reads_json(&self) -> bool {
        self.is_json() || self.is_any()
    }

    /// The form, if it is one.
    pub fn form(&self) -> Option<Form> {
        match (self.kind.as_ref(), self.subtype.as_ref()) {
            ("multipart", "form-data") => Some(Form::Multipart),
            ("application", "x-www-form-urlencoded") => Some(Form::Encoded),
            _ => None,
        }
    }

    /// The kind of stream, if it is one.
    pub fn stream(&self) -> Option<Stream> {
        match self.subtype.as_ref() {
            "event-stream" => Some(Stream::Events),
            "jsonl" | "x-jsonl" | "jsonlines" | "x-jsonlines" | "ndjson" | "x-ndjson" | "json-seq" => {
                Some(Stream::Values)
            }
            subtype if subtype.ends_with("+json-seq") || subtype.ends_with("+jsonl") => Some(Stream::Values),
            _ => None,
        }
    }

    /// True if it is a multipart body of any kind.
    pub fn is_multipart(&self) -> bool {
        self.kind == "multipart"
    }

    /// True if the body is text.
    pub fn is_text(&self) -> bool {
        self.kind == "text"
    }

    /// True if the body is XML.
    pub fn is_xml(&self) -> bool {
        self.subtype == "xml" || self.subtype.ends_with("+xml")
    }

    /// The order in which JSON is preferred where one structure is declared in several media types: plain JSON, vendors'
    /// JSON, other spellings, patches, ranges. None for the rest.
    pub fn json_rank(&self) -> Option<u8> {
        let rank = match self.subtype.as_ref() {
            _ if !self.reads_json() => return None,
            _ if self.is_range() => 5,
            "json" if self.kind == "application" => u8::from(self.has_parameters),
            "json-patch+json" | "merge-patch+json" => 4,
            subtype if subtype.ends_with("+json") => 2,
            _ => 3,
        };
        Some(rank)
    }

    /// The media type that a body is sent in: a range names none, and JSON is meant.
    pub fn sent<'a>(&self, written: &'a str) -> &'a str {
        if self.is_range() && self.reads_json() { "application/json" } else { written }
    }

    /// The part after the slash.
    pub fn subtype(&self) -> &str {
        &self.subtype
    }

    /// One word for method names: `multipart`, `form`, `bytes`, `text`, else the subtype.
    pub fn word(&self) -> &str {
        match (self.form(), self.kind.as_ref(), self.subtype.as_ref()) {
            (Some(Form::Multipart), ..) => "multipart",
            (Some(Form::Encoded), ..) => "form",
            (None, "application", "octet-stream") => "bytes",
            (None, "text", "plain") => "text",
            (None, _, "" | "*") => &self.kind,
            (None, _, subtype) => subtype,
        }
    }
}

impl fmt::Display for MediaType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.subtype)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_one_json_value_however_it_is_spelt() {
        for text in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/json;charset=UTF-8",
            "text/json",
            "application/x-json",
            "application/problem+json",
            "application/vnd.api+json",
            "application/*+json",
        ] {
            assert!(MediaType::parse(text).is_json(), "{text}");
        }
        for text in [
            "application/jsonlines",
            "application/json-seq",
            "application/x-ndjson",
            "application/jsonp",
            "text/event-stream",
            "application/xml",
            "*/*",
            "json",
            "",
        ] {
            assert!(!MediaType::parse(text).is_json(), "{text}");
        }
    }

    #[test]
    fn streams_are_known_by_their_subtype() {
        for (text, stream) in [
            ("text/event-stream; charset=utf-8", Some(Stream::Events)),
            ("application/x-ndjson", Some(Stream::Values)),
            ("application/geo+json-seq", Some(Stream::Values)),
            ("application/json", None),
            ("text/plain", None),
        ] {
            assert_eq!(MediaType::parse(text).stream(), stream, "{text}");
        }
    }

    #[test]
    fn ranges_mean_json_unless_they_exclude_it() {
        for text in ["*/*", "application/*", " * / * ", "*/*;q=0.8"] {
            assert!(MediaType::parse(text).reads_json(), "{text}");
            assert_eq!(MediaType::parse(text).sent(text), "application/json");
        }
        for text in ["text/*", "image/*"] {
            assert!(!MediaType::parse(text).reads_json(), "{text}");
            assert_eq!(MediaType::parse(text).sent(text), text);
        }
    }

    #[test]
    fn a_range_contains_what_it_matches() {
        let contains = |range: &str, other: &str| MediaType::parse(range).contains(&MediaType::parse(other));
        assert!(contains("*/*", "image/png") && contains("image/*", "image/png; q=1"));
        assert!(contains("application/*+json", "application/hal+json") && contains("*/*", "image/*"));
        assert!(!contains("image/*", "text/plain") && !contains("application/*+json", "application/json"));
        assert!(!contains("image/png", "image/png") && !contains("image/png", "image/*"));
    }

    #[test]
    fn plain_json_is_preferred_in_any_order() {
        let mut all = [
            "*/*",
            "application/json-patch+json",
            "text/json",
            "application/vnd.acme+json",
            "application/json; charset=utf-8",
            "application/json",
            "application/xml",
        ];
        all.sort_by_key(|text| MediaType::parse(text).json_rank().unwrap_or(u8::MAX));
        assert_eq!(
            all,
            [
                "application/json",
                "application/json; charset=utf-8",
                "application/vnd.acme+json",
                "text/json",
                "application/json-patch+json",
                "*/*",
                "application/xml",
            ]
        );
    }
}
