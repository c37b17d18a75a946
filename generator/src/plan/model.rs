//! Plans models.

use super::doc::code;
use crate::api::{Field, Limits, TypeRef};

/// The wire name of a field, its type and its constraints.
pub(crate) fn field_docs(wire: &str, field: &Field) -> Vec<String> {
    let mut line = code(wire);
    let facts = facts(&field.ty, &field.limits);
    if !facts.is_empty() {
        line.push_str(": ");
        line.push_str(&facts.join(", "));
    }
    line.push('.');
    let mut lines = vec![line];
    if let Some(doc) = &field.doc {
        lines.extend([String::new(), doc.trim().to_owned()]);
    }
    lines
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
