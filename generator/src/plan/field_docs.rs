//! Documents fields: the document's words, and facts that types do not express.

use super::doc::code;
use crate::api::{Constraints, Field, TypeRef};
use crate::name::snake;

/// The document's words for a field, its wire name where the Rust name does not show it, and its facts.
pub(crate) fn field_docs(ident: &str, wire: &str, field: &Field) -> Vec<String> {
    let facts = facts(&field.ty, &field.constraints).join(", ");
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
pub(crate) fn facts(ty: &TypeRef, constraints: &Constraints) -> Vec<String> {
    let mut out = Vec::new();
    match ty {
        TypeRef::Timestamp => out.push("date and time (RFC 3339)".to_owned()),
        TypeRef::Date => out.push("date (RFC 3339)".to_owned()),
        _ => {}
    }
    let is_number = matches!(ty, TypeRef::Integer | TypeRef::Unsigned | TypeRef::Number);
    let is_width = |format: &str| matches!(format, "int32" | "float");
    // The type says so.
    let is_said = |format: &str| *ty == TypeRef::Unsigned && format.starts_with("uint");
    if let Some(format) =
        constraints.format.as_deref().filter(|format| (is_number || !is_width(format)) && !is_said(format))
    {
        out.push(match format {
            "uri" => "a URI, kept as it comes".to_owned(),
            "uri-reference" => "a URI reference".to_owned(),
            "email" => "an email address".to_owned(),
            "duration" => "a duration (ISO 8601)".to_owned(),
            "number" => "a number as text".to_owned(),
            "byte" => "base64".to_owned(),
            width if is_width(width) => "32 bits".to_owned(),
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
    out.extend(range(number(constraints.minimum), number(constraints.maximum), ""));
    out.extend(constraints.exclusive_minimum.map(|n| format!("greater than {n}")));
    out.extend(constraints.exclusive_maximum.map(|n| format!("less than {n}")));
    out.extend(constraints.multiple_of.map(|n| format!("a multiple of {n}")));
    out.extend(range(count(constraints.min_length), count(constraints.max_length), " characters"));
    out.extend(range(count(constraints.min_items), count(constraints.max_items), " items"));
    out.extend(constraints.unique_items.then(|| "no two equal".to_owned()));
    out.extend(range(count(constraints.min_properties), count(constraints.max_properties), " members"));
    if let Some(pattern) = &constraints.pattern {
        out.push(format!("matches {}", code(pattern)));
    }
    if let Some(default) = &constraints.default {
        out.push(format!("default {}", code(&default.to_string())));
    }
    out
}
