//! Renders a type: struct or enum, setters and codec line.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::Context;
use super::parameter::converted;
use super::rust::{Source, deprecated, docs, filled, ident, inline, macro_call};
use crate::api::{Arity, Enum, Field, Resource, Shape, Struct, Type, TypeId, TypeRef, Union, Value, Variant};
use crate::name::TypeName;
use crate::plan::doc::code;
use crate::plan::model::field_docs;
use crate::plan::{Hold, ItemKind, Items, RustType, Signature};

/// A field of a Rust struct, ready to be written.
pub(super) struct Member<'a> {
    pub(super) ident: String,
    pub(super) wire: &'a str,
    pub(super) ty: &'a TypeRef,
    pub(super) hold: Hold,
    pub(super) boxed: bool,
    pub(super) deprecated: bool,
    pub(super) docs: Vec<String>,
}

impl Context<'_> {
    /// Writes the type `id` into its module.
    pub(super) fn model(&self, id: &TypeId, ty: &Type, source: &mut Source, listing: &mut Items) {
        let Some(name) = self.names.types.get(id) else { return };
        let at = self.api.type_pointer(id);
        let own = listing.item(&at, self.names.modules.get(&name.module));
        if let Some(target) = self.replacement(id) {
            let docs = self.type_docs(format!("{}.", code(&id.label())), ty, &name.module);
            let ident = ident(&name.ident);
            own.add(ItemKind::Type, &name.ident, Signature::Type(target.clone()));
            return source.items(quote! { #docs pub type #ident = #target; });
        }
        match &ty.shape {
            Shape::Struct(s) => self.structure(id, ty, name, s, source, own),
            Shape::Enum(e) => self.enumeration(id, ty, name, e, source, own),
            Shape::Union(u) => self.union(id, ty, name, u, source, own),
            Shape::Resource(r) => self.resource(ty, name, r, source, own),
            Shape::Request(r) => self.request(id, ty, name, r, source, own),
            Shape::Alias(_) | Shape::Document(_) | Shape::Page(_) | Shape::Linkage(_) => {
                self.alias(id, ty, name, source, own);
            }
        }
    }

    /// Documentation of a field; none where only items are listed.
    pub(super) fn field_docs(&self, ident: &str, wire: &str, field: &Field) -> Vec<String> {
        if self.printed { field_docs(ident, wire, field) } else { Vec::new() }
    }

    /// Documentation of a type: its purpose, our own words, and the features that bring it.
    pub(super) fn type_docs(&self, what: String, ty: &Type, module: &str) -> TokenStream {
        if !self.printed {
            return TokenStream::new();
        }
        let mut lines = vec![what];
        if let Some(doc) = &ty.doc {
            lines.extend([String::new(), doc.trim().to_owned()]);
        }
        if let Some(note) = self.names.modules.get(module).and_then(|areas| self.feature_note(areas)) {
            lines.extend([String::new(), note]);
        }
        docs(&lines)
    }

    fn alias(&self, id: &TypeId, ty: &Type, name: &TypeName, source: &mut Source, listing: &mut Items) {
        let target = match &ty.shape {
            Shape::Alias(target) => self.ty(target),
            _ => self.document(ty),
        };
        let what = match &ty.shape {
            Shape::Document(_) => "A document with one resource.".to_owned(),
            Shape::Page(_) => "A page of resources.".to_owned(),
            Shape::Linkage(l) => format!("Identifiers of {}.", code(&l.kind)),
            _ => format!("{}.", code(&id.label())),
        };
        let docs = self.type_docs(what, ty, &name.module);
        let own = ident(&name.ident);
        let deprecated = deprecated(ty.deprecated);
        listing.add(ItemKind::Type, &name.ident, Signature::Type(target.clone()));
        source.items(quote! { #docs #deprecated pub type #own = #target; });
    }

    /// The generic type of a JSON:API document.
    pub(super) fn document(&self, ty: &Type) -> RustType {
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

    fn structure(
        &self,
        id: &TypeId,
        ty: &Type,
        name: &TypeName,
        s: &Struct,
        source: &mut Source,
        listing: &mut Items,
    ) {
        let (sent, received) = (self.is_sent(id), self.received.contains(id));
        let members: Vec<Member<'_>> = s
            .fields
            .iter()
            // A request has no member that only the server sets.
            .filter(|(_, field)| received || !sent || !field.read_only)
            .map(|(wire, field)| {
                let (hold, boxed) = self.hold(id, field);
                let ident = name.members.get(wire).cloned().unwrap_or_default();
                let docs = self.field_docs(&ident, wire, field);
                Member { ident, wire, ty: &field.ty, hold, boxed, deprecated: field.deprecated, docs }
            })
            .collect();
        let rest = s.additional.as_ref();
        let docs = self.type_docs(format!("{}.", code(&id.label())), ty, &name.module);
        self.write_struct(&name.ident, docs, ty.deprecated, &members, rest, source, listing);
        let names = |is: &dyn Fn(&Member<'_>, &Field) -> bool| -> Vec<String> {
            let all = members.iter().filter_map(|m| Some((m, s.fields.get(m.wire)?)));
            all.filter(|(m, f)| is(m, f)).map(|(m, _)| format!("{:?}", m.wire)).collect()
        };
        let required = names(&|_, f| {
            let comes = !f.write_only && (!f.read_only || !sent || self.told_apart.contains(id));
            f.required && !f.nullable && comes
        });
        let null = names(&|m, f| sent && f.required && f.nullable && !f.read_only && m.hold == Hold::Option);
        let mut tail = String::new();
        if !required.is_empty() {
            tail.push_str(&format!(" required [{}]", required.join(", ")));
        }
        if !null.is_empty() {
            tail.push_str(&format!(" null [{}]", null.join(", ")));
        }
        if rest.is_some() {
            tail.push_str(" rest additional");
        }
        source.line(&macro_call(&format!("rt::object! {{ {}", name.ident), &wires(&members), &tail));
        if sent {
            let all = members.len() + rest.iter().len();
            self.write_methods(id, &name.ident, s, (&members, all), source, listing);
        }
        self.write_paging(id, name, source);
    }

    /// The struct itself.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn write_struct(
        &self,
        name: &str,
        docs_of: TokenStream,
        deprecated_type: bool,
        members: &[Member<'_>],
        rest: Option<&TypeRef>,
        source: &mut Source,
        listing: &mut Items,
    ) {
        let own = ident(name);
        listing.add(ItemKind::Struct, name, Signature::None);
        let fields = members.iter().map(|m| {
            let ty = self.held(m.ty, m.hold, m.boxed);
            listing.add(ItemKind::Field, &format!("{name}.{}", m.ident), Signature::Type(ty.clone()));
            self.tokens(|| {
                let (docs, deprecated, ident) = (docs(&m.docs), deprecated(m.deprecated), ident(&m.ident));
                quote! { #docs #deprecated pub #ident: #ty }
            })
        });
        let fields: Vec<TokenStream> = fields.collect();
        let rest = rest.map(|item| {
            let item = self.ty(item);
            quote! { #[doc = " Members with other names."] pub additional: std::collections::BTreeMap<String, #item>, }
        });
        let (deprecated, derives) = (deprecated(deprecated_type), self.derives(name));
        source.items(quote! {
            #docs_of #deprecated #derives
            #[non_exhaustive]
            pub struct #own { #(#fields,)* #rest }
        });
    }

    /// `new` with the required members, a setter for each member, and one that sends null if that has a meaning.
    fn write_methods(
        &self,
        id: &TypeId,
        name: &str,
        s: &Struct,
        (members, all): (&[Member<'_>], usize),
        source: &mut Source,
        listing: &mut Items,
    ) {
        let own = ident(name);
        // The tag that distinguishes the type in a union is not a choice of its creator.
        let tags = self.tags.get(id);
        let tag = |m: &Member<'_>| tags.and_then(|tags| tags.get(m.wire)).map(String::as_str);
        let constants: Vec<(&Member<'_>, &str)> = members.iter().filter_map(|m| Some((m, tag(m)?))).collect();
        let is_settable =
            |m: &&Member<'_>| tag(m).is_none() && !s.fields.get(m.wire).is_some_and(|f| f.read_only);
        let chosen: Vec<&Member<'_>> = members.iter().filter(is_settable).collect();
        let required: Vec<&Member<'_>> = chosen.iter().copied().filter(|m| m.hold == Hold::Plain).collect();
        let (constructor, required) =
            self.constructor(id, &required, &constants, all, ("a value", &[]), (source, listing));
        let setters: Vec<TokenStream> = chosen.iter().map(|m| self.setter(name, m, listing)).collect();
        source.items(quote! { impl #own { #constructor #(#setters)* } #required });
    }

    /// A setter, and one that sends null where that means something.
    pub(super) fn setter(&self, of: &str, m: &Member<'_>, listing: &mut Items) -> TokenStream {
        let (argument, convert) = self.argument(m.ty);
        let setter = setter_of(&m.ident);
        listing.add(ItemKind::Fn, &format!("{of}::{setter}"), Signature::Type(argument.clone()));
        let clear = (m.hold == Hold::Patch).then(|| format!("clear_{}", m.ident.trim_end_matches('_')));
        if let Some(clear) = &clear {
            listing.add(ItemKind::Fn, &format!("{of}::{clear}"), Signature::None);
        }
        if !self.printed {
            return TokenStream::new();
        }
        let field = ident(&m.ident);
        let name = if matches!(m.ty, TypeRef::List(_)) { "values" } else { "value" };
        let (name, inline) = (ident(name), inline([&argument]));
        let value = converted(&name, convert);
        let value = if m.boxed { quote!(Box::new(#value)) } else { value };
        let stored = match m.hold {
            Hold::Plain => value,
            Hold::Option => quote!(Some(#value)),
            Hold::Patch => quote!(rt::Patch::Value(#value)),
        };
        let deprecated = deprecated(m.deprecated);
        let doc = format!(" Sets [`{}`](Self#structfield.{}).", m.ident, m.ident);
        let setter = ident(&setter);
        let clear = clear.map(|clear| {
            let clear = ident(&clear);
            let doc = format!(" Sends null for [`{}`](Self#structfield.{}).", m.ident, m.ident);
            quote! {
                #[doc = #doc] #deprecated #[inline]
                pub fn #clear(mut self) -> Self { self.#field = rt::Patch::Null; self }
            }
        });
        quote! {
            #[doc = #doc] #deprecated #inline
            pub fn #setter(mut self, #name: #argument) -> Self { self.#field = #stored; self }
            #clear
        }
    }

    fn resource(&self, ty: &Type, name: &TypeName, r: &Resource, source: &mut Source, listing: &mut Items) {
        let member = |wire: &str| name.members.get(wire).cloned().unwrap_or_default();
        let own = ident(&name.ident);
        let (attributes, relationships) =
            (format_ident!("{own}Attributes"), format_ident!("{own}Relationships"));
        let mut fields = TokenStream::new();
        let mut parts = Vec::new();
        listing.add(ItemKind::Struct, &own.to_string(), Signature::None);
        listing.add(ItemKind::Field, &format!("{own}.id"), Signature::Type(RustType::string()));
        if !r.attributes.is_empty() {
            fields.extend(
                quote! { #[doc = " Attributes; only requested fields are set."] pub attributes: #attributes, },
            );
            parts.push("attributes: \"attributes\"".to_owned());
            listing.add(
                ItemKind::Field,
                &format!("{own}.attributes"),
                Signature::Type(RustType::Model(attributes.to_string())),
            );
        }
        if !r.relationships.is_empty() {
            fields.extend(
                quote! { #[doc = " Relationships to other resources; most have `data` only if `include` requested them."] pub relationships: rt::Sparse<#relationships>, },
            );
            parts.push("relationships: \"relationships\"".to_owned());
            let sparse = RustType::runtime_of("Sparse", vec![RustType::Model(relationships.to_string())]);
            listing.add(ItemKind::Field, &format!("{own}.relationships"), Signature::Type(sparse));
        }
        if r.links {
            fields.extend(quote! { #[doc = " Links to this resource."] pub links: rt::ResourceLinks, });
            parts.push("links: \"links\"".to_owned());
            listing.add(
                ItemKind::Field,
                &format!("{own}.links"),
                Signature::Type(RustType::runtime("ResourceLinks")),
            );
        }
        let docs_of = self.type_docs(format!("A resource of the type {}.", code(&r.kind)), ty, &name.module);
        let deprecated_type = deprecated(ty.deprecated);
        source.items(quote! {
            #docs_of #deprecated_type
            #[non_exhaustive]
            pub struct #own { #[doc = " Opaque, and unique among resources of its type."] pub id: String, #fields }
        });
        source.line(&macro_call(&format!("rt::resource! {{ {own}: {:?}", r.kind), &parts, ""));
        listing.add(ItemKind::Fn, &format!("{own}::new"), Signature::Type(RustType::string().into_arg()));
        source.items(quote! {
            impl #own {
                #[doc = " Creates a resource with an id and nothing else."]
                pub fn new(id: impl Into<String>) -> Self { Self { id: id.into(), ..Self::default() } }
            }
        });
        let nothing = |what: &str| docs(&[format!("{what} of [`{own}`].")]);
        if !r.attributes.is_empty() {
            let members: Vec<Member<'_>> = r
                .attributes
                .iter()
                .map(|(wire, field)| Member {
                    ident: member(wire),
                    wire,
                    ty: &field.ty,
                    hold: Hold::Option,
                    boxed: false,
                    deprecated: field.deprecated,
                    docs: self.field_docs(&member(wire), wire, field),
                })
                .collect();
            let name = attributes.to_string();
            self.write_struct(&name, nothing("Attributes"), false, &members, None, source, listing);
            source.line(&macro_call(&format!("rt::object! {{ {name}"), &wires(&members), ""));
        }
        if !r.relationships.is_empty() {
            self.relationships(
                name,
                &relationships.to_string(),
                r,
                nothing("Relationships"),
                source,
                listing,
            );
        }
    }

    fn relationships(
        &self,
        name: &TypeName,
        own: &str,
        r: &Resource,
        docs_of: TokenStream,
        source: &mut Source,
        listing: &mut Items,
    ) {
        let mut wires = Vec::new();
        listing.add(ItemKind::Struct, own, Signature::None);
        let fields: Vec<TokenStream> = r
            .relationships
            .iter()
            .map(|(wire, relationship)| {
                let field = name.members.get(wire).cloned().unwrap_or_default();
                wires.push(format!("{field}: {wire:?}"));
                let kind = code(&relationship.kind);
                let (ty, about) = match relationship.to {
                    Arity::One => (RustType::runtime("ToOne"), Some(format!("One of {kind}."))),
                    Arity::Many => (RustType::runtime("ToMany"), Some(format!("Any number of {kind}."))),
                    Arity::Links => (RustType::runtime("Related"), None),
                };
                listing.add(ItemKind::Field, &format!("{own}.{field}"), Signature::Type(ty.clone()));
                self.tokens(|| {
                    let (docs, deprecated) = (docs(about.as_slice()), deprecated(relationship.deprecated));
                    let field = ident(&field);
                    quote! { #docs #deprecated pub #field: #ty }
                })
            })
            .collect();
        let ident = ident(own);
        source.items(quote! {
            #docs_of
            #[non_exhaustive]
            pub struct #ident { #(#fields,)* }
        });
        source.line(&macro_call(&format!("rt::object! {{ {own}"), &wires, ""));
    }

    fn enumeration(
        &self,
        id: &TypeId,
        ty: &Type,
        name: &TypeName,
        e: &Enum,
        source: &mut Source,
        listing: &mut Items,
    ) {
        let own = ident(&name.ident);
        let integer = e.values.iter().all(|v| matches!(v, Value::Integer(_)));
        listing.add(ItemKind::Enum, &own.to_string(), Signature::None);
        let mut lines = Vec::new();
        let variants: Vec<TokenStream> = e
            .values
            .iter()
            .map(|value| {
                let (key, wire) = match value {
                    Value::String(text) => (text.clone(), format!("{text:?}")),
                    Value::Integer(number) => (number.to_string(), number.to_string()),
                };
                let variant = name.members.get(&key).cloned().unwrap_or_default();
                listing.add(ItemKind::Variant, &format!("{own}::{variant}"), Signature::None);
                lines.push(format!("{variant} = {wire}"));
                self.tokens(|| {
                    let (docs, variant) = (docs(&[code(&key)]), ident(&variant));
                    quote! { #docs #variant }
                })
            })
            .collect();
        let docs = self.type_docs(format!("{}, open to new values.", code(&id.label())), ty, &name.module);
        let unknown = if integer { quote!(i64) } else { quote!(String) };
        let deprecated = deprecated(ty.deprecated);
        source.items(quote! {
            #docs #deprecated
            #[non_exhaustive]
            pub enum #own {
                #(#variants,)*
                #[doc = " A value that this crate does not know."]
                Unrecognized(#unknown),
            }
        });
        let kind = if integer { "open_int_enum" } else { "open_enum" };
        let case = if e.case_insensitive { " insensitive" } else { "" };
        source.line(&macro_call(&format!("rt::{kind}! {{ {own}{case}"), &lines, ""));
    }

    fn union(
        &self,
        id: &TypeId,
        ty: &Type,
        name: &TypeName,
        u: &Union,
        source: &mut Source,
        listing: &mut Items,
    ) {
        let own = ident(&name.ident);
        listing.add(ItemKind::Enum, &own.to_string(), Signature::None);
        let mut lines = Vec::new();
        let is_tagged = u.is_tagged();
        let variants: Vec<TokenStream> = u
            .variants
            .iter()
            .zip(u.keys())
            .map(|(variant, key)| {
                let member = name.members.get(&key).cloned().unwrap_or_default();
                let ty = self.ty(&variant.ty);
                listing.add(ItemKind::Variant, &format!("{own}::{member}"), Signature::Type(ty.clone()));
                let line = format!("{member}({})", ty.path());
                lines.push(match &variant.tag {
                    Some(tag) => format!("{line} = {tag:?}"),
                    None => line,
                });
                self.tokens(|| {
                    let docs = docs(&[match (&variant.tag, &u.tag) {
                        (Some(tag), Some(member)) => format!("{}: {}", code(member), code(tag)),
                        _ => code(&variant.ty.label()),
                    }]);
                    let member = ident(&member);
                    let held = if self.is_boxed(is_tagged, &variant.ty) { ty.boxed() } else { ty };
                    quote! { #docs #member(#held) }
                })
            })
            .collect();
        let what = if id.is_included() && self.is_sent(id) {
            "Resources that a request can create as well.".to_owned()
        } else if id.is_included() {
            "Resources that a document may include, open to new types.".to_owned()
        } else {
            format!("{}: one of several types, open to new ones.", code(&id.label()))
        };
        let docs = self.type_docs(what, ty, &name.module);
        source.items(quote! {
            #docs
            #[non_exhaustive]
            pub enum #own {
                #(#variants,)*
                #[doc = " A value of a type that this crate does not know, unchanged."]
                Unrecognized(rt::Value),
            }
        });
        match &u.tag {
            Some(tag) if is_tagged => {
                let plain = match (self.has_one_type_twice(u), self.is_sent(id)) {
                    (true, _) => "plain ",
                    (false, true) => "sent ",
                    (false, false) => "",
                };
                source.line(&macro_call(&format!("rt::union! {{ {plain}{own} by {tag:?}"), &lines, ""));
            }
            tag => {
                let by = tag.as_ref().map(|tag| format!(" by {tag:?}")).unwrap_or_default();
                let mut order: Vec<usize> = (0..lines.len()).collect();
                order.sort_by_key(|index| u.variants.get(*index).map(|v| self.rank(&v.ty)));
                let ranked: Vec<String> =
                    order.iter().filter_map(|index| lines.get(*index).cloned()).collect();
                let resources = u.variants.iter().all(|v| v.tag.is_some() && self.is_boxed(is_tagged, &v.ty));
                let is_list = id.is_included() && tag.is_some() && !self.is_sent(id);
                let included = is_list && resources && !self.has_one_type_twice(u);
                let included = if included { "included " } else { "" };
                let tail = self.conversions(id, name, u);
                source.line(&macro_call(&format!("rt::untagged! {{ {included}{own}{by}"), &ranked, &tail));
            }
        }
    }

    /// The variants of a union that is sent which values convert into: those of a type that no other has.
    fn conversions(&self, id: &TypeId, name: &TypeName, u: &Union) -> String {
        if !self.is_sent(id) {
            return String::new();
        }
        let mut counts: HashMap<&TypeRef, usize> = HashMap::new();
        u.variants.iter().for_each(|v| *counts.entry(self.through(&v.ty)).or_default() += 1);
        let alone = |(v, _): &(&Variant, String)| counts.get(self.through(&v.ty)) == Some(&1);
        let mut parts = Vec::new();
        for (variant, key) in u.variants.iter().zip(u.keys()).filter(alone) {
            let member = name.members.get(&key).map(String::as_str).unwrap_or_default();
            parts.push(format!("{member}({})", self.ty(&variant.ty).path()));
            if *self.through(&variant.ty) == TypeRef::String {
                parts.push(format!("{member}(&str)"));
            }
        }
        if parts.is_empty() { String::new() } else { format!(" from [{}]", parts.join(", ")) }
    }
}

/// The setter of a field: methods that every type has, or may have by a trait, keep their names.
fn setter_of(field: &str) -> String {
    match field {
        "new" | "default" | "clone" => format!("{field}_"),
        field => field.to_owned(),
    }
}

/// Fields with their wire names, as a codec line has them.
pub(super) fn wires(members: &[Member<'_>]) -> Vec<String> {
    members.iter().map(|m| format!("{}: {:?}", m.ident, m.wire)).collect()
}

/// Long lists of constants, a few on a line.
pub(super) fn lines(parts: &[String]) -> String {
    filled(parts, 4, 108)
}
