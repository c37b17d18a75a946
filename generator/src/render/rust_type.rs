//! Prints types as generated code names them: by qualified paths.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::rust::ident;
use crate::plan::RustType;

impl ToTokens for RustType {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Std(name, arguments) => {
                let name = name.split("::").map(ident);
                named(&quote!(#(#name)::*), arguments)
            }
            Self::Runtime(name, arguments) => {
                let name = ident(name);
                named(&quote!(rt::#name), arguments)
            }
            Self::Root(name, arguments) => {
                let name = ident(name);
                named(&quote!(crate::#name), arguments)
            }
            Self::Model(name) => {
                let name = ident(name);
                quote!(crate::models::#name)
            }
            Self::Own(name) => ident(name).into_token_stream(),
            Self::Tuple(members) => quote!((#(#members),*)),
            Self::Ref(inner) => quote!(&#inner),
            Self::Into(inner) => quote!(impl Into<#inner>),
            Self::AsRef(inner) => quote!(impl AsRef<#inner>),
            Self::Iterator(item) => quote!(impl IntoIterator<Item = #item>),
        });
    }
}

fn named(name: &TokenStream, arguments: &[RustType]) -> TokenStream {
    if arguments.is_empty() { name.clone() } else { quote!(#name<#(#arguments),*>) }
}
