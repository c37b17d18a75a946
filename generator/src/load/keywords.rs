//! Says which keys of a Swagger 2.0 or OpenAPI 3 tree are keywords, and which are names or data.

use serde_json::Value;

use super::location::Trail;
use crate::diagnostic::Pointer;

/// The objects of the two specifications that contain prose, schemas, references or each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Document,
    Info,
    Server,
    Tag,
    ExternalDocs,
    Components,
    Paths,
    PathItem,
    Operation,
    Parameter,
    Header,
    RequestBody,
    MediaType,
    Encoding,
    Responses,
    Response,
    Link,
    Callback,
    Schema,
    SecurityScheme,
    Example,
}

/// The role of a value of the tree in its dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// An object with fixed keywords.
    Object(Kind),
    /// An object whose keys are names.
    Map(Kind),
    /// A list.
    List(Kind),
    /// Data without structure of its own, such as a default value or an extension.
    Data,
}

impl Role {
    /// The shape of the member `key` of an object of this shape.
    pub(crate) fn member(self, key: &str) -> Self {
        match self {
            Role::Map(kind) => Role::Object(kind),
            Role::Object(kind) if !key.starts_with("x-") => keyword(kind, key),
            Role::Object(_) | Role::List(_) | Role::Data => Role::Data,
        }
    }

    /// The shape of the items of an array of this shape.
    pub(super) fn item(self) -> Self {
        match self {
            Role::List(kind) => Role::Object(kind),
            Role::Object(_) | Role::Map(_) | Role::Data => Role::Data,
        }
    }
}

fn keyword(kind: Kind, key: &str) -> Role {
    use Kind::*;
    use Role::{Data, List, Map, Object};
    match (kind, key) {
        (Document, "info") => Object(Info),
        (Document, "paths") => Object(Paths),
        (Document, "components") => Object(Components),
        (Document, "tags") => List(Tag),
        (Document, "definitions") => Map(Schema),
        (Document, "securityDefinitions") => Map(SecurityScheme),
        (Document | Components, "parameters") => Map(Parameter),
        (Document | Components, "responses") => Map(Response),
        (Components, "schemas") => Map(Schema),
        (Components, "requestBodies") => Map(RequestBody),
        (Components | Response | Encoding, "headers") => Map(Header),
        (Components, "securitySchemes") => Map(SecurityScheme),
        (Components | Response, "links") => Map(Link),
        (Components | Operation, "callbacks") => Map(Callback),
        (Components | Parameter | Header | MediaType, "examples") => Map(Example),
        (Components, "mediaTypes") => Map(MediaType),
        (Document, "webhooks") | (Components, "pathItems") => Map(PathItem),
        (Paths | Callback, _) => Object(PathItem),
        (PathItem, "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace" | "query") => {
            Object(Operation)
        }
        (PathItem, "additionalOperations") => Map(Operation),
        (PathItem | Operation, "parameters") => List(Parameter),
        (Document | PathItem | Operation, "servers") => List(Server),
        (Link, "server") => Object(Server),
        (Operation, "requestBody") => Object(RequestBody),
        (Operation, "responses") => Object(Responses),
        (Responses, _) => Object(Response),
        (Parameter | Header | MediaType | Response, "schema") | (MediaType, "itemSchema") => Object(Schema),
        (Parameter | Header, "items") => Object(Schema),
        (Parameter | Header | RequestBody | Response, "content") => Map(MediaType),
        (MediaType, "encoding") => Map(Encoding),
        (Schema, "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions") => {
            Map(Schema)
        }
        (
            Schema,
            "items"
            | "additionalProperties"
            | "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "contentSchema",
        ) => Object(Schema),
        (Schema, "allOf" | "oneOf" | "anyOf" | "prefixItems") => List(Schema),
        (Document | Operation | Tag | Schema, "externalDocs") => Object(ExternalDocs),
        _ => Data,
    }
}

/// True if the specification allows a reference in place of an object of this kind.
pub(super) fn is_referable(kind: Kind) -> bool {
    use Kind::*;
    matches!(
        kind,
        Schema
            | Parameter
            | Header
            | RequestBody
            | Response
            | Link
            | Callback
            | Example
            | SecurityScheme
            | PathItem
            | MediaType
            | Operation
    )
}

/// The kind of the object at a pointer; none where the specification gives it no kind.
pub(super) fn kind_at(pointer: &Pointer) -> Option<Kind> {
    let shape = pointer.tokens().fold(Role::Object(Kind::Document), |shape, token| match shape {
        Role::List(kind) => Role::Object(kind),
        _ => shape.member(&token),
    });
    match shape {
        Role::Object(kind) => Some(kind),
        _ => None,
    }
}

/// True if no later stage reads the member `key`, so that errors in it do not matter.
pub(super) fn is_unread(kind: Kind, key: &str) -> bool {
    use Kind::*;
    match kind {
        Paths | Responses | Callback => false,
        Components => matches!(key, "examples" | "links"),
        Response => matches!(key, "links" | "examples"),
        Operation => key == "externalDocs",
        Parameter | Header | MediaType => matches!(key, "example" | "examples"),
        Schema => matches!(key, "xml" | "externalDocs" | "example" | "examples"),
        Document => key == "externalDocs",
        Tag => matches!(key, "externalDocs" | "parent" | "kind"),
        Server => key == "name",
        SecurityScheme => matches!(key, "oauth2MetadataUrl" | "deprecated"),
        _ => false,
    }
}

/// Removes every member that no later stage reads; `links` are the locations of those that name other calls.
pub(super) fn remove_unread(node: &mut Value, shape: Role, at: &Trail<'_>, links: &mut Vec<Pointer>) {
    match node {
        _ if shape == Role::Data => {}
        Value::Object(map) => {
            if let Role::Object(kind) = shape {
                if kind == Kind::Response && map.contains_key("links") {
                    links.push(at.key("links").pointer());
                }
                map.retain(|key, _| !is_unread(kind, key));
            }
            for (key, value) in map.iter_mut() {
                remove_unread(value, shape.member(key), &at.key(key), links);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                remove_unread(item, shape.item(), &at.index(index), links);
            }
        }
        _ => {}
    }
}

/// True if `key` is prose or an example in an object of this kind.
pub(super) fn is_prose(kind: Kind, key: &str) -> bool {
    match kind {
        Kind::Paths | Kind::Responses | Kind::Callback => false,
        Kind::Info => matches!(key, "description" | "summary"),
        _ => matches!(key, "description" | "summary" | "title" | "example" | "examples"),
    }
}

/// True if OpenAPI 3.0 defines the keyword `key` for an object of this kind.
#[expect(clippy::too_many_lines, reason = "a table: the keywords of each object")]
pub(super) fn is_known(kind: Kind, key: &str) -> bool {
    let known: &[&str] = match kind {
        Kind::Document => {
            &["openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs"]
        }
        Kind::Info => &["title", "description", "termsOfService", "contact", "license", "version"],
        Kind::Server => &["url", "description", "variables"],
        Kind::Tag => &["name", "description", "externalDocs"],
        Kind::ExternalDocs => &["description", "url"],
        Kind::Components => &[
            "schemas",
            "responses",
            "parameters",
            "examples",
            "requestBodies",
            "headers",
            "securitySchemes",
            "links",
            "callbacks",
        ],
        Kind::Paths => return key.starts_with('/'),
        Kind::PathItem => &[
            "summary",
            "description",
            "get",
            "put",
            "post",
            "delete",
            "options",
            "head",
            "patch",
            "trace",
            "servers",
            "parameters",
        ],
        Kind::Operation => &[
            "tags",
            "summary",
            "description",
            "externalDocs",
            "operationId",
            "parameters",
            "requestBody",
            "responses",
            "callbacks",
            "deprecated",
            "security",
            "servers",
        ],
        Kind::Parameter | Kind::Header => &[
            "name",
            "in",
            "description",
            "required",
            "deprecated",
            "allowEmptyValue",
            "style",
            "explode",
            "allowReserved",
            "schema",
            "content",
            "example",
            "examples",
        ],
        Kind::RequestBody => &["description", "content", "required"],
        Kind::MediaType => &["schema", "example", "examples", "encoding"],
        Kind::Encoding => &["contentType", "headers", "style", "explode", "allowReserved"],
        Kind::Responses => return key == "default" || is_status(key),
        Kind::Response => &["description", "headers", "content", "links"],
        Kind::Link => &["operationRef", "operationId", "parameters", "requestBody", "description", "server"],
        Kind::Callback => return true,
        Kind::Schema => &[
            "title",
            "multipleOf",
            "maximum",
            "exclusiveMaximum",
            "minimum",
            "exclusiveMinimum",
            "maxLength",
            "minLength",
            "pattern",
            "maxItems",
            "minItems",
            "uniqueItems",
            "maxProperties",
            "minProperties",
            "required",
            "enum",
            "type",
            "allOf",
            "oneOf",
            "anyOf",
            "not",
            "items",
            "properties",
            "additionalProperties",
            "description",
            "format",
            "default",
            "nullable",
            "discriminator",
            "readOnly",
            "writeOnly",
            "xml",
            "externalDocs",
            "example",
            "deprecated",
        ],
        Kind::SecurityScheme => {
            &["type", "description", "name", "in", "scheme", "bearerFormat", "flows", "openIdConnectUrl"]
        }
        Kind::Example => &["summary", "description", "value", "externalValue"],
    };
    known.contains(&key)
}

fn is_status(key: &str) -> bool {
    match key.as_bytes() {
        [b'1'..=b'5', b'X', b'X'] => true,
        [b'1'..=b'5', tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
        _ => false,
    }
}

/// The name of a kind, for messages.
pub(super) fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Document => "the document",
        Kind::Info => "`info`",
        Kind::Server => "a server",
        Kind::Tag => "a tag",
        Kind::ExternalDocs => "`externalDocs`",
        Kind::Components => "`components`",
        Kind::Paths => "`paths`",
        Kind::PathItem => "a path item",
        Kind::Operation => "an operation",
        Kind::Parameter => "a parameter",
        Kind::Header => "a header",
        Kind::RequestBody => "a request body",
        Kind::MediaType => "a media type",
        Kind::Encoding => "an encoding",
        Kind::Responses => "`responses`",
        Kind::Response => "a response",
        Kind::Link => "a link",
        Kind::Callback => "a callback",
        Kind::Schema => "a schema",
        Kind::SecurityScheme => "a security scheme",
        Kind::Example => "an example",
    }
}

/// The same with the definite article.
pub(super) fn definite(kind: Kind) -> String {
    let name = name(kind);
    let bare = name.strip_prefix("a ").or_else(|| name.strip_prefix("an "));
    bare.map_or_else(|| name.to_owned(), |bare| format!("the {bare}"))
}
