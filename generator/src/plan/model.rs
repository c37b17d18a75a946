//! Plans models.

use super::doc::code;
use crate::api::{Field, Limits, TypeRef};
use crate::name::snake;

/// The document's words for a field, its wire name where the Rust name does not show it, and its facts.
pub(crate) fn field_docs(ident: &str, wire: &str, field: &Field) -> Vec<String> {
    let facts = facts(&field.ty, &field.limits).join(", ");
    let line = match (ident == snake(wire), facts.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("{}.", capitalised(&facts))),
        (false, true) => Some(format!("{}.", code(wire))),
        (false, false) => Some(format!("{}: {facts}.", code(wire))),
    };
    let doc = field.doc.as_ref().map(|doc| doc.trim().to_owned());
    let gap = doc.iter().zip(&line).map(|_| String::new()).next();
    doc.into_iter().chain(gap).chain(line).collect()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Facts that a type does not express.
pub(crate) fn facts(ty: &TypeRef, limits: &Limits) -> Vec<String> {
    let mut out = Vec::new();
    match ty {
        TypeRef::Timestamp => out.push("date and time (RFC 3339)".to_owned()),
        TypeRef::Date => out.push("date (RFC 3339)".to_owned()),
        _ => {}
    }
    if let Some(format) = &limits.format {
        out.push(match format.as_str() {
            "uri" => "a URI, kept as it comes".to_owned(),
            "uri-reference" => "a URI reference".to_owned(),
            "email" => "an email address".to_owned(),
            "duration" => "a duration (ISO 8601)".to_owned(),
            "number" => "a number as text".to_owned(),
            "byte" => "base64".to_owned(),
            other => format!("format {}", code(other)),
        });
    }
    let range = |low: Option<String>, high: Option<String>, unit: &str| match (low, high) {
        (Some(low), Some(high)) => Some(format!("{low} to {high}{unit}")),
        (Some(low), None) => Some(format!("at least {low}{unit}")),
        (None, Some(high)) => Some(format!("at most {high}{unit}")),
        (None, None) => None,
    };
    let number = |n: Option<f64>| n.map(|n| n.to_string());
    let count = |n: Option<u64>| n.map(|n| n.to_string());
    out.extend(range(number(limits.minimum), number(limits.maximum), ""));
    out.extend(range(count(limits.min_length), count(limits.max_length), " characters"));
    out.extend(range(count(limits.min_items), count(limits.max_items), " items"));
    if let Some(pattern) = &limits.pattern {
        out.push(format!("matches {}", code(pattern)));
    }
    if let Some(default) = &limits.default {
        out.push(format!("default {}", code(&default.to_string())));
    }
    out
}
