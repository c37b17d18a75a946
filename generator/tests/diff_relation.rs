//! Verdicts on types, in both directions: a change of one member of a request and of a response.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::diff::{compare, loaded, nameless};
use crate::support::sample;
use serde_json::{Value, json};
use storewright_generator::diff::{Diff, Wire};

/// A document whose one operation sends or receives an object with the member `it`. It is of OpenAPI 3.1 if the schema
/// has a keyword of that.
fn document(schema: &Value, sent: bool) -> Value {
    let object = json!({ "type": "object", "properties": { "it": schema } });
    let content = json!({ "application/json": { "schema": object } });
    let mut operation = json!({ "operationId": "a_call", "responses": { "200": { "description": "" } } });
    match sent {
        true => operation["requestBody"] = json!({ "content": content }),
        false => operation["responses"]["200"]["content"] = content,
    }
    let is_later = ["const", "unevaluatedProperties"].into_iter().any(|key| schema.get(key).is_some());
    json!({
        "openapi": if is_later { "3.1.0" } else { "3.0.3" },
        "info": { "title": "T", "version": "1" }, "paths": { "/a": { "post": operation } },
        "components": { "schemas": {
            "Cat": { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string", "enum": ["cat"] } } },
            "Dog": { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string", "enum": ["dog"] } } },
        } },
    })
}

fn worst(old: &Value, new: &Value, sent: bool) -> (Option<Wire>, Diff) {
    let [old, new] = [old, new].map(|schema| loaded("t", &document(schema, sent)));
    let diff = compare(&old, &new);
    (diff.changes.iter().map(|change| change.wire).min(), diff)
}

#[test]
fn requests_may_widen_and_responses_may_narrow() {
    use Wire::{Breaking, Risky, Safe};
    let string = json!({ "type": "string" });
    let integer = json!({ "type": "integer" });
    let number = json!({ "type": "number" });
    let stamp = json!({ "type": "string", "format": "date-time" });
    let letters = json!({ "type": "string", "enum": ["a", "b"] });
    let either = json!({ "oneOf": [string, integer] });
    let any = json!({});
    let list = |items: &Value| json!({ "type": "array", "items": items });
    let null = |mut schema: Value| {
        schema["nullable"] = json!(true);
        schema
    };
    let free = json!({ "type": "object", "additionalProperties": true });
    let object = json!({ "type": "object", "properties": { "a": string } });
    let strict = json!({ "type": "object", "required": ["a"], "properties": { "a": string } });
    let map = |of: &Value| json!({ "type": "object", "additionalProperties": of });
    // The verdicts are those of the request and of the response, first as written and then from right to left.
    type Case<'v> = (&'static str, &'v Value, &'v Value, [Wire; 2], [Wire; 2]);
    let cases: [Case<'_>; 13] = [
        ("integer, number", &integer, &number, [Safe, Breaking], [Breaking, Safe]),
        ("timestamp, string", &stamp, &string, [Safe, Breaking], [Breaking, Safe]),
        ("enum, string", &letters, &string, [Safe, Risky], [Breaking, Safe]),
        ("string, either", &string, &either, [Safe, Breaking], [Breaking, Safe]),
        ("string, any", &string, &any, [Safe, Breaking], [Breaking, Safe]),
        ("string, integer", &string, &integer, [Breaking, Breaking], [Breaking, Breaking]),
        ("list of integers, of numbers", &list(&integer), &list(&number), [Safe, Breaking], [Breaking, Safe]),
        (
            "items, nullable items",
            &list(&string),
            &list(&null(string.clone())),
            [Safe, Risky],
            [Breaking, Safe],
        ),
        ("map of integers, of numbers", &map(&integer), &map(&number), [Safe, Breaking], [Breaking, Safe]),
        ("object, free object", &object, &free, [Safe, Risky], [Safe, Safe]),
        ("required, optional", &strict, &object, [Safe, Risky], [Breaking, Safe]),
        ("scalar, list", &string, &list(&string), [Breaking, Breaking], [Breaking, Breaking]),
        ("nullable, not", &null(string.clone()), &string, [Breaking, Safe], [Safe, Risky]),
    ];
    for (name, old, new, there, back) in cases {
        for (sent, at) in [(true, 0), (false, 1)] {
            let (found, diff) = worst(old, new, sent);
            assert_eq!(found, Some(there[at]), "{name}, sent: {sent}: {:?}", diff.changes);
            let (found, diff) = worst(new, old, sent);
            assert_eq!(found, Some(back[at]), "{name} from right to left, sent: {sent}: {:?}", diff.changes);
        }
    }
}

#[test]
fn the_reason_names_the_values() {
    let (_, diff) = worst(&json!({ "type": "string" }), &json!({ "type": "integer" }), true);
    assert!(
        diff.changes[0].note.starts_with("any string was valid and may now be refused"),
        "{:?}",
        diff.changes
    );
}

#[test]
fn members_of_one_direction_do_not_change_for_the_other() {
    let it = |read_only: bool, required: bool| {
        json!({
            "type": "object", "required": if required { json!(["a"]) } else { json!([]) },
            "properties": { "a": { "type": "string", "readOnly": read_only } },
        })
    };
    // A read-only member does not exist in a request, whether or not it is required.
    assert_eq!(worst(&it(true, false), &it(true, true), true).0, Some(Wire::Safe));
    assert_eq!(worst(&it(true, true), &it(true, false), false).0, Some(Wire::Risky));
    // A required member that was read-only has to be sent now.
    assert_eq!(worst(&it(true, true), &it(false, true), true).0, Some(Wire::Breaking));
    assert_eq!(worst(&it(true, false), &it(false, false), true).0, Some(Wire::Safe));
    assert_eq!(worst(&it(false, false), &it(true, false), true).0, Some(Wire::Breaking));
    // A member that is only received stays what it is.
    assert_eq!(worst(&it(false, false), &it(true, false), false).1.changes, []);
}

#[test]
fn other_properties_are_allowed_where_nothing_is_said() {
    let [said, not] = [json!({ "additionalProperties": true }), json!({})].map(|mut schema| {
        schema["type"] = json!("object");
        schema["properties"] = json!({ "a": { "type": "string" } });
        schema
    });
    for sent in [true, false] {
        assert_eq!(worst(&said, &not, sent).1.changes, []);
    }
}

#[test]
fn patterns_that_match_all_and_passwords_limit_nothing() {
    let of = |key: &str, text: &str| json!({ "type": "string", key: text });
    let string = json!({ "type": "string" });
    assert_eq!(worst(&string, &of("format", "password"), true).1.changes, []);
    assert_eq!(worst(&of("pattern", "^a$"), &of("pattern", "^.*$"), true).0, Some(Wire::Safe));
    assert_eq!(worst(&of("pattern", "^a$"), &of("pattern", "^b$"), true).0, Some(Wire::Breaking));
}

#[test]
fn a_base_path_may_move_between_servers_and_paths() {
    let document = |server: &str, path: &str| {
        json!({
            "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "servers": [{ "url": server }],
            "paths": { path: { "get": { "operationId": "a_get", "responses": { "204": { "description": "" } } } } },
        })
    };
    let diff = |old: &Value, new: &Value| compare(&loaded("t", old), &loaded("t", new));
    let (old, new) = (document("https://a.example/v1", "/b"), document("https://a.example/", "/v1/b"));
    let found = diff(&old, &new);
    assert!(!found.changes.is_empty());
    assert!(found.changes.iter().all(|change| change.wire == Wire::Safe), "{:?}", found.changes);
    let other = diff(&old, &document("https://a.example/", "/v2/b"));
    assert!(other.changes.iter().any(|change| change.wire == Wire::Breaking), "{:?}", other.changes);
}

#[test]
fn the_case_of_a_header_name_means_nothing() {
    let document = |name: &str, place: &str| {
        json!({
            "openapi": "3.0.3", "info": { "title": "T", "version": "1" },
            "paths": { "/a": { "get": {
                "operationId": "a_get", "responses": { "204": { "description": "" } },
                "parameters": [{ "name": name, "in": place, "schema": { "type": "string" } }],
            } } },
        })
    };
    let wire = |place: &str| {
        let [old, new] = ["X-Trace", "x-trace"].map(|name| loaded("t", &document(name, place)));
        compare(&old, &new).changes.iter().map(|change| change.wire).min()
    };
    assert_eq!((wire("header"), wire("query")), (None, Some(Wire::Breaking)));
}

#[test]
fn long_chains_of_types_do_not_overflow_the_stack() {
    let length = sample::of(1_000, 5_000);
    let to = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let chain = |name: &'static str, end: &'static str| {
        (0..length).map(move |at| {
            let next =
                if at + 1 == length { json!({ "type": end }) } else { to(&format!("{name}{}", at + 1)) };
            (format!("{name}{at}"), json!({ "type": "object", "properties": { "next": next } }))
        })
    };
    let verdict = |old: Value, new: Value, end: &'static str| {
        let [old, new] = [old, new].map(|it| {
            let mut document = document(&it, false);
            let schemas = document["components"]["schemas"].as_object_mut().unwrap();
            schemas.extend(chain("T", "string").chain(chain("U", end)));
            nameless("t", &document)
        });
        compare(&old, &new).changes.iter().map(|change| change.wire).min()
    };
    let map = json!({ "type": "object", "additionalProperties": to("T0") });
    let object = json!({ "type": "object", "properties": { "next": to("U0") } });
    assert_eq!(verdict(map.clone(), object.clone(), "string"), Some(Wire::Safe));
    assert_eq!(verdict(map, object, "integer"), Some(Wire::Breaking));
    let either = |one: &str| json!({ "oneOf": [to(one), { "type": "string" }] });
    assert_eq!(verdict(either("T0"), either("U0"), "integer"), Some(Wire::Risky));
}

/// The gravest verdicts of a change of a request and of a response.
fn verdicts(old: &Value, new: &Value) -> String {
    let one = |sent| worst(old, new, sent).0.map_or("none", |wire| wire.as_str());
    format!("{} {}", one(true), one(false))
}

/// Compares each pair from left to right and from right to left, in a request and in a response.
fn assert_verdicts(cases: &[(Value, Value, &str, &str)]) {
    let mut wrong = String::new();
    for (old, new, there, back) in cases {
        let found = [verdicts(old, new), verdicts(new, old)];
        if found != [*there, *back] {
            wrong += &format!("{old}, {new}: {found:?}, wanted {:?}\n", [there, back]);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn integers_are_judged_by_their_ranges() {
    let of = |format: &str| json!({ "type": "integer", "format": format });
    let integer = json!({ "type": "integer" });
    let (widens, narrows) = ("safe breaking", "breaking safe");
    let other = "breaking breaking";
    let values = |all: Value| json!({ "type": "integer", "enum": all });
    assert_verdicts(&[
        (of("int16"), of("int32"), widens, narrows),
        (of("int8"), of("int16"), widens, narrows),
        (of("uint8"), of("int32"), widens, narrows),
        (of("uint8"), of("int8"), other, other),
        (of("int32"), of("int64"), widens, narrows),
        (of("uint32"), of("int64"), widens, narrows),
        (of("uint32"), of("uint64"), widens, narrows),
        (of("int32"), of("uint64"), other, other),
        (of("uint64"), json!({ "type": "number" }), widens, narrows),
        (values(json!([1, 2])), of("uint64"), "safe risky", narrows),
        (values(json!([-1, 2])), of("uint64"), "breaking risky", other),
        (json!({ "type": "integer", "minimum": 0 }), of("uint64"), widens, narrows),
        (json!({ "type": "integer", "minimum": 0, "maximum": 9 }), of("uint8"), "safe risky", narrows),
        (of("uint8"), json!({ "type": "integer", "minimum": 0, "maximum": 255 }), "none none", "none none"),
        (integer.clone(), json!({ "type": "integer", "multipleOf": 1 }), "none none", "none none"),
        (
            json!({ "type": "integer", "format": "uint64", "minimum": 0, "exclusiveMinimum": true }),
            json!({ "type": "integer", "format": "uint64", "minimum": 1 }),
            "none none",
            "none none",
        ),
        (
            json!({ "type": "array", "items": of("int8") }),
            json!({ "type": "array", "items": of("int16") }),
            widens,
            narrows,
        ),
        (
            json!({ "type": "array", "items": of("uint32") }),
            json!({ "type": "array", "items": of("uint64") }),
            widens,
            narrows,
        ),
    ]);
}

#[test]
fn a_multiple_of_a_multiple_is_one() {
    let of = |step: f64| json!({ "type": "number", "multipleOf": step });
    let (widens, narrows) = ("safe risky", "breaking safe");
    assert_verdicts(&[
        (of(0.3), of(0.1), widens, narrows),
        (of(0.7), of(0.1), widens, narrows),
        (of(0.3), of(0.2), "breaking risky", "breaking risky"),
        (of(0.1), of(1e20), narrows, widens),
    ]);
}

#[test]
fn the_tighter_of_two_constraints_counts() {
    let text = |length: u32| json!({ "type": "string", "maxLength": length });
    let either = json!({ "anyOf": [text(4), { "type": "integer" }], "maxLength": 10 });
    let both = |inner: Value, outer: Value| json!({ "allOf": [inner, outer] });
    let list = |count: u32, length: u32| json!({ "type": "array", "maxItems": count, "items": text(length) });
    let of = |key: &str, value: f64| json!({ "type": "number", key: value });
    let (widens, narrows, none) = ("safe risky", "breaking safe", "none none");
    assert_verdicts(&[
        (text(5), either.clone(), "breaking breaking", "breaking risky"),
        (text(4), either, "safe breaking", "breaking safe"),
        (both(text(3), text(5)), text(4), widens, narrows),
        (both(text(5), text(3)), text(3), none, none),
        (both(of("minimum", 3.0), of("minimum", 5.0)), of("minimum", 5.0), none, none),
        (both(of("maximum", 5.0), of("maximum", 3.0)), of("maximum", 3.0), none, none),
        (both(of("multipleOf", 2.0), of("multipleOf", 4.0)), of("multipleOf", 4.0), none, none),
        (both(list(3, 9), list(9, 3)), list(3, 3), none, none),
    ]);
}

#[test]
fn defaults_of_alternatives_are_compared() {
    let alternatives = json!([{ "type": "string", "maxLength": 5 }, { "type": "string", "pattern": "^a" }]);
    let with = |default: &str| json!({ "anyOf": alternatives, "default": default });
    let inner = |default: &str| {
        let mut all = alternatives.clone();
        all[0]["default"] = json!(default);
        json!({ "anyOf": [all[0], all[1], { "type": "integer" }] })
    };
    assert_verdicts(&[
        (with("a"), with("b"), "risky safe", "risky safe"),
        (inner("a"), inner("b"), "risky safe", "risky safe"),
    ]);
}

#[test]
fn an_expression_that_matches_the_empty_string_alone_is_a_constraint() {
    let text = json!({ "type": "string" });
    let empty = json!({ "type": "string", "pattern": "^$" });
    assert_verdicts(&[(text, empty, "breaking safe", "safe risky")]);
}

#[test]
fn members_of_other_names_may_be_free() {
    let of = |rest: Option<Value>| {
        let mut out = json!({ "type": "object", "properties": { "x": { "type": "string" } } });
        out["additionalProperties"] = rest.unwrap_or(json!(true));
        out
    };
    let absent = json!({ "type": "object", "properties": { "x": { "type": "string" } } });
    let text = of(Some(json!({ "type": "string" })));
    let closed = of(Some(json!(false)));
    assert_verdicts(&[
        (text.clone(), of(None), "safe breaking", "breaking safe"),
        (text.clone(), absent.clone(), "safe risky", "breaking safe"),
        (text.clone(), closed.clone(), "breaking risky", "safe safe"),
        (absent.clone(), closed, "breaking safe", "safe safe"),
        (absent, of(None), "none none", "none none"),
        (text, of(Some(json!({ "type": "integer" }))), "breaking breaking", "breaking breaking"),
    ]);
}

#[test]
fn variants_of_one_form_have_their_own_rows() {
    let of = |name: &str| json!({ "type": "object", "required": [name], "properties": { name: { "type": "string" } } });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let to = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let found = |old: Value, new: Value| {
        let [old, new] = [old, new].map(|all| {
            let mut document = document(&json!({ "oneOf": all }), true);
            document["components"]["schemas"]["A"] = of("a");
            nameless("t", &document)
        });
        let found = compare(&old, &new).changes.into_iter();
        found.map(|change| (change.subject, change.wire)).collect::<Vec<_>>()
    };
    let rest = [to("A"), to("Cat"), json!({ "type": "integer" })];
    let all = |own: &[Value]| Value::from([own, &rest].concat());
    let at = |label: &str| format!("POST /a body.it|{label}");
    assert_eq!(
        found(all(&[of("a"), of("b")]), all(&[])),
        [(at("object with b"), Wire::Breaking), (at("object with a"), Wire::Safe)]
    );
    let rest = [list(to("A")), to("Cat")];
    let all = |own: &[Value]| Value::from([own, &rest].concat());
    assert_eq!(
        found(all(&[list(of("a")), list(of("b"))]), all(&[])),
        [(at("list of object with b"), Wire::Breaking), (at("list of object with a"), Wire::Safe)]
    );
    // The same names, in objects of which one alone is a part of another variant.
    let number = json!({ "type": "object", "required": ["a"], "properties": { "a": { "type": "integer" } } });
    let rest = [to("A"), to("Cat")];
    let all = |own: &[Value]| Value::from([own, &rest].concat());
    assert_eq!(found(all(&[of("a"), number]), all(&[])), [(at("object with a"), Wire::Breaking)]);
}

#[test]
fn values_that_no_enum_lists_are_compared() {
    let of = |kind: &str, values: Value| json!({ "type": kind, "enum": values });
    let any = |values: Value| json!({ "enum": values });
    let constant = |value: Value| json!({ "const": value });
    let (widens, narrows, swaps) = ("safe risky", "breaking safe", "breaking breaking");
    assert_verdicts(&[
        (of("boolean", json!([true])), of("boolean", json!([false])), swaps, swaps),
        (of("boolean", json!([true])), json!({ "type": "boolean" }), widens, narrows),
        (of("number", json!([1.5, 2.5])), json!({ "type": "number" }), widens, narrows),
        (of("number", json!([1.5])), of("number", json!([1.5, 2.5])), widens, narrows),
        (of("number", json!([1.0])), of("number", json!([1])), "none none", "none none"),
        (any(json!(["a", 1])), any(json!(["a", 1, 2])), widens, narrows),
        (any(json!([2, 1, "a"])), any(json!(["a", 1, 2])), "none none", "none none"),
        (of("string", json!(["a", "b"])), any(json!(["a", "b", 1])), "safe breaking", "breaking safe"),
        (constant(json!(1.5)), constant(json!(2.5)), swaps, swaps),
        (constant(json!({ "k": 1 })), constant(json!({ "k": 2 })), swaps, swaps),
        (constant(json!({ "k": 1, "l": 2 })), constant(json!({ "l": 2, "k": 1 })), "none none", "none none"),
        (constant(json!([1])), constant(json!([2])), swaps, swaps),
        (
            json!({ "type": "array", "items": of("boolean", json!([true])) }),
            json!({ "type": "array", "items": { "type": "boolean" } }),
            widens,
            narrows,
        ),
    ]);
}

#[test]
fn unevaluated_properties_are_those_of_other_names() {
    let of = |key: &str, rest: Value| {
        let mut out = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
        out[key] = rest;
        out
    };
    let closed = of("unevaluatedProperties", json!(false));
    assert_verdicts(&[
        (of("title", json!("T")), closed.clone(), "breaking safe", "safe safe"),
        (of("unevaluatedProperties", json!(true)), closed.clone(), "breaking safe", "safe safe"),
        (of("additionalProperties", json!(false)), closed, "none none", "none none"),
    ]);
}
