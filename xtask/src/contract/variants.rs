//! Writes the subtypes of Swagger 2.0's discriminators as `oneOf`, so that values are generated and checked by them.
//!
//! In Swagger 2.0 a base names the member, and a schema with the base in its `allOf` is a subtype (specification 2.0,
//! "Composition and Inheritance"). A document without references has copies of the base in both places.

use serde_json::{Map, Value, json};

/// The subtypes of one base.
struct Family {
    base: Value,
    union: Value,
}

/// Replaces each base by the union of its subtypes, where it is used as a type.
pub(super) fn spell_out(tree: &mut Value) {
    if tree.get("swagger").is_none() {
        return;
    }
    let plain = families(tree);
    // Members of subtypes have subtypes, too.
    let spelt = |family: &Family| {
        let mut union = family.union.clone();
        within(&mut union, &plain);
        Family { base: family.base.clone(), union }
    };
    let families: Vec<Family> = plain.iter().map(spelt).collect();
    for key in ["paths", "definitions"] {
        let nodes = tree.get_mut(key).and_then(Value::as_object_mut);
        for node in nodes.into_iter().flat_map(Map::values_mut) {
            within(node, &families);
        }
    }
}

fn families(tree: &Value) -> Vec<Family> {
    let definitions: Vec<(&String, &Value)> =
        tree.get("definitions").and_then(Value::as_object).into_iter().flatten().collect();
    let bases =
        definitions.iter().filter(|(_, schema)| schema.get("discriminator").is_some_and(Value::is_string));
    let made = bases.filter_map(|(_, base)| {
        let member = base.get("discriminator")?.as_str()?;
        let plain = facts(base);
        let allowed = base.get("properties").and_then(|all| all.get(member)?.get("enum")?.as_array());
        let subtypes = definitions.iter().filter_map(|(name, schema)| {
            let parts = schema.get("allOf")?.as_array()?;
            let value = schema.get("x-ms-discriminator-value").and_then(Value::as_str).unwrap_or(name);
            // A value that the base does not list is that of another discriminator, or an abstract type's.
            let is_listed = allowed.is_none_or(|allowed| allowed.iter().any(|one| one == value));
            let is_subtype = is_listed && parts.iter().any(|part| facts(part) == plain);
            (is_subtype && !is_abstract(schema, &definitions)).then(|| variant(schema, member, value))
        });
        let subtypes: Vec<Value> = subtypes.collect();
        (!subtypes.is_empty()).then(|| Family { base: plain, union: json!({ "oneOf": subtypes }) })
    });
    made.collect()
}

/// True if a subtype is a base of others, which another member distinguishes.
fn is_abstract(schema: &Value, definitions: &[(&String, &Value)]) -> bool {
    if schema.get("discriminator").is_none() {
        return false;
    }
    let plain = facts(schema);
    let mut parts = definitions.iter().filter_map(|(_, other)| other.get("allOf")?.as_array()).flatten();
    parts.any(|part| facts(part) == plain)
}

/// A subtype whose member has its one value.
fn variant(schema: &Value, member: &str, value: &str) -> Value {
    let mut out = facts(schema);
    if let Some(parts) = out.get_mut("allOf").and_then(Value::as_array_mut) {
        for part in parts.iter_mut().filter_map(Value::as_object_mut) {
            part.shift_remove("discriminator");
            if let Some(properties) = part.get_mut("properties").and_then(Value::as_object_mut) {
                properties.shift_remove(member);
            }
        }
    }
    if let Some(members) = out.as_object_mut() {
        // Next to `allOf`, where a union looks for the tag of its variants.
        let properties = members.entry("properties").or_insert_with(|| json!({}));
        if let Some(properties) = properties.as_object_mut() {
            properties.insert(member.to_owned(), json!({ "type": "string", "enum": [value] }));
        }
        let required = members.entry("required").or_insert_with(|| json!([]));
        if let Some(required) = required.as_array_mut().filter(|required| !required.contains(&json!(member)))
        {
            required.push(json!(member));
        }
    }
    out
}

/// A schema without prose and extensions, which copies may have of their own.
fn facts(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let is_fact =
                |name: &str| !["description", "title", "example"].contains(&name) && !name.starts_with("x-");
            members
                .iter()
                // A property may have any name.
                .filter(|(name, value)| is_fact(name) || value.get("type").is_some())
                .map(|(name, value)| (name.clone(), facts(value)))
                .collect()
        }
        Value::Array(items) => items.iter().map(facts).collect(),
        other => other.clone(),
    }
}

fn within(node: &mut Value, families: &[Family]) {
    match node {
        Value::Object(members) => {
            for (_, member) in members.iter_mut().filter(|(name, _)| *name != "allOf") {
                let union = member.get("discriminator").and_then(|_| {
                    let plain = facts(member);
                    families.iter().find(|family| family.base == plain)
                });
                match union {
                    Some(family) => *member = family.union.clone(),
                    None => within(member, families),
                }
            }
            // A part of an object is not of another type.
            if let Some(parts) = members.get_mut("allOf").and_then(Value::as_array_mut) {
                parts.iter_mut().for_each(|part| within(part, families));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| within(item, families)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_the_union_of_its_subtypes() {
        let base = json!({
            "type": "object", "discriminator": "kind", "required": ["kind"],
            "properties": { "kind": { "type": "string" } },
        });
        let cat = json!({ "allOf": [base, { "properties": { "lives": { "type": "integer" } } }] });
        let mut tree = json!({
            "swagger": "2.0",
            "paths": { "/pets": { "get": { "responses": { "200": { "schema": base } } } } },
            "definitions": { "Pet": base, "Cat": cat },
        });
        spell_out(&mut tree);
        let schema = tree.pointer("/paths/~1pets/get/responses/200/schema").unwrap();
        assert_eq!(schema.pointer("/oneOf/0/properties/kind/enum"), Some(&json!(["Cat"])));
        assert_eq!(tree.pointer("/definitions/Pet"), Some(&base), "the base itself stays");
    }
}
