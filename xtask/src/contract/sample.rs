//! Samples a value that a schema accepts, reproducibly from a seed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value, json};

use super::pattern::{self, Lengths};
use super::schema::{Schemas, kind};

/// The maximum depth of optional members and items: schemas may be recursive.
const DEPTH: usize = 12;

/// The part of a schema that is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    /// Required members, and first values.
    Required,
    /// Everything, and other values than the first ones.
    All,
    /// Some of it, by the seed.
    Some,
    /// Everything, and of each enum and union an alternative that was not taken before.
    Each,
}

/// The alternatives that were taken: of each list of values or variants, by its address in the tree, which of them.
#[derive(Debug, Default)]
pub(super) struct Seen {
    taken: BTreeMap<usize, BTreeSet<usize>>,
    /// True if one was taken for the first time since this was false.
    pub(super) grew: bool,
}

impl Seen {
    fn take(&mut self, list: usize, index: usize) {
        self.grew |= self.taken.entry(list).or_default().insert(index);
    }

    /// The first one that was not taken.
    fn next(&self, list: usize, count: usize) -> Option<usize> {
        let taken = self.taken.get(&list);
        (0..count).find(|index| taken.is_none_or(|taken| !taken.contains(index)))
    }
}

/// A generator of sample values.
#[derive(Debug)]
pub(super) struct Sampler<'t> {
    schemas: Schemas<'t>,
    fill: Fill,
    /// True if values are sent: then members that only the server sets are omitted.
    sent: bool,
    /// True if values are as wide as their types: 64 bits, all digits, long strings.
    wide: bool,
    state: u64,
    seen: Seen,
}

impl<'t> Sampler<'t> {
    pub(super) fn new(schemas: Schemas<'t>, fill: Fill, sent: bool, seed: u64) -> Self {
        Self { schemas, fill, sent, wide: false, state: seed, seen: Seen::default() }
    }

    /// A sampler of [`Fill::Each`], which continues after the alternatives of earlier samplers.
    pub(super) fn each(schemas: Schemas<'t>, sent: bool, seed: u64, seen: Seen) -> Self {
        Self { seen: Seen { grew: false, ..seen }, ..Self::new(schemas, Fill::Each, sent, seed) }
    }

    /// All alternatives that were taken, with those of this sampler.
    pub(super) fn into_seen(self) -> Seen {
        self.seen
    }

    /// Values as wide as their types: not for parameters, since an URL has limits of its own.
    pub(super) fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// SplitMix64: the same numbers everywhere.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A random number below `count`.
    pub(super) fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(1).max(1);
        usize::try_from(self.next() % count).unwrap_or_default()
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = match self.fill {
            Fill::Required => 0,
            // Beyond the first.
            Fill::All if items.len() > 1 => 1 + self.below(items.len() - 1),
            Fill::Each => {
                let list = items.as_ptr().addr();
                let index = self.seen.next(list, items.len()).unwrap_or_else(|| self.below(items.len()));
                self.seen.take(list, index);
                index
            }
            _ => self.below(items.len()),
        };
        items.get(index)
    }

    /// Decides if an optional member is present.
    pub(super) fn takes(&mut self) -> bool {
        match self.fill {
            Fill::Required => false,
            Fill::All | Fill::Each => true,
            Fill::Some => self.next().is_multiple_of(2),
        }
    }

    /// A value of the schema.
    pub(super) fn value(&mut self, schema: &'t Value) -> Value {
        self.at(schema, 0)
    }

    fn at(&mut self, schema: &'t Value, depth: usize) -> Value {
        let schema = self.schemas.resolve(schema);
        if depth > 4 * DEPTH {
            return Value::Null;
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return self.pick(values).cloned().unwrap_or_default();
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(variants) = schema.get(key).and_then(Value::as_array) {
                let Some(variant) = self.pick(variants) else { return Value::Null };
                if schema.get("properties").is_none() {
                    return self.at(variant, depth + 1);
                }
                let mut out = self.typed(schema, depth);
                self.satisfy(schema, variant, &mut out, depth);
                return out;
            }
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            let mut out = self.typed(schema, depth);
            let schemas = self.schemas;
            for part in parts.iter().filter(|part| says_type(schemas.resolve(part))) {
                match (&mut out, self.at(part, depth + 1)) {
                    (Value::Object(out), Value::Object(members)) => out.extend(members),
                    (out, value) => *out = value,
                }
            }
            self.complete(schema, &mut out, depth);
            return out;
        }
        self.typed(schema, depth)
    }

    fn typed(&mut self, schema: &'t Value, depth: usize) -> Value {
        let kind = kind(schema).unwrap_or_else(|| {
            match (schema.get("items"), schema.get("properties"), schema.get("allOf")) {
                (Some(_), ..) => "array",
                (_, Some(_), _) | (_, _, Some(_)) => "object",
                _ if schema.get("additionalProperties").is_some() => "object",
                _ => "any",
            }
        });
        match kind {
            "object" => Value::Object(self.object(schema, depth)),
            "array" => Value::Array(self.list(schema, depth)),
            "string" => Value::String(self.text(schema)),
            // At random, so that one that has the value of another is seen.
            "boolean" => Value::Bool(match self.fill {
                Fill::Required => false,
                Fill::All => true,
                Fill::Some | Fill::Each => self.below(2) == 0,
            }),
            "integer" => Value::from(self.integer(schema)),
            "number" => self.number(schema),
            _ => json!({ "any": "thing" }),
        }
    }

    fn object(&mut self, schema: &'t Value, depth: usize) -> Map<String, Value> {
        let required: Vec<&str> = strings(schema.get("required"));
        let mut out = Map::new();
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let must = required.contains(&name.as_str());
            let resolved = self.schemas.resolve(property);
            if self.sent && (is(property, "readOnly") || is(resolved, "readOnly")) {
                continue;
            }
            let nullable = is(property, "nullable") || is(resolved, "nullable");
            if nullable && self.fill == Fill::Some && self.below(4) == 0 {
                out.insert(name.clone(), Value::Null);
            } else if must || (depth < DEPTH && self.takes()) {
                out.insert(name.clone(), self.at(property, depth + 1));
            }
        }
        if let Some(more) = schema.get("additionalProperties").filter(|more| more.is_object())
            && depth < DEPTH
            && self.takes()
        {
            out.insert("further".to_owned(), self.at(more, depth + 1));
        }
        out
    }

    /// Adds the members that a variant requires of an object whose properties are next to it.
    fn satisfy(&mut self, schema: &'t Value, variant: &'t Value, out: &mut Value, depth: usize) {
        let Value::Object(members) = out else { return };
        let property = |name: &str| schema.get("properties").and_then(|properties| properties.get(name));
        for name in strings(variant.get("required")) {
            if let (false, Some(property)) = (members.contains_key(name), property(name)) {
                // Of a member that must be there, a value that says something: a relationship without `data` does not.
                let fill = std::mem::replace(&mut self.fill, Fill::All);
                members.insert(name.to_owned(), self.at(property, depth + 1));
                self.fill = fill;
            }
        }
        for (name, inner) in variant.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if let (Some(property), Some(value)) = (property(name), members.get_mut(name)) {
                self.satisfy(self.schemas.resolve(property), inner, value, depth + 1);
            }
        }
    }

    /// Members that one part requires may be described by another, or by none.
    fn complete(&mut self, schema: &'t Value, out: &mut Value, depth: usize) {
        let parts = self.schemas.parts(schema, out);
        let Value::Object(members) = out else { return };
        for name in parts.iter().flat_map(|part| strings(part.get("required"))) {
            if !members.contains_key(name) {
                let value = match self.schemas.member(&parts, name).first() {
                    Some(schema) => self.at(schema, depth + 1),
                    None => Value::from("a"),
                };
                members.insert(name.to_owned(), value);
            }
        }
    }

    fn list(&mut self, schema: &'t Value, depth: usize) -> Vec<Value> {
        let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
        let most = limit("maxItems").unwrap_or(u64::MAX);
        let wanted = match self.fill {
            _ if depth >= DEPTH => 0,
            Fill::Required => 1,
            Fill::All => 2,
            Fill::Some => self.next() % 4,
            Fill::Each => self.alternatives(schema).max(2),
        };
        let count = wanted.max(limit("minItems").unwrap_or(0)).min(most);
        let Some(items) = schema.get("items") else { return Vec::new() };
        let mut out: Vec<Value> = Vec::new();
        for _ in 0..count {
            let mut value = self.at(items, depth + 1);
            if is(schema, "uniqueItems") && out.contains(&value) {
                let fill = std::mem::replace(&mut self.fill, Fill::Some);
                value = self.at(items, depth + 1);
                self.fill = fill;
            }
            // Of a list of few values, the next one that is not there yet.
            let others = self.schemas.resolve(items).get("enum").and_then(Value::as_array);
            match others {
                Some(others) if out.contains(&value) => {
                    out.extend(others.iter().find(|other| !out.contains(other)).cloned());
                }
                _ => out.push(value),
            }
        }
        out
    }

    /// So many alternatives a list's items have that were not taken yet.
    fn alternatives(&self, list: &'t Value) -> u64 {
        let Some(items) = list.get("items").map(|items| self.schemas.resolve(items)) else { return 0 };
        let lists = ["enum", "oneOf", "anyOf"].iter().filter_map(|key| items.get(*key)?.as_array());
        let counts = lists.map(|list| {
            let taken = self.seen.taken.get(&list.as_ptr().addr()).map_or(0, BTreeSet::len);
            list.len().saturating_sub(taken)
        });
        counts.max().and_then(|count| u64::try_from(count).ok()).unwrap_or_default()
    }

    fn integer(&mut self, schema: &'t Value) -> i64 {
        let limit = |key: &str| schema.get(key).and_then(Value::as_f64);
        #[allow(clippy::cast_possible_truncation)] // limits are small
        let (least, most) = (limit("minimum").map(|n| n as i64), limit("maximum").map(|n| n as i64));
        let least = least.map(|least| least + i64::from(is(schema, "exclusiveMinimum")));
        if self.wide && self.fill == Fill::Some && most.is_none() && self.below(3) == 0 {
            // Neither is exact as a float, of 64 or of 32 bits.
            let is_short = schema.get("format").and_then(Value::as_str) == Some("int32");
            return if is_short { 16_777_217 } else { 9_007_199_254_740_993 };
        }
        match (self.fill, least, most) {
            (Fill::Required, Some(least), _) => least,
            (Fill::All, _, Some(most)) => most,
            (Fill::Some | Fill::Each, least, most) => {
                let least = least.unwrap_or(0);
                let span = most.unwrap_or(1000).saturating_sub(least).max(1);
                least + i64::try_from(self.next() % u64::try_from(span).unwrap_or(1)).unwrap_or(0)
            }
            (_, Some(least), _) => least + 1,
            (Fill::Required, None, Some(most)) => most.min(1),
            (Fill::Required, ..) => 1,
            (Fill::All, ..) => 7,
        }
    }

    fn number(&mut self, schema: &'t Value) -> Value {
        let limit = |key: &str| schema.get(key).and_then(Value::as_f64);
        if self.wide && self.fill == Fill::Some && limit("maximum").is_none() && self.below(2) == 0 {
            let is_short = schema.get("format").and_then(Value::as_str) == Some("float");
            return if is_short { json!(0.125) } else { json!(1_234_567.890_123_456_7) };
        }
        let own = match self.fill {
            Fill::Required => 1.0,
            Fill::All => 2.5,
            Fill::Some | Fill::Each => f64::from(u16::try_from(self.below(1_000)).unwrap_or_default()) + 0.5,
        };
        let value = limit("minimum").unwrap_or(0.0).max(own);
        Number::from_f64(limit("maximum").map_or(value, |most| value.min(most)))
            .map_or(Value::Null, Value::Number)
    }

    fn text(&mut self, schema: &'t Value) -> String {
        let any = self.next();
        let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
        let formatted = formatted(format, any);
        let pattern = schema.get("pattern").and_then(Value::as_str);
        // Characters that are special in queries, paths or JSON.
        let special = || ["a".to_owned(), format!("b, é|/?&=%\"{}", any % 1000)];
        let plain = || ["a1".to_owned(), format!("B-{}", any % 1000)];
        let is_free = formatted.is_none() && pattern.is_none();
        let [first, other] = formatted.unwrap_or_else(|| if is_free { special() } else { plain() });
        let text = if self.fill == Fill::Required { first } else { other };
        let text = match self.wide && self.fill == Fill::Some && is_free && self.below(6) == 0 {
            true => format!("{text}\u{1D11E}\u{2028}\n").repeat(200),
            false => text,
        };
        let lengths = Lengths::of(schema);
        let mut text: String = text.chars().take(lengths.most).collect();
        while text.chars().count() < lengths.least {
            text.push('x');
        }
        match pattern {
            Some(pattern) if !pattern::matches(pattern, &text) => {
                let mut choose = |count| if self.fill == Fill::Required { 0 } else { self.below(count) };
                pattern::string(pattern, lengths, &mut choose).unwrap_or(text)
            }
            _ => text,
        }
    }
}

/// Two strings of a format; none if it is unknown.
fn formatted(format: &str, any: u64) -> Option<[String; 2]> {
    Some(match format {
        "date-time" | "dateTime" => {
            let (day, hour, minute) = (1 + any % 28, any / 28 % 24, any / 672 % 60);
            let other = match any.is_multiple_of(2) {
                true => format!("2026-02-{day:02}T{hour:02}:{minute:02}:59.123-08:00"),
                false => format!("2024-03-{day:02}T{hour:02}:{minute:02}:00.123456+05:45"),
            };
            ["2025-01-31T10:00:00Z".to_owned(), other]
        }
        "date" => {
            let (month, day) = (1 + any % 12, 1 + any / 12 % 28);
            ["2025-01-31".to_owned(), format!("2026-{month:02}-{day:02}")]
        }
        "uri" | "URL" | "url" => {
            let other = format!("https://example.com/{}?c=d&e=%20", any % 1000);
            ["https://example.com/a".to_owned(), other]
        }
        "uri-reference" => ["/a".to_owned(), format!("https://example.com/{}", any % 1000)],
        "email" => ["a@example.com".to_owned(), format!("b.c+{}@example.com", any % 1000)],
        "duration" | "Timespan" => ["PT1H".to_owned(), format!("P{}DT2H3M", any % 1000)],
        "uuid" => ["00000000-0000-4000-8000-000000000001".to_owned(), uuid(any)],
        "number" => ["1".to_owned(), format!("{}.5", any % 1000)],
        "byte" => ["YQ==", "YWI="].map(str::to_owned),
        "binary" => ["a", "b"].map(str::to_owned),
        _ => return None,
    })
}

/// False for a schema that only describes, as one part of an `allOf` may.
fn says_type(schema: &Value) -> bool {
    const KEYS: &[&str] =
        &["type", "properties", "items", "enum", "const", "oneOf", "anyOf", "allOf", "additionalProperties"];
    KEYS.iter().any(|key| schema.get(key).is_some())
}

fn uuid(any: u64) -> String {
    format!("{:08x}-0000-4000-8000-{:012x}", any >> 32, any & 0xFFFF_FFFF_FFFF)
}

fn is(schema: &Value, key: &str) -> bool {
    schema.get(key) == Some(&Value::Bool(true))
}

pub(super) fn strings(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
