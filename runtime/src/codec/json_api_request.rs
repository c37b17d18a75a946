//! Encodes flat structs as nested JSON:API request bodies and decodes them.

use serde::de::{DeserializeSeed, Error};
use serde_json::{Map, Value};

use super::mismatch::Context;
use super::path::Step;
use super::read::Seed;
use super::slot::{Object, Slot};
use super::view::{Fields, Items, View};

/// The name under which a draft shows its `data.id`; no JSON:API member has this name.
pub const ID: &str = "/id";
/// The name under which a draft shows its `included`.
pub const INCLUDED: &str = "/included";

/// The layout of a JSON:API body that creates or updates a resource, for the flat struct (the draft) that represents it.
///
/// The draft's relationships are ids: `String`, `Option<String>` or `Patch<String>` to one, `Vec<String>` or
/// `Option<Vec<String>>` to many. A relationship to several types has [`Identifier`](crate::Identifier)s instead.
#[derive(Debug)]
pub struct DraftShape {
    /// The `type` of the resource.
    pub kind: &'static str,
    /// True if this is a resource inside another body's `included`, and so has no `data` around it.
    pub inline: bool,
    /// The wire names of required members: `id`, attributes, relationships.
    pub required: &'static [&'static str],
    /// The wire names of relationships, each with the type of the related resources. A member that is not listed is an
    /// attribute: the two share one namespace (JSON:API 1.1, "Fields").
    pub relationships: &'static [(&'static str, &'static str)],
}

impl DraftShape {
    fn leads_to(&self, key: &str) -> Option<&'static str> {
        self.relationships.iter().find(|(name, _)| *name == key).map(|(_, kind)| *kind)
    }
}

/// The outermost object of a draft.
#[derive(Clone, Copy)]
pub(crate) struct Outline<'a> {
    pub(crate) shape: &'static DraftShape,
    pub(crate) draft: &'a dyn Fields,
}

impl Fields for Outline<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        if self.shape.inline {
            return Data(*self).each(put);
        }
        put("data", View::Object(&Data(*self)));
        self.draft.each(&mut |key, view| {
            if key == INCLUDED && !is_empty(view) {
                put("included", view);
            }
        });
    }
}

fn is_empty(view: View<'_>) -> bool {
    match view {
        View::Seq(items) => {
            let mut empty = true;
            items.each(&mut |_| empty = false);
            empty
        }
        View::Absent => true,
        _ => false,
    }
}

/// The resource: `type`, `id`, `attributes`, `relationships`.
struct Data<'a>(Outline<'a>);

impl Fields for Data<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        let Outline { shape, draft } = self.0;
        put("type", View::Str(shape.kind));
        let (mut attributes, mut relationships) = (false, false);
        draft.each(&mut |key, view| {
            let present = !matches!(view, View::Absent);
            match (key, shape.leads_to(key)) {
                (ID, _) => put("id", view),
                (INCLUDED, _) => {}
                (_, Some(_)) => relationships |= present,
                (_, None) => attributes |= present,
            }
        });
        if attributes {
            put("attributes", View::Object(&Attributes(self.0)));
        }
        if relationships {
            put("relationships", View::Object(&Relationships(self.0)));
        }
    }
}

struct Attributes<'a>(Outline<'a>);

impl Fields for Attributes<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        let Outline { shape, draft } = self.0;
        draft.each(&mut |key, view| {
            if key != ID && key != INCLUDED && shape.leads_to(key).is_none() {
                put(key, view);
            }
        });
    }
}

struct Relationships<'a>(Outline<'a>);

impl Fields for Relationships<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        let Outline { shape, draft } = self.0;
        draft.each(&mut |key, view| {
            if let (Some(kind), false) = (shape.leads_to(key), matches!(view, View::Absent)) {
                put(key, View::Object(&Linkage { kind, view }));
            }
        });
    }
}

/// `{"data": …}` around ids.
pub(crate) struct Linkage<'a> {
    pub(crate) kind: &'a str,
    pub(crate) view: View<'a>,
}

impl Fields for Linkage<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        match self.view {
            View::Str(id) => put("data", View::Object(&Identified { kind: self.kind, id })),
            View::Seq(ids) => put("data", View::Seq(&ManyIdentified { kind: self.kind, ids })),
            other => put("data", other),
        }
    }
}

struct Identified<'a> {
    kind: &'a str,
    id: &'a str,
}

impl Fields for Identified<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        put("type", View::Str(self.kind));
        put("id", View::Str(self.id));
    }
}

struct ManyIdentified<'a> {
    kind: &'a str,
    ids: &'a dyn Items,
}

impl Items for ManyIdentified<'_> {
    fn each(&self, put: &mut dyn FnMut(View<'_>)) {
        self.ids.each(&mut |view| match view {
            View::Str(id) => put(View::Object(&Identified { kind: self.kind, id })),
            other => put(other),
        });
    }
}

/// Fills a draft from its nested form. Buffered, because only tests and servers decode requests.
pub(crate) fn settle(
    shape: &DraftShape,
    draft: &mut dyn Object,
    object: &Map<String, Value>,
    context: &mut Context,
) -> Result<(), serde_json::Error> {
    // Requests have no list of mismatches.
    let strict = std::mem::replace(&mut context.strict, true);
    let settled = body(shape, draft, object, context);
    context.strict = strict;
    settled
}

fn body(
    shape: &DraftShape,
    draft: &mut dyn Object,
    object: &Map<String, Value>,
    context: &mut Context,
) -> Result<(), serde_json::Error> {
    if !shape.inline {
        if let Some(included) = object.get("included") {
            put(draft.field(INCLUDED), included, "included", context)?;
        }
        let Some(Value::Object(data)) = object.get("data") else {
            return Err(serde_json::Error::missing_field("data"));
        };
        return resource(shape, draft, data, context)
            .inspect_err(|_| context.path.push(Step::member("data")));
    }
    resource(shape, draft, object, context)
}

fn resource(
    shape: &DraftShape,
    draft: &mut dyn Object,
    data: &Map<String, Value>,
    context: &mut Context,
) -> Result<(), serde_json::Error> {
    let mut missing: Vec<&'static str> = shape.required.to_vec();
    if let Some(id) = data.get("id") {
        missing.retain(|name| *name != "id");
        put(draft.field(ID), id, "id", context)?;
    }
    if let Some(Value::Object(attributes)) = data.get("attributes") {
        for (key, value) in attributes {
            missing.retain(|name| name != key);
            if shape.leads_to(key).is_none() {
                put(draft.field(key), value, key, context)
                    .inspect_err(|_| context.path.push(Step::member("attributes")))?;
            }
        }
    }
    if let Some(Value::Object(relationships)) = data.get("relationships") {
        for (key, value) in relationships {
            missing.retain(|name| name != key);
            if shape.leads_to(key).is_some() {
                relationship(draft, key, value, context)
                    .inspect_err(|_| context.path.push(Step::member("relationships")))?;
            }
        }
    }
    match missing.first() {
        Some(name) => Err(serde_json::Error::missing_field(name)),
        None => Ok(()),
    }
}

fn relationship(
    draft: &mut dyn Object,
    key: &str,
    value: &Value,
    context: &mut Context,
) -> Result<(), serde_json::Error> {
    let Some(data) = value.get("data") else { return Ok(()) };
    // Most relationships are ids; those to several types are whole identifiers.
    let ids = match data {
        Value::Array(items) => {
            items.iter().map(|item| id(item).cloned()).collect::<Option<_>>().map(Value::Array)
        }
        Value::Null => Some(Value::Null),
        one => id(one).cloned(),
    };
    if let Some(ids) = ids {
        if put(draft.field(key), &ids, key, context).is_ok() {
            return Ok(());
        }
        context.path.clear();
    }
    put(draft.field(key), data, key, context)
}

fn id(identifier: &Value) -> Option<&Value> {
    identifier.get("id")
}

fn put(
    slot: Option<&mut dyn Slot>,
    value: &Value,
    key: &str,
    context: &mut Context,
) -> Result<(), serde_json::Error> {
    match slot {
        Some(slot) => {
            let read = Seed::new(slot, context).deserialize(value);
            read.inspect_err(|_| context.path.push(Step::member(key)))
        }
        None => Ok(()),
    }
}
