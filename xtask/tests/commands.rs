//! A checkout in miniature goes in; the commands run on it as a person runs them, and what they leave is asserted.

#![allow(clippy::unwrap_used)] // only a `#[test]` may unwrap by clippy.toml, and these are what tests are made of

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

struct Checkout {
    dir: TempDir,
}

impl Checkout {
    /// `tests/mini` with this repository's templates and runtime.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        copy(&here.join("tests/mini"), &dir.path().join("checkout"));
        let templates = here.join("../templates");
        if templates.is_dir() {
            copy(&templates, &dir.path().join("checkout/templates"));
        }
        Self { dir }
    }

    /// One whose Api is stored and whose crate is generated.
    fn updated() -> Self {
        let out = Self::new();
        out.run(&["update", "mini", "--from", "library.json"], 0);
        out
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join("checkout").join(path)
    }

    /// Runs a command that must end with `code`; what it said comes out.
    fn run(&self, arguments: &[&str], code: i32) -> String {
        let output = self.output(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?} said:\n{said}");
        said
    }

    fn output(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments)
            .current_dir(self.path(""))
            .env("STOREWRIGHT_SHARED", self.path("nowhere"))
            .output()
            .unwrap()
    }

    /// Every file of the checkout and of the folder around it.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut out = BTreeMap::new();
        read(self.dir.path(), &mut out);
        out
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn read(folder: &Path, out: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, out);
        } else {
            out.insert(path.clone(), fs::read(path).unwrap());
        }
    }
}

#[test]
fn an_update_stores_generates_and_proves_itself() {
    let checkout = Checkout::new();
    let said = checkout.run(&["update", "mini", "--from", "library.json"], 0);
    assert!(said.contains("mini 1.2\n  2 operations (1 deprecated)\n"), "{said}");
    assert!(checkout.path("specs/mini/api/operations.yaml").is_file());
    assert!(checkout.path("generated/mini/src/lib.rs").is_file());
    let record = fs::read_to_string(checkout.path("specs/mini/source.toml")).unwrap();
    assert!(record.starts_with("# Ours, for tests.\nlicence"), "{record}");
    assert!(record.contains("[read]\nfrom = \"library.json\"\nversion = \"1.2\"\n"), "{record}");

    let files = checkout.files();
    checkout.run(&["update", "mini", "--check", "--from", "library.json"], 0);
    checkout.run(&["update", "mini", "--from", "library.json"], 0);
    checkout.run(&["generate"], 0);
    checkout.run(&["generate", "--check"], 0);
    assert_eq!(checkout.files(), files, "the same again changes nothing");
}

#[test]
fn a_check_of_another_document_names_what_differs() {
    let checkout = Checkout::updated();
    let text = fs::read_to_string(checkout.path("library.json")).unwrap();
    fs::write(checkout.path("newer.json"), text.replace("\"deprecated\": true,", "")).unwrap();
    let files = checkout.files();
    let said = checkout.run(&["update", "mini", "--check", "--from", "newer.json"], 1);
    assert!(said.contains("error[edited-file]"), "{said}");
    assert!(said.contains("--> specs/mini/api/operations.yaml"), "{said}");
    assert!(said.contains("help: run `cargo xtask update mini --from newer.json`"), "{said}");
    assert_eq!(checkout.files(), files);
}

#[test]
fn an_api_without_a_document_is_made_of_its_overlay() {
    let checkout = Checkout::new();
    fs::create_dir_all(checkout.path("specs/none")).unwrap();
    let source = "empty = true\ncrate_version = \"0.1.0\"\n";
    fs::write(checkout.path("specs/none/source.toml"), source).unwrap();
    let overlay = r#"
overlay: 1.1.0
info: { title: None, version: 1.0.0 }
actions:
  - target: $
    update:
      info: { title: None, version: '7' }
      paths:
        /ping:
          get: { operationId: ping, tags: [Ping], description: Ours., responses: { '204': {} } }
"#;
    fs::write(checkout.path("specs/none/overlay.yaml"), overlay).unwrap();
    let said = checkout.run(&["update", "none", "--check"], 1);
    assert!(said.contains("help: run `cargo xtask update none`"), "{said}");
    let said = checkout.run(&["update", "none"], 0);
    assert!(said.contains("none 7\n  1 operations"), "{said}");
    checkout.run(&["update", "none", "--check"], 0);
    checkout.run(&["generate", "none", "--check"], 0);
    assert_eq!(fs::read_to_string(checkout.path("specs/none/source.toml")).unwrap(), source);
    let ping = fs::read_to_string(checkout.path("generated/none/src/operations/ping.rs")).unwrap();
    assert!(ping.contains("/// Ours."), "{ping}");

    // A fault has no place in an empty document, and is said all the same.
    fs::write(checkout.path("specs/none/overlay.yaml"), overlay.replace("operationId: ping, ", "")).unwrap();
    let said = checkout.run(&["update", "none"], 2);
    assert!(said.contains("error[missing-operation-id]"), "{said}");
    assert!(said.contains("--> an empty document"), "{said}");
}

#[test]
fn edited_missing_and_orphaned_files_are_named_and_mended() {
    let checkout = Checkout::updated();
    let lib = checkout.path("generated/mini/src/lib.rs");
    let text = fs::read_to_string(&lib).unwrap();
    fs::write(&lib, format!("{text}// by hand\n")).unwrap();
    fs::write(checkout.path("generated/mini/src/old.rs"), "// @generated by Storewright\n").unwrap();
    let said = checkout.run(&["generate", "--check"], 1);
    assert!(said.contains("error[edited-file]: the file is not what would be generated\n  --> generated/mini/src/lib.rs\n  help: run `cargo xtask generate`"), "{said}");
    assert!(said.contains("error[orphaned-file]"), "{said}");
    fs::remove_file(&lib).unwrap();
    let said = checkout.run(&["generate", "mini", "--check"], 1);
    assert!(said.contains("error[missing-file]"), "{said}");
    assert!(said.contains("help: run `cargo xtask generate mini`"), "{said}");

    checkout.run(&["generate"], 0);
    checkout.run(&["generate", "--check"], 0);
    assert_eq!(fs::read_to_string(&lib).unwrap(), text);
}

#[test]
fn bad_input_is_said_and_leaves_every_file_as_it_was() {
    let checkout = Checkout::updated();
    let text = fs::read_to_string(checkout.path("library.json")).unwrap();
    fs::write(checkout.path("cut.json"), &text[..text.len() / 2]).unwrap();
    fs::write(checkout.path("wrong.json"), "{}").unwrap();
    let files = checkout.files();
    for (from, code) in
        [("cut.json", "invalid-json"), ("none.json", "unreadable-source"), ("wrong.json", "error")]
    {
        let said = checkout.run(&["update", "mini", "--from", from], 2);
        assert!(said.contains(code), "{from}: {said}");
        assert!(said.ends_with("nothing was changed\n"), "{from}: {said}");
        assert_eq!(checkout.files(), files, "{from}");
    }
}

#[test]
fn a_document_that_is_not_the_pinned_one_is_refused() {
    let checkout = Checkout::new();
    let path = checkout.path("specs/mini/source.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("sha256 = \"00\"\n{text}")).unwrap();
    let files = checkout.files();
    let said = checkout.run(&["update", "mini", "--from", "library.json"], 2);
    assert!(said.contains("error[checksum-mismatch]"), "{said}");
    assert_eq!(checkout.files(), files);
}

#[test]
fn hand_written_files_in_the_way_stop_an_update() {
    let checkout = Checkout::new();
    fs::create_dir_all(checkout.path("generated/mini/src")).unwrap();
    fs::write(checkout.path("generated/mini/src/lib.rs"), "// mine\n").unwrap();
    let files = checkout.files();
    let said = checkout.run(&["update", "mini", "--from", "library.json"], 2);
    assert!(said.contains("error[foreign-file]"), "{said}");
    assert!(said.contains("--> generated/mini/src/lib.rs"), "{said}");
    assert_eq!(checkout.files(), files);
}

/// A limit on the length of files stands for a full disk: the write fails half-way in the same manner.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_every_file_as_it_was() {
    let checkout = Checkout::updated();
    let text = fs::read_to_string(checkout.path("library.json")).unwrap();
    let tags: Vec<String> = (0..4000).map(|tag| format!("\"Tag{tag}\"")).collect();
    let long = text.replace("[\"Books\"]", &format!("[\"Books\", {}]", tags.join(", ")));
    fs::write(checkout.path("long.json"), long.replace("books_list", &"books_".repeat(4000))).unwrap();
    let files = checkout.files();
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" update mini --from long.json"])
        .arg(env!("CARGO_BIN_EXE_xtask"))
        .current_dir(checkout.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("error[failed-write]: a file cannot be written: "), "{said}");
    assert_eq!(checkout.files(), files);
}

#[test]
fn anybodys_file_gives_a_crate_elsewhere() {
    let checkout = Checkout::new();
    let arguments = ["generate", "--from", "library.json", "--out", "out/library", "--name", "town-library"];
    checkout.run(&arguments, 0);
    assert!(checkout.path("out/library/src/lib.rs").is_file());
    assert!(!checkout.path("generated").exists());
    checkout.run(&[&arguments[..], &["--check"]].concat(), 0);
    fs::write(checkout.path("out/library/src/lib.rs"), "// @generated by Storewright\n").unwrap();
    let said = checkout.run(&[&arguments[..], &["--check"]].concat(), 1);
    let mend = "cargo xtask generate --from library.json --name town-library --out out/library`";
    assert!(said.contains(mend), "{said}");
}

/// What the client of a document calls, by what the document says of its address.
#[test]
fn anybodys_swagger_file_gives_a_crate_whatever_it_says_of_its_address() {
    let rest = "
info: { title: Library, version: '1' }
produces: [application/json]
paths:
  /books/{id}:
    parameters: [{ $ref: '#/parameters/id' }]
    get:
      operationId: books_get
      tags: [books]
      responses: { '200': { description: ok, schema: { $ref: '#/definitions/Book' } } }
parameters: { id: { name: id, in: path, required: true, type: string } }
definitions: { Book: { properties: { title: { type: string } } } }
";
    for (address, url) in [
        ("host: a.example.com\nbasePath: /v1/\nschemes: [http]", "http://a.example.com/v1"),
        ("host: a.example.com:8080\nschemes: [wss, http, https]", "https://a.example.com:8080"),
        ("host: a.example.com\nbasePath: v1", "https://a.example.com/v1"),
        ("basePath: /v1", "/v1"),
        ("basePath: /", ""),
    ] {
        let checkout = Checkout::new();
        let yaml = format!("swagger: '2.0'\n{address}{rest}");
        let tree: Value = serde_yaml::from_str(&yaml).unwrap();
        fs::write(checkout.path("books.yaml"), &yaml).unwrap();
        fs::write(checkout.path("books.json"), tree.to_string()).unwrap();
        for file in ["books.yaml", "books.json"] {
            checkout.run(&["generate", "--from", file, "--out", "out"], 0);
            let api = fs::read_to_string(checkout.path("out/src/api.rs")).unwrap();
            assert!(api.contains(&format!("BASE_URL: &'static str = \"{url}\";")), "{address}: {api}");
            let book = fs::read_to_string(checkout.path("out/src/operations/books.rs")).unwrap();
            assert!(book.contains("BOOKS_GET = Get \"books_get\" \"/books/{id}\""), "{book}");
        }
    }
}

#[test]
fn the_status_has_the_keys_that_readers_of_the_json_know() {
    let checkout = Checkout::updated();
    let output = checkout.output(&["status", "--json"]);
    assert!(output.status.success());
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&status), "apis");
    let api = &status["apis"][0];
    assert_eq!(
        keys(api),
        "name vendor_version operations deprecated tags types enums areas overlay skipped notices generated"
    );
    assert_eq!(keys(&api["generated"]), "files lines bytes");
    assert_eq!(
        (&api["name"], &api["vendor_version"], &api["operations"], &api["deprecated"]),
        (&"mini".into(), &"1.2".into(), &2.into(), &1.into())
    );
    let table = String::from_utf8(checkout.output(&["status"]).stdout).unwrap();
    assert!(table.starts_with("api   version  operations"), "{table}");
    assert!(table.contains("\nmini      1.2           2"), "{table}");
}

#[test]
fn a_stored_api_that_cannot_be_read_is_named() {
    let checkout = Checkout::updated();
    fs::write(checkout.path("specs/mini/api/operations.yaml"), "- [").unwrap();
    let said = checkout.run(&["generate"], 2);
    assert!(said.contains("error[invalid-api]"), "{said}");
    assert!(said.contains("--> specs/mini/api/operations.yaml"), "{said}");
}

#[test]
fn rules_that_cannot_be_read_are_named() {
    let checkout = Checkout::updated();
    fs::write(checkout.path("specs/mini/naming.toml"), "handel = 1\n").unwrap();
    let said = checkout.run(&["generate"], 2);
    assert!(said.contains("error[invalid-config]"), "{said}");
    assert!(said.contains("--> specs/mini/naming.toml:1"), "{said}");
}

#[test]
fn wrong_usage_is_said() {
    let checkout = Checkout::new();
    let said = checkout.run(&["update", "maxi"], 2);
    assert_eq!(said, "error: there is no API `maxi`; there are: mini\n");
    assert!(checkout.run(&["update", "mini"], 2).contains("specs/mini/source.toml names no URL"));
    assert!(checkout.run(&["generate", "--from", "library.json"], 2).contains("--out"));
    let said = checkout.run(&["generate", "--from", "library.json", "--out", "x", "--name", "A b"], 2);
    assert!(said.contains("cannot name a crate"), "{said}");
    checkout.run(&["conjure"], 2);
}

#[test]
fn tidy_names_each_breach() {
    let checkout = Checkout::new();
    fs::write(checkout.path("loose.rs"), "fn f() {}\n").unwrap();
    let said = checkout.run(&["tidy"], 1);
    assert!(said.contains("loose.rs: the first line is no `//!` line"), "{said}");
}

#[test]
fn completions_are_printed() {
    let output = Checkout::new().output(&["completions", "bash"]);
    assert!(String::from_utf8(output.stdout).unwrap().contains("generate"));
}

/// The library with another version, a book's pages gone, and another binding.
fn newer(checkout: &Checkout) {
    let text = fs::read_to_string(checkout.path("library.json")).unwrap();
    let text = text.replace("\"1.2\"", "\"1.3\"").replace("\"CLOTH\"", "\"CLOTH\", \"LEATHER\"");
    fs::write(checkout.path("newer.json"), text.replace("\"pages\": { \"type\": \"integer\" },", ""))
        .unwrap();
}

fn git(checkout: &Checkout, arguments: &[&str]) {
    let who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    let status =
        Command::new("git").args(who).args(arguments).current_dir(checkout.path("")).output().unwrap().status;
    assert!(status.success(), "git {arguments:?}");
}

#[test]
fn a_diff_of_two_files_ends_as_it_was_asked_to() {
    let checkout = Checkout::updated();
    newer(&checkout);
    let files = checkout.files();
    let output = checkout.output(&["diff", "library.json", "newer.json", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let diff: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(diff["from"], serde_json::json!({ "api": "mini", "version": "1.2" }));
    let rows: Vec<String> = diff["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| format!("{} {} {} {}", c["kind"], c["subject"], c["wire"], c["rust"]).replace('"', ""))
        .collect();
    assert_eq!(
        rows,
        ["field-removed Book.pages risky major", "value-added Book.binding=LEATHER risky minor"]
    );
    assert_eq!(diff["bump"], "major");
    for (on, code) in [("wire", 0), ("rust", 1), ("any", 1)] {
        checkout.run(&["diff", "library.json", "newer.json", "--fail-on", on], code);
        checkout.run(&["diff", "mini", "library.json", "--fail-on", on], 0);
    }
    assert_eq!(checkout.files(), files, "a diff writes nothing by itself");
    checkout.run(&["diff", "library.json", "newer.json", "--format", "html", "--out", "diff.html"], 0);
    assert!(fs::read_to_string(checkout.path("diff.html")).unwrap().starts_with("<!doctype html>"));
    let only = |word| checkout.output(&["diff", "library.json", "newer.json", "--only", word]);
    assert!(String::from_utf8(only("Books").stdout).unwrap().contains("Book.pages"));
    assert_eq!(only("Shelves").status.code(), Some(2));
}

#[test]
fn a_diff_with_a_revision_takes_what_was_stored_there() {
    let checkout = Checkout::updated();
    git(&checkout, &["init", "--quiet", "--initial-branch", "main"]);
    git(&checkout, &["add", "--all"]);
    git(&checkout, &["commit", "--quiet", "--message", "Store"]);
    newer(&checkout);
    checkout.run(&["update", "mini", "--from", "newer.json"], 0);
    let changes = fs::read_to_string(checkout.path("generated/mini/CHANGELOG.md")).unwrap();
    assert!(changes.starts_with("# Changelog\n") && changes.contains("\n## mini: 1.2 → 1.3\n"), "{changes}");
    checkout.run(&["update", "mini", "--from", "newer.json"], 0);
    assert_eq!(fs::read_to_string(checkout.path("generated/mini/CHANGELOG.md")).unwrap(), changes);
    checkout.run(&["generate", "--check"], 0);
    checkout.run(&["diff", "main:mini", "mini", "--fail-on", "rust"], 1);
    let output = checkout.output(&["diff", "main:mini", "--format", "markdown"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("## mini: 1.2 → 1.3\n"), "{text}");
    assert!(text.contains("**breaks Rust**: `Book.pages` removed (integer)"), "{text}");
    checkout.run(&["diff", "newer.json", "mini", "--fail-on", "any"], 0);

    let said = checkout.run(&["diff", "nowhere:mini", "mini"], 2);
    assert_eq!(said, "error: there is no revision `nowhere`\n");
    let said = checkout.run(&["diff", "main:maxi", "mini"], 2);
    assert_eq!(said, "error: there is no API `maxi` at `main`; there are: mini\n");
}

/// Names are no part of the Api, and yet they are what a consumer writes.
#[test]
fn a_change_of_names_alone_shows() {
    let checkout = Checkout::updated();
    git(&checkout, &["init", "--quiet", "--initial-branch", "main"]);
    git(&checkout, &["add", "--all"]);
    git(&checkout, &["commit", "--quiet", "--message", "Store"]);
    fs::write(checkout.path("specs/mini/naming.toml"), "[type]\n\"Book\" = \"Volume\"\n").unwrap();
    let output = checkout.output(&["diff", "main:mini", "mini", "--format", "json", "--fail-on", "rust"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let diff: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&diff["bump"], diff["changes"].as_array().unwrap().len()), (&"major".into(), 0));
    let paths: Vec<&Value> =
        diff["summary"]["rust_only"].as_array().unwrap().iter().map(|i| &i["path"]).collect();
    assert!(
        paths.contains(&&"models::Book".into()) && paths.contains(&&"models::Volume".into()),
        "{paths:?}"
    );
}

#[test]
fn what_no_diff_can_read_is_said() {
    let checkout = Checkout::updated();
    let text = fs::read_to_string(checkout.path("library.json")).unwrap();
    fs::write(checkout.path("cut.json"), &text[..text.len() / 2]).unwrap();
    fs::write(checkout.path("empty.json"), "").unwrap();
    let said = checkout.run(&["diff", "library.json", "cut.json"], 2);
    assert!(said.contains("error[invalid-json]") && said.contains("cut.json:"), "{said}");
    assert!(checkout.run(&["diff", "empty.json", "library.json"], 2).contains("the text is empty"));
    let said = checkout.run(&["diff", "none.json", "library.json"], 2);
    assert_eq!(said, "error: `none.json` is neither a file nor an API of ours, of which there are: mini\n");
    let said = checkout.run(&["diff", "mini", "mini", "--format", "markdown", "--max-chars", "10"], 2);
    assert!(said.contains("Markdown needs at least"), "{said}");
    checkout.run(&["diff"], 2);
    checkout.run(&["diff", "mini", "mini", "--format", "pdf"], 2);
}

#[test]
fn names_are_found_from_both_sides() {
    let checkout = Checkout::updated();
    let found = |name: &str| String::from_utf8(checkout.output(&["find", name]).stdout).unwrap();
    let list = found("books_list");
    assert!(list.contains("operations::books::Books::books_list fn"), "{list}");
    assert!(list.contains("    mini: /paths/~1books/get\n"), "{list}");
    assert!(list.contains("    generated/mini/src/operations/books.rs:"), "{list}");
    assert_eq!(found("GET /books"), list);
    assert!(found("/books/{id}").contains("operations::books::Books::books_get fn id"));
    let field = found("Book.pages");
    assert!(field.contains("models::Book.pages field Option<i64>"), "{field}");
    assert!(found("books::Books::books_list").contains("/paths/~1books/get"));
    assert_eq!(checkout.run(&["find", "shelves_list"], 1), "0 items\n");
}
