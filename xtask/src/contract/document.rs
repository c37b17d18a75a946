//! Reads operations from the vendor's corrected tree, and makes the document that the judge reads.

use serde_json::{Map, Value, json};

use super::schema::Schemas;
use super::variants;

const METHODS: &[&str] = &["get", "head", "put", "post", "patch", "delete", "options"];

/// One operation, as the vendor's tree has it.
#[derive(Debug, Clone)]
pub(super) struct Operation<'t> {
    pub(super) id: &'t str,
    /// In upper case.
    pub(super) method: String,
    pub(super) path: &'t str,
    /// The URL before the path: the first server, with the defaults of its variables.
    pub(super) base: String,
    /// The headers of credentials, as alternatives of combinations; without one the operation is open to all.
    pub(super) security: Vec<Vec<Credential>>,
    pub(super) parameters: Vec<Parameter<'t>>,
    /// The media type and schema of the request body, and true if it is required.
    pub(super) body: Option<(String, &'t Value, bool)>,
    /// The other media types and schemas that may be sent.
    pub(super) others: Vec<(String, &'t Value)>,
    /// The media types and schemas of responses by status; a missing schema is null.
    pub(super) answers: Vec<(String, Vec<(String, &'t Value)>)>,
    /// The paging rule, if the overlay has one.
    pub(super) paging: Option<&'t Value>,
}

/// A header that has credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Credential {
    pub(super) header: String,
    /// The scheme that the value begins with; empty where the value is the secret.
    pub(super) scheme: String,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter<'t> {
    pub(super) name: &'t str,
    /// `path`, `query`, `header` or `formData`.
    pub(super) place: &'t str,
    pub(super) required: bool,
    pub(super) schema: &'t Value,
    /// The separator of a list's items in the query; none if each is a separate pair.
    pub(super) separator: Option<char>,
}

const NULL: &Value = &Value::Null;

/// The operations of a tree, OpenAPI 3.0 or Swagger 2.0.
pub(super) fn operations(tree: &Value) -> Vec<Operation<'_>> {
    let schemas = Schemas::new(tree);
    let mut out = Vec::new();
    for (path, item) in members(tree.get("paths")) {
        for (method, operation) in members(Some(item)).filter(|(key, _)| METHODS.contains(&key.as_str())) {
            let Some(id) = operation.get("operationId").and_then(Value::as_str) else { continue };
            let (parameters, form) = parameters(schemas, item, operation);
            let body = body(schemas, tree, operation).or(form);
            let content =
                operation.get("requestBody").map(|body| schemas.resolve(body)).and_then(|b| b.get("content"));
            let others =
                members(content).filter(|(media, _)| body.as_ref().is_some_and(|(own, ..)| own != *media));
            let others = others
                .map(|(media, content)| (media.clone(), content.get("schema").unwrap_or(NULL)))
                .collect();
            out.push(Operation {
                id,
                method: method.to_uppercase(),
                path,
                base: base(tree, item, operation),
                security: security(tree, operation),
                parameters,
                body,
                others,
                answers: answers(schemas, tree, operation),
                paging: operation.get("x-paging"),
            });
        }
    }
    out
}

fn members(node: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    node.and_then(Value::as_object).into_iter().flatten()
}

fn items(node: Option<&Value>) -> impl Iterator<Item = &Value> {
    node.and_then(Value::as_array).into_iter().flatten()
}

/// The address that an operation's path is below.
fn base(tree: &Value, item: &Value, operation: &Value) -> String {
    let text = |key: &str| tree.get(key).and_then(Value::as_str);
    if let Some(host) = text("host") {
        let scheme = items(tree.get("schemes")).find_map(Value::as_str).unwrap_or("https");
        return format!("{scheme}://{host}{}", text("basePath").unwrap_or_default())
            .trim_end_matches('/')
            .to_owned();
    }
    let servers = [operation, item, tree].into_iter().flat_map(|node| items(node.get("servers")));
    let Some(server) = servers.into_iter().next() else { return String::new() };
    let mut url = server.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (name, variable) in members(server.get("variables")) {
        let default = variable.get("default").and_then(Value::as_str).unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), default);
    }
    url.trim_end_matches('/').to_owned()
}

/// The credentials that an operation requires, if they are headers.
fn security(tree: &Value, operation: &Value) -> Vec<Vec<Credential>> {
    let schemes = tree.get("securityDefinitions").or_else(|| tree.pointer("/components/securitySchemes"));
    let header = |name: &String| {
        let scheme = schemes?.get(name)?;
        let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
        let (header, scheme) = match (text("type"), text("scheme"), text("in")) {
            ("basic", ..) => ("authorization", "Basic"),
            ("http", scheme, _) if scheme.eq_ignore_ascii_case("basic") => ("authorization", "Basic"),
            ("http", ..) | ("oauth2" | "openIdConnect", ..) => ("authorization", "Bearer"),
            ("apiKey", _, "header") => (text("name"), ""),
            _ => return None,
        };
        Some(Credential { header: header.to_lowercase(), scheme: scheme.to_owned() })
    };
    let alternatives = operation.get("security").or_else(|| tree.get("security"));
    items(alternatives).map(|all| members(Some(all)).filter_map(|(name, _)| header(name)).collect()).collect()
}

type Body<'t> = Option<(String, &'t Value, bool)>;

/// Parameters, those of the operation before those of its path; and a body that Swagger 2.0 has among them.
fn parameters<'t>(
    schemas: Schemas<'t>,
    item: &'t Value,
    operation: &'t Value,
) -> (Vec<Parameter<'t>>, Body<'t>) {
    let (mut out, mut body): (Vec<Parameter<'_>>, _) = (Vec::new(), None);
    for parameter in items(operation.get("parameters")).chain(items(item.get("parameters"))) {
        let parameter = schemas.resolve(parameter);
        let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
        let (name, place) = (text("name"), text("in"));
        let required = parameter.get("required") == Some(&Value::Bool(true));
        if place == "body" {
            body.get_or_insert((
                "application/json".to_owned(),
                parameter.get("schema").unwrap_or(NULL),
                required,
            ));
            continue;
        }
        if out.iter().any(|p| p.name == name && p.place == place) {
            continue;
        }
        // In Swagger 2.0 the parameter is the schema.
        let schema = parameter.get("schema").unwrap_or(parameter);
        let explode = parameter.get("explode").and_then(Value::as_bool);
        let separator = match (text("collectionFormat"), text("style"), explode) {
            ("multi", ..) => None,
            ("pipes", ..) | (_, "pipeDelimited", _) => Some('|'),
            ("ssv", ..) | (_, "spaceDelimited", _) => Some(' '),
            ("tsv", ..) => Some('\t'),
            _ if parameter.get("schema").is_none() => Some(','),
            (_, _, Some(false)) => Some(','),
            _ => None,
        };
        out.push(Parameter { name, place, required, schema, separator });
    }
    (out, body)
}

fn body<'t>(schemas: Schemas<'t>, tree: &'t Value, operation: &'t Value) -> Body<'t> {
    if tree.get("swagger").is_some() {
        return None;
    }
    let body = schemas.resolve(operation.get("requestBody")?);
    let content: Vec<(&String, &Value)> = members(body.get("content")).collect();
    // RFC 6839 and the registry of media types: `application/json`, then any that ends with `+json`.
    let plain = |media: &str| media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let exact = content.iter().find(|(media, _)| plain(media) == "application/json");
    let suffixed = || content.iter().find(|(media, _)| plain(media).ends_with("+json"));
    let (media, content) = exact.or_else(suffixed).or(content.first())?;
    let required = body.get("required") == Some(&Value::Bool(true));
    Some(((*media).clone(), content.get("schema").unwrap_or(NULL), required))
}

fn answers<'t>(
    schemas: Schemas<'t>,
    tree: &'t Value,
    operation: &'t Value,
) -> Vec<(String, Vec<(String, &'t Value)>)> {
    let produces = operation.get("produces").or_else(|| tree.get("produces"));
    members(operation.get("responses"))
        .map(|(status, response)| {
            let response = schemas.resolve(response);
            let content = match (response.get("content"), response.get("schema")) {
                (Some(content), _) => members(Some(content))
                    .map(|(media, content)| (media.clone(), content.get("schema").unwrap_or(NULL)))
                    .collect(),
                (None, Some(schema)) => match items(produces).filter_map(Value::as_str).count() {
                    0 => vec![("application/json".to_owned(), schema)],
                    _ => items(produces)
                        .filter_map(Value::as_str)
                        .map(|media| (media.to_owned(), schema))
                        .collect(),
                },
                (None, None) => Vec::new(),
            };
            (status.clone(), content)
        })
        .collect()
}

/// Expresses the overlay's extensions in plain OpenAPI: members around values, and the judge's address.
pub(super) fn written_back(mut tree: Value) -> Value {
    envelopes(&mut tree);
    variants::spell_out(&mut tree);
    tree
}

/// `x-envelope: a.b` next to `content` becomes objects around the schemas.
fn envelopes(node: &mut Value) {
    match node {
        Value::Object(members) => {
            if let Some(Value::String(path)) = members.get("x-envelope").cloned()
                && let Some(Value::Object(content)) = members.get_mut("content")
            {
                for media in content.values_mut().filter_map(Value::as_object_mut) {
                    let inner = media.get("schema").cloned().unwrap_or_default();
                    let wrap = |inner: Value, member: &str| json!({ "type": "object", "x-around": true, "required": [member], "properties": { member: inner } });
                    media.insert("schema".to_owned(), path.rsplit('.').fold(inner, wrap));
                }
            }
            members.values_mut().for_each(envelopes);
        }
        Value::Array(items) => items.iter_mut().for_each(envelopes),
        _ => {}
    }
}

/// The document for the judge, with the chosen operations alone: requests may contain declared members only.
pub(super) fn closed(tree: &Value, chosen: &dyn Fn(&str) -> bool) -> Value {
    let mut out = tree.clone();
    for item in out.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        if let Some(item) = item.as_object_mut() {
            let id = |operation: &Value| operation.get("operationId").and_then(Value::as_str).map(chosen);
            item.retain(|key, operation| !METHODS.contains(&key.as_str()) || id(operation) == Some(true));
        }
    }
    // The judge is at an address of its own.
    if let Some(root) = out.as_object_mut() {
        for key in ["servers", "host", "basePath", "schemes"] {
            root.shift_remove(key);
        }
    }
    let schemas = Schemas::new(tree);
    for item in out.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
            let content = operation.get_mut("requestBody").and_then(|body| body.get_mut("content"));
            for media in content.and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
                if let Some(schema) = media.get_mut("schema") {
                    *schema = close(schemas, schema, &mut Vec::new());
                }
            }
            for parameter in
                operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten()
            {
                if let Some(schema) = parameter.get_mut("schema")
                    && parameter_is_body(schema)
                {
                    *schema = close(schemas, schema, &mut Vec::new());
                }
            }
        }
    }
    out
}

/// Only parameters of Swagger 2.0 that are the body have objects.
fn parameter_is_body(schema: &Value) -> bool {
    schema.get("$ref").is_some() || schema.get("properties").is_some()
}

/// A copy of the schema without `$ref`s whose objects are closed; a recursive one stays open from its second occurrence
/// on, and so do the parts of an `allOf`, which JSON Schema of OpenAPI 3.0 cannot close.
fn close(schemas: Schemas<'_>, schema: &Value, around: &mut Vec<String>) -> Value {
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        if around.iter().any(|one| one == target) {
            return schema.clone();
        }
        // The tree outlives the copy, so the pointer's target is looked up in it again.
        let holder = json!({ "$ref": target });
        around.push(target.to_owned());
        let resolved = schemas.find(&holder);
        let mut out = close(schemas, &resolved, around);
        around.pop();
        if let (Some(out), Some(nullable)) = (out.as_object_mut(), schema.get("nullable")) {
            out.insert("nullable".to_owned(), nullable.clone());
        }
        return out;
    }
    let Value::Object(members) = schema else { return schema.clone() };
    let mut out = Map::new();
    for (key, value) in members {
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => properties
                .iter()
                .map(|(name, property)| (name.clone(), close(schemas, property, around)))
                .collect::<Map<_, _>>()
                .into(),
            ("items" | "additionalProperties", value) => close(schemas, value, around),
            // Next to properties a variant says which members are required, not which are allowed.
            ("oneOf" | "anyOf", Value::Array(variants)) if !members.contains_key("properties") => {
                variants.iter().map(|variant| close(schemas, variant, around)).collect::<Vec<_>>().into()
            }
            (_, value) => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    let combined = ["allOf", "oneOf", "anyOf"].iter().any(|key| members.contains_key(*key));
    if members.contains_key("properties") && !members.contains_key("additionalProperties") && !combined {
        out.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    // Mappings of discriminators refer to the schemas that are spelt out here.
    out.shift_remove("discriminator");
    Value::Object(out)
}
