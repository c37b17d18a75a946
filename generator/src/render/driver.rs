//! An `Api` and its `Names` go in; a program comes out that calls every operation by the crate's public API alone.
//!
//! What is sent is data that the program reads; here only is which method takes which part of it.

use proc_macro2::TokenStream;
use quote::quote;

use super::rust::{Source, ident};
use super::{Context, File};
use crate::api::{Arity, In, MediaType, Operation, Parameter, Shape, TypeRef};
use crate::name::{self, Family, OperationName};
use crate::plan::{self, Method, Payload, Returns, RustType, sent_parameters};

impl Context<'_> {
    /// The program's files: its manifest and `main.rs` are templates, without which there is none.
    pub(super) fn driver(&self) -> Result<Vec<File>, String> {
        let mut files = self.templates_in(&["driver/"])?;
        if files.is_empty() {
            return Ok(files);
        }
        for handle in plan::handles(&self.plan) {
            let module = &handle.module;
            let mut source = Source::new(&format!("Calls the operations of `{module}`."));
            source.line("use crate::{Arguments, Calls, Client, Outcome};");
            let mut lines = String::new();
            for method in &handle.methods {
                let operation = self.api.operations.get(&method.operation);
                let (Some(operation), Some(name)) = (operation, self.names.operations.get(&method.operation))
                else {
                    continue;
                };
                let Some(named) = name.methods.iter().find(|named| named.ident == method.ident) else {
                    continue;
                };
                source.items(self.driver_call(operation, (name, named), method, module));
                let media = named.media_type.as_deref().unwrap_or_default();
                lines.push_str(&format!(
                    "    ({:?}, {media:?}, {}),\n",
                    method.operation,
                    ident(&method.ident)
                ));
            }
            source.line(&format!("pub(crate) const CALLS: Calls = &[\n{}\n];", lines.trim_end()));
            files.push(File { path: format!("src/{module}.rs"), text: source.finish() });
        }
        files.sort();
        Ok(files)
    }

    fn driver_call(
        &self,
        operation: &Operation,
        (name, named): (&OperationName, &name::Method),
        method: &Method,
        module: &str,
    ) -> TokenStream {
        let body = self.driver_body(operation, named);
        let mut arguments: Vec<TokenStream> = Vec::new();
        let places = operation.parameters.iter();
        if !method.updates {
            arguments.extend(places.filter(|p| p.place == In::Path).map(|p| self.driver_path(p, name)));
        }
        let others = || sent_parameters(operation, named);
        for parameter in others().filter(|p| p.required) {
            let key = &parameter.name;
            let value = self.driver_value(parameter, name);
            arguments.push(quote! { { let value = a.must(#key); #value } });
        }
        arguments.extend(body);
        let (handle, own) = (ident(module), ident(&method.ident));
        let optional = others().filter(|p| !p.required).zip(&method.options);
        let setters = optional.map(|(parameter, option)| {
            let key = &parameter.name;
            let setter = match method.returns {
                Returns::Limited => ident("limit"),
                _ => ident(&option.ident),
            };
            let value = self.driver_value(parameter, name);
            quote! { if let Some(value) = a.may(#key) { call = call.#setter(#value); } }
        });
        let setters: Vec<TokenStream> = setters.collect();
        let response = named
            .media_type
            .as_ref()
            .and_then(|media_type| operation.responses.values().find(|r| r.content.contains_key(media_type)));
        let envelope = response.and_then(|r| r.envelope.as_ref());
        let end = match (&method.payload, envelope) {
            (_, Some(path)) => quote!(a.inside(#path, call.send(), |answer| answer.into_inner())),
            (Payload::Nothing, _) => quote!(a.nothing(call.send())),
            (Payload::Flag, _) => quote!(a.flag(call.send())),
            (Payload::Type(ty), _) if *ty == RustType::string() => quote!(a.text(call.send())),
            (Payload::Type(ty), _) if *ty == RustType::runtime("Bytes") => quote!(a.bytes(call.send())),
            (Payload::Json(_), _) => quote!(a.inside("", call.send(), |answer| answer.0)),
            _ => quote!(a.json(call.send())),
        };
        let begin = match setters.is_empty() {
            true => quote!(let call = client.#handle().#own(#(#arguments),*);),
            false => quote!(let mut call = client.#handle().#own(#(#arguments),*);),
        };
        quote! {
            fn #own(client: &Client, a: &Arguments) -> Outcome { #begin #(#setters)* #end }
        }
    }

    fn driver_path(&self, parameter: &Parameter, name: &OperationName) -> TokenStream {
        let key = &parameter.name;
        if name.parameter(parameter).is_some_and(|named| named.token.is_some()) {
            let value = self.driver_value(parameter, name);
            return quote! { { let value = a.must(#key); #value } };
        }
        match self.through(&parameter.ty) {
            TypeRef::Integer => quote!(a.must(#key).integer()),
            TypeRef::Number => quote!(a.must(#key).number()),
            TypeRef::Boolean => quote!(a.must(#key).boolean()),
            _ => quote!(a.must(#key).text()),
        }
    }

    /// The argument of a query or header parameter, made of `value`.
    fn driver_value(&self, parameter: &Parameter, name: &OperationName) -> TokenStream {
        let named = name.parameter(parameter);
        let token = named.and_then(|p| p.token.as_ref());
        let (item, is_list) = match &parameter.ty {
            TypeRef::List(item) => (&**item, true),
            ty => (ty, false),
        };
        // What makes one value of a text.
        let made = match token {
            Some(token) => {
                let own = RustType::Model(token.clone());
                Some(match self.names.tokens.get(token).map(|t| (t.family, t.alias.is_some())) {
                    Some((Family::Sort, _)) => quote!(|text: String| match text.strip_prefix('-') {
                        Some(text) => #own::new(text.to_owned()).desc(),
                        None => #own::new(text),
                    }),
                    Some((Family::Value, _) | (_, true)) => quote!(#own::from),
                    _ => quote!(#own::new),
                })
            }
            None => match self.through(item) {
                TypeRef::Integer => return driver_scalar(is_list, &quote!(integer)),
                TypeRef::Number => return driver_scalar(is_list, &quote!(number)),
                TypeRef::Boolean => return driver_scalar(is_list, &quote!(boolean)),
                TypeRef::Named(id) if self.is_integer_enum(id) => {
                    let own = self.ty(item);
                    return match is_list {
                        true => quote!(value.all().map(|v| #own::from(v.integer()))),
                        false => quote!(#own::from(value.integer())),
                    };
                }
                TypeRef::Named(_) | TypeRef::Timestamp | TypeRef::Date => {
                    let own = self.ty(item);
                    Some(quote!(#own::from))
                }
                _ => None,
            },
        };
        match (is_list, made) {
            (true, Some(made)) => quote!(value.texts().map(#made)),
            (true, None) => quote!(value.texts()),
            (false, Some(made)) if made.to_string().starts_with('|') => quote!((#made)(value.text())),
            (false, Some(made)) => quote!(#made(value.text())),
            (false, None) => quote!(value.text()),
        }
    }

    /// The argument that is sent as the body.
    fn driver_body(&self, operation: &Operation, method: &name::Method) -> Option<TokenStream> {
        let Some(body) = &operation.body else { return None };
        let sent =
            method.sends.as_ref().and_then(|sent| Some((MediaType::parse(sent), body.content.get(sent)?)));
        let Some((media_type, ty)) = sent else { return None };
        if !media_type.reads_json() {
            return Some(quote!(a.raw_body()));
        }
        let shape = match ty {
            TypeRef::Named(id) => self.api.resolve(id).map(|(_, t)| &t.shape),
            _ => None,
        };
        match shape {
            Some(Shape::Linkage(l)) => match (l.to, l.nullable) {
                (Arity::Many, _) => Some(quote!(a.ids())),
                (_, true) => Some(quote!(a.id().as_deref())),
                (_, false) => Some(quote!(a.id().unwrap_or_default())),
            },
            _ => {
                let own = self.ty(ty);
                let envelope = body.envelope.as_deref().unwrap_or_default();
                Some(quote!(a.body::<#own>(#envelope)))
            }
        }
    }
}

fn driver_scalar(is_list: bool, method: &TokenStream) -> TokenStream {
    match is_list {
        true => quote!(value.all().map(|v| v.#method())),
        false => quote!(value.#method()),
    }
}
