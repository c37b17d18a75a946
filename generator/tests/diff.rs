//! Pins the rows and reports of small pairs of documents, one pair per kind of change.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use crate::support::diff::{
    Version, cases, compare, counts, dereferenced, folder, loaded, mirrored, patched,
};
use crate::support::{diff, shared};
use serde_json::Value;
use storewright_generator::diff::{Bump, Diff, Kind, Wire};
use storewright_generator::plan::Item;
use storewright_generator::render;
use storewright_generator::report;

fn listed(diff: &Diff) -> String {
    let mut out = format!(
        "bump {}, {} rows, {} causes\n",
        diff.bump.as_str(),
        diff.summary.changes,
        diff.summary.causes
    );
    for c in &diff.changes {
        let old = c.old.as_deref().unwrap_or("-");
        let new = c.new.as_deref().unwrap_or("-");
        out += &format!("\n{} {} ({old} to {new})\n", c.kind.as_str(), c.subject);
        out += &format!(
            "  {}, wire {}, rust {}, reach {}\n",
            c.direction.as_str(),
            c.wire.as_str(),
            c.rust.as_str(),
            c.reach.operations
        );
        out += &format!("  {}\n  at {}\n", c.note, c.pointer);
        for (side, item) in [("old", &c.rust_old), ("new", &c.rust_new)] {
            out += &item.as_ref().map(|item| format!("  {side} {item}\n")).unwrap_or_default();
        }
    }
    for item in &diff.summary.rust_only {
        out += &format!("\nrust alone {} {}\n", item.rust.as_str(), item.path);
    }
    out
}

#[test]
fn every_kind_has_a_case_and_every_case_is_as_it_was() {
    let (base, cases) = cases();
    let old = loaded("shelf", &base);
    let mut met: BTreeSet<Kind> = BTreeSet::new();
    for (name, patch) in &cases {
        let new = loaded("shelf", &patched(&base, patch));
        let (there, back) = (compare(&old, &new), compare(&new, &old));
        let kinds: BTreeSet<Kind> = there.changes.iter().chain(&back.changes).map(|c| c.kind).collect();
        if let Some(kind) = Kind::ALL.iter().find(|kind| kind.as_str() == name) {
            assert!(there.changes.iter().any(|c| c.kind == *kind), "{name}: {}", listed(&there));
        }
        met.extend(kinds);
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_snapshot_path(folder());
        settings.bind(|| {
            insta::assert_snapshot!(
                name.as_str(),
                format!("{}\n=== and back\n{}", listed(&there), listed(&back))
            );
        });
    }
    let missing: Vec<&str> = Kind::ALL.iter().filter(|k| !met.contains(k)).map(|k| k.as_str()).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}

#[test]
fn the_same_document_written_otherwise_changes_nothing() {
    let (base, _) = cases();
    let old = loaded("shelf", &base);
    for (how, other) in [
        ("the same", base.clone()),
        ("in another order", diff::reversed(&base)),
        ("without references", dereferenced(&base)),
    ] {
        let new = loaded("shelf", &other);
        for found in [compare(&old, &new), compare(&new, &old)] {
            assert!(found.changes.is_empty(), "{how}: {}", listed(&found));
        }
    }
    assert_eq!(compare(&old, &old).bump, Bump::None);
}

/// Every pair of documents that any two sets of the cases make, chosen by a generator with a fixed seed.
#[test]
fn exchanging_the_sides_exchanges_the_kinds() {
    let (base, cases) = cases();
    let patches: Vec<&Value> = cases.values().collect();
    let mut state: u64 = 0x5eed;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 24
    };
    let mut rows = 0;
    for round in 0..60 {
        let mut side = || {
            let mut document = base.clone();
            for patch in &patches {
                if random() % 6 == 0 {
                    document = patched(&document, patch);
                }
            }
            // Sets of patches that make no document say nothing about diffs.
            diff::tried("shelf", &document, None)
        };
        let (Some(a), Some(b)) = (side(), side()) else { continue };
        let (there, back) = (compare(&a, &b), compare(&b, &a));
        assert_eq!(counts(&there), mirrored(&back), "round {round}\n{}\n{}", listed(&there), listed(&back));
        assert_eq!(there, compare(&a, &b), "the same again");
        let ids: BTreeSet<&str> = there.changes.iter().map(|c| c.id.as_str()).collect();
        assert_eq!(ids.len(), there.changes.len(), "ids are unique");
        rows += there.changes.len();
    }
    assert!(rows > 200, "{rows} rows are too few to show anything");
}

fn all_at_once() -> Diff {
    let (base, cases) = cases();
    let mut document = base.clone();
    let whole = [
        "field-added",
        "value-added",
        "response-added",
        "body-added",
        "limit-changed",
        "operation-added",
        "field-type-changed",
    ];
    for name in whole {
        document = patched(&document, &cases[name]);
    }
    document["info"]["version"] = "2".into();
    compare(&loaded("shelf", &base), &loaded("shelf", &document))
}

#[test]
fn reports_say_what_they_said() {
    let diff = all_at_once();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path(folder());
    settings.bind(|| {
        insta::assert_snapshot!("report.txt", report::text(&diff, false));
        insta::assert_snapshot!("report.md", report::markdown(&diff, report::COMMENT));
        insta::assert_snapshot!("report.json", report::json(&diff).unwrap());
    });
    let html = report::html(&diff).unwrap();
    for change in diff.changes.iter().filter(|c| c.group.is_none() && !c.kind.as_str().starts_with("type-")) {
        assert!(html.contains(&format!("id=\"{}\"", change.id)), "{}", change.subject);
    }
    assert!(
        !html.contains("src=") && !html.replace("href=\"#", "").contains("href="),
        "the file needs nothing else"
    );
}

#[test]
fn what_a_document_says_is_text_in_every_report() {
    let mut diff = all_at_once();
    diff.to.version = "<script>alert(1)</script>`*_".to_owned();
    diff.changes[0].subject = "<img onerror=x>`|\n# head".to_owned();
    let html = report::html(&diff).unwrap();
    assert!(!html.contains("<img") && !html.contains("<script>alert"));
    let markdown = report::markdown(&diff, report::COMMENT);
    assert!(!markdown.contains("\n# head") && !markdown.contains("\n- <img"), "{markdown}");
    assert!(markdown.starts_with("## shelf: 1 → \\<script\\>alert(1)\\</script\\>'\\*\\_\n"), "{markdown}");
}

#[test]
fn markdown_fits_and_folds_what_matters_least() {
    let mut diff = all_at_once();
    let rows = diff.changes.clone();
    for copy in 0..60 {
        diff.changes.extend(rows.iter().map(|row| {
            let mut row = row.clone();
            row.group = None;
            row.id = format!("{}-{copy}", row.id);
            row.subject = format!("{}{copy}é", row.subject);
            row
        }));
    }
    let breaking = |text: &str| text.lines().filter(|line| line.starts_with("- **breaks")).count();
    let all = diff.changes.iter().filter(|c| c.wire == Wire::Breaking || c.rust == Bump::Major).count();
    for max in [report::LEAST, 5_000, 20_000, report::COMMENT, 1_000_000] {
        let text = report::markdown(&diff, max);
        assert!(text.chars().count() <= max, "{max}: {}", text.chars().count());
        let safe = text
            .lines()
            .filter(|line| line.starts_with("- safe: `") || line.starts_with("- risky: `"))
            .count();
        // Nothing that breaks is folded while something that does not is shown.
        assert!(
            safe == 0 || breaking(&text) == all,
            "{max}: {safe} safe, {} of {all} breaking",
            breaking(&text)
        );
        assert_eq!(max < 1_000_000, text.contains("### Folded"), "{max}");
    }
}

#[test]
fn a_change_of_names_alone_shows_in_rust() {
    let (base, _) = cases();
    let old = loaded("shelf", &base);
    let renamed =
        |text: &str| text.replace("models::Author", "models::Writer").replace("<Author>", "<Writer>");
    let new = Version {
        items: old.items.as_deref().map(|items| Item::read_all(&renamed(&render::listed(items)))),
        ..loaded("shelf", &base)
    };
    let mut found = compare(&old, &new);
    assert!(found.changes.is_empty());
    assert_eq!(found.bump, Bump::Major);
    assert!(found.summary.rust_only.iter().any(|item| item.path == "models::Author" && item.new.is_none()));
    let apart = ["in Rust alone, of all areas", "In Rust alone, of all areas", "In Rust alone, of all areas"];
    for is_part in [false, true] {
        if is_part {
            found.retain(|_| false);
        }
        let all = [
            report::text(&found, false),
            report::markdown(&found, report::COMMENT),
            report::html(&found).unwrap(),
        ];
        let major = found.summary.rust_only.iter().filter(|item| item.rust == Bump::Major).count();
        let counted = all[0].contains(&format!("0 minor, and {major} major in Rust alone;"));
        assert_eq!(counted, !is_part, "{}", all[0]);
        for (text, title) in all.iter().zip(apart) {
            assert_eq!(text.contains(title), is_part, "{text}");
            assert!(text.contains(title.trim_end_matches(", of all areas")), "{text}");
        }
    }
}

/// The part of JSON Schema that the committed schema is written in.
fn check(value: &Value, schema: &Value, root: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return check(value, root.pointer(reference.trim_start_matches('#')).unwrap(), root, at);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().map(|t| t.as_str().unwrap()).collect(),
        _ => Vec::new(),
    };
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(types.is_empty() || types.contains(&own), "{at}: {own} is none of {types:?}");
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.contains(value), "{at}: {value}");
    }
    if let Some(object) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(object.contains_key(name.as_str().unwrap()), "{at}: {name} is missing");
        }
        for (name, inner) in object {
            let known = schema["properties"]
                .get(name)
                .or_else(|| schema.get("additionalProperties").filter(|s| s.is_object()));
            match known {
                Some(schema) => check(inner, schema, root, &format!("{at}/{name}")),
                None => assert_ne!(
                    schema["additionalProperties"],
                    Value::Bool(false),
                    "{at}: {name} is not known"
                ),
            }
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        if schema.get("items").is_some() {
            check(item, &schema["items"], root, &format!("{at}/{index}"));
        }
    }
}

#[test]
fn the_json_is_what_its_schema_says() {
    let text = std::fs::read_to_string(shared::workspace().join("docs/diff.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(schema["$defs"]["change"]["properties"]["kind"]["enum"], serde_json::json!(kinds));
    let (base, cases) = cases();
    let old = loaded("shelf", &base);
    for patch in cases.values() {
        let diff = compare(&old, &loaded("shelf", &patched(&base, patch)));
        check(&serde_json::to_value(&diff).unwrap(), &schema, &schema, "");
    }
    let known =
        std::panic::catch_unwind(|| check(&serde_json::json!({ "changes": 1 }), &schema, &schema, ""));
    assert!(known.is_err(), "the check can fail");
}
