//! Decides the Rust items of a client crate: an `Api` and its `Names` become a `Crate`, plain data without Rust syntax.

mod argument;
mod credentials;
mod definition;
pub(crate) mod doc;
mod example;
mod field_docs;
mod item;
mod model;
mod operation;
mod package;
mod paging;
mod parameter;
mod public_items;
mod request;
mod rust_type;
mod sentence;
mod ty;
mod union;

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;

pub use argument::Composite;
pub use credentials::{Provider, SchemeMethod};
pub use definition::{
    Codec, Constructor, Definition, DefinitionKind, Enum, Member, MemberSetter, Module, Page, Section,
    Struct, Union, UnionForm, UnionVariant,
};
pub use item::{Item, ItemKind, Signature};
pub(crate) use operation::STREAM_ITEMS;
pub use operation::{ByStatus, Handle, Method, Payload, Setter, StatusVariant};
pub use package::{Attribute, Feature, Package, Update};
pub use parameter::{Argument, Field, Put, Scalar, Segment, SegmentValue, Text};
pub use rust_type::RustType;
pub use ty::{Convert, Hold};

use crate::api::{Api, Model, Pointer, Shape, TypeId, TypeRef, Value};
use crate::name::{Custom, Names};

/// A client crate as plain data: `render` prints it, and `API.txt` lists its items.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Crate {
    /// Facts for its manifest and README.
    pub package: Package,
    /// The number of its areas; something that all of them use needs no feature.
    pub areas: usize,
    /// The methods of its type of credentials, if it has one.
    pub credentials: Option<Vec<SchemeMethod>>,
    /// The types of arguments that give several parameters of a path.
    pub composites: Vec<Composite>,
    /// Its models.
    pub modules: Vec<Module>,
    /// The payloads of webhooks and callbacks.
    pub webhooks: Vec<Incoming>,
    /// Its handles, in the order of their modules.
    pub handles: Vec<Handle>,
}

/// The name of a payload that the server sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// Its Rust name.
    pub ident: String,
    /// The lines of its documentation.
    pub docs: Vec<String>,
    /// The location in the vendor's document.
    pub origin: Pointer,
    /// The area of the operation that asks for it; none if every area has it.
    pub areas: Option<BTreeSet<String>>,
    /// Its type.
    pub target: RustType,
}

/// Plans the crate of an API.
pub fn plan(api: &Model, names: &Names, custom: &Custom) -> Crate {
    Context::new(&custom.hide_replaced(api), names, custom).crate_of()
}

/// The public items of the crate, without the cost of its documentation.
pub fn items(api: &Model, names: &Names) -> Vec<Item> {
    let custom = Custom::default();
    Context { documented: false, ..Context::new(api, names, &custom) }.crate_of().items()
}

/// The state that every part of the stage reads.
struct Context<'a> {
    api: &'a Api,
    names: &'a Names,
    custom: &'a Custom,
    /// True if documentation is wanted.
    documented: bool,
    /// Types that requests use.
    sent: BTreeSet<&'a TypeId>,
    /// Types that responses use.
    received: BTreeSet<&'a TypeId>,
    /// Types that contain themselves without a list or a map between.
    cycles: HashMap<&'a TypeId, usize>,
    /// Types of which a rule is written by hand (the overlay's `x-checked`).
    checked: BTreeSet<&'a TypeId>,
    /// True if lists are JSON:API documents.
    has_json_api_pages: bool,
    /// Types that are distinguished by their required members.
    told_apart: BTreeSet<&'a TypeId>,
    /// Types that are pages of lists, and the member that is the list.
    pages: BTreeMap<&'a TypeId, &'a str>,
    /// By type, the members by which unions distinguish it from others, and their values.
    tags: BTreeMap<&'a TypeId, BTreeMap<&'a str, String>>,
    /// The number of areas with operations: an item that all of them have needs no feature.
    areas: usize,
}

impl<'a> Context<'a> {
    fn new(api: &'a Api, names: &'a Names, custom: &'a Custom) -> Self {
        let sent = api.sent();
        let areas: BTreeSet<&String> = names.handles.values().flat_map(|handle| &handle.areas).collect();
        let areas = areas.len();
        let untagged = api.types.values().filter_map(|t| match &t.shape {
            Shape::Union(u) if !u.is_tagged() => {
                // A tag that no other variant has decides alone.
                let shared = u.variants.iter().zip(u.keys()).filter(|(v, key)| v.tag.as_ref() != Some(key));
                Some(shared.filter_map(|(v, _)| v.ty.named()))
            }
            _ => None,
        });
        let mut told_apart: BTreeSet<&TypeId> = untagged.flatten().collect();
        // Objects that differ in nothing else differ in the types of their members.
        let inner = told_apart.iter().filter_map(|id| match &api.resolve(id)?.1.shape {
            Shape::Struct(s) => Some(s.fields.values().filter(|f| f.required).filter_map(|f| match &f.ty {
                TypeRef::Named(id) => Some(id),
                _ => None,
            })),
            _ => None,
        });
        let inner: Vec<&TypeId> = inner.flatten().collect();
        told_apart.extend(inner);
        Self {
            api,
            names,
            custom,
            documented: true,
            sent,
            received: api.closure(operation::received(api)),
            cycles: ty::cycles(api),
            checked: checked(api),
            has_json_api_pages: api.types.values().any(|ty| matches!(ty.shape, Shape::Page(_))),
            told_apart,
            pages: paging::pages(api).collect(),
            tags: tags(api),
            areas,
        }
    }

    fn crate_of(&self) -> Crate {
        let credentials = self.credentials();
        let handles = self.names.handles.iter();
        Crate {
            package: self.package(credentials.as_deref()),
            areas: self.areas,
            credentials,
            composites: self.composites(),
            modules: self.modules(),
            webhooks: self.webhooks(),
            handles: handles.map(|(module, handle)| self.handle(module, handle)).collect(),
        }
    }

    /// A name for the payload of each webhook and callback.
    fn webhooks(&self) -> Vec<Incoming> {
        let named = self.api.payloads().filter_map(|payload| {
            let area = payload.operation.and_then(|id| self.names.operations.get(id)?.area.clone());
            Some(Incoming {
                ident: self.names.payloads.get(&payload.key)?.clone(),
                docs: vec![payload_doc(&payload)],
                areas: area.map(|area| BTreeSet::from([area])),
                target: self.ty(payload.ty),
                origin: payload.at,
            })
        });
        named.collect()
    }

    fn type_ident(&self, id: &TypeId) -> &'a str {
        self.names.types.get(id).map_or("()", |name| name.ident.as_str())
    }

    fn is_sent(&self, id: &TypeId) -> bool {
        self.sent.contains(id)
    }

    /// True if a rule of the type is handwritten (the overlay's `x-checked`).
    fn has_own_check(&self, id: &TypeId) -> bool {
        self.checked.contains(id)
    }

    /// The features that bring an item, as a line of its documentation.
    fn feature_note(&self, areas: &BTreeSet<String>) -> Option<String> {
        if self.areas == 0 || areas.is_empty() || areas.len() == self.areas {
            return None;
        }
        let names: Vec<String> = areas.iter().map(|a| format!("`{a}`")).collect();
        Some(match names.as_slice() {
            [one] => format!("Feature: {one}."),
            _ => format!("Features: any of {}.", names.join(", ")),
        })
    }
}

/// The first sentence of a payload's documentation.
fn payload_doc(payload: &crate::api::Payload<'_>) -> String {
    match payload.operation {
        Some(operation) => {
            let call = payload.name.strip_prefix(operation.as_str()).unwrap_or(&payload.name).trim();
            format!("Payload of the callback {} of {}.", doc::code(call), doc::code(operation))
        }
        None if payload.key == "webhooks" => "Payload of any webhook, by its constant member.".to_owned(),
        None => format!("Payload of the webhook {}.", doc::code(&payload.name)),
    }
}

/// Types of bodies with a rule that is written by hand.
fn checked(api: &Api) -> BTreeSet<&TypeId> {
    let bodies = api.operations.values().filter_map(|o| o.body.as_ref()).filter(|body| body.checked);
    bodies.flat_map(|body| body.content.values()).filter_map(TypeRef::named).collect()
}

/// The tags of variants; a union within a union passes on those of the outer one. A type with two tags in one union has
/// neither.
fn tags(api: &Api) -> BTreeMap<&TypeId, BTreeMap<&str, String>> {
    let mut out: BTreeMap<&TypeId, BTreeMap<&str, Option<&str>>> = BTreeMap::new();
    for union in api.types.values() {
        let Shape::Union(union) = &union.shape else { continue };
        let Some(member) = union.tag.as_deref() else { continue };
        for variant in &union.variants {
            let Some(tag) = variant.tag.as_deref() else { continue };
            let mut seen: BTreeSet<&TypeId> = BTreeSet::new();
            let mut open: Vec<&TypeId> = variant.ty.named().into_iter().collect();
            while let Some((id, ty)) = open.pop().and_then(|id| api.resolve(id)) {
                match &ty.shape {
                    Shape::Union(inner) if seen.insert(id) => {
                        open.extend(inner.variants.iter().filter_map(|v| v.ty.named()));
                    }
                    Shape::Struct(s) if s.fields.get(member).is_some_and(|f| is_text(api, &f.ty)) => {
                        let known = out.entry(id).or_default().entry(member).or_insert(Some(tag));
                        *known = known.filter(|known| *known == tag);
                    }
                    _ => {}
                }
            }
        }
    }
    let mut certain: BTreeMap<&TypeId, BTreeMap<&str, String>> = BTreeMap::new();
    for (id, tags) in out {
        let tags = tags.into_iter().filter_map(|(member, tag)| Some((member, tag?.to_owned())));
        certain.insert(id, tags.collect());
    }
    certain
}

/// True if a string literal converts into the type.
fn is_text(api: &Api, ty: &TypeRef) -> bool {
    match ty {
        TypeRef::String | TypeRef::Any => true,
        TypeRef::Named(id) => match api.resolve(id).map(|(_, ty)| &ty.shape) {
            Some(Shape::Enum(e)) => e.values.iter().all(|v| matches!(v, Value::String(_))),
            Some(Shape::Alias(ty)) => matches!(ty, TypeRef::String | TypeRef::Any),
            _ => false,
        },
        _ => false,
    }
}
