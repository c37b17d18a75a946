//! Runs the commands on a small checkout as a person does, and asserts their effects.

#![allow(clippy::unwrap_used)] // only a `#[test]` may unwrap by clippy.toml, and these are what tests are made of

use std::fs;
use std::process::Command;

use crate::support::checkout;
use crate::support::checkout::Checkout;
use serde_json::Value;

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
    fs::rename(checkout.path("specs/none/overlay.yaml"), checkout.path("overlay.yaml")).unwrap();
    let said = checkout.run(&["update", "none"], 2);
    assert!(
        said.contains("specs/none/overlay.yaml is not there, and specs/none/source.toml says `empty = true`"),
        "{said}"
    );
    fs::rename(checkout.path("overlay.yaml"), checkout.path("specs/none/overlay.yaml")).unwrap();
    let said = checkout.run(&["update", "none"], 0);
    assert!(said.contains("none 7\n  1 operations"), "{said}");
    checkout.run(&["update", "none", "--check"], 0);
    checkout.run(&["generate", "none", "--check"], 0);
    let text = fs::read_to_string(checkout.path("specs/none/source.toml")).unwrap();
    assert_eq!(text, source.replace("0.1.0", "0.1.0+7"));
    fs::write(checkout.path("specs/none/source.toml"), source).unwrap();
    let said = checkout.run(&["update", "none", "--check"], 1);
    assert!(
        said.contains("--> specs/none/source.toml"),
        "a check wants the version that an update gives: {said}"
    );
    checkout.run(&["update", "none"], 0);
    let ping = fs::read_to_string(checkout.path("generated/none/src/operations/ping.rs")).unwrap();
    assert!(ping.contains("/// Ours."), "{ping}");

    let files = checkout.files();
    for more in [&["--check"][..], &[]] {
        let said = checkout.run(&[&["update", "none", "--from", "library.json"], more].concat(), 2);
        assert!(
            said.contains("specs/none/source.toml says `empty = true`: none is made of its overlay alone"),
            "{said}"
        );
        assert!(said.contains("leave `--from` out"), "{said}");
    }
    assert_eq!(checkout.files(), files);

    // A problem has no location in an empty document, and is reported all the same.
    let odd = overlay.replace("operationId: ping, ", "operationId: ping, desc: Ours, ");
    fs::write(checkout.path("specs/none/overlay.yaml"), odd).unwrap();
    let said = checkout.run(&["update", "none", "--strict"], 2);
    assert!(said.contains("error[unsupported]: an operation of OpenAPI 3.0 has no `desc`"), "{said}");
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
    assert!(said.contains("error[edited-file]: the file differs from the generator's output\n  --> generated/mini/src/lib.rs\n  help: run `cargo xtask generate`"), "{said}");
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
fn a_document_of_another_api_is_refused() {
    let checkout = Checkout::updated();
    let text = fs::read_to_string(checkout.path("library.json")).unwrap();
    fs::write(checkout.path("pet.json"), text.replace("\"Library\"", "\"Pet API\"")).unwrap();
    let files = checkout.files();
    for more in [&["--check"][..], &[]] {
        let said = checkout.run(&[&["update", "mini", "--from", "pet.json"], more].concat(), 2);
        assert!(
            said.contains("error[foreign-document]: the document is titled \"Pet API\", and mini is \"Library\"\n  --> pet.json:3:"),
            "{said}"
        );
        assert!(said.contains("an action on `$.info` in specs/mini/overlay.yaml keeps the title"), "{said}");
        assert_eq!(checkout.files(), files);
    }
    // That way out is one.
    let overlay = "overlay: 1.1.0\ninfo: { title: Ours, version: 1.0.0 }\nactions:\n  - target: $.info\n    update: { title: Library }\n";
    fs::write(checkout.path("specs/mini/overlay.yaml"), overlay).unwrap();
    checkout.run(&["update", "mini", "--from", "pet.json"], 0);
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
    let arguments = ["update", "mini", "--from", "library.json"];
    let said = checkout.run(&[&arguments[..], &["--check"]].concat(), 1);
    let way = "help: move it away, then run `cargo xtask update mini --from library.json`";
    assert!(said.contains("error[foreign-file]") && said.contains(way), "{said}");
    let said = checkout.run(&arguments, 2);
    assert!(said.contains("error[foreign-file]"), "{said}");
    assert!(said.contains("--> generated/mini/src/lib.rs"), "{said}");
    assert_eq!(checkout.files(), files);
}

/// A limit on the length of files simulates a full disk: the write fails half-way in the same manner.
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

/// Names are made for the crate, for the changes and for the program of the contract tests, and reported once.
#[test]
fn what_there_is_to_say_is_said_once() {
    let checkout = Checkout::updated();
    let rules = checkout.path("specs/mini/naming.toml");
    fs::write(&rules, "[type]\n\"Shelf\" = \"Board\"\n").unwrap();
    for arguments in [
        &["update", "mini", "--from", "library.json"][..],
        &["update", "mini", "--from", "library.json", "--check"],
        &["generate", "mini"],
        &["generate", "mini", "--check"],
    ] {
        let said = checkout.run(arguments, 0);
        assert_eq!(said.matches("notice[unused-exception]").count(), 1, "{arguments:?}: {said}");
    }
    fs::write(&rules, "handel = 1\n").unwrap();
    for arguments in [
        &["update", "mini", "--from", "library.json"][..],
        &["generate", "mini", "--check"],
        &["diff", "library.json", "mini"],
    ] {
        let said = checkout.run(arguments, 2);
        assert_eq!(said.matches("error[invalid-config]").count(), 1, "{arguments:?}: {said}");
        assert!(said.contains("\n1 error; "), "{arguments:?}: {said}");
    }
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
    assert!(said.contains("loose.rs: the first line is not a `//!` line"), "{said}");
}

#[test]
fn completions_are_printed() {
    let output = Checkout::new().output(&["completions", "bash"]);
    assert!(String::from_utf8(output.stdout).unwrap().contains("generate"));
}

/// Bash's completions after `xtask diff --format`, with the printed script.
#[cfg(unix)]
#[test]
fn bash_completes_with_the_script() {
    let checkout = Checkout::new();
    let script = String::from_utf8(checkout.output(&["completions", "bash"]).stdout).unwrap();
    let asked =
        "COMP_WORDS=(xtask diff --format ''); COMP_CWORD=3; _xtask xtask '' --format; echo ${COMPREPLY[*]}";
    let output = match Command::new("bash").args(["-c", &format!("{script}\n{asked}")]).output() {
        Ok(output) => output,
        Err(error) => return eprintln!("DID NOT RUN: bash: {error}"),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "text markdown json html sarif junit github\n",
        "{said}"
    );
}

/// Colours are for terminals, unless the environment says otherwise.
#[test]
fn colours_follow_the_environment() {
    let checkout = Checkout::new();
    fs::write(checkout.path("wrong.json"), "{\n  \"openapi\": 3\n}").unwrap();
    let said = |variable: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["update", "mini", "--from", "wrong.json"]).current_dir(checkout.path(""));
        for other in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "CI"] {
            command.env_remove(other);
        }
        String::from_utf8(command.env(variable, "1").output().unwrap().stderr).unwrap()
    };
    let plain = said("NO_COLOR");
    assert!(plain.contains("\n    2 |   \"openapi\": 3\n      |   ^\n"), "{plain}");
    assert_eq!(said("STOREWRIGHT_NOTHING"), plain, "standard error is no terminal here");
    let coloured = said("CLICOLOR_FORCE");
    assert!(coloured.starts_with("\u{1b}[1;31merror["), "{coloured}");
    assert!(coloured.contains("\u{1b}[1;31m^\u{1b}[0m"), "{coloured}");
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

    // Unchanged and changed parts are reported separately.
    let text = fs::read_to_string(checkout.path("newer.json")).unwrap();
    let films = ["library.json", "newer.json"].map(|file| {
        let text = if file == "newer.json" { text.clone() } else { fs::read_to_string(checkout.path(file)).unwrap() };
        let path = "\"paths\": { \"/films\": { \"get\": { \"operationId\": \"films_list\", \"tags\": [\"Films\"], \"responses\": { \"204\": { \"description\": \"\" } } } },";
        let own = format!("films-{file}");
        fs::write(checkout.path(&own), text.replace("\"paths\": {", path)).unwrap();
        own
    });
    let output = checkout.output(&["diff", &films[0], &films[1], "--only", "Films", "--fail-on", "any"]);
    let said = String::from_utf8(output.stdout).unwrap();
    let apart =
        "rust: 0 major, 0 minor\nof all areas: 3 → 3 operations; the crate's version changes by: major\n";
    assert!(said.contains(apart), "{said}");
    assert_eq!(output.status.code(), Some(0));
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
    let version = || {
        let crate_version = |path: &str, key: &str| {
            let text = fs::read_to_string(checkout.path(path)).unwrap();
            text.lines().find_map(|line| line.strip_prefix(key)).map(|rest| rest.trim_matches('"').to_owned())
        };
        let source = crate_version("specs/mini/source.toml", "crate_version = ");
        assert_eq!(source, crate_version("generated/mini/Cargo.toml", "version = "));
        source.unwrap()
    };
    assert_eq!(version(), "0.4.0+1.3", "a field is gone, and below 1.0 the second number says so");
    // An attempt before the commit raises the version once.
    fs::write(checkout.path("specs/mini/naming.toml"), "[type]\n\"Book\" = \"Volume\"\n").unwrap();
    checkout.run(&["update", "mini", "--from", "newer.json"], 0);
    assert_eq!(version(), "0.4.0+1.3");
    fs::remove_file(checkout.path("specs/mini/naming.toml")).unwrap();
    checkout.run(&["update", "mini", "--from", "newer.json"], 0);
    assert_eq!(fs::read_to_string(checkout.path("generated/mini/CHANGELOG.md")).unwrap(), changes);
    checkout.run(&["update", "mini", "--check", "--from", "newer.json"], 0);
    checkout.run(&["generate", "--check"], 0);
    checkout.run(&["diff", "main:mini", "mini", "--fail-on", "rust"], 1);
    let output = checkout.output(&["diff", "main:mini", "--format", "markdown"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("## mini: 1.2 → 1.3\n"), "{text}");
    assert!(text.contains("**breaks Rust**: `Book.pages` removed (integer)"), "{text}");
    checkout.run(&["diff", "newer.json", "mini", "--fail-on", "any"], 0);

    let said = checkout.run(&["diff", "nowhere:mini", "mini"], 2);
    assert_eq!(said, "error: there is no revision `nowhere`\n");
    fs::rename(checkout.path(".git"), checkout.path("../git")).unwrap();
    let mut command = checkout.command(&["diff", "main:mini"]);
    let output = command.env("GIT_CEILING_DIRECTORIES", checkout.path("..")).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("error: `main` cannot be looked up, as git says: fatal: not a git repository"),
        "{said}"
    );
    fs::rename(checkout.path("../git"), checkout.path(".git")).unwrap();
    let said = checkout.run(&["diff", "main:maxi", "mini"], 2);
    assert_eq!(said, "error: there is no API `maxi` at `main`; there are: mini\n");
}

/// The files of a checkout without git's own.
fn work(checkout: &Checkout) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut out = checkout.files();
    out.retain(|path, _| !path.starts_with(checkout.path(".git")));
    out
}

/// The version follows the breaking changes since the last commit, so going back leaves nothing of an attempt.
#[test]
fn an_update_back_to_what_is_committed_restores_every_file() {
    let checkout = Checkout::updated();
    newer(&checkout);
    let source = checkout.path("specs/mini/source.toml");
    // Read on another day.
    let text = fs::read_to_string(&source).unwrap();
    let (text, _) = text.split_once("date = ").unwrap();
    fs::write(&source, format!("{text}date = 2026-01-02\n")).unwrap();
    git(&checkout, &["init", "--quiet", "--initial-branch", "main"]);
    git(&checkout, &["add", "--all"]);
    git(&checkout, &["commit", "--quiet", "--message", "Store"]);
    let files = work(&checkout);
    let changes = checkout.path("generated/mini/CHANGELOG.md");

    let said = checkout.run(&["update", "mini", "--from", "newer.json"], 0);
    assert!(said.contains("went from 0.3.0+1.2 to 0.4.0+1.3") && !said.contains("is older than"), "{said}");
    assert!(changes.is_file());
    let said = checkout.run(&["update", "mini", "--from", "library.json"], 0);
    assert!(said.contains("mini: 1.2 is older than 1.3, which is stored\n"), "{said}");
    assert!(said.contains("went from 0.4.0+1.3 to 0.3.0+1.2"), "{said}");
    assert_eq!(work(&checkout), files);

    // A version that a person raised stays, and a check requires the same as an update.
    let text = fs::read_to_string(&source).unwrap();
    fs::write(&source, text.replace("0.3.0+1.2", "0.5.0")).unwrap();
    let said = checkout.run(&["update", "mini", "--check", "--from", "library.json"], 1);
    assert!(said.contains("--> specs/mini/source.toml"), "{said}");
    assert!(said.contains("--> generated/mini/Cargo.toml"), "{said}");
    checkout.run(&["update", "mini", "--from", "newer.json"], 0);
    checkout.run(&["update", "mini", "--check", "--from", "newer.json"], 0);
    assert!(fs::read_to_string(&source).unwrap().contains("\"0.5.0+1.3\""));

    // A section that is committed stays where a later try is taken back.
    git(&checkout, &["add", "--all"]);
    git(&checkout, &["commit", "--quiet", "--message", "Update"]);
    let files = work(&checkout);
    checkout.run(&["update", "mini", "--from", "library.json"], 0);
    checkout.run(&["update", "mini", "--from", "newer.json"], 0);
    assert_eq!(work(&checkout), files);
}

/// Names are not part of the Api, but users of the crate write them.
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

/// Users who may read other files may read a command's files.
#[cfg(unix)]
#[test]
fn written_files_have_the_mode_of_any_file() {
    use std::os::unix::fs::PermissionsExt;
    let checkout = Checkout::new();
    newer(&checkout);
    let before = checkout.files();
    for arguments in [
        &["update", "mini", "--from", "library.json"][..],
        &["update", "mini", "--from", "newer.json"],
        &["diff", "library.json", "newer.json", "--format", "html", "--out", "diff.html"],
    ] {
        checkout.run(arguments, 0);
    }
    fs::write(checkout.path("any"), "").unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode();
    let usual = mode(&checkout.path("any"));
    let after = checkout.files();
    for path in after.keys().filter(|path| before.get(*path) != after.get(*path)) {
        assert_eq!(mode(path), usual, "{}", path.display());
    }
    let said = checkout.run(&["diff", "library.json", "mini", "--out", "none/diff.html"], 2);
    assert_eq!(said, "error: none/diff.html: there is no folder none\n");
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
fn a_tool_that_is_not_there_is_named_with_the_way_to_it() {
    let checkout = Checkout::new();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("semver")
        .current_dir(checkout.path(""))
        // A cargo that knows no such command.
        .env("CARGO", "false")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("`cargo install cargo-semver-checks --locked`"), "{said}");
}

/// A stand-in for cargo knows the tool; a further call of it would fail.
#[cfg(unix)]
#[test]
fn a_feature_that_is_none_is_said_before_a_crate_is_made() {
    use std::os::unix::fs::PermissionsExt;
    let checkout = Checkout::new();
    let cargo = checkout.path("cargo.sh");
    fs::write(&cargo, "#!/bin/sh\necho enum_missing major\n").unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    let shared = checkout.path("shared/specs/app-store-connect");
    fs::create_dir_all(&shared).unwrap();
    for version in ["3.7.0", "4.3", "4.4.1", "4.5", "4.5.1"] {
        fs::copy(checkout.path("library.json"), shared.join(format!("{version}.json"))).unwrap();
    }
    let files = checkout.files();
    let mut command = checkout.command(&["semver", "nope"]);
    let output =
        command.env("CARGO", &cargo).env("STOREWRIGHT_SHARED", checkout.path("shared")).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "error: `nope` is not a feature of both crates; there are: full\n");
    assert_eq!(checkout.files(), files);
}

#[test]
fn two_apis_are_no_two_versions() {
    let checkout = Checkout::updated();
    checkout::copy(&checkout.path("specs/mini"), &checkout.path("specs/maxi"));
    let info = checkout.path("specs/maxi/api/info.yaml");
    let text = fs::read_to_string(&info).unwrap();
    fs::write(&info, text.replace("name: mini", "name: maxi").replace("Library", "Archive")).unwrap();
    let said = checkout.run(&["diff", "library.json", "maxi"], 2);
    assert!(said.contains("mini and maxi are two APIs: compare two versions of one"), "{said}");

    // The overlay of ours is for a document of that title, and nothing else is a version of it.
    let overlay = "overlay: 1.1.0\ninfo: { title: Ours, version: 1.0.0 }\nactions:\n  - target: $.info\n    update: { title: Library }\n";
    fs::write(checkout.path("specs/mini/overlay.yaml"), overlay).unwrap();
    let text = fs::read_to_string(checkout.path("library.json")).unwrap();
    for (file, title) in [("pet.json", "Pet API"), ("zoo.json", "Zoo API")] {
        fs::write(checkout.path(file), text.replace("\"Library\"", &format!("\"{title}\""))).unwrap();
    }
    // A vendor may rename its API, so another title is said and ends nothing.
    for sides in
        [["pet.json", "mini"], ["mini", "pet.json"], ["pet.json", "zoo.json"], ["pet.json", "library.json"]]
    {
        let said = checkout.run(&["diff", sides[0], sides[1]], 0);
        assert!(said.contains("the titles differ: "), "{said}");
    }
    checkout.run(&["diff", "pet.json", "mini", "--api", "mini", "--fail-on", "any"], 0);
    checkout.run(&["diff", "pet.json", "pet.json", "--fail-on", "any"], 0);

    let said = checkout.run(&["diff", "library.json", "mini", "--max-chars", "5000"], 2);
    assert!(said.contains("`--max-chars` is for `--format markdown`"), "{said}");
}
