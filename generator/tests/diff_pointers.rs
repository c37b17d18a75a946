//! Locations of rows and faults in the documents of both sides.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::diff::{api, compare, loaded};
use serde_json::{Value, json};
use storewright_generator::diagnostic::{Pointer, Sink};
use storewright_generator::diff::Diff;
use storewright_generator::load::{Places, Source, resolve};
use storewright_generator::report;

fn located(old: &Value, new: &Value) -> Diff {
    let mut diff = compare(&loaded("t", old), &loaded("t", new));
    let texts = [old, new].map(|document| serde_json::to_string_pretty(document).unwrap());
    let mut places = ["old.json", "new.json"].into_iter().zip(&texts).map(|(name, text)| {
        let mut places = Places::new(Source { name, text: text.as_bytes() });
        move |at: &[Pointer]| resolve(&mut places, at)
    });
    let (mut old, mut new) = (places.next().unwrap(), places.next().unwrap());
    diff.locate([Some(&mut old), Some(&mut new)]);
    diff
}

/// The pointers of the rows after the value at `change` becomes `value`.
fn pointers(old: &Value, change: &str, value: Value) -> Vec<String> {
    let mut new = old.clone();
    *new.pointer_mut(change).unwrap() = value;
    located(old, &new).changes.iter().map(|change| change.pointer.clone()).collect()
}

fn of_paths(paths: Value) -> Value {
    json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": paths })
}

fn parameter(name: &str, place: &str) -> Value {
    json!({ "name": name, "in": place, "required": place == "path", "schema": { "type": "string" } })
}

#[test]
fn a_parameter_is_found_by_its_name_and_its_place() {
    let ok = json!({ "200": { "description": "" } });
    let own = json!([
        parameter("k", "path"),
        parameter("a", "header"),
        parameter("a", "query"),
        parameter("0", "query")
    ]);
    let document = of_paths(json!({ "/a/{id}/{k}": {
        "parameters": [parameter("q", "query"), parameter("id", "path")],
        "get": { "operationId": "a_get", "parameters": own, "responses": ok },
    } }));
    let item = "/paths/~1a~1{id}~1{k}";
    for place in [
        "get/parameters/0",
        "get/parameters/1",
        "get/parameters/2",
        "get/parameters/3",
        "parameters/0",
        "parameters/1",
    ] {
        let at = format!("{item}/{place}");
        assert_eq!(pointers(&document, &format!("{at}/schema/type"), json!("integer")), [at]);
    }
}

#[test]
fn names_in_other_letters_and_media_types_with_parameters_are_found() {
    let response = json!({
        "description": "",
        "headers": { "X-Count": { "schema": { "type": "integer" } } },
        "content": { "application/json; charset=utf-8": { "schema": {
            "type": "object", "properties": { "x": { "type": "string" } },
        } } },
    });
    let document =
        of_paths(json!({ "/a": { "get": { "operationId": "a_get", "responses": { "200": response } } } }));
    let at = "/paths/~1a/get/responses/200";
    for place in
        ["headers/X-Count/schema/type", "content/application~1json; charset=utf-8/schema/properties/x/type"]
    {
        let change = format!("{at}/{place}");
        let found = pointers(&document, &change, json!("boolean"));
        assert!(found.len() == 1 && change.starts_with(&found[0]), "{found:?}");
        assert!(found[0].split('/').count() >= 7, "{found:?}");
    }
}

#[test]
fn headers_of_parts_and_further_methods_of_webhooks_are_found() {
    let form = json!({ "multipart/form-data": {
        "schema": { "type": "object", "properties": { "f": { "type": "string", "format": "binary" } } },
        "encoding": { "f": { "headers": { "X-Sum": { "schema": { "type": "string" } } } } },
    } });
    let ok = json!({ "200": { "description": "" } });
    let mut document = of_paths(json!({ "/a": { "post": {
        "operationId": "a_add", "requestBody": { "content": form }, "responses": ok,
    } } }));
    document["openapi"] = json!("3.1.0");
    let call = |method: &str| {
        json!({ "requestBody": { "content": { "application/json": { "schema": {
        "type": "object", "properties": { method: { "type": "string" } },
    } } } } })
    };
    document["webhooks"] = json!({ "done": { "put": call("b"), "post": call("c") } });
    let part = "/paths/~1a/post/requestBody/content/multipart~1form-data/encoding/f/headers/X-Sum";
    let member = |method: &str, name: &str| {
        format!("/webhooks/done/{method}/requestBody/content/application~1json/schema/properties/{name}")
    };
    for (at, change) in [
        (part.to_owned(), format!("{part}/schema/type")),
        (member("put", "b"), format!("{}/type", member("put", "b"))),
        (member("post", "c"), format!("{}/type", member("post", "c"))),
    ] {
        assert_eq!(pointers(&document, &change, json!("integer")), [at]);
    }
    let lone = pointers(&document, "/webhooks/done", json!({ "post": call("c") }));
    assert_eq!(lone, ["/webhooks/done/put"]);
}

#[test]
fn the_parts_of_calls_of_the_server_are_found() {
    let of = |ty: &str| json!({ "application/json": { "schema": { "type": "object", "properties": { "x": { "type": ty } } } } });
    let ok = json!({ "200": { "description": "", "content": of("string") } });
    let call = json!({
        "parameters": [{ "name": "n", "in": "query", "schema": { "type": "string" } }],
        "requestBody": { "content": of("string") },
        "responses": ok,
    });
    let callbacks = json!({
        "is done": { "{$request.body#/a~1b c}": { "post": call }, "https://h.example/d/e f": { "put": call } },
        "a/b~c": { "{$request.query.q}": { "post": call } },
    });
    let mut document = of_paths(json!({ "/a": { "get": {
        "operationId": "a_get", "callbacks": callbacks, "responses": { "200": { "description": "" } },
    } } }));
    document["openapi"] = json!("3.1.0");
    document["webhooks"] = json!({ "a b/c~d": { "post": call } });
    let own = "/paths/~1a/get/callbacks";
    for item in [
        format!("{own}/is done/{{$request.body#~1a~01b c}}/post"),
        format!("{own}/is done/https:~1~1h.example~1d~1e f/put"),
        format!("{own}/a~1b~0c/{{$request.query.q}}/post"),
        "/webhooks/a b~1c~0d/post".to_owned(),
    ] {
        for (change, found) in [
            ("parameters/0/schema/type", "parameters/0"),
            (
                "requestBody/content/application~1json/schema/properties/x/type",
                "requestBody/content/application~1json/schema/properties/x",
            ),
            (
                "responses/200/content/application~1json/schema/properties/x/type",
                "responses/200/content/application~1json/schema/properties/x",
            ),
        ] {
            let (change, found) = (format!("{item}/{change}"), format!("{item}/{found}"));
            assert_eq!(pointers(&document, &change, json!("integer")), [found]);
        }
    }
}

#[test]
fn places_of_swagger_are_those_of_its_own_words() {
    let document = json!({
        "swagger": "2.0", "info": { "title": "T", "version": "1" }, "host": "h.example", "schemes": ["https"],
        "securityDefinitions": { "k": { "type": "apiKey", "in": "header", "name": "K" } }, "security": [{ "k": [] }],
        "paths": { "/a": { "post": {
            "operationId": "a_post", "consumes": ["application/json"], "produces": ["application/json"],
            "parameters": [
                { "name": "q", "in": "query", "type": "string" },
                { "name": "b", "in": "body", "schema": { "type": "object", "properties": { "x": { "type": "string" } } } },
            ],
            "responses": { "200": { "description": "", "schema": {
                "type": "object", "properties": { "y": { "type": "string" } },
            } } },
        } } },
    });
    let post = "/paths/~1a/post";
    for (change, value, expected) in [
        (format!("{post}/parameters/0/type"), json!("integer"), format!("{post}/parameters/0")),
        (
            format!("{post}/parameters/1/schema/properties/x/type"),
            json!("integer"),
            format!("{post}/parameters/1/schema/properties/x"),
        ),
        (
            format!("{post}/responses/200/schema/properties/y/type"),
            json!("integer"),
            format!("{post}/responses/200/schema/properties/y"),
        ),
        ("/securityDefinitions/k/name".to_owned(), json!("L"), "/securityDefinitions/k".to_owned()),
        ("/host".to_owned(), json!("g.example"), "/host".to_owned()),
    ] {
        assert_eq!(pointers(&document, &change, value), [expected]);
    }
}

#[test]
fn what_is_gone_is_in_the_old_document() {
    let bare = of_paths(json!({}));
    let mut old = bare.clone();
    old["servers"] = json!([{ "url": "https://a.example" }]);
    let found = located(&old, &bare);
    let [row] = found.changes.as_slice() else { panic!("{:#?}", found.changes) };
    assert_eq!((row.pointer.as_str(), row.file.as_deref()), ("/servers", Some("old.json")));
}

#[test]
fn a_fault_behind_a_new_item_is_the_same_fault() {
    let lost = json!({ "$ref": "#/components/parameters/Lost" });
    let of = |parameters: Value| {
        let get = json!({ "operationId": "a_get", "parameters": parameters, "responses": { "200": { "description": "" } } });
        of_paths(json!({ "/a": { "get": get } }))
    };
    let (old, new) = (of(json!([lost])), of(json!([parameter("q", "query"), lost, lost])));
    let faults = [&old, &new].map(|document| {
        let mut out = Sink::new();
        api("t", document, &mut out).unwrap();
        out.into_diagnostics()
    });
    let mut diff = compare(&loaded("t", &old), &loaded("t", &new));
    diff.add_faults([&faults[0], &faults[1]]);
    let sides: Vec<String> = diff.faults.iter().map(|fault| format!("{:?}", fault.side)).collect();
    assert_eq!(sides, ["Both", "To"], "{:#?}", diff.faults);
}

#[test]
fn hidden_characters_leave_json_valid_and_its_pointers_exact() {
    let name = "A\u{7}\u{202e}B";
    let of = |ty: &str| {
        let schema = json!({ "type": "object", "properties": { name: { "type": ty } } });
        let content = json!({ "application/json": { "schema": schema } });
        of_paths(
            json!({ "/a": { "get": { "operationId": "a_get", "responses": { "200": { "description": "", "content": content } } } } }),
        )
    };
    let (old, new) = (of("string"), of("integer"));
    let diff = located(&old, &new);
    for text in [report::json(&diff).unwrap(), report::sarif(&diff).unwrap()] {
        assert!(!text.contains(['\u{7}', '\u{202e}']), "{text}");
        serde_json::from_str::<Value>(&text).unwrap();
    }
    let json: Value = serde_json::from_str(&report::json(&diff).unwrap()).unwrap();
    let pointer = json["changes"][0]["pointer"].as_str().unwrap();
    assert!(pointer.ends_with(name) && new.pointer(pointer).is_some(), "{pointer:?}");
    for text in [report::junit(&diff), report::html(&diff).unwrap()] {
        assert!(!text.contains(['\u{7}', '\u{202e}']), "{text}");
    }
}
