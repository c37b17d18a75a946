//! Policies, locations and the formats for review tools.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use crate::support::diff::{cases, compare, loaded, patched, reversed};
use serde_json::{Value, json};
use storewright_generator::diagnostic::{Pointer, Sink};
use storewright_generator::diff::{Date, Diff, Policy, Wire};
use storewright_generator::load::{Places, Source, resolve};
use storewright_generator::report;

const TODAY: Date = Date { year: 2027, month: 1, day: 15 };

/// All cases at once, so that there is a row of most kinds.
fn everything() -> (Value, Value, Diff) {
    let (base, cases) = cases();
    let new = [
        "parameter-added",
        "field-required",
        "operation-added",
        "value-added",
        "limit-changed",
        "field-added",
    ]
    .iter()
    .filter_map(|name| cases.get(*name))
    .fold(base.clone(), |document, patch| patched(&document, patch));
    let diff = compare(&loaded("shelf", &base), &loaded("shelf", &new));
    (base, new, diff)
}

fn locate(diff: &mut Diff, names: [&str; 2], texts: &[String; 2]) {
    let find = |side: usize| {
        let mut places = Places::new(Source { name: names[side], text: texts[side].as_bytes() });
        move |at: &[Pointer]| resolve(&mut places, at)
    };
    let (mut old, mut new) = (find(0), find(1));
    diff.locate([Some(&mut old), Some(&mut new)]);
}

fn policy(text: &str) -> Policy {
    let mut out = Sink::new();
    Policy::parse("review.toml", text, &mut out).unwrap_or_else(|| panic!("{:?}", out.diagnostics()))
}

#[test]
fn an_accepted_change_leaves_the_rows_with_its_reason() {
    let (_, _, mut diff) = everything();
    let all = diff.changes.len();
    let id = diff.changes.iter().find(|change| change.wire == Wire::Breaking).unwrap().id.clone();
    let text = format!("[[accept]]\nid = \"{id}\"\nreason = \"not called\"\nuntil = 2027-01-15\n");
    let mut out = Sink::new();
    policy(&text).apply(&mut diff, TODAY, &mut out);
    assert_eq!(out.diagnostics(), []);
    assert_eq!((diff.changes.len(), diff.accepted.len()), (all - 1, 1));
    assert_eq!(diff.summary.changes, all - 1);
    assert!(diff.changes.iter().all(|change| change.id != id));
    for text in
        [report::text(&diff, false), report::markdown(&diff, report::COMMENT), report::html(&diff).unwrap()]
    {
        assert!(text.contains("not called, until 2027-01-15"), "{text}");
    }
    assert!(report::junit(&diff).contains("<skipped message=\"not called\"/>"));
    assert!(!report::github(&diff).contains(&id));
}

#[test]
fn entries_that_expired_or_match_nothing_are_notices() {
    let (_, _, mut diff) = everything();
    let (all, id) = (diff.changes.len(), diff.changes[0].id.clone());
    let text = format!(
        "[[accept]]\nid = \"{id}\"\nreason = \"for now\"\nuntil = 2027-01-14\n\n[[accept]]\nid = \"0000000000000000\"\nreason = \"gone\"\n"
    );
    let mut out = Sink::new();
    policy(&text).apply(&mut diff, TODAY, &mut out);
    let said: Vec<&str> = out.diagnostics().iter().map(|d| d.message.as_str()).collect();
    assert_eq!(
        said,
        [format!("the acceptance of {id} has expired"), "no change has the id 0000000000000000".into()]
    );
    assert_eq!((diff.changes.len(), diff.accepted.len()), (all, 0));
}

/// A type that is swapped for another one is one row, whose verdict follows from the differences of the two: an entry
/// for one set of differences must not cover a later set.
#[test]
fn an_entry_does_not_cover_a_change_that_grew() {
    let document = |second: Value| {
        json!({
            "openapi": "3.0.3", "info": { "title": "T", "version": "1" },
            "paths": { "/a": { "post": { "operationId": "a_post", "requestBody": { "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/In" } } } }, "responses": { "204": { "description": "" } } } } },
            "components": { "schemas": {
                "In": { "type": "object", "properties": { "it": second } },
                "One": { "type": "object", "properties": { "a": { "type": "string" } } },
                "Two": { "type": "object", "required": ["b"], "properties": { "a": { "type": "string" }, "b": { "type": "string" } } },
            } }
        })
    };
    let one = document(json!({ "$ref": "#/components/schemas/One" }));
    let two = document(json!({ "$ref": "#/components/schemas/Two" }));
    let mut more = two.clone();
    more["components"]["schemas"]["Two"]["required"] = json!(["a", "b"]);
    let ids = |new: &Value| -> BTreeSet<String> {
        let diff = compare(&loaded("t", &one), &loaded("t", new));
        diff.changes.iter().filter(|c| c.wire == Wire::Breaking).map(|c| c.id.clone()).collect()
    };
    let (before, after) = (ids(&two), ids(&more));
    assert!(!before.is_empty() && !after.is_empty());
    assert!(!after.is_subset(&before), "{before:?} would accept {after:?}");
}

/// Operations of one form, the first `changed` of which require another parameter now.
fn limited(changed: usize) -> Diff {
    let document = |changed: usize| {
        let path = |number: usize| {
            let required = number < changed;
            let limit = json!({ "name": "limit", "in": "query", "required": required, "schema": { "type": "integer" } });
            let list = json!({ "operationId": format!("list{number}"), "parameters": [limit], "responses": { "204": { "description": "" } } });
            (format!("/things{number}"), json!({ "get": list }))
        };
        let paths: serde_json::Map<String, Value> = (0..6).map(path).collect();
        json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": paths })
    };
    compare(&loaded("t", &document(0)), &loaded("t", &document(changed)))
}

#[test]
fn a_group_accepts_a_row_with_all_its_places_and_none_that_joins_later() {
    let mut diff = limited(4);
    assert_eq!((diff.summary.changes, diff.summary.causes), (4, 1), "{diff:#?}");
    let group = diff.changes[0].group.clone().unwrap();
    let named = format!("[group {group}]");
    assert!(report::text(&diff, false).contains(&named), "{}", report::text(&diff, false));
    assert!(report::markdown(&diff, report::COMMENT).contains(&format!("\\[group {group}\\]")));
    assert!(report::html(&diff).unwrap().contains(&format!("<code>{group}</code>")));
    let text = format!("[[accept]]\ngroup = \"{group}\"\nreason = \"we send it\"\n");
    let mut out = Sink::new();
    policy(&text).apply(&mut diff, TODAY, &mut out);
    assert_eq!((out.diagnostics(), diff.changes.len(), diff.accepted.len()), (&[][..], 0, 4));
    let text_of = report::text(&diff, false);
    let accepted: Vec<&str> = text_of.lines().filter(|line| line.contains("we send it")).collect();
    assert!(
        matches!(accepted[..], [line] if line.contains("and in 3 other places") && line.contains(&named)),
        "{text_of}"
    );

    let mut later = limited(5);
    policy(&text).apply(&mut later, TODAY, &mut out);
    assert_eq!((later.changes.len(), later.accepted.len()), (5, 0));
    assert_eq!(out.diagnostics()[0].message, format!("no change is in the group {group}"));
}

#[test]
fn severities_replace_verdicts_and_say_so() {
    let (_, _, mut diff) = everything();
    let change = diff.changes.iter().find(|change| change.wire == Wire::Breaking).unwrap();
    let (id, kind) = (change.id.clone(), change.kind.as_str());
    policy(&format!("[severity]\n{kind} = \"safe\"\n")).apply(&mut diff, TODAY, &mut Sink::new());
    let change = diff.changes.iter().find(|change| change.id == id).unwrap();
    assert_eq!(change.wire, Wire::Safe);
    assert!(change.note.starts_with("safe by the policy, breaking otherwise: "), "{}", change.note);
}

#[test]
fn a_wrong_policy_is_an_error_with_its_fix() {
    for (text, part) in [
        ("[severity]\nfield-lost = \"safe\"\n", "`field-lost` is not a kind of change"),
        ("[severity]\nfield-added = \"fine\"\n", "`fine` is not a verdict"),
        ("[[accept]]\nid = \"a\"\nreason = \" \"\n", "the acceptance of a has no reason"),
        ("[[accept]]\nid = \"a\"\nreason = \"b\"\nuntil = 10:00:00\n", "`until` of a is not a date"),
        ("[[accept]]\nid = \"a\"\n", "missing field `reason`"),
        ("[[accept]]\nreason = \"b\"\n", "needs one of `id` and `group`"),
        ("[[accept]]\nid = \"a\"\ngroup = \"a\"\nreason = \"b\"\n", "needs one of `id` and `group`"),
        ("accepted = []\n", "unknown field `accepted`"),
    ] {
        let mut out = Sink::new();
        assert!(Policy::parse("review.toml", text, &mut out).is_none(), "{text}");
        assert!(
            out.diagnostics().iter().any(|d| d.message.contains(part) && d.help.is_some()),
            "{:?}",
            out.diagnostics()
        );
    }
}

#[test]
fn every_pointer_resolves_in_the_document_of_its_side() {
    let (base, cases) = cases();
    for (name, patch) in &cases {
        let new = patched(&base, patch);
        let texts = [&base, &new].map(|document| serde_json::to_string_pretty(document).unwrap());
        let mut diff = compare(&loaded("shelf", &base), &loaded("shelf", &new));
        locate(&mut diff, ["old.json", "new.json"], &texts);
        for change in &diff.changes {
            let (document, file) = if change.is_removal() { (&base, "old.json") } else { (&new, "new.json") };
            assert!(
                document.pointer(&change.pointer).is_some(),
                "{name}: {} at {}",
                change.subject,
                change.pointer
            );
            assert_eq!(change.file.as_deref(), Some(file));
            let line = change.line.unwrap_or_else(|| panic!("{name}: no line of {}", change.pointer));
            let text = if change.is_removal() { &texts[0] } else { &texts[1] };
            let written = text.lines().nth(line - 1).unwrap();
            let last = change.pointer.rsplit('/').next().unwrap().replace("~1", "/").replace("~0", "~");
            assert!(
                last.parse::<usize>().is_ok() || written.contains(&last),
                "{name}: line {line} is {written}, not {last}"
            );
        }
    }
}

#[test]
fn ids_are_unique_and_do_not_depend_on_the_order() {
    let (base, new, diff) = everything();
    let ids = |diff: &Diff| -> Vec<String> { diff.changes.iter().map(|change| change.id.clone()).collect() };
    let unique: BTreeSet<String> = ids(&diff).into_iter().collect();
    assert_eq!(unique.len(), diff.changes.len());
    let shuffled = compare(&loaded("shelf", &reversed(&base)), &loaded("shelf", &reversed(&new)));
    assert_eq!(ids(&shuffled), ids(&diff));
}

#[test]
fn sarif_has_a_rule_per_kind_and_a_result_per_change() {
    let (base, new, mut diff) = everything();
    let id = diff.changes[0].id.clone();
    policy(&format!("[[accept]]\nid = \"{id}\"\nreason = \"seen\"\n")).apply(
        &mut diff,
        TODAY,
        &mut Sink::new(),
    );
    let texts = [&base, &new].map(|document| serde_json::to_string(document).unwrap());
    locate(&mut diff, ["specs/a b.json", "specs/a b.json"], &texts);
    let log: Value = serde_json::from_str(&report::sarif(&diff).unwrap()).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), diff.changes.len() + diff.accepted.len());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        let location = &result["locations"][0]["physicalLocation"];
        assert_eq!(location["artifactLocation"]["uri"], "specs/a%20b.json");
        assert!(location["region"]["startLine"].as_u64().unwrap() >= 1);
        let suppressed = result["partialFingerprints"]["change/v1"] == json!(id);
        assert_eq!(result["suppressions"].is_array(), suppressed);
    }
}

#[test]
fn annotations_escape_what_ends_a_command() {
    let (_, _, mut diff) = everything();
    for change in &mut diff.changes {
        change.note = "a\n::error::b %".to_owned();
        change.file = Some("a,b:c.json".to_owned());
        change.line = Some(3);
    }
    let text = report::github(&diff);
    assert!(text.lines().count() > 2);
    for line in text.lines() {
        assert!(
            ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start)),
            "{line}"
        );
    }
    assert!(text.contains("file=a%2Cb%3Ac.json,line=3,"), "{text}");
    assert!(text.contains("a%0A::error::b %25"), "{text}");
}

#[test]
fn junit_is_well_formed_and_counts_what_it_lists() {
    let (_, _, mut diff) = everything();
    diff.changes[0].note = "<a & \"b\">".to_owned();
    let text = report::junit(&diff);
    let count = |part: &str| text.matches(part).count();
    assert_eq!(count("<testcase "), diff.changes.len());
    assert_eq!(count("<testsuite "), count("</testsuite>"));
    let total = text.lines().nth(1).unwrap();
    assert!(
        total.contains(&format!("tests=\"{}\" failures=\"{}\"", diff.changes.len(), count("<failure "))),
        "{total}"
    );
    assert!(text.contains("&lt;a &amp; &quot;b&quot;&gt;") || count("<failure ") == 0);
}
