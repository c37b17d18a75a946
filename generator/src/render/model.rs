//! Prints a type: struct or enum, constructor, setters and codec line.

use proc_macro2::TokenStream;
use quote::quote;

use super::parameter::converted;
use super::rust::{RustFile, deprecated, doc_lines, docs, filled, ident, inline, macro_call};
use crate::api::{Action, Value};
use crate::plan::{
    Codec, Constructor, Convert, Definition, DefinitionKind, Enum, Hold, Member, Page, Section, Struct,
    Union, UnionForm,
};

/// Writes a type into its module.
pub(super) fn definition(own: &Definition, source: &mut RustFile) {
    match &own.kind {
        DefinitionKind::Alias(target) => {
            let (docs, deprecated, ident) = (docs(&own.docs), deprecated(own.deprecated), ident(&own.ident));
            source.items(quote! { #docs #deprecated pub type #ident = #target; });
        }
        DefinitionKind::Struct(structure) => self::structure(own, structure, source),
        DefinitionKind::Required(members) => {
            let fields = members.iter().map(|m| {
                let (docs, ident, ty) = (docs(&m.docs), ident(&m.ident), &m.ty);
                quote! { #docs pub #ident: #ty }
            });
            let (docs, ident) = (docs(&own.docs), ident(&own.ident));
            source.items(quote! { #docs pub struct #ident { #(#fields,)* } });
        }
        DefinitionKind::Enum(e) => enumeration(own, e, source),
        DefinitionKind::Union(u) => union(own, u, source),
        DefinitionKind::Tokens { sort, values } => {
            let constants: Vec<String> =
                values.iter().map(|(value, name)| format!("{name} = {value:?}")).collect();
            let kind = if *sort { "sort_tokens" } else { "tokens" };
            let docs: String = doc_lines(&own.docs).map(|line| format!("///{line}\n")).collect();
            let call = macro_call(&format!("pub struct {}", own.ident), &constants, "");
            source.line(&format!("rt::{kind}! {{\n{docs}{call}"));
        }
    }
}

fn structure(own: &Definition, s: &Struct, source: &mut RustFile) {
    let fields = s.members.iter().map(|m| {
        let (docs, deprecated, ident, ty) = (docs(&m.docs), deprecated(m.deprecated), ident(&m.ident), &m.ty);
        quote! { #docs #deprecated pub #ident: #ty }
    });
    let rest = s.additional.as_ref().map(|item| {
        quote! { #[doc = " Members with other names."] pub additional: std::collections::BTreeMap<String, #item>, }
    });
    let (docs, deprecated, derives) = (docs(&own.docs), deprecated(own.deprecated), derives(&s.derives));
    let name = ident(&own.ident);
    source.items(quote! {
        #docs #deprecated #derives
        #[non_exhaustive]
        pub struct #name { #(#fields,)* #rest }
    });
    source.line(&codec(own, s));
    if let Codec::Request { one_of, .. } = &s.codec
        && !one_of.is_empty()
    {
        let sets: Vec<String> = one_of.iter().map(|set| format!("[{}]", quoted(set))).collect();
        source.line(&macro_call(&format!("rt::require! {{ {}", own.ident), &sets, ""));
    }
    if let Some(new) = &s.constructor {
        let constructor = constructor(s, new);
        let setters = s.members.iter().filter_map(setters);
        source.items(quote! { impl #name { #constructor #(#setters)* } });
    }
    source.items(s.page.iter().map(|page| paged(own, page)).collect());
}

/// The line that says how the struct is read and written.
fn codec(own: &Definition, s: &Struct) -> String {
    let name = &own.ident;
    let wires = |members: &mut dyn Iterator<Item = &Member>| -> Vec<String> {
        members.map(|m| format!("{}: {:?}", m.ident, m.wire)).collect()
    };
    let listed = |what: &str, members: &[String]| match members {
        [] => String::new(),
        _ => format!(" {what} [{}]", quoted(members)),
    };
    match &s.codec {
        Codec::Object { required, null } => {
            let rest = if s.additional.is_some() { " rest additional" } else { "" };
            let tail = format!("{}{}{rest}", listed("required", required), listed("null", null));
            macro_call(&format!("rt::object! {{ {name}"), &wires(&mut s.members.iter()), &tail)
        }
        Codec::Resource { kind } => {
            let parts = wires(&mut s.members.iter().filter(|m| m.section != Section::Id));
            macro_call(&format!("rt::resource! {{ {name}: {kind:?}"), &parts, "")
        }
        Codec::Request { kind, action, .. } => {
            let inline = if *action == Action::Inline { "inline " } else { "" };
            let has = |section| s.members.iter().any(|m| m.section == section);
            let attributes = wires(&mut s.members.iter().filter(|m| m.section == Section::Attributes));
            let relationships = s.members.iter().filter_map(|m| match &m.section {
                Section::Relationships(kind) => Some(format!("{}: {:?} => {kind:?}", m.ident, m.wire)),
                _ => None,
            });
            let is_required = |m: &&Member| m.hold == Hold::Plain && m.section != Section::Included;
            let required: Vec<String> =
                s.members.iter().filter(is_required).map(|m| m.wire.clone()).collect();
            format!(
                "rt::request! {{ {inline}{name}: {kind:?} {{{}{}{}{} }}{} }}",
                if has(Section::Id) { " id(id)" } else { "" },
                group("attributes", &attributes),
                group("relationships", &relationships.collect::<Vec<_>>()),
                if has(Section::Included) { " included(included)" } else { "" },
                listed("required", &required),
            )
        }
    }
}

/// Members of one object of a request.
fn group(name: &str, parts: &[String]) -> String {
    if parts.is_empty() {
        return String::new();
    }
    let one = format!(" {name} {{ {} }}", parts.join(", "));
    if one.len() < 80 { one } else { format!("\n  {name} {{\n{}  }}", filled(parts, 4, 108)) }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

/// `new`.
fn constructor(s: &Struct, new: &Constructor) -> TokenStream {
    let member = |name: &String| s.members.iter().find(|m| m.ident == *name);
    let required: Vec<&Member> = new.required.iter().filter_map(member).collect();
    let (mut arguments, mut fields) = (Vec::new(), Vec::new());
    for m in &required {
        let name = ident(&m.ident);
        let Some((ty, convert)) = &m.argument else { continue };
        let value = converted(&name, *convert);
        arguments.push(quote!(#name: #ty));
        fields.push(match (&new.literal, convert) {
            (Some(_), _) => quote!(#name: required.#name),
            (None, Convert::Same) => value,
            (None, _) => quote!(#name: #value),
        });
    }
    let inline = match &new.literal {
        Some(_) => quote!(#[inline]),
        None => inline(required.iter().filter_map(|m| Some(&m.argument.as_ref()?.0))),
    };
    if let Some(literal) = &new.literal {
        let literal = ident(literal);
        arguments = vec![quote!(required: crate::models::#literal)];
    }
    fields.extend(new.constants.iter().filter_map(|(name, value)| {
        let name_of = ident(name);
        Some(match member(name)?.hold {
            Hold::Plain => quote!(#name_of: #value.into()),
            Hold::Option => quote!(#name_of: Some(#value.into())),
            Hold::Patch => quote!(#name_of: rt::Patch::Value(#value.into())),
        })
    }));
    let all = s.members.len() + usize::from(s.additional.is_some());
    let rest = (fields.len() < all).then(|| quote!(..Self::default()));
    let value = match fields.is_empty() {
        true => quote!(Self::default()),
        false => quote!(Self { #(#fields,)* #rest }),
    };
    let docs = docs(&new.docs);
    quote! {
        #docs #inline
        pub fn new(#(#arguments),*) -> Self { #value }
    }
}

/// The methods that set a field to a value and to null.
fn setters(m: &Member) -> Option<TokenStream> {
    let setter = m.setter.as_ref()?;
    let (argument, convert) = m.argument.as_ref()?;
    let field = ident(&m.ident);
    let name = ident(if m.is_list() { "values" } else { "value" });
    let inline = inline([argument]);
    let value = converted(&name, *convert);
    let value = if m.boxed { quote!(Box::new(#value)) } else { value };
    let stored = match m.hold {
        Hold::Plain => value,
        Hold::Option => quote!(Some(#value)),
        Hold::Patch => quote!(rt::Patch::Value(#value)),
    };
    let (deprecated, own) = (deprecated(m.deprecated), ident(&setter.ident));
    let doc = format!(" Sets [`{0}`](Self#structfield.{0}).", m.ident);
    let clear = setter.clear.as_ref().map(|clear| {
        let clear = ident(clear);
        let doc = format!(" Sends null for [`{0}`](Self#structfield.{0}).", m.ident);
        quote! {
            #[doc = #doc] #deprecated #[inline]
            pub fn #clear(mut self) -> Self { self.#field = rt::Patch::Null; self }
        }
    });
    Some(quote! {
        #[doc = #doc] #deprecated #inline
        pub fn #own(mut self, #name: #argument) -> Self { self.#field = #stored; self }
        #clear
    })
}

/// Says where the items of a page are.
fn paged(own: &Definition, page: &Page) -> TokenStream {
    let all = match page.path.as_slice() {
        [(field, Hold::Plain, false)] => {
            let field = ident(field);
            quote!(std::mem::take(&mut self.#field))
        }
        [(field, Hold::Option, false)] => {
            let field = ident(field);
            quote!(self.#field.take().unwrap_or_default())
        }
        path => {
            let steps = path.iter().map(|(field, hold, boxed)| {
                let field = ident(field);
                let inner = boxed.then(|| quote!(.map(|inner| &mut **inner)));
                match hold {
                    Hold::Plain => quote!(.map(|object| &mut object.#field) #inner),
                    Hold::Option => quote!(.and_then(|object| object.#field.as_mut()) #inner),
                    Hold::Patch => quote!(.and_then(|object| object.#field.value_mut()) #inner),
                }
            });
            quote!(Some(self) #(#steps)* .map(std::mem::take).unwrap_or_default())
        }
    };
    let (own, item) = (ident(&own.ident), &page.item);
    quote! {
        impl rt::Paged for #own {
            type Item = #item;
            fn next(&self, sent: &rt::Request) -> Option<rt::Next> { rt::Next::of(self, sent) }
            fn take_items(&mut self) -> Vec<#item> { #all }
        }
    }
}

fn derives(paths: &[String]) -> TokenStream {
    if paths.is_empty() {
        return TokenStream::new();
    }
    let paths = paths.iter().map(|path| {
        let parts = path.split("::").map(ident);
        quote!(#(#parts)::*)
    });
    quote!(#[derive(#(#paths),*)])
}

fn enumeration(own: &Definition, e: &Enum, source: &mut RustFile) {
    let (mut variants, mut lines) = (Vec::new(), Vec::new());
    for (variant, value) in &e.variants {
        let (key, wire) = match value {
            Value::String(text) => (text.clone(), format!("{text:?}")),
            Value::Integer(number) => (number.to_string(), number.to_string()),
        };
        lines.push(format!("{variant} = {wire}"));
        let (docs, variant) = (docs(&[crate::plan::doc::code(&key)]), ident(variant));
        variants.push(quote! { #docs #variant });
    }
    let (docs, deprecated, name) = (docs(&own.docs), deprecated(own.deprecated), ident(&own.ident));
    let unknown = if e.is_integer { quote!(i64) } else { quote!(String) };
    source.items(quote! {
        #docs #deprecated
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            #[doc = " A value that this crate does not know."]
            Unrecognized(#unknown),
        }
    });
    let kind = if e.is_integer { "open_int_enum" } else { "open_enum" };
    let case = if e.case_insensitive { " insensitive" } else { "" };
    source.line(&macro_call(&format!("rt::{kind}! {{ {}{case}", own.ident), &lines, ""));
}

fn union(own: &Definition, u: &Union, source: &mut RustFile) {
    let (mut variants, mut lines) = (Vec::new(), Vec::new());
    for variant in &u.variants {
        let tag = variant.tag.as_ref().map(|tag| format!(" = {tag:?}")).unwrap_or_default();
        lines.push(format!("{}({}){tag}", variant.ident, variant.ty.path()));
        let (docs, ident) = (docs(&variant.docs), ident(&variant.ident));
        let held = if variant.boxed { variant.ty.clone().boxed() } else { variant.ty.clone() };
        variants.push(quote! { #docs #ident(#held) });
    }
    let (docs, deprecated, name) = (docs(&own.docs), deprecated(own.deprecated), ident(&own.ident));
    source.items(quote! {
        #docs #deprecated
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            #[doc = " A value of a type that this crate does not know, unchanged."]
            Unrecognized(rt::Value),
        }
    });
    let name = &own.ident;
    let by = u.tag.as_ref().map(|tag| format!(" by {tag:?}")).unwrap_or_default();
    source.line(&match &u.form {
        UnionForm::Plain => macro_call(&format!("rt::union! {{ plain {name}{by}"), &lines, ""),
        UnionForm::Sent => macro_call(&format!("rt::union! {{ sent {name}{by}"), &lines, ""),
        UnionForm::Tagged => macro_call(&format!("rt::union! {{ {name}{by}"), &lines, ""),
        UnionForm::Untagged { order, included, from } => {
            let ranked: Vec<String> = order.iter().filter_map(|index| lines.get(*index).cloned()).collect();
            let included = if *included { "included " } else { "" };
            let from: Vec<String> = from.iter().map(|(own, ty)| format!("{own}({})", ty.path())).collect();
            let tail = if from.is_empty() { String::new() } else { format!(" from [{}]", from.join(", ")) };
            macro_call(&format!("rt::untagged! {{ {included}{name}{by}"), &ranked, &tail)
        }
    });
}
