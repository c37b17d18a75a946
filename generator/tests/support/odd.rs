//! Reads the unusual documents of `fixtures/odd`, each by the name of its case.

use std::path::Path;

use serde_json::{Map, Value, json};

/// The document of each case, with what a case omits.
pub(crate) fn documents() -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for (file, is_schemas) in [("schemas.yaml", true), ("documents.yaml", false)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/odd").join(file);
        let cases: Map<String, Value> =
            serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        out.extend(cases.into_iter().map(|(name, case)| {
            let case = if is_schemas { with_schemas(case) } else { case };
            (format!("odd-{name}"), with_root(case))
        }));
    }
    out
}

/// A document that sends and receives each schema.
fn with_schemas(schemas: Value) -> Value {
    let operation = |(index, name): (usize, &String)| {
        let schema =
            json!({ "$ref": format!("#/components/schemas/{}", name.replace('~', "~0").replace('/', "~1")) });
        let body = json!({ "application/json": { "schema": schema } });
        let responses = json!({ "200": { "description": "ok", "content": body } });
        let send = json!({
            "operationId": format!("send{index}"), "requestBody": { "required": true, "content": body },
            "responses": responses
        });
        let list = json!({ "type": "array", "items": schema });
        let list =
            json!({ "200": { "description": "ok", "content": { "application/json": { "schema": list } } } });
        let get = json!({ "operationId": format!("list{index}"), "responses": list });
        (format!("/{index}"), json!({ "post": send, "get": get }))
    };
    let paths: Map<String, Value> = schemas.as_object().unwrap().keys().enumerate().map(operation).collect();
    json!({ "paths": paths, "components": { "schemas": schemas } })
}

fn with_root(mut document: Value) -> Value {
    let root = document.as_object_mut().unwrap();
    if !root.contains_key("swagger") {
        root.entry("openapi").or_insert_with(|| json!("3.0.3"));
        root.entry("servers").or_insert_with(|| json!([{ "url": "https://api.example.com" }]));
    }
    root.entry("info").or_insert_with(|| json!({ "title": "Odd", "version": "1" }));
    document
}
