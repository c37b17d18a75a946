//! Runs the official overlay suite.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;

use crate::support::shared::{entries, shared};
use serde_json::{Value, json};
use storewright_generator::diagnostic::{Code, Sink};
use storewright_generator::load::overlay::{Overlay, compare_versions, validate};
use storewright_generator::load::{Source, text};

fn parse(path: &Path) -> Value {
    let mut out = Sink::new();
    let text = std::fs::read(path).unwrap();
    text::parse(&Source { name: &path.display().to_string(), text: &text }, &mut out)
        .unwrap_or_else(|| panic!("{:?}", out.diagnostics()))
}

fn overlay(text: &str) -> Overlay {
    let mut out = Sink::new();
    Overlay::parse(Source { name: "overlay.yaml", text: text.as_bytes() }, &mut out)
        .unwrap_or_else(|| panic!("{}", report(&out)))
}

fn report(out: &Sink) -> String {
    out.diagnostics().iter().map(|d| format!("{d}\n")).collect()
}

fn applied(text: &str, tree: Value) -> (Value, String) {
    let (mut tree, mut out) = (tree, Sink::new());
    overlay(text).apply(&mut tree, None, &mut out);
    (tree, report(&out))
}

/// A correction is never switched off without a word.
#[test]
fn an_action_applies_where_its_bounds_say_nothing_about_the_version() {
    let bounded = "overlay: 1.1.0\ninfo: { title: T, version: '1' }\nactions:\n  - target: $.info\n    \
                   x-until: '4.4'\n    update: { title: corrected }\n";
    for (version, applies, notice) in [
        (Some("4.4.0"), true, None),
        (Some("4.5"), false, None),
        (
            Some("latest"),
            true,
            Some("the document's version `latest` cannot be compared with `x-until: 4.4`"),
        ),
        (Some("v4.5"), true, Some("`v4.5` cannot be compared")),
        (None, true, Some("the document has no text as its version")),
    ] {
        let (mut tree, mut out) = (json!({"info": {"title": "T"}}), Sink::new());
        overlay(bounded).apply(&mut tree, version, &mut out);
        assert_eq!(tree["info"]["title"] == "corrected", applies, "{version:?}");
        let said = report(&out);
        match notice {
            None => assert!(said.is_empty(), "{version:?}: {said}"),
            Some(notice) => {
                assert!(said.starts_with("notice[invalid-overlay]: ") && said.contains(notice), "{said}");
                assert!(
                    said.contains("overlay action `0` applies") && said.contains("overlay.yaml:5:"),
                    "{said}"
                );
            }
        }
    }
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn the_suite_is_accepted_and_refused() {
    let Some(tests) = shared("suites/overlay/tests") else { return };
    let mut count = 0;
    for edition in ["v1.0", "v1.1"] {
        for path in entries(&tests.join(edition).join("pass")) {
            assert_eq!(validate(&parse(&path)), [], "{}", path.display());
            count += 1;
        }
        for path in entries(&tests.join(edition).join("fail")) {
            assert_ne!(validate(&parse(&path)), [], "{}", path.display());
            count += 1;
        }
    }
    assert!(count >= 66, "{count} documents");
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn targets_of_the_suite_compile_but_the_one_that_is_no_jsonpath() {
    let Some(tests) = shared("suites/overlay/tests") else { return };
    for edition in ["v1.0", "v1.1"] {
        for path in entries(&tests.join(edition).join("pass")) {
            let (mut out, text) = (Sink::new(), std::fs::read(&path).unwrap());
            let parsed = Overlay::parse(Source { name: "overlay.yaml", text: &text }, &mut out);
            let is_no_jsonpath = path.ends_with("actions-traits-example.yaml");
            assert_eq!(parsed.is_none(), is_no_jsonpath, "{}: {}", path.display(), report(&out));
            if is_no_jsonpath {
                assert_eq!(out.diagnostics()[0].code, Code::InvalidTarget);
            }
        }
    }
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn the_sets_of_the_suite_give_their_output() {
    let Some(sets) = shared("suites/overlay/compliant-sets") else { return };
    let sets = entries(&sets);
    assert!(sets.len() >= 8);
    for set in sets {
        let text = std::fs::read_to_string(set.join("overlay.yaml")).unwrap();
        let (tree, said) = applied(&text, parse(&set.join("openapi.yaml")));
        let expected = parse(&set.join("output.yaml"));
        assert_eq!(tree, expected, "{}: {said}", set.display());
        assert_eq!(said, "", "{}", set.display());
    }
}

fn actions(edition: &str, actions: &str) -> String {
    format!("overlay: {edition}\ninfo: {{ title: t, version: '1' }}\nactions:\n{actions}")
}

#[test]
fn lists_grow_as_the_edition_says() {
    let tree = || json!({"list": [1], "deep": {"list": [1]}});
    let update =
        "  - { target: $.list, update: [2, 3] }\n  - { target: $, update: { deep: { list: [2] } } }\n";
    let (grown, said) = applied(&actions("1.1.0", update), tree());
    assert_eq!((grown, said.as_str()), (json!({"list": [1, 2, 3], "deep": {"list": [1, 2]}}), ""));
    let (grown, said) = applied(&actions("1.0.0", update), tree());
    assert_eq!((grown, said.as_str()), (json!({"list": [1, [2, 3]], "deep": {"list": [1, 2]}}), ""));
    let (grown, said) = applied(&actions("1.1.0", "  - { target: $.list, update: { a: 1 } }"), tree());
    assert_eq!((&grown["list"], said.as_str()), (&json!([1, {"a": 1}]), ""));
}

#[test]
fn single_values_are_replaced() {
    let (tree, said) = applied(
        &actions("1.1.0", "  - { target: '$.a.*', update: 2 }\n  - { target: $, update: { b: null, c: x } }"),
        json!({"a": {"x": 1, "y": null}, "b": true, "c": null}),
    );
    assert_eq!((tree, said.as_str()), (json!({"a": {"x": 2, "y": 2}, "b": null, "c": "x"}), ""));
}

#[test]
fn removal_does_not_move_what_is_still_to_be_removed() {
    let list: Vec<usize> = (0..25).collect();
    let (tree, said) = applied(
        &actions(
            "1.1.0",
            "  - { target: '$.list[?@ != 11]', remove: true, update: [1] }\n  - { target: '$..a', remove: true }",
        ),
        json!({"list": list, "a": {"a": 1}, "b": [{"a": 1, "c": 1, "d": 1}], "e": 1, "f": 1}),
    );
    assert_eq!(said, "");
    assert_eq!(tree.to_string(), r#"{"list":[11],"b":[{"c":1,"d":1}],"e":1,"f":1}"#);
}

#[test]
fn copies_are_of_the_tree_as_it_stands() {
    let (tree, said) = applied(
        &actions(
            "1.1.0",
            "  - { target: $.to, update: { x: 1 } }\n  - { target: $.to, copy: $.from }\n  - { target: $.from, copy: $ }\n  - { target: $.list, copy: $.list }\n",
        ),
        json!({"from": {"a": [1]}, "to": {"a": [0]}, "list": [1, 2]}),
    );
    assert_eq!(said, "");
    assert_eq!(tree["to"], json!({"a": [0, 1], "x": 1}));
    assert_eq!(tree["from"]["from"], json!({"a": [1]}));
    assert_eq!(tree["list"], json!([1, 2, 1, 2]));
}

#[test]
fn what_an_action_adds_is_bounded() {
    let doubling: String = (0..40)
        .map(|n| {
            format!("  - {{ target: $, update: {{ k{n}: {{}} }} }}\n  - {{ target: $.k{n}, copy: $ }}\n")
        })
        .collect();
    let (tree, said) = applied(&actions("1.1.0", &doubling), json!({"a": 1}));
    assert!(tree.to_string().len() < 10_000_000);
    assert!(said.contains("the actions up to this one would add more than 200000 values"), "{said}");
}

#[test]
fn versions_compare_as_numbers() {
    use std::cmp::Ordering::{Equal, Greater, Less};
    for (a, b, order) in [
        ("4.3", "4.3.0", Equal),
        ("4.10", "4.9", Greater),
        ("4.9.9", "4.10", Less),
        ("3.7.0", "4.3", Less),
        ("4.3-beta", "4.3", Greater),
        ("", "0", Less),
    ] {
        assert_eq!(compare_versions(a, b), order, "{a} {b}");
        assert_eq!(compare_versions(b, a), order.reverse(), "{b} {a}");
    }
}
