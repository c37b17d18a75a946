//! Reads hostile overlays and documents: each is refused or read within seconds, without overflowing the stack.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use storewright_generator::diagnostic::{Code, Sink};
use storewright_generator::load::{Overlay, Source, text};

/// What one input may take in a debug build on a machine that does other things, too.
const PATIENCE: Duration = Duration::from_secs(10);

#[track_caller]
fn soon<T>(of: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let out = run();
    assert!(start.elapsed() < PATIENCE, "{of} took {:?}", start.elapsed());
    out
}

fn overlay(actions: &Value) -> Result<Overlay, Sink> {
    let text = json!({ "overlay": "1.1.0", "info": { "title": "t", "version": "1" }, "actions": actions });
    let mut out = Sink::new();
    let source = Source { name: "overlay.yaml", text: text.to_string().as_bytes().to_vec().leak() };
    Overlay::parse(source, &mut out).ok_or(out)
}

fn target(query: &str) -> Result<Overlay, Sink> {
    overlay(&json!([{ "target": query, "update": { "x-a": 1 } }]))
}

#[test]
fn queries_that_are_nested_deep_are_refused() {
    for (open, close) in [("[?@", "]"), ("[?(@.a == 1 && ", ")]"), ("[?!(", ")]"), ("[?length(@", ")]")] {
        for depth in [17, 1_680, 100_000] {
            let query = format!("${}@.a{}", open.repeat(depth), close.repeat(depth));
            let found = soon(open, || target(&query)).unwrap_err();
            assert_eq!(found.diagnostics()[0].code, Code::InvalidTarget);
            assert!(found.diagnostics()[0].message.contains("nests"), "{}", found.diagnostics()[0]);
            assert!(found.diagnostics()[0].message.len() < 200);
        }
    }
}

#[test]
fn queries_that_are_long_are_not_deep() {
    for query in [
        format!("${}", "['a']".repeat(1_000)),
        format!("$[?@.x == '{}']", "[(".repeat(1_000)),
        format!("$[?@.x == \"\\\"{}\"]", "[(".repeat(1_000)),
        format!("$['it\\'s {}']", "[".repeat(1_000)),
        format!("${}", ".a[?@.b]".repeat(100)),
        "$[?((@.a))]".to_owned(),
    ] {
        assert!(soon(&query, || target(&query)).is_ok(), "{query}");
    }
    // As deep as a query may be, in each form.
    for (open, close, middle) in [("[?@", "]", ".a"), ("(", ")", "@.a")] {
        let query = match open {
            "(" => format!("$[?{}{middle}{}]", open.repeat(15), close.repeat(15)),
            _ => format!("${}{middle}{}", open.repeat(16), close.repeat(16)),
        };
        assert!(soon(&query, || target(&query)).is_ok(), "{query}");
    }
}

#[test]
fn expressions_are_compiled_once() {
    let items: Vec<Value> = (0..20_000).map(|n| json!({ "name": format!("item {n}"), "n": n })).collect();
    for (query, expected) in [
        (r"$.items[?match(@.name, '\\p{L}{4} [0-9]{1,9}')]", 20_000),
        (r"$.items[?match(@.name, 'item 1')]", 1),
        (r"$.items[?search(@.name, '[5-9]99$')]", 100),
        (r"$..[?search(@.name, '(\\w{1,60}){1,60}')]", 0),
        (r"$.items[?match(@.name, '(')]", 0),
        (r"$.items[?match(@.n, '1')]", 0),
        (r"$.items[?match(@.name, @.name)]", 20_000),
    ] {
        let overlay = target(query).unwrap_or_else(|out| panic!("{}", out.diagnostics()[0]));
        let mut tree = json!({ "items": items });
        let found = soon(query, || overlay.apply(&mut tree, None, &mut Sink::new()));
        assert_eq!(found[0].matched, expected, "{query}");
    }
}

#[test]
fn copies_of_a_document_into_itself_are_bounded() {
    let actions: Vec<Value> = (0..200)
        .flat_map(|n| {
            let key = format!("k{n}");
            [
                json!({ "target": "$", "update": { &key: {} } }),
                json!({ "target": format!("$.{key}"), "copy": "$" }),
            ]
        })
        .collect();
    let overlay = overlay(&Value::Array(actions)).unwrap_or_else(|out| panic!("{}", out.diagnostics()[0]));
    let mut out = Sink::new();
    let mut tree = json!({ "openapi": "3.0.3", "paths": { "/a": { "get": { "operationId": "a" } } } });
    soon("copies", || overlay.apply(&mut tree, None, &mut out));
    assert!(out.has_errors());
}

#[test]
fn yaml_that_is_nested_deep_is_refused() {
    for (start, part) in [("a: ", "["), ("a: ", "[ "), ("a: ", "{a: "), ("", "- "), ("", "? "), ("a: ", "[[")]
    {
        let text = format!("{start}{}", part.repeat(100_000));
        let mut out = Sink::new();
        let source = Source { name: "a.yaml", text: text.as_bytes() };
        assert!(soon(part, || text::parse(&source, &mut out)).is_none(), "{part}");
        assert_eq!(out.diagnostics()[0].code, Code::InvalidYaml);
    }
    let text = format!("a: '{}'\nb: [1, {{c: 2}}]\n{}\n", "[".repeat(1_000), "- - x\n".repeat(0));
    let mut out = Sink::new();
    let source = Source { name: "a.yaml", text: text.as_bytes() };
    assert_eq!(text::parse(&source, &mut out).unwrap()["b"], json!([1, { "c": 2 }]));
}
