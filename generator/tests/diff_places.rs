//! Asserts that a change at one place is one row, with the place, the direction and the verdict that it has.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::diff::{compare, counts, loaded, mirrored};
use serde_json::{Value, json};
use storewright_generator::diff::{Bump, Change, Diff, Direction, Kind, Wire};

/// One call that sends a parameter and a body and receives a body.
fn document(parameters: &Value, sent: &Value, received: &Value, schemas: &Value) -> Value {
    let body = |schema: &Value| json!({ "application/json": { "schema": schema } });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Shelf", "version": "1" },
        "paths": { "/books/{book}": { "post": {
            "operationId": "books_change",
            "parameters": parameters,
            "requestBody": { "required": true, "content": body(sent) },
            "responses": { "200": { "description": "", "content": body(received) } },
        } } },
        "components": { "schemas": schemas },
    })
}

fn book() -> Value {
    json!({ "name": "book", "in": "path", "required": true, "schema": { "type": "string" } })
}

/// The rows of a change, whose mirror they are checked against.
fn rows(old: &Value, new: &Value) -> Diff {
    let [a, b] = [old, new].map(|document| loaded("shelf", document));
    let found = compare(&a, &b);
    assert_eq!(counts(&found), mirrored(&compare(&b, &a)), "{:#?}", found.changes);
    let of = |wire: Wire| found.changes.iter().filter(|change| change.wire == wire).count();
    for wire in [Wire::Breaking, Wire::Risky, Wire::Safe] {
        assert_eq!(found.summary.wire.get(wire.as_str()).copied().unwrap_or(0), of(wire));
    }
    let worst = found.changes.iter().map(|change| change.rust).min();
    assert!(worst.is_none_or(|worst| found.bump <= worst), "{:?} {:?}", found.bump, found.changes);
    found
}

fn only(diff: &Diff) -> &Change {
    let [change] = diff.changes.as_slice() else { panic!("{:#?}", diff.changes) };
    change
}

fn of_parameters(old: Value, new: Value) -> Diff {
    let any = json!({ "type": "object" });
    let all = |other: Value| document(&json!([book(), other]), &any, &any, &json!({}));
    rows(&all(old), &all(new))
}

#[test]
fn a_member_that_becomes_optional_and_nullable_is_one_row() {
    let of = |schema: Value, required: bool| {
        let required = if required { json!(["note"]) } else { json!([]) };
        json!({ "type": "object", "required": required, "properties": { "note": schema } })
    };
    let (strict, loose) =
        (of(json!({ "type": "string" }), true), of(json!({ "type": "string", "nullable": true }), false));
    let any = json!({ "type": "object" });
    let sent = |schema: &Value| document(&json!([book()]), schema, &any, &json!({}));
    let received = |schema: &Value| document(&json!([book()]), &any, schema, &json!({}));

    let found = rows(&sent(&strict), &sent(&loose));
    assert_eq!((only(&found).kind, only(&found).wire), (Kind::FieldOptional, Wire::Safe));
    assert_eq!(only(&found).new.as_deref(), Some("optional or null"));
    let found = rows(&sent(&loose), &sent(&strict));
    assert_eq!((only(&found).kind, only(&found).wire), (Kind::FieldRequired, Wire::Breaking));
    let found = rows(&received(&strict), &received(&loose));
    assert_eq!((only(&found).kind, only(&found).wire), (Kind::FieldOptional, Wire::Risky));
    let found = rows(&received(&loose), &received(&strict));
    assert_eq!((only(&found).kind, only(&found).wire), (Kind::FieldRequired, Wire::Safe));

    // Two changes in opposite directions are two facts.
    let odd = of(json!({ "type": "string", "nullable": true }), true);
    let found = rows(&received(&odd), &received(&of(json!({ "type": "string" }), false)));
    let kinds: Vec<Kind> = found.changes.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [Kind::FieldOptional, Kind::FieldNotNullable]);
}

#[test]
fn a_parameter_in_another_place_is_one_row() {
    let parameter = |place: &str| json!({ "name": "q", "in": place, "schema": { "type": "string" } });
    let found = of_parameters(parameter("query"), parameter("header"));
    let moved = only(&found);
    assert_eq!((moved.kind, moved.wire), (Kind::ParameterMoved, Wire::Breaking));
    assert_eq!((moved.old.as_deref(), moved.new.as_deref()), (Some("query"), Some("header")));
}

#[test]
fn the_name_of_a_path_parameter_is_not_sent() {
    let any = json!({ "type": "object" });
    let old = document(&json!([book()]), &any, &any, &json!({}));
    let new: Value = serde_json::from_str(
        &old.to_string().replace("{book}", "{id}").replace("\"name\":\"book\"", "\"name\":\"id\""),
    )
    .unwrap();
    let found = rows(&old, &new);
    assert!(found.changes.is_empty() && found.bump <= Bump::None, "{found:#?}");
}

#[test]
fn an_inline_copy_of_a_type_is_a_row_about_its_place() {
    let label = json!({ "type": "object", "properties": { "label": { "type": "string" }, "size": { "type": "integer" } } });
    let copy = json!({ "type": "object", "properties": { "label": { "type": "string" } } });
    let jar = json!({ "$ref": "#/components/schemas/Jar" });
    let schemas = json!({ "Jar": label });
    let old = document(&json!([book()]), &jar, &jar, &schemas);
    // The same content is the same on the wire.
    let found = rows(&old, &document(&json!([book()]), &jar, &label, &schemas));
    assert!(found.changes.iter().all(|change| change.wire == Wire::Safe), "{:#?}", found.changes);
    let found = rows(&old, &document(&json!([book()]), &jar, &copy, &schemas));
    let swapped = only(&found);
    assert_eq!((swapped.kind, swapped.wire), (Kind::ResponseTypeChanged, Wire::Risky));
    assert_eq!(swapped.subject, "POST /books/{} 200");
}

#[test]
fn a_type_that_the_document_had_is_not_added_when_it_becomes_reachable() {
    let jar = json!({ "$ref": "#/components/schemas/Jar" });
    let schemas = json!({ "Jar": { "type": "object", "properties": { "label": { "type": "string" } } } });
    let bare = json!({ "type": "object", "properties": { "it": { "type": "string" } } });
    let used = json!({ "type": "object", "properties": { "it": { "type": "string" }, "jar": jar } });
    let of = |received: &Value| document(&json!([book()]), &json!({ "type": "object" }), received, &schemas);
    let found = rows(&of(&bare), &of(&used));
    let added: Vec<&str> =
        found.changes.iter().filter(|c| c.kind == Kind::FieldAdded).map(|c| c.subject.as_str()).collect();
    assert_eq!(added, ["POST /books/{} 200.jar"]);
    assert!(found.changes.iter().all(|change| change.wire == Wire::Safe), "{:#?}", found.changes);
}

#[test]
fn the_style_of_a_scalar_changes_nothing() {
    let parameter = |style: &str, explode: bool, schema: Value| json!({ "name": "q", "in": "query", "style": style, "explode": explode, "schema": schema });
    for schema in [json!({ "type": "string" }), json!({ "type": "integer", "enum": [1, 2] })] {
        for (style, explode) in [("form", false), ("spaceDelimited", false), ("pipeDelimited", true)] {
            let found = of_parameters(
                parameter("form", true, schema.clone()),
                parameter(style, explode, schema.clone()),
            );
            assert!(found.changes.is_empty(), "{style} {explode}: {:#?}", found.changes);
        }
    }
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let found = of_parameters(parameter("form", true, list.clone()), parameter("form", false, list));
    assert_eq!((only(&found).kind, only(&found).wire), (Kind::ParameterEncodingChanged, Wire::Breaking));
    // A label is written before a scalar too.
    let label = |style: &str| json!([{ "name": "book", "in": "path", "required": true, "style": style, "schema": { "type": "string" } }]);
    let any = json!({ "type": "object" });
    let [a, b] = ["simple", "label"].map(|style| document(&label(style), &any, &any, &json!({})));
    assert_eq!(only(&rows(&a, &b)).kind, Kind::ParameterEncodingChanged);
}

#[test]
fn nullable_items_of_a_parameter_are_seen() {
    let parameter =
        |items: Value| json!({ "name": "q", "in": "query", "schema": { "type": "array", "items": items } });
    let (plain, null) = (json!({ "type": "string" }), json!({ "type": "string", "nullable": true }));
    let found = of_parameters(parameter(plain.clone()), parameter(null.clone()));
    assert_eq!(only(&found).wire, Wire::Safe, "{:#?}", found.changes);
    let found = of_parameters(parameter(null), parameter(plain));
    assert_eq!(only(&found).wire, Wire::Breaking, "{:#?}", found.changes);
}

#[test]
fn types_of_webhooks_are_received() {
    let of = |schema: Value| {
        json!({
            "openapi": "3.1.0",
            "info": { "title": "Shelf", "version": "1" },
            "paths": { "/ping": { "get": { "operationId": "ping", "responses": { "204": { "description": "" } } } } },
            "webhooks": { "sold": { "post": {
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Sale" } } } },
                "responses": { "200": { "description": "" } },
            } } },
            "components": { "schemas": { "Sale": schema } },
        })
    };
    let sale = |schema: &str| json!({ "type": "object", "required": ["at"], "properties": { "at": { "type": schema } } });
    let found = rows(&of(sale("string")), &of(sale("integer")));
    let changed = only(&found);
    assert_eq!((changed.direction, changed.wire), (Direction::Response, Wire::Breaking), "{}", changed.note);
    let gone = json!({ "type": "object", "properties": {} });
    let found = rows(&of(sale("string")), &of(gone));
    assert_eq!(only(&found).wire, Wire::Breaking, "{:#?}", found.changes);
}

#[test]
fn every_type_of_a_long_chain_is_compared() {
    const LENGTH: usize = 400;
    let chain = |kind: &str| {
        let one = |at: usize| {
            let next = match at + 1 {
                LENGTH => json!({ "type": "string" }),
                next => json!({ "$ref": format!("#/components/schemas/T{next}") }),
            };
            (
                format!("T{at}"),
                json!({ "type": "object", "properties": { "next": next, "it": { "type": kind } } }),
            )
        };
        let schemas: Value = Value::Object((0..LENGTH).map(one).collect());
        let first = json!({ "$ref": "#/components/schemas/T0" });
        document(&json!([book()]), &json!({ "type": "object" }), &first, &schemas)
    };
    let found = rows(&chain("string"), &chain("integer"));
    let changed = found.changes.iter().filter(|change| change.kind == Kind::FieldTypeChanged).count();
    assert_eq!(changed, LENGTH);
}

/// The wire verdicts of a change of all responses of one call.
fn of_responses(old: Value, new: Value) -> Vec<Wire> {
    let [old, new] = [old, new].map(|responses| {
        let mut document = document(&json!([book()]), &json!({}), &json!({}), &json!({}));
        document["paths"]["/books/{book}"]["post"]["responses"] = responses;
        document
    });
    rows(&old, &new).changes.iter().map(|change| change.wire).collect()
}

#[test]
fn a_status_may_be_named_by_its_range_or_by_default() {
    let of = |ty: &str| {
        let schema = json!({ "type": "object", "properties": { "x": { "type": ty } } });
        json!({ "description": "", "content": { "application/json": { "schema": schema } } })
    };
    let (text, number) = (of("string"), of("number"));
    let default = json!({ "default": text });
    let both = json!({ "200": text, "201": text });
    let worst = |old: &Value, new: Value| of_responses(old.clone(), new).into_iter().min();
    assert_eq!(worst(&both, json!({ "2XX": text })), None);
    assert_eq!(worst(&both, json!({ "2XX": number })), Some(Wire::Breaking));
    // A result is declared, and `default` is that of failures now.
    assert_eq!(worst(&default, json!({ "200": text, "default": text })), Some(Wire::Risky));
}

#[test]
fn what_changes_in_errors_alone_breaks_no_call() {
    let ok = json!({ "description": "" });
    let body =
        |schema: Value| json!({ "description": "", "content": { "application/json": { "schema": schema } } });
    let with_header =
        |ty: &str| json!({ "description": "", "headers": { "X-Left": { "schema": { "type": ty } } } });
    let member = |name: &str, ty: &str| json!({ "type": "object", "required": [name], "properties": { name: { "type": ty } } });
    for (old, new) in [
        (body(member("reason", "string")), body(member("reason", "integer"))),
        (body(member("reason", "string")), body(member("cause", "string"))),
        (with_header("string"), with_header("integer")),
    ] {
        let of = |failure: &Value| json!({ "200": ok, "400": failure });
        let found = of_responses(of(&old), of(&new));
        assert_eq!(found.into_iter().min(), Some(Wire::Risky), "{old} → {new}");
    }
    // The same of a schema that errors alone have, and of one that a result has too.
    let to = json!({ "$ref": "#/components/schemas/Problem" });
    for (result, verdict) in [(json!({}), Wire::Risky), (to.clone(), Wire::Breaking)] {
        let [old, new] = ["string", "integer"].map(|ty| {
            let schemas = json!({ "Problem": member("reason", ty) });
            let mut document = document(&json!([book()]), &json!({}), &result, &schemas);
            document["paths"]["/books/{book}"]["post"]["responses"]["400"] = body(to.clone());
            document
        });
        assert_eq!(only(&rows(&old, &new)).wire, verdict, "{result}");
    }
}
