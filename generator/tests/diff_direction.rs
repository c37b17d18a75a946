//! Takes the direction of a change from the calls that both versions have, and from `readOnly` and `writeOnly`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::diff::{compare, loaded};
use serde_json::{Value, json};
use storewright_generator::diff::{Change, Direction, Wire};

fn to(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A document that receives a schema by GET and sends another one by POST, where it has them.
fn document(received: Option<&Value>, sent: Option<&Value>, schemas: &Value) -> Value {
    let content = |schema: &Value| json!({ "application/json": { "schema": schema } });
    let mut path = json!({});
    if let Some(schema) = received {
        let response = json!({ "description": "", "content": content(schema) });
        path["get"] = json!({ "operationId": "a_get", "responses": { "200": response } });
    }
    if let Some(schema) = sent {
        let body = json!({ "required": true, "content": content(schema) });
        let responses = json!({ "204": { "description": "" } });
        path["post"] = json!({ "operationId": "a_post", "requestBody": body, "responses": responses });
    }
    json!({
        "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": { "/a": path },
        "components": { "schemas": schemas },
    })
}

fn changes(old: &Value, new: &Value) -> Vec<Change> {
    compare(&loaded("t", old), &loaded("t", new)).changes
}

fn about<'c>(changes: &'c [Change], subject: &str) -> &'c Change {
    changes.iter().find(|change| change.subject == subject).unwrap_or_else(|| panic!("{changes:#?}"))
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties })
}

#[test]
fn a_use_that_only_one_version_has_does_not_decide() {
    let a = to("A");
    let text = json!({ "type": "string" });
    let narrow = json!({ "type": "string", "maxLength": 5 });
    let small = json!({ "A": object(&[], json!({ "x": text })) });
    let large = json!({ "A": object(&["y"], json!({ "x": text, "y": text })) });
    let tight = json!({ "A": object(&[], json!({ "x": narrow })) });
    for (schemas, subject) in [(large, "A.y"), (tight, "A.x")] {
        // A new call sends what an old one receives.
        let found = changes(&document(Some(&a), None, &small), &document(Some(&a), Some(&a), &schemas));
        let change = about(&found, subject);
        assert_eq!((change.direction, change.wire), (Direction::Response, Wire::Safe), "{}", change.note);
        // The call that sent it is gone.
        let found = changes(&document(Some(&a), Some(&a), &small), &document(Some(&a), None, &schemas));
        assert_eq!(about(&found, subject).direction, Direction::Response);
        // Both have both calls.
        let found = changes(&document(Some(&a), Some(&a), &small), &document(Some(&a), Some(&a), &schemas));
        let change = about(&found, subject);
        assert_eq!((change.direction, change.wire), (Direction::Both, Wire::Breaking), "{}", change.note);
        // Without a common call, all of them decide.
        let found = changes(&document(Some(&a), None, &small), &document(None, Some(&a), &schemas));
        assert_eq!(about(&found, subject).direction, Direction::Both);
    }
}

#[test]
fn a_type_that_only_hidden_members_use_has_their_direction() {
    let text = json!({ "type": "string" });
    let of = |access: &str, b: Value| {
        let member = json!({ "allOf": [to("B")], access: true });
        let schemas = json!({ "A": object(&[], json!({ "n": text, "b": member })), "B": b });
        document(Some(&to("A")), Some(&to("A")), &schemas)
    };
    let (old, new) = (object(&[], json!({ "x": text })), object(&["y"], json!({ "x": text, "y": text })));
    for (access, direction, wire) in [
        ("readOnly", Direction::Response, Wire::Safe),
        ("writeOnly", Direction::Request, Wire::Breaking),
        ("nullable", Direction::Both, Wire::Breaking),
    ] {
        let found = changes(&of(access, old.clone()), &of(access, new.clone()));
        let change = about(&found, "B.y");
        assert_eq!((change.direction, change.wire), (direction, wire), "{access}: {}", change.note);
    }
}

#[test]
fn hidden_members_of_a_type_that_takes_the_place_of_another_do_not_count() {
    let text = json!({ "type": "string" });
    let hidden = |access: &str| json!({ "type": "string", access: true });
    let of = |used: &str, sent: bool, access: &str| {
        let with = object(&[], json!({ "id": hidden(access), "n": text, "m": text }));
        let schemas = json!({ "A": with, "B": object(&[], json!({ "n": text, "m": text })) });
        let keep = object(&[], json!({ "a": to("A"), "b": to("B") }));
        let used = to(used);
        match sent {
            true => document(Some(&keep), Some(&used), &schemas),
            false => document(Some(&used), Some(&keep), &schemas),
        }
    };
    for (sent, subject) in [(true, "POST /a body"), (false, "GET /a 200")] {
        for (access, is_hidden) in [("readOnly", sent), ("writeOnly", !sent)] {
            let found = changes(&of("A", sent, access), &of("B", sent, access));
            let change = about(&found, subject);
            assert_eq!(change.wire == Wire::Safe, is_hidden, "{access} {subject}: {}", change.note);
        }
    }
}

#[test]
fn hidden_members_are_not_part_of_alternatives() {
    let text = json!({ "type": "string" });
    let of = |access: &str, sent: bool, all: &[&str]| {
        let id = json!({ "type": "string", access: true });
        let schemas = json!({
            "P": object(&["a"], json!({ "a": text })),
            "Q": object(&["a", "id"], json!({ "a": text, "id": id })),
            "Z": object(&["z"], json!({ "z": text })),
        });
        let all: Vec<Value> = all.iter().map(|name| to(name)).collect();
        let body = object(&[], json!({ "k": { "oneOf": all } }));
        if sent { document(None, Some(&body), &schemas) } else { document(Some(&body), None, &schemas) }
    };
    let gravest = |access: &str, sent: bool, [old, new]: [&[&str]; 2]| {
        let found = changes(&of(access, sent, old), &of(access, sent, new));
        found.iter().map(|change| change.wire).min().unwrap()
    };
    let (all, rest): (&[&str], &[&str]) = (&["P", "Q", "Z"], &["Q", "Z"]);
    assert_eq!(gravest("readOnly", true, [all, rest]), Wire::Safe);
    assert_eq!(gravest("writeOnly", true, [all, rest]), Wire::Breaking);
    assert_eq!(gravest("writeOnly", false, [rest, all]), Wire::Safe);
    assert_eq!(gravest("readOnly", false, [rest, all]), Wire::Risky);
}

#[test]
fn an_object_of_hidden_members_alone_is_free() {
    let of = |sent: bool, object: &Value| match sent {
        true => document(None, Some(object), &json!({})),
        false => document(Some(object), None, &json!({})),
    };
    let empty = object(&[], json!({}));
    let hidden = |access: &str| object(&["a"], json!({ "a": { "type": "string", access: true } }));
    for (sent, access) in [(true, "readOnly"), (false, "writeOnly")] {
        let hidden = hidden(access);
        for [old, new] in [[&empty, &hidden], [&hidden, &empty]] {
            let found = changes(&of(sent, old), &of(sent, new));
            assert!(found.iter().all(|change| change.wire == Wire::Safe), "{found:#?}");
        }
    }
}

#[test]
fn an_open_alternative_is_not_part_of_a_closed_one() {
    let text = json!({ "type": "string" });
    let of = |rest: Option<Value>, all: &[&str]| {
        let mut closed = object(&["a"], json!({ "a": text, "b": text }));
        if let Some(rest) = rest {
            closed["additionalProperties"] = rest;
        }
        let schemas = json!({
            "P": object(&["a"], json!({ "a": text })),
            "Q": closed,
            "Z": object(&["z"], json!({ "z": text })),
        });
        let all: Vec<Value> = all.iter().map(|name| to(name)).collect();
        document(None, Some(&object(&[], json!({ "k": { "oneOf": all } }))), &schemas)
    };
    for (rest, wire) in [
        (None, Wire::Safe),
        (Some(json!(true)), Wire::Safe),
        (Some(json!(false)), Wire::Breaking),
        (Some(json!({ "type": "string" })), Wire::Breaking),
    ] {
        let found = changes(&of(rest.clone(), &["P", "Q", "Z"]), &of(rest.clone(), &["Q", "Z"]));
        assert_eq!(found.iter().map(|change| change.wire).min(), Some(wire), "{rest:?}: {found:#?}");
    }
}
