//! Compares Swagger documents with their OpenAPI 3.0 form, which must be no change.
//!
//! The conversion below knows nothing of the generator's own: it follows the two specifications.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::diff::{compare, nameless};
use crate::support::shared;
use serde_json::{Map, Value, json};
use storewright_generator::diagnostic::Sink;
use storewright_generator::load::{self, Overlay, Source};

const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch"];
/// The members of a parameter that describe its value.
const VALUE: &[&str] = &[
    "type",
    "format",
    "items",
    "default",
    "enum",
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
    "multipleOf",
    "x-nullable",
    "x-ms-enum",
];

/// A schema, with everything in it.
fn schema(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut out: Map<String, Value> = Map::new();
            for (key, value) in map {
                match key.as_str() {
                    "$ref" => {
                        let to = value.as_str().unwrap().replace("#/definitions/", "#/components/schemas/");
                        out.insert(key.clone(), to.into());
                    }
                    "x-nullable" => {
                        out.insert("nullable".to_owned(), value.clone());
                    }
                    "discriminator" if value.is_string() => {
                        out.insert(key.clone(), json!({ "propertyName": value }));
                    }
                    "collectionFormat" => {}
                    "enum" | "default" | "example" => {
                        out.insert(key.clone(), value.clone());
                    }
                    _ => {
                        out.insert(key.clone(), schema(value));
                    }
                }
            }
            if is_file(value) {
                out.extend([("type".to_owned(), json!("string")), ("format".to_owned(), json!("binary"))]);
            }
            Value::Object(out)
        }
        Value::Array(items) => items.iter().map(schema).collect(),
        other => other.clone(),
    }
}

/// True if it is a file: as Swagger says it, or as our overlay does where App Center meant one.
fn is_file(schema: &Value) -> bool {
    schema["type"] == "file" || (schema["type"] == "string" && schema["format"] == "binary")
}

fn value_of(parameter: &Value) -> Value {
    let map = parameter.as_object().unwrap();
    schema(
        &map.iter()
            .filter(|(key, _)| VALUE.contains(&key.as_str()))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect(),
    )
}

fn resolved<'v>(value: &'v Value, root: &'v Value) -> &'v Value {
    value["$ref"].as_str().map_or(value, |to| root.pointer(to.trim_start_matches('#')).unwrap())
}

/// The media types of the nearest list that says any.
fn media_types(key: &str, operation: &Value, root: &Value) -> Vec<String> {
    let lists = [&operation[key], &root[key]];
    let list = lists.into_iter().filter_map(Value::as_array).find(|list| !list.is_empty());
    list.map_or(vec!["application/json".to_owned()], |list| {
        list.iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    })
}

fn parameter(old: &Value) -> Value {
    let mut out = json!({ "name": old["name"], "in": old["in"], "required": old["required"] == true, "schema": value_of(old) });
    if old["type"] == "array" {
        let (style, explode) = match old["collectionFormat"].as_str() {
            Some("multi") => ("form", true),
            Some("pipes") => ("pipeDelimited", false),
            Some("ssv") => ("spaceDelimited", false),
            _ => ("form", false),
        };
        if old["in"] == "query" {
            (out["style"], out["explode"]) = (style.into(), explode.into());
        }
    }
    for key in ["deprecated", "allowEmptyValue"] {
        if old[key] == true {
            out[key] = true.into();
        }
    }
    out
}

/// A form is an object whose members are the fields.
fn form(fields: &[&Value], media_type: &str) -> Value {
    let mut encoding = Map::new();
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields {
        let name = field["name"].as_str().unwrap().to_owned();
        if field["type"] == "array" && media_type != "multipart/form-data" {
            let explode = field["collectionFormat"] == "multi";
            encoding.insert(name.clone(), json!({ "style": "form", "explode": explode }));
        }
        if field["required"] == true {
            required.push(name.clone());
        }
        properties.insert(name, value_of(field));
    }
    let mut object = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        object["required"] = required.into();
    }
    let mut out = json!({ "schema": object });
    if !encoding.is_empty() {
        out["encoding"] = encoding.into();
    }
    out
}

fn operation(old: &Value, around: &[&Value], root: &Value) -> Value {
    let mut out = old.as_object().unwrap().clone();
    for key in ["consumes", "produces", "schemes", "parameters"] {
        out.remove(key);
    }
    let own: Vec<&Value> =
        old["parameters"].as_array().into_iter().flatten().map(|p| resolved(p, root)).collect();
    let is_body = |p: &Value| p["in"] == "body" || p["in"] == "formData";
    // There is one body: that of the operation goes before that of the path.
    let has_body = own.iter().any(|p| is_body(p));
    let inherited = around.iter().copied().filter(|p| {
        let is_replaced = own.iter().any(|own| (&own["name"], &own["in"]) == (&p["name"], &p["in"]));
        !(is_replaced || has_body && is_body(p))
    });
    let takes_body = !["get", "delete", "head"].contains(&old["x-method"].as_str().unwrap());
    out.remove("x-method");
    let all: Vec<&Value> =
        inherited.filter(|p| takes_body || !is_body(p)).chain(own.iter().copied()).collect();
    let plain: Vec<Value> = all.iter().filter(|p| !is_body(p)).map(|p| parameter(p)).collect();
    out.insert("parameters".to_owned(), plain.into());
    let consumes = media_types("consumes", old, root);
    if let Some(body) = all.iter().find(|p| p["in"] == "body") {
        let content: Map<String, Value> = consumes
            .iter()
            .map(|media| (media.clone(), json!({ "schema": schema(&body["schema"]) })))
            .collect();
        out.insert(
            "requestBody".to_owned(),
            json!({ "required": body["required"] == true, "content": content }),
        );
    }
    let fields: Vec<&Value> = all.iter().copied().filter(|p| p["in"] == "formData").collect();
    if !fields.is_empty() {
        let media = if fields.iter().any(|f| f["type"] == "file")
            || consumes.contains(&"multipart/form-data".to_owned())
        {
            "multipart/form-data"
        } else {
            "application/x-www-form-urlencoded"
        };
        let mut content = Map::new();
        content.insert(media.to_owned(), form(&fields, media));
        let required = fields.iter().any(|f| f["required"] == true);
        out.insert("requestBody".to_owned(), json!({ "required": required, "content": content }));
    }
    let produces = media_types("produces", old, root);
    let responses: Map<String, Value> = old["responses"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(status, answer)| (status.clone(), response(resolved(answer, root), &produces, root)))
        .collect();
    out.insert("responses".to_owned(), responses.into());
    Value::Object(out)
}

fn response(old: &Value, produces: &Vec<String>, root: &Value) -> Value {
    let mut out = json!({ "description": old["description"] });
    for (key, value) in old.as_object().unwrap().iter().filter(|(key, _)| key.starts_with("x-")) {
        out[key] = value.clone();
    }
    for (name, header) in old.get("headers").and_then(Value::as_object).into_iter().flatten() {
        out["headers"][name] = json!({ "schema": value_of(header) });
    }
    if let Some(body) = old.get("schema") {
        // A file is not JSON, although all responses of the API are.
        let file = vec!["application/octet-stream".to_owned()];
        let produces = if is_file(resolved(body, root)) && produces.as_slice() == ["application/json"] {
            &file
        } else {
            produces
        };
        let content: Map<String, Value> =
            produces.iter().map(|media| (media.clone(), json!({ "schema": schema(body) }))).collect();
        out["content"] = content.into();
    }
    out
}

fn security(old: &Value) -> Value {
    match old["type"].as_str() {
        Some("basic") => json!({ "type": "http", "scheme": "basic" }),
        Some("oauth2") => {
            let flow = json!({ "authorizationUrl": old["authorizationUrl"], "tokenUrl": old["tokenUrl"], "scopes": old["scopes"] });
            json!({ "type": "oauth2", "flows": { "authorizationCode": flow } })
        }
        _ => old.clone(),
    }
}

/// The OpenAPI 3.0 document that means the same.
fn converted(old: &Value) -> Value {
    let mut out: Map<String, Value> = old
        .as_object()
        .unwrap()
        .iter()
        .filter(|(key, _)| ["info", "tags", "security"].contains(&key.as_str()) || key.starts_with("x-"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let base = old["basePath"].as_str().unwrap_or_default().trim_end_matches('/');
    out.insert("openapi".to_owned(), "3.0.3".into());
    let schemes = old["schemes"].as_array().cloned().unwrap_or_else(|| vec![json!("https")]);
    // The encrypted one first.
    let schemes = ["https", "http"].into_iter().filter(|scheme| schemes.contains(&json!(scheme)));
    let url = |scheme| json!({ "url": format!("{scheme}://{}{base}", old["host"].as_str().unwrap()) });
    out.insert("servers".to_owned(), schemes.map(url).collect());
    let mut paths = Map::new();
    for (path, item) in old["paths"].as_object().unwrap() {
        let around: Vec<&Value> =
            item["parameters"].as_array().into_iter().flatten().map(|p| resolved(p, old)).collect();
        let mut new = Map::new();
        for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
            let mut call = item[*method].clone();
            call["x-method"] = (*method).into();
            new.insert((*method).to_owned(), operation(&call, &around, old));
        }
        paths.insert(path.clone(), new.into());
    }
    out.insert("paths".to_owned(), paths.into());
    let each = |key: &str, with: fn(&Value) -> Value| -> Map<String, Value> {
        old[key].as_object().into_iter().flatten().map(|(name, value)| (name.clone(), with(value))).collect()
    };
    let (schemas, schemes) = (each("definitions", schema), each("securityDefinitions", security));
    out.insert("components".to_owned(), json!({ "schemas": schemas, "securitySchemes": schemes }));
    Value::Object(out)
}

fn assert_same(name: &str, document: &Value) {
    let (swagger, openapi) = (nameless(name, document), nameless(name, &converted(document)));
    for found in [compare(&swagger, &openapi), compare(&openapi, &swagger)] {
        let rows: Vec<_> =
            found.changes.iter().map(|c| (c.kind.as_str(), &c.subject, &c.old, &c.new)).collect();
        assert!(rows.is_empty(), "{name}: {rows:#?}");
    }
    assert!(!swagger.api.operations.is_empty());
}

#[test]
fn nothing_changed_in_the_same_document_written_as_openapi() {
    let path = shared::workspace().join("generator/tests/fixtures/stages/swagger/document.yaml");
    assert_same("shop", &serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap());
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn nothing_changed_in_app_centers_documents_written_as_openapi() {
    let path = shared::workspace().join("specs/app-center/overlay.yaml");
    let overlay = std::fs::read_to_string(path).unwrap();
    for edition in ["2019-09", "2023-08"] {
        let Some(text) = shared::read_shared(&format!("specs/app-center/{edition}.json")) else { return };
        let mut out = Sink::new();
        let overlay =
            Overlay::parse(Source { name: "overlay.yaml", text: overlay.as_bytes() }, &mut out).unwrap();
        let mended = load::mended(Source { name: edition, text: &text }, Some(&overlay), &mut out).unwrap();
        assert_same("app-center", &mended);
    }
}
