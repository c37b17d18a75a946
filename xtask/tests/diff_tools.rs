//! Policies, histories and the diff driver of git, run as commands.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::process::Command;

use crate::support::checkout::Checkout;
use serde_json::Value;

fn stdout(checkout: &Checkout, arguments: &[&str], code: i32) -> String {
    let output = checkout.output(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?} said:\n{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Three versions: the second one removes a path, the third one takes that back.
fn versions(checkout: &Checkout) {
    let text = fs::read_to_string(checkout.path("library.json")).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    let write = |name: &str, document: &Value| {
        fs::write(checkout.path(name), serde_json::to_string_pretty(document).unwrap()).unwrap();
    };
    document["info"]["version"] = "1".into();
    write("one.json", &document);
    let mut without = document.clone();
    without["info"]["version"] = "2".into();
    let paths = without["paths"].as_object_mut().unwrap();
    let last = paths.keys().next_back().unwrap().clone();
    paths.remove(&last);
    write("two.json", &without);
    document["info"]["version"] = "3".into();
    write("three.json", &document);
}

#[test]
fn an_accepted_change_does_not_fail_and_an_unused_entry_is_said() {
    let checkout = Checkout::new();
    versions(&checkout);
    let sides = ["diff", "one.json", "two.json", "--api", "mini", "--format", "json"];
    let all: Value =
        serde_json::from_str(&stdout(&checkout, &[&sides[..], &["--fail-on", "wire"]].concat(), 1)).unwrap();
    let breaking = all["changes"].as_array().unwrap().iter().filter(|change| change["wire"] == "breaking");
    let entries = breaking.map(|change| {
        assert_eq!(change["file"], "one.json");
        assert!(change["line"].as_u64().unwrap() > 1);
        format!("[[accept]]\nid = {}\nreason = \"retired\"\n", change["id"])
    });
    let policy = entries.collect::<String>() + "[[accept]]\nid = \"none\"\nreason = \"typo\"\n";
    fs::write(checkout.path("review.toml"), policy).unwrap();
    let accepted = [&sides[..], &["--policy", "review.toml", "--fail-on", "wire"]].concat();
    let found: Value = serde_json::from_str(&stdout(&checkout, &accepted, 0)).unwrap();
    assert!(!found["accepted"].as_array().unwrap().is_empty());
    assert!(checkout.run(&accepted, 0).contains("no change has the id none"));

    fs::write(checkout.path("review.toml"), "[severity]\nnone = \"safe\"\n").unwrap();
    assert!(checkout.run(&accepted, 2).contains("`none` is not a kind of change"));
    checkout.run(&["diff", "one.json", "two.json", "--policy", "nowhere.toml"], 2);
}

#[test]
fn faults_of_the_documents_head_the_report() {
    let checkout = Checkout::new();
    versions(&checkout);
    let broken = |name: &str, ids: &[&str]| {
        let text = fs::read_to_string(checkout.path(name)).unwrap();
        let mut document: Value = serde_json::from_str(&text).unwrap();
        for id in ids {
            let response = serde_json::json!({ "description": "", "content": { "application/json": {
                "schema": { "$ref": format!("#/components/schemas/{id}") } } } });
            document["paths"][format!("/{id}")] =
                serde_json::json!({ "get": { "operationId": id, "responses": { "200": response } } });
        }
        fs::write(checkout.path(name), serde_json::to_string_pretty(&document).unwrap()).unwrap();
    };
    broken("two.json", &["Lost"]);
    broken("three.json", &["Lost", "Gone"]);
    let sides = ["diff", "two.json", "three.json", "--api", "mini"];
    let json: Value =
        serde_json::from_str(&stdout(&checkout, &[&sides[..], &["--format", "json"]].concat(), 0)).unwrap();
    let faults: Vec<[&str; 4]> = json["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| ["side", "code", "pointer", "file"].map(|key| fault[key].as_str().unwrap()))
        .collect();
    let at = |id: &str| format!("/paths/~1{id}/get/responses/200/content/application~1json/schema/$ref");
    let (lost, gone) = (at("Lost"), at("Gone"));
    assert_eq!(
        faults,
        [["both", "dangling-ref", &lost, "three.json"], ["to", "dangling-ref", &gone, "three.json"]]
    );
    assert!(json["faults"][0]["line"].as_u64().unwrap() > 1);
    for format in ["text", "markdown", "html"] {
        let report = stdout(&checkout, &[&sides[..], &["--format", format]].concat(), 0);
        let head = report.find("operations").unwrap();
        let both = report.find("fault of both versions: ").unwrap();
        assert!(
            both < report.find("fault of the new version: ").unwrap() && both < head,
            "{format}:\n{report}"
        );
    }
    let same = stdout(&checkout, &["diff", "three.json", "three.json", "--api", "mini"], 0);
    assert!(same.contains("fault of both versions: ") && same.contains(", and 1 more"), "{same}");
    assert!(same.contains("nothing changed"), "{same}");
}

#[test]
fn a_history_names_each_step_and_what_was_taken_back() {
    let checkout = Checkout::new();
    versions(&checkout);
    let command = ["diff", "--api", "mini", "--history", "one.json", "two.json", "three.json"];
    let text = stdout(&checkout, &command, 0);
    let steps: Vec<&str> = text.lines().filter(|line| line.contains(" operations, ")).collect();
    assert!(steps.len() == 2 && steps[0].starts_with("1 → 2: ") && steps[1].starts_with("2 → 3: "), "{text}");
    assert!(text.contains("taken back later") && text.contains("operation-removed (2, then 3)"), "{text}");
    let json: Value =
        serde_json::from_str(&stdout(&checkout, &[&command[..], &["--format", "json"]].concat(), 0)).unwrap();
    assert_eq!(json["steps"].as_array().unwrap().len(), 2);
    assert_eq!(json["flip_flops"][0]["versions"], serde_json::json!(["2", "3"]));
    checkout.run(&["diff", "--history", "one.json"], 2);
    checkout.run(&["diff", "--format", "html", "--history", "one.json", "two.json"], 2);
    checkout.run(&["diff"], 2);
}

#[test]
fn git_shows_the_report_of_a_stored_api_once() {
    let checkout = Checkout::updated();
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let output =
            Command::new("git").args(who).args(arguments).current_dir(checkout.path("")).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    };
    fs::write(checkout.path(".gitattributes"), "specs/*/api/*.yaml diff=storewright\n").unwrap();
    git(&["init", "--quiet", "--initial-branch", "main"]);
    git(&["config", "diff.storewright.command", &format!("'{}' diff --git", env!("CARGO_BIN_EXE_xtask"))]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "Store"]);
    versions(&checkout);
    checkout.run(&["update", "mini", "--from", "two.json"], 0);
    let once = |text: &str| {
        assert_eq!(text.matches("Breaking changes").count(), 1, "{text}");
        assert!(!text.contains("@@"), "{text}");
    };
    once(&git(&["diff", "--", "specs/mini/api"]));
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "Update"]);
    once(&git(&["diff", "HEAD~1", "HEAD", "--", "specs/mini/api"]));
    once(&git(&["show", "--ext-diff", "HEAD", "--", "specs/mini/api"]));
}
