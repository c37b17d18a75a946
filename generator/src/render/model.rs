//! A type goes in; the Rust items of it come out: the struct or enum, its setters and its codec line.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::doc::code;
use super::rust::{Source, deprecated, docs, filled, ident, inline, macro_call};
use super::ty::Hold;
use super::{Context, Listing};
use crate::api::{Arity, Enum, Field, Limits, Resource, Shape, Struct, Type, TypeRef, Union, Value};
use crate::name::TypeName;

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
    pub(super) fn model(&self, id: &str, ty: &Type, source: &mut Source, listing: &mut Listing) {
        let Some(name) = self.names.types.get(id) else { return };
        let at = self.api.type_pointer(id);
        let own = listing.item(&at, self.names.modules.get(&name.module));
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

    /// Documentation of a type: what it is, our own words, and the features that bring it.
    pub(super) fn type_docs(&self, what: String, ty: &Type, module: &str) -> TokenStream {
        let mut lines = vec![what];
        if let Some(doc) = &ty.doc {
            lines.extend([String::new(), doc.trim().to_owned()]);
        }
        if let Some(note) = self.names.modules.get(module).and_then(|areas| self.feature_note(areas)) {
            lines.extend([String::new(), note]);
        }
        docs(&lines)
    }

    fn alias(&self, id: &str, ty: &Type, name: &TypeName, source: &mut Source, listing: &mut Listing) {
        let target = match &ty.shape {
            Shape::Alias(target) => self.ty(target),
            _ => self.document(ty),
        };
        let what = match &ty.shape {
            Shape::Document(_) => "A document with one resource.".to_owned(),
            Shape::Page(_) => "A page of resources.".to_owned(),
            Shape::Linkage(l) => format!("Identifiers of {}.", code(&l.kind)),
            _ => format!("{}.", code(id)),
        };
        let docs = self.type_docs(what, ty, &name.module);
        let own = ident(&name.ident);
        let deprecated = deprecated(ty.deprecated);
        listing.add(&format!("type {}", name.ident), &target);
        source.items(quote! { #docs #deprecated pub type #own = #target; });
    }

    /// The generic type of a JSON:API document.
    pub(super) fn document(&self, ty: &Type) -> TokenStream {
        match &ty.shape {
            Shape::Document(d) | Shape::Page(d) => {
                let generic =
                    if matches!(ty.shape, Shape::Page(_)) { quote!(rt::Page) } else { quote!(rt::Document) };
                let data = self.ty(&d.data);
                match &d.included {
                    Some(included) => {
                        let included = self.ty(included);
                        quote!(#generic<#data, #included>)
                    }
                    None => quote!(#generic<#data>),
                }
            }
            Shape::Linkage(l) if l.to == Arity::Many => quote!(rt::Linkages),
            _ => quote!(rt::Linkage),
        }
    }

    fn structure(
        &self,
        id: &str,
        ty: &Type,
        name: &TypeName,
        s: &Struct,
        source: &mut Source,
        listing: &mut Listing,
    ) {
        let members: Vec<Member<'_>> = s
            .fields
            .iter()
            .map(|(wire, field)| {
                let hold = match (field.required && !field.nullable, field.nullable && self.is_sent(id)) {
                    (true, _) => Hold::Plain,
                    (false, true) if !field.required => Hold::Patch,
                    (false, _) => Hold::Option,
                };
                let boxed = matches!(&field.ty, TypeRef::Named(to) if self.holds_itself(id, to));
                // A value that must hold another of its own type could not be made.
                let hold = if boxed && hold == Hold::Plain { Hold::Option } else { hold };
                let ident = name.members.get(wire).cloned().unwrap_or_default();
                let docs = field_docs(wire, field);
                Member { ident, wire, ty: &field.ty, hold, boxed, deprecated: field.deprecated, docs }
            })
            .collect();
        let rest = s.additional.as_ref();
        let docs = self.type_docs(format!("{}.", code(id)), ty, &name.module);
        self.write_struct(&name.ident, docs, ty.deprecated, &members, rest, source, listing);
        let required = s.fields.iter().filter(|(_, f)| f.required && !f.nullable);
        let required: Vec<String> = required.map(|(wire, _)| format!("{wire:?}")).collect();
        let mut tail = String::new();
        if !required.is_empty() {
            tail.push_str(&format!(" required [{}]", required.join(", ")));
        }
        if rest.is_some() {
            tail.push_str(" rest additional");
        }
        source.line(&macro_call(&format!("rt::object! {{ {}", name.ident), &wires(&members), &tail));
        if self.is_sent(id) {
            let all = members.len() + rest.iter().len();
            self.write_methods(id, &name.ident, &members, all, source, listing);
        }
        self.write_paging(id, name, s, source);
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
        listing: &mut Listing,
    ) {
        let own = ident(name);
        listing.add(&format!("struct {name}"), &TokenStream::new());
        let fields = members.iter().map(|m| {
            let (docs, deprecated, ident) = (docs(&m.docs), deprecated(m.deprecated), ident(&m.ident));
            let ty = self.held(m.ty, m.hold, m.boxed);
            listing.add(&format!("field {name}.{}", m.ident), &ty);
            quote! { #docs #deprecated pub #ident: #ty }
        });
        let fields: Vec<TokenStream> = fields.collect();
        let rest = rest.map(|item| {
            let item = self.ty(item);
            quote! { #[doc = " Members of other names."] pub additional: std::collections::BTreeMap<String, #item>, }
        });
        let deprecated = deprecated(deprecated_type);
        source.items(quote! {
            #docs_of #deprecated
            #[non_exhaustive]
            pub struct #own { #(#fields,)* #rest }
        });
    }

    /// `new` with what must be there, a setter for each member, and one that sends null where that means something.
    fn write_methods(
        &self,
        id: &str,
        name: &str,
        members: &[Member<'_>],
        all: usize,
        source: &mut Source,
        listing: &mut Listing,
    ) {
        let own = ident(name);
        // What a union tells the type by is no choice of whoever makes one.
        let tags = self.tags.get(id);
        let tag = |m: &Member<'_>| tags.and_then(|tags| tags.get(m.wire)).map(String::as_str);
        let constants: Vec<(&Member<'_>, &str)> = members.iter().filter_map(|m| Some((m, tag(m)?))).collect();
        let chosen: Vec<&Member<'_>> = members.iter().filter(|m| tag(m).is_none()).collect();
        let required: Vec<&Member<'_>> = chosen.iter().copied().filter(|m| m.hold == Hold::Plain).collect();
        let constructor = self.constructor(name, &required, &constants, all, "A value", &[], listing);
        let setters: Vec<TokenStream> = chosen.iter().map(|m| self.setter(name, m, listing)).collect();
        source.items(quote! { impl #own { #constructor #(#setters)* } });
    }

    /// A setter, and one that sends null where that means something.
    pub(super) fn setter(&self, of: &str, m: &Member<'_>, listing: &mut Listing) -> TokenStream {
        let field = ident(&m.ident);
        let name = if matches!(m.ty, TypeRef::List(_)) { "values" } else { "value" };
        let (argument, value) = self.argument(m.ty, name);
        let (name, inline) = (ident(name), inline([&argument]));
        let value = if m.boxed { quote!(Box::new(#value)) } else { value };
        let stored = match m.hold {
            Hold::Plain => value,
            Hold::Option => quote!(Some(#value)),
            Hold::Patch => quote!(rt::Patch::Value(#value)),
        };
        let deprecated = deprecated(m.deprecated);
        let doc = format!(" Sets [`{}`](Self#structfield.{}).", m.ident, m.ident);
        listing.add(&format!("fn {of}::{}", m.ident), &argument);
        let clear = (m.hold == Hold::Patch).then(|| {
            let clear = format_ident!("clear_{}", m.ident.trim_end_matches('_'));
            listing.add(&format!("fn {of}::{clear}"), &TokenStream::new());
            let doc = format!(" Sends null for [`{}`](Self#structfield.{}).", m.ident, m.ident);
            quote! {
                #[doc = #doc] #deprecated #[inline]
                pub fn #clear(mut self) -> Self { self.#field = rt::Patch::Null; self }
            }
        });
        quote! {
            #[doc = #doc] #deprecated #inline
            pub fn #field(mut self, #name: #argument) -> Self { self.#field = #stored; self }
            #clear
        }
    }

    fn resource(&self, ty: &Type, name: &TypeName, r: &Resource, source: &mut Source, listing: &mut Listing) {
        let member = |wire: &str| name.members.get(wire).cloned().unwrap_or_default();
        let own = ident(&name.ident);
        let (attributes, relationships) =
            (format_ident!("{own}Attributes"), format_ident!("{own}Relationships"));
        let mut fields = TokenStream::new();
        let mut parts = Vec::new();
        listing.add(&format!("struct {own}"), &TokenStream::new());
        listing.add(&format!("field {own}.id"), &quote!(String));
        if !r.attributes.is_empty() {
            fields.extend(
                quote! { #[doc = " What it is, as far as it was asked for."] pub attributes: #attributes, },
            );
            parts.push("attributes: \"attributes\"".to_owned());
            listing.add(&format!("field {own}.attributes"), &quote!(#attributes));
        }
        if !r.relationships.is_empty() {
            fields.extend(
                quote! { #[doc = " Relationships to other resources; most have `data` only where `include` asked for them."] pub relationships: rt::Sparse<#relationships>, },
            );
            parts.push("relationships: \"relationships\"".to_owned());
            listing.add(&format!("field {own}.relationships"), &quote!(rt::Sparse<#relationships>));
        }
        if r.links {
            fields.extend(quote! { #[doc = " Where it is."] pub links: rt::ResourceLinks, });
            parts.push("links: \"links\"".to_owned());
            listing.add(&format!("field {own}.links"), &quote!(rt::ResourceLinks));
        }
        let docs_of = self.type_docs(format!("A resource of the type {}.", code(&r.kind)), ty, &name.module);
        let deprecated_type = deprecated(ty.deprecated);
        source.items(quote! {
            #docs_of #deprecated_type
            #[non_exhaustive]
            pub struct #own { #[doc = " Opaque, and unique among resources of its type."] pub id: String, #fields }
        });
        source.line(&macro_call(&format!("rt::resource! {{ {own}: {:?}", r.kind), &parts, ""));
        listing.add(&format!("fn {own}::new"), &quote!(impl Into<String>));
        source.items(quote! {
            impl #own {
                #[doc = " A resource that has nothing but its id."]
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
                    docs: field_docs(wire, field),
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
        listing: &mut Listing,
    ) {
        let mut wires = Vec::new();
        listing.add(&format!("struct {own}"), &TokenStream::new());
        let fields: Vec<TokenStream> = r
            .relationships
            .iter()
            .map(|(wire, relationship)| {
                let field = name.members.get(wire).cloned().unwrap_or_default();
                wires.push(format!("{field}: {wire:?}"));
                let (named, kind) = (code(wire), code(&relationship.kind));
                let (ty, what) = match relationship.to {
                    Arity::One => (quote!(rt::ToOne), format!("{named}: one of {kind}.")),
                    Arity::Many => (quote!(rt::ToMany), format!("{named}: any number of {kind}.")),
                    Arity::Links => (quote!(rt::Related), format!("{named}.")),
                };
                listing.add(&format!("field {own}.{field}"), &ty);
                let (docs, deprecated) = (docs(&[what]), deprecated(relationship.deprecated));
                let field = ident(&field);
                quote! { #docs #deprecated pub #field: #ty }
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
        id: &str,
        ty: &Type,
        name: &TypeName,
        e: &Enum,
        source: &mut Source,
        listing: &mut Listing,
    ) {
        let own = ident(&name.ident);
        let integer = e.values.iter().all(|v| matches!(v, Value::Integer(_)));
        listing.add(&format!("enum {own}"), &TokenStream::new());
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
                listing.add(&format!("variant {own}::{variant}"), &TokenStream::new());
                lines.push(format!("{variant} = {wire}"));
                let docs = docs(&[code(&key)]);
                let variant = ident(&variant);
                quote! { #docs #variant }
            })
            .collect();
        let docs = self.type_docs(format!("{}, open to new values.", code(id)), ty, &name.module);
        let unknown = if integer { quote!(i64) } else { quote!(String) };
        let deprecated = deprecated(ty.deprecated);
        source.items(quote! {
            #docs #deprecated
            #[non_exhaustive]
            pub enum #own {
                #(#variants,)*
                #[doc = " A value that is newer than this crate."]
                Unrecognized(#unknown),
            }
        });
        let kind = if integer { "open_int_enum" } else { "open_enum" };
        let case = if e.case_insensitive { " insensitive" } else { "" };
        source.line(&macro_call(&format!("rt::{kind}! {{ {own}{case}"), &lines, ""));
    }

    fn union(
        &self,
        id: &str,
        ty: &Type,
        name: &TypeName,
        u: &Union,
        source: &mut Source,
        listing: &mut Listing,
    ) {
        let own = ident(&name.ident);
        listing.add(&format!("enum {own}"), &TokenStream::new());
        let mut lines = Vec::new();
        let variants: Vec<TokenStream> = u
            .variants
            .iter()
            .map(|variant| {
                let key = variant.tag.clone().unwrap_or_else(|| variant.ty.to_string());
                let member = name.members.get(&key).cloned().unwrap_or_default();
                let ty = self.ty(&variant.ty);
                listing.add(&format!("variant {own}::{member}"), &ty);
                let docs = docs(&[match (&variant.tag, &u.tag) {
                    (Some(tag), Some(member)) => format!("{}: {}", code(member), code(tag)),
                    _ => code(variant.ty.to_string().trim_start_matches('$')),
                }]);
                match &variant.tag {
                    Some(tag) => lines.push(format!("{member}({ty}) = {tag:?}")),
                    None => lines.push(format!("{member}({})", ty.to_string().replace(' ', ""))),
                }
                let member = ident(&member);
                // Without a tag, a union within is none of the objects that a box is for; it is small itself.
                let plain = |id: &str| self.is_enum(id) || (u.tag.is_none() && self.is_union(id));
                let object = matches!(&variant.ty, TypeRef::Named(id) if !plain(id));
                let held = if object { quote!(Box<#ty>) } else { ty };
                quote! { #docs #member(#held) }
            })
            .collect();
        let what = if id.ends_with(".included[]") && self.is_sent(id) {
            "What a request can create along.".to_owned()
        } else if id.ends_with(".included[]") {
            "What a document may include, open to new types.".to_owned()
        } else {
            format!("{}: one of several types, open to new ones.", code(id))
        };
        let docs = self.type_docs(what, ty, &name.module);
        source.items(quote! {
            #docs
            #[non_exhaustive]
            pub enum #own {
                #(#variants,)*
                #[doc = " A type that is newer than this crate, as it came."]
                Unrecognized(rt::Value),
            }
        });
        match &u.tag {
            Some(tag) => {
                let repeated =
                    u.variants.iter().any(|v| u.variants.iter().filter(|w| w.ty == v.ty).count() > 1);
                let plain = match (repeated, self.is_sent(id)) {
                    (true, _) => "plain ",
                    (false, true) => "sent ",
                    (false, false) => "",
                };
                source.line(&macro_call(&format!("rt::union! {{ {plain}{own} by {tag:?}"), &lines, ""));
            }
            None => source.line(&macro_call(&format!("rt::untagged! {{ {own}"), &lines, "")),
        }
    }
}

/// Fields with their wire names, as a codec line has them.
pub(super) fn wires(members: &[Member<'_>]) -> Vec<String> {
    members.iter().map(|m| format!("{}: {:?}", m.ident, m.wire)).collect()
}

/// What a field is called on the wire, what it holds, and what bounds it has.
pub(super) fn field_docs(wire: &str, field: &Field) -> Vec<String> {
    let mut line = code(wire);
    let facts = facts(&field.ty, &field.limits);
    if !facts.is_empty() {
        line.push_str(": ");
        line.push_str(&facts.join(", "));
    }
    line.push('.');
    let mut lines = vec![line];
    if let Some(doc) = &field.doc {
        lines.extend([String::new(), doc.trim().to_owned()]);
    }
    lines
}

/// What a type does not say by itself.
pub(super) fn facts(ty: &TypeRef, limits: &Limits) -> Vec<String> {
    let mut out = Vec::new();
    match ty {
        TypeRef::Timestamp => out.push("date and time (RFC 3339)".to_owned()),
        TypeRef::Date => out.push("date (RFC 3339)".to_owned()),
        _ => {}
    }
    if let Some(format) = &limits.format {
        out.push(match format.as_str() {
            "uri" => "a URI, kept as it comes".to_owned(),
            "uri-reference" => "a URI reference".to_owned(),
            "email" => "an email address".to_owned(),
            "duration" => "a duration (ISO 8601)".to_owned(),
            "number" => "a number as text".to_owned(),
            "byte" => "base64".to_owned(),
            other => format!("format {}", code(other)),
        });
    }
    let range = |low: Option<String>, high: Option<String>, unit: &str| match (low, high) {
        (Some(low), Some(high)) => Some(format!("{low} to {high}{unit}")),
        (Some(low), None) => Some(format!("at least {low}{unit}")),
        (None, Some(high)) => Some(format!("at most {high}{unit}")),
        (None, None) => None,
    };
    let number = |n: Option<f64>| n.map(|n| n.to_string());
    let count = |n: Option<u64>| n.map(|n| n.to_string());
    out.extend(range(number(limits.minimum), number(limits.maximum), ""));
    out.extend(range(count(limits.min_length), count(limits.max_length), " characters"));
    out.extend(range(count(limits.min_items), count(limits.max_items), " items"));
    if let Some(pattern) = &limits.pattern {
        out.push(format!("matches {}", code(pattern)));
    }
    if let Some(default) = &limits.default {
        out.push(format!("default {}", code(&default.to_string())));
    }
    out
}

/// Long lists of constants, a few on a line.
pub(super) fn lines(parts: &[String]) -> String {
    filled(parts, 4, 108)
}
