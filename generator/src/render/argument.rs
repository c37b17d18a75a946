//! Prints the types of arguments that give several parameters of a path.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::File;
use super::rust::{RustFile, docs, ident};
use crate::plan::Composite;
use crate::plan::doc::code;

/// The file; none without such arguments.
pub(super) fn file(all: &[Composite]) -> Option<File> {
    if all.is_empty() {
        return None;
    }
    let mut source = RustFile::new("Arguments that give several parameters of a path.");
    source.items(all.iter().map(composite).collect());
    Some(File { path: "src/arguments.rs".to_owned(), text: source.finish() })
}

fn composite(own: &Composite) -> TokenStream {
    let (docs_of, name) = (docs(&own.docs), ident(&own.ident));
    let names: Vec<_> = own.fields.iter().map(|(field, _)| ident(field)).collect();
    let fields = own.fields.iter().zip(&names).map(|((_, parameter), name)| {
        let docs = docs(&[format!("The parameter {}.", code(parameter))]);
        quote!(#docs pub #name: String)
    });
    let generic: Vec<_> = (0..names.len()).map(|index| format_ident!("T{index}")).collect();
    quote! {
        #docs_of
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #name { #(#fields,)* }

        impl #name {
            #[doc = " Creates a value from its parameters."]
            pub fn new(#(#names: impl Into<String>),*) -> Self { Self { #(#names: #names.into()),* } }
        }

        impl From<&Self> for #name {
            fn from(other: &Self) -> Self { other.clone() }
        }

        impl<#(#generic: Into<String>),*> From<(#(#generic,)*)> for #name {
            fn from((#(#names,)*): (#(#generic,)*)) -> Self { Self::new(#(#names),*) }
        }
    }
}
