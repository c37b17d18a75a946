//! Compiles the crates of all fixtures, warnings being failures, and calls some of them over HTTP.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::cargo::{cargo, target};
use crate::support::stages::Texts;
use crate::support::{odd, sample, shared, stages};
use storewright_generator::diagnostic::Sink;
use toml::{Table, Value};

/// Kept from run to run, so that only changes are compiled.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixtures")
}

/// Writes only differences: cargo compares the times of the last change.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn remove_others(folder: &Path, keep: &[PathBuf]) {
    for path in shared::entries(folder) {
        if path.is_dir() {
            remove_others(&path, keep);
        } else if !keep.contains(&path) {
            fs::remove_file(&path).unwrap();
        }
    }
}

/// A program that calls the crates of these fixtures.
const CALLER: &str = "fixture-calls";
const CALLED: [&str; 5] = ["body-media-types", "credentials", "openapi-3-2", "paging", "parameter-styles"];
const SOURCES: [&str; 4] = ["main.rs", "credentials.rs", "openapi32.rs", "paging.rs"];

/// A library of the documented examples of all fixtures: one package, so that no crate needs the dependencies of its tests.
const EXAMPLES: &str = "fixture-examples";

/// The manifest of a package that uses the crates of fixtures.
fn manifest<'n>(package: &str, used: impl IntoIterator<Item = &'n str>) -> (String, String) {
    let mut out = format!(
        "[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\n"
    );
    for name in used {
        out.push_str(&format!("{name}-client = {{ path = \"../{name}\", default-features = false }}\n"));
    }
    ("Cargo.toml".to_owned(), out)
}

/// The root of the examples, with a module for each fixture.
fn library(members: &[String]) -> (String, String) {
    let module = |name: &String| format!("#[path = \"{name}.rs\"]\nmod {};\n", name.replace('-', "_"));
    ("src/lib.rs".to_owned(), members.iter().map(module).collect())
}

/// The files of the program that calls.
fn caller() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/calls");
    let source = |name: &str| (format!("src/{name}"), fs::read_to_string(folder.join(name)).unwrap());
    SOURCES.into_iter().map(source).chain([manifest(CALLER, CALLED)]).collect()
}

/// The documented examples of a file, as items of a program.
fn examples(file: &str) -> String {
    let mut out = String::new();
    let mut lines = file.lines();
    while lines.any(|line| line == "/// ```no_run") {
        let code = lines.by_ref().map_while(|line| line.strip_prefix("///").filter(|line| *line != " ```"));
        let code: Vec<&str> = code.map(|line| line.strip_prefix(" # ").unwrap_or(line)).collect();
        out.push_str(&format!("const _: () = {{\n{}\n}};\n", code.join("\n")));
    }
    out
}

/// The `crate.toml` that docs/overlay.md shows, with a type of `std` in the place of the one of another crate.
fn documented_choices() -> Texts {
    let guide = fs::read_to_string(shared::workspace().join("docs/overlay.md")).unwrap();
    let example = guide.split_once("## The crate").unwrap().1.split_once("```toml\n").unwrap().1;
    let (custom, _) = example.split_once("\n[dependencies]").unwrap();
    assert!(custom.contains("[replace]") && custom.contains("[derive]"), "{custom}");
    let document = serde_json::json!({
        "openapi": "3.0.3",
        "info": { "title": "Pets", "version": "1" },
        "servers": [{ "url": "https://pets.example" }],
        "paths": { "/pets": { "get": { "operationId": "pets_list", "responses": { "200": { "description": "",
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Pet" } } } } } } } },
        "components": { "schemas": {
            "Money": { "type": "string" },
            "Pet": { "type": "object", "properties": {
                "age": { "type": "integer" },
                "price": { "$ref": "#/components/schemas/Money" },
                "prices": { "type": "array", "items": { "$ref": "#/components/schemas/Money" } }
            } }
        } }
    });
    Texts {
        name: "documented-choices".to_owned(),
        document: Some(("document.json", document.to_string().into_bytes())),
        custom: Some(custom.replace("rust_decimal::Decimal", "std::net::Ipv4Addr")),
        ..Texts::default()
    }
}

/// A workspace of the crates of all fixtures, with the lints of ours.
fn workspace() -> Vec<String> {
    let root = fs::canonicalize(shared::workspace()).unwrap();
    let runtime = root.join("runtime");
    let (mut members, mut modules, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    let cases = shared::entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stages"));
    let odd = odd::documents().into_iter().step_by(sample::of(4, 1)).map(|(name, document)| Texts {
        name,
        document: Some(("document.json", document.to_string().into_bytes())),
        ..Texts::default()
    });
    let all = cases.iter().map(|case| Texts::read(case)).chain(odd).chain([documented_choices()]);
    for texts in all {
        let mut out = Sink::new();
        let made = texts.make(|_| false, &mut out);
        assert!(made.names.is_some(), "{}: {}", texts.name, stages::report(&out));
        let mut shown = String::from(
            "#![allow(bindings_with_variant_name, dead_code, deprecated, missing_docs, unused_imports)]\n",
        );
        for file in stages::rendered(&made, &runtime.to_str().unwrap().replace('\\', "/")) {
            let path = folder().join("crates").join(&texts.name).join(file.path);
            write(&path, &file.text);
            shown.push_str(&examples(&file.text));
            kept.push(path);
        }
        let count = made.names.as_ref().map_or(0, |names| names.handles.len());
        assert_eq!(shown.matches("const _").count(), count, "{}: an example for each handle", texts.name);
        modules.push((format!("src/{}.rs", texts.name), shown));
        members.push(texts.name);
    }
    modules.push(library(&members));
    modules.push(manifest(EXAMPLES, members.iter().map(String::as_str)));
    for (package, files) in [(EXAMPLES, modules), (CALLER, caller())] {
        for (path, text) in files {
            let path = folder().join("crates").join(package).join(path);
            write(&path, &text);
            kept.push(path);
        }
        members.push(package.to_owned());
    }
    remove_others(&folder().join("crates"), &kept);
    let ours: Table = toml::from_str(&fs::read_to_string(root.join("Cargo.toml")).unwrap()).unwrap();
    let mut lints = ours["workspace"]["lints"].clone();
    lints["rust"].as_table_mut().unwrap().insert("warnings".to_owned(), "deny".into());
    let workspace = Table::from_iter([
        ("resolver".to_owned(), Value::from("3")),
        (
            "members".to_owned(),
            members.iter().map(|name| format!("crates/{name}")).collect::<Vec<_>>().into(),
        ),
        ("lints".to_owned(), lints),
    ]);
    let manifest = Table::from_iter([("workspace".to_owned(), Value::from(workspace))]);
    write(&folder().join("Cargo.toml"), &toml::to_string(&manifest).unwrap());
    // The present versions, so that no network is needed. Cargo adds the fixtures to its copy, so the copy of our file
    // next to it shows a change of ours.
    let ours = fs::read_to_string(root.join("Cargo.lock")).unwrap();
    if fs::read_to_string(folder().join("ours.lock")).ok().as_ref() != Some(&ours) {
        fs::write(folder().join("Cargo.lock"), &ours).unwrap();
        fs::write(folder().join("ours.lock"), &ours).unwrap();
    }
    members
}

/// Compiles to the end: a check would compile the dependencies a second time, for the program that calls.
fn build(arguments: &[&str]) {
    let output = cargo(&folder(), &[&["build", "--no-default-features"], arguments].concat());
    assert!(output.status.success(), "{arguments:?}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// The requests that the fixtures' servers receive and the responses that the clients read, as the program prints them.
fn assert_calls() {
    let program = format!("debug/{CALLER}{}", std::env::consts::EXE_SUFFIX);
    let output = Command::new(target().join(program)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/calls"));
    settings.bind(|| insta::assert_snapshot!("calls", String::from_utf8(output.stdout).unwrap()));
}

#[test]
fn fixtures_compile_without_warnings() {
    let members = workspace();
    assert!(members.iter().any(|name| name == "areas"));
    // Without the tests of the libraries, which have none: cargo would compile each library twice.
    build(&["--workspace", "--lib", "--bins", "--features", "full"]);
    assert_calls();
    for area in ["read", "write", "other"] {
        build(&["--package", "areas-client", "--features", area]);
    }
    build(&["--package", "areas-client"]);
    build(&["--package", "empty-area-client", "--features", "visits"]);
    build(&["--package", "empty-area-client"]);
}
