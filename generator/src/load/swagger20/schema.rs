//! Converts a schema of Swagger 2.0.

use serde_json::{Map, Value, json};

use super::{Upgrade, moved};
use crate::diagnostic::Code;
use crate::load::location::Trail;

impl Upgrade<'_> {
    pub(super) fn schema(&mut self, node: &Value, at: &Trail<'_>) -> Value {
        let Some(old) = node.as_object() else { return node.clone() };
        let mut new = Map::new();
        for (key, value) in old {
            let at = at.key(key);
            let value = match (key.as_str(), value) {
                ("$ref", Value::String(reference)) => Value::String(moved(reference)),
                ("discriminator", Value::String(name)) => {
                    if !self.declares(node, name, 0) {
                        let message = format!("the discriminator `{name}` is not a property of the schema");
                        self.notice(
                            &at,
                            Code::InvalidDocument,
                            message,
                            "declare the property in the overlay",
                        );
                    }
                    json!({ "propertyName": name })
                }
                ("x-nullable", value) => {
                    new.insert("nullable".to_owned(), value.clone());
                    continue;
                }
                ("properties", Value::Object(all)) => Value::Object(
                    all.iter()
                        .map(|(name, value)| (name.clone(), self.schema(value, &at.key(name))))
                        .collect(),
                ),
                ("items" | "additionalProperties" | "not", Value::Object(_)) => self.schema(value, &at),
                ("allOf" | "anyOf" | "oneOf", Value::Array(all)) => Value::Array(
                    all.iter().enumerate().map(|(i, value)| self.schema(value, &at.index(i))).collect(),
                ),
                _ => value.clone(),
            };
            new.insert(key.clone(), value);
        }
        Value::Object(new)
    }

    /// The schema of a response, which may be a file.
    pub(super) fn answer(&mut self, node: &Value, at: &Trail<'_>) -> Value {
        if is_file(node) { json!({ "type": "string", "format": "binary" }) } else { self.schema(node, at) }
    }

    /// True if an object has a property, its own or one of a part.
    fn declares(&self, schema: &Value, name: &str, depth: usize) -> bool {
        // Invariant: cyclic references were refused; this is for parts that contain each other.
        if depth > 64 {
            return false;
        }
        let schema = self.target(schema);
        let parts = schema.get("allOf").and_then(Value::as_array);
        schema.get("properties").is_some_and(|all| all.get(name).is_some())
            || parts.into_iter().flatten().any(|part| self.declares(part, name, depth + 1))
    }

    /// Parameters, headers and their items use their own members in place of a schema.
    pub(super) fn simple(&mut self, old: &Map<String, Value>, at: &Trail<'_>) -> Map<String, Value> {
        let mut schema = Map::new();
        for (key, value) in old.iter().filter(|(key, _)| is_simple(key)) {
            let at = at.key(key);
            let value = match (key.as_str(), value) {
                ("items", Value::Object(items)) => {
                    if items.contains_key("collectionFormat") && items.get("type") == Some(&json!("array")) {
                        let message = "the separators of a list within a list are ignored";
                        self.notice(
                            &at,
                            Code::Unsupported,
                            message,
                            "declare a list of strings in the overlay",
                        );
                    }
                    Value::Object(self.simple(items, &at))
                }
                ("x-nullable", _) => {
                    schema.insert("nullable".to_owned(), value.clone());
                    continue;
                }
                _ => value.clone(),
            };
            schema.insert(key.clone(), value);
        }
        schema
    }
}

pub(super) fn is_file(node: &Value) -> bool {
    node.get("type").and_then(Value::as_str) == Some("file")
}

/// True if a member of a parameter or header describes its value.
pub(super) fn is_simple(key: &str) -> bool {
    const SCHEMA: &[&str] = &[
        "type",
        "format",
        "items",
        "default",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "pattern",
        "maxItems",
        "minItems",
        "uniqueItems",
        "enum",
        "multipleOf",
        "x-ms-enum",
        "x-nullable",
        "x-case-insensitive",
    ];
    SCHEMA.contains(&key)
}
