//! Verdicts on the ways to authenticate, and on parameters that are sent in other places.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::diff::{compare, loaded};
use serde_json::{Value, json};
use storewright_generator::diff::{Diff, Kind, Wire};

/// A document whose one operation has these parameters, and whose calls are authenticated as `schemes` and `security` say.
fn document(parameters: &Value, schemes: &Value, security: &Value) -> Value {
    json!({
        "openapi": "3.0.3", "info": { "title": "T", "version": "1" },
        "paths": { "/a": { "get": {
            "operationId": "a_list", "parameters": parameters, "responses": { "200": { "description": "" } },
        } } },
        "components": { "securitySchemes": schemes },
        "security": security,
    })
}

fn secured([old, new]: [(&Value, &Value); 2]) -> Diff {
    let [old, new] =
        [old, new].map(|(schemes, security)| loaded("t", &document(&json!([]), schemes, security)));
    compare(&old, &new)
}

fn worst(diff: &Diff) -> Option<Wire> {
    diff.changes.iter().map(|change| change.wire).min()
}

#[test]
fn names_that_mean_the_same_in_any_case_break_nothing() {
    let http = |scheme: &str| json!({ "k": { "type": "http", "scheme": scheme } });
    let key = |place: &str, name: &str| json!({ "k": { "type": "apiKey", "in": place, "name": name } });
    let needs = json!([{ "k": [] }]);
    for (old, new, verdict) in [
        (http("Bearer"), http("bearer"), Wire::Safe),
        (http("basic"), http("bearer"), Wire::Breaking),
        (key("header", "X-Key"), key("header", "x-key"), Wire::Safe),
        (key("header", "X-Key"), key("header", "X-Other"), Wire::Breaking),
        // The names of query parameters and of cookies are exact.
        (key("query", "Key"), key("query", "key"), Wire::Breaking),
        (key("cookie", "Key"), key("cookie", "key"), Wire::Breaking),
    ] {
        let found = secured([(&old, &needs), (&new, &needs)]);
        assert_eq!(worst(&found), Some(verdict), "{old} → {new}: {:#?}", found.changes);
    }
}

#[test]
fn a_scheme_under_another_name_accepts_the_same_credentials() {
    let key = |component: &str, header: &str| json!({ component: { "type": "apiKey", "in": "header", "name": header } });
    let needs = |component: &str| json!([{ component: [] }]);
    let (old, one) = (key("k", "X-Key"), needs("k"));
    let renamed = secured([(&old, &one), (&key("k2", "X-Key"), &needs("k2"))]);
    assert_eq!(worst(&renamed), Some(Wire::Safe), "{:#?}", renamed.changes);
    let other = secured([(&old, &one), (&key("k2", "X-Other"), &needs("k2"))]);
    assert_eq!(worst(&other), Some(Wire::Breaking), "{:#?}", other.changes);
}

#[test]
fn two_ways_to_require_nothing_are_no_change() {
    let of = |security: Value| {
        let mut document = document(&json!([]), &json!({}), &json!([]));
        document["paths"]["/a"]["get"]["security"] = security;
        loaded("t", &document)
    };
    let found = compare(&of(json!([])), &of(json!([{}])));
    assert!(found.changes.is_empty(), "{:#?}", found.changes);
}

#[test]
fn of_two_parameters_that_become_one_the_second_is_removed() {
    let parameter = |place: &str| json!({ "name": "token", "in": place, "schema": { "type": "string" } });
    let of = |places: &[&str]| {
        let all: Vec<Value> = places.iter().map(|place| parameter(place)).collect();
        loaded("t", &document(&json!(all), &json!({}), &json!([])))
    };
    let found = compare(&of(&["query", "header"]), &of(&["cookie"]));
    let kinds: Vec<Kind> = found.changes.iter().map(|change| change.kind).collect();
    assert_eq!(kinds.len(), 2, "{:#?}", found.changes);
    assert!(kinds.contains(&Kind::ParameterMoved) && kinds.contains(&Kind::ParameterRemoved));
}
