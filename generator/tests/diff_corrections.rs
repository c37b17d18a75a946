//! Two versions with an overlay: the vendor's changes are told apart from those that corrections make or hide.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use crate::support::diff::Version;
use crate::support::{diff, sample, shared};
use serde_json::Value;
use storewright_generator::api::{Api, ById, Shape, Type, TypeId, Value as ApiValue};
use storewright_generator::diagnostic::Sink;
use storewright_generator::diff::{Corrected, Diff, Effect, Part};
use storewright_generator::load::{self, Corrections, Options, Overlay, Places, Source, Spec};
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
info: {{version: '{version}'}}
components:
  schemas:
    Book:
      type: object
      properties: {{kind: {{type: string, enum: [{kinds}]}}, title: {{type: string}}, {members}}}
"
    );
    serde_json::to_vec(&diff::shelf(&text)).unwrap()
}

fn version(text: &[u8], overlay: Option<&Overlay>) -> Version {
    let source = Source { name: "shelf.json", text };
    lowered(&load::load(source, overlay, &Options::default(), &mut Sink::new()).unwrap())
}

fn lowered(spec: &Spec) -> Version {
    let mut out = Sink::new();
    let api = lower::lower(spec, "shelf", &mut out).unwrap();
    let model = api.model();
    let config = Config::parse("handle.from = \"id\"", None, &mut out).unwrap();
    let names = name::name(&model, &config, &mut out).unwrap();
    let items = Some(plan::items(&model, &names));
    Version { api, model, names, items }
}

fn separated(old: &[u8], new: &[u8]) -> Diff {
    separated_by(OVERLAY, old, new)
}

fn separated_by(overlay: &str, old: &[u8], new: &[u8]) -> Diff {
    let overlay = Overlay::parse(Source { name: "overlay.yaml", text: overlay.as_bytes() }, &mut Sink::new());
    let corrected = [old, new].map(|text| version(text, overlay.as_ref()));
    let raw = [old, new].map(|text| version(text, None));
    let part = |side: usize| Part { raw: &raw[side].api, corrected: &corrected[side].api };
    diff::compare_parts(&corrected[0], &corrected[1], Some([part(0), part(1)]))
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
        ", 2 more by corrections of the overlay\n",
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

/// Two responses, of which the vendor writes the second inline from version 2 on.
fn shelves(version: &str, members: &str, second: &str) -> Vec<u8> {
    let text = format!(
        "
info: {{version: '{version}'}}
paths:
  /shelves:
    post:
      operationId: shelves_list
      tags: [Shelves]
      requestBody: {{content: {{application/json: {{schema: {second}}}}}}}
      responses: {{'204': {{description: ''}}}}
components: {{schemas: {{Book: {{type: object, properties: {{{members}}}}}}}}}
"
    );
    serde_json::to_vec(&diff::shelf(&text)).unwrap()
}

/// The copy is the definition, and nothing else is corrected.
const COPIES: &str = "
overlay: 1.0.0
info: {title: Shelf, version: '1'}
actions:
  - target: $.paths['/shelves'].post.requestBody.content['application/json'].schema
    description: the vendor's tool copies definitions
    remove: true
  - target: $.paths['/shelves'].post.requestBody.content['application/json']
    description: the vendor's tool copies definitions
    update: {schema: {$ref: '#/components/schemas/Book'}}
";
const BOOK: &str = "{$ref: '#/components/schemas/Book'}";

#[test]
fn a_hidden_change_that_consists_of_rows_is_no_row() {
    let old = shelves("1", "title: {type: string}, pages: {type: integer}", BOOK);
    let copy = "{type: object, properties: {title: {type: string}}}";
    let diff = separated_by(COPIES, &old, &shelves("2", "title: {type: string}", copy));
    assert_eq!(rows(&diff), BTreeSet::from(["field-removed Book.pages".to_owned()]));
    assert_eq!(corrected(&diff, Effect::Hides), Vec::<String>::new());
    // The copy differs in more than the definition does.
    let copy = "{type: object, properties: {title: {type: integer}}}";
    let diff = separated_by(COPIES, &old, &shelves("2", "title: {type: string}", copy));
    assert_eq!(corrected(&diff, Effect::Hides), ["body-type-changed POST /shelves body"]);
}

#[test]
fn the_gravest_of_the_hidden_changes_comes_first() {
    let overlay = COPIES.replace("actions:", "actions:\n  - target: $.components.schemas.Book.properties\n    description: the server sends it\n    update: {isbn: {type: string}}");
    let old = shelves("1", "title: {type: string}", BOOK);
    let copy = "{type: object, properties: {title: {type: integer}}}";
    let diff =
        separated_by(&overlay, &old, &shelves("2", "title: {type: string}, isbn: {type: string}", copy));
    let hidden = corrected(&diff, Effect::Hides);
    assert_eq!(hidden, ["body-type-changed POST /shelves body", "field-added Book.isbn"]);
}

/// The same parts in both ways: of whole documents, and of those operations and schemas that corrections can affect.
struct Parts {
    whole: Api,
    small: [Api; 2],
}

fn parts(text: &[u8], corrections: [&Corrections; 2], version: &Version) -> Parts {
    let source = Source { name: "document.json", text };
    let [own, other] = corrections;
    let excerpt = load::excerpt(&mut Places::new(source), own, other).unwrap();
    let api = |text: &[u8]| {
        let mut out = Sink::new();
        let spec = load::load(Source { text, ..source }, None, &Options::default(), &mut out).unwrap();
        lower::lower_part(&spec, "asc", |id| version.api.types.contains_key(id), &mut out).unwrap()
    };
    Parts { whole: api(text), small: [api(excerpt.text.as_bytes()), excerpt.of(&version.api)] }
}

fn corrected_spec(text: &[u8], overlay: &Overlay) -> Spec {
    let source = Source { name: "document.json", text };
    load::load(source, Some(overlay), &Options::default(), &mut Sink::new()).unwrap()
}

/// One path of eight of a document, or all of it.
fn sampled(text: &[u8]) -> Vec<u8> {
    if sample::is_thorough() {
        return text.to_vec();
    }
    let mut document: Value = serde_json::from_slice(text).unwrap();
    let mut at = 0;
    document["paths"].as_object_mut().unwrap().retain(|_, _| {
        at += 1;
        at % 8 == 0
    });
    serde_json::to_vec(&document).unwrap()
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn the_parts_that_corrections_affect_say_what_whole_documents_say() {
    let overlay = std::fs::read(shared::workspace().join("specs/app-store-connect/overlay.yaml")).unwrap();
    let overlay = Overlay::parse(Source { name: "overlay.yaml", text: &overlay }, &mut Sink::new()).unwrap();
    let pairs = [["3.7.0", "4.3"], ["4.5", "4.5.1"]];
    for pair in sample::of(&pairs[..1], &pairs) {
        let texts = pair.map(|name| shared::read_shared(&format!("specs/app-store-connect/{name}.json")));
        let [Some(old), Some(new)] = texts.map(|text| text.map(|text| sampled(&text))) else { return };
        let texts = [&old, &new];
        let specs = texts.map(|text| corrected_spec(text, &overlay));
        let sides = specs.each_ref().map(lowered);
        let [a, b] = specs.map(|spec| spec.corrections);
        let parts = [parts(texts[0], [&a, &b], &sides[0]), parts(texts[1], [&b, &a], &sides[1])];
        let separated = |parts: [Part<'_>; 2]| diff::compare_parts(&sides[0], &sides[1], Some(parts));
        let whole = separated([0, 1].map(|at| Part { raw: &parts[at].whole, corrected: &sides[at].api }));
        let small = separated(parts.each_ref().map(|p| Part { raw: &p.small[0], corrected: &p.small[1] }));
        let said = |diff: &Diff| -> Vec<_> {
            let row = |c: &Corrected| {
                let c = &c.change;
                (c.kind, c.subject.clone(), c.wire, c.reach.operations, c.pointer.clone())
            };
            diff.corrected.iter().map(|c| (format!("{:?}", c.effect), row(c))).collect()
        };
        assert_eq!(said(&small), said(&whole), "{pair:?}");
        assert_eq!(rows(&small), rows(&whole), "{pair:?}");
    }
}

#[test]
fn an_excerpt_has_what_a_correction_affects() {
    let mut schemas = serde_json::Map::new();
    for at in 0..40 {
        let user = serde_json::json!({ "type": "object", "properties": { "kind": { "$ref": format!("#/components/schemas/Kind{}", at / 10) } } });
        schemas.insert(format!("User{at}"), user);
    }
    for at in 0..4 {
        schemas.insert(format!("Kind{at}"), serde_json::json!({ "type": "string", "enum": ["A", "B"] }));
    }
    let document = serde_json::json!({
        "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": {}, "components": { "schemas": schemas },
    })
    .to_string();
    let source = Source { name: "t.json", text: document.as_bytes() };
    let schemas = |text: &str| -> serde_json::Map<String, Value> {
        let small: Value = serde_json::from_str(text).unwrap();
        assert_eq!(small["info"], serde_json::json!({ "title": "T", "version": "1" }));
        small["components"]["schemas"].as_object().unwrap().clone()
    };
    let parts = |target: &str, update: &str| {
        let overlay = format!(
            "overlay: 1.1.0\ninfo: {{title: T, version: '1'}}\nactions: [{{target: \"{target}\", {update}}}]\n"
        );
        let overlay =
            Overlay::parse(Source { name: "overlay.yaml", text: overlay.as_bytes() }, &mut Sink::new());
        let spec = corrected_spec(source.text, &overlay.unwrap());
        assert!(!spec.corrections.is_empty());
        let excerpt = load::excerpt(&mut Places::new(source), &spec.corrections, &Corrections::default())?;
        let corrected = lower::lower_part(&spec, "t", |_| true, &mut Sink::new()).unwrap();
        Some((schemas(&excerpt.text), excerpt.of(&corrected).types))
    };
    let field = |types: &ById<Type>, schema: &str, name: &str| match &types[&TypeId::schema(schema)].shape {
        Shape::Struct(s) => s.fields.get(name).unwrap().clone(),
        other => panic!("{other:?}"),
    };
    // The users of an enum are places of it, and those of an object are not.
    let (raw, corrected) = parts("$.components.schemas.Kind1.enum", "update: [C]").unwrap();
    assert_eq!((raw.len(), corrected.len()), (11, 11));
    assert_eq!(raw["Kind1"]["enum"], serde_json::json!(["A", "B"]));
    let Shape::Enum(kind) = &corrected[&TypeId::schema("Kind1")].shape else { panic!("{corrected:?}") };
    assert_eq!(kind.values, ["A", "B", "C"].map(|value| ApiValue::String(value.to_owned())));
    let member = "update: {other: {$ref: '#/components/schemas/Kind3'}}";
    let (raw, corrected) = parts("$.components.schemas.User3.properties", member).unwrap();
    let names: [Vec<String>; 2] =
        [raw.keys().cloned().collect(), corrected.keys().map(TypeId::to_string).collect()];
    assert_eq!(names, [["Kind0", "Kind3", "User3"], ["Kind0", "Kind3", "User3"]]);
    let (raw, corrected) = parts("$.components.schemas.User3", "remove: true").unwrap();
    assert!(raw.contains_key("User3") && !corrected.contains_key(&TypeId::schema("User3")));
    // An action may look at other parts than it changes.
    let guarded = "$[?@.schemas.Kind3].schemas.User3.properties.kind";
    let (_, corrected) = parts(guarded, "update: {deprecated: true}").unwrap();
    assert!(field(&corrected, "User3", "kind").deprecated);
    assert!(parts("$", "update: {security: [{}]}").is_none());
    assert!(parts("$.components.schemas", "remove: true").is_none());
}
