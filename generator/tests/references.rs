//! Checks that references can point to any part of a document, and of files next to it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use crate::support::documents::{api, assert_places, made, report, text_of, with_components};
use serde_json::{Value, json};
use storewright_generator::diagnostic::Severity;
use storewright_generator::load::Options;

#[test]
fn a_reference_may_lead_anywhere_in_the_document() {
    let page = json!({ "type": "object", "properties": {
        "total": { "type": "integer", "format": "int32" },
        "next": { "type": "object", "properties": { "after": { "type": "string" } } }
    } });
    let cases = [
        ("#/components/schemas/Page/properties/total", json!({ "type": "integer", "format": "int32" })),
        (
            "#/components/schemas/Page/properties/next",
            json!({ "type": "object", "properties": { "after": { "type": "string" } } }),
        ),
        ("#/components/responses/Bad/content/application~1json/schema", json!({ "type": "string" })),
        ("#/components/schemas/My%20User", json!({ "$ref": "#/components/schemas/My User" })),
        ("#/components/schemas/a~1b", json!({ "$ref": "#/components/schemas/a~1b" })),
        ("#/components/schemas/Cup/$defs/Lid", json!({ "$ref": "#/components/schemas/Lid" })),
        ("#lid", json!({ "$ref": "#/components/schemas/Lid" })),
        ("https://example.com/mug", json!({ "$ref": "#/components/schemas/Mug" })),
    ];
    let string = json!({ "type": "object", "properties": { "text": { "type": "string" } } });
    for (reference, meant) in cases {
        let document = |schema: Value, has_lid: bool| {
            let mut mug = string.clone();
            mug["$id"] = json!("https://example.com/mug");
            let mut schemas = json!({
                "Thing": { "type": "object", "properties": { "value": schema } },
                "Page": page, "My User": string, "a/b": string, "Mug": mug
            });
            let lid = json!({ "type": "object", "$anchor": "lid", "properties": { "colour": { "type": "string" } } });
            if has_lid {
                schemas["Lid"] = lid.clone();
            }
            let mut document = with_components("3.1.0", schemas);
            document["components"]["schemas"]["Cup"]["$defs"] = json!({ "Lid": lid });
            document["components"]["responses"] = json!({ "Bad": {
                "description": "bad", "content": { "application/json": { "schema": { "type": "string" } } }
            } });
            document
        };
        let (one, said) = api(&document(json!({ "$ref": reference }), false));
        assert_eq!(report(&said), "", "{reference}");
        let (other, _) = api(&document(meant.clone(), true));
        assert_eq!(one, other, "{reference} is not {meant}");
    }
}

#[test]
fn a_reference_into_a_part_may_be_recursive() {
    let part = json!({ "type": "object", "properties": {
        "name": { "type": "string" },
        "inner": { "$ref": "#/components/schemas/Holder/properties/part" }
    } });
    let document = with_components(
        "3.0.3",
        json!({
            "Thing": { "$ref": "#/components/schemas/Holder" },
            "Holder": { "type": "object", "properties": { "part": part } }
        }),
    );
    let (text, said) = api(&document);
    assert_eq!(report(&said), "");
    assert!(text.contains("inner"), "{text}");
}

#[test]
fn references_that_multiply_are_bounded() {
    // Each level refers to parts of the next ten times: ten to the power of nine copies.
    let mut schemas = json!({ "Thing": { "type": "object", "properties": {} } });
    for level in 0..9 {
        let part = |n: usize| json!({ "$ref": format!("#/components/schemas/L{}/properties/part", n) });
        let properties: serde_json::Map<String, Value> =
            (0..10).map(|i| (format!("p{i}"), if level < 8 { part(level + 1) } else { json!({}) })).collect();
        schemas[format!("L{level}")] = json!({ "type": "object", "properties": { "part": { "type": "object", "properties": properties } } });
    }
    schemas["Thing"]["properties"]["value"] = json!({ "$ref": "#/components/schemas/L0/properties/part" });
    let start = std::time::Instant::now();
    let (_, said) = api(&with_components("3.0.3", schemas));
    assert_eq!(report(&said), "");
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn circles_are_cut() {
    let cases = [
        (
            json!({ "oneOf": [{ "$ref": "#/components/schemas/Self" }, { "type": "string" }] }),
            json!({ "oneOf": [{ "type": "string" }] }),
        ),
        (
            json!({ "type": "array", "items": { "$ref": "#/components/schemas/Self" } }),
            json!({ "type": "array" }),
        ),
        (json!({ "$ref": "#/components/schemas/Self" }), json!({})),
    ];
    for (schema, meant) in cases {
        let document = |own: &Value| {
            with_components(
                "3.0.3",
                json!({ "Self": own, "Thing": { "type": "object", "properties": {
                "value": { "$ref": "#/components/schemas/Self" }
            } } }),
            )
        };
        let (one, said) = api(&document(&schema));
        assert!(matches!(&*said, [one] if one.code.as_str() == "cyclic-ref"), "{}", report(&said));
        assert_places(&document(&schema), &said);
        assert_eq!(one, api(&document(&meant)).0, "{schema}");
    }
}

#[test]
fn files_beside_the_document_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("schemas/user.yaml", "type: object\nproperties:\n  group: { $ref: 'group.yaml#/Group' }\n");
    write(
        "schemas/group.yaml",
        "Group:\n  type: object\n  properties:\n    users: { type: array, items: { $ref: user.yaml } }\n",
    );
    write(
        "paths/users.yaml",
        "get:\n  operationId: users_get\n  responses:\n    '200': { $ref: '../api.json#/components/responses/User' }\n",
    );
    let name = folder.path().join("api.json").display().to_string();
    let read = |path: &Path| fs::read(path);
    let options = Options { read: Some(read), ..Options::default() };
    let split = json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "paths": { "/users": { "$ref": "paths/users.yaml" } },
        "components": { "responses": { "User": { "description": "ok", "content": {
            "application/json": { "schema": { "$ref": "./schemas/user.yaml" } }
        } } } }
    });
    write("api.json", &split.to_string());
    let bundled = json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "paths": { "/users": { "get": { "operationId": "users_get", "responses": {
            "200": { "$ref": "#/components/responses/User" }
        } } } },
        "components": {
            "responses": { "User": { "description": "ok", "content": {
                "application/json": { "schema": { "$ref": "#/components/schemas/user" } }
            } } },
            "schemas": {
                "user": { "type": "object", "properties": { "group": { "$ref": "#/components/schemas/Group" } } },
                "Group": { "type": "object", "properties": { "users": {
                    "type": "array", "items": { "$ref": "#/components/schemas/user" }
                } } }
            }
        }
    });
    let (one, said) = made(&name, &split, options);
    assert_eq!(report(&said), "");
    assert_eq!(text_of(&one.unwrap()), api(&bundled).0);
    // Without a way to read, the same document is still read, with a notice for each reference.
    let (_, said) = made(&name, &split, Options::default());
    assert!(said.iter().all(|d| d.severity == Severity::Notice), "{}", report(&said));
    assert!(said.iter().any(|d| d.code.as_str() == "external-ref"), "{}", report(&said));
    assert_places(&split, &said);
    // A target that does not exist, is not a file or is outside of the file system is a notice.
    for reference in ["missing.yaml", "schemas", "/etc/hostname", "file:///etc/hostname", "api.json#/nothing"]
    {
        let mut broken = split.clone();
        broken["components"]["responses"]["User"]["content"]["application/json"]["schema"] =
            json!({ "$ref": reference });
        let (one, said) = made(&name, &broken, options);
        assert!(one.is_some() && !said.is_empty(), "{reference}: {}", report(&said));
        assert_places(&broken, &said);
    }
}

/// A document of which each part is a file, as tools write it that split documents.
#[test]
fn any_part_of_a_document_may_be_in_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, value: Value| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, value.to_string()).unwrap();
    };
    let whole = json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "paths": { "/pets": { "get": {
            "operationId": "pets_get",
            "parameters": [{ "$ref": "#/components/parameters/limit" }],
            "responses": { "200": { "description": "ok", "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/Pet" }
            } } } }
        } } },
        "components": {
            "parameters": { "limit": { "name": "limit", "in": "query", "schema": { "type": "integer" } } },
            "schemas": {
                "Pet": {
                    "oneOf": [{ "$ref": "#/components/schemas/Dog" }, { "$ref": "#/components/schemas/Cat" }],
                    "discriminator": { "propertyName": "kind", "mapping": {
                        "dog": "#/components/schemas/Dog", "cat": "#/components/schemas/Cat"
                    } }
                },
                "Dog": { "type": "object", "required": ["kind"], "properties": {
                    "kind": { "type": "string" }, "friend": { "$ref": "#/components/schemas/Pet" }
                } },
                "Cat": { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string" } } }
            }
        }
    });
    write("paths/index.yaml", json!({ "/pets": { "get": { "$ref": "pets-get.yaml" } } }));
    let mut get = whole["paths"]["/pets"]["get"].clone();
    get["parameters"][0]["$ref"] = json!("../api.json#/components/parameters/limit");
    get["responses"]["200"]["content"]["application/json"]["schema"]["$ref"] = json!("../schemas/Pet.yaml");
    write("paths/pets-get.yaml", get);
    let mut pet = whole["components"]["schemas"]["Pet"].clone();
    pet["oneOf"] = json!([{ "$ref": "Dog.yaml" }, { "$ref": "./Cat.yaml" }]);
    pet["discriminator"]["mapping"] = json!({ "dog": "Dog.yaml", "cat": "./Cat.yaml" });
    write("schemas/Pet.yaml", pet);
    let mut dog = whole["components"]["schemas"]["Dog"].clone();
    dog["properties"]["friend"]["$ref"] = json!("../schemas/Pet.yaml");
    write("schemas/Dog.yaml", dog);
    write("schemas/Cat.yaml", whole["components"]["schemas"]["Cat"].clone());
    write("schemas/index.yaml", json!({ "Pet": { "$ref": "Pet.yaml" }, "Dog": { "$ref": "Dog.yaml" } }));
    let split = json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "paths": { "$ref": "paths/index.yaml" },
        "components": {
            "parameters": whole["components"]["parameters"],
            "schemas": { "$ref": "schemas/index.yaml" }
        }
    });
    let name = folder.path().join("api.json").display().to_string();
    write("api.json", split.clone());
    let options = Options { read: Some(|path: &Path| fs::read(path)), ..Options::default() };
    let (one, said) = made(&name, &split, options);
    assert_eq!(report(&said), "");
    assert_eq!(text_of(&one.unwrap()), api(&whole).0);
}
