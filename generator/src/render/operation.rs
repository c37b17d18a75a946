//! Prints a handle: its methods, and the types of their calls with the setters of optional arguments.

use std::collections::BTreeSet;

use heck::ToShoutySnakeCase;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::File;
use super::credentials::requirements;
use super::rust::{RustFile, cfg, condition, deprecated, deprecated_with, docs, ident, inline};
use crate::api::Stream;
use crate::plan::{Argument, ByStatus, Handle, Method, STREAM_ITEMS, SegmentValue, Setter};

/// The file of one handle, in a crate with this number of areas.
pub(super) fn file(handle: &Handle, areas: usize) -> File {
    let mut source = RustFile::new(&format!("Operations of `{}`.", handle.module));
    let own = ident(&handle.ident);
    let docs = docs(&handle.docs);
    let example = handle.example.as_deref().map(example);
    // A feature that the whole module needs is a condition of the module.
    let cfg = |features: &BTreeSet<String>| match handle.features.len() > 1 {
        true => cfg(features, areas),
        false => TokenStream::new(),
    };
    let methods = handle.methods.iter().map(|method| self::method(method, &cfg(&method.features)));
    let methods: Vec<TokenStream> = methods.collect();
    source.items(quote! {
        #docs
        #example
        #[derive(Debug, Clone)]
        pub struct #own(pub(crate) rt::Client<crate::Api>);
        impl #own { #(#methods)* }
    });
    for method in &handle.methods {
        let by_status = method.by_status.as_ref();
        source.items(
            by_status.map(|own| by_status_enum(own, method, &cfg(&method.features))).into_iter().collect(),
        );
    }
    for method in &handle.methods {
        let cfg = cfg(&method.features);
        let condition =
            if cfg.is_empty() { String::new() } else { format!("{}\n", condition(&method.features)) };
        let sentence = method.sentence.as_ref().map(|sentence| format!("{sentence} ")).unwrap_or_default();
        source.line(&format!(
            "/// {sentence}Call of [`{0}`]({1}::{0}).\n{condition}pub type {2} = crate::Call<{3}, op::{2}>;",
            method.ident,
            handle.ident,
            method.builder,
            method.payload.ty().path()
        ));
        source.items(setters(method, &cfg));
    }
    let operations = handle.methods.iter().map(|method| format!("    {},\n", operation(method)));
    source.line(&format!("rt::operations! {{\n{}}}", operations.collect::<String>()));
    File { path: format!("src/operations/{}.rs", handle.module), text: source.finish() }
}

/// An example as documentation.
fn example(code: &str) -> TokenStream {
    let lines = ["", "# Example", "```no_run"].into_iter().chain(code.lines()).chain(["```"]);
    let lines = lines.map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    lines.map(|line| quote!(#[doc = #line])).collect()
}

/// The constant that describes the operation to the runtime.
fn operation(method: &Method) -> String {
    let Method { operation, path, builder, .. } = method;
    let (verb, constant) = (method_name(&method.method), builder.to_shouty_snake_case());
    let accept = method.accept.as_ref().map(|accept| format!(" => {accept:?}")).unwrap_or_default();
    let security =
        method.security.as_ref().map(|all| format!(" by {}", requirements(all))).unwrap_or_default();
    let server = method.server.as_ref().map(|url| format!(" at {url:?}")).unwrap_or_default();
    let pages = method.paging.as_ref().map(super::paging::rule).unwrap_or_default();
    let limited = if method.limited { " with limit" } else { "" };
    format!("{constant}: {builder} = {verb} {operation:?} {path:?}{accept}{security}{server}{pages}{limited}")
}

fn method(method: &Method, cfg: &TokenStream) -> TokenStream {
    let (own, builder) = (ident(&method.ident), ident(&method.builder));
    let constant = ident(&method.builder.to_shouty_snake_case());
    let call = match method.segments.iter().any(|segment| segment.is_styled()) {
        _ if method.updates => quote!(crate::Call::new(&self.0, #constant, &[&request.id])),
        true => {
            let segments = method.segments.iter().map(super::parameter::segment);
            quote!(crate::Call::at(&self.0, #constant, &[#(#segments),*]))
        }
        false => {
            let texts = method.segments.iter().map(super::parameter::segment_text);
            quote!(crate::Call::new(&self.0, #constant, &[#(#texts),*]))
        }
    };
    let set: TokenStream =
        method.arguments.iter().map(|a| super::parameter::puts(a, &quote!(call.0))).collect();
    let body = if set.is_empty() { call } else { quote!(let mut call = #call; #set call) };
    let mut converted = BTreeSet::new();
    let converts = method.segments.iter().filter_map(|segment| match &segment.value {
        SegmentValue::Part { of, .. } if converted.insert(&segment.ident) => {
            let own = ident(&segment.ident);
            Some(quote!(let #own: #of = #own.into();))
        }
        _ => None,
    });
    let converts: TokenStream = converts.collect();
    let docs = docs(&method.docs);
    let deprecated = deprecated_with(method.deprecated.is_some(), method.deprecated.as_deref());
    let arguments = method.arguments.iter().map(declared);
    let inline = inline(method.arguments.iter().map(|a| &a.ty));
    quote! {
        #docs #cfg #deprecated #inline
        pub fn #own(&self, #(#arguments),*) -> #builder { #converts #body }
    }
}

/// The methods that set the optional arguments of one operation, for any response type.
fn setters(method: &Method, cfg: &TokenStream) -> TokenStream {
    let builder = ident(&method.builder);
    let setters: Vec<TokenStream> =
        method.options.iter().filter(|option| !option.shared).map(setter).collect();
    let stream = method.stream.as_ref().map(|(kind, item)| {
        let (own, stream) = (
            ident(STREAM_ITEMS),
            match kind {
                Stream::Events => (quote!(Events), quote!(events)),
                Stream::Values => (quote!(JsonLines), quote!(json_lines)),
            },
        );
        let (ty, read) = stream;
        quote! {
            #[doc = " Sends the request and reads the items of the response as they arrive."]
            pub fn #own(self) -> rt::#ty<crate::Api, #item> { self.0.#read() }
        }
    });
    if setters.is_empty() && stream.is_none() {
        return TokenStream::new();
    }
    quote!(#cfg impl<T> crate::Call<T, op::#builder> { #(#setters)* #stream })
}

fn setter(setter: &Setter) -> TokenStream {
    let (own, docs, deprecated) = (ident(&setter.ident), docs(&setter.docs), deprecated(setter.deprecated));
    let declared = declared(&setter.argument);
    let set = super::parameter::puts(&setter.argument, &quote!(self.0));
    quote! {
        #docs #deprecated
        pub fn #own(mut self, #declared) -> Self { #set self }
    }
}

/// The enum of a response whose body differs by status.
fn by_status_enum(by_status: &ByStatus, method: &Method, cfg: &TokenStream) -> TokenStream {
    let (own, rest) = (ident(&by_status.ident), ident(&by_status.rest));
    let items = by_status.variants.iter().map(|variant| {
        let (ident, ty) = (ident(&variant.ident), variant.payload.ty());
        let doc = format!(" Status {}.", variant.status);
        quote!(#[doc = #doc] #ident(#ty))
    });
    let coded = by_status.variants.iter().filter(|variant| variant.ident != by_status.rest);
    let arms = coded.filter_map(|variant| {
        let (ident, code) = (ident(&variant.ident), Literal::u16_unsuffixed(variant.code?));
        Some(quote!(#code => rt::Payload::decode(answer).map(Self::#ident)))
    });
    let doc = format!(" The response of `{}`, whose body differs by status.", method.ident);
    quote! {
        #[doc = #doc] #cfg
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum #own { #(#items,)* }
        #cfg
        impl rt::Payload for #own {
            fn decode(answer: &rt::Answer) -> Result<Self, rt::DecodeError> {
                match answer.status().as_u16() {
                    #(#arms,)*
                    _ => rt::Payload::decode(answer).map(Self::#rest),
                }
            }
        }
    }
}

/// An argument as a function declares it.
pub(super) fn declared(argument: &Argument) -> TokenStream {
    let (own, ty) = (ident(&argument.ident), &argument.ty);
    quote!(#own: #ty)
}

/// The method as the runtime names it.
fn method_name(method: &str) -> String {
    match method {
        "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" | "QUERY" => {
            let mut chars = method.chars();
            chars.next().into_iter().chain(chars.map(|c| c.to_ascii_lowercase())).collect()
        }
        other => format!("Other({other:?})"),
    }
}
