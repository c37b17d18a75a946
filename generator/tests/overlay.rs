//! The official overlay suite goes in: every document must be accepted or refused, and every set give its output, as the suite says.

#[path = "support/shared.rs"]
mod shared;

use std::path::Path;

use serde_json::{Value, json};
use shared::{entries, shared};
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

#[test]
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
