//! Validates a JSON value against a schema of the vendor's tree and lists violations.
//!
//! It shares no code with the pipeline, so it does not share bugs with the clients. It is stricter than JSON Schema in
//! one thing: a member that no schema names is an error.

use serde_json::{Map, Value};

use super::sample::strings;

/// A tree that `$ref`s point into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schemas<'t> {
    root: &'t Value,
}

/// A chain of `$ref`s, `allOf`s and unions that is longer is taken for one without end.
const DEPTH: usize = 40;

/// The type of a schema; of several, the first one that is not null.
pub(super) fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::Array(types) => types.iter().filter_map(Value::as_str).find(|ty| *ty != "null"),
        one => one.as_str(),
    }
}

impl<'t> Schemas<'t> {
    pub(super) fn new(root: &'t Value) -> Self {
        Self { root }
    }

    /// The target of `$ref`s.
    pub(super) fn resolve(self, mut node: &'t Value) -> &'t Value {
        for _ in 0..DEPTH {
            let Some(pointer) = node.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'))
            else {
                return node;
            };
            match self.root.pointer(&pointer.replace("%7B", "{").replace("%7D", "}")) {
                Some(next) => node = next,
                None => return node,
            }
        }
        node
    }

    /// The target of the `$ref`s of a node that is not in the tree.
    pub(super) fn find(self, node: &Value) -> Value {
        let pointer = node.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
        let found = pointer.and_then(|pointer| self.root.pointer(pointer));
        found.map(|found| self.resolve(found).clone()).unwrap_or_default()
    }

    /// The schemas that apply to `value` at once: the targets of `$ref` and `allOf`, and of unions all that its `type`
    /// does not exclude.
    pub(super) fn parts(self, schema: &'t Value, value: &Value) -> Vec<&'t Value> {
        let mut out = Vec::new();
        self.collect(schema, value, 0, &mut out);
        out
    }

    fn collect(self, schema: &'t Value, value: &Value, depth: usize, out: &mut Vec<&'t Value>) {
        if depth > DEPTH {
            return;
        }
        let schema = self.resolve(schema);
        out.push(schema);
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.collect(part, value, depth + 1, out);
        }
        for key in ["oneOf", "anyOf"] {
            let variants = schema.get(key).and_then(Value::as_array).into_iter().flatten();
            for variant in variants.filter(|variant| self.may_be(variant, value)) {
                self.collect(variant, value, depth + 1, out);
            }
        }
    }

    /// True if no member of one possible value excludes the schema.
    fn may_be(self, schema: &'t Value, value: &Value) -> bool {
        let schema = self.resolve(schema);
        let fits = match (kind(schema), value) {
            (Some("object"), value) => value.is_object(),
            (Some("string"), value) => value.is_string(),
            (Some("array"), value) => value.is_array(),
            _ => true,
        };
        let listed = schema.get("enum").and_then(Value::as_array);
        let fits = fits && listed.is_none_or(|listed| listed.contains(value));
        let properties = schema.get("properties").and_then(Value::as_object);
        fits && properties.into_iter().flatten().all(|(name, property)| {
            match (self.resolve(property).get("enum").and_then(Value::as_array), value.get(name)) {
                (Some(allowed), Some(found)) if allowed.len() == 1 => allowed.contains(found),
                _ => true,
            }
        })
    }

    /// True if a schema is a union, and no variant is one of this value.
    fn is_unknown_variant(self, schema: &'t Value, value: &Value) -> bool {
        let schema = self.resolve(schema);
        let lists = ["oneOf", "anyOf"].iter().filter_map(|key| schema.get(*key)?.as_array());
        let variants: Vec<&Value> = lists.flatten().collect();
        !variants.is_empty()
            && schema.get("properties").is_none()
            && !variants.iter().any(|variant| self.may_be(variant, value))
    }

    /// The schemas of a member; none if no schema names it.
    pub(super) fn member(self, parts: &[&'t Value], name: &str) -> Vec<&'t Value> {
        let named = parts.iter().filter_map(|part| part.get("properties")?.get(name));
        let named: Vec<&Value> = named.collect();
        match named.is_empty() {
            true => parts
                .iter()
                .filter_map(|part| part.get("additionalProperties"))
                .filter(|s| s.is_object())
                .collect(),
            false => named,
        }
    }

    /// True if every object fits: there are no members, or all are allowed by a bare `true`, or nothing is declared.
    pub(super) fn is_free(self, parts: &[&'t Value]) -> bool {
        let says = ["properties", "allOf", "oneOf", "anyOf", "$ref"];
        parts.iter().all(|part| says.iter().all(|key| part.get(key).is_none()))
            || parts.iter().any(|part| part.get("additionalProperties") == Some(&Value::Bool(true)))
    }

    /// The violations of `value`, each with its path.
    pub(super) fn check(self, schema: &'t Value, value: &Value, at: &str, out: &mut Vec<String>) {
        let parts = self.parts(schema, value);
        if value.is_null() {
            if !self.is_nullable(schema, value) {
                out.push(format!("{at}: null is not allowed"));
            }
            return;
        }
        if self.is_unknown_variant(schema, value) {
            out.push(format!("{at}: no variant has this value"));
        }
        for part in &parts {
            self.check_part(part, value, at, out);
        }
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let at = format!("{at}/{name}");
                    let schemas = self.member(&parts, name);
                    if schemas.is_empty() && !self.is_free(&parts) {
                        out.push(format!("{at}: no schema names this member"));
                    }
                    for schema in schemas {
                        self.check(schema, member, &at, out);
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    for schema in parts.iter().filter_map(|part| part.get("items")) {
                        self.check(schema, item, &format!("{at}/{index}"), out);
                    }
                }
            }
            _ => {}
        }
    }

    /// True if null is a value of the schema; a `$ref` may have `nullable` next to it.
    fn is_nullable(self, schema: &'t Value, value: &Value) -> bool {
        let says = |part: &&Value| {
            let types = part.get("type").and_then(Value::as_array);
            ["nullable", "x-nullable"].iter().any(|key| part.get(key) == Some(&Value::Bool(true)))
                || types.is_some_and(|types| types.iter().any(|ty| ty == "null"))
                || part.get("type").is_some_and(|ty| ty == "null")
        };
        says(&schema) || self.parts(schema, value).iter().any(says)
    }

    /// True if the value matches the schema, apart from constraints and members that no schema names.
    pub(super) fn accepts(self, schema: &'t Value, value: &Value) -> bool {
        self.accepts_at(schema, value, 0)
    }

    fn accepts_at(self, schema: &'t Value, value: &Value, depth: usize) -> bool {
        if depth > DEPTH || (value.is_null() && self.is_nullable(schema, value)) {
            return true;
        }
        let schema = self.resolve(schema);
        let list = |key: &str| schema.get(key).and_then(Value::as_array);
        let accepts = |schema: &'t Value, value: &Value| self.accepts_at(schema, value, depth + 1);
        let is_of_type = match schema.get("type") {
            Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).any(|ty| is_of(value, ty)),
            Some(Value::String(ty)) => is_of(value, ty),
            _ => true,
        };
        let is_listed = list("enum").is_none_or(|all| all.iter().any(|one| same_value(one, value)));
        let is_constant = schema.get("const").is_none_or(|one| same_value(one, value));
        let has_members = value.as_object().is_none_or(|members| {
            strings(schema.get("required")).iter().all(|name| members.contains_key(*name))
                && members.iter().all(|(name, member)| {
                    self.member(&[schema], name).iter().all(|schema| accepts(schema, member))
                })
        });
        let items = schema.get("items").filter(|items| items.is_object());
        let has_items = value
            .as_array()
            .is_none_or(|all| items.is_none_or(|schema| all.iter().all(|item| accepts(schema, item))));
        let fits_parts = list("allOf").is_none_or(|parts| parts.iter().all(|part| accepts(part, value)));
        let fits_one = ["oneOf", "anyOf"]
            .iter()
            .filter_map(|key| list(key))
            .all(|variants| variants.iter().any(|variant| accepts(variant, value)));
        is_of_type && is_listed && is_constant && has_members && has_items && fits_parts && fits_one
    }

    fn check_part(self, part: &'t Value, value: &Value, at: &str, out: &mut Vec<String>) {
        if let Some(ty) = part.get("type").and_then(Value::as_str)
            && !is_of(value, ty)
        {
            out.push(format!("{at}: not of type `{ty}`"));
            return;
        }
        if let Some(allowed) = part.get("enum").and_then(Value::as_array)
            && !allowed.contains(value)
        {
            out.push(format!("{at}: this value is not listed"));
        }
        let required = part.get("required").and_then(Value::as_array).into_iter().flatten();
        if let Value::Object(members) = value {
            for name in required.filter_map(Value::as_str).filter(|name| !members.contains_key(*name)) {
                out.push(format!("{at}: `{name}` is missing"));
            }
        }
        self.check_limits(part, value, at, out);
    }

    fn check_limits(self, part: &'t Value, value: &Value, at: &str, out: &mut Vec<String>) {
        let limit = |key: &str| part.get(key).and_then(Value::as_f64);
        #[allow(clippy::cast_precision_loss)] // lengths
        let measured = match value {
            Value::Number(number) => number.as_f64().map(|n| (n, "minimum", "maximum")),
            Value::String(text) => Some((text.chars().count() as f64, "minLength", "maxLength")),
            Value::Array(items) => Some((items.len() as f64, "minItems", "maxItems")),
            _ => None,
        };
        if let Some((size, least, most)) = measured {
            if limit(least).is_some_and(|least| size < least) {
                out.push(format!("{at}: less than {least}"));
            }
            if limit(most).is_some_and(|most| size > most) {
                out.push(format!("{at}: more than {most}"));
            }
        }
    }

    /// The strings of a value that its schema names, each with its place.
    pub(super) fn strings<'v>(
        self,
        schema: &'t Value,
        value: &'v Value,
        at: &str,
        out: &mut Vec<(String, &'v str)>,
    ) {
        let parts = self.parts(schema, value);
        match value {
            Value::String(text) => out.push((at.to_owned(), text)),
            Value::Object(members) => {
                for (name, member) in members {
                    if let Some(schema) = self.member(&parts, name).first() {
                        self.strings(schema, member, &format!("{at}/{name}"), out);
                    }
                }
            }
            Value::Array(items) => {
                let schema = parts.iter().find_map(|part| part.get("items"));
                for (index, (item, schema)) in items.iter().zip(schema.into_iter().cycle()).enumerate() {
                    self.strings(schema, item, &format!("{at}/{index}"), out);
                }
            }
            _ => {}
        }
    }

    /// The differences between a received response and its encoded form. A member that is null may be absent, and
    /// undeclared members may be lost. If the received response violates its own schema by a null or a missing member,
    /// nothing is compared.
    pub(super) fn compare(
        self,
        schemas: &[&'t Value],
        came: &Value,
        again: &Value,
        at: &str,
        out: &mut Vec<String>,
    ) {
        match (came, again) {
            (Value::Null, _) if !schemas.iter().any(|schema| self.is_nullable(schema, came)) => {}
            (Value::Object(_), _) if schemas.iter().any(|schema| self.is_unknown_variant(schema, came)) => {
                if came != again {
                    out.push(format!(
                        "{at}: a variant that the document has not is changed: {}",
                        shown(again)
                    ));
                }
            }
            (Value::Object(left), Value::Object(right)) => {
                let parts: Vec<&Value> = schemas.iter().flat_map(|s| self.parts(s, came)).collect();
                self.compare_members(&parts, left, right, at, out);
            }
            (Value::Array(left), Value::Array(right)) => {
                if left.len() != right.len() {
                    out.push(format!("{at}: {} items came, {} are left", left.len(), right.len()));
                }
                let parts: Vec<&Value> = schemas.iter().flat_map(|s| self.parts(s, came)).collect();
                let items: Vec<&Value> = parts.iter().filter_map(|part| part.get("items")).collect();
                for (index, (left, right)) in left.iter().zip(right).enumerate() {
                    self.compare(&items, left, right, &format!("{at}/{index}"), out);
                }
            }
            (left, right) if same_value(left, right) => {}
            _ => out.push(format!(
                "{at}: another value is left than came: {} for {}",
                shown(again),
                shown(came)
            )),
        }
    }

    fn compare_members(
        self,
        parts: &[&'t Value],
        came: &Map<String, Value>,
        again: &Map<String, Value>,
        at: &str,
        out: &mut Vec<String>,
    ) {
        for (name, left) in came {
            let schemas = self.member(parts, name);
            let at = format!("{at}/{name}");
            match again.get(name) {
                Some(right) => self.compare(&schemas, left, right, &at, out),
                None if left.is_null()
                    || is_around(&at, left)
                    || (schemas.is_empty() && !self.is_free(parts)) => {}
                None => out.push(format!("{at}: this came and is lost")),
            }
        }
        for (name, right) in again {
            let breaks = || parts.iter().any(|part| strings(part.get("required")).contains(&name.as_str()));
            if !came.contains_key(name) && !right.is_null() && !breaks() {
                out.push(format!("{at}/{name}: this did not come"));
            }
        }
    }
}

/// True if a member is an empty one of JSON:API: a crate has no other form of a resource without attributes,
/// relationships or links, or of a document without included resources.
fn is_around(at: &str, value: &Value) -> bool {
    let (around, name) = at.rsplit_once('/').unwrap_or_default();
    let is_one = ["attributes", "relationships", "links", "meta"].contains(&name)
        || around.ends_with("/relationships")
        || at == "/included";
    is_one && is_empty(value)
}

/// True if a list has no items, or an object only nulls and such objects.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(|member| member.is_null() || is_empty(member)),
        _ => false,
    }
}

/// True if the value is of the type, or no schema has this type.
fn is_of(value: &Value, ty: &str) -> bool {
    match ty {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        _ => true,
    }
}

/// The beginning of a value.
pub(super) fn shown(value: &Value) -> String {
    value.to_string().chars().take(60).collect()
}

/// Equal values; numbers may have another notation, and keep their width.
pub(super) fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            // A number of 64 bits has no exact equal among floats.
            let small =
                |n: &serde_json::Number| n.as_f64().is_some_and(|n| n.abs() < 9_007_199_254_740_992.0);
            left == right || (small(left) && left.as_f64() == right.as_f64())
        }
        (left, right) => left == right,
    }
}
