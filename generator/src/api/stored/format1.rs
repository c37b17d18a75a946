//! Reads stored Apis of format 1, so that `diff` reads earlier commits.
//!
//! In format 1 an id is the text of its path, so the owner of a path follows from the names that exist. A JSON:API
//! shape replaces the objects that it is made of, which are written out here.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_yaml::{Mapping, Value};

use super::super::{
    Action, Api, Arity, ById, Enum, Field, Fields, Linkage, Operation, Relationship, Request, Security,
    Shape, Skipped, Struct, Type, TypeId, TypeRef,
};

pub(super) const FORMAT: u32 = 1;

/// Operations, whose failed responses are listed by their type.
pub(super) fn operations(
    stored: BTreeMap<String, Mapping>,
) -> Result<BTreeMap<String, Operation>, serde_yaml::Error> {
    let mut out = BTreeMap::new();
    for (id, mut operation) in stored {
        if let Some(Value::Mapping(by_type)) = operation.remove("errors") {
            let mut errors = Mapping::new();
            for (ty, statuses) in by_type {
                let ty = if ty.as_str() == Some("-") { Value::Null } else { ty };
                let statuses = match &statuses {
                    Value::String(text) => text.clone(),
                    other => serde_yaml::to_string(other)?,
                };
                for status in statuses.split_whitespace() {
                    errors.insert(status.into(), ty.clone());
                }
            }
            operation.insert("errors".into(), Value::Mapping(errors));
        }
        // Facts that follow from the path and the type are not kept.
        if let Some(Value::Mapping(responses)) = operation.get_mut("responses") {
            for response in responses.values_mut().filter_map(Value::as_mapping_mut) {
                response.remove("null_data");
            }
        }
        out.insert(id, serde_yaml::from_value(Value::Mapping(operation))?);
    }
    Ok(out)
}

/// Facts about the whole API.
#[derive(Deserialize)]
pub(super) struct Info {
    format: u32,
    name: String,
    title: String,
    version: String,
    #[serde(default = "super::super::components")]
    schemas: String,
    servers: Vec<String>,
    #[serde(default)]
    security: BTreeMap<String, Scheme>,
    #[serde(default)]
    skipped: Vec<Skipped>,
    /// Schemas behind `links` and `meta`, by name.
    #[serde(default)]
    conventions: BTreeMap<String, Convention>,
}

/// A way to authenticate.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Scheme {
    Http(String),
    Header(String),
    Query(String),
    Cookie(String),
    OAuth2,
}

impl From<Scheme> for Security {
    fn from(scheme: Scheme) -> Self {
        match scheme {
            Scheme::Http(scheme) => Self::Http(scheme),
            Scheme::Header(name) => Self::Header(name),
            Scheme::Query(name) => Self::Query(name),
            Scheme::Cookie(name) => Self::Cookie(name),
            Scheme::OAuth2 => Self::OAuth2(BTreeMap::new()),
        }
    }
}

/// Schemas behind `links` and `meta`, by name.
pub(super) type Conventions = BTreeMap<String, Convention>;

impl Info {
    pub(super) fn split(self) -> (super::super::Info, Conventions) {
        let Self { format, name, title, version, schemas, servers, security, skipped, conventions } = self;
        let security = security.into_iter().map(|(name, scheme)| (name, scheme.into())).collect();
        (
            super::super::Info {
                webhooks: BTreeMap::new(),
                calls: BTreeMap::new(),
                event: None,
                format,
                name,
                title,
                version,
                schemas,
                servers,
                security,
                required: None,
                assumed: false,
                skipped,
            },
            conventions,
        )
    }
}

/// A schema behind `links` or `meta`.
#[derive(Deserialize)]
pub(super) struct Convention {
    /// Its use: `document`, `page`, `resource` or `relationship`.
    uses: BTreeSet<String>,
    /// Its members, by their paths: `paging.total`.
    members: Fields,
}

/// Finds the owner of each id that was read as if it were of the present format, and writes the shapes of JSON:API out.
pub(super) fn upgrade(api: &mut Api, conventions: &Conventions) {
    let known: BTreeSet<String> = api.types.keys().map(TypeId::label).collect();
    let operations: BTreeSet<String> = api.operations.keys().cloned().collect();
    let settle = |id: &mut TypeId| *id = settled(&id.label(), &known, &operations);
    let settle_ref = |ty: &mut TypeRef| each_id(ty, &settle);
    let settle_content = |(_, ty): (&String, &mut TypeRef)| settle_ref(ty);
    for (mut id, mut ty) in std::mem::take(&mut api.types) {
        settle(&mut id);
        ty.shape.refs_mut().into_iter().for_each(settle_ref);
        api.types.insert(id, ty);
    }
    for operation in api.operations.values_mut() {
        operation.parameters.iter_mut().for_each(|p| settle_ref(&mut p.ty));
        operation.body.iter_mut().flat_map(|b| b.content.iter_mut()).for_each(settle_content);
        operation.responses.iter_mut().flat_map(|(_, r)| r.content.iter_mut()).for_each(settle_content);
        operation.errors.iter_mut().flat_map(|(_, r)| r.content.iter_mut()).for_each(settle_content);
    }
    let mut out = Wire { types: ById::default(), conventions };
    for (name, convention) in conventions {
        out.convention(&TypeId::schema(name.as_str()), &convention.members, "");
    }
    for (id, ty) in std::mem::take(&mut api.types) {
        let shape = match ty.shape {
            Shape::Resource(r) => out.resource(&id, r.kind, r.attributes, &r.relationships, r.links),
            Shape::Request(r) => out.request(&id, r),
            Shape::Document(d) => out.document(&id, d.data, d.included, "document"),
            Shape::Page(d) => out.document(&id, TypeRef::List(Box::new(d.data)), d.included, "page"),
            Shape::Linkage(l) => out.linkage(&id, &l),
            shape => shape,
        };
        out.types.insert(id, Type { shape, ..ty });
    }
    api.types = out.types;
    api.types.sort_unstable_keys();
}

/// The objects that JSON:API shapes represent.
struct Wire<'c> {
    types: ById<Type>,
    conventions: &'c Conventions,
}

fn required(ty: TypeRef) -> Field {
    Field { required: true, ..ty.into() }
}

impl Wire<'_> {
    fn place(&mut self, id: TypeId, fields: Fields) -> TypeRef {
        let s = Struct { fields, ..Struct::default() };
        self.types.insert(id.clone(), Shape::Struct(s).into());
        TypeRef::Named(id)
    }

    /// A schema behind `links` or `meta`, or a member of one.
    fn convention(&mut self, id: &TypeId, members: &Fields, before: &str) -> TypeRef {
        let mut fields = Fields::new();
        for (path, field) in members {
            let Some(name) = path.strip_prefix(before).filter(|name| !name.contains('.')) else { continue };
            let inner = format!("{path}.");
            let mut field = field.clone();
            if members.keys().any(|other| other.starts_with(&inner)) {
                field.ty = self.convention(&id.member(name), members, &inner);
            }
            fields.insert(name.to_owned(), field);
        }
        self.place(id.clone(), fields)
    }

    /// `links` or `meta` of the object in a place.
    fn conventional(&self, member: &str, place: &str) -> Option<Field> {
        let is_meta = |convention: &Convention| convention.members.contains_key("paging");
        let found = self.conventions.iter().find(|(_, convention)| {
            convention.uses.contains(place) && is_meta(convention) == (member == "meta")
        });
        Some(TypeRef::Named(TypeId::schema(found?.0.as_str())).into())
    }

    /// `type` and `id`.
    fn identity(&mut self, id: &TypeId, kind: String, has_id: Option<bool>) -> Fields {
        let own = id.member("type");
        let e = Enum { values: vec![super::super::Value::String(kind)], ..Enum::default() };
        self.types.insert(own.clone(), Shape::Enum(e).into());
        let mut fields = Fields::from_iter([("type".to_owned(), required(TypeRef::Named(own)))]);
        fields
            .extend(has_id.map(|must| ("id".to_owned(), Field { required: must, ..TypeRef::String.into() })));
        fields
    }

    fn identifier(&mut self, id: TypeId, kind: &str) -> TypeRef {
        let fields = self.identity(&id, kind.to_owned(), Some(true));
        self.place(id, fields)
    }

    /// `data` that refers to resources.
    fn data(&mut self, id: &TypeId, to: Arity, kind: &str) -> TypeRef {
        match to {
            Arity::Many => TypeRef::List(Box::new(self.identifier(id.items(), kind))),
            Arity::One | Arity::Links => self.identifier(id.clone(), kind),
        }
    }

    fn parts(
        &mut self,
        id: &TypeId,
        fields: &mut Fields,
        attributes: Fields,
        relationships: &BTreeMap<String, Relationship>,
        sent: bool,
    ) {
        if !attributes.is_empty() {
            let must = sent && attributes.values().any(|field| field.required);
            let ty = self.place(id.member("attributes"), attributes);
            fields.insert("attributes".to_owned(), Field { required: must, ..ty.into() });
        }
        if relationships.is_empty() {
            return;
        }
        let own = id.member("relationships");
        let mut all = Fields::new();
        for (name, relationship) in relationships {
            let own = own.member(name.as_str());
            let mut one = Fields::new();
            if relationship.to != Arity::Links {
                let data = self.data(&own.member("data"), relationship.to, &relationship.kind);
                one.insert("data".to_owned(), Field { nullable: relationship.nullable, ..data.into() });
            }
            if !sent {
                one.extend(
                    self.conventional("links", "relationship").map(|field| ("links".to_owned(), field)),
                );
                let meta =
                    self.conventional("meta", "relationship").filter(|_| relationship.to == Arity::Many);
                one.extend(meta.map(|field| ("meta".to_owned(), field)));
            }
            let (must, deprecated) = (relationship.required, relationship.deprecated);
            let ty = self.place(own, one);
            all.insert(name.clone(), Field { required: must, deprecated, ..ty.into() });
        }
        let must = sent && relationships.values().any(|relationship| relationship.required);
        let ty = self.place(own, all);
        fields.insert("relationships".to_owned(), Field { required: must, ..ty.into() });
    }

    fn resource(
        &mut self,
        id: &TypeId,
        kind: String,
        attributes: Fields,
        relationships: &BTreeMap<String, Relationship>,
        links: bool,
    ) -> Shape {
        let mut fields = self.identity(id, kind, Some(true));
        self.parts(id, &mut fields, attributes, relationships, false);
        if links {
            fields.extend(self.conventional("links", "resource").map(|field| ("links".to_owned(), field)));
        }
        Shape::Struct(Struct { fields, ..Struct::default() })
    }

    fn request(&mut self, id: &TypeId, request: Request) -> Shape {
        let Request { action, kind, attributes, relationships, included, one_of } = request;
        if action == Action::Inline {
            let mut fields = self.identity(id, kind, Some(false));
            self.parts(id, &mut fields, attributes, &relationships, true);
            return Shape::Struct(Struct { fields, ..Struct::default() });
        }
        let own = id.member("data");
        let mut data = self.identity(&own, kind, (action == Action::Update).then_some(true));
        self.parts(&own, &mut data, attributes, &relationships, true);
        let s = Struct { fields: data, one_of, ..Struct::default() };
        self.types.insert(own.clone(), Shape::Struct(s).into());
        let mut fields = Fields::from_iter([("data".to_owned(), required(TypeRef::Named(own)))]);
        let included = included.map(|item| TypeRef::List(Box::new(item)).into());
        fields.extend(included.map(|field| ("included".to_owned(), field)));
        Shape::Struct(Struct { fields, ..Struct::default() })
    }

    fn document(&mut self, _: &TypeId, data: TypeRef, included: Option<TypeRef>, place: &str) -> Shape {
        let mut fields = Fields::from_iter([("data".to_owned(), required(data))]);
        let included = included.map(|item| TypeRef::List(Box::new(item)).into());
        fields.extend(included.map(|field| ("included".to_owned(), field)));
        self.around(&mut fields, place);
        Shape::Struct(Struct { fields, ..Struct::default() })
    }

    fn linkage(&mut self, id: &TypeId, linkage: &Linkage) -> Shape {
        let data = self.data(&id.member("data"), linkage.to, &linkage.kind);
        let data = Field { nullable: linkage.nullable, ..required(data) };
        let mut fields = Fields::from_iter([("data".to_owned(), data)]);
        if !linkage.request {
            self.around(&mut fields, if linkage.to == Arity::Many { "page" } else { "document" });
        }
        Shape::Struct(Struct { fields, ..Struct::default() })
    }

    /// `links` and `meta` of a document.
    fn around(&self, fields: &mut Fields, place: &str) {
        let links = self.conventional("links", place).map(|field| Field { required: true, ..field });
        let links = links.unwrap_or_else(|| required(TypeRef::Map(Box::new(TypeRef::Any))));
        fields.insert("links".to_owned(), links);
        fields.extend(self.conventional("meta", place).map(|field| ("meta".to_owned(), field)));
    }
}

fn each_id(ty: &mut TypeRef, settle: &impl Fn(&mut TypeId)) {
    match ty {
        TypeRef::Named(id) => settle(id),
        other => other.inner_mut().into_iter().for_each(|inner| each_id(inner, settle)),
    }
}

/// The shortest owner that there is has the rest of the text as its way.
fn settled(text: &str, known: &BTreeSet<String>, operations: &BTreeSet<String>) -> TypeId {
    let ends = text.char_indices().filter(|(_, c)| ['.', '[', '{'].contains(c));
    for (end, c) in ends {
        let (owner, way) = text.split_at(end);
        let start = match (known.contains(owner), c == '.' && operations.contains(owner)) {
            (true, _) => TypeId::schema(owner),
            (false, true) => TypeId::operation(owner),
            (false, false) => continue,
        };
        if let Ok(TypeId { path, .. }) = format!("x{way}").parse::<TypeId>() {
            return TypeId { path, ..start };
        }
    }
    TypeId::schema(text)
}
