//! Reads operations from the vendor's corrected tree, and makes the document that the judge reads.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::schema::{Schemas, kind};
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
    /// The headers of credentials, as alternatives of combinations.
    pub(super) security: Vec<Vec<Credential>>,
    /// The headers of all credentials of the document, if the operation says that it takes none.
    pub(super) open: Vec<Credential>,
    pub(super) parameters: Vec<Parameter<'t>>,
    /// True if the body is a form that is required, although none of its fields is.
    pub(super) needs_field: bool,
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

impl<'t> Operation<'t> {
    /// The same operation with this body; the fields of a form are parameters, as in Swagger 2.0.
    pub(super) fn sending(
        &self,
        schemas: Schemas<'t>,
        media: String,
        schema: &'t Value,
        required: bool,
    ) -> Self {
        let mut out = Self { body: None, ..self.clone() };
        let fields = match FORMS.contains(&media.as_str()) {
            true => form_fields(schemas, schema),
            false => Vec::new(),
        };
        match fields.is_empty() {
            true => out.body = Some((media, schema, required)),
            false => {
                out.needs_field = required && !fields.iter().any(|field| field.required);
                out.parameters.extend(fields);
            }
        }
        out
    }
}

/// Media types of forms.
pub(super) const FORMS: &[&str] = &["multipart/form-data", "application/x-www-form-urlencoded"];

/// The fields of a form, those of the parts of an `allOf` among them.
fn form_fields<'t>(schemas: Schemas<'t>, schema: &'t Value) -> Vec<Parameter<'t>> {
    let parts = schemas.parts(schema, NULL);
    // The fields of one of several objects are of any name.
    let lists = parts.iter().flat_map(|part| ["oneOf", "anyOf"].map(|key| items(part.get(key))));
    let is_one_of_several =
        lists.flatten().any(|variant| schemas.resolve(variant).get("properties").is_some());
    if is_one_of_several && schemas.resolve(schema).get("properties").is_none() {
        return Vec::new();
    }
    let is_required =
        |name: &str| parts.iter().any(|part| items(part.get("required")).any(|one| one == name));
    let fields = parts.iter().flat_map(|part| members(part.get("properties")));
    let is_sent = |schema: &Value| schemas.resolve(schema).get("readOnly") != Some(&Value::Bool(true));
    let fields = fields.filter(|(_, schema)| is_sent(schema)).map(|(name, schema)| Parameter {
        name,
        place: "formData",
        required: is_required(name),
        schema,
        written: Written::Repeated,
    });
    fields.collect()
}

/// The form of a list or an object outside of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// A pair for each item, or for each member by the member's name.
    Repeated,
    /// One value with this separator between items, or between names and values of members.
    Separated(char),
    /// A pair for each member by `parameter[member]`.
    Deep,
    /// JSON text.
    Json,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter<'t> {
    pub(super) name: &'t str,
    /// `path`, `query`, `header` or `formData`.
    pub(super) place: &'t str,
    pub(super) required: bool,
    pub(super) schema: &'t Value,
    pub(super) written: Written,
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
            let whole = Operation {
                id,
                method: method.to_uppercase(),
                // The text after `#` distinguishes operations of one path, and is not sent.
                path: path.split('#').next().unwrap_or_default(),
                base: base(tree, item, operation),
                security: security(tree, operation),
                open: open(tree, operation),
                parameters,
                needs_field: false,
                body: None,
                others,
                answers: answers(schemas, tree, operation),
                paging: operation.get("x-paging"),
            };
            out.push(match body {
                Some((media, schema, required)) => whole.sending(schemas, media, schema, required),
                None => whole,
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

/// The address of documents that name none, or only a path; `tests/contract/runner` has the same.
const NOWHERE: &str = "https://api.example.com";

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
    let Some(server) = servers.into_iter().next() else { return NOWHERE.to_owned() };
    let mut url = server.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (name, variable) in members(server.get("variables")) {
        let default = variable.get("default").and_then(Value::as_str).unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), default);
    }
    let url = url.trim_end_matches('/');
    if url.contains("://") { url.to_owned() } else { format!("{NOWHERE}{url}") }
}

/// The credentials that an operation requires, if they are headers.
fn security(tree: &Value, operation: &Value) -> Vec<Vec<Credential>> {
    let alternatives = operation.get("security").or_else(|| tree.get("security"));
    let headers = |all| members(Some(all)).filter_map(|(name, _)| credential(schemes(tree)?.get(name)?));
    items(alternatives).map(|all| headers(all).collect()).collect()
}

/// All credentials that are headers, if the operation says that it requires none.
fn open(tree: &Value, operation: &Value) -> Vec<Credential> {
    let Some(Value::Array(alternatives)) = operation.get("security").or_else(|| tree.get("security")) else {
        return Vec::new();
    };
    if alternatives.iter().any(|all| all.as_object().is_some_and(|all| !all.is_empty())) {
        return Vec::new();
    }
    members(schemes(tree)).filter_map(|(_, scheme)| credential(scheme)).collect()
}

fn schemes(tree: &Value) -> Option<&Value> {
    tree.get("securityDefinitions").or_else(|| tree.pointer("/components/securitySchemes"))
}

/// The header of a security scheme, if it is one.
fn credential(scheme: &Value) -> Option<Credential> {
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    let (header, scheme) = match (text("type"), text("scheme"), text("in")) {
        ("basic", ..) => ("authorization", "Basic"),
        ("http", scheme, _) if scheme.eq_ignore_ascii_case("basic") => ("authorization", "Basic"),
        ("http", ..) | ("oauth2" | "openIdConnect", ..) => ("authorization", "Bearer"),
        ("apiKey", _, "header") => (text("name"), ""),
        _ => return None,
    };
    Some(Credential { header: header.to_lowercase(), scheme: scheme.to_owned() })
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
        let content = members(parameter.get("content")).next();
        let content = content.map(|(media, content)| (media, content.get("schema").unwrap_or(NULL)));
        let schema = parameter.get("schema").or(content.map(|(_, schema)| schema)).unwrap_or(parameter);
        let explode = parameter.get("explode").and_then(Value::as_bool);
        let written = match (text("collectionFormat"), text("style"), explode) {
            _ if content.is_some_and(|(media, _)| media.contains("json")) => Written::Json,
            ("multi", ..) => Written::Repeated,
            ("pipes", ..) | (_, "pipeDelimited", _) => Written::Separated('|'),
            ("ssv", ..) | (_, "spaceDelimited", _) => Written::Separated(' '),
            ("tsv", ..) => Written::Separated('\t'),
            (_, "deepObject", _) => Written::Deep,
            _ if parameter.get("schema").is_none() || place != "query" => Written::Separated(','),
            (_, _, Some(false)) => Written::Separated(','),
            _ => Written::Repeated,
        };
        out.push(Parameter { name, place, required, schema, written });
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

/// Gives operations their ids, by path and method.
pub(super) fn identify(tree: &mut Value, ids: &BTreeMap<(&str, String), &str>) {
    let paths = tree.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let id = ids.get(&(path.as_str(), method.clone()));
            if let Some((operation, id)) = operation.as_object_mut().zip(id) {
                operation.insert("operationId".to_owned(), json!(id));
            }
        }
    }
}

/// Expresses the overlay's extensions in plain OpenAPI: members around values, and the judge's address.
pub(super) fn written_back(mut tree: Value) -> Value {
    envelopes(&mut tree);
    variants::spell_out(&mut tree);
    tree
}

/// The judge writes values of `*/*` as text, which objects do not have; they are JSON.
fn ranges_as_json(node: &mut Value) {
    match node {
        Value::Object(members) => {
            if let Some(Value::Object(content)) = members.get_mut("content")
                && let Some(media) = content.shift_remove("*/*")
            {
                content.entry("application/json").or_insert(media);
            }
            members.values_mut().for_each(ranges_as_json);
        }
        Value::Array(items) => items.iter_mut().for_each(ranges_as_json),
        _ => {}
    }
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

/// The document for the judge, with the chosen operations alone; if `closes`, requests may contain declared members only.
pub(super) fn closed(tree: &Value, chosen: &dyn Fn(&str) -> bool, closes: bool) -> Value {
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
        // A document of Swagger 2.0 that names no media type means JSON, which the judge does not know.
        for key in ["consumes", "produces"].into_iter().filter(|_| tree.get("swagger").is_some()) {
            root.entry(key).or_insert_with(|| json!(["application/json"]));
        }
    }
    ranges_as_json(&mut out);
    let schemas = Schemas::new(tree);
    for item in out.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
            simplify(schemas, operation);
            if closes {
                close_request(schemas, operation);
            }
        }
    }
    out
}

/// Replaces the parts that the judge does not read: objects in the query by their members, parts of a form that are JSON,
/// and responses of other media types that are not text.
fn simplify(schemas: Schemas<'_>, operation: &mut Value) {
    if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
        *parameters = parameters.iter().flat_map(|parameter| separate(schemas, parameter)).collect();
    }
    let content = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut);
    for (_, media) in content.into_iter().flatten().filter(|(media, _)| *media == "multipart/form-data") {
        let Some(schema) = media.get_mut("schema") else { continue };
        if schema.get("$ref").is_some() {
            *schema = schemas.find(schema);
        }
        for property in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            if is_structure(schemas, property.1) {
                *property.1 = json!({ "type": "string" });
            }
        }
    }
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for response in responses.into_iter().flat_map(Map::values_mut) {
        let content = response.get_mut("content").and_then(Value::as_object_mut);
        for (_, media) in content.into_iter().flatten().filter(|(media, _)| !media.contains("json")) {
            if let Some(schema) = media.get_mut("schema").filter(|schema| is_structure(schemas, schema)) {
                *schema = json!({ "type": "string" });
            }
        }
    }
}

/// The parameters that an object in the query is sent as, or the parameter itself.
fn separate(schemas: Schemas<'_>, parameter: &Value) -> Vec<Value> {
    let resolve = |node: &Value| match node.get("$ref").is_some() {
        true => schemas.find(node),
        false => node.clone(),
    };
    let found = resolve(parameter);
    let schema = found.get("schema").map(resolve).unwrap_or_default();
    let is_separate = found.get("in").is_some_and(|place| place == "query")
        && found.get("style").is_none_or(|style| style == "form")
        && found.get("explode") != Some(&Value::Bool(false));
    let properties = schema.get("properties").and_then(Value::as_object).filter(|_| is_separate);
    let Some(properties) = properties else { return vec![parameter.clone()] };
    let required: Vec<&Value> = items(schema.get("required")).collect();
    let one = |(name, schema): (&String, &Value)| {
        let is_required = required.iter().any(|one| *one == name);
        json!({ "name": name, "in": "query", "required": is_required, "schema": schema })
    };
    properties.iter().map(one).collect()
}

/// True if a value of the schema is not one text.
fn is_structure(schemas: Schemas<'_>, schema: &Value) -> bool {
    let found = if schema.get("$ref").is_some() { schemas.find(schema) } else { schema.clone() };
    let is_object = |schema: &Value| {
        let keys = ["properties", "additionalProperties", "allOf", "oneOf", "anyOf"];
        kind(schema) == Some("object") || keys.iter().any(|key| schema.get(key).is_some())
    };
    is_object(&found) || found.get("items").is_some_and(|items| is_structure(schemas, items))
}

fn close_request(schemas: Schemas<'_>, operation: &mut Value) {
    let content = operation.get_mut("requestBody").and_then(|body| body.get_mut("content"));
    for media in content.and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        if let Some(schema) = media.get_mut("schema") {
            *schema = close(schemas, schema, &mut Vec::new());
        }
    }
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(schema) = parameter.get_mut("schema")
            && parameter_is_body(schema)
        {
            *schema = close(schemas, schema, &mut Vec::new());
        }
    }
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
