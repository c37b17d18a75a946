//! An `Api` and its `Names` go in; a program comes out that calls every operation by the crate's public API alone.
//!
//! What is sent is data that the program reads; here only is which method takes which part of it.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::operation::{is_limited, sent_parameters};
use super::rust::{Source, ident};
use super::{Context, File};
use crate::api::{Action, Arity, In, MediaType, Operation, Parameter, Shape, TypeRef};
use crate::name::{Family, Method, OperationName};

impl Context<'_> {
    /// The program's files: its manifest and `main.rs` are templates, without which there is none.
    pub(super) fn driver(&self) -> Result<Vec<File>, String> {
        let mut files = self.templates_in(&["driver/"])?;
        if files.is_empty() {
            return Ok(files);
        }
        for (module, handle) in &self.names.handles {
            self.used.borrow_mut().clear();
            self.local.borrow_mut().clear();
            let mut source = Source::default();
            let mut lines = String::new();
            for id in &handle.operations {
                let (Some(operation), Some(name)) =
                    (self.api.operations.get(id), self.names.operations.get(id))
                else {
                    continue;
                };
                for method in &name.methods {
                    source.items(self.driver_call(module, operation, name, method));
                    let media = method.media_type.as_deref().unwrap_or_default();
                    lines.push_str(&format!("    ({id:?}, {media:?}, {}),\n", ident(&method.ident)));
                }
            }
            source.line(&format!("pub(crate) const CALLS: Calls = &[\n{}\n];", lines.trim_end()));
            let about = format!("Arguments of operations of `{module}` go in; their calls come out.");
            let library = self.names.package.replace('-', "_");
            let none = BTreeSet::new();
            let text = self.with_imports(&about, source, &[], &format!("{library}::models"), &none);
            let text = text.replacen(
                "edits are lost.\n",
                "edits are lost.\n\nuse crate::{Arguments, Calls, Client, Outcome};\n",
                1,
            );
            files.push(File { path: format!("src/{module}.rs"), text });
        }
        files.sort();
        Ok(files)
    }

    fn driver_call(
        &self,
        module: &str,
        operation: &Operation,
        name: &OperationName,
        method: &Method,
    ) -> TokenStream {
        let (body, updates) = self.driver_body(operation, method);
        let mut arguments: Vec<TokenStream> = Vec::new();
        let places = || operation.parameters.iter();
        if !updates {
            arguments.extend(places().filter(|p| p.place == In::Path).map(|p| self.driver_path(p, name)));
        }
        let others = || sent_parameters(operation, method);
        for parameter in others().filter(|p| p.required) {
            let key = &parameter.name;
            let value = self.driver_value(parameter, name);
            arguments.push(quote! { { let value = a.must(#key); #value } });
        }
        arguments.extend(body);
        let (handle, own) = (ident(module), ident(&method.ident));
        // The program names no type of an answer.
        let named = self.used.borrow().clone();
        let (answer, paged) = self.answer(operation, name, method);
        *self.used.borrow_mut() = named;
        let optional: Vec<&Parameter> = others().filter(|p| !p.required).collect();
        // One runtime type serves all calls whose only option is the limit.
        let limited = paged && is_limited(&optional);
        let setters = optional.iter().map(|parameter| {
            let key = &parameter.name;
            let setter = match name.parameter(parameter) {
                Some(named) if !limited => ident(&named.ident),
                _ => ident("limit"),
            };
            let value = self.driver_value(parameter, name);
            quote! { if let Some(value) = a.may(#key) { call = call.#setter(#value); } }
        });
        let setters: Vec<TokenStream> = setters.collect();
        let response = method
            .media_type
            .as_ref()
            .and_then(|media_type| operation.responses.values().find(|r| r.content.contains_key(media_type)));
        let envelope = response.and_then(|r| r.envelope.as_ref());
        let end = match (answer.to_string().replace(' ', "").as_str(), envelope) {
            (_, Some(path)) => quote!(a.inside(#path, call.send(), |answer| answer.into_inner())),
            ("()", _) => quote!(a.nothing(call.send())),
            ("bool", _) => quote!(a.flag(call.send())),
            ("String", _) => quote!(a.text(call.send())),
            ("rt::Bytes", _) => quote!(a.bytes(call.send())),
            (json, _) if json.starts_with("rt::Json<") => {
                quote!(a.inside("", call.send(), |answer| answer.0))
            }
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
                let own = self.token_path(token);
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

    /// The argument that is sent as the body, and whether it says which resource the path means.
    fn driver_body(&self, operation: &Operation, method: &Method) -> (Option<TokenStream>, bool) {
        let Some(body) = &operation.body else { return (None, false) };
        let sent =
            method.sends.as_ref().and_then(|sent| Some((MediaType::parse(sent), body.content.get(sent)?)));
        let Some((media_type, ty)) = sent else { return (None, false) };
        if !media_type.reads_json() {
            return (Some(quote!(a.raw_body())), false);
        }
        let shape = match ty {
            TypeRef::Named(id) => self.api.resolve(id).map(|(_, t)| &t.shape),
            _ => None,
        };
        match shape {
            Some(Shape::Linkage(l)) => match (l.to, l.nullable) {
                (Arity::Many, _) => (Some(quote!(a.ids())), false),
                (_, true) => (Some(quote!(a.id().as_deref())), false),
                (_, false) => (Some(quote!(a.id().unwrap_or_default())), false),
            },
            _ => {
                let own = self.ty(ty);
                let update = matches!(shape, Some(Shape::Request(r)) if r.action == Action::Update);
                let one = operation.parameters.iter().filter(|p| p.place == In::Path).count() == 1;
                let envelope = body.envelope.as_deref().unwrap_or_default();
                let updates = update && one && operation.path.ends_with('}');
                (Some(quote!(a.body::<#own>(#envelope))), updates)
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
