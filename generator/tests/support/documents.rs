//! Reads documents of tests and their results.

use serde_json::{Value, json};
use storewright_generator::api::{Api, stored};
use storewright_generator::diagnostic::{Diagnostic, Sink};
use storewright_generator::load::{Options, Source, load, locate};
use storewright_generator::lower::lower;

/// The Api of a document, and the diagnostics.
pub(crate) fn made(name: &str, document: &Value, options: Options) -> (Option<Api>, Vec<Diagnostic>) {
    let bytes = serde_json::to_vec(document).unwrap();
    let mut out = Sink::new();
    let source = Source { name, text: &bytes };
    let spec = load(source, None, &options, &mut out);
    let api = spec.and_then(|spec| lower(&spec, "shop", &mut out));
    locate(source, &mut out);
    (api, out.into_diagnostics())
}

pub(crate) fn api(document: &Value) -> (String, Vec<Diagnostic>) {
    let (api, said) = made("document.json", document, Options::default());
    let api = api.unwrap_or_else(|| panic!("{document}: {}", report(&said)));
    (text_of(&api), said)
}

pub(crate) fn text_of(api: &Api) -> String {
    stored::files(api).unwrap().into_iter().map(|(name, text)| format!("=== {name}\n{text}")).collect()
}

pub(crate) fn report(said: &[Diagnostic]) -> String {
    said.iter().map(|d| format!("{d}\n")).collect()
}

pub(crate) fn with_components(version: &str, mut schemas: Value) -> Value {
    schemas["Cup"] = json!({ "type": "object", "properties": { "handle": { "type": "string" } } });
    schemas["Jar"] =
        json!({ "type": "object", "required": ["lid"], "properties": { "lid": { "type": "string" } } });
    json!({
        "openapi": version,
        "info": { "title": "Shop", "version": "1" },
        "servers": [{ "url": "https://api.example.com" }],
        "paths": { "/things": { "get": { "operationId": "things_get", "responses": { "200": {
            "description": "ok",
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } }
        } } } } },
        "components": { "schemas": schemas }
    })
}

/// Asserts that each place is in the document as it was published.
pub(crate) fn assert_places(document: &Value, said: &[Diagnostic]) {
    for diagnostic in said {
        let place = diagnostic.at.pointer.as_str();
        assert!(document.pointer(place).is_some(), "{place} is not in the document: {diagnostic}");
    }
}
