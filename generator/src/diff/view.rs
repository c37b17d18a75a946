//! A use of a type goes in; what stands on the wire comes out, the same for a convention and for its spelled-out form.
//!
//! A JSON:API resource and the object that it stands for have one view, so a document that writes a resource inline
//! differs in nothing from one that names it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::change::Direction;
use crate::api::{
    Action, Api, Arity, Document, Field, Fields, Limits, Linkage, Relationship, Request, Resource, Shape,
    Type, TypeId, TypeRef, Union, Value,
};

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Node<'a> {
    /// A use of a type.
    Ty(Cow<'a, TypeRef>),
    /// The attributes of a resource, whose id goes along.
    Attributes(&'a TypeId, &'a Fields),
    /// The relationships of a resource.
    Relationships(&'a TypeId, &'a BTreeMap<String, Relationship>, bool),
    /// One of them.
    Relationship(&'a Relationship, bool),
    /// `data` of a request.
    Data(&'a TypeId, &'a Request),
    /// A resource identifier.
    Identifier(&'a str),
    /// Any number of them.
    Identifiers(&'a str),
    /// Always this text.
    Constant(&'a str),
    /// `links` of a resource, which the runtime knows.
    Links,
    /// Something that the runtime knows, and of which the `Api` does not even say whether it is there.
    Opaque,
}

/// The struct of Rust that has a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The type's own.
    Whole,
    /// That of a resource's attributes.
    Attributes,
    /// That of a resource's relationships.
    Relationships,
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(super) struct Member<'a> {
    pub(super) node: Node<'a>,
    pub(super) required: bool,
    pub(super) nullable: bool,
    pub(super) deprecated: bool,
    pub(super) access: Access,
    pub(super) limits: Cow<'a, Limits>,
}

/// Who has a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Both,
    /// It is in responses only.
    ReadOnly,
    /// It is in requests only.
    WriteOnly,
}

impl Access {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Both => "read and write",
            Self::ReadOnly => "read-only",
            Self::WriteOnly => "write-only",
        }
    }

    /// The direction in which it does not exist.
    pub(super) fn hidden(self) -> Option<Direction> {
        match self {
            Self::Both => None,
            Self::ReadOnly => Some(Direction::Request),
            Self::WriteOnly => Some(Direction::Response),
        }
    }
}

impl<'a> From<Node<'a>> for Member<'a> {
    fn from(node: Node<'a>) -> Self {
        let limits = Cow::Owned(Limits::default());
        Self { node, required: false, nullable: false, deprecated: false, access: Access::Both, limits }
    }
}

impl Member<'_> {
    fn must(mut self, required: bool) -> Self {
        self.required = required;
        self
    }

    fn null(mut self, nullable: bool) -> Self {
        self.nullable = nullable;
        self
    }
}

impl<'a> From<&'a Field> for Member<'a> {
    fn from(field: &'a Field) -> Self {
        Self {
            node: Node::Ty(Cow::Borrowed(&field.ty)),
            required: field.required,
            nullable: field.nullable,
            deprecated: field.deprecated,
            access: match (field.read_only, field.write_only) {
                (true, false) => Access::ReadOnly,
                (false, true) => Access::WriteOnly,
                _ => Access::Both,
            },
            limits: Cow::Borrowed(&field.limits),
        }
    }
}

/// What values a node has.
#[derive(Debug)]
pub(super) enum View<'a> {
    Scalar(String),
    List(Node<'a>),
    Map(Node<'a>),
    Nullable(Node<'a>),
    Object {
        owner: Option<(&'a TypeId, Part)>,
        members: BTreeMap<&'a str, Member<'a>>,
        rest: Option<Node<'a>>,
    },
    Enum(Option<&'a TypeId>, Cow<'a, [Value]>),
    Union(&'a TypeId, &'a Union),
    Opaque,
}

impl<'a> Node<'a> {
    pub(super) fn of(ty: &'a TypeRef) -> Self {
        Self::Ty(Cow::Borrowed(ty))
    }

    /// The id of the type that it uses directly.
    pub(super) fn id(&self) -> Option<&TypeId> {
        match self {
            Self::Ty(ty) => match ty.as_ref() {
                TypeRef::Named(id) => Some(id),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it is any value.
    pub(super) fn is_any(&self) -> bool {
        matches!(self, Self::Ty(ty) if **ty == TypeRef::Any)
    }

    /// The types that it uses directly.
    pub(super) fn leads(&self) -> Vec<&TypeId> {
        match self {
            Self::Ty(ty) => ty.named().into_iter().collect(),
            Self::Attributes(_, fields) => fields.values().filter_map(|f| f.ty.named()).collect(),
            Self::Data(_, request) => request.attributes.values().filter_map(|f| f.ty.named()).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the `Api` says of it whether it must be there.
    pub(super) fn is_certain(&self) -> bool {
        matches!(
            self,
            Self::Ty(_)
                | Self::Relationship(..)
                | Self::Constant(_)
                | Self::Identifier(_)
                | Self::Identifiers(_)
        )
    }

    /// What values it has.
    pub(super) fn view(&self, api: &'a Api) -> View<'a> {
        match self {
            Self::Ty(ty) => view_of(ty, api),
            Self::Attributes(owner, fields) => {
                View::Object { owner: Some((owner, Part::Attributes)), members: members(fields), rest: None }
            }
            Self::Relationships(owner, all, sent) => {
                let member = |r: &'a Relationship| Member {
                    required: r.required,
                    deprecated: r.deprecated,
                    ..Member::from(Node::Relationship(r, *sent))
                };
                let members = all.iter().map(|(name, r)| (name.as_str(), member(r))).collect();
                View::Object { owner: Some((owner, Part::Relationships)), members, rest: None }
            }
            Self::Relationship(relationship, sent) => {
                let mut members = BTreeMap::new();
                if !sent {
                    members.insert("links", Member::from(Node::Opaque));
                    members.insert("meta", Member::from(Node::Opaque));
                }
                let identifier = Node::Identifier(&relationship.kind);
                match relationship.to {
                    Arity::One => {
                        members.insert("data", Member::from(identifier).null(relationship.nullable));
                    }
                    Arity::Many => {
                        members.insert("data", Member::from(Node::Identifiers(&relationship.kind)));
                    }
                    Arity::Links => {}
                }
                View::Object { owner: None, members, rest: None }
            }
            Self::Data(owner, request) => {
                let mut members = resource(&request.kind, request.action != Action::Create);
                if !request.attributes.is_empty() {
                    let must = request.attributes.values().any(|f| f.required);
                    let node = Node::Attributes(owner, &request.attributes);
                    members.insert("attributes", Member::from(node).must(must));
                }
                if !request.relationships.is_empty() {
                    let must = request.relationships.values().any(|r| r.required);
                    let node = Node::Relationships(owner, &request.relationships, true);
                    members.insert("relationships", Member::from(node).must(must));
                }
                View::Object { owner: None, members, rest: None }
            }
            Self::Identifier(kind) => View::Object { owner: None, members: resource(kind, true), rest: None },
            Self::Identifiers(kind) => View::List(Node::Identifier(kind)),
            Self::Constant(text) => View::Enum(None, Cow::Owned(vec![Value::String((*text).to_owned())])),
            Self::Links | Self::Opaque => View::Opaque,
        }
    }
}

fn members(fields: &Fields) -> BTreeMap<&str, Member<'_>> {
    fields.iter().map(|(name, field)| (name.as_str(), Member::from(field))).collect()
}

fn resource(kind: &str, id: bool) -> BTreeMap<&str, Member<'_>> {
    let mut members = BTreeMap::from([("type", Member::from(Node::Constant(kind)).must(true))]);
    if id {
        members.insert("id", Member::from(Node::Ty(Cow::Owned(TypeRef::String))).must(true));
    }
    members
}

fn view_of<'a>(ty: &TypeRef, api: &'a Api) -> View<'a> {
    match ty {
        TypeRef::Named(id) => match api.types.get_key_value(id) {
            Some((id, ty)) => view_type(id, ty, api),
            None => View::Opaque,
        },
        TypeRef::List(item) => View::List(Node::Ty(Cow::Owned((**item).clone()))),
        TypeRef::Map(item) => View::Map(Node::Ty(Cow::Owned((**item).clone()))),
        TypeRef::Nullable(inner) => View::Nullable(Node::Ty(Cow::Owned((**inner).clone()))),
        scalar => View::Scalar(scalar.to_string()),
    }
}

fn view_type<'a>(id: &'a TypeId, ty: &'a Type, api: &'a Api) -> View<'a> {
    let whole = Some((id, Part::Whole));
    match &ty.shape {
        Shape::Struct(s) => View::Object {
            owner: whole,
            members: members(&s.fields),
            rest: s.additional.as_ref().map(Node::of),
        },
        Shape::Enum(e) => View::Enum(Some(id), Cow::Borrowed(&e.values)),
        Shape::Union(u) => View::Union(id, u),
        Shape::Alias(ty) => view_of(ty, api),
        Shape::Resource(r) => View::Object { owner: whole, members: sent_by_server(id, r), rest: None },
        Shape::Request(r) if r.action == Action::Inline => {
            let mut view = Node::Data(id, r).view(api);
            if let View::Object { members, .. } = &mut view
                && let Some(id) = members.get_mut("id")
            {
                id.required = false;
            }
            view
        }
        Shape::Request(r) => {
            let mut members = BTreeMap::from([("data", Member::from(Node::Data(id, r)).must(true))]);
            if let Some(included) = &r.included {
                let list = TypeRef::List(Box::new(included.clone()));
                members.insert("included", Member::from(Node::Ty(Cow::Owned(list))));
            }
            View::Object { owner: None, members, rest: None }
        }
        Shape::Document(d) => View::Object { owner: None, members: document(d, false), rest: None },
        Shape::Page(d) => View::Object { owner: None, members: document(d, true), rest: None },
        Shape::Linkage(l) => View::Object { owner: None, members: linkage(l), rest: None },
    }
}

fn sent_by_server<'a>(id: &'a TypeId, r: &'a Resource) -> BTreeMap<&'a str, Member<'a>> {
    let mut members = resource(&r.kind, true);
    if !r.attributes.is_empty() {
        members.insert("attributes", Member::from(Node::Attributes(id, &r.attributes)));
    }
    if !r.relationships.is_empty() {
        members.insert("relationships", Member::from(Node::Relationships(id, &r.relationships, false)));
    }
    if r.links {
        members.insert("links", Member::from(Node::Links));
    }
    members
}

fn document(d: &Document, page: bool) -> BTreeMap<&str, Member<'_>> {
    let data = match page {
        true => TypeRef::List(Box::new(d.data.clone())),
        false => d.data.clone(),
    };
    let mut members = BTreeMap::from([("data", Member::from(Node::Ty(Cow::Owned(data))).must(true))]);
    if let Some(included) = &d.included {
        let list = TypeRef::List(Box::new(included.clone()));
        members.insert("included", Member::from(Node::Ty(Cow::Owned(list))));
    }
    members.insert("links", Member::from(Node::Opaque).must(true));
    if page {
        members.insert("meta", Member::from(Node::Opaque));
    }
    members
}

fn linkage(l: &Linkage) -> BTreeMap<&str, Member<'_>> {
    let data = match l.to {
        Arity::Many => Node::Identifiers(&l.kind),
        Arity::One | Arity::Links => Node::Identifier(&l.kind),
    };
    let data = Member::from(data).must(true).null(l.nullable);
    let mut members = BTreeMap::from([("data", data)]);
    if !l.request {
        members.insert("links", Member::from(Node::Opaque).must(true));
        members.insert("meta", Member::from(Node::Opaque));
    }
    members
}
