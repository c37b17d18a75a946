//! Documents whose naive lowering would take exponential time are generated at once.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::time::Duration;

use crate::support::stages::{Made, Texts, report};
use crate::support::{sample, stages};
use serde_json::{Value, json};
use storewright_generator::diagnostic::Sink;

/// The stages of a document whose one operation returns `schema`, down to the files.
fn made(schema: &Value, schemas: Value) -> (Made, String) {
    let (made, out) = lowered(schema, schemas);
    assert!(!out.has_errors(), "{}", report(&out));
    let files = stages::joined(&stages::rendered(&made, "../../runtime"));
    (made, files)
}

/// The CPU time that a document may take, in a debug build on a slow machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// The same as far as the document is accepted.
fn lowered(schema: &Value, schemas: Value) -> (Made, Sink) {
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
    let start = cpu_time();
    let made = texts.make(|_| false, &mut out);
    assert!(cpu_time() - start < PATIENCE, "{:?}", cpu_time() - start);
    (made, out)
}

/// The CPU time of this thread: other programs do not slow it down.
fn cpu_time() -> Duration {
    let now = nix::time::clock_gettime(nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap();
    Duration::from(now)
}

fn object(name: &str) -> Value {
    json!({"type": "object", "properties": {name: {"type": "string"}}})
}

/// The same as in `made`, of a document that must be refused for the work that it causes.
fn is_too_much_work(schemas: Value) {
    let size = schemas.to_string().len();
    let (made, out) = lowered(&to("A0"), schemas);
    assert!(made.names.is_none());
    let text = report(&out);
    assert!(text.contains("the schemas contain each other in more than"), "{text}");
    assert!(text.len() < 2_000 + size, "{}", text.len());
}

/// A chain of components, each of which is made by `link` from a reference to the next.
fn chain(length: usize, link: impl Fn(Value, usize) -> Value) -> Value {
    let mut all: serde_json::Map<String, Value> =
        (0..length).map(|n| (format!("A{n}"), link(to(&format!("A{}", n + 1)), n))).collect();
    all.insert(format!("A{length}"), object("x"));
    all.into()
}

#[test]
fn parts_that_are_extended_on_many_ways_are_refused() {
    let both = |next: &Value| [json!({"allOf": [next, object("k")]}), json!({"allOf": [next, object("m")]})];
    let names: Vec<String> = (0..60).map(|n| format!("A{n}")).collect();
    let all = names.iter().map(|name| {
        let others: Vec<Value> = names.iter().filter(|other| *other != name).map(|other| to(other)).collect();
        (name.clone(), json!({"allOf": [{"oneOf": others}, object(name)]}))
    });
    let documents = [
        chain(30, |next, _| json!({"oneOf": both(&next)})),
        chain(30, |next, _| {
            let [left, right] = both(&next);
            json!({"allOf": [{"type": "object", "properties": {"l": left, "r": right}}]})
        }),
        chain(30, |next, n| json!({"anyOf": both(&next), "properties": {format!("p{n}"): {}}})),
        Value::Object(all.collect()),
    ];
    // The first and the last.
    documents.into_iter().step_by(sample::of(3, 1)).for_each(is_too_much_work);
}

#[test]
fn chains_of_references_do_not_overflow_the_stack() {
    let length = sample::of(1_000, 5_000);
    for link in [
        (|next, _| next) as fn(Value, usize) -> Value,
        |next, _| json!({"oneOf": [next, {"type": "string"}]}),
        |next, _| json!({"type": "array", "items": next}),
        |next, _| json!({"type": "object", "additionalProperties": next}),
        |next, _| json!({"type": "object", "properties": {"next": next}}),
    ] {
        let (_, out) = lowered(&to("A0"), chain(length, link));
        assert!(!out.has_errors(), "{}", report(&out));
    }
    lowered(&to("A0"), chain(length, |next, _| json!({"anyOf": [next, {"type": "null"}]})));
    // Each link is part of all before it, so the work grows with the square of the length.
    is_too_much_work(chain(length, |next, n| json!({"allOf": [next, object(&format!("p{n}"))]})));
}

#[test]
fn long_lists_take_time_in_proportion() {
    let text = json!({"type": "string"});
    let (_, out) = lowered(
        &json!({"oneOf": (0..3_000).map(|n| object(&format!("p{n}"))).collect::<Vec<_>>()}),
        json!({}),
    );
    assert!(!out.has_errors(), "{}", report(&out));
    let (_, out) = lowered(
        &json!({"type": "object", "properties": {"a": text}, "required": (0..20_000).map(|n| format!("r{n}")).collect::<Vec<_>>()}),
        json!({}),
    );
    assert!(!out.has_errors(), "{}", report(&out));
    let last_first: serde_json::Map<String, Value> =
        (0..sample::of(5_000, 20_000)).map(|n| (format!("m{:05}", 20_000 - n), text.clone())).collect();
    let (_, out) = lowered(&json!({"type": "object", "properties": last_first}), json!({}));
    assert!(!out.has_errors(), "{}", report(&out));
    let parts: Vec<Value> =
        (0..sample::of(1_000, 3_000)).map(|n| object(&format!("p{}", 9_000 - n))).collect();
    let (_, out) = lowered(&json!({"allOf": parts}), json!({}));
    assert!(!out.has_errors(), "{}", report(&out));
    let unknown: serde_json::Map<String, Value> = (0..20_000).map(|n| (format!("u{n}"), 1.into())).collect();
    let (_, out) = lowered(&unknown.into(), json!({}));
    assert!(out.diagnostics().len() >= 20_000 && !out.has_errors());
}

#[test]
fn unions_are_rendered_in_time_in_proportion() {
    let schemas: serde_json::Map<String, Value> =
        (0..3_000).map(|n| (format!("V{n}"), object(&format!("p{n}")))).collect();
    let variants: Vec<Value> = schemas.keys().map(|name| to(name)).collect();
    let start = cpu_time();
    let (_, files) = made(&json!({"oneOf": variants}), schemas.into());
    assert!(cpu_time() - start < PATIENCE, "{:?}", cpu_time() - start);
    assert!(files.contains("V2999(Box<crate::models::V2999>)"));
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
    assert!(files.contains("pub next: Option<Box<crate::models::T119>>"), "{files}");
}
