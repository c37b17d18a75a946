//! Runs commands on a hostile document: no output contains control characters.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use crate::support::checkout::Checkout;
use serde_json::{Value, json};

/// A title of the window, a colour that no report uses, a C1 control, bidi controls, and a line of its own.
const HOSTILE: &str = "\u{1b}]0;TITLE\u{7}\u{1b}[35m\u{9b}2J\u{202e}\u{2066}\u{200f}\u{2028}\r\nforged: line";

/// A document with hostile text wherever it can have text, of which `part` differs.
fn document(part: &str) -> Value {
    let name = |of: &str| format!("{of}{HOSTILE}");
    let operation = json!({
        "operationId": name("get"), "tags": [name("Tag")], "summary": name("summary"), "description": name("text"),
        "parameters": [
            { "name": name("q"), "in": "query", "description": name("q"), "schema": { "type": "string", "enum": [name(part), "b"] } },
            { "name": name("odd"), "in": "query", "style": name("style"), "schema": { "type": "string" } },
        ],
        "responses": { "200": { "description": name("ok"), "content": { "application/json": {
            "schema": { "$ref": format!("#/components/schemas/Item{part}") } } } } },
    });
    json!({
        "openapi": "3.0.3",
        "info": { "title": name("title"), "version": format!("1.{}{HOSTILE}", part.len()), "description": name("text") },
        "servers": [{ "url": "https://library.example" }],
        "paths": { "/a": { "get": operation }, name(&format!("/{part}")): { "get": {
            "operationId": part, "responses": { "204": { "description": "" } } } } },
        "components": { "schemas": { format!("Item{part}"): {
            "type": "object", "description": name("text"), "required": [name("lost")],
            "properties": { name(part): { "type": "string", "format": name("format") } } } } },
    })
}

fn check(text: &str, of: &str) {
    assert!(!text.is_empty(), "{of} printed nothing");
    let mut rest = text.to_owned();
    // The colours that reports use.
    for code in ["0", "1", "2", "31", "32", "33", "34", "1;31", "1;33", "1;34", "1;4", "4"] {
        rest = rest.replace(&format!("\u{1b}[{code}m"), "");
    }
    let is_hostile = |c: &char| {
        c.is_control() && *c != '\n'
            || ('\u{2028}'..='\u{202e}').contains(c)
            || ('\u{2066}'..='\u{2069}').contains(c)
            || *c == '\u{200f}'
    };
    let found: Vec<(usize, char)> = rest.char_indices().filter(|(_, c)| is_hostile(c)).collect();
    let around: String =
        found.first().map(|(at, _)| rest[*at..].chars().take(60).collect()).unwrap_or_default();
    assert!(found.is_empty(), "{of}: {around:?}");
    assert!(!rest.lines().any(|line| line.starts_with("forged")), "{of}: {rest}");
}

#[test]
fn no_output_contains_what_a_terminal_obeys() {
    let checkout = Checkout::new();
    let write = |name: &str, document: Value| {
        fs::write(checkout.path(name), serde_json::to_string_pretty(&document).unwrap()).unwrap();
    };
    write("one.json", document("one"));
    write("second.json", document("second"));
    // Errors quote the source.
    let mut wrong = document("one");
    wrong["paths"]["/a"]["get"]["responses"] =
        json!({ format!("2xx{HOSTILE}"): { "$ref": format!("#/{HOSTILE}") } });
    write("wrong.json", wrong);
    fs::write(checkout.path("broken.yaml"), format!("a: [\"{}\"\n", &HOSTILE[2..])).unwrap();
    fs::write(checkout.path("rules.txt"), "").unwrap();

    let run = |arguments: &[&str]| {
        let output = checkout.command(arguments).env("CLICOLOR_FORCE", "1").output().unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        for (text, of) in [(&out, "stdout"), (&err, "stderr")] {
            if !text.is_empty() {
                check(text, &format!("{arguments:?} {of}"));
            }
        }
        (output.status.code(), out, err)
    };
    for format in ["text", "markdown", "html", "json"] {
        let (code, out, err) = run(&["diff", "one.json", "second.json", "--format", format]);
        assert_eq!(code, Some(0), "{err}");
        assert!(out.contains("TITLE"), "{format}: the hostile text is not in it: {out}");
        let file = format!("report.{format}");
        run(&["diff", "one.json", "second.json", "--format", format, "--out", &file]);
        check(&fs::read_to_string(checkout.path(&file)).unwrap(), &file);
    }
    for file in ["one.json", "wrong.json", "broken.yaml", "one.json\u{1b}[35m", "no\nforged.json"] {
        run(&["generate", "--from", file, "--out", "../out", "--name", "hostile"]);
        run(&["diff", file, "second.json"]);
    }
    // A crate is read in editors and terminals, too.
    let is_written = |path: &std::path::Path| !path.starts_with(checkout.path(""));
    let written: Vec<_> = checkout.files().into_iter().filter(|(path, _)| is_written(path)).collect();
    assert!(written.iter().any(|(path, _)| path.ends_with("API.txt")), "no crate was generated");
    for (path, bytes) in written {
        check(&String::from_utf8(bytes).unwrap(), &path.display().to_string());
    }
    let title = json!({ "openapi": "3.0.3", "info": { "title": "Library", "version": format!("9{HOSTILE}") }, "paths": {} });
    write("version.json", title);
    run(&["update", "mini", "--from", "version.json"]);
    for arguments in [&["status"][..], &["status", "--json"], &["find", "get"], &["update", "mini\u{1b}[35m"]]
    {
        run(arguments);
    }
}
