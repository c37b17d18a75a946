//! Runs commands on documents, overlays and folders that hang, panic or are believed by a naive reader: each run ends
//! soon, with a diagnostic or a crate, and touches nothing but its output folder.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::checkout::Checkout;
use serde_json::{Value, json};

/// A debug build on a busy machine needs less; the former bugs took minutes or did not end.
const PATIENCE: Duration = Duration::from_secs(20);

/// One operation that returns `schema`.
fn document(schema: &Value, schemas: &Value) -> Value {
    let content = json!({ "application/json": { "schema": schema } });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Hostile", "version": "1" },
        "servers": [{ "url": "https://library.example" }],
        "paths": { "/a": {
            "get": { "operationId": "a", "responses": { "200": { "description": "ok", "content": content } } },
            "post": { "operationId": "p", "requestBody": { "content": content }, "responses": { "204": { "description": "ok" } } },
        } },
        "components": { "schemas": schemas },
    })
}

/// The output of a command, and its exit code; a run without an end is a failure.
fn run(mut command: Command) -> (String, i32) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let reader = thread::spawn(move || std::io::read_to_string(&mut stderr).unwrap());
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{command:?} has no end");
        }
        thread::sleep(Duration::from_millis(10));
    };
    let said = reader.join().unwrap();
    let code = status.code().unwrap_or_else(|| panic!("{command:?} ended by {status}: {said}"));
    assert!(code <= 2, "{command:?}: {said}");
    (said, code)
}

/// Generates a crate and compares the document with itself; returns the output of `generate`.
fn generate(document: &Value) -> (String, i32, Checkout) {
    let checkout = Checkout::new();
    fs::write(checkout.path("hostile.json"), document.to_string()).unwrap();
    let out = ["generate", "--from", "hostile.json", "--out", "../out", "--name", "hostile"];
    let (said, code) = run(checkout.command(&out));
    run(checkout.command(&["diff", "hostile.json", "hostile.json"]));
    assert_eq!(checkout.path("../out/Cargo.toml").exists(), code == 0, "{said}");
    (said, code, checkout)
}

fn accepted(schema: &Value, schemas: &Value) -> (String, Checkout) {
    let (said, code, checkout) = generate(&document(schema, schemas));
    assert_eq!(code, 0, "{said}");
    (said, checkout)
}

fn to(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn nested(depth: usize, link: impl Fn(Value) -> Value) -> Value {
    (0..depth).fold(json!({ "type": "object", "properties": { "x": { "type": "string" } } }), |inner, _| {
        link(inner)
    })
}

#[test]
fn nested_unions_of_one_member_are_generated() {
    for keyword in ["anyOf", "oneOf", "allOf"] {
        for depth in [30, 48] {
            accepted(&nested(depth, |inner| json!({ keyword: [inner] })), &json!({}));
        }
        accepted(&nested(20, |inner| json!({ "allOf": [{ keyword: [inner] }] })), &json!({}));
        accepted(&nested(20, |inner| json!({ "type": "array", "items": { keyword: [inner] } })), &json!({}));
    }
}

#[test]
fn schemas_that_contain_each_other_end_soon() {
    for keyword in ["anyOf", "oneOf", "allOf"] {
        let diamond: serde_json::Map<String, Value> = (0..40)
            .map(|n| {
                (
                    format!("A{n}"),
                    json!({ keyword: [to(&format!("A{}", n + 1)), to(&format!("A{}", n + 1))] }),
                )
            })
            .chain([("A40".to_owned(), json!({ "type": "object" }))])
            .collect();
        generate(&document(&to("A0"), &diamond.into()));
    }
}

#[test]
fn unions_that_contain_themselves_are_generated() {
    for (keyword, rest) in [
        ("oneOf", json!({ "type": "string" })),
        ("anyOf", json!({ "type": "string" })),
        ("oneOf", json!({ "type": "object", "properties": { "x": { "type": "string" } } })),
        ("anyOf", json!({ "type": "array", "items": { "$ref": "#/components/schemas/A" } })),
    ] {
        accepted(&to("A"), &json!({ "A": { keyword: [to("A"), rest] } }));
        accepted(&to("A"), &json!({ "A": { keyword: [to("B"), rest] }, "B": { keyword: [to("A")] } }));
    }
    for keyword in ["oneOf", "anyOf", "allOf"] {
        generate(&document(&to("A"), &json!({ "A": { keyword: [to("A")] } })));
        generate(&document(&to("A"), &json!({ "A": { keyword: [to("B")] }, "B": { keyword: [to("A")] } })));
    }
    generate(&document(&to("A"), &json!({ "A": to("A") })));
    generate(&document(
        &to("A"),
        &json!({ "A": { "not": to("A"), "items": to("A"), "additionalProperties": to("A") } }),
    ));
}

#[test]
fn every_text_can_be_a_name() {
    let names = [
        "a/b",
        "a~b",
        "a%2Fb",
        "%",
        "..",
        "../../etc/passwd",
        "C:\\x",
        "con",
        "NUL",
        "aux.rs",
        " ",
        "\u{0}",
        "\u{202e}",
        "é",
        "🦀",
    ];
    for name in names {
        let pointer = name.replace('~', "~0").replace('/', "~1");
        let mut document = document(
            &to(&pointer),
            &json!({ name: { "type": "object", "properties": { name: { "type": "string" } } } }),
        );
        document["paths"]["/a"]["get"]["tags"] = json!([name]);
        document["paths"]["/a"]["get"]["operationId"] = name.into();
        let (said, code, checkout) = generate(&document);
        assert_eq!(code, 0, "{name:?}: {said}");
        let out = checkout.path("../out").canonicalize().unwrap();
        for path in checkout.files().into_keys().filter(|path| path.starts_with(&out)) {
            let stem = path.file_stem().unwrap().to_string_lossy().to_lowercase();
            assert!(!["con", "nul", "aux", "prn"].contains(&stem.as_str()), "{}", path.display());
        }
    }
}

#[test]
fn unknown_types_are_told_wherever_they_are() {
    let odd = json!({ "type": "aAray" });
    for schema in [
        odd.clone(),
        json!({ "allOf": [odd] }),
        json!({ "oneOf": [odd, { "type": "string" }] }),
        json!({ "anyOf": [odd, { "type": "string" }] }),
        json!({ "type": "array", "items": odd }),
        json!({ "type": "object", "properties": { "x": odd } }),
        json!({ "type": "object", "additionalProperties": odd }),
    ] {
        let (said, _) = accepted(&schema, &json!({}));
        assert!(said.contains("aAray"), "{schema}: {said}");
    }
}

#[test]
fn overlays_that_are_nested_deep_are_refused() {
    let checkout = Checkout::updated();
    for (open, close) in [("[?@", "]"), ("[?(@", ")]"), ("[?!(@", ")]"), ("..[?@", "]")] {
        let target = format!("${}{}", open.repeat(4_000), close.repeat(4_000));
        let overlay = json!({ "overlay": "1.0.0", "info": { "title": "t", "version": "1" }, "actions": [{ "target": target, "remove": true }] });
        fs::write(checkout.path("specs/mini/overlay.yaml"), overlay.to_string()).unwrap();
        let (said, code) = run(checkout.command(&["update", "mini", "--from", "library.json"]));
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("overlay.yaml"), "{said}");
    }
}

/// A folder that an earlier version used for its journal moves nothing, regardless of its creator.
#[test]
fn folders_next_to_the_output_are_not_believed() {
    let checkout = Checkout::new();
    let at = |path: &str| checkout.path(&format!("../{path}")).display().to_string();
    for folder in [".out.storewright", ".out.tmp", "keys", "public"] {
        fs::create_dir_all(checkout.path(&format!("../{folder}"))).unwrap();
    }
    fs::write(checkout.path("../keys/id_rsa"), "a private key").unwrap();
    let journal = json!({
        "folders": [at(".out.storewright")], "made": [],
        "moves": [{ "Rename": [at("public/stolen"), at("keys/id_rsa")] }],
    });
    fs::write(checkout.path("../.out.storewright/journal.json"), journal.to_string()).unwrap();
    fs::write(checkout.path("../.out.storewright/lock"), "").unwrap();
    let before = checkout.files();
    fs::write(checkout.path("hostile.json"), document(&json!({ "type": "string" }), &json!({})).to_string())
        .unwrap();
    let out = ["generate", "--from", "hostile.json", "--out", "../out", "--name", "hostile"];
    let (said, code) = run(checkout.command(&out));
    assert_eq!(code, 0, "{said}");
    let after = checkout.files();
    for (path, bytes) in &before {
        assert_eq!(after.get(path), Some(bytes), "{}", path.display());
    }
    let root = checkout.path("..").canonicalize().unwrap();
    let is_ours = |path: &std::path::Path| {
        path.canonicalize().unwrap().starts_with(root.join("out")) || path.ends_with("hostile.json")
    };
    let foreign: Vec<_> = after.keys().filter(|path| !before.contains_key(*path) && !is_ours(path)).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
}

/// The cases that were reported, where they are next to the checkout.
#[test]
fn reported_cases_end_with_the_stated_result() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases/hostile");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("NOT RUN: {} is missing", folder.display());
        return;
    };
    let mut count = 0;
    for path in entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
    {
        let document: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let (said, code, _) = generate(&document);
        assert_eq!(code, 0, "{}: {said}", path.display());
        count += 1;
    }
    assert!(count > 3);
}
