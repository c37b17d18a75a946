//! Makes API documents of random structure: each byte decides one choice, so that a fuzzer can change one choice at a time.

use serde_json::{Map, Value, json};

/// Names that collide, are keywords, are not identifiers, or mean something in a pointer, a path or a template.
const NAMES: &[&str] = &[
    "a",
    "b",
    "id",
    "type",
    "name",
    "data",
    "Item",
    "item",
    "Node",
    "a/b",
    "a~b",
    "a%2Fb",
    "%",
    "..",
    "con",
    "self",
    "Self",
    "crate",
    "Option",
    "Box",
    "String",
    "r#fn",
    "",
    "_",
    "1",
    "-1",
    "é",
    "本",
    "\u{202e}x",
    "a b",
    "a.b",
    "a-b",
    "{x}",
    "*/",
    "\"",
    "`",
    "${x}",
    "links",
    "meta",
    "attributes",
    "relationships",
    "included",
];
const FORMATS: &[&str] =
    &["date-time", "date", "binary", "byte", "int64", "float", "uuid", "password", "unknown"];
const MEDIA_TYPES: &[&str] = &[
    "application/json",
    "application/vnd.api+json",
    "text/plain",
    "text/csv",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "*/*",
    "image/png; q=1",
    "not a media type",
];
const STATUSES: &[&str] = &["200", "201", "204", "2XX", "302", "400", "404", "4XX", "500", "default", "299"];
/// Components of a document.
const COMPONENTS: usize = 6;
/// Levels of a schema.
const DEPTH: usize = 5;

/// The choices that bytes make; the first of each where they end, so that every document does.
struct Choices<'a> {
    bytes: &'a [u8],
}

impl Choices<'_> {
    fn below(&mut self, end: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first) % end.max(1)
    }

    fn one_in(&mut self, end: usize) -> bool {
        self.below(end) == 1
    }

    fn pick<T: Copy>(&mut self, from: &[T], otherwise: T) -> T {
        let index = self.below(from.len());
        from.get(index).copied().unwrap_or(otherwise)
    }

    fn name(&mut self) -> &'static str {
        self.pick(NAMES, "a")
    }

    fn many(&mut self, most: usize) -> std::ops::Range<usize> {
        0..self.below(most + 1)
    }
}

/// The document that bytes describe.
pub fn document(bytes: &[u8]) -> Value {
    let mut c = Choices { bytes };
    match c.below(4) {
        0 => swagger20(&mut c),
        1 => openapi(&mut c, "3.1.0"),
        _ => openapi(&mut c, "3.0.3"),
    }
}

fn openapi(c: &mut Choices<'_>, version: &str) -> Value {
    let schemas: Map<String, Value> =
        (0..COMPONENTS).map(|n| (component(n), schema(c, "#/components/schemas/", DEPTH))).collect();
    let mut paths = Map::new();
    for _ in 0..=c.below(3) {
        let (path, names) = path(c);
        let mut item = Map::new();
        for method in ["get", "post", "patch", "delete"] {
            if c.one_in(2) {
                item.insert(method.to_owned(), operation(c, &names));
            }
        }
        paths.insert(path, item.into());
    }
    let schemes = json!({
        "key": {"type": "apiKey", "name": c.name(), "in": c.pick(&["header", "query", "cookie"], "header")},
        "http": {"type": "http", "scheme": c.pick(&["bearer", "basic", "digest"], "bearer")},
    });
    json!({
        "openapi": version,
        "info": {"title": c.name(), "version": c.name()},
        "servers": [{"url": c.pick(&["https://a.example/{v}", "/v1", "", "ftp://a", "https://a.example"], "")}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": schemes},
        "security": [{"key": []}, {"http": []}],
    })
}

/// The name of a component, some of which need escapes in a pointer.
fn component(n: usize) -> String {
    let suffix = ["", "/x", "~y", ".Z", " w", "本"];
    format!("C{n}{}", suffix.get(n % suffix.len()).unwrap_or(&""))
}

fn reference(c: &mut Choices<'_>, prefix: &str) -> Value {
    if c.one_in(24) {
        return json!({"$ref": c.pick(&["#/x", "#", "", "other.json", "#/components/schemas/None"], "#")});
    }
    let name = component(c.below(COMPONENTS)).replace('~', "~0").replace('/', "~1");
    json!({"$ref": format!("{prefix}{name}")})
}

fn schema(c: &mut Choices<'_>, prefix: &str, depth: usize) -> Value {
    let leaf = depth == 0;
    let mut out = match c.below(if leaf { 6 } else { 16 }) {
        0 => json!({"type": "string"}),
        1 => json!({"type": c.pick(&["integer", "number", "boolean", "null", "aray"], "integer")}),
        2 => reference(c, prefix),
        3 => json!({"type": "string", "enum": list(c, 4, |c| c.name().into())}),
        4 => json!({"type": "string", "format": c.pick(FORMATS, "date")}),
        5 => json!({"enum": list(c, 3, |c| match c.below(4) {
            0 => Value::Null,
            1 => 1.into(),
            2 => true.into(),
            _ => c.name().into(),
        })}),
        6 | 7 => json!({"type": "array", "items": schema(c, prefix, depth - 1)}),
        8 => json!({"type": "object", "additionalProperties": schema(c, prefix, depth - 1)}),
        9 => json!({"allOf": list(c, 3, |c| schema(c, prefix, depth - 1))}),
        10 => json!({"oneOf": list(c, 3, |c| schema(c, prefix, depth - 1))}),
        11 => json!({"anyOf": list(c, 3, |c| schema(c, prefix, depth - 1))}),
        12 => json!({"not": schema(c, prefix, depth - 1)}),
        _ => object(c, prefix, depth),
    };
    // Keywords next to others, whether they fit or not.
    let Some(map) = out.as_object_mut() else { return out };
    for _ in c.many(2) {
        let (key, value) = match c.below(12) {
            0 => ("nullable", true.into()),
            1 => ("readOnly", true.into()),
            2 => ("writeOnly", true.into()),
            3 => ("deprecated", true.into()),
            4 => ("default", c.name().into()),
            5 => ("minimum", 1.5.into()),
            6 => ("maxLength", 3.into()),
            7 => (
                "discriminator",
                json!({"propertyName": c.name(), "mapping": {"m": "#/components/schemas/C0"}}),
            ),
            8 if !leaf => ("oneOf", list(c, 2, |c| schema(c, prefix, depth - 1))),
            9 if !leaf => ("allOf", list(c, 2, |c| schema(c, prefix, depth - 1))),
            10 => ("required", list(c, 2, |c| c.name().into())),
            _ => ("pattern", "(".into()),
        };
        map.insert(key.to_owned(), value);
    }
    out
}

fn object(c: &mut Choices<'_>, prefix: &str, depth: usize) -> Value {
    let mut properties = Map::new();
    for _ in c.many(4) {
        properties.insert(c.name().to_owned(), schema(c, prefix, depth - 1));
    }
    let names: Vec<Value> = properties.keys().map(|name| name.as_str().into()).collect();
    let required: Vec<Value> = names.into_iter().filter(|_| c.one_in(2)).collect();
    let mut out = json!({"type": "object", "properties": properties, "required": required});
    if c.one_in(6) {
        out["additionalProperties"] = c.one_in(2).into();
    }
    out
}

fn list(c: &mut Choices<'_>, most: usize, mut item: impl FnMut(&mut Choices<'_>) -> Value) -> Value {
    c.many(most).map(|_| item(c)).collect()
}

/// A path template and the names in it.
fn path(c: &mut Choices<'_>) -> (String, Vec<&'static str>) {
    let (mut out, mut names) = (String::new(), Vec::new());
    for _ in 0..=c.below(3) {
        let name = c.name();
        match c.below(3) {
            0 => {
                out.push_str(&format!("/{{{name}}}"));
                names.push(name);
            }
            1 => out.push_str(&format!("/{name}")),
            _ => out.push_str("/things"),
        }
    }
    (out, names)
}

fn operation(c: &mut Choices<'_>, names: &[&'static str]) -> Value {
    let prefix = "#/components/schemas/";
    let mut parameters: Vec<Value> = Vec::new();
    for name in names {
        if !c.one_in(5) {
            parameters
                .push(json!({"name": name, "in": "path", "required": true, "schema": schema(c, prefix, 1)}));
        }
    }
    for _ in c.many(3) {
        let mut parameter = json!({
            "name": c.name(),
            "in": c.pick(&["query", "header", "cookie", "path", "body"], "query"),
            "required": c.one_in(2),
            "schema": schema(c, prefix, 2),
        });
        if c.one_in(2) {
            let styles = ["form", "deepObject", "pipeDelimited", "simple", "label", "matrix", "odd"];
            parameter["style"] = c.pick(&styles, "form").into();
            parameter["explode"] = c.one_in(2).into();
        }
        parameters.push(parameter);
    }
    let mut responses = Map::new();
    for _ in 0..=c.below(3) {
        let status = c.pick(STATUSES, "200");
        let response = match c.below(3) {
            0 => json!({"description": ""}),
            _ => json!({"description": "", "content": content(c)}),
        };
        responses.insert(status.to_owned(), response);
    }
    let mut out =
        json!({"parameters": parameters, "responses": responses, "tags": list(c, 2, |c| c.name().into())});
    if !c.one_in(4) {
        out["operationId"] = format!("{}_{}", c.name(), c.name()).into();
    }
    if c.one_in(2) {
        out["requestBody"] = json!({"required": c.one_in(2), "content": content(c)});
    }
    if c.one_in(6) {
        out["security"] = json!([{}]);
    }
    out
}

fn content(c: &mut Choices<'_>) -> Value {
    let mut out = Map::new();
    for _ in 0..=c.below(2) {
        let media_type = c.pick(MEDIA_TYPES, "application/json");
        out.insert(media_type.to_owned(), json!({"schema": schema(c, "#/components/schemas/", DEPTH)}));
    }
    out.into()
}

fn swagger20(c: &mut Choices<'_>) -> Value {
    let prefix = "#/definitions/";
    let definitions: Map<String, Value> =
        (0..COMPONENTS).map(|n| (component(n), schema(c, prefix, DEPTH))).collect();
    let mut paths = Map::new();
    for _ in 0..=c.below(3) {
        let (path, names) = path(c);
        let mut parameters: Vec<Value> = names
            .iter()
            .map(|name| json!({"name": name, "in": "path", "required": true, "type": "string"}))
            .collect();
        for _ in c.many(3) {
            parameters.push(match c.below(4) {
                0 => json!({"name": c.name(), "in": "body", "schema": schema(c, prefix, DEPTH)}),
                1 => json!({"name": c.name(), "in": "formData", "type": c.pick(&["file", "string"], "file")}),
                2 => json!({"name": c.name(), "in": "query", "type": "array", "items": {"type": "string"},
                    "collectionFormat": c.pick(&["multi", "csv", "tsv", "odd"], "csv")}),
                _ => json!({"name": c.name(), "in": "header", "type": "integer"}),
            });
        }
        let responses = json!({
            c.pick(STATUSES, "200"): {"description": "", "schema": schema(c, prefix, DEPTH)},
            "default": {"description": ""},
        });
        let method = c.pick(&["get", "post", "put"], "get");
        let id = format!("{}_{}", c.name(), c.name());
        let types = list(c, 2, |c| c.pick(MEDIA_TYPES, "application/json").into());
        paths.insert(path, json!({method: {
            "operationId": id, "consumes": types, "produces": types, "parameters": parameters, "responses": responses,
        }}));
    }
    json!({
        "swagger": "2.0",
        "info": {"title": c.name(), "version": c.name()},
        "host": "a.example",
        "schemes": ["https"],
        "paths": paths,
        "definitions": definitions,
    })
}
