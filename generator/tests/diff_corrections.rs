//! Two versions with an overlay: the vendor's changes are told apart from those that corrections make or hide.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/diff.rs"]
mod diff;
#[path = "support/shared.rs"]
mod shared;

use std::collections::BTreeSet;

use diff::Version;
use serde_json::Value;
use storewright_generator::diagnostic::Sink;
use storewright_generator::diff::{Diff, Effect, Side};
use storewright_generator::load::{self, Options, Overlay, Source};
use storewright_generator::name::{self, Config};
use storewright_generator::{lower, plan, report};

/// The vendor omits a value of `kind` at first, and a member in both versions.
const OVERLAY: &str = "
overlay: 1.0.0
info: {title: Shelf, version: '1'}
actions:
  - target: $.components.schemas.Book.properties.kind.enum
    description: the server sends ATLAS
    update: ATLAS
    x-until: '1'
  - target: $.components.schemas.Book.properties
    description: the server sends `old` up to version 1
    update: {old: {type: string}}
    x-until: '1'
";

fn document(version: &str, kinds: &str, members: &str) -> Vec<u8> {
    let text = format!(
        "
openapi: 3.0.3
info: {{title: Shelf, version: '{version}'}}
servers: [{{url: 'https://shelf.example'}}]
paths:
  /books:
    get:
      operationId: books_list
      responses:
        '200': {{description: '', content: {{application/json: {{schema: {{$ref: '#/components/schemas/Book'}}}}}}}}
components:
  schemas:
    Book:
      type: object
      properties: {{kind: {{type: string, enum: [{kinds}]}}, title: {{type: string}}, {members}}}
"
    );
    serde_json::to_vec(&serde_yaml::from_str::<Value>(&text).unwrap()).unwrap()
}

fn version(text: &[u8], overlay: Option<&Overlay>) -> Version {
    let mut out = Sink::new();
    let spec = load::load(Source { name: "shelf.json", text }, overlay, &Options::default(), &mut out);
    let api = lower::lower(&spec.unwrap(), "shelf", &mut out).unwrap();
    let model = api.model();
    let config = Config::parse("handle.from = \"id\"", None, &mut out).unwrap();
    let names = name::name(&model, &config, &mut out).unwrap();
    let items = Some(plan::items(&model, &names));
    Version { api, model, names, items }
}

fn separated(old: &[u8], new: &[u8]) -> Diff {
    let overlay = Overlay::parse(Source { name: "overlay.yaml", text: OVERLAY.as_bytes() }, &mut Sink::new());
    let corrected = [old, new].map(|text| version(text, overlay.as_ref()));
    let raw = [old, new].map(|text| version(text, None));
    let mut found = diff::compare(&corrected[0], &corrected[1]);
    let sides = corrected.each_ref().map(|v| Side {
        api: &v.api,
        model: &v.model,
        names: &v.names,
        items: v.items.as_deref(),
    });
    found.separate(sides.each_ref(), [&raw[0].api, &raw[1].api]);
    found
}

fn rows(diff: &Diff) -> BTreeSet<String> {
    diff.changes.iter().map(|change| format!("{} {}", change.kind.as_str(), change.subject)).collect()
}

fn corrected(diff: &Diff, effect: Effect) -> Vec<String> {
    let all = diff.corrected.iter().filter(|corrected| corrected.effect == effect);
    all.map(|c| format!("{} {}", c.change.kind.as_str(), c.change.subject)).collect()
}

#[test]
fn a_change_that_only_a_correction_makes_is_not_the_vendors() {
    let diff = separated(
        &document("1", "NOVEL", "pages: {type: integer}"),
        &document("2", "NOVEL, ATLAS", "isbn: {type: string}"),
    );
    // The vendor's own changes, with and without corrections.
    assert_eq!(
        rows(&diff),
        BTreeSet::from(["field-added Book.isbn".to_owned(), "field-removed Book.pages".to_owned()])
    );
    assert_eq!(diff.summary.changes, 2);
    assert_eq!(corrected(&diff, Effect::Makes), ["field-removed Book.old"]);
    assert_eq!(corrected(&diff, Effect::Hides), ["value-added Book.kind=ATLAS"]);
    // The crate loses the field all the same.
    assert!(diff.corrected.iter().any(|c| c.change.rust == storewright_generator::diff::Bump::Major));
    let text = report::text(&diff, false);
    for line in [
        "made by corrections of the overlay\n",
        "Book.old removed (string): the vendor's documents do not have it",
        "hidden by corrections of the overlay\n",
        "Book.kind=ATLAS added: only the vendor's documents have it",
        ", 2 of corrections\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let markdown = report::markdown(&diff, report::LEAST);
    assert!(markdown.contains("### Hidden by corrections") && markdown.chars().count() <= report::LEAST);
    assert!(report::html(&diff).unwrap().contains("<h2>Hidden by corrections of the overlay</h2>"));
    let json: Value = serde_json::from_str(&report::json(&diff).unwrap()).unwrap();
    assert_eq!(json["corrected"][0]["effect"], "makes");
}

#[test]
fn documents_that_no_correction_changes_have_no_such_rows() {
    let (old, new) = (document("2", "NOVEL", ""), document("3", "NOVEL, ATLAS", ""));
    let diff = separated(&old, &new);
    assert_eq!(rows(&diff), BTreeSet::from(["value-added Book.kind=ATLAS".to_owned()]));
    assert!(diff.corrected.is_empty(), "{:?}", diff.corrected);
}

#[test]
fn a_correction_of_the_values_of_a_change_leaves_it_the_vendors() {
    // In both, `pages` becomes another type; the corrected old side has one more member.
    let diff = separated(
        &document("1", "NOVEL", "pages: {type: integer}"),
        &document("2", "NOVEL, ATLAS", "old: {type: string}, pages: {type: string}"),
    );
    assert_eq!(rows(&diff), BTreeSet::from(["field-type-changed Book.pages".to_owned()]));
    assert_eq!(corrected(&diff, Effect::Makes), Vec::<String>::new());
    assert_eq!(
        corrected(&diff, Effect::Hides).into_iter().collect::<BTreeSet<_>>(),
        BTreeSet::from(["field-added Book.old".to_owned(), "value-added Book.kind=ATLAS".to_owned()])
    );
}
