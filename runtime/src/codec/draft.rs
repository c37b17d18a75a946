//! JSON:API request bodies as flat structs: a draft's fields go in, the nested body comes out, and the other way round.

use serde::de::{DeserializeSeed, Error};
use serde_json::{Map, Value};

use super::path::Path;
use super::read::Seed;
use super::slot::{Place, Slot};
use super::view::{Fields, Items, View};

/// Where in the nested body a field of a flat request struct belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `data.id`
    Id,
    /// `data.attributes`
    Attribute,
    /// `data.relationships`, with the type of the resources that it leads to.
    Relationship(&'static str),
    /// `included`
    Included,
}

/// A flat struct that stands for the body that creates or updates a resource.
///
/// Relationships hold ids: `String`, `Option<String>` or `Patch<String>` to one, `Vec<String>` or
/// `Option<Vec<String>>` to many. One that may lead to several types holds
/// [`Identifier`](crate::Identifier)s instead.
pub trait Draft {
    /// The `type` of the resource.
    fn kind(&self) -> &'static str;

    /// Whether this is a resource inside another body's `included`, and so has no `data` around it.
    fn inline(&self) -> bool {
        false
    }

    /// The wire names of attributes and relationships that must be present.
    fn required(&self) -> &'static [&'static str] {
        &[]
    }

    /// The place of one field; the type inside [`Part::Relationship`] is not looked at.
    fn field(&mut self, part: Part, key: &str) -> Option<&mut dyn Slot>;

    /// Shows every field.
    fn each(&self, put: &mut dyn FnMut(Part, &str, View<'_>));
}

/// The outermost object of a draft.
pub(crate) struct Outline<'a>(&'a dyn Draft);

impl<'a> Outline<'a> {
    pub(crate) fn new(draft: &'a dyn Draft) -> Self {
        Outline(draft)
    }
}

impl Fields for Outline<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        if self.0.inline() {
            return Data(self.0).each(put);
        }
        put("data", View::Object(&Data(self.0)));
        self.0.each(&mut |part, key, view| {
            if part == Part::Included && !is_empty(view) {
                put(key, view);
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
struct Data<'a>(&'a dyn Draft);

impl Fields for Data<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        put("type", View::Str(self.0.kind()));
        let (mut attributes, mut relationships) = (false, false);
        self.0.each(&mut |part, key, view| {
            let present = !matches!(view, View::Absent);
            match part {
                Part::Id => put(key, view),
                Part::Attribute => attributes |= present,
                Part::Relationship(_) => relationships |= present,
                Part::Included => {}
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

struct Attributes<'a>(&'a dyn Draft);

impl Fields for Attributes<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        self.0.each(&mut |part, key, view| {
            if part == Part::Attribute {
                put(key, view);
            }
        });
    }
}

struct Relationships<'a>(&'a dyn Draft);

impl Fields for Relationships<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        self.0.each(&mut |part, key, view| {
            if let (Part::Relationship(kind), false) = (part, matches!(view, View::Absent)) {
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

/// What a draft's slot answers.
#[doc(hidden)]
pub fn take<'a>(draft: &'a mut dyn Draft, event: super::Event<'_>) -> super::Taken<'a> {
    match event {
        super::Event::Map => Ok(Place::Draft(draft)),
        _ => Err("an object"),
    }
}

/// Fills a draft from its nested form. Buffered, because only tests and servers decode requests.
pub(crate) fn settle(
    draft: &mut dyn Draft,
    mut object: Map<String, Value>,
    path: &mut Path,
) -> Result<(), serde_json::Error> {
    if !draft.inline() {
        if let Some(included) = object.remove("included") {
            put(draft.field(Part::Included, "included"), included, "included", path)?;
        }
        let Some(Value::Object(data)) = object.remove("data") else {
            return Err(serde_json::Error::missing_field("data"));
        };
        return resource(draft, data, path).inspect_err(|_| path.key("data"));
    }
    resource(draft, object, path)
}

fn resource(
    draft: &mut dyn Draft,
    mut data: Map<String, Value>,
    path: &mut Path,
) -> Result<(), serde_json::Error> {
    let mut missing: Vec<&'static str> = draft.required().to_vec();
    if let Some(id) = data.remove("id") {
        put(draft.field(Part::Id, "id"), id, "id", path)?;
    }
    if let Some(Value::Object(attributes)) = data.remove("attributes") {
        for (key, value) in attributes {
            missing.retain(|name| *name != key);
            put(draft.field(Part::Attribute, &key), value, &key, path)
                .inspect_err(|_| path.key("attributes"))?;
        }
    }
    if let Some(Value::Object(relationships)) = data.remove("relationships") {
        for (key, value) in relationships {
            missing.retain(|name| *name != key);
            relationship(draft, &key, &value, path).inspect_err(|_| path.key("relationships"))?;
        }
    }
    match missing.first() {
        Some(name) => Err(serde_json::Error::missing_field(name)),
        None => Ok(()),
    }
}

fn relationship(
    draft: &mut dyn Draft,
    key: &str,
    value: &Value,
    path: &mut Path,
) -> Result<(), serde_json::Error> {
    let Some(data) = value.get("data") else { return Ok(()) };
    // Most relationships hold ids; those that lead to several types hold whole identifiers.
    let ids = match data {
        Value::Array(items) => {
            items.iter().map(|item| id(item).cloned()).collect::<Option<_>>().map(Value::Array)
        }
        Value::Null => Some(Value::Null),
        one => id(one).cloned(),
    };
    if let Some(ids) = ids {
        if put(draft.field(Part::Relationship(""), key), ids, key, path).is_ok() {
            return Ok(());
        }
        path.clear();
    }
    put(draft.field(Part::Relationship(""), key), data.clone(), key, path)
}

fn id(identifier: &Value) -> Option<&Value> {
    identifier.get("id")
}

fn put(
    slot: Option<&mut dyn Slot>,
    value: Value,
    key: &str,
    path: &mut Path,
) -> Result<(), serde_json::Error> {
    match slot {
        Some(slot) => Seed::new(slot, path).deserialize(value).inspect_err(|_| path.key(key)),
        None => Ok(()),
    }
}
