//! Checks that OpenAPI 3.1 and 3.2 mean the same as their 3.0 forms, and that errors of a document become notices with
//! locations.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

use crate::support::documents::{api, assert_places, made, report, with_components};
use crate::support::{diff, sample, shared};
use serde_json::{Value, json};
use storewright_generator::api::{Api, ConstraintSet, Shape};
use storewright_generator::diagnostic::{Severity, Sink};
use storewright_generator::load::{Options, Source, load, locate, text};
use storewright_generator::lower::lower;

/// The bytes of the largest published document in a sample.
const SAMPLED: u64 = 400_000;

/// A document whose responses and requests are of one schema, a member of the component `Thing`.
fn with_schema(version: &str, schema: Value) -> Value {
    with_components(version, json!({ "Thing": { "type": "object", "properties": { "value": schema } } }))
}

/// The Api of a document without the keywords of members that only validate, which older versions do not have.
fn of_types(document: &Value) -> Api {
    let mut api = diff::api("shop", document, &mut Sink::new()).unwrap();
    for ty in api.types.values_mut() {
        let Shape::Struct(s) = &mut ty.shape else { continue };
        for (_, field) in s.fields.iter_mut() {
            let own = std::mem::take(&mut field.constraints).into();
            field.constraints = ConstraintSet { validation: BTreeMap::new(), ..own }.into();
        }
    }
    api
}

#[test]
fn schemas_of_3_1_mean_the_same_as_their_3_0_forms() {
    let cup = "#/components/schemas/Cup";
    let jar = "#/components/schemas/Jar";
    let pairs = [
        (json!({ "type": ["string", "null"] }), json!({ "type": "string", "nullable": true })),
        (json!({ "type": ["string"] }), json!({ "type": "string" })),
        (json!({ "type": ["number", "integer"] }), json!({ "type": "number" })),
        (json!({ "type": "null" }), json!({ "nullable": true })),
        (
            json!({ "type": ["string", "integer", "null"], "maxLength": 3, "minimum": 2 }),
            json!({
                "nullable": true,
                "anyOf": [{ "type": "string", "maxLength": 3 }, { "type": "integer", "minimum": 2 }]
            }),
        ),
        (
            json!({ "anyOf": [{ "type": "string", "format": "date" }, { "type": "null" }] }),
            json!({ "type": "string", "format": "date", "nullable": true }),
        ),
        (
            json!({ "oneOf": [{ "const": null }, { "$ref": cup }], "description": "mine" }),
            json!({ "allOf": [{ "$ref": cup }], "nullable": true }),
        ),
        (
            json!({ "oneOf": [{ "$ref": cup }, { "$ref": jar }, { "type": "null" }] }),
            json!({ "oneOf": [{ "$ref": cup }, { "$ref": jar }], "nullable": true }),
        ),
        (
            json!({ "anyOf": [{ "type": "array", "items": { "type": ["integer", "null"] } }, { "enum": [null] }] }),
            json!({ "type": "array", "items": { "type": "integer", "nullable": true }, "nullable": true }),
        ),
        (
            json!({ "type": ["string", "null"], "enum": ["a", "b", null] }),
            json!({ "type": "string", "enum": ["a", "b"], "nullable": true }),
        ),
        (json!({ "const": "cup" }), json!({ "type": "string", "enum": ["cup"] })),
        (json!({ "const": 7 }), json!({ "type": "integer", "enum": [7] })),
        (json!({ "type": "string", "const": "cup" }), json!({ "type": "string", "enum": ["cup"] })),
        (
            json!({ "type": "integer", "exclusiveMinimum": 4, "maximum": 9 }),
            json!({ "type": "integer", "minimum": 4, "exclusiveMinimum": true, "maximum": 9 }),
        ),
        (json!({ "type": "integer", "maximum": 10.0 }), json!({ "type": "integer", "maximum": 10 })),
        (
            json!({ "$ref": cup, "properties": { "size": { "type": "integer" } }, "required": ["size"] }),
            json!({ "allOf": [
                { "$ref": cup },
                { "type": "object", "properties": { "size": { "type": "integer" } }, "required": ["size"] }
            ] }),
        ),
        (json!({ "$ref": cup, "description": "mine" }), json!({ "$ref": cup })),
        (
            json!({ "type": "object", "properties": { "yes": true, "no": false } }),
            json!({ "type": "object", "properties": { "yes": {} } }),
        ),
        (json!({ "type": "array", "items": true }), json!({ "type": "array" })),
        (
            json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "string" }], "items": false }),
            json!({ "type": "array", "items": { "type": "string" }, "maxItems": 2 }),
        ),
        (
            json!({ "type": "object", "patternProperties": { "^x": { "$ref": cup } }, "additionalProperties": false }),
            json!({ "type": "object", "additionalProperties": { "$ref": cup } }),
        ),
        (
            json!({ "type": "object", "propertyNames": { "pattern": "^x" }, "additionalProperties": { "type": "string" } }),
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        ),
        (
            json!({ "type": "object", "properties": { "a": {} }, "unevaluatedProperties": { "type": "string" } }),
            json!({ "type": "object", "properties": { "a": {} }, "additionalProperties": { "type": "string" } }),
        ),
        (
            json!({ "type": "string", "contentEncoding": "base64" }),
            json!({ "type": "string", "format": "byte" }),
        ),
        (
            json!({ "type": "string", "contentMediaType": "application/json", "contentSchema": { "type": "object" } }),
            json!({ "type": "string" }),
        ),
        (
            json!({ "type": "string", "examples": ["a"], "$comment": "why", "$schema": "https://example.com" }),
            json!({ "type": "string" }),
        ),
    ];
    for (newer, older) in pairs {
        let documents = [("3.1.0", &newer), ("3.0.3", &older)];
        let documents = documents.map(|(version, schema)| with_schema(version, schema.clone()));
        for document in &documents {
            assert_eq!(report(&api(document).1), "", "{newer} {older}");
        }
        let [one, other] = documents.each_ref().map(of_types);
        assert_eq!(one, other, "{newer} is not {older}");
    }
}

#[test]
fn the_docs_of_a_document_change_nothing_else() {
    let cup = "#/components/schemas/Cup";
    let jar = "#/components/schemas/Jar";
    for schema in [
        json!({ "oneOf": [{ "$ref": cup, "title": "A cup" }, { "$ref": jar, "description": "A jar" }] }),
        json!({ "$ref": cup, "description": "The cup", "title": "Cup" }),
        json!({ "type": "array", "items": { "$ref": cup, "description": "One cup" } }),
        json!({ "type": "string", "title": 7, "examples": "none" }),
    ] {
        for version in ["3.0.3", "3.1.0"] {
            let mut document = with_schema(version, schema.clone());
            document["description"] = json!("in the wrong place");
            let (plain, said) = made("document.json", &document, Options::default());
            assert_eq!(report(&said), "", "{schema}");
            let options = Options { keep_prose: true, ..Options::default() };
            let (documented, _) = made("document.json", &document, options);
            assert_eq!(undocumented(plain.unwrap()), undocumented(documented.unwrap()), "{schema}");
        }
    }
}

fn undocumented(mut api: Api) -> Api {
    for ty in api.types.values_mut() {
        ty.doc = None;
        if let storewright_generator::api::Shape::Struct(object) = &mut ty.shape {
            object.fields.iter_mut().for_each(|(_, field)| field.doc = None);
        }
    }
    api
}

#[test]
fn other_keywords_are_approximated_with_a_notice() {
    let cases = [
        (
            json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "integer" }] }),
            json!({ "type": "array" }),
            "a tuple is read as a list of any JSON",
        ),
        (
            json!({ "type": "object", "patternProperties": { "^a": { "type": "string" }, "^b": { "type": "integer" } } }),
            json!({ "type": "object", "additionalProperties": true }),
            "match patterns are read as any JSON",
        ),
        (
            json!({
                "type": "object",
                "properties": { "kind": { "type": "string" } },
                "if": { "properties": { "kind": { "const": "a" } } },
                "then": { "properties": { "a": { "type": "string" } }, "required": ["a"] },
                "else": { "properties": { "b": { "type": "integer" } } }
            }),
            json!({ "type": "object", "properties": {
                "kind": { "type": "string" }, "a": { "type": "string" }, "b": { "type": "integer" }
            } }),
            "conditions of a schema are not checked",
        ),
        (
            json!({ "type": "object", "properties": { "a": {} }, "dependentSchemas": {
                "a": { "properties": { "b": { "type": "integer" } } }
            } }),
            json!({ "type": "object", "properties": { "a": {}, "b": { "type": "integer" } } }),
            "conditions of a schema are not checked",
        ),
        (json!({ "type": "strnig" }), json!({}), "`strnig` is not a type; it is read as any JSON"),
        (
            json!({ "type": "int" }),
            json!({ "type": "integer" }),
            "`int` is not a type; it is read as `integer`",
        ),
        (
            json!({ "allOf": [{ "type": "aAray" }, { "type": "object", "properties": { "a": { "type": "string" } } }] }),
            json!({ "allOf": [{}, { "type": "object", "properties": { "a": { "type": "string" } } }] }),
            "`aAray` is not a type",
        ),
        (json!({ "type": "string", "enum": [] }), json!({ "type": "string" }), "`enum` has no values"),
        (
            json!({ "type": "integer", "minimum": 0.5 }),
            json!({ "type": "integer" }),
            "`minimum` is 0.5, which no integer of 64 bits is",
        ),
        (
            json!({ "type": "integer", "maximum": 9_223_372_036_854_776_000_u64 }),
            json!({ "type": "integer" }),
            "which no integer of 64 bits is",
        ),
        (
            json!({ "type": "object", "properties": { "a": { "type": "string", "required": true } } }),
            json!({ "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"] }),
            "`required` of a property is a boolean",
        ),
        (
            json!({ "type": "string", "maxLength": "5" }),
            json!({ "type": "string", "maxLength": 5 }),
            "it is read as `5`",
        ),
        (
            json!({ "type": "string", "maxLength": "x", "minLength": "x", "pattern": "a" }),
            json!({ "type": "string", "pattern": "a" }),
            "`minLength` of a schema cannot be read",
        ),
        (json!({ "type": "string", "maxLength": "five" }), json!({ "type": "string" }), "it is ignored"),
        (
            json!({ "type": "object", "properties": { "a": {} }, "required": "a" }),
            json!({ "type": "object", "properties": { "a": {} }, "required": ["a"] }),
            "it is read as `[\"a\"]`",
        ),
        (
            json!({ "type": "object", "properties": [] }),
            json!({ "type": "object", "properties": {} }),
            "this must be an object; it is read as an empty one",
        ),
        (json!({ "type": "string", "min_length": 1 }), json!({ "type": "string" }), "has no `min_length`"),
        (
            json!({ "$ref": "#/components/schemas/Ghost" }),
            json!({}),
            "refers to nothing; it is read as any JSON",
        ),
        (
            json!({ "$ref": "https://example.com/cup.json" }),
            json!({}),
            "is not downloaded; it is read as any JSON",
        ),
        (json!({ "$ref": "#/paths" }), json!({}), "a schema is expected"),
        (json!({ "$ref": 7 }), json!({}), "`$ref` must be a string"),
        (
            json!({ "$ref": "#/definitions/Cup" }),
            json!({ "$ref": "#/components/schemas/Cup" }),
            "it is read as `#/components/schemas/Cup`",
        ),
        (json!({ "$ref": "Cup" }), json!({ "$ref": "#/components/schemas/Cup" }), "it is read as"),
    ];
    for (schema, meant, message) in cases {
        let document = with_schema("3.1.0", schema.clone());
        let (_, said) = api(&document);
        assert!(said.iter().any(|d| d.message.contains(message)), "{schema}: {}", report(&said));
        assert!(said.iter().all(|d| d.severity == Severity::Notice && d.help.is_some()), "{}", report(&said));
        assert_places(&document, &said);
        let meant = with_schema("3.1.0", meant);
        assert_eq!(of_types(&document), of_types(&meant), "{schema} is not {meant}");
    }
}

#[test]
fn newer_keywords_in_an_older_document_mean_the_same() {
    for (schema, key) in [
        (json!({ "type": ["string", "null"] }), "type"),
        (json!({ "const": "cup" }), "const"),
        (json!({ "type": "integer", "exclusiveMinimum": 4 }), "exclusiveMinimum"),
        (json!({ "type": "array", "items": [{ "type": "string" }] }), "items"),
    ] {
        let (newer, _) = api(&with_schema("3.1.0", schema.clone()));
        let document = with_schema("3.0.3", schema);
        let (older, said) = api(&document);
        assert_eq!(newer, older);
        assert!(matches!(&*said, [one] if one.message.contains(&format!("`{key}`"))), "{}", report(&said));
        assert_places(&document, &said);
    }
}

#[test]
fn documents_of_3_1_and_3_2_around_their_schemas() {
    let mut newer = with_schema("3.2.0", json!({ "type": "string" }));
    newer["$self"] = json!("https://example.com/api");
    newer["jsonSchemaDialect"] = json!("https://spec.openapis.org/oas/3.1/dialect/base");
    newer["info"]["summary"] = json!("A shop");
    newer["paths"]["/things"]["parameters"] = json!([{ "in": "querystring", "name": "q", "content": {
        "application/x-www-form-urlencoded": { "schema": { "type": "object", "required": ["limit"], "properties": {
            "limit": { "type": "integer" }, "after": { "type": "string" }
        } } }
    } }]);
    newer["paths"]["/others"] = json!({ "$ref": "#/components/pathItems/others" });
    newer["components"]["pathItems"] = json!({ "others": { "get": {
        "operationId": "others_get",
        "responses": { "200": { "description": "ok", "content": {
            "application/json": { "schema": { "$ref": "https://example.com/api#/components/schemas/Cup" } }
        } } }
    } } });
    newer["components"]["securitySchemes"] = json!({
        "tls": { "type": "mutualTLS" },
        "login": { "type": "oauth2", "flows": { "deviceAuthorization": {
            "deviceAuthorizationUrl": "https://example.com", "tokenUrl": "https://example.com", "scopes": {}
        } } }
    });
    newer["security"] = json!([{ "tls": [], "login": [] }]);

    let mut older = with_schema("3.0.3", json!({ "type": "string" }));
    older["paths"]["/things"]["parameters"] = json!([
        { "in": "query", "name": "limit", "required": true, "schema": { "type": "integer" } },
        { "in": "query", "name": "after", "schema": { "type": "string" } }
    ]);
    older["paths"]["/others"] = json!({ "get": {
        "operationId": "others_get",
        "responses": { "200": { "description": "ok", "content": {
            "application/json": { "schema": { "$ref": "#/components/schemas/Cup" } }
        } } }
    } });
    older["components"]["securitySchemes"] = json!({ "login": { "type": "oauth2", "flows": {} } });
    older["security"] = json!([{ "login": [] }]);

    let (one, said) = api(&newer);
    let (other, _) = api(&older);
    assert_eq!(one, other);
    assert_places(&newer, &said);
    let count = said.iter().filter(|d| d.message.contains("mutual TLS")).count();
    assert_eq!(count, 1, "{}", report(&said));
}

#[test]
fn faults_around_schemas_become_notices() {
    let cases = [
        ("/paths/~1things/get/responses/4xx", json!({ "description": "no" }), "it is read as `4XX`"),
        ("/paths/~1things/get/responses/teapot", json!({ "description": "no" }), "neither a status code"),
        (
            "/paths/others",
            json!({ "get": { "operationId": "o", "responses": {} } }),
            "it is read as `/others`",
        ),
        ("/paths/~1{a", json!({ "get": { "operationId": "o", "responses": {} } }), "do not enclose names"),
        ("/paths/~1gone", json!({ "$ref": "#/components/pathItems/gone" }), "refers to nothing"),
        (
            "/paths/~1things/parameters",
            json!([{ "in": "query", "name": "a", "type": "integer" }]),
            "has its type outside of `schema`",
        ),
        (
            "/paths/~1things/parameters",
            json!([
                { "in": "query", "name": "a", "schema": { "type": "string" } },
                { "in": "query", "name": "a", "schema": { "type": "string" } }
            ]),
            "two parameters `a` in query",
        ),
        ("/paths/~1things/parameters", json!([{ "in": "nowhere", "name": "a", "schema": {} }]), "is ignored"),
        (
            "/servers",
            json!([{ "url": "https://{where}" }]),
            "the variable `where` of the server has no default",
        ),
        ("/info", json!({ "title": "Shop", "version": 1.5 }), "it is read as `\"1.5\"`"),
        ("/info", json!(null), "it is read as an empty one"),
        ("/paths/~1others", json!({ "GET": { "operationId": "o", "responses": {} } }), "it is read as `get`"),
        ("/servers", json!({ "url": "https://api.example.com" }), "this must be a list; it is read as one"),
        ("/paths/~1things/get/tags", json!("Things"), "it is read as `[\"Things\"]`"),
        ("/paths/~1things/get/deprecated", json!("False"), "it is read as `false`"),
        ("/security", json!({ "token": [] }), "it is read as `[{\"token\":[]}]`"),
        (
            "/paths/~1things/parameters",
            json!([{ "in": "Query", "name": "a", "schema": { "type": "string" } }]),
            "it is read as `\"query\"`",
        ),
        (
            "/paths/~1things/parameters",
            json!({ "first": { "in": "query", "name": "a", "schema": { "type": "string" } } }),
            "this must be a list; it is read as one",
        ),
        (
            "/paths/~1things/parameters",
            json!([{ "in": "query", "name": "a", "required": "x", "allowReserved": "x", "schema": { "type": "string" } }]),
            "`required` of a parameter cannot be read",
        ),
        ("/components/schemas/Odd", json!("text"), "it is read as any JSON"),
        ("/x", json!({}), "the document of OpenAPI 3.0 has no `x`"),
    ];
    for (place, value, message) in cases {
        let mut document = with_schema("3.0.3", json!({ "type": "string" }));
        let (parent, key) = place.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/");
        document.pointer_mut(parent).unwrap()[key.as_str()] = value;
        let (text, said) = api(&document);
        assert!(said.iter().any(|d| d.message.contains(message)), "{place}: {}", report(&said));
        assert!(said.iter().all(|d| d.severity == Severity::Notice && d.help.is_some()), "{}", report(&said));
        assert_places(&document, &said);
        assert!(text.contains("things_get"), "the call is lost by {place}");
        let sent = place == "/paths/~1things/parameters" && !message.contains("is ignored");
        assert!(!sent || text.contains("name: a"), "the parameter is lost: {text}");
    }
}

#[test]
fn an_unknown_key_comes_with_the_action_that_removes_all_of_it() {
    let schema = json!({ "type": "string", "min_length": 1, "value": 2 });
    let (_, said) = api(&with_schema("3.0.3", schema));
    let help = |key: &str| {
        let found = said.iter().find(|d| d.message.contains(&format!("`{key}`")));
        found.and_then(|d| d.help.clone()).unwrap_or_default()
    };
    assert!(help("min_length").contains("$..[\"min_length\"]"), "{}", report(&said));
    // A property has this name, too, so no target selects the keys alone.
    assert!(!help("value").contains("$.."), "{}", report(&said));
}

#[test]
fn nothing_is_made_of_a_document_without_paths() {
    for version in ["3.0.3", "3.1.0"] {
        let document = json!({ "openapi": version, "info": { "title": "Shop", "version": "1" } });
        let (api, said) = made("document.json", &document, Options::default());
        assert_eq!(api.is_some(), version == "3.1.0", "{}", report(&said));
        assert!(!said.is_empty());
    }
}

#[test]
fn yaml_has_large_numbers_merge_keys_and_repeated_members() {
    let yaml = "base: &base { type: integer, minimum: -9223372036854776000 }\nown: { <<: *base, maximum: 5 }\n\
                all: { <<: [*base, { format: int32 }] }\ntwice: 1\ntwice: 2\n";
    let mut out = Sink::new();
    let tree = text::parse(&Source { name: "a.yaml", text: yaml.as_bytes() }, &mut out).unwrap();
    assert_eq!(tree["own"], json!({ "type": "integer", "minimum": -9.223_372_036_854_776e18, "maximum": 5 }));
    assert_eq!(tree["all"]["format"], "int32");
    assert_eq!(tree["twice"], 2);
    assert!(
        matches!(out.diagnostics(), [one] if one.severity == Severity::Notice),
        "{:?}",
        out.diagnostics()
    );
}

#[test]
fn a_place_behind_a_reference_is_that_of_the_target() {
    let mut document = with_schema("3.1.0", json!({ "type": "string" }));
    document["paths"]["/things"]["get"]["responses"]["400"] = json!({ "$ref": "#/components/responses/Bad" });
    document["components"]["responses"] = json!({ "Bad": { "description": "bad", "content": {
        "application/json": { "schema": { "type": "object", "properties": { "rate": { "enum": [0.5, 1.5] } } } }
    } } });
    let (_, said) = api(&document);
    let places: Vec<&str> = said.iter().map(|d| d.at.pointer.as_str()).collect();
    let schema = "/components/responses/Bad/content/application~1json/schema";
    assert!(matches!(&*places, [one] if one.starts_with(schema)), "{}", report(&said));
    assert_places(&document, &said);
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn places_are_in_the_published_documents() {
    let Some(folder) = shared::shared("corpus/docs") else { return };
    // The largest first, so that the threads end together.
    let mut paths = shared::entries(&folder);
    let largest = sample::of(SAMPLED, u64::MAX);
    paths.retain(|path| fs::metadata(path).unwrap().len() <= largest);
    paths.sort_by_key(|path| std::cmp::Reverse(fs::metadata(path).unwrap().len()));
    let (next, count) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            count.fetch_add(notices_with_places(path), Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    assert!(count.into_inner() > 100);
}

/// Asserts that each notice of a document has a location in it; returns their number.
fn notices_with_places(path: &Path) -> usize {
    let (name, bytes) = (path.display().to_string(), fs::read(path).unwrap());
    let source = Source { name: &name, text: &bytes };
    let tree = text::parse(&source, &mut Sink::new()).unwrap();
    let mut out = Sink::new();
    let spec = load(source, None, &Options::default(), &mut out);
    assert!(!out.has_errors(), "{name}: {}", report(out.diagnostics()));
    let _ = lower(&spec.unwrap(), "n", &mut out);
    locate(source, &mut out);
    let said = out.into_diagnostics();
    assert_places(&tree, &said);
    said.len()
}
