//! Recognises the dialect that the root of a document names.

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// The supported dialects, the oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dialect {
    Swagger20,
    OpenApi30,
    OpenApi31,
    OpenApi32,
}

impl Dialect {
    /// The name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Swagger20 => "Swagger 2.0",
            Self::OpenApi30 => "OpenAPI 3.0",
            Self::OpenApi31 => "OpenAPI 3.1",
            Self::OpenApi32 => "OpenAPI 3.2",
        }
    }
}

const HELP: &str =
    "an OpenAPI document begins with `openapi: 3.x.y`, a Swagger document with `swagger: '2.0'`";

/// The dialect of a document; `None` if it is refused.
pub(super) fn dialect(tree: &Value, out: &mut Sink) -> Option<Dialect> {
    let Value::Object(root) = tree else {
        out.push(
            Diagnostic::error(Code::InvalidDocument, &Pointer::root(), "the document must be an object")
                .help(HELP),
        );
        return None;
    };
    let (key, version) = match (root.get("openapi"), root.get("swagger")) {
        (Some(version), _) => ("openapi", version),
        (None, Some(version)) => ("swagger", version),
        (None, None) => {
            let message = "the document has neither `openapi` nor `swagger`, so its version is unknown";
            out.push(Diagnostic::error(Code::UnsupportedVersion, &Pointer::root(), message).help(HELP));
            return None;
        }
    };
    let at = Pointer::root().child(key);
    // YAML reads a version without quotes as a number.
    let text = version.as_str().map_or_else(|| version.to_string(), |text| text.trim().to_owned());
    let is = |minor: &str| {
        text == minor || text.strip_prefix(minor).is_some_and(|rest| rest.starts_with(['.', '-']))
    };
    let found = match key {
        "openapi" if is("3.0") => Some(Dialect::OpenApi30),
        "openapi" if is("3.1") => Some(Dialect::OpenApi31),
        "openapi" if is("3.2") => Some(Dialect::OpenApi32),
        "swagger" if is("2.0") || text == "2" => Some(Dialect::Swagger20),
        _ => None,
    };
    if found.is_none() {
        let name = if key == "swagger" { "Swagger" } else { "OpenAPI" };
        out.push(
            Diagnostic::error(Code::UnsupportedVersion, &at, format!("{name} {text} is not supported"))
                .help("OpenAPI 3.0, 3.1 and 3.2 and Swagger 2.0 are supported"),
        );
    }
    found
}
