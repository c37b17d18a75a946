//! Converts the paths of Swagger 2.0: bodies, forms and media types.

use serde_json::{Map, Value, json};

use super::schema::{is_file, is_simple};
use super::{Upgrade, listed, media_types, moved, servers};
use crate::api::MediaType;
use crate::diagnostic::{Code, Pointer};
use crate::load::location::Trail;

const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch"];
const MULTIPART: &str = "multipart/form-data";
const URLENCODED: &str = "application/x-www-form-urlencoded";
const OCTETS: &str = "application/octet-stream";

/// A parameter, and its location in the vendor's tree.
struct Given<'v> {
    value: &'v Value,
    at: Pointer,
}

/// The part of the request that contains a parameter.
pub(super) fn place(parameter: &Value) -> Option<&str> {
    parameter.get("in").and_then(Value::as_str)
}

fn is_content(parameter: &Value) -> bool {
    matches!(place(parameter), Some("body" | "formData"))
}

impl<'v> Upgrade<'v> {
    pub(super) fn paths(&mut self, value: &Value, at: &Trail<'_>) -> Value {
        let Some(paths) = value.as_object() else { return value.clone() };
        let paths = paths.iter().map(|(path, item)| {
            let at = at.key(path);
            let item = if path.starts_with("x-") { item.clone() } else { self.item(item, &at) };
            (path.clone(), item)
        });
        Value::Object(paths.collect())
    }

    fn item(&mut self, value: &Value, at: &Trail<'_>) -> Value {
        let Some(old) = value.as_object() else { return value.clone() };
        let vendor = self.vendor;
        let list = at.key("parameters");
        // Body parameters belong to each operation, regardless of those in the list of the path.
        let shared = given(vendor, value, &list);
        let mut new = Map::new();
        for (key, value) in old {
            let at = at.key(key);
            let value = match key.as_str() {
                "parameters" => self.parameters(value, &at),
                key if METHODS.contains(&key) => self.operation(value, &at, &shared),
                _ => value.clone(),
            };
            new.insert(key.clone(), value);
        }
        Value::Object(new)
    }

    fn operation(&mut self, value: &Value, at: &Trail<'_>, shared: &[Given<'_>]) -> Value {
        let Some(old) = value.as_object() else { return value.clone() };
        let vendor = self.vendor;
        let consumes = media_types(old.get("consumes")).unwrap_or_else(|| self.consumes.clone());
        let produces = media_types(old.get("produces")).unwrap_or_else(|| self.produces.clone());
        let own = given(vendor, value, &at.key("parameters"));
        let is_own = |p: &&Given<'_>| {
            let same = |o: &Given<'_>| {
                o.value.get("name") == p.value.get("name") && place(o.value) == place(p.value)
            };
            !own.iter().any(same)
        };
        let content: Vec<&Given<'_>> =
            shared.iter().filter(is_own).chain(&own).filter(|p| is_content(p.value)).collect();
        let body = self.request_body(&content, &consumes, at);
        let mut new = Map::new();
        for (key, value) in old {
            let here = at.key(key);
            let value = match key.as_str() {
                "consumes" | "produces" | "schemes" => continue,
                "parameters" => self.parameters(value, &here),
                "responses" => match value.as_object() {
                    Some(responses) => Value::Object(
                        responses
                            .iter()
                            .map(|(status, response)| {
                                let here = here.key(status);
                                let to = here.pointer();
                                let is_data = status.starts_with("x-");
                                let response = if is_data {
                                    response.clone()
                                } else {
                                    self.response(response, &here, &to, &produces)
                                };
                                (status.clone(), response)
                            })
                            .collect(),
                    ),
                    None => value.clone(),
                },
                _ => value.clone(),
            };
            new.insert(key.clone(), value);
        }
        if let Some(root) = vendor.as_object()
            && old.contains_key("schemes")
        {
            let own = servers(root, old.get("schemes"));
            if own != self.servers {
                self.origins.copied(at.key("schemes").pointer(), at.key("servers").pointer());
                new.insert("servers".to_owned(), listed(&own));
            }
        }
        if let Some(body) = body {
            new.insert("requestBody".to_owned(), body);
        }
        Value::Object(new)
    }

    /// A list of parameters without those that are content.
    fn parameters(&mut self, value: &Value, at: &Trail<'_>) -> Value {
        let Some(old) = value.as_array() else { return value.clone() };
        let mut new: Vec<(usize, &Value)> = Vec::new();
        for (index, parameter) in old.iter().enumerate() {
            if is_content(self.target(parameter)) {
                self.origins.removed(at.pointer(), new.len());
            } else {
                new.push((index, parameter));
            }
        }
        let new = new.into_iter().enumerate().map(|(now, (index, parameter))| {
            let to = at.pointer().child(now);
            self.parameter(parameter, &at.index(index), &to)
        });
        Value::Array(new.collect())
    }

    /// A parameter in path, query or header; its new location is `to`.
    pub(super) fn parameter(&mut self, value: &Value, at: &Trail<'_>, to: &Pointer) -> Value {
        let Some(old) = value.as_object() else { return value.clone() };
        if let Some(Value::String(reference)) = old.get("$ref") {
            return json!({ "$ref": moved(reference) });
        }
        let mut new: Map<String, Value> = Map::new();
        for (key, value) in old.iter().filter(|(key, _)| !is_simple(key) && *key != "collectionFormat") {
            new.insert(key.clone(), value.clone());
        }
        new.insert("schema".to_owned(), Value::Object(self.simple(old, at)));
        // Invariant: a lookup of the list's source comes before that of its members.
        self.origins.copied(to.clone(), to.child("schema"));
        if old.get("type").and_then(Value::as_str) == Some("array") {
            let format = old.get("collectionFormat").and_then(Value::as_str).unwrap_or("csv");
            let (style, explode) = match (place(value), format) {
                (Some("query"), "csv") => ("form", false),
                (Some("query"), "multi") => ("form", true),
                (Some("query"), "ssv") => ("spaceDelimited", false),
                (Some("query"), "pipes") => ("pipeDelimited", false),
                (Some("path" | "header"), "csv") => ("simple", false),
                (place, _) => {
                    let message =
                        format!("the collectionFormat `{format}` is not supported here; it is read as csv");
                    self.notice(
                        &at.key("collectionFormat"),
                        Code::Unsupported,
                        message,
                        "in a query csv, ssv, pipes and multi are supported, elsewhere csv; correct it in the overlay",
                    );
                    (if place == Some("query") { "form" } else { "simple" }, false)
                }
            };
            new.insert("style".to_owned(), json!(style));
            new.insert("explode".to_owned(), json!(explode));
        }
        Value::Object(new)
    }

    fn request_body(&mut self, content: &[&Given<'_>], consumes: &[String], at: &Trail<'_>) -> Option<Value> {
        let (bodies, form): (Vec<&&Given<'_>>, Vec<_>) =
            content.iter().partition(|p| place(p.value) == Some("body"));
        let to = at.pointer().child("requestBody");
        let problem = match (bodies.len(), form.is_empty()) {
            (0, true) => return None,
            (0, false) | (1, true) => None,
            (_, false) => Some("an operation with a body and with formData"),
            (_, true) => Some("an operation with two bodies"),
        };
        if let Some(problem) = problem {
            let message = format!("{problem}; the first body is sent");
            let help = "a request has one body: remove the others in the overlay";
            self.notice(at, Code::InvalidDocument, message, help);
        }
        match bodies.first() {
            Some(body) => Some(self.body(body, consumes, &to)),
            None => self.form(&form, consumes, &to),
        }
    }

    fn body(&mut self, body: &Given<'_>, consumes: &[String], to: &Pointer) -> Value {
        let mut new = Map::new();
        self.origins.copied(body.at.clone(), to.clone());
        for (key, value) in body.value.as_object().into_iter().flatten() {
            match key.as_str() {
                "name" | "in" | "schema" => {}
                _ => {
                    new.insert(key.clone(), value.clone());
                }
            }
        }
        let schema = body.value.get("schema").cloned().unwrap_or_else(|| json!({}));
        let from = body.at.child("schema");
        let schema = {
            let at = Trail::Place(&from);
            self.schema(&schema, &at)
        };
        let json = vec!["application/json".to_owned()];
        let consumes = if consumes.is_empty() { &json } else { consumes };
        let consumes = consumes.iter().map(String::as_str).collect();
        let content = self.content(schema, consumes, &from, to);
        new.insert("content".to_owned(), content);
        Value::Object(new)
    }

    /// Fields of a form as the members of an object.
    fn form(&mut self, fields: &[&&Given<'_>], consumes: &[String], to: &Pointer) -> Option<Value> {
        let has = |media_type: &str| consumes.iter().any(|m| m.eq_ignore_ascii_case(media_type));
        let file = fields.iter().find(|field| is_file(field.value));
        if let (Some(file), false) = (file, has(MULTIPART)) {
            let message = format!("a file is in a form that is not `{MULTIPART}`; it is sent as one");
            let help = format!("add `{MULTIPART}` to `consumes` of the operation in the overlay");
            self.notice(&Trail::Place(&file.at), Code::InvalidDocument, message, &help);
        }
        let media_type = match file.is_some() || (has(MULTIPART) && !has(URLENCODED)) {
            true => MULTIPART,
            false => URLENCODED,
        };
        let (mut properties, mut encoding, mut required) = (Map::new(), Map::new(), Vec::new());
        let content = to.child("content").child(media_type);
        if let Some(first) = fields.first() {
            self.origins.copied(first.at.parent().unwrap_or_default(), to.clone());
        }
        for field in fields {
            let at = Trail::Place(&field.at);
            let Some(old) = field.value.as_object() else { continue };
            let Some(name) = old.get("name").and_then(Value::as_str) else {
                let message = "a field of a form has no name; it is ignored";
                self.notice(&at, Code::InvalidDocument, message, "add `name` in the overlay");
                continue;
            };
            let mut schema = if is_file(field.value) {
                Map::from_iter([("type".to_owned(), json!("string")), ("format".to_owned(), json!("binary"))])
            } else {
                self.simple(old, &at)
            };
            if let Some(description) = old.get("description") {
                schema.insert("description".to_owned(), description.clone());
            }
            if old.get("type").and_then(Value::as_str) == Some("array") {
                let explode = self.is_exploded(old, &at);
                encoding.insert(name.to_owned(), json!({ "style": "form", "explode": explode }));
            }
            if old.get("required") == Some(&Value::Bool(true)) {
                required.push(json!(name));
            }
            self.origins.copied(field.at.clone(), content.child("schema").child("properties").child(name));
            properties.insert(name.to_owned(), Value::Object(schema));
        }
        let mut schema = json!({ "type": "object", "properties": properties });
        let is_required = !required.is_empty();
        if let (Some(schema), true) = (schema.as_object_mut(), is_required) {
            schema.insert("required".to_owned(), Value::Array(required));
        }
        let mut media = Map::from_iter([("schema".to_owned(), schema)]);
        if !encoding.is_empty() {
            media.insert("encoding".to_owned(), Value::Object(encoding));
        }
        Some(json!({ "required": is_required, "content": { media_type: media } }))
    }

    /// True if each item of a list in a form is a field of its own.
    fn is_exploded(&mut self, field: &Map<String, Value>, at: &Trail<'_>) -> bool {
        let format = field.get("collectionFormat").and_then(Value::as_str).unwrap_or("csv");
        if !matches!(format, "csv" | "multi") {
            let message =
                format!("the collectionFormat `{format}` in a form is not supported; it is read as csv");
            let help = "in a form csv and multi are supported; correct it in the overlay";
            self.notice(&at.key("collectionFormat"), Code::Unsupported, message, help);
        }
        format == "multi"
    }

    /// A response; its new location is `to`.
    pub(super) fn response(
        &mut self,
        value: &Value,
        at: &Trail<'_>,
        to: &Pointer,
        produces: &[String],
    ) -> Value {
        let Some(old) = value.as_object() else { return value.clone() };
        if let Some(Value::String(reference)) = old.get("$ref") {
            return json!({ "$ref": moved(reference) });
        }
        let mut new = Map::new();
        for (key, value) in old {
            let at = at.key(key);
            match (key.as_str(), value) {
                ("examples", _) => {}
                ("schema", _) => {
                    let from = to.child("schema");
                    let schema = self.answer(value, &at);
                    let json = vec!["application/json".to_owned()];
                    let media_types = if produces.is_empty() { &json } else { produces };
                    let media_types: Vec<&str> = match is_file(value) || is_bytes(self.target(value)) {
                        true => {
                            let mut all: Vec<&str> = media_types
                                .iter()
                                .map(String::as_str)
                                .filter(|m| !MediaType::parse(m).is_json())
                                .collect();
                            all.truncate(1);
                            if all.is_empty() { vec![OCTETS] } else { all }
                        }
                        false => media_types.iter().map(String::as_str).collect(),
                    };
                    new.insert("content".to_owned(), self.content(schema, media_types, &from, to));
                }
                ("headers", Value::Object(headers)) => {
                    let headers = headers
                        .iter()
                        .map(|(name, header)| (name.clone(), self.header(header, &at.key(name))));
                    new.insert(key.clone(), Value::Object(headers.collect()));
                }
                _ => {
                    new.insert(key.clone(), value.clone());
                }
            }
        }
        Value::Object(new)
    }

    fn header(&mut self, value: &Value, at: &Trail<'_>) -> Value {
        let Some(old) = value.as_object() else { return value.clone() };
        let rest = old.iter().filter(|(key, _)| !is_simple(key) && *key != "collectionFormat");
        let mut new: Map<String, Value> = rest.map(|(key, value)| (key.clone(), value.clone())).collect();
        new.insert("schema".to_owned(), Value::Object(self.simple(old, at)));
        Value::Object(new)
    }

    /// The same schema under each media type; its location in the vendor's tree is `from`.
    fn content(&mut self, schema: Value, media_types: Vec<&str>, from: &Pointer, to: &Pointer) -> Value {
        let mut content = Map::new();
        for media_type in media_types {
            let at = to.child("content").child(media_type);
            self.origins.copied(from.clone(), at.child("schema"));
            content.insert(media_type.to_owned(), json!({ "schema": schema.clone() }));
        }
        Value::Object(content)
    }
}

/// The parameters of a path or an operation, behind their references.
fn given<'v>(vendor: &'v Value, owner: &Value, at: &Trail<'_>) -> Vec<Given<'v>> {
    // The owner is a part of the vendor's tree; looked up there it lives as long as the tree.
    let list = at.pointer();
    let count = owner.get("parameters").and_then(Value::as_array).map_or(0, Vec::len);
    let one = |index: usize| {
        let here = list.child(index);
        let node = vendor.pointer(here.as_str())?;
        let reference = node.get("$ref").and_then(Value::as_str);
        let value = crate::load::reference::resolve(vendor, node)?;
        let at = match reference.map(crate::load::reference::target) {
            Some(crate::load::reference::Target::Node(pointer)) => Pointer::new(pointer.into_owned()),
            _ => here,
        };
        Some(Given { value, at })
    };
    (0..count).filter_map(one).collect()
}

/// True if a schema says that it is not JSON.
fn is_bytes(schema: &Value) -> bool {
    schema.get("type") == Some(&json!("string")) && schema.get("format") == Some(&json!("binary"))
}
