//! A handle goes in; its file comes out: the handle's methods, and a builder for each one with optional arguments.

use std::collections::BTreeSet;

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::quote;

use super::doc::code;
use super::listing::compact;
use super::model::facts;
use super::rust::{Source, cfg, condition, deprecated, docs, ident, inline};
use super::{Context, Listing};
use crate::api::{Action, Api, Arity, In, Operation, Parameter, Role, Shape, Style, Type, TypeRef};
use crate::name::{Handle, Method, OperationName};

/// An argument of a method, and the statement that puts it into the call.
struct Argument {
    declared: TokenStream,
    set: TokenStream,
    /// What goes into the path, for a path parameter.
    hole: Option<TokenStream>,
}

impl<'a> Context<'a> {
    /// Types that the file of a handle defines.
    pub(super) fn defined_by(&self, handle: &'a Handle) -> BTreeSet<&'a str> {
        let operations = handle.operations.iter().filter_map(|id| self.names.operations.get(id));
        let builders = operations.flat_map(|o| o.methods.iter().map(|m| m.builder.as_str()));
        builders.chain([handle.ident.as_str()]).collect()
    }

    /// The file of one handle.
    pub(super) fn handle(&self, module: &str, handle: &Handle, listing: &mut Listing) -> Source {
        let mut source = self.source();
        let own = ident(&handle.ident);
        let mut lines = vec![format!(
            "Operations of `{module}`; [`Client::{module}`](crate::Client::{module}) gives it."
        )];
        if let Some(note) = self.feature_note(&handle.areas) {
            lines.extend([String::new(), note]);
        }
        let docs = docs(&lines);
        listing.item(&crate::api::Pointer::root(), Some(&handle.areas));
        listing.add(&format!("struct {module}::{own}"), &TokenStream::new());
        let (mut methods, mut operations, mut builders) = (TokenStream::new(), Vec::new(), Vec::new());
        for id in &handle.operations {
            let (Some(operation), Some(name)) = (self.api.operations.get(id), self.names.operations.get(id))
            else {
                continue;
            };
            let areas: BTreeSet<String> = name.area.iter().cloned().collect();
            listing.item(&operation.pointer(), Some(&areas));
            let cfg = if handle.areas.len() > 1 { cfg(&areas, self.areas) } else { TokenStream::new() };
            for method in &name.methods {
                let (item, own_operation, builder) =
                    self.method(id, operation, name, method, &cfg, module, listing);
                methods.extend(item);
                operations.push(own_operation);
                builders.extend(
                    builder.map(|b| {
                        (b, cfg.clone(), areas.clone(), method, self.answer(operation, name, method))
                    }),
                );
            }
        }
        source.items(quote! {
            #docs
            #[derive(Debug, Clone)]
            pub struct #own(pub(crate) rt::Client<crate::Api>);
            impl #own { #methods }
        });
        for (item, cfg, areas, method, answer) in builders {
            source.items(item);
            let paged = if answer.1 { ", paged" } else { "" };
            let condition = if cfg.is_empty() { String::new() } else { format!("{}\n", condition(&areas)) };
            let answer = compact(&answer.0.to_string());
            source.line(&format!(
                "{condition}rt::operation! {{ crate::Api, {} => {answer}{paged} }}",
                method.builder
            ));
        }
        let lines: String = operations.iter().map(|line| format!("    {line},\n")).collect();
        source.line(&format!("rt::operations! {{\n{lines}}}"));
        source
    }

    #[allow(clippy::too_many_arguments)]
    fn method(
        &self,
        id: &str,
        operation: &Operation,
        name: &OperationName,
        method: &Method,
        cfg: &TokenStream,
        module: &str,
        listing: &mut Listing,
    ) -> (TokenStream, String, Option<TokenStream>) {
        let (answer, paged) = self.answer(operation, name, method);
        let body = self.body(operation);
        let updates = matches!(&body, Some((_, Some(_))));
        let path = operation.parameters.iter().filter(|p| p.place == In::Path);
        let mut arguments: Vec<Argument> = Vec::new();
        let mut holes: Vec<TokenStream> = Vec::new();
        for parameter in path {
            let argument = self.path_argument(parameter, name);
            if updates {
                holes.push(quote!(&request.id));
                continue;
            }
            holes.extend(argument.hole.clone());
            arguments.push(argument);
        }
        let others = || operation.parameters.iter().filter(|p| p.place != In::Path);
        for parameter in others().filter(|p| p.required) {
            let own = name.parameters.get(&parameter.name).map_or("value", |p| &p.ident);
            arguments.push(match &operation.form {
                Some(form) if parameter.place == In::Form => {
                    self.form_argument(parameter, own, form, name, &quote!(call))
                }
                _ => self.query_argument(parameter, own, name, &quote!(call)),
            });
        }
        arguments.extend(body.map(|(argument, _)| argument));
        let optional: Vec<&Parameter> = others().filter(|p| !p.required).collect();
        let declared: Vec<&TokenStream> = arguments.iter().map(|a| &a.declared).collect();
        let set: TokenStream = arguments.iter().map(|a| a.set.clone()).collect();
        let (verb, path) = (pascal_method(&operation.method), &operation.path);
        let accept = match &method.media_type {
            Some(media_type) if media_type != "application/json" => format!(" => {media_type:?}"),
            _ => String::new(),
        };
        let constant = ident(&method.builder.to_shouty_snake_case());
        let own_operation = format!("{constant} = {verb} {id:?} {path:?}{accept}{}", security(operation));
        let call = quote!(self.0.call(#constant, &[#(#holes),*]));
        let own = ident(&method.ident);
        let docs = docs(&self.operation_docs(operation, method, name, updates));
        let deprecated = deprecated(operation.deprecated);
        let builder = ident(&method.builder);
        let limited = paged && is_limited(&optional);
        let returns = if limited {
            quote!(rt::Limited<crate::Api, #answer>)
        } else if optional.is_empty() {
            quote!(crate::Call<#answer>)
        } else {
            quote!(#builder)
        };
        listing.add(
            &format!("fn {module}::{}::{}", pascal_handle(self, name), method.ident),
            &quote!(#(#declared),* => #answer),
        );
        let wrap = |call: TokenStream| match (limited, optional.is_empty()) {
            (true, _) => quote!(rt::Limited::new(#call)),
            (false, true) => call,
            (false, false) => quote!(#builder(#call)),
        };
        let body = if set.is_empty() {
            wrap(call)
        } else {
            let wrapped = wrap(quote!(call));
            quote!(let mut call = #call; #set #wrapped)
        };
        let inline = inline(declared.iter().copied());
        let item = quote! {
            #docs #cfg #deprecated #inline
            pub fn #own(&self, #(#declared),*) -> #returns { #body }
        };
        if optional.is_empty() || limited {
            return (item, own_operation, None);
        }
        listing.add(&format!("struct {module}::{}", method.builder), &TokenStream::new());
        let setters = optional.iter().map(|p| self.setter_of(operation, p, name, module, method, listing));
        let setters: Vec<TokenStream> = setters.collect();
        let doc = format!(
            " Optional arguments of [`{0}`]({1}::{0}); nothing is sent before `send`.",
            method.ident,
            pascal_handle(self, name)
        );
        let builder = quote! {
            #[doc = #doc] #cfg #deprecated
            pub struct #builder(crate::Call<#answer>);
            #cfg
            impl #builder { #(#setters)* }
        };
        (item, own_operation, Some(builder))
    }

    fn operation_docs(
        &self,
        operation: &Operation,
        method: &Method,
        name: &OperationName,
        updates: bool,
    ) -> Vec<String> {
        let call = code(&format!("{} {}", operation.method, operation.path));
        let mut lines = vec![match &self.names.operation_link {
            Some(template) => {
                format!("{call} ([vendor's page]({}))", template.replace("{slug}", &slug(operation)))
            }
            None => call,
        }];
        if let Some(media_type) = method.media_type.as_ref().filter(|t| *t != "application/json") {
            lines.extend([String::new(), format!("Answers {}.", code(media_type))]);
        }
        if let Some(doc) = &operation.doc {
            lines.extend([String::new(), doc.trim().to_owned()]);
        }
        let mut optional = operation.parameters.iter().filter(|p| p.place != In::Path && !p.required);
        if let (Some(only), None) = (optional.next(), optional.next())
            && only.role() == Role::Limit
        {
            lines.extend([String::new(), self.parameter_docs(operation, only, name).join("\n")]);
        }
        if updates {
            lines.extend([String::new(), "The request says which resource it changes.".to_owned()]);
        }
        let several = self.names.handles.get(&name.handle).is_some_and(|h| h.areas.len() > 1);
        if let (Some(area), true) = (&name.area, several) {
            lines.extend([String::new(), format!("Feature: `{area}`.")]);
        }
        lines
    }

    /// The type of the answer, and whether it is a page of a list.
    pub(super) fn answer(
        &self,
        operation: &Operation,
        name: &OperationName,
        method: &Method,
    ) -> (TokenStream, bool) {
        if operation.method == "HEAD" {
            return (quote!(bool), false);
        }
        let Some(media_type) = &method.media_type else { return (quote!(()), false) };
        let found = operation.responses.values().find_map(|r| Some((r.content.get(media_type)?, r)));
        let Some((ty, response)) = found else { return (quote!(()), false) };
        let paged = response.paged || operation.paging.is_some() || self.is_paged(ty);
        if let (Some(_), Some(envelope)) = (&response.envelope, &name.envelope) {
            let (envelope, ty) = (ident(envelope), self.ty(ty));
            return (quote!(crate::#envelope<#ty>), paged);
        }
        let json = media_type.starts_with("application/json") || media_type.ends_with("+json");
        let rust = match (ty, response.null_data) {
            (TypeRef::Named(id), true) => self.nullable_document(id).unwrap_or_else(|| self.ty(ty)),
            (ty, _) if matches!(self.through(ty), TypeRef::Binary) => quote!(rt::Bytes),
            (TypeRef::Named(id), _) if json && self.needs_wrapper(id) => {
                let ty = self.ty(ty);
                quote!(rt::Json<#ty>)
            }
            (TypeRef::List(_) | TypeRef::Map(_) | TypeRef::Any | TypeRef::Named(_), _) => self.ty(ty),
            (_, _) if json => {
                let ty = self.ty(ty);
                quote!(rt::Json<#ty>)
            }
            _ => self.ty(ty),
        };
        // A status that has no body beside one that has.
        let sometimes = operation.responses.values().any(|r| r.content.is_empty());
        if sometimes { (quote!(Option<#rust>), false) } else { (rust, paged) }
    }

    fn nullable_document(&self, id: &str) -> Option<TokenStream> {
        let Some((_, Type { shape: Shape::Document(document), .. })) = self.api.resolve(id) else {
            return None;
        };
        let data = self.ty(&document.data);
        Some(match &document.included {
            Some(included) => {
                let included = self.ty(included);
                quote!(rt::Document<Option<#data>, #included>)
            }
            None => quote!(rt::Document<Option<#data>>),
        })
    }

    /// Whether a JSON answer of this type is no object.
    fn needs_wrapper(&self, id: &str) -> bool {
        match self.api.resolve(id).map(|(_, t)| &t.shape) {
            Some(Shape::Enum(_) | Shape::Union(_)) => true,
            Some(Shape::Alias(ty)) => !matches!(ty, TypeRef::List(_) | TypeRef::Map(_) | TypeRef::Any),
            _ => false,
        }
    }

    /// Whether `limit` is what it is in JSON:API, or the overlay has a rule for the pages of the answer.
    fn has_pages(&self, operation: &Operation) -> bool {
        let json_api = || self.api.types.values().any(|ty| matches!(ty.shape, Shape::Page(_)));
        operation.paging.is_some() || operation.responses.values().any(|r| r.paged) || json_api()
    }

    fn is_paged(&self, answer: &TypeRef) -> bool {
        let TypeRef::Named(id) = answer else { return false };
        match self.api.resolve(id).map(|(_, t)| &t.shape) {
            Some(Shape::Page(_)) => true,
            Some(Shape::Linkage(l)) => l.to == Arity::Many && !l.request,
            _ => false,
        }
    }

    /// The argument that is sent as the body; with the request's id if that is what the path asks for.
    fn body(&self, operation: &Operation) -> Option<(Argument, Option<()>)> {
        let body = operation.body.as_ref()?;
        let (media_type, ty) = body.sent()?;
        let plain = |declared, set| Some((Argument { declared, set, hole: None }, None));
        // The runtime says `application/json` unless it is told otherwise.
        let says = match media_type.as_str() {
            "application/json" => TokenStream::new(),
            _ => quote!(call.header("content-type", #media_type);),
        };
        if body.json().is_none() || matches!(self.through(ty), TypeRef::Binary) {
            return plain(quote!(body: impl Into<rt::Bytes>), quote!(call.bytes(#media_type, body);));
        }
        let TypeRef::Named(id) = ty else {
            let own = self.ty(ty);
            return plain(quote!(body: #own), quote!(call.json(&body); #says));
        };
        match self.api.resolve(id).map(|(_, t)| &t.shape) {
            Some(Shape::Linkage(l)) => {
                let kind = &l.kind;
                match (l.to, l.nullable) {
                    (Arity::Many, _) => plain(
                        quote!(ids: impl IntoIterator<Item = impl Into<String>>),
                        quote!(call.json(&rt::LinkagesBody::new(#kind, ids));),
                    ),
                    (_, true) => {
                        plain(quote!(to: Option<&str>), quote!(call.json(&rt::LinkageBody::new(#kind, to));))
                    }
                    (_, false) => plain(
                        quote!(to: impl AsRef<str>),
                        quote!(call.json(&rt::LinkageBody::new(#kind, Some(to.as_ref())));),
                    ),
                }
            }
            shape => {
                let own = self.ty(ty);
                let update = matches!(shape, Some(Shape::Request(r)) if r.action == Action::Update);
                let one = operation.parameters.iter().filter(|p| p.place == In::Path).count() == 1;
                let check = body.checked.then(|| quote!(call.check(&request);));
                let put = match &body.envelope {
                    None => quote!(call.json(&request);),
                    Some(path) => {
                        let members = path.split('.');
                        quote!(call.json_in(&[#(#members),*], &request);)
                    }
                };
                let argument =
                    Argument { declared: quote!(request: #own), set: quote!(#check #put #says), hole: None };
                Some((argument, (update && one && operation.path.ends_with('}')).then_some(())))
            }
        }
    }

    fn path_argument(&self, parameter: &Parameter, name: &OperationName) -> Argument {
        let named = name.parameters.get(&parameter.name);
        let own = ident(named.map_or("id", |p| &p.ident));
        let token = named.and_then(|p| p.token.as_ref()).map(|t| self.token_path(t));
        let (ty, hole) = match self.through(&parameter.ty) {
            _ if token.is_some() => (quote!(#token), quote!(#own.as_ref())),
            TypeRef::Integer => (quote!(i64), quote!(&#own.to_string())),
            TypeRef::Number => (quote!(f64), quote!(&#own.to_string())),
            TypeRef::Boolean => (quote!(bool), quote!(&#own.to_string())),
            _ => (quote!(impl AsRef<str>), quote!(#own.as_ref())),
        };
        Argument { declared: quote!(#own: #ty), set: TokenStream::new(), hole: Some(hole) }
    }

    /// A query or header parameter: what it is declared as, and how it is put into `call`.
    fn query_argument(
        &self,
        parameter: &Parameter,
        own: &str,
        name: &OperationName,
        call: &TokenStream,
    ) -> Argument {
        let named = name.parameters.get(&parameter.name);
        let own = ident(own);
        let key = &parameter.name;
        let token = named.and_then(|p| p.token.as_ref()).map(|t| self.token_path(t));
        let (item, is_list) = match &parameter.ty {
            TypeRef::List(item) => (&**item, true),
            ty => (ty, false),
        };
        let base = self.through(item);
        let text = match (&token, base) {
            (Some(token), _) => quote!(#token),
            (None, TypeRef::Named(_) | TypeRef::Timestamp | TypeRef::Date) => self.ty(item),
            _ => quote!(impl AsRef<str>),
        };
        let scalar = match base {
            TypeRef::Integer => Some((quote!(i64), quote!(number), quote!(#own))),
            TypeRef::Number => Some((quote!(f64), quote!(decimal), quote!(#own))),
            TypeRef::Boolean => Some((quote!(bool), quote!(flag), quote!(#own))),
            TypeRef::Named(id) if self.is_integer_enum(id) => {
                Some((self.ty(item), quote!(number), quote!(#own.as_i64())))
            }
            _ => None,
        };
        let (declared, set) = match (parameter.place, is_list, scalar) {
            (In::Header, _, _) => (quote!(#own: impl AsRef<str>), quote!(#call.header(#key, #own.as_ref());)),
            (_, true, Some((ty, ..))) => {
                let set = list(parameter.style, key, &quote!(#own.into_iter().map(|v| v.to_string())), call);
                (quote!(#own: impl IntoIterator<Item = #ty>), set)
            }
            (_, true, None) => (
                quote!(#own: impl IntoIterator<Item = #text>),
                list(parameter.style, key, &quote!(#own), call),
            ),
            (_, false, Some((ty, method, value))) => {
                (quote!(#own: #ty), quote!(#call.#method(#key, #value);))
            }
            (_, false, None) if token.is_none() && matches!(base, TypeRef::Timestamp | TypeRef::Date) => (
                quote!(#own: impl Into<#text>),
                quote!(#call.text(#key, Into::<#text>::into(#own).as_ref());),
            ),
            (_, false, None) => (quote!(#own: #text), quote!(#call.text(#key, #own.as_ref());)),
        };
        let needed = parameter.required && is_list && parameter.place == In::Query;
        let needed = needed.then(|| quote!(#call.require(#key);));
        Argument { declared, set: quote!(#set #needed), hole: None }
    }

    /// A field of a form: what it is declared as, and how it is put into `call`.
    fn form_argument(
        &self,
        parameter: &Parameter,
        own: &str,
        form: &str,
        name: &OperationName,
        call: &TokenStream,
    ) -> Argument {
        let (own, key) = (ident(own), &parameter.name);
        let method = if form.starts_with("multipart/") { quote!(part) } else { quote!(field) };
        let (item, is_list) = match &parameter.ty {
            TypeRef::List(item) => (&**item, true),
            ty => (ty, false),
        };
        let token = name.parameters.get(key).and_then(|p| p.token.as_ref()).map(|t| self.token_path(t));
        let (ty, add): (TokenStream, Box<dyn Fn(TokenStream) -> TokenStream>) =
            match (token, self.through(item)) {
                (Some(token), _) => (token, Box::new(|v| quote!(#call.#method(#key, #v.as_ref());))),
                (None, TypeRef::Binary) => {
                    (quote!(impl Into<rt::File>), Box::new(|v| quote!(#call.file(#key, #v);)))
                }
                (None, TypeRef::Integer | TypeRef::Number | TypeRef::Boolean) => {
                    (self.ty(item), Box::new(|v| quote!(#call.#method(#key, &#v.to_string());)))
                }
                (None, TypeRef::Named(id)) if self.is_integer_enum(id) => {
                    (self.ty(item), Box::new(|v| quote!(#call.#method(#key, &#v.to_string());)))
                }
                (None, TypeRef::Named(_) | TypeRef::Timestamp | TypeRef::Date) => {
                    (self.ty(item), Box::new(|v| quote!(#call.#method(#key, #v.as_ref());)))
                }
                _ => (quote!(impl AsRef<str>), Box::new(|v| quote!(#call.#method(#key, #v.as_ref());))),
            };
        let (declared, set) = match (is_list, parameter.style) {
            (false, _) => (quote!(#own: #ty), add(quote!(#own))),
            (true, Style::Repeat) => {
                let one = add(quote!(value));
                (quote!(#own: impl IntoIterator<Item = #ty>), quote!(for value in #own { #one }))
            }
            (true, _) => (
                quote!(#own: impl IntoIterator<Item = impl AsRef<str>>),
                quote! {
                    let joined: Vec<String> = #own.into_iter().map(|v| v.as_ref().to_owned()).collect();
                    #call.#method(#key, &joined.join(","));
                },
            ),
        };
        Argument { declared, set, hole: None }
    }

    fn setter_of(
        &self,
        operation: &Operation,
        parameter: &Parameter,
        name: &OperationName,
        module: &str,
        method: &Method,
        listing: &mut Listing,
    ) -> TokenStream {
        let value = if matches!(parameter.ty, TypeRef::List(_)) { "values" } else { "value" };
        let argument = match &operation.form {
            Some(form) if parameter.place == In::Form => {
                self.form_argument(parameter, value, form, name, &quote!(self.0))
            }
            _ => self.query_argument(parameter, value, name, &quote!(self.0)),
        };
        let own = name.parameters.get(&parameter.name).map_or("value", |p| &p.ident);
        let (declared, set, deprecated) = (argument.declared, argument.set, deprecated(parameter.deprecated));
        listing.add(&format!("fn {module}::{}::{own}", method.builder), &declared);
        let docs = docs(&self.parameter_docs(operation, parameter, name));
        let own = ident(own);
        let inline = inline([&declared]);
        quote! {
            #docs #deprecated #inline
            pub fn #own(mut self, #declared) -> Self { #set self }
        }
    }

    fn parameter_docs(
        &self,
        operation: &Operation,
        parameter: &Parameter,
        name: &OperationName,
    ) -> Vec<String> {
        let mut line = code(&parameter.name);
        let role = match parameter.role() {
            Role::Fields(_) => Some("the fields that are sent of each"),
            Role::Include => Some("related resources that are sent along"),
            Role::Sort => Some("the order; `desc` turns one round"),
            Role::Filter(_) => Some("only what has one of these values"),
            Role::Exists(_) => Some("only what has this, or has it not"),
            // Of what has no pages that we know, a `limit` may be anything.
            Role::Limit if self.has_pages(operation) => Some("how many a page has"),
            Role::LimitOf(_) => Some("how many are sent along"),
            Role::Limit | Role::Other => None,
        };
        let role =
            role.filter(|_| !matches!((parameter.role(), &parameter.ty), (Role::Filter(_), TypeRef::String)));
        let facts: Vec<String> =
            role.into_iter().map(str::to_owned).chain(facts(&parameter.ty, &parameter.limits)).collect();
        if !facts.is_empty() {
            line.push_str(": ");
            line.push_str(&facts.join(", "));
        }
        line.push('.');
        let mut lines = vec![line];
        // The token type may serve other operations of the handle too, so what this one accepts is said here.
        let token =
            name.parameters.get(&parameter.name).and_then(|p| self.names.tokens.get(p.token.as_ref()?));
        if let (Some(values), Some(token)) =
            (parameter.values.as_ref().and_then(|v| self.api.values.get(v)), token)
        {
            let plain = values.iter().filter(|v| !v.starts_with('-')).count();
            if plain < token.values.len() || values.len() < plain {
                let values: Vec<String> = values.iter().map(|v| code(v)).collect();
                lines.extend([String::new(), format!("Accepts {}.", values.join(", "))]);
            }
        }
        if let Some(doc) = &parameter.doc {
            lines.extend([String::new(), doc.trim().to_owned()]);
        }
        lines
    }
}

/// Whether nothing is optional but how many a page has: the runtime has one type for all such calls.
pub(super) fn is_limited(optional: &[&Parameter]) -> bool {
    let [only] = optional else { return false };
    only.role() == Role::Limit && only.ty == TypeRef::Integer && !only.deprecated
}

fn list(style: Style, key: &str, values: &TokenStream, call: &TokenStream) -> TokenStream {
    let style = match style {
        Style::Comma => return quote!(#call.list(#key, #values);),
        Style::Space => quote!(Spaces),
        Style::Pipe => quote!(Pipes),
        Style::Repeat => quote!(Repeated),
    };
    quote!(#call.list_in(#key, rt::Style::#style, #values);)
}

/// How the operation authenticates, where it does so otherwise than the rest.
fn security(operation: &Operation) -> String {
    match operation.security.as_deref() {
        None => String::new(),
        // The first alternative that needs one secret only: others need two, or none.
        Some(ways) => match ways.iter().find_map(|way| way.first()) {
            Some(scheme) => format!(" by {scheme:?}"),
            None => " as public".to_owned(),
        },
    }
}

fn pascal_method(method: &str) -> String {
    let mut chars = method.chars();
    chars.next().map(|c| c.to_string() + &chars.as_str().to_lowercase()).unwrap_or_default()
}

fn pascal_handle<'a>(context: &'a Context<'_>, name: &OperationName) -> &'a str {
    context.names.handles.get(&name.handle).map_or("", |h| &h.ident)
}

/// Method and path as vendors write them into addresses: `get-v1-apps-_id_-builds`.
fn slug(operation: &Operation) -> String {
    let text = format!("{}{}", operation.method.to_lowercase(), operation.path);
    text.replace(['{', '}'], "_").replace('/', "-")
}

/// Types that responses lead to.
pub(super) fn received(api: &Api) -> Vec<&str> {
    let all = api.operations.values();
    all.flat_map(|o| {
        let answers = o.responses.values().flat_map(|r| r.content.values()).filter_map(TypeRef::named);
        answers.chain(o.errors.keys().filter_map(|ty| ty.strip_prefix('$')))
    })
    .collect()
}

/// Types that a request body leads to.
pub(super) fn sent(api: &Api) -> Vec<&str> {
    api.operations
        .values()
        .filter_map(|o| o.body.as_ref())
        .flat_map(|b| b.content.values())
        .filter_map(TypeRef::named)
        .collect()
}
