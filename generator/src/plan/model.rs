//! Plans models: the structs of objects and resources, and other names of types.

use std::collections::BTreeMap;

use super::definition::{
    Codec, Constructor, Definition, DefinitionKind, Member, MemberSetter, Module, Page, Section, Struct,
};
use super::doc::code;
use super::field_docs::field_docs;
use super::{Context, Hold, RustType};
use crate::api::{Arity, Field, Resource, Shape, Type, TypeId, TypeRef};
use crate::name::TypeName;

impl Context<'_> {
    /// The modules of models.
    pub(super) fn modules(&self) -> Vec<Module> {
        let mut modules: BTreeMap<&str, Vec<Definition>> = BTreeMap::new();
        for (id, name) in &self.names.types {
            let Some(ty) = self.api.types.get(id) else { continue };
            let is_argument = matches!(&ty.shape, Shape::Linkage(l) if l.request);
            if !is_argument && self.names.modules.contains_key(&name.module) {
                modules.entry(&name.module).or_default().extend(self.definitions(id, ty, name));
            }
        }
        for (name, token) in &self.names.tokens {
            modules.entry(&token.module).or_default().push(self.token_type(name, token));
        }
        let all = modules.into_iter().map(|(name, definitions)| {
            let areas = self.names.modules.get(name).cloned();
            Module { name: name.to_owned(), areas, definitions }
        });
        all.collect()
    }

    /// A type, and the types that only it uses.
    fn definitions(&self, id: &TypeId, ty: &Type, name: &TypeName) -> Vec<Definition> {
        if let Some(target) = self.replacement(id) {
            let docs = self.type_docs(format!("{}.", code(&id.label())), ty, name);
            let kind = DefinitionKind::Alias(target);
            let (ident, origin) = (name.ident.clone(), self.api.type_pointer(id));
            return vec![Definition { ident, docs, deprecated: false, origin, kind }];
        }
        let (what, kind) = match &ty.shape {
            Shape::Struct(s) => {
                let (structure, required) = self.structure(id, name, s);
                let what = format!("{}.", code(&id.label()));
                return self.with_required(id, ty, name, (what, structure, required));
            }
            Shape::Request(r) => return self.with_required(id, ty, name, self.request(id, name, r)),
            Shape::Resource(r) => return self.resource(id, ty, name, r),
            Shape::Enum(e) => {
                (format!("{}, open to new values.", code(&id.label())), self.enumeration(name, e))
            }
            Shape::Union(u) => (self.union_docs(id), self.union(id, name, u)),
            Shape::Alias(target) => {
                (format!("{}.", code(&id.label())), DefinitionKind::Alias(self.ty(target)))
            }
            Shape::Document(_) => {
                ("A document with one resource.".to_owned(), DefinitionKind::Alias(self.document(ty)))
            }
            Shape::Page(_) => ("A page of resources.".to_owned(), DefinitionKind::Alias(self.document(ty))),
            Shape::Linkage(l) => {
                (format!("Identifiers of {}.", code(&l.kind)), DefinitionKind::Alias(self.document(ty)))
            }
        };
        vec![self.definition(id, ty, name, what, kind)]
    }

    fn definition(
        &self,
        id: &TypeId,
        ty: &Type,
        name: &TypeName,
        what: String,
        kind: DefinitionKind,
    ) -> Definition {
        let docs = self.type_docs(what, ty, name);
        let (ident, origin) = (name.ident.clone(), self.api.type_pointer(id));
        Definition { ident, docs, deprecated: ty.deprecated, origin, kind }
    }

    /// A struct, and the struct of its required fields if `new` takes one.
    fn with_required(
        &self,
        id: &TypeId,
        ty: &Type,
        name: &TypeName,
        (what, structure, required): (String, Struct, Vec<Member>),
    ) -> Vec<Definition> {
        let literal = structure.constructor.as_ref().and_then(|new| new.literal.clone());
        let own = self.definition(id, ty, name, what, DefinitionKind::Struct(Box::new(structure)));
        let literal = literal.map(|ident| Definition {
            ident,
            docs: vec![format!("Required fields of [`{}`].", own.ident)],
            deprecated: false,
            origin: own.origin.clone(),
            kind: DefinitionKind::Required(required),
        });
        std::iter::once(own).chain(literal).collect()
    }

    /// Documentation of a type: its purpose, the document's words, and the features that bring it.
    pub(super) fn type_docs(&self, what: String, ty: &Type, name: &TypeName) -> Vec<String> {
        if !self.documented {
            return Vec::new();
        }
        let doc = ty.doc.as_ref().map(|doc| doc.trim().to_owned());
        let note = self.names.modules.get(&name.module).and_then(|areas| self.feature_note(areas));
        let link = name.link.as_ref().map(|link| format!(" [Vendor's page]({link})")).unwrap_or_default();
        let more = doc.into_iter().chain(note).flat_map(|line| [String::new(), line]);
        std::iter::once(what + &link).chain(more).collect()
    }

    /// A member of an object.
    pub(super) fn member(
        &self,
        ident: &str,
        wire: &str,
        field: &Field,
        (hold, boxed): (Hold, bool),
    ) -> Member {
        let docs = if self.documented { field_docs(ident, wire, field) } else { Vec::new() };
        let own = Member::new(ident, wire, self.held(&field.ty, hold, boxed), docs);
        Member { hold, boxed, deprecated: field.deprecated, ..own }
    }

    /// The generic type of a JSON:API document.
    fn document(&self, ty: &Type) -> RustType {
        match &ty.shape {
            Shape::Document(d) | Shape::Page(d) => {
                let generic = if matches!(ty.shape, Shape::Page(_)) { "Page" } else { "Document" };
                let included = d.included.as_ref().map(|included| self.ty(included));
                let arguments = std::iter::once(self.ty(&d.data)).chain(included);
                RustType::runtime_of(generic, arguments.collect())
            }
            Shape::Linkage(l) if l.to == Arity::Many => RustType::runtime("Linkages"),
            _ => RustType::runtime("Linkage"),
        }
    }

    /// The struct of an object, and the members that a literal of its constructor takes.
    fn structure(&self, id: &TypeId, name: &TypeName, s: &crate::api::Struct) -> (Struct, Vec<Member>) {
        let (sent, received) = (self.is_sent(id), self.received.contains(id));
        // The tag that distinguishes the type in a union is not a choice of its creator.
        let tags = self.tags.get(id);
        let tag = |wire: &str| tags.and_then(|tags| tags.get(wire));
        let (mut members, mut required, mut null, mut constants, mut chosen) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        // A request has no member that only the server sets.
        for (wire, field) in s.fields.iter().filter(|(_, field)| received || !sent || !field.read_only) {
            let ident = name.members.get(wire).cloned().unwrap_or_default();
            let mut member = self.member(&ident, wire, field, self.hold(id, field));
            let comes = !field.write_only && (!field.read_only || !sent || self.told_apart.contains(id));
            if field.required && !field.nullable && comes {
                required.push(wire.clone());
            }
            if sent && field.required && field.nullable && !field.read_only && member.hold == Hold::Option {
                null.push(wire.clone());
            }
            match tag(wire) {
                Some(tag) if sent => constants.push((ident, tag.clone())),
                None if sent && !field.read_only => {
                    member.argument = Some(self.argument(&field.ty));
                    member.setter = Some(setter(&member));
                    chosen.extend((member.hold == Hold::Plain).then(|| member.clone()));
                }
                _ => {}
            }
            members.push(member);
        }
        let constructor = sent.then(|| self.constructor(name, &chosen, constants, ("a value", Vec::new())));
        let structure = Struct {
            members,
            additional: s.additional.as_ref().map(|item| self.ty(item)),
            codec: Codec::Object { required, null },
            derives: self.derives(&name.ident),
            constructor,
            page: self.pages.get(id).and_then(|path| self.list_of(id, path)),
        };
        (structure, chosen)
    }

    /// `new` with the required fields: none, one, or a struct of several, so that no two can be swapped.
    pub(super) fn constructor(
        &self,
        name: &TypeName,
        required: &[Member],
        constants: Vec<(String, String)>,
        (what, rules): (&str, Vec<String>),
    ) -> Constructor {
        let doc = match (required.is_empty(), constants.is_empty()) {
            (true, true) => format!("Creates {what} without fields."),
            (true, false) => format!("Creates {what} with its constant fields."),
            (false, _) => format!("Creates {what} with its required fields."),
        };
        Constructor {
            docs: std::iter::once(doc).chain(rules).collect(),
            required: required.iter().map(|member| member.ident.clone()).collect(),
            literal: name.required.clone().filter(|_| required.len() > 1),
            constants,
        }
    }

    /// A resource, its attributes and its relationships.
    fn resource(&self, id: &TypeId, ty: &Type, name: &TypeName, r: &Resource) -> Vec<Definition> {
        let own = &name.ident;
        let (attributes, relationships) = (format!("{own}Attributes"), format!("{own}Relationships"));
        let field =
            |ident: &str, ty: RustType, doc: &str| Member::new(ident, ident, ty, vec![doc.to_owned()]);
        let mut members = vec![Member {
            section: Section::Id,
            argument: Some(self.argument(&TypeRef::String)),
            ..field("id", RustType::string(), "Opaque, and unique among resources of its type.")
        }];
        let mut parts = Vec::new();
        let part = |ident: &str, what: &str, members: Vec<Member>| {
            self.part(id, ident, format!("{what} of [`{own}`]."), members)
        };
        if !r.attributes.is_empty() {
            let ty = RustType::Own(attributes.clone());
            members.push(field("attributes", ty, "Attributes; only requested fields are set."));
            let all = r.attributes.iter().map(|(wire, field)| {
                let ident = name.members.get(wire).map(String::as_str).unwrap_or_default();
                self.member(ident, wire, field, (Hold::Option, false))
            });
            parts.push(part(&attributes, "Attributes", all.collect()));
        }
        if !r.relationships.is_empty() {
            let ty = RustType::runtime_of("Sparse", vec![RustType::Own(relationships.clone())]);
            let doc = "Relationships to other resources; most have `data` only if `include` requested them.";
            members.push(field("relationships", ty, doc));
            parts.push(part(&relationships, "Relationships", self.relationships(name, r)));
        }
        if r.links {
            members.push(field("links", RustType::runtime("ResourceLinks"), "Links to this resource."));
        }
        let structure = Struct {
            members,
            additional: None,
            codec: Codec::Resource { kind: r.kind.clone() },
            derives: Vec::new(),
            constructor: Some(Constructor {
                docs: vec!["Creates a resource with an id and nothing else.".to_owned()],
                required: vec!["id".to_owned()],
                literal: None,
                constants: Vec::new(),
            }),
            page: None,
        };
        let what = format!("A resource of the type {}.", code(&r.kind));
        let own = self.definition(id, ty, name, what, DefinitionKind::Struct(Box::new(structure)));
        std::iter::once(own).chain(parts).collect()
    }

    /// The attributes or the relationships of a resource.
    fn part(&self, id: &TypeId, ident: &str, doc: String, members: Vec<Member>) -> Definition {
        Definition {
            ident: ident.to_owned(),
            docs: vec![doc],
            deprecated: false,
            origin: self.api.type_pointer(id),
            kind: DefinitionKind::Struct(Box::new(Struct {
                members,
                additional: None,
                codec: Codec::Object { required: Vec::new(), null: Vec::new() },
                derives: self.derives(ident),
                constructor: None,
                page: None,
            })),
        }
    }

    fn relationships(&self, name: &TypeName, r: &Resource) -> Vec<Member> {
        let all = r.relationships.iter().map(|(wire, relationship)| {
            let kind = code(&relationship.kind);
            let (ty, about) = match relationship.to {
                Arity::One => (RustType::runtime("ToOne"), Some(format!("One of {kind}."))),
                Arity::Many => (RustType::runtime("ToMany"), Some(format!("Any number of {kind}."))),
                Arity::Links => (RustType::runtime("Related"), None),
            };
            let ident = name.members.get(wire).map(String::as_str).unwrap_or_default();
            let own = Member::new(ident, wire, ty, about.into_iter().collect());
            Member { deprecated: relationship.deprecated, ..own }
        });
        all.collect()
    }

    /// The list at a path in an object.
    fn list_of(&self, id: &TypeId, path: &str) -> Option<Page> {
        let (id, Type { shape: Shape::Struct(object), .. }) = self.api.resolve(id)? else { return None };
        object.fields.iter().find_map(|(wire, field)| {
            let rest = path.strip_prefix(wire.as_str())?;
            let (hold, boxed) = self.hold(id, field);
            let first = (self.names.types.get(id)?.members.get(wire)?.clone(), hold, boxed);
            if rest.is_empty() {
                let TypeRef::List(item) = self.through(&field.ty) else { return None };
                return Some(Page { path: vec![first], item: self.ty(item) });
            }
            let mut page = self.list_of(self.through(&field.ty).named()?, rest.strip_prefix('.')?)?;
            page.path.insert(0, first);
            Some(page)
        })
    }

    /// The type that replaces a schema (`crate.toml`).
    fn replacement(&self, id: &TypeId) -> Option<RustType> {
        let name = id.schema_name().filter(|_| !id.is_inline())?;
        let path = self.custom.replace.get(name)?;
        Some(RustType::runtime_of("Typed", vec![RustType::Std(path.clone().into(), Vec::new())]))
    }

    /// The additional derives of a struct (`crate.toml`).
    pub(super) fn derives(&self, name: &str) -> Vec<String> {
        let derive = &self.custom.derive;
        derive.get("*").into_iter().chain(derive.get(name)).flatten().cloned().collect()
    }
}

/// The methods that set a field: those that every type has, or may have by a trait, keep their names.
pub(super) fn setter(member: &Member) -> MemberSetter {
    let ident = match member.ident.as_str() {
        field @ ("new" | "default" | "clone") => format!("{field}_"),
        field => field.to_owned(),
    };
    let clear = (member.hold == Hold::Patch).then(|| format!("clear_{}", member.ident.trim_end_matches('_')));
    MemberSetter { ident, clear }
}
