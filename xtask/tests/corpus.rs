//! Runs `corpus` and `--strict` on small documents and asserts the table, the notices and the exit codes.

#![allow(clippy::unwrap_used)] // only a `#[test]` may unwrap by clippy.toml, and these are what tests are made of

use std::fs;

use crate::support::checkout::Checkout;
use serde_json::Value;

/// One path; the schema of its response is `schema`.
fn document(schema: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{ title: Shop, version: '1' }}\nservers: [{{ url: 'https://api.example.com' }}]\npaths:\n  \
         /things:\n    get:\n      operationId: listThings\n      tags: [Things]\n      responses:\n        '200': {{ description: ok, content: \
         {{ application/json: {{ schema: {schema} }} }} }}\n"
    )
}

fn with_documents(documents: &[(&str, &str)]) -> Checkout {
    let checkout = Checkout::new();
    fs::create_dir_all(checkout.path("documents")).unwrap();
    for (name, text) in documents {
        fs::write(checkout.path("documents").join(name), text).unwrap();
    }
    checkout
}

#[test]
fn each_document_is_a_row_and_a_refused_one_does_not_end_the_run() {
    let good = document("{ type: [string, 'null'] }");
    let odd = document("{ type: strnig, desc: a, min_length: 1 }");
    let checkout = with_documents(&[
        ("a-good.yaml", &good),
        ("b-odd.yaml", &odd),
        ("c-refused.json", "{\"openapi\": \"9.0\", \"paths\": {}}"),
        ("d-text.json", "{"),
        ("notes.txt", "not a document"),
    ]);
    let output = checkout.output(&["corpus", "documents", "--no-check", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let of = |key: &str| rows.iter().map(|row| row[key].clone()).collect::<Vec<_>>();
    assert_eq!(of("document"), ["a-good.yaml", "b-odd.yaml", "c-refused.json", "d-text.json"]);
    assert_eq!(of("result"), ["generates", "generates", "refused", "refused"]);
    assert_eq!(of("dialect"), ["3.1.0", "3.1.0", "9.0", "?"]);
    assert_eq!(of("operations"), [1, 1, 0, 0]);
    assert_eq!(rows[0]["notices"], serde_json::json!({}));
    assert_eq!(rows[1]["notices"], serde_json::json!({ "invalid-document": 1, "unsupported": 2 }));
    assert!(rows[2]["reason"].as_str().unwrap().starts_with("1 unsupported-version"), "{rows:?}");
    assert!(rows[3]["reason"].as_str().unwrap().starts_with("1 invalid-json"), "{rows:?}");

    let output = checkout.output(&["corpus", "documents", "--no-check"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("4 documents: 2 generates, 2 refused"), "{text}");
    assert!(text.contains("unsupported: 2 in 1 document"), "{text}");

    let output = checkout.output(&["corpus", "documents", "--no-check", "--only", "good"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().contains("1 document: 1 generates"));
    checkout.run(&["corpus", "documents", "--no-check", "--only", "nothing"], 2);
}

#[cfg(unix)]
fn write_script(path: &std::path::Path, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;

    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The other generators are scripts here, as is the compiler.
#[cfg(unix)]
#[test]
fn other_generators_are_columns() {
    let checkout = with_documents(&[("good.yaml", &document("{ type: string }"))]);
    fs::write(checkout.path("Cargo.lock"), "version = 4\n").unwrap();
    let programs = checkout.path("target/bench/peers/bin");
    fs::create_dir_all(&programs).unwrap();
    let write = "while [ \"$1\" != --output ]; do shift; done; mkdir -p \"$2/src\"; \
                 printf '[package]\\nname = \"peer\"\\n' > \"$2/Cargo.toml\"";
    for (program, script) in [
        ("cargo-progenitor", write),
        ("oas3-gen", "echo 'the document is odd' >&2; exit 1"),
        ("openapi-to-rust", "echo \"thread 'main' panicked at src/x.rs\" >&2; exit 101"),
        ("ploidy", "exec tail /dev/zero"),
    ] {
        write_script(&programs.join(program), script);
    }
    let cargo = checkout.path("cargo.sh");
    write_script(&cargo, "for word; do case $word in */Cargo.toml) touch ${word%toml}lock;; esac; done");
    let run = |format: &str| {
        let mut command = checkout.command(&["corpus", "documents", "--peers", "--memory", "300", format]);
        let output = command.env("CARGO", &cargo).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let rows: Vec<Value> = serde_json::from_str(&run("--json")).unwrap();
    let peer = |name: &str, key: &str| rows[0]["peers"][name][key].clone();
    assert_eq!(rows[0]["result"], "compiles");
    assert_eq!(peer("cargo-progenitor", "result"), "compiles");
    assert_eq!(peer("oas3-gen", "result"), "refused");
    assert_eq!(peer("oas3-gen", "reason"), "the document is odd");
    assert_eq!(peer("openapi-to-rust", "result"), "crashes");
    assert_eq!(peer("ploidy", "result"), "out-of-memory");
    let text = run("--markdown");
    assert!(text.starts_with("| document | dialect | operations | notices |"), "{text}");
    assert!(text.contains("| good.yaml | 3.1.0 | 1 |  | 0."), "{text}");
    assert!(text.contains("| refused, 0.0 s |"), "{text}");
    assert!(text.contains("\n1 document: 1 compiles.\n"), "{text}");
    assert!(text.contains("\noas3-gen: 1 refused.\n"), "{text}");
}

/// The compiler is a script here: a crate that does not compile, and one whose check does not end.
#[cfg(unix)]
#[test]
fn a_crate_that_does_not_compile_or_end_is_a_result() {
    let checkout = with_documents(&[("good.yaml", &document("{ type: string }"))]);
    fs::write(checkout.path("Cargo.lock"), "version = 4\n").unwrap();
    let cargo = checkout.path("cargo.sh");
    for (script, result, reason, seconds) in [
        ("exit 0", "compiles", None, "60"),
        (
            "echo 'error[E0277]: no such trait' >&2; echo 'error: could not compile' >&2; exit 101",
            "does-not-compile",
            Some("1 error, first: error[E0277]: no such trait"),
            "60",
        ),
        ("sleep 600", "hangs", Some("no end of the check"), "1"),
        // It reads an endless line.
        ("exec tail /dev/zero", "out-of-memory", Some("the compiler"), "60"),
    ] {
        write_script(&cargo, script);
        let mut command = checkout.command(&["corpus", "documents", "--json", "--timeout", seconds]);
        command.args(["--memory", "300"]);
        let output = command.env("CARGO", &cargo).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let rows: Vec<Value> =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {said}"));
        assert_eq!(rows[0]["result"], result, "{said} {rows:?}");
        assert_eq!(rows[0]["reason"].as_str(), reason);
        assert_eq!(output.status.code(), Some(i32::from(result != "compiles")));
    }
}

#[test]
fn a_strict_run_writes_nothing_where_there_is_a_notice() {
    let good = document("{ type: string }");
    let odd = document(
        "{ type: object, properties: { a: { min: 1 }, b: { min: 1 }, c: { min: 1 }, d: { min: 1 } } }",
    );
    let checkout = with_documents(&[("good.yaml", &good), ("odd.yaml", &odd)]);
    let generate = |name: &str, options: &[&str], code| {
        let from = format!("documents/{name}");
        let arguments =
            [&["generate", "--from", &from, "--out", "client", "--name", "shop"], options].concat();
        checkout.run(&arguments, code)
    };
    let said = generate("odd.yaml", &["--strict"], 2);
    assert!(
        said.contains("error[unsupported]: a schema of OpenAPI 3.1 has no `min`; it is ignored"),
        "{said}"
    );
    assert!(said.contains("4 errors; nothing was changed"), "{said}");
    assert!(!checkout.path("client").exists());
    let said = generate("odd.yaml", &[], 0);
    assert!(
        said.contains("notice[unsupported]: a schema of OpenAPI 3.1 has no `min`; it is ignored"),
        "{said}"
    );
    // One explanation, three places, a count and one action for all.
    assert_eq!(said.matches("notice[").count(), 1, "{said}");
    assert_eq!(said.matches("-->").count(), 3, "{said}");
    assert!(said.contains("= and 1 more place like these"), "{said}");
    assert!(said.contains("`target: '$..[\"min\"]'` and `remove: true`"), "{said}");
    generate("good.yaml", &["--strict"], 0);

    let stored = checkout.files();
    let text = fs::read_to_string(checkout.path("library.json")).unwrap();
    fs::write(checkout.path("odd.json"), text.replacen("\"info\"", "\"inof\": 1, \"info\"", 1)).unwrap();
    let said = checkout.run(&["update", "mini", "--strict", "--from", "odd.json"], 2);
    assert!(said.contains("error[unsupported]: the document of OpenAPI 3.0 has no `inof`"), "{said}");
    fs::remove_file(checkout.path("odd.json")).unwrap();
    assert_eq!(checkout.files(), stored);
}

#[test]
fn a_document_of_several_files_is_one_crate() {
    let checkout = with_documents(&[
        ("api.yaml", &document("{ $ref: 'models/thing.yaml' }")),
        ("other.yaml", &document("{ $ref: 'models/missing.yaml' }")),
    ]);
    fs::create_dir_all(checkout.path("documents/models")).unwrap();
    let thing = "type: object\nproperties: { part: { $ref: 'parts.yaml#/Part' } }\n";
    fs::write(checkout.path("documents/models/thing.yaml"), thing).unwrap();
    let parts = "Part: { type: object, properties: { whole: { $ref: thing.yaml } } }\n";
    fs::write(checkout.path("documents/models/parts.yaml"), parts).unwrap();
    let said = checkout.run(&["generate", "--from", "documents/api.yaml", "--out", "client"], 0);
    assert!(!said.contains("notice"), "{said}");
    let models = fs::read_to_string(checkout.path("client/API.txt")).unwrap();
    assert!(models.contains("Thing") && models.contains("Part"), "{models}");
    let said = checkout.run(&["generate", "--from", "documents/other.yaml", "--out", "other"], 0);
    assert!(
        said.contains("notice[external-ref]: `models/missing.yaml` refers to another document"),
        "{said}"
    );
}
