//! Reads hostile overlays and documents: each is refused or read within seconds of CPU time, without overflowing the stack.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::time::Duration;

use crate::support::sample;
use serde_json::{Value, json};
use storewright_generator::diagnostic::{Code, Sink};
use storewright_generator::load::{self, Overlay, Source, text};

/// The CPU time that one input may take in a debug build.
const PATIENCE: Duration = Duration::from_secs(60);

#[track_caller]
fn soon<T>(of: &str, run: impl FnOnce() -> T) -> T {
    let start = cpu_time();
    let out = run();
    let took = cpu_time() - start;
    assert!(took < PATIENCE, "{of} took {took:?}");
    out
}

/// The CPU time of this thread: other programs do not slow it down.
fn cpu_time() -> Duration {
    nix::time::clock_gettime(nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap().into()
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
        (r"$.items[?@.n < 100 && match(@.name, @.name)]", 100),
    ] {
        let overlay = target(query).unwrap_or_else(|out| panic!("{}", out.diagnostics()[0]));
        let mut tree = json!({ "items": items });
        let found = soon(query, || overlay.apply(&mut tree, None, &mut Sink::new()));
        assert_eq!(found[0].matched, expected, "{query}");
    }
}

#[test]
fn expressions_of_a_document_are_bounded() {
    let items: Vec<Value> = (0..20_000).map(|n| json!({ "name": format!("item {n}") })).collect();
    for query in ["$.items[?match(@.name, @.name)]", "$.items[?search('item 1', @.name)]"] {
        let overlay = target(query).unwrap_or_else(|out| panic!("{}", out.diagnostics()[0]));
        let mut out = Sink::new();
        soon(query, || overlay.apply(&mut json!({ "items": items }), None, &mut out));
        assert_eq!(out.diagnostics()[0].code, Code::InvalidTarget);
        let message = "the query takes more than 100 regular expressions from the document";
        assert_eq!(out.diagnostics()[0].message, message);
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

/// The code and message of the error for which a text is refused.
fn refusal(name: &str, text: &str) -> String {
    let mut out = Sink::new();
    let source = Source { name, text: text.as_bytes() };
    assert!(soon(name, || text::parse(&source, &mut out)).is_none());
    format!("{}: {}", out.diagnostics()[0].code, out.diagnostics()[0].message)
}

#[test]
fn documents_of_more_values_than_memory_has_room_for_are_refused() {
    let json = format!("{{\"openapi\": \"3.0.3\", \"x\": [{}0]}}", "[],".repeat(4_000_001));
    assert_eq!(refusal("a.json", &json), "invalid-json: the document has more than 4000000 values");
    let forms = [("a:\n", " - a: 1\n   b: 1\n"), ("a: [", "a,"), ("a:\n", "- - - a\n")];
    for (start, part) in sample::of(&forms[..1], &forms) {
        let yaml = format!("{start}{}", part.repeat(2_000_001));
        assert_eq!(
            refusal("a.yaml", &yaml),
            "invalid-yaml: the document has more than 2000000 lines and entries"
        );
    }
    // Aliases are counted at any position.
    let mut yaml = format!("a0: &a0 [{}]\n", "x, ".repeat(1_000));
    for n in 1..=2 {
        yaml += &format!("a{n}: &a{n} [{}]\n", format!("*a{}, ", n - 1).repeat(100));
    }
    assert!(refusal("a.yaml", &yaml).starts_with("invalid-yaml: "), "{}", refusal("a.yaml", &yaml));
}

#[test]
fn as_many_diagnostics_as_a_document_has_places_are_located_in_one_pass() {
    let keys: String = (0..30_000).map(|n| format!("\"u{n}\": 1, ")).collect();
    let text = format!(
        "{{{keys}\"openapi\": \"3.0.3\", \"info\": {{\"title\": \"t\", \"version\": \"1\"}}, \"paths\": {{}}}}"
    );
    for text in [text.clone(), text.replace(", ", ",\n")] {
        let mut out = Sink::new();
        let source = Source { name: "a.json", text: text.as_bytes() };
        soon("locating", || {
            load::load(source, None, &load::Options::default(), &mut out);
            load::locate(source, &mut out);
        });
        let last = out.diagnostics().iter().find(|d| d.at.pointer.as_str() == "/u29999").unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let line = lines[last.at.line.unwrap() - 1];
        assert!(line[last.at.column.unwrap() - 1..].starts_with("\"u29999\""));
        let excerpt = last.excerpt.as_ref().unwrap();
        assert!(
            excerpt.line()[excerpt.line().char_indices().nth(excerpt.indent()).unwrap().0..]
                .starts_with("\"u29999\"")
        );
    }
}

#[test]
fn what_an_overlay_removes_is_removed_in_one_pass() {
    let parameters: Vec<Value> =
        (0..20_000).map(|n| json!({"name": format!("p{n}"), "in": "query", "x-skip": "no"})).collect();
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"get": {"operationId": "a", "parameters": parameters, "responses": {}}}},
    });
    let text = document.to_string();
    let source = Source { name: "a.json", text: text.as_bytes() };
    let spec =
        soon("x-skip", || load::load(source, None, &load::Options::default(), &mut Sink::new())).unwrap();
    assert_eq!(spec.skipped.len(), 20_000);
    assert_eq!(spec.skipped[19_999].at.as_str(), "/paths/~1a/get/parameters/19999");
}

#[test]
fn references_that_lead_through_many_paths_are_not_followed_forever() {
    let mut paths: serde_json::Map<String, Value> =
        (0..3_000).map(|n| (format!("/a{n}"), json!({"$ref": format!("#/paths/~1a{}", n + 1)}))).collect();
    paths.insert("/a3000".to_owned(), json!({"get": {"operationId": "a", "responses": {}}}));
    let text =
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}).to_string();
    let mut out = Sink::new();
    let source = Source { name: "a.json", text: text.as_bytes() };
    assert!(soon("paths", || load::load(source, None, &load::Options::default(), &mut out)).is_some());
    let message = "references are copied into each other too often; the path item is ignored";
    assert!(out.diagnostics().iter().any(|d| d.message == message), "{}", out.diagnostics()[0]);
}
