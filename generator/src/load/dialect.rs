//! A tree goes in; the dialect that its root names comes out, or why it is not read.

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// The dialects that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    OpenApi30,
    Swagger20,
}

/// The dialect of a document; `None` if it is refused.
pub(super) fn dialect(tree: &Value, out: &mut Sink) -> Option<Dialect> {
    let Value::Object(root) = tree else {
        out.push(
            Diagnostic::error(Code::InvalidDocument, &Pointer::root(), "the document must be an object")
                .help("an OpenAPI document begins with `openapi: 3.0.x`, a Swagger document with `swagger: '2.0'`"),
        );
        return None;
    };
    let (key, version) = match (root.get("openapi"), root.get("swagger")) {
        (Some(version), _) => ("openapi", version),
        (None, Some(version)) => ("swagger", version),
        (None, None) => {
            out.push(
                Diagnostic::error(
                    Code::UnsupportedVersion,
                    &Pointer::root(),
                    "the document has neither `openapi` nor `swagger`, so its version is not known",
                )
                .help("an OpenAPI document begins with `openapi: 3.0.x`, a Swagger document with `swagger: '2.0'`"),
            );
            return None;
        }
    };
    let at = Pointer::root().child(key);
    let text = match version {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let help = match (key, version, text.as_str()) {
        ("openapi", Value::String(_), v) if v == "3.0" || v.starts_with("3.0.") => {
            return Some(Dialect::OpenApi30);
        }
        ("openapi", Value::String(_), v) if v.starts_with("3.1") || v.starts_with("3.2") => {
            "ask the vendor for an OpenAPI 3.0 document, or convert it to OpenAPI 3.0: 3.1 and 3.2 are not read yet"
        }
        ("swagger", Value::String(_), "2.0") => return Some(Dialect::Swagger20),
        (_, Value::String(_), _) => "OpenAPI 3.0 and Swagger 2.0 are read",
        ("swagger", ..) => "the version must be a string in quotes: '2.0'",
        _ => "the version must be a string in quotes, such as '3.0.3'",
    };
    let name = if key == "swagger" { "Swagger" } else { "OpenAPI" };
    out.push(
        Diagnostic::error(Code::UnsupportedVersion, &at, format!("{name} {text} is not read")).help(help),
    );
    None
}
