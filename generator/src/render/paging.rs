//! A type that is a page of a list goes in; what tells the runtime where the next page is comes out.

use proc_macro2::TokenStream;
use quote::quote;

use super::Context;
use super::rust::{Source, ident};
use crate::api::{Field, Step, Struct, TypeId, TypeRef};
use crate::name::TypeName;

impl Context<'_> {
    /// Says what comes after a page, if the type is one.
    pub(super) fn write_paging(&self, id: &TypeId, name: &TypeName, s: &Struct, source: &mut Source) {
        let Some(paging) = self.pages.get(id) else { return };
        let member = |wire: &str| {
            let field = s.fields.get(wire)?;
            Some((ident(name.members.get(wire)?), field, field.required && !field.nullable))
        };
        let Some((items, Field { ty: TypeRef::List(item), .. }, always)) = member(&paging.items) else {
            return;
        };
        let item = self.ty(item);
        let (count, all) = if always {
            (quote!(self.#items.len()), quote!(std::mem::take(&mut self.#items)))
        } else {
            (quote!(self.#items.as_ref().map_or(0, Vec::len)), quote!(self.#items.take().unwrap_or_default()))
        };
        let text = |wire: &str| match member(wire) {
            Some((own, _, true)) => quote!(Some(self.#own.as_str())),
            Some((own, _, false)) => quote!(self.#own.as_deref()),
            None => quote!(None),
        };
        let scalar = |wire: &Option<String>| match wire.as_deref().and_then(member) {
            Some((own, field, always)) => {
                let value = if always { quote!(Some(self.#own)) } else { quote!(self.#own) };
                let decimal = matches!(self.through(&field.ty), TypeRef::Number);
                if decimal { quote!(#value.map(|n| n as i64)) } else { value }
            }
            None => quote!(None),
        };
        let (sent, next): (TokenStream, TokenStream) = match &paging.step {
            Step::Url { member } => {
                let url = text(member);
                (quote!(_), quote!(rt::Next::at(#url)))
            }
            Step::Token { member, parameter } => {
                let token = text(member);
                (quote!(_), quote!(rt::Next::with(#parameter, #token)))
            }
            Step::Skip { parameter, total, more } => {
                let (total, more) = (scalar(total), scalar(more));
                (quote!(sent), quote!(rt::Next::after(sent, #parameter, #count, #total, #more)))
            }
        };
        let own = ident(&name.ident);
        source.items(quote! {
            impl rt::Paged for #own {
                type Item = #item;
                fn next(&self, #sent: &rt::Request) -> Option<rt::Next> { #next }
                fn take_items(&mut self) -> Vec<#item> { #all }
            }
        });
    }
}
