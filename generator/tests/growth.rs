//! Documents whose naive lowering would take exponential time are generated at once.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/shared.rs"]
mod shared;
#[path = "support/stages.rs"]
mod stages;

use serde_json::{Value, json};
use stages::{Made, Texts, report};
use storewright_generator::diagnostic::Sink;

/// The stages of a document whose one operation answers `schema`, down to the files.
fn made(schema: &Value, schemas: Value) -> (Made, String) {
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Growth", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {"/a": {"get": {
            "operationId": "a",
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}},
        }}},
        "components": {"schemas": schemas},
    });
    let text = serde_json::to_vec(&document).unwrap();
    let texts =
        Texts { name: "growth".to_owned(), document: Some(("document.json", text)), ..Texts::default() };
    let mut out = Sink::new();
    let made = texts.make(|_| false, &mut out);
    assert!(!out.has_errors(), "{}", report(&out));
    let files = stages::joined(&stages::rendered(&made, "../../runtime"));
    (made, files)
}

fn to(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Each level refers to both of the next one.
fn levels(count: usize, keyword: &str, last: &Value) -> Value {
    let mut all = serde_json::Map::new();
    for level in 0..count {
        let next = [to(&format!("A{}", level + 1)), to(&format!("B{}", level + 1))];
        for name in ["A", "B"] {
            all.insert(format!("{name}{level}"), json!({keyword: next}));
        }
    }
    for name in ["A", "B"] {
        all.insert(format!("{name}{count}"), last.clone());
    }
    all.into()
}

#[test]
fn alternatives_in_alternatives() {
    let mut schema = json!({"type": "object", "properties": {"x": {"type": "string"}}});
    for _ in 0..30 {
        schema = json!({"anyOf": [schema]});
    }
    // A program's main thread has as much; a test has a quarter of it, which is too little for serde without optimisation.
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(move || made(&schema, json!({})));
    let (_, files) = thread.unwrap().join().unwrap();
    assert!(files.contains("rt::object! { AResponse { x: \"x\" } }"), "{files}");
}

#[test]
fn parts_that_are_reached_on_many_ways() {
    let last = json!({"type": "object", "properties": {"x": {"type": "string"}}});
    let (made, _) = made(&to("A0"), levels(40, "allOf", &last));
    let text = stages::stored_text(made.api.as_ref().unwrap());
    assert!(text.contains("A0:\n  fields:\n    x: string"), "{text}");
}

#[test]
fn unions_that_are_reached_on_many_ways() {
    let last = json!({"type": "string", "nullable": true});
    let (made, _) = made(&json!({"type": "array", "items": to("A0")}), levels(40, "oneOf", &last));
    let text = stages::stored_text(made.api.as_ref().unwrap());
    assert!(text.contains("list nullable $A0"), "{text}");
}

#[test]
fn objects_that_hold_each_other() {
    let names: Vec<String> = (0..120).map(|index| format!("T{index}")).collect();
    let properties: serde_json::Map<String, Value> =
        names.iter().take(40).map(|name| (format!("m{name}"), to(name))).collect();
    let all: serde_json::Map<String, Value> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let mut own = properties.clone();
            own.insert("next".to_owned(), to(&names[(index + 1) % names.len()]));
            (name.clone(), json!({"type": "object", "properties": own}))
        })
        .collect();
    let (_, files) = made(&to("T0"), all.into());
    assert!(files.contains("pub next: Option<Box<T119>>"), "{files}");
}
