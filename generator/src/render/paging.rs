//! Prints how pages of lists go on: the rule of an operation, and the items of a type.

use proc_macro2::TokenStream;
use quote::quote;

use super::Context;
use super::rust::{Source, ident};
use crate::api::{Paging, Shape, Step, Type, TypeId, TypeRef};
use crate::name::TypeName;
use crate::plan::{Hold, RustType};

/// The rule of an operation, in the words of `rt::operations!`.
pub(super) fn rule(paging: &Paging) -> String {
    let optional = |name: &Option<String>| match name {
        Some(name) => format!("Some({name:?})"),
        None => "None".to_owned(),
    };
    let step = match &paging.step {
        Step::Url { member } => format!("Url {{ member: {member:?} }}"),
        Step::Link => "Link".to_owned(),
        Step::Token { member, parameter } => {
            format!("Token {{ member: {member:?}, parameter: {parameter:?} }}")
        }
        Step::Last { member, parameter, more } => {
            format!("Last {{ member: {member:?}, parameter: {parameter:?}, more: {} }}", optional(more))
        }
        Step::Skip { parameter, total, more } => {
            let (total, more) = (optional(total), optional(more));
            format!("Skip {{ parameter: {parameter:?}, total: {total}, more: {more} }}")
        }
        Step::Page { parameter, first, pages, more } => {
            let (pages, more) = (optional(pages), optional(more));
            format!("Page {{ parameter: {parameter:?}, first: {first}, pages: {pages}, more: {more} }}")
        }
    };
    format!(" pages {:?} [{step}]", paging.items.as_deref().unwrap_or_default())
}

/// A field on the path to a list, its container, and true if it is boxed.
type Place = (TokenStream, Hold, bool);

impl Context<'_> {
    /// Says where the items are, if the type is a page.
    pub(super) fn write_paging(&self, id: &TypeId, name: &TypeName, source: &mut Source) {
        let Some((path, item)) = self.pages.get(id).and_then(|path| self.list_of(id, path)) else { return };
        let all = match path.as_slice() {
            [(own, Hold::Plain, false)] => quote!(std::mem::take(&mut self.#own)),
            [(own, Hold::Option, false)] => quote!(self.#own.take().unwrap_or_default()),
            _ => {
                let steps = path.iter().map(|(own, hold, boxed)| {
                    let inner = boxed.then(|| quote!(.map(|inner| &mut **inner)));
                    match hold {
                        Hold::Plain => quote!(.map(|object| &mut object.#own) #inner),
                        Hold::Option => quote!(.and_then(|object| object.#own.as_mut()) #inner),
                        Hold::Patch => quote!(.and_then(|object| object.#own.value_mut()) #inner),
                    }
                });
                quote!(Some(self) #(#steps)* .map(std::mem::take).unwrap_or_default())
            }
        };
        let own = ident(&name.ident);
        source.items(quote! {
            impl rt::Paged for #own {
                type Item = #item;
                fn next(&self, sent: &rt::Request) -> Option<rt::Next> { rt::Next::of(self, sent) }
                fn take_items(&mut self) -> Vec<#item> { #all }
            }
        });
    }

    /// The fields on the path to a list, and the type of its items.
    fn list_of(&self, id: &TypeId, path: &str) -> Option<(Vec<Place>, RustType)> {
        let (id, Type { shape: Shape::Struct(object), .. }) = self.api.resolve(id)? else { return None };
        object.fields.iter().find_map(|(wire, field)| {
            let rest = path.strip_prefix(wire.as_str())?;
            let name = ident(self.names.types.get(id)?.members.get(wire)?);
            let (hold, boxed) = self.hold(id, field);
            let first = (quote!(#name), hold, boxed);
            if rest.is_empty() {
                let TypeRef::List(item) = self.through(&field.ty) else { return None };
                return Some((vec![first], self.ty(item)));
            }
            let (more, item) = self.list_of(self.through(&field.ty).named()?, rest.strip_prefix('.')?)?;
            Some((std::iter::once(first).chain(more).collect(), item))
        })
    }
}
