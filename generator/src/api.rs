//! Represents one API as plain data in the vendor's names, which every later stage reads.
//!
//! Left of it is OpenAPI, right of it is Rust. Invariant: an `Api` does not depend on the order in which its
//! document lists things, nor on whether a schema was written inline or behind a `$ref`.

mod body;
mod constraints;
mod cycle;
mod json_api;
mod lifecycle;
mod media_type;
mod model;
mod parameter;
mod payload;
mod security;
pub mod stored;
mod type_id;
mod type_ref;
mod union;

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashSet, HashSetExt as _};
use indexmap::IndexMap;
use litemap::LiteMap;
use serde::{Deserialize, Serialize};

pub use crate::diagnostic::Pointer;
pub use body::{Body, Content, Response, Responses};
#[cfg(feature = "diff")]
pub(crate) use constraints::is_multiple;
pub use constraints::{ConstraintSet, Constraints};
pub use cycle::cycles;
pub use json_api::{Action, Arity, Document, Linkage, Relationship, Request, Resource};
pub use lifecycle::Lifecycle;
pub use media_type::{Form, MediaType, Stream};
pub use model::{Model, recognise};
pub use parameter::{FormRules, In, Parameter, Role, Style};
pub(crate) use payload::Payload;
pub use security::{Combination, Flow, Security, alternatives};
pub use type_id::{Owner, TypeId, TypeStep};
pub use type_ref::TypeRef;
pub use union::{Discriminator, Union, Variant};

/// The methods that a path item has members for.
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"];

/// The number of the stored form; a change of the form is a new number.
pub const FORMAT: u32 = 4;

/// One API: its operations and the types that they send and receive.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Api {
    /// Facts about the whole API.
    pub info: Info,
    /// By operationId.
    pub operations: BTreeMap<String, Operation>,
    /// Sets of values that parameters accept, by the name of the set.
    pub values: BTreeMap<String, Vec<String>>,
    /// By id, in that order.
    pub types: ById<Type>,
}

/// Values by type, in the order of the ids. A hash is quicker than a comparison of names on each level of a tree.
pub type ById<T> = IndexMap<TypeId, T, foldhash::fast::RandomState>;

/// Facts about the whole API.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Info {
    /// See [`FORMAT`].
    pub format: u32,
    /// The API's folder under `specs/`.
    pub name: String,
    /// The vendor's title.
    pub title: String,
    /// The vendor's version.
    pub version: String,
    /// The location of the schemas in the vendor's document.
    #[serde(default = "components", skip_serializing_if = "is_components")]
    pub schemas: String,
    /// Base URLs, the default one first.
    pub servers: Vec<String>,
    /// Ways to authenticate, by the vendor's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub security: BTreeMap<String, Security>,
    /// The alternatives for operations without their own; absent if the document has no security schemes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<Vec<Combination>>,
    /// The payloads of webhooks, which the server sends to its clients, by the name of the webhook.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub webhooks: BTreeMap<String, TypeRef>,
    /// The calls of webhooks, with or without a payload, by the name of the webhook; of several methods, the one of the payload, and
    /// the others by name and method. Only comparisons of versions read them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<String, Operation>,
    /// The union of these payloads, if a constant member distinguishes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<TypeRef>,
    /// True if the document requires none of its schemes, so that `required` is an assumption.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assumed: bool,
    /// Parts that the overlay skips.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
}

/// A part of the document that is skipped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skipped {
    /// The location in the vendor's document.
    pub at: String,
    /// The reason.
    pub reason: String,
}

/// One HTTP call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// In upper case.
    pub method: String,
    /// The path template, e.g. `/v1/apps/{id}`.
    pub path: String,
    /// The first one is the operation's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// True if it is deprecated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// Its stability and end.
    #[serde(flatten)]
    pub lifecycle: Lifecycle,
    /// The reason or the replacement, from the overlay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecation: Option<String>,
    /// Path parameters in the order of the template, then the others by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// The request body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// The media type of the form that the parameters [`In::Form`] are sent in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Constraints of the form as a whole; only comparisons of versions read them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub form_rules: FormRules,
    /// The media types of other forms, which are not sent.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub other_forms: BTreeSet<String>,
    /// Successful responses, by status.
    #[serde(default, serialize_with = "body::as_map")]
    pub responses: Responses,
    /// Failed responses, by status.
    #[serde(default, skip_serializing_if = "Responses::is_empty", with = "stored::errors")]
    pub errors: Responses,
    /// Calls of the server to an address that a call of this operation gives, by name, address and method.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub callbacks: BTreeMap<String, Operation>,
    /// The base URL, or a path on the API's host, where it is another than the first of [`Info::servers`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Further addresses that the document declares for it; only comparisons of versions read them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_servers: Vec<String>,
    /// Alternatives of schemes in [`Info::security`]; absent if [`Info::required`] applies. Of a call of the server, those that
    /// the document says for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<Vec<Combination>>,
    /// The paging rule, if the overlay has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paging: Option<Paging>,
    /// Our own words, from the overlay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
}

const COMPONENTS: &str = "/components/schemas";

fn components() -> String {
    COMPONENTS.to_owned()
}

fn is_components(schemas: &str) -> bool {
    schemas == COMPONENTS
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The paging rule of a list (the overlay's `x-paging` on an operation).
///
/// Members are those of the response, with dots between the names of nested objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paging {
    /// The member that is the list; absent where the response is the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<String>,
    /// The way to request the next page.
    #[serde(flatten)]
    pub step: NextPage,
}

/// The way to request the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub enum NextPage {
    /// The response contains the URL.
    Url {
        /// The member with the URL; absent, null or empty on the last page.
        member: String,
    },
    /// The header `Link` says the URL (RFC 8288).
    Link,
    /// The response contains the token of the next page.
    Token {
        /// The member with the URL; absent, null or empty on the last page.
        member: String,
        /// The query parameter that it is sent in.
        parameter: String,
    },
    /// The client says which item was the last.
    Last {
        /// The member of the item.
        member: String,
        /// The query parameter that it is sent in.
        parameter: String,
        /// The member of the response that says if there are more pages.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        more: Option<String>,
    },
    /// The client sends the number of items that it has already.
    Skip {
        /// The query parameter for it.
        parameter: String,
        /// The member with the total number of items.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<String>,
        /// The member that says whether there are more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        more: Option<String>,
    },
    /// The client says the number of the page.
    Page {
        /// The query parameter for it.
        parameter: String,
        /// The number of the first page.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        first: i64,
        /// The member with the total number of pages.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pages: Option<String>,
        /// The member that says whether there are more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        more: Option<String>,
    },
}

fn one() -> i64 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(number: &i64) -> bool {
    *number == 1
}

/// One type.
#[derive(Debug, Clone, PartialEq)]
pub struct Type {
    /// The set of its values.
    pub shape: Shape,
    /// True if it is deprecated.
    pub deprecated: bool,
    /// Constraints of every value; those of an inline type are at the place that has it.
    pub constraints: Constraints,
    /// Our own words, from the overlay.
    pub doc: Option<String>,
}

impl From<Shape> for Type {
    fn from(shape: Shape) -> Self {
        Self { shape, deprecated: false, constraints: Constraints::default(), doc: None }
    }
}

/// The members of an object, by the vendor's name.
pub type Fields = LiteMap<String, Field>;

/// The set of a type's values.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// An object.
    Struct(Struct),
    /// One of a set of values, open to new ones.
    Enum(Enum),
    /// One of several types.
    Union(Union),
    /// Another name of a type.
    Alias(TypeRef),
    /// A JSON:API resource that the server sends.
    Resource(Resource),
    /// A JSON:API resource that is sent to be created or changed.
    Request(Request),
    /// A JSON:API document with one resource.
    Document(Document),
    /// A JSON:API document with a page of resources.
    Page(Document),
    /// A JSON:API document with resource identifiers of this `type` and no resources.
    Linkage(Linkage),
}

/// An object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Struct {
    /// The members that the vendor names.
    pub fields: Fields,
    /// The type of undeclared members (`additionalProperties`).
    pub additional: Option<TypeRef>,
    /// True if undeclared members are refused (`additionalProperties: false`).
    pub closed: bool,
    /// Sets of members, one of which must be there; empty where any will do. Of a JSON:API resource, those of its attributes
    /// and relationships.
    pub one_of: BTreeSet<BTreeSet<String>>,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The type of its value.
    pub ty: TypeRef,
    /// True if an object without it is refused.
    pub required: bool,
    /// True if it may be null.
    pub nullable: bool,
    /// True if it is deprecated.
    pub deprecated: bool,
    /// True if only the server sets it.
    pub read_only: bool,
    /// True if only the client sends it.
    pub write_only: bool,
    /// Its stability and end.
    pub lifecycle: Lifecycle,
    /// Constraints of the value.
    pub constraints: Constraints,
    /// Our own words, from the overlay.
    pub doc: Option<String>,
}

impl From<TypeRef> for Field {
    fn from(ty: TypeRef) -> Self {
        Self {
            ty,
            required: false,
            nullable: false,
            deprecated: false,
            read_only: false,
            write_only: false,
            lifecycle: Lifecycle::default(),
            constraints: Constraints::default(),
            doc: None,
        }
    }
}

/// One of a set of values, open to new ones.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enum {
    /// The known values, sorted.
    pub values: Vec<Value>,
    /// True if the server is inconsistent about the case of letters (the overlay's `x-case-insensitive`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub case_insensitive: bool,
    /// The vendor's names of integers, by the text of the value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
}

/// A value of an enum.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Integer(i64),
    /// A string.
    String(String),
}

impl Shape {
    /// The uses of types in it.
    pub fn refs(&self) -> Vec<&TypeRef> {
        match self {
            Self::Struct(s) => s.fields.values().map(|f| &f.ty).chain(&s.additional).collect(),
            Self::Enum(_) | Self::Linkage(_) => Vec::new(),
            Self::Union(u) => u.variants.iter().map(|v| &v.ty).collect(),
            Self::Alias(ty) => vec![ty],
            Self::Resource(r) => r.attributes.values().map(|f| &f.ty).collect(),
            Self::Request(r) => r.attributes.values().map(|f| &f.ty).chain(&r.included).collect(),
            Self::Document(d) | Self::Page(d) => std::iter::once(&d.data).chain(&d.included).collect(),
        }
    }

    /// The same, to be changed.
    pub fn refs_mut(&mut self) -> Vec<&mut TypeRef> {
        match self {
            Self::Struct(s) => s.fields.iter_mut().map(|(_, f)| &mut f.ty).chain(&mut s.additional).collect(),
            Self::Enum(_) | Self::Linkage(_) => Vec::new(),
            Self::Union(u) => u.variants.iter_mut().map(|v| &mut v.ty).collect(),
            Self::Alias(ty) => vec![ty],
            Self::Resource(r) => r.attributes.iter_mut().map(|(_, f)| &mut f.ty).collect(),
            Self::Request(r) => {
                r.attributes.iter_mut().map(|(_, f)| &mut f.ty).chain(&mut r.included).collect()
            }
            Self::Document(d) | Self::Page(d) => {
                std::iter::once(&mut d.data).chain(&mut d.included).collect()
            }
        }
    }
}

impl Api {
    /// The type behind `id`, through aliases.
    pub fn resolve<'a>(&'a self, id: &TypeId) -> Option<(&'a TypeId, &'a Type)> {
        let mut id = id;
        // Invariant: lower refuses cyclic aliases; the bound only guards against a stored Api edited by hand.
        for _ in 0..=self.types.len() {
            match self.types.get_key_value(id)? {
                (_, Type { shape: Shape::Alias(TypeRef::Named(next)), .. }) => id = next,
                (key, ty) => return Some((key, ty)),
            }
        }
        None
    }

    /// The types that `ty` names itself, not those behind them.
    pub fn uses_of(ty: &Type) -> BTreeSet<&TypeId> {
        ty.shape.refs().into_iter().filter_map(TypeRef::named).collect()
    }

    /// By its values, the enum that alone has them among those that `is_named` takes; none where several have them.
    pub fn enums_by_values(&self, is_named: impl Fn(&TypeId) -> bool) -> BTreeMap<&[Value], Option<&TypeId>> {
        let mut out: BTreeMap<&[Value], Option<&TypeId>> = BTreeMap::new();
        for (id, ty) in &self.types {
            if let (Shape::Enum(e), true) = (&ty.shape, is_named(id)) {
                out.entry(&e.values).and_modify(|one| *one = None).or_insert(Some(id));
            }
        }
        out
    }

    /// The types of which requests have values.
    pub fn sent(&self) -> BTreeSet<&TypeId> {
        let bodies =
            self.operations.values().filter_map(|o| o.body.as_ref()).flat_map(|b| b.content.values());
        let parameters = self.operations.values().flat_map(|o| &o.parameters).flat_map(Parameter::types);
        self.closure(bodies.chain(parameters).filter_map(TypeRef::named))
    }

    /// `ids` and every type that they refer to.
    pub fn closure<'a>(&'a self, ids: impl IntoIterator<Item = &'a TypeId>) -> BTreeSet<&'a TypeId> {
        let mut open: Vec<&TypeId> = ids.into_iter().collect();
        // Types are used several times, and a hash is quicker than a comparison of names on each level of a tree.
        let mut seen: HashSet<&TypeId> = HashSet::new();
        let mut out = Vec::new();
        while let Some(id) = open.pop() {
            if seen.insert(id)
                && let Some((id, ty)) = self.types.get_key_value(id)
            {
                out.push(id);
                open.extend(Self::uses_of(ty));
            }
        }
        out.into_iter().collect()
    }

    /// Every type that operations and webhooks refer to.
    pub fn used(&self) -> BTreeSet<&TypeId> {
        self.closure(self.roots())
    }

    /// The types that operations and webhooks name themselves.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &TypeId> {
        let webhooks = self.info.webhooks.values().chain(&self.info.event).filter_map(TypeRef::named);
        self.operations.values().chain(self.info.calls.values()).flat_map(Operation::uses).chain(webhooks)
    }

    /// Drops the types that no operation refers to.
    pub fn forget_unused(&mut self) {
        let is_used = self.is_in(&self.used());
        self.retain_types(&is_used);
    }

    /// The Api of these operations, webhooks and schemas alone, with all types that they refer to.
    pub fn part(
        &self,
        is_operation: impl Fn(&Operation) -> bool,
        is_webhook: impl Fn(&str) -> bool,
        is_schema: impl Fn(&TypeId) -> bool,
    ) -> Self {
        let mut info = self.info.clone();
        info.webhooks.retain(|name, _| is_webhook(name));
        info.calls.retain(|name, _| is_webhook(self.info.webhook_of(name)));
        info.event.take_if(|_| info.webhooks.is_empty());
        let operations = self.operations.iter().filter(|(_, operation)| is_operation(operation));
        let operations = operations.map(|(id, operation)| (id.clone(), operation.clone())).collect();
        let mut out = Self { info, operations, values: self.values.clone(), types: ById::default() };
        let schemas = self.types.keys().filter(|id| is_schema(id));
        let used = self.closure(out.roots().chain(schemas));
        let used = used.into_iter().filter_map(|id| self.types.get_key_value(id));
        out.types = used.map(|(id, ty)| (id.clone(), ty.clone())).collect();
        out
    }

    /// For each type in order, true if it is one of `ids`.
    fn is_in(&self, ids: &BTreeSet<&TypeId>) -> Vec<bool> {
        self.types.keys().map(|id| ids.contains(id)).collect()
    }

    fn retain_types(&mut self, is_used: &[bool]) {
        let mut is_used = is_used.iter();
        self.types.retain(|_, _| is_used.next().copied().unwrap_or_default());
    }

    /// The same, except for those that `is_kept` takes, and for a schema that contains the values of an enum inline, which
    /// is named after it.
    pub fn forget_unnamed(&mut self, is_kept: impl Fn(&TypeId) -> bool) {
        let used = self.closure(self.roots().chain(self.types.keys().filter(|id| is_kept(id))));
        let inline: BTreeSet<&[Value]> =
            used.iter().filter(|id| id.is_inline()).filter_map(|id| self.values_of(id)).collect();
        let named = self.enums_by_values(|id| !id.is_inline());
        let named = named.into_iter().filter(|(values, _)| inline.contains(values)).filter_map(|(_, id)| id);
        let named: Vec<&TypeId> = named.collect();
        let is_used = self.is_in(&used.into_iter().chain(named).collect());
        self.retain_types(&is_used);
    }

    fn values_of(&self, id: &TypeId) -> Option<&[Value]> {
        match &self.types.get(id)?.shape {
            Shape::Enum(e) => Some(&e.values),
            _ => None,
        }
    }

    /// The type that contains `id`: a schema with a name.
    pub fn owner_of(&self, id: &TypeId) -> Option<&Type> {
        match &id.owner {
            Owner::Schema(_) if !id.is_inline() => self.types.get(id),
            Owner::Schema(name) => self.types.get(&TypeId::schema(name.as_str())),
            Owner::Operation(_) => None,
        }
    }

    /// The location of the type `id` in the vendor's document.
    pub fn type_pointer(&self, id: &TypeId) -> Pointer {
        let name = match &id.owner {
            Owner::Operation(id) => {
                // A type of a payload belongs to a webhook, or to a callback of an operation.
                let payload =
                    || self.payloads().find(|payload| payload.owner() == *id).map(|payload| payload.at);
                let operation = self.operations.get(id).map(Operation::pointer);
                return operation.or_else(payload).unwrap_or_else(Pointer::root);
            }
            Owner::Schema(name) => name,
        };
        let start = Pointer::new(self.info.schemas.clone()).child(name);
        id.path.iter().fold(start, |at, step| match step {
            TypeStep::Member(name) => at.child("properties").child(name),
            TypeStep::Items => at.child("items"),
            TypeStep::Values => at.child("additionalProperties"),
        })
    }
}

impl Operation {
    /// The location of the operation in an OpenAPI document.
    pub fn pointer(&self) -> Pointer {
        let item = Pointer::new("/paths").child(&self.path);
        match METHODS.contains(&self.method.as_str()) {
            true => item.child(self.method.to_lowercase()),
            false => item.child("additionalOperations").child(&self.method),
        }
    }

    /// The media types that it can send: JSON first, then the form, then others.
    pub fn sends(&self) -> Vec<&String> {
        let json = self.body.as_ref().and_then(Body::json).map(|(media_type, _)| media_type);
        let others = self.body.iter().flat_map(|body| body.content.keys());
        let others = others.filter(|media_type| Some(*media_type) != json);
        json.into_iter().chain(&self.form).chain(others).collect()
    }

    /// The types that it names itself.
    pub fn uses(&self) -> BTreeSet<&TypeId> {
        let mut out = self.uses_of_bodies();
        out.extend(self.parameters.iter().flat_map(Parameter::types).filter_map(TypeRef::named));
        out
    }

    /// The same without those of its parameters.
    pub fn uses_of_bodies(&self) -> BTreeSet<&TypeId> {
        let mut out: BTreeSet<&TypeId> = BTreeSet::new();
        out.extend(self.body.iter().flat_map(Body::types).filter_map(TypeRef::named));
        let responses = self.responses.values().chain(self.errors.values());
        out.extend(responses.flat_map(Response::types).filter_map(TypeRef::named));
        out.extend(self.callbacks.values().flat_map(Self::uses));
        out
    }

    /// The types of the bodies of failed responses.
    pub fn failures(&self) -> impl Iterator<Item = &TypeRef> {
        self.errors.values().flat_map(|response| response.content.values())
    }

    /// Drops facts that no code of a client uses: further servers, alternatives of parameters, rules of forms, media types that
    /// it neither sends nor reads, headers, all of a callback but its payload, and further forms of an error body.
    fn forget_unread(&mut self) {
        self.other_forms.clear();
        self.other_servers.clear();
        self.body.iter_mut().for_each(|body| body.described.clear());
        self.form_rules = FormRules::default();
        for parameter in &mut self.parameters {
            parameter.variants.clear();
            parameter.headers.clear();
        }
        for callback in self.callbacks.values_mut() {
            let mut body = callback.body.take();
            body.iter_mut().for_each(|b| {
                b.content.retain(|name, _| MediaType::parse(name).is_json());
                b.described.clear();
            });
            let (method, path) = (std::mem::take(&mut callback.method), std::mem::take(&mut callback.path));
            *callback = Self { method, path, body, ..Self::default() };
        }
        for (_, response) in self.responses.iter_mut().chain(self.errors.iter_mut()) {
            response.headers.clear();
            response.described.clear();
        }
        for (_, response) in self.errors.iter_mut() {
            let first = response.content.keys().next().cloned();
            response.content.retain(|name, _| Some(name) == first.as_ref());
        }
    }
}
