//! Prints the choices of `crate.toml`: replaced types and additional derives.

use proc_macro2::TokenStream;
use quote::quote;

use super::Context;
use super::rust::ident;
use crate::api::TypeId;
use crate::plan::RustType;

impl Context<'_> {
    /// The type that replaces a schema.
    pub(super) fn replacement(&self, id: &TypeId) -> Option<RustType> {
        let name = id.schema_name().filter(|_| !id.is_inline())?;
        let path = self.options.custom.replace.get(name)?;
        Some(RustType::runtime_of("Typed", vec![RustType::Std(path.clone().into(), Vec::new())]))
    }

    /// The additional derives of a struct.
    pub(super) fn derives(&self, name: &str) -> TokenStream {
        let derive = &self.options.custom.derive;
        let all = derive.get("*").into_iter().chain(derive.get(name)).flatten();
        let paths: Vec<TokenStream> = all
            .map(|path| {
                let parts = path.split("::").map(ident);
                quote!(#(#parts)::*)
            })
            .collect();
        if paths.is_empty() { TokenStream::new() } else { quote!(#[derive(#(#paths),*)]) }
    }
}
