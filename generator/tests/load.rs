//! Asserts how small documents and overlays load: prose, moves, skips and origins.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::sample;
use openapiv3::{ReferenceOr, SchemaKind};
use serde_json::{Value, json};
use storewright_generator::diagnostic::{Pointer, Sink};
use storewright_generator::load::{Options, Overlay, Source, Spec, load, locate};
use storewright_generator::lower::lower;

fn report(out: &Sink) -> String {
    out.diagnostics().iter().map(|d| format!("{d}\n")).collect()
}

fn loaded(document: &str, overlay: Option<&str>, options: Options) -> Spec {
    let mut out = Sink::new();
    let overlay = overlay.map(|text| {
        Overlay::parse(Source { name: "overlay.yaml", text: text.as_bytes() }, &mut out)
            .unwrap_or_else(|| panic!("{}", report(&out)))
    });
    let source = Source { name: "document.yaml", text: document.as_bytes() };
    let spec = load(source, overlay.as_ref(), &options, &mut out);
    locate(source, &mut out);
    assert_eq!(report(&out), "");
    spec.unwrap()
}

fn tree(spec: &Spec) -> Value {
    serde_json::to_value(&spec.document).unwrap()
}

const PROSE: &str = r"
openapi: 3.0.3
info: { title: Shop, description: PROSE, version: '1.0' }
tags: [{ name: orders, description: PROSE }]
paths:
  /description:
    summary: PROSE
    get:
      operationId: orders_list
      summary: PROSE
      description: PROSE
      parameters:
        - name: title
          in: query
          description: PROSE
          example: PROSE
          examples: { one: { value: PROSE } }
          schema: { type: string, enum: [title], default: summary, title: PROSE, example: PROSE }
      responses:
        default:
          description: PROSE
          content:
            example:
              example: PROSE
              schema: { $ref: '#/components/schemas/title' }
components:
  examples: { one: { value: PROSE } }
  schemas:
    title:
      type: object
      description: PROSE
      x-note: { description: kept }
      default: { title: kept }
      required: [title]
      properties:
        title: { type: string, description: PROSE }
        description: { type: object, properties: { example: { type: string } } }
        examples: { type: array, items: { type: string, title: PROSE } }
    description:
      oneOf: [{ $ref: '#/components/schemas/title' }]
      discriminator: { propertyName: title, mapping: { title: '#/components/schemas/title' } }
";

#[test]
fn prose_goes_and_names_stay() {
    let tree = tree(&loaded(PROSE, None, Options::default()));
    assert!(!tree.to_string().contains("PROSE"), "{tree:#}");
    let schema = &tree["components"]["schemas"]["title"];
    assert_eq!(schema["properties"].as_object().unwrap().len(), 3);
    assert_eq!(schema["properties"]["description"]["properties"]["example"], json!({"type": "string"}));
    assert_eq!(schema["x-note"]["description"], "kept");
    assert_eq!(schema["default"]["title"], "kept");
    let get = &tree["paths"]["/description"]["get"];
    assert_eq!(get["parameters"][0]["schema"]["enum"], json!(["title"]));
    assert_eq!(get["responses"]["default"]["description"], "");
    assert_eq!(
        tree["components"]["schemas"]["description"]["discriminator"]["mapping"]["title"],
        "#/components/schemas/title"
    );
    assert_eq!(tree["info"]["title"], "Shop");
}

#[test]
fn prose_stays_where_it_is_asked_for() {
    let kept = tree(&loaded(PROSE, None, Options { keep_prose: true, ..Options::default() })).to_string();
    let said: usize = ["description", "summary", "title"]
        .map(|key| PROSE.matches(&format!("{key}: PROSE")).count())
        .iter()
        .sum();
    // Examples are not part of the documentation, and no later stage reads them.
    assert_eq!(kept.matches("PROSE").count(), said);
}

#[test]
fn the_prose_of_an_operation_is_its_summary_and_its_description() {
    let document = |prose: &str| {
        format!(
            "swagger: '2.0'\ninfo: {{ title: Shop, version: '1' }}\npaths:\n  /a:\n    get: {{ operationId: a, \
             responses: {{ '204': {{ description: ok }} }}, {prose} }}\n"
        )
    };
    for (prose, doc) in [
        ("summary: Lists orders", Some("Lists orders")),
        ("description: All of them.", Some("All of them.")),
        ("summary: Lists orders, description: All of them.", Some("Lists orders\n\nAll of them.")),
        ("summary: Lists orders, description: Lists orders of a shop.", Some("Lists orders of a shop.")),
        ("summary: '', description: All of them.", Some("All of them.")),
        ("tags: []", None),
    ] {
        let spec = loaded(&document(prose), None, Options { keep_prose: true, ..Options::default() });
        let api = lower(&spec, "shop", &mut Sink::new()).unwrap();
        assert_eq!(api.operations["a"].doc.as_deref(), doc, "{prose}");
    }
}

#[test]
fn prose_of_the_overlay_stays() {
    let overlay = "
overlay: 1.1.0
info: { title: Words, version: 1.0.0 }
actions:
  - target: $.paths['/description'].get.parameters[0]
    update: { description: OURS }
";
    let tree = tree(&loaded(PROSE, Some(overlay), Options::default()));
    assert_eq!(tree["paths"]["/description"]["get"]["parameters"][0]["description"], "OURS");
}

const MOVES: &str = r"
openapi: 3.0.3
info: { title: Shop, version: '4.4.1' }
paths:
  /orders:
    get:
      operationId: orders_list
      parameters:
        - { name: a, in: query, schema: { type: string } }
        - { name: b, in: query, schema: { type: string } }
        - { name: c, in: query, schema: { type: string } }
        - { name: d, in: query, schema: { type: string } }
      responses: {}
    post: { operationId: orders_create, responses: {} }
components:
  schemas:
    Order:
      type: object
      required: [id, note]
      properties:
        id: { type: string }
        note: { type: string }
        line: { $ref: '#/components/schemas/Line', nullable: true, deprecated: true }
        lines:
          type: array
          items: { type: object, properties: { sku: { type: string } } }
    Line: { type: object }
";

const MOVER: &str = r"
overlay: 1.1.0
info: { title: Moves, version: 1.0.0 }
actions:
  - x-id: two
    target: $.paths['/orders'].get.parameters[?@.name == 'a' || @.name == 'c']
    remove: true
  - x-id: placed
    target: $.components.schemas
    update: { OrderLine: {} }
  - x-id: copied
    target: $.components.schemas.OrderLine
    copy: $.components.schemas.Order.properties.lines.items
  - x-id: added
    target: $.paths['/orders'].get.parameters
    update: { name: e, in: query, schema: { type: string } }
  - x-id: post
    description: Not for us
    target: $.paths['/orders'].post
    update: { x-skip: no longer offered }
  - x-id: note
    target: $.components.schemas.Order.properties.note
    update: { x-skip: not read }
  - x-id: b
    target: $.paths['/orders'].get.parameters[0]
    update: { x-skip: not used }
  - x-id: old
    x-until: '4.4'
    target: $.paths
    update: {}
";

#[test]
fn refs_with_siblings_are_wrapped() {
    let spec = loaded(MOVES, None, Options::default());
    let schemas = &spec.document.components.as_ref().unwrap().schemas;
    let ReferenceOr::Item(order) = &schemas["Order"] else { panic!() };
    let SchemaKind::Type(openapiv3::Type::Object(order)) = &order.schema_kind else { panic!() };
    let ReferenceOr::Item(line) = &order.properties["line"] else { panic!() };
    assert!(line.schema_data.nullable && line.schema_data.deprecated);
    let SchemaKind::AllOf { all_of } = &line.schema_kind else { panic!() };
    assert!(matches!(&all_of[..], [ReferenceOr::Reference { reference }] if reference.ends_with("/Line")));
}

#[test]
fn everything_is_traced_to_the_vendors_place() {
    let spec = loaded(MOVES, Some(MOVER), Options::default());
    let traced = [
        (
            "/components/schemas/Order/properties/line/allOf/0/$ref",
            "/components/schemas/Order/properties/line/$ref",
        ),
        ("/components/schemas/Order/properties/line/allOf", "/components/schemas/Order/properties/line"),
        (
            "/components/schemas/Order/properties/line/nullable",
            "/components/schemas/Order/properties/line/nullable",
        ),
        ("/components/schemas/Order/properties/lines", "/components/schemas/Order/properties/lines"),
        ("/paths/~1orders/get/parameters/0/schema", "/paths/~1orders/get/parameters/3/schema"),
        ("/paths/~1orders/get/parameters/1/schema", "/paths/~1orders/get/parameters"),
        (
            "/components/schemas/OrderLine/properties/sku/type",
            "/components/schemas/Order/properties/lines/items/properties/sku/type",
        ),
        ("/components/schemas/OrderLine", "/components/schemas"),
        ("", ""),
    ];
    for (here, there) in traced {
        assert_eq!(spec.origin(&Pointer::new(here)).as_str(), there, "{here}");
    }
}

#[test]
fn what_is_skipped_is_gone_and_listed() {
    let spec = loaded(MOVES, Some(MOVER), Options::default());
    let skipped: Vec<_> = spec.skipped.iter().map(|skip| (skip.at.as_str(), skip.reason.as_str())).collect();
    assert_eq!(
        skipped,
        [
            ("/paths/~1orders/get/parameters/1", "not used"),
            ("/paths/~1orders/post", "no longer offered"),
            ("/components/schemas/Order/properties/note", "not read"),
        ]
    );
    let tree = tree(&spec);
    assert!(tree["paths"]["/orders"]["post"].is_null());
    assert!(tree["components"]["schemas"]["Order"]["properties"]["note"].is_null());
    assert_eq!(tree["components"]["schemas"]["Order"]["required"], json!(["id"]));
    let names: Vec<_> = tree["paths"]["/orders"]["get"]["parameters"].as_array().unwrap().iter().collect();
    assert_eq!(names.iter().map(|p| p["name"].as_str().unwrap()).collect::<Vec<_>>(), ["d", "e"]);
}

#[test]
fn outcomes_tell_what_applied() {
    let spec = loaded(MOVES, Some(MOVER), Options::default());
    assert_eq!(spec.version, "4.4.1");
    let outcomes: Vec<_> = spec.overlay.iter().map(|o| (o.id.as_str(), o.matched, o.applies)).collect();
    assert_eq!(
        outcomes,
        [
            ("two", 2, true),
            ("placed", 1, true),
            ("copied", 1, true),
            ("added", 1, true),
            ("post", 1, true),
            ("note", 1, true),
            ("b", 1, true),
            ("old", 1, false),
        ]
    );
    assert_eq!(spec.overlay[4].description, "Not for us");
}

/// A generator of numbers that gives the same ones in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }
}

fn survives(document: &[u8], overlay: Option<&[u8]>) {
    let mut out = Sink::new();
    let source = Source { name: "document", text: document };
    let parsed = overlay.and_then(|text| Overlay::parse(Source { name: "overlay", text }, &mut out));
    let spec = load(source, parsed.as_ref(), &Options::default(), &mut out);
    assert!(spec.is_some() || out.has_errors());
    locate(source, &mut out);
    assert!(out.diagnostics().iter().all(|d| !d.at.file.is_empty()), "{}", report(&out));
}

#[test]
fn no_bytes_make_it_panic() {
    let mut dice = Dice(0x5eed_cafe_f00d_d1ce);
    let json = serde_json::to_vec(&serde_yaml::from_str::<Value>(MOVES).unwrap()).unwrap();
    let fragments: [&[u8]; 24] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"\\",
        b"null",
        b"true",
        b"-1e999",
        b"1e308",
        b"18446744073709551616",
        b"~1",
        b"%ff",
        b"#/",
        b"$ref",
        b"\xff",
        b"\xef\xbb\xbf",
        b"&a *a",
        b"!t",
        b"\n",
        b"\t- ",
        b"x-skip",
    ];
    for seed in [json.as_slice(), MOVES.as_bytes(), PROSE.as_bytes()] {
        for cut in 0..seed.len() {
            survives(&seed[..cut], None);
        }
        for _ in 0..sample::of(200, 800) {
            let (mut document, mut overlay) = (seed.to_vec(), MOVER.as_bytes().to_vec());
            for _ in 0..=dice.below(3) {
                let text = if dice.below(3) == 0 { &mut overlay } else { &mut document };
                let (from, span) = (dice.below(text.len()), dice.below(12));
                let to = (from + span).min(text.len());
                let fragment = match dice.below(3) {
                    0 => text[from..to].repeat(2),
                    _ => fragments[dice.below(fragments.len())].to_vec(),
                };
                text.splice(from..to, fragment);
            }
            survives(&document, Some(&overlay));
        }
    }
}

#[test]
fn any_value_anywhere_does_not_make_it_panic() {
    let mut dice = Dice(0xdead_beef_0bad_cafe);
    let whole: Value = serde_yaml::from_str(MOVES).unwrap();
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e308),
        json!(18_446_744_073_709_551_615_u64),
        json!("#/components/schemas/Order"),
        json!("#/"),
        json!([[]]),
        json!({"$ref": "#/components/schemas/Order"}),
        json!({"$ref": 1, "x-skip": ""}),
        json!({"allOf": [{"$ref": "#/components/schemas/Order"}]}),
        json!({"minimum": 0.5, "multipleOf": -1, "type": "integer", "enum": [null, 1, "a"]}),
    ];
    for _ in 0..sample::of(500, 2_000) {
        let mut document = whole.clone();
        for _ in 0..=dice.below(2) {
            let mut node = &mut document;
            for _ in 0..dice.below(9) {
                let steps = match &*node {
                    Value::Object(map) => map.len(),
                    Value::Array(items) => items.len(),
                    _ => 0,
                };
                if steps == 0 {
                    break;
                }
                let step = dice.below(steps);
                node = match node {
                    Value::Object(map) => map.values_mut().nth(step).unwrap(),
                    Value::Array(items) => &mut items[step],
                    _ => unreachable!(),
                };
            }
            *node = values[dice.below(values.len())].clone();
        }
        survives(document.to_string().as_bytes(), Some(MOVER.as_bytes()));
    }
}

#[test]
fn nesting_without_end_is_refused() {
    for (text, close) in [("[", "]"), ("{\"a\":", "}"), ("- ", ""), ("a: {", "")] {
        // The YAML scanner takes time that grows with the square of the depth.
        let depth = if text.starts_with(['[', '{']) { 100_000 } else { 2_000 };
        survives(text.repeat(depth).as_bytes(), None);
        survives(format!("{}1{}", text.repeat(depth), close.repeat(depth)).as_bytes(), None);
    }
}
