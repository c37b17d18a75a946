//! Rewrites the keywords of JSON Schema 2020-12 in schemas as those of OpenAPI 3.0.

use serde_json::{Map, Number, Value, json};

use super::dialect::Dialect;
use super::keywords::{Kind, Role};
use super::location::Trail;
use super::{Origins, VALUE_NAMES, validation};
use crate::api::MediaType;
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// The types of OpenAPI 3.0.
const TYPES: &[&str] = &["string", "number", "integer", "boolean", "array", "object"];
/// Keywords that identify a schema or comment on it, and one that is read before.
const IDENTITY: &[&str] = &[
    "$schema",
    "$id",
    "$anchor",
    "$dynamicAnchor",
    "$recursiveAnchor",
    "$vocabulary",
    "$comment",
    "$defs",
    "definitions",
    // It says more of tuples alone, which are read by then.
    "additionalItems",
];
/// Keywords that OpenAPI 3.0 and Swagger 2.0 do not have, although documents of these use them.
const LATER: &[&str] = &[
    "const",
    "prefixItems",
    "patternProperties",
    "dependentSchemas",
    "if",
    "then",
    "else",
    "unevaluatedProperties",
    "contentEncoding",
    "contentMediaType",
    "$defs",
];

/// Keywords with schemas that a value has to meet, too, and that may have members of it.
const PARTS: &[&str] =
    &["allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas", "patternProperties", "$ref"];

/// True for a keyword that every dialect reads alike; most schemas have no others.
fn is_plain(key: &str, value: &Value) -> bool {
    match (key, value) {
        ("type", Value::String(name)) => TYPES.contains(&name.as_str()),
        ("$ref" | "format", Value::String(_)) | ("items" | "additionalProperties", Value::Object(_)) => true,
        ("deprecated" | "readOnly" | "writeOnly" | "nullable", Value::Bool(_)) => true,
        ("enum", Value::Array(values)) => !values.is_empty() && !values.iter().any(Value::is_null),
        ("required", Value::Array(_)) => true,
        // Some documents say `required` in a property.
        ("properties", Value::Object(properties)) => properties.values().all(|property| {
            property.as_object().is_some_and(|p| p.get("required").is_none_or(Value::is_array))
        }),
        _ => false,
    }
}

/// Rewrites every schema of the tree.
pub(super) fn rewrite(tree: &mut Value, dialect: Dialect, origins: &mut Origins, out: &mut Sink) {
    let mut rewriting = Rewriting { dialect, origins, out };
    rewriting.walk(tree, Role::Object(Kind::Document), &Trail::Root);
}

struct Rewriting<'a> {
    dialect: Dialect,
    origins: &'a mut Origins,
    out: &'a mut Sink,
}

impl Rewriting<'_> {
    fn walk(&mut self, node: &mut Value, shape: Role, at: &Trail<'_>) {
        match node {
            _ if shape == Role::Data => {}
            Value::Object(map) => {
                if shape == Role::Object(Kind::Schema) {
                    self.schema(map, at);
                }
                for (key, value) in map.iter_mut() {
                    // The one keyword of OpenAPI 3.0 that may be a boolean.
                    if key != "additionalProperties" || !value.is_boolean() {
                        self.walk(value, shape.member(key), &at.key(key));
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.walk(item, shape.item(), &at.index(index));
                }
            }
            Value::Bool(_) if shape == Role::Object(Kind::Schema) => *node = json!({}),
            _ => {}
        }
    }

    fn notice(&mut self, at: &Pointer, message: impl Into<String>, help: &str) {
        let at = self.origins.origin(at);
        self.out.push(Diagnostic::notice(Code::Unsupported, &at, message).help(help));
    }

    fn schema(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        if map.iter().all(|(key, value)| is_plain(key, value)) {
            return;
        }
        if self.dialect < Dialect::OpenApi31 {
            self.later(map, at);
        }
        self.null_alternatives(map, at);
        validation::keep(map);
        map.retain(|key, _| !IDENTITY.contains(&key.as_str()));
        boolean_members(map);
        self.constant(map, at);
        self.types(map, at);
        self.values(map, at);
        self.bounds(map, at);
        self.tuple(map, at);
        self.patterns(map, at);
        self.conditions(map, at);
        content(map);
        self.required_members(map, at);
    }

    /// Reports keywords that the document's dialect does not have; they are read as OpenAPI 3.1 defines them.
    fn later(&mut self, map: &Map<String, Value>, at: &Trail<'_>) {
        let is_list = |key: &str| map.get(key).is_some_and(Value::is_array);
        let is_number = |key: &str| map.get(key).is_some_and(Value::is_number);
        let later = LATER.iter().copied().filter(|key| map.contains_key(*key));
        let later = later.chain(["type", "items"].into_iter().filter(|key| is_list(key)));
        let found: Vec<&str> = later
            .chain(["exclusiveMinimum", "exclusiveMaximum"].into_iter().filter(|key| is_number(key)))
            .collect();
        for key in found {
            let dialect = self.dialect.name();
            let message = match key {
                "type" | "items" => {
                    format!("{dialect} has no lists in `{key}`; it is read as in OpenAPI 3.1")
                }
                "exclusiveMinimum" | "exclusiveMaximum" => {
                    format!("{dialect} has no numbers in `{key}`; it is read as in OpenAPI 3.1")
                }
                _ => format!("{dialect} has no `{key}`; it is read as in OpenAPI 3.1"),
            };
            self.notice(&at.key(key).pointer(), message, "write the keywords of this version in the overlay");
        }
    }

    /// Turns an alternative that is null into `nullable`, and a single alternative that remains into the schema.
    fn null_alternatives(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        // Invariant: each round removes an alternative, so it ends; a real schema has fewer levels than this.
        for _ in 0..32 {
            let found = ["oneOf", "anyOf"].into_iter().find(|key| {
                let list = map.get(*key).and_then(Value::as_array);
                list.is_some_and(|list| list.iter().any(is_null))
            });
            let Some(key) = found else { return };
            let list_at = at.key(key).pointer();
            let Some(Value::Array(list)) = map.get_mut(key) else { return };
            let mut index = 0;
            while let Some(item) = list.get(index) {
                if is_null(item) {
                    list.remove(index);
                    self.origins.removed(list_at.clone(), index);
                } else {
                    index += 1;
                }
            }
            let only = if list.len() == 1 { list.first().cloned() } else { None };
            let is_empty = list.is_empty();
            map.insert("nullable".to_owned(), Value::Bool(true));
            if is_empty {
                map.shift_remove(key);
            }
            if let Some(Value::Object(only)) = only {
                self.unwrap(map, key, only, at);
            }
        }
    }

    /// Replaces a list of one alternative by the alternative, where no keyword of both says different things.
    fn unwrap(&mut self, map: &mut Map<String, Value>, key: &str, only: Map<String, Value>, at: &Trail<'_>) {
        let one = at.key(key).pointer().child(0);
        if only.contains_key("$ref") {
            let structural =
                ["type", "properties", "items", "allOf", "oneOf", "anyOf", "enum", "additionalProperties"];
            if !structural.iter().any(|other| *other != key && map.contains_key(*other)) {
                map.shift_remove(key);
                map.insert("allOf".to_owned(), json!([only]));
                self.origins.copied(one, at.pointer().child("allOf").child(0));
            }
            return;
        }
        let is_free = |name: &String| {
            name == key
                || !map.contains_key(name)
                || matches!(name.as_str(), "title" | "description" | "nullable")
        };
        if only.keys().all(is_free) {
            map.shift_remove(key);
            for (name, value) in only {
                // The outer description is about this place.
                if !map.contains_key(&name) {
                    self.origins.copied(one.child(&name), at.pointer().child(&name));
                    map.insert(name, value);
                }
            }
        }
    }

    /// Turns `const` into an `enum` of one value.
    fn constant(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        let Some(value) = map.shift_remove("const") else { return };
        let ty = match &value {
            Value::Null => {
                map.insert("nullable".to_owned(), Value::Bool(true));
                return;
            }
            Value::String(_) => "string",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
            Value::Number(_) => "number",
            // The value is one of many of its type, which no enum lists.
            Value::Array(_) | Value::Object(_) => {
                map.insert(super::CONSTANT.to_owned(), value);
                return;
            }
        };
        if !map.contains_key("type") {
            map.insert("type".to_owned(), json!(ty));
            self.origins.copied(at.key("const").pointer(), at.key("type").pointer());
        }
        map.insert("enum".to_owned(), json!([value]));
        self.origins.collapsed(at.key("enum").pointer(), at.key("const").pointer());
    }

    /// Makes `type` one of the types of OpenAPI 3.0.
    fn types(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        let names = match map.get("type") {
            None => return,
            Some(Value::String(name)) if TYPES.contains(&name.as_str()) => return,
            Some(Value::String(name)) => vec![name.clone()],
            Some(Value::Array(names)) => {
                names.iter().map(|name| name.as_str().unwrap_or("null").to_owned()).collect()
            }
            Some(Value::Null) => vec!["null".to_owned()],
            Some(other) => vec![other.to_string()],
        };
        let mut types: Vec<&'static str> = Vec::new();
        let mut is_any = false;
        for name in &names {
            if name == "null" {
                map.insert("nullable".to_owned(), Value::Bool(true));
                continue;
            }
            let known = TYPES.iter().copied().find(|known| *known == name);
            let (ty, format) = match known {
                Some(known) => (Some(known), None),
                None => self.misspelt(name, &at.key("type").pointer()),
            };
            match ty {
                Some(ty) if !types.contains(&ty) => types.push(ty),
                Some(_) => {}
                None => is_any = true,
            }
            if let (Some(format), false) = (format, map.contains_key("format")) {
                map.insert("format".to_owned(), json!(format));
            }
        }
        // Every integer is a number.
        if types.contains(&"number") {
            types.retain(|ty| *ty != "integer");
        }
        let alternatives = ["oneOf", "anyOf", "allOf", "$ref"].iter().any(|key| map.contains_key(*key));
        match types.as_slice() {
            [one] if !is_any => {
                map.insert("type".to_owned(), json!(one));
            }
            [_, _, ..] if !is_any && !alternatives && types.len() < TYPES.len() - 1 => {
                self.split(map, &types, at)
            }
            _ => {
                map.shift_remove("type");
            }
        }
    }

    /// The type that a name means which no specification has, and its format.
    fn misspelt(&mut self, name: &str, at: &Pointer) -> (Option<&'static str>, Option<&'static str>) {
        let lower = name.trim().to_ascii_lowercase();
        let found = match lower.as_str() {
            "int" | "long" | "int32" | "int64" | "uint" | "short" => (Some("integer"), None),
            "float" | "double" | "decimal" | "numeric" => (Some("number"), None),
            "bool" => (Some("boolean"), None),
            "str" | "text" | "enum" | "char" => (Some("string"), None),
            "date" => (Some("string"), Some("date")),
            "datetime" | "date-time" | "timestamp" => (Some("string"), Some("date-time")),
            "uuid" => (Some("string"), Some("uuid")),
            "file" | "binary" => (Some("string"), Some("binary")),
            "list" => (Some("array"), None),
            "map" | "dict" | "hash" => (Some("object"), None),
            other => (TYPES.iter().copied().find(|known| *known == other), None),
        };
        let read = match found {
            (None, _) => "any JSON".to_owned(),
            (Some(ty), None) => format!("`{ty}`"),
            (Some(ty), Some(format)) => format!("`{ty}` of the format `{format}`"),
        };
        let message = format!("`{name}` is not a type; it is read as {read}");
        let at = self.origins.origin(at);
        let help = "write one of string, number, integer, boolean, array and object in the overlay";
        self.out.push(Diagnostic::notice(Code::InvalidDocument, &at, message).help(help));
        found
    }

    /// Turns a list of types into alternatives of one type each.
    fn split(&mut self, map: &mut Map<String, Value>, types: &[&str], at: &Trail<'_>) {
        let mut branches = Vec::new();
        let values = map.shift_remove("enum");
        for ty in types {
            let mut branch = Map::from_iter([("type".to_owned(), json!(ty))]);
            if let Some(values) = values.as_ref().and_then(Value::as_array) {
                let own: Vec<&Value> = values.iter().filter(|value| is_of(value, ty)).collect();
                if own.is_empty() {
                    continue;
                }
                branch.insert("enum".to_owned(), json!(own));
            }
            for (key, value) in map.iter().filter(|(key, value)| is_about(key, value, ty)) {
                branch.insert(key.clone(), value.clone());
            }
            self.origins.copied(at.pointer(), at.pointer().child("anyOf").child(branches.len()));
            branches.push(Value::Object(branch));
        }
        map.retain(|key, value| key != "type" && !types.iter().any(|ty| is_about(key, value, ty)));
        map.insert("anyOf".to_owned(), Value::Array(branches));
    }

    /// Turns null among the values of an enum into `nullable`.
    fn values(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        let Some(Value::Array(values)) = map.get_mut("enum") else { return };
        let is_empty = values.is_empty();
        let is_null: Vec<bool> = values.iter().map(Value::is_null).collect();
        values.retain(|value| !value.is_null());
        let (had_null, none_left) = (values.len() < is_null.len(), values.is_empty());
        // Names are by the order of the values.
        for names in VALUE_NAMES {
            if let Some(Value::Array(names)) = map.get_mut(*names).filter(|_| had_null)
                && names.len() == is_null.len()
            {
                let mut is_null = is_null.iter();
                names.retain(|_| is_null.next() == Some(&false));
            }
        }
        if none_left {
            map.shift_remove("enum");
        }
        if had_null {
            map.insert("nullable".to_owned(), Value::Bool(true));
        }
        if is_empty {
            let help = "list the values in the overlay, or remove `enum` there";
            self.notice(&at.key("enum").pointer(), "`enum` has no values; it is ignored", help);
        }
    }

    /// Turns exclusive bounds that are numbers into those of OpenAPI 3.0, and drops bounds that no integer has.
    fn bounds(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        for (exclusive, inclusive) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            let Some(bound) = map.get(exclusive).filter(|bound| bound.is_number()).cloned() else { continue };
            let (new, old) = (bound.as_f64(), map.get(inclusive).and_then(Value::as_f64));
            let is_tighter = match (new, old) {
                (Some(new), Some(old)) if inclusive == "minimum" => new >= old,
                (Some(new), Some(old)) => new <= old,
                _ => true,
            };
            map.shift_remove(exclusive);
            if is_tighter {
                self.origins.copied(at.key(exclusive).pointer(), at.key(inclusive).pointer());
                map.insert(inclusive.to_owned(), bound);
                map.insert(exclusive.to_owned(), Value::Bool(true));
            }
        }
        if map.get("type").and_then(Value::as_str) != Some("integer") {
            return;
        }
        for key in ["minimum", "maximum", "multipleOf"] {
            let Some(Value::Number(bound)) = map.get(key) else { continue };
            if bound.is_i64() {
                continue;
            }
            // All integers without a sign are at most this.
            if (key, bound.as_u64()) == ("maximum", Some(u64::MAX)) {
                map.shift_remove(key);
                continue;
            }
            // JSON has one kind of number: `10.0` is the integer 10.
            let whole = bound.as_f64().filter(|bound| bound.fract() == 0.0 && bound.abs() < 9e15);
            match whole {
                Some(whole) => {
                    map.insert(key.to_owned(), Value::Number(Number::from(whole as i64)));
                }
                None => {
                    let message =
                        format!("`{key}` is {bound}, which no integer of 64 bits is; it is ignored");
                    self.notice(
                        &at.key(key).pointer(),
                        message,
                        "remove the bound in the overlay, or correct it there",
                    );
                    map.shift_remove(key);
                }
            }
        }
    }

    /// Turns the items of a tuple into one schema: their own where they are equal, any JSON where they differ.
    fn tuple(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        let (key, mut items) = match (map.shift_remove("prefixItems"), map.get("items")) {
            (Some(Value::Array(items)), rest) => {
                let rest = rest.filter(|rest| rest.is_object()).cloned();
                ("prefixItems", items.into_iter().chain(rest).collect())
            }
            (_, Some(Value::Array(items))) => ("items", items.clone()),
            _ => return,
        };
        let first = items.pop().unwrap_or_else(|| json!({}));
        let item = match items.iter().all(|item| *item == first) {
            true => first,
            false => {
                let message = "a tuple is read as a list of any JSON, since its items differ in type";
                self.notice(&at.key(key).pointer(), message, "give `items` one schema in the overlay");
                json!({})
            }
        };
        if key == "prefixItems" {
            self.origins.copied(at.key(key).pointer().child(0), at.key("items").pointer());
        } else {
            self.origins.copied(at.key(key).pointer().child(0), at.key(key).pointer());
        }
        map.insert("items".to_owned(), item);
        map.entry("type").or_insert_with(|| json!("array"));
    }

    /// Turns the schemas of names that match patterns into that of all other names.
    fn patterns(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        // Parts of a schema evaluate members too, so `false` is `additionalProperties: false` only where there are none.
        let is_whole = map.contains_key("properties") && !PARTS.iter().any(|key| map.contains_key(*key));
        let is_read = |rest: &Value| rest.is_object() || (is_whole && *rest == json!(false));
        let rest = map.shift_remove("unevaluatedProperties").filter(is_read);
        if let (Some(rest), false) = (rest, map.contains_key("additionalProperties")) {
            self.origins
                .copied(at.key("unevaluatedProperties").pointer(), at.key("additionalProperties").pointer());
            map.insert("additionalProperties".to_owned(), rest);
        }
        let Some(Value::Object(patterns)) = map.shift_remove("patternProperties") else { return };
        let here = at.key("patternProperties").pointer();
        let mut schemas = patterns.iter();
        let Some((pattern, schema)) = schemas.next() else { return };
        let additional = map.get("additionalProperties").filter(|other| **other != json!(false));
        let is_one =
            schemas.all(|(_, other)| other == schema) && additional.is_none_or(|other| other == schema);
        let schema = match is_one {
            true => {
                self.origins.copied(here.child(pattern), at.key("additionalProperties").pointer());
                schema.clone()
            }
            false => {
                let message =
                    "properties whose names match patterns are read as any JSON, since their schemas differ";
                self.notice(&here, message, "give `additionalProperties` one schema in the overlay");
                json!(true)
            }
        };
        map.insert("additionalProperties".to_owned(), schema);
        map.entry("type").or_insert_with(|| json!("object"));
    }

    /// Takes the properties that a schema has under a condition as optional ones.
    fn conditions(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        let mut parts: Vec<(Pointer, Value)> = Vec::new();
        for key in ["then", "else"] {
            parts.extend(map.shift_remove(key).map(|part| (at.key(key).pointer(), part)));
        }
        for key in ["dependentSchemas", "dependencies"] {
            if let Some(Value::Object(all)) = map.shift_remove(key) {
                let here = at.key(key).pointer();
                parts.extend(all.into_iter().map(|(name, part)| (here.child(name), part)));
            }
        }
        if map.shift_remove("if").is_some() || !parts.is_empty() {
            let message = "conditions of a schema are not checked; the properties that they add are optional";
            let here = parts.first().map_or_else(|| at.key("if").pointer(), |(here, _)| here.clone());
            self.notice(&here, message, "declare the properties without a condition in the overlay");
        }
        for (here, part) in parts {
            let Some(Value::Object(properties)) = part.get("properties") else { continue };
            let own = map.entry("properties").or_insert_with(|| json!({}));
            let Some(own) = own.as_object_mut() else { return };
            for (name, schema) in properties.iter().filter(|(_, schema)| !schema.is_boolean()) {
                if !own.contains_key(name) {
                    let to = at.key("properties").pointer().child(name);
                    self.origins.copied(here.child("properties").child(name), to);
                    own.insert(name.clone(), schema.clone());
                }
            }
        }
    }

    /// Moves `required: true` of a property into the list of its object.
    fn required_members(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        let Some(Value::Object(properties)) = map.get_mut("properties") else { return };
        let mut names = Vec::new();
        for (name, property) in properties.iter_mut() {
            let Some(property) = property.as_object_mut() else { continue };
            let flag = property.get("required").and_then(|flag| match flag {
                Value::Bool(flag) => Some(*flag),
                Value::String(flag) => flag.parse().ok(),
                _ => None,
            });
            let Some(flag) = flag else { continue };
            property.shift_remove("required");
            if flag {
                names.push(name.clone());
            }
            let here = at.key("properties").pointer().child(name).child("required");
            let message =
                "`required` of a property is a boolean; it is read as an entry in the list of its object";
            self.notice(&here, message, "list the property in `required` of its object in the overlay");
        }
        if names.is_empty() {
            return;
        }
        let required = map.entry("required").or_insert_with(|| json!([]));
        if let Some(required) = required.as_array_mut() {
            for name in names {
                if !required.iter().any(|known| *known == name) {
                    required.push(Value::String(name));
                }
            }
        }
    }
}

/// True if null is a schema's only value.
fn is_null(schema: &Value) -> bool {
    let Some(map) = schema.as_object() else { return false };
    let by_type = match map.get("type") {
        Some(Value::String(ty)) => ty == "null",
        Some(Value::Array(types)) => !types.is_empty() && types.iter().all(|ty| ty == "null" || ty.is_null()),
        _ => false,
    };
    let by_value = map.get("const").is_some_and(Value::is_null)
        || map
            .get("enum")
            .and_then(Value::as_array)
            .is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_null));
    by_type || by_value
}

/// Removes boolean schemas where a schema may be absent, and makes the others objects.
fn boolean_members(map: &mut Map<String, Value>) {
    for key in ["items", "not"] {
        if map.get(key).is_some_and(Value::is_boolean) {
            map.shift_remove(key);
        }
    }
    if let Some(Value::Object(properties)) = map.get_mut("properties") {
        // A property with the schema `false` can never be there.
        properties.retain(|_, schema| *schema != json!(false));
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(Value::Array(list)) = map.get_mut(key) {
            for schema in list.iter_mut().filter(|schema| schema.is_boolean()) {
                *schema = json!({});
            }
        }
    }
}

/// Turns the description of an encoded string into a format.
fn content(map: &mut Map<String, Value>) {
    let encoding = map.shift_remove("contentEncoding");
    let media_type = map.shift_remove("contentMediaType");
    let format =
        match (encoding.as_ref().and_then(Value::as_str), media_type.as_ref().and_then(Value::as_str)) {
            (Some("base64" | "base64url"), _) => "byte",
            (None | Some("binary"), Some(media_type)) if !is_text(media_type) => "binary",
            (Some("binary"), None) => "binary",
            _ => return,
        };
    if !map.contains_key("format") {
        map.insert("format".to_owned(), json!(format));
    }
    map.entry("type").or_insert_with(|| json!("string"));
}

fn is_text(media_type: &str) -> bool {
    media_type.starts_with("text/") || MediaType::parse(media_type).is_json() || media_type.contains("xml")
}

fn is_of(value: &Value, ty: &str) -> bool {
    match value {
        Value::String(_) => ty == "string",
        Value::Bool(_) => ty == "boolean",
        Value::Number(number) => ty == "number" || (ty == "integer" && (number.is_i64() || number.is_u64())),
        Value::Array(_) => ty == "array",
        Value::Object(_) => ty == "object",
        Value::Null => false,
    }
}

/// True if a keyword applies to values of this type only.
fn is_about(key: &str, value: &Value, ty: &str) -> bool {
    let is_numeric = |format: &str| {
        matches!(format, "int32" | "int64" | "float" | "double" | "decimal" | "uint" | "uint32" | "uint64")
    };
    match key {
        "minLength" | "maxLength" | "pattern" | "contentEncoding" | "contentMediaType" => ty == "string",
        "format" => {
            let numeric = value.as_str().is_some_and(is_numeric);
            (ty == "string" && !numeric) || (matches!(ty, "integer" | "number") && numeric)
        }
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            matches!(ty, "integer" | "number")
        }
        "items" | "prefixItems" | "minItems" | "maxItems" | "uniqueItems" => ty == "array",
        "properties"
        | "required"
        | "additionalProperties"
        | "patternProperties"
        | "unevaluatedProperties"
        | "minProperties"
        | "maxProperties"
        | "discriminator"
        | "if"
        | "then"
        | "else"
        | "dependentSchemas" => ty == "object",
        _ => false,
    }
}
