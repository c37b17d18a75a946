//! Chooses the values of one call of an operation in one round.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::document::{FORMS, Operation};
use super::sample::{Fill, Sampler, Seen, strings};
use super::schema::{Schemas, is_empty, kind};

/// One operation to be called. The names are those of `tests/contract/runner`.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Order {
    pub(super) operation: String,
    /// The path of the address that the operation's path is below; the judge's paths do not have it.
    pub(super) base: String,
    pub(super) parameters: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Value>,
    /// Headers that configure the judge.
    pub(super) headers: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) answer: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) media: Option<String>,
    /// The response to the second request; the call then reads the items of both pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_page: Option<Answer>,
    /// The media type of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sends: Option<String>,
    /// True if a response that differs from the document is an error.
    pub(super) strict: bool,
    /// True if setters are also called for values that constructors have set.
    pub(super) sets_again: bool,
}

/// A response that is given without asking the judge.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) media: String,
    pub(super) body: String,
    /// True if the body is hexadecimal.
    pub(super) digits: bool,
    /// Further headers.
    pub(super) headers: Vec<(String, String)>,
}

impl Answer {
    /// A value as JSON; bytes that are no text where the media type is another one.
    pub(super) fn of(status: u16, media: &str, value: &Value) -> Self {
        let (body, digits) = match media {
            "" => (String::new(), false),
            media if media.contains("json") => (value.to_string(), false),
            media if media.starts_with("text/") => ("a,b\n\u{e9},2\n".to_owned(), false),
            _ => ("1f8bff00c328".to_owned(), true),
        };
        Self { status, media: media.to_owned(), body, digits, headers: Vec::new() }
    }
}

/// The arguments of one call; the same ones for the same seed.
pub(super) fn order(schemas: Schemas<'_>, operation: &Operation<'_>, fill: Fill, seed: u64) -> Order {
    arguments(schemas, operation, Sampler::new(schemas, fill, true, seed)).0
}

/// The arguments of a call with all parameters and members, and with enum values that were not sent before.
pub(super) fn each(schemas: Schemas<'_>, operation: &Operation<'_>, sent: Seen) -> (Order, Seen) {
    arguments(schemas, operation, Sampler::each(schemas, true, 7, sent))
}

/// The fields of a form: one without a name for the document has a field nevertheless, since a form without is not sent.
fn fields(value: Value) -> Value {
    match value {
        Value::Object(members) if !members.is_empty() => members.into(),
        _ => json!({ "further": "a" }),
    }
}

/// The path of a URL, without a slash at its end.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default()
}

fn arguments<'t>(schemas: Schemas<'t>, operation: &Operation<'t>, mut sampler: Sampler<'t>) -> (Order, Seen) {
    let (operation_id, base) = (operation.id.to_owned(), path_of(&operation.base).to_owned());
    let mut out = Order { operation: operation_id, base, ..Order::default() };
    let field = operation.parameters.iter().position(|p| p.place == "formData");
    let field = field.filter(|_| operation.needs_field);
    for (index, parameter) in operation.parameters.iter().enumerate() {
        if parameter.required || field == Some(index) || sampler.takes() {
            let value = match sampler.value(parameter.schema) {
                // An empty list is not sent at all.
                Value::Array(items) if items.is_empty() && parameter.required => {
                    Sampler::new(schemas, Fill::Required, true, 1).value(parameter.schema)
                }
                Value::Array(items) if items.is_empty() => continue,
                // Neither is an object without members, which the judge misses.
                Value::Object(members)
                    if members.is_empty() && parameter.required && parameter.place == "query" =>
                {
                    Sampler::new(schemas, Fill::All, true, 1).value(parameter.schema)
                }
                value => value,
            };
            out.parameters.insert(parameter.name.to_owned(), value);
        }
    }
    if let Some((media, schema, _)) = &operation.body {
        let mut body = match media.contains("json") {
            true => {
                sampler = sampler.wide();
                sampler.value(schema)
            }
            false if FORMS.contains(&media.as_str()) => fields(sampler.value(schema)),
            false => Value::String("bytes".to_owned()),
        };
        // JSON:API: an update names its resource twice.
        let last = operation.parameters.iter().rfind(|p| p.place == "path");
        let id = last.and_then(|last| out.parameters.get(last.name)).cloned();
        if let (Some(own), Some(id), true) = (body.pointer_mut("/data/id"), id, operation.path.ends_with('}'))
        {
            *own = id;
        }
        out.sends = (!operation.others.is_empty()).then(|| media.clone());
        out.body = Some(body);
    }
    (out, sampler.into_seen())
}

/// The failures that an operation declares, with the schema of their JSON; `default` is any of them.
pub(super) fn failures<'o, 't>(
    operation: &'o Operation<'t>,
) -> impl Iterator<Item = (u16, Option<&'t Value>)> + use<'o, 't> {
    let status = |status: &str| if status == "default" { Some(400) } else { status.parse().ok() };
    let json = |content: &[(String, &'t Value)]| {
        content.iter().find(|(media, _)| media.contains("json")).map(|(_, schema)| *schema)
    };
    let declared =
        operation.answers.iter().filter_map(move |(name, content)| Some((status(name)?, json(content))));
    declared.filter(|(status, _)| *status >= 400)
}

/// The first success that an operation declares: its status, media types and schemas.
pub(super) fn success<'o, 't>(operation: &'o Operation<'t>) -> Option<(u16, &'o [(String, &'t Value)])> {
    operation.answers.iter().find_map(|(status, content)| {
        let status = status.parse().ok().filter(|status| (200..300).contains(status))?;
        Some((status, content.as_slice()))
    })
}

/// Gives one optional member a value of another type, or removes a required one, and adds it to `done`; returns its path
/// as the runtime writes it, or none if all members are done. Members that several types describe are skipped: a wrong
/// type for one is right for another.
pub(super) fn spoil(
    schemas: Schemas<'_>,
    schema: &Value,
    value: &mut Value,
    done: &mut BTreeSet<Spoilt>,
) -> Option<String> {
    let mut places = Vec::new();
    spoilable(schemas, schema, value, String::new(), &mut places);
    // Handwritten code reads a response with members around it, and requires none of them.
    let is_around = schemas.resolve(schema).get("x-around").is_some();
    places.retain(|(_, _, wrong)| wrong.is_some() || !is_around);
    let (_, place, wrong) = places.into_iter().find(|(member, ..)| done.insert(*member))?;
    let mut target = value;
    let (around, last) = place.rsplit_once('.').unwrap_or(("", &place));
    for part in around.split(['.', '[']).filter(|part| !part.is_empty()) {
        target = match part.strip_suffix(']') {
            Some(index) => target.get_mut(index.parse::<usize>().ok()?)?,
            None => target.get_mut(part)?,
        };
    }
    let members = target.as_object_mut()?;
    match wrong {
        Some(wrong) => members.insert(last.to_owned(), wrong),
        None => members.shift_remove(last),
    };
    Some(place)
}

/// A member by the address of its schema in the tree, and true if it is removed.
pub(super) type Spoilt = (usize, bool);

/// The members of one type: an optional one with a value of another type, a required one with none.
fn spoilable(
    schemas: Schemas<'_>,
    schema: &Value,
    value: &Value,
    at: String,
    out: &mut Vec<(Spoilt, String, Option<Value>)>,
) {
    let parts = schemas.parts(schema, value);
    if parts.iter().any(|part| part.get("oneOf").is_some() || part.get("anyOf").is_some()) {
        return;
    }
    match value {
        Value::Object(members) => {
            let required: Vec<&str> = parts.iter().flat_map(|part| strings(part.get("required"))).collect();
            for (name, member) in members {
                let found = schemas.member(&parts, name);
                let ([schema], true) = (found.as_slice(), name.chars().all(|c| c.is_ascii_alphanumeric()))
                else {
                    continue;
                };
                let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                // JSON:API identifies resources by these, and a resource without `data` is invalid.
                let is_structure =
                    ["data", "type", "id", "included", "links", "meta"].contains(&name.as_str());
                let address = std::ptr::from_ref::<Value>(schema).addr();
                let schema = schemas.resolve(schema);
                let is_plain = ["oneOf", "anyOf", "allOf"].iter().all(|key| schema.get(key).is_none());
                let is_required = required.contains(&name.as_str());
                // The runtime has one type for links and paging, which requires nothing.
                let is_shared = at.split('.').any(|name| ["links", "meta"].contains(&name));
                if !is_structure && !is_shared && is_plain && is_required && schema.get("enum").is_none() {
                    out.push(((address, true), at.clone(), None));
                }
                if !is_structure && is_plain && !is_required {
                    let wrong = match kind(schema) {
                        Some("string") => Some(json!({ "a": 1 })),
                        Some("integer" | "number" | "boolean") => Some(json!(["x"])),
                        Some("array" | "object") if !schemas.is_free(&[schema]) => Some(json!("x")),
                        _ => None,
                    };
                    out.extend(wrong.map(|wrong| ((address, false), at.clone(), Some(wrong))));
                }
                spoilable(schemas, schema, member, at, out);
            }
        }
        Value::Array(items) => {
            let schema = parts.iter().find_map(|part| part.get("items"));
            for (index, (item, schema)) in items.iter().zip(schema.into_iter().cycle()).enumerate() {
                spoilable(schemas, schema, item, format!("{at}[{index}]"), out);
            }
        }
        _ => {}
    }
}

/// Makes a response that of a newer server: with unknown members, values and variants.
pub(super) struct Newer<'t> {
    pub(super) schemas: Schemas<'t>,
    /// True if there is also what no schema allows: null in place of members, foreign values in maps, and variants without
    /// their tag. It is not kept. Only `data` and `id` of JSON:API keep their values: a null resource is invalid, and the
    /// codec refuses it on purpose.
    pub(super) wrong: bool,
    pub(super) seed: u64,
}

impl Newer<'_> {
    pub(super) fn change(&mut self, schema: &Value, value: &mut Value) {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let choice = (self.seed >> 33) % 12;
        let parts = self.schemas.parts(schema, value);
        let schema_of = |part: &str| parts.iter().find_map(|own| own.get(part));
        match value {
            Value::Object(members) => {
                let is_map = schema_of("additionalProperties").is_some();
                let is_variant = schema_of("oneOf").or(schema_of("anyOf")).is_some();
                let mut gone = Vec::new();
                for (name, member) in members.iter_mut() {
                    let own = self.schemas.member(&parts, name);
                    let own = own.first().map(|schema| self.schemas.resolve(schema));
                    let is_tag =
                        own.and_then(|own| own.get("enum")?.as_array()).is_some_and(|all| all.len() == 1);
                    match (choice, name.as_str()) {
                        (0, name) if self.wrong && !["type", "data", "id"].contains(&name) => {
                            *member = Value::Null
                        }
                        (1, _) if is_tag && (self.wrong || is_variant) => *member = json!("somethingNewer"),
                        (2, _) if is_tag && self.wrong && is_variant => gone.push(name.clone()),
                        // A type that is not one of several is not in the model.
                        _ if is_tag => {}
                        _ => own.into_iter().for_each(|own| self.change(own, member)),
                    }
                }
                gone.iter().for_each(|name| drop(members.shift_remove(name)));
                // Other members of a map have its own type, and an object that says nothing may be left out.
                let says = !members.values().all(|member| member.is_null() || is_empty(member));
                if choice < 4 && (self.wrong || (says && !is_map)) {
                    members.insert("aNewerMember".to_owned(), json!({ "is": ["new", 1, null] }));
                }
            }
            Value::Array(items) => {
                let own = schema_of("items");
                for (item, schema) in items.iter_mut().zip(own.into_iter().cycle()) {
                    self.change(schema, item);
                }
            }
            Value::String(text) if choice < 3 && schema_of("enum").is_some() => {
                *text = "A_NEWER_VALUE".to_owned();
            }
            _ => {}
        }
    }
}
