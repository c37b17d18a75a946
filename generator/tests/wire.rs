//! Compiles crates of unions, nulls and the like, and runs programs that use them over HTTP on loopback.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::cargo::{cargo, target};
use crate::support::stages::{Made, Texts, report};
use crate::support::{shared, stages};
use serde_json::{Value, json};
use storewright_generator::api::{Api, Shape, TypeId, TypeRef};
use storewright_generator::diagnostic::Sink;

/// An alternative: its schema, a value of it, and the type that it becomes.
struct Arm {
    name: &'static str,
    schema: Value,
    sample: Value,
    is: fn(&Api, &TypeRef) -> bool,
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn named(ty: &TypeRef, name: &str) -> bool {
    ty.to_string() == format!("${name}")
}

fn inline(api: &Api, ty: &TypeRef, is: fn(&Shape) -> bool) -> bool {
    let id = if let TypeRef::Named(id) = ty { id } else { return false };
    TypeId::schema("All").holds(id) && is(&api.resolve(id).unwrap().1.shape)
}

/// Every kind of alternative: named and inline objects, lists, maps, enums and scalars, a union, and any JSON.
fn arms() -> Vec<Arm> {
    let arm = |name, schema, sample, is| Arm { name, schema, sample, is };
    vec![
        arm("object", reference("Object"), json!({"symbol": "x"}), |_, ty| named(ty, "Object")),
        arm(
            "inline_object",
            json!({"type": "object", "required": ["size"], "properties": {"size": {"type": "integer"}}}),
            json!({"size": 3}),
            |api, ty| inline(api, ty, |shape| matches!(shape, Shape::Struct(_))),
        ),
        arm("union", reference("Vessel"), json!({"kind": "jar", "lid": "l"}), |_, ty| named(ty, "Vessel")),
        arm("text", reference("Text"), json!("plain"), |_, ty| named(ty, "Text")),
        arm("inline_text", json!({"type": "string"}), json!("plain"), |_, ty| *ty == TypeRef::String),
        arm("binary", json!({"type": "string", "format": "binary"}), json!("plain"), |_, ty| {
            *ty == TypeRef::String
        }),
        arm("integer", json!({"type": "integer"}), json!(5), |_, ty| *ty == TypeRef::Integer),
        arm("number", json!({"type": "number"}), json!(1.5), |_, ty| *ty == TypeRef::Number),
        arm("boolean", json!({"type": "boolean"}), json!(true), |_, ty| *ty == TypeRef::Boolean),
        arm("colour", reference("Colour"), json!("red"), |_, ty| named(ty, "Colour")),
        arm(
            "inline_enum",
            json!({"type": "string", "enum": ["small", "large"]}),
            json!("small"),
            |api, ty| inline(api, ty, |shape| matches!(shape, Shape::Enum(_))),
        ),
        arm(
            "date",
            json!({"type": "string", "format": "date-time"}),
            json!("2026-01-02T03:04:05Z"),
            |_, ty| *ty == TypeRef::Timestamp,
        ),
        arm("list", reference("Objects"), json!([{"symbol": "y"}]), |_, ty| named(ty, "Objects")),
        arm("inline_list", json!({"type": "array", "items": {"type": "integer"}}), json!([1, 2]), |_, ty| {
            ty.to_string() == "list integer"
        }),
        arm("map", reference("Counts"), json!({"a": 1}), |_, ty| named(ty, "Counts")),
        arm(
            "inline_map",
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            json!({"k": "v"}),
            |_, ty| ty.to_string() == "map string",
        ),
        arm("any", json!({}), json!([[null]]), |_, ty| *ty == TypeRef::Any),
    ]
}

/// Two strings cannot be distinguished, and an enum next to a string is that enum.
fn is_told_apart(one: &Arm, other: &Arm) -> bool {
    let is_text = |arm: &Arm| matches!(arm.name, "text" | "inline_text" | "binary");
    let is_open_enum = [one.name, other.name] == ["inline_text", "inline_enum"];
    let are_texts = is_text(one) && is_text(other);
    !are_texts && !is_open_enum
}

/// A document whose `All` has a member for each pair of alternatives, and one for each alternative that may be null.
fn matrix(arms: &[Arm], pairs: &[(usize, usize)]) -> Value {
    let mut properties = serde_json::Map::new();
    for (one, other) in pairs {
        let (one, other) = (&arms[*one], &arms[*other]);
        let name = format!("{}_or_{}", one.name, other.name);
        properties.insert(name, json!({"oneOf": [one.schema, other.schema]}));
    }
    for arm in arms {
        let nothing = json!({"enum": [null], "nullable": true});
        properties.insert(format!("{}_or_null", arm.name), json!({"anyOf": [nothing, arm.schema]}));
    }
    let body = json!({"application/json": {"schema": reference("All")}});
    let get = |id: &str| json!({"operationId": id, "tags": ["Api"], "responses": {"200": {"content": body}}});
    let post = |id: &str| {
        let request = json!({"required": true, "content": body});
        json!({"operationId": id, "tags": ["Api"], "requestBody": request, "responses": {"204": {}}})
    };
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Matrix", "version": "1"},
        "servers": [{"url": "http://127.0.0.1"}],
        "paths": {
            "/first": {"get": get("first"), "post": post("send_first")},
            "/second": {"get": get("second"), "post": post("send_second")},
            "/null": {"get": get("null")},
        },
        "components": {"schemas": {
            "All": {"type": "object", "properties": properties},
            "Object": {"type": "object", "required": ["symbol"], "properties": {"symbol": {"type": "string"}}},
            "Objects": {"type": "array", "items": reference("Object")},
            "Counts": {"type": "object", "additionalProperties": {"type": "integer"}},
            "Text": {"type": "string", "pattern": "^[a-z]+$"},
            "Colour": {"type": "string", "enum": ["red", "blue"]},
            "Vessel": {
                "oneOf": [reference("Cup"), reference("Jar")],
                "discriminator": {"propertyName": "kind", "mapping": {"cup": "Cup", "jar": "Jar"}},
            },
            "Cup": {"type": "object", "properties": {"kind": {"type": "string"}, "handle": {"type": "string"}}},
            "Jar": {"type": "object", "properties": {"kind": {"type": "string"}, "lid": {"type": "string"}}},
        }},
    })
}

/// A program that reads `All` twice, each time with the samples of one side, and sends it back.
fn matrix_program(made: &Made, arms: &[Arm], pairs: &[(usize, usize)]) -> String {
    let (api, names) = (made.api.as_ref().unwrap(), made.names.as_ref().unwrap());
    let fields = &names.types[&TypeId::schema("All")].members;
    let mut checks = String::new();
    let mut bodies = [serde_json::Map::new(), serde_json::Map::new()];
    let mut nulls = serde_json::Map::new();
    for pair in pairs {
        let member = format!("{}_or_{}", arms[pair.0].name, arms[pair.1].name);
        let id = TypeId::schema("All").member(&member);
        let Shape::Union(union) = &api.types[&id].shape else { panic!("{member} is no union") };
        for (side, arm) in [&arms[pair.0], &arms[pair.1]].into_iter().enumerate() {
            let fitting: Vec<_> = union.variants.iter().filter(|v| (arm.is)(api, &v.ty)).collect();
            assert_eq!(fitting.len(), 1, "{member}: {union:?}");
            let (ty, variant) = (&names.types[&id].ident, &names.types[&id].members[&union.key(fitting[0])]);
            let _ = writeln!(
                checks,
                "    assert!(matches!(all[{side}].{}, Some(models::{ty}::{variant}(_))), \"{member} {side}: {{:?}}\", all[{side}]);",
                fields[&member]
            );
            bodies[side].insert(member.clone(), arm.sample.clone());
        }
    }
    for arm in arms {
        let member = format!("{}_or_null", arm.name);
        let field = &fields[&member];
        let _ = writeln!(checks, "    assert!(matches!(all[0].{field}, Patch::Value(_)), \"{member}\");");
        let _ = writeln!(checks, "    assert!(!matches!(none.{field}, Patch::Value(_)), \"{member}\");");
        bodies.iter_mut().for_each(|body| drop(body.insert(member.clone(), arm.sample.clone())));
        nulls.insert(member, Value::Null);
    }
    let texts =
        [&bodies[0], &bodies[1], &nulls].map(|body| format!("{:?}", serde_json::to_string(body).unwrap()));
    format!(
        r#"//! Reads each pair of alternatives.

use std::collections::BTreeMap;

use matrix_client::{{Client, models}};
use rt::{{Patch, StaticToken}};
use wire_program::Wait;

fn main() {{
    let json = |text: &str| rt::serde_json::from_str(text).expect("JSON");
    let texts = BTreeMap::from([("/first", json({})), ("/second", json({})), ("/null", json({}))]);
    let base = format!("http://{{}}", wire_program::serve(texts));
    let client = Client::builder(StaticToken::bearer("t")).base_url(base).transport(wire_program::Sockets);
    let api = Client::from(client.build().expect("a client")).api();
    let all = [api.first().send().wait().expect("first"), api.second().send().wait().expect("second")];
    let none = api.null().send().wait().expect("null");
{checks}    let [first, second] = all;
    api.send_first(first).send().wait().expect("what came is what is sent");
    api.send_second(second).send().wait().expect("what came is what is sent");
}}
"#,
        texts[0], texts[1], texts[2]
    )
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("wire")
}

/// Writes only differences: cargo compares the times of the last change.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn made(name: &str, document: Vec<u8>) -> Made {
    let texts =
        Texts { name: name.to_owned(), document: Some(("document.yaml", document)), ..Texts::default() };
    let mut out = Sink::new();
    let made = texts.make(|_| false, &mut out);
    assert!(!out.has_errors(), "{}", report(&out));
    made
}

#[test]
fn every_value_arrives_as_what_it_is() {
    let root = fs::canonicalize(shared::workspace()).unwrap();
    let runtime = root.join("runtime").to_str().unwrap().replace('\\', "/");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wire");
    let text = |name: &str| fs::read_to_string(fixtures.join(name)).unwrap();

    let arms = arms();
    let all = (0..arms.len()).flat_map(|one| (one + 1..arms.len()).map(move |other| (one, other)));
    let pairs: Vec<(usize, usize)> =
        all.filter(|(one, other)| is_told_apart(&arms[*one], &arms[*other])).collect();
    assert!(pairs.len() > 120);
    let matrix = made("matrix", matrix(&arms, &pairs).to_string().into_bytes());
    let wire = made("wire", text("document.yaml").into_bytes());
    for (name, made) in [("matrix", &matrix), ("wire", &wire)] {
        for file in stages::rendered(made, &runtime) {
            write(&folder().join(name).join(file.path), &file.text);
        }
    }
    let program = folder().join("program");
    write(&program.join("src/lib.rs"), &text("lib.rs"));
    write(&program.join("src/bin/wire.rs"), &text("main.rs"));
    write(&program.join("src/bin/matrix.rs"), &matrix_program(&matrix, &arms, &pairs));
    let client =
        |name: &str| format!("{name}-client = {{ path = \"../{name}\", default-features = false }}\n");
    let rt = format!(
        "rt = {{ package = \"storewright-runtime\", path = {runtime:?}, default-features = false }}\n"
    );
    write(
        &program.join("Cargo.toml"),
        &format!(
            "[package]\nname = \"wire-program\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lints]\nworkspace = true\n\n[dependencies]\n{}{}{rt}",
            client("matrix"),
            client("wire"),
        ),
    );
    write(
        &folder().join("Cargo.toml"),
        "[workspace]\nresolver = \"3\"\nmembers = [\"matrix\", \"wire\", \"program\"]\n\n\
         [workspace.lints.rust]\nwarnings = \"deny\"\n",
    );
    // The versions that are there already, so that nothing is asked of the network.
    if !folder().join("Cargo.lock").exists() {
        fs::copy(root.join("Cargo.lock"), folder().join("Cargo.lock")).unwrap();
    }
    // The package is named, so that the default features of the clients, which have TLS, are not compiled.
    let output = cargo(&folder(), &["build", "--package", "wire-program"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for name in ["wire", "matrix"] {
        let program = format!("debug/{name}{}", std::env::consts::EXE_SUFFIX);
        let output = Command::new(target().join(program)).output().unwrap();
        assert!(output.status.success(), "{name}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}
