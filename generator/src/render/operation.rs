//! A handle goes in; its file comes out: the handle's methods, and a builder for each one with optional arguments.

use std::collections::BTreeSet;

use heck::ToShoutySnakeCase;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::doc::code;
use super::listing::compact;
use super::parameter::{Argument, Segment};
use super::rust::{Source, cfg, condition, deprecated_with, docs, ident, inline};
use super::{Context, Listing};
use crate::api::{
    Action, Api, Arity, Form, In, MediaType, Operation, Parameter, Response, Role, Shape, Type, TypeId,
    TypeRef,
};
use crate::name::{Handle, Method, OperationName};

/// How the enum of a response ends whose body differs by status.
const BY_STATUS: &str = "ByStatus";

/// A variant of such an enum: its name, its status, and the type of its body.
type StatusVariant = (String, String, TokenStream);

impl<'a> Context<'a> {
    /// Types that the file of a handle defines.
    pub(super) fn defined_by(&self, handle: &'a Handle) -> BTreeSet<&'a str> {
        let operations = handle.operations.iter().filter_map(|id| self.names.operations.get(id));
        let builders = operations.flat_map(|o| o.methods.iter().map(|m| m.builder.as_str()));
        // A model may be called as the enum of a response is.
        let enums = self.names.types.values().map(|name| name.ident.as_str());
        let enums = enums.filter(|name| name.ends_with(BY_STATUS));
        builders.chain(enums).chain([handle.ident.as_str()]).collect()
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
        let mut by_status = TokenStream::new();
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
                by_status.extend(self.write_by_status(operation, name, method, module, &cfg, listing));
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
        source.items(by_status);
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
        let body = self.body(operation, method);
        let updates = matches!(&body, Some((_, Some(_))));
        let mut arguments: Vec<Argument> = Vec::new();
        let mut segments: Vec<Segment> = Vec::new();
        for parameter in operation.parameters.iter().filter(|p| p.place == In::Path) {
            let argument = self.path_argument(parameter, name);
            if !updates {
                arguments.push(argument.0);
            }
            segments.push(argument.1);
        }
        // The arguments are in the order of the template; a name may stand in it twice.
        let path = || operation.parameters.iter().filter(|p| p.place == In::Path);
        let named = placeholders(&operation.path).map(|place| path().position(|p| p.name == place));
        let segments: Vec<&Segment> = named.flatten().filter_map(|at| segments.get(at)).collect();
        let others = || sent_parameters(operation, method);
        for parameter in others().filter(|p| p.required) {
            let own = name.parameter(parameter).map_or("value", |p| &p.ident);
            arguments.push(self.sent_argument(operation, parameter, own, name, &quote!(call)));
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
        let server = operation.server.as_ref().map(|url| format!(" at {url:?}")).unwrap_or_default();
        let own_operation =
            format!("{constant} = {verb} {id:?} {path:?}{accept}{}{server}", security(operation));
        let call = match segments.iter().any(|segment| segment.styled) {
            _ if updates => quote!(self.0.call(#constant, &[&request.id])),
            true => {
                let segments = segments.iter().map(|segment| segment.as_styled());
                quote!(self.0.call_at(#constant, &[#(#segments),*]))
            }
            false => {
                let texts = segments.iter().map(|segment| &segment.value);
                quote!(self.0.call(#constant, &[#(#texts),*]))
            }
        };
        let own = ident(&method.ident);
        let docs = docs(&self.operation_docs(operation, method, name, updates));
        let deprecated = deprecated_with(operation.deprecated, operation.deprecation.as_deref());
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
        // Optional ones have methods with docs of their own.
        for required in sent_parameters(operation, method).filter(|p| p.required) {
            if let (Some(doc), Some(argument)) = (&required.doc, name.parameter(required)) {
                lines.extend([String::new(), format!("{}: {}", code(&argument.ident), doc.trim())]);
            }
        }
        let mut optional = sent_parameters(operation, method).filter(|p| !p.required);
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
        // A status that has no body beside one that has.
        let sometimes = operation.responses.values().any(|r| r.content.is_empty());
        if let Some(own) = self.by_status(operation, name, method) {
            let own = ident(&own.0);
            return (if sometimes { quote!(Option<#own>) } else { quote!(#own) }, false);
        }
        let found = operation.responses.values().find_map(|r| Some((r.content.get(media_type)?, r)));
        let Some((ty, response)) = found else { return (quote!(()), false) };
        let paged = response.paged || operation.paging.is_some() || self.is_paged(ty);
        if let (Some(_), Some(envelope)) = (&response.envelope, &name.envelope) {
            let (envelope, ty) = (ident(envelope), self.ty(ty));
            return (quote!(crate::#envelope<#ty>), paged);
        }
        let rust = self.payload(ty, response, media_type);
        if sometimes { (quote!(Option<#rust>), false) } else { (rust, paged) }
    }

    /// What reads the body of a response.
    fn payload(&self, ty: &TypeRef, response: &Response, media_type: &str) -> TokenStream {
        let media_type = MediaType::parse(media_type);
        // A text of any media type is more often plain than JSON; the runtime reads both.
        let json = media_type.reads_json() && !(media_type.is_any() && *self.through(ty) == TypeRef::String);
        match (ty, response.null_data) {
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
        }
    }

    /// The enum that reads a response whose statuses have different bodies: its name, its variants with the status of
    /// each, and the variant that is read for other statuses.
    pub(super) fn by_status(
        &self,
        operation: &Operation,
        name: &OperationName,
        method: &Method,
    ) -> Option<(String, Vec<StatusVariant>)> {
        let media_type = method.media_type.as_ref()?;
        let found: Vec<(&String, &TypeRef, &Response)> = operation
            .responses
            .iter()
            .filter_map(|(status, response)| Some((status, response.content.get(media_type)?, response)))
            .collect();
        let (_, first, _) = found.first()?;
        let plain = |r: &Response| !r.null_data && !r.paged && r.envelope.is_none();
        let differ = found.iter().any(|(_, ty, _)| ty != first);
        if !differ || operation.paging.is_some() || !found.iter().all(|(.., r)| plain(r)) {
            return None;
        }
        let variants = found.into_iter().map(|(status, ty, response)| {
            let variant = format!("Status{}", status.to_uppercase());
            (variant, status.clone(), self.payload(ty, response, media_type))
        });
        // Methods that differ in their body share one enum.
        let first = name.methods.iter().find(|other| other.media_type == method.media_type)?;
        Some((format!("{}{BY_STATUS}", first.builder), variants.collect()))
    }

    /// The enum itself.
    fn write_by_status(
        &self,
        operation: &Operation,
        names: &OperationName,
        method: &Method,
        module: &str,
        cfg: &TokenStream,
        listing: &mut Listing,
    ) -> Option<TokenStream> {
        let (name, variants) = self.by_status(operation, names, method)?;
        if name != format!("{}{BY_STATUS}", method.builder) {
            return None;
        }
        listing.add(&format!("enum {module}::{name}"), &TokenStream::new());
        let own = ident(&name);
        let items: Vec<TokenStream> = variants
            .iter()
            .map(|(variant, status, ty)| {
                listing.add(&format!("variant {module}::{name}::{variant}"), ty);
                let (variant, doc) = (ident(variant), format!(" Status {status}."));
                quote!(#[doc = #doc] #variant(#ty))
            })
            .collect();
        // Codes first; a range, or the first of all, takes the rest.
        let coded = |(variant, status, _): &StatusVariant| {
            let code: u16 = status.parse().ok()?;
            Some((ident(variant), Literal::u16_unsuffixed(code)))
        };
        let range = variants.iter().find(|variant| coded(variant).is_none());
        let rest = range.or(variants.first())?;
        let codes: Vec<_> = variants.iter().filter(|v| v.0 != rest.0).filter_map(coded).collect();
        let arms = codes
            .iter()
            .map(|(variant, code)| quote!(#code => rt::Payload::decode(answer).map(Self::#variant)));
        let rest = ident(&rest.0);
        let doc = format!(" The response of `{}`, whose body differs by status.", method.ident);
        Some(quote! {
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
        })
    }

    fn nullable_document(&self, id: &TypeId) -> Option<TokenStream> {
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
    fn needs_wrapper(&self, id: &TypeId) -> bool {
        match self.api.resolve(id).map(|(_, t)| &t.shape) {
            Some(Shape::Enum(_) | Shape::Union(_)) => true,
            Some(Shape::Alias(ty)) => !matches!(ty, TypeRef::List(_) | TypeRef::Map(_) | TypeRef::Any),
            _ => false,
        }
    }

    /// Whether `limit` is what it is in JSON:API, or the overlay has a rule for the pages of the answer.
    pub(super) fn has_pages(&self, operation: &Operation) -> bool {
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
    fn body(&self, operation: &Operation, method: &Method) -> Option<(Argument, Option<()>)> {
        let body = operation.body.as_ref()?;
        let (media_type, ty) = body.content.get_key_value(method.sends.as_ref()?)?;
        let parsed = MediaType::parse(media_type);
        let plain = |declared, set| Some((Argument { declared, set }, None));
        if let (Some(form), TypeRef::Map(_)) = (parsed.form(), ty) {
            let add = if form == Form::Multipart { quote!(part) } else { quote!(field) };
            return plain(
                quote!(fields: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>),
                quote!(for (name, value) in fields { call.#add(name.as_ref(), value.as_ref()); }),
            );
        }
        if !parsed.reads_json() || *self.through(ty) == TypeRef::Binary {
            let sent = match parsed.is_range() {
                true if parsed.is_text() => "text/plain",
                true => "application/octet-stream",
                false => media_type,
            };
            let declared = if body.required {
                quote!(impl Into<rt::Bytes>)
            } else {
                quote!(impl Into<Option<rt::Bytes>>)
            };
            let set = optional(body.required, "body", &quote!(rt::Bytes), quote!(call.bytes(#sent, body);));
            return plain(quote!(body: #declared), set);
        }
        // The runtime says `application/json` unless it is told otherwise.
        let says = match parsed.sent(media_type) {
            "application/json" => TokenStream::new(),
            media_type => quote!(call.header("content-type", #media_type);),
        };
        let declare = |name: &str, own: &TokenStream| {
            let name = ident(name);
            if body.required { quote!(#name: #own) } else { quote!(#name: impl Into<Option<#own>>) }
        };
        let TypeRef::Named(id) = ty else {
            let own = self.ty(ty);
            let set = optional(body.required, "body", &own, quote!(call.json(&body); #says));
            return plain(declare("body", &own), set);
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
                let has_rule = matches!(shape, Some(Shape::Request(r)) if !r.one_of.is_empty());
                let updates = update && one && operation.path.ends_with('}');
                let check = (body.checked || has_rule).then(|| quote!(call.check(&request);));
                let put = match &body.envelope {
                    None => quote!(call.json(&request);),
                    Some(path) => {
                        let members = path.split('.');
                        quote!(call.json_in(&[#(#members),*], &request);)
                    }
                };
                let set = quote!(#check #put #says);
                let argument = match updates {
                    // The id of the resource is in the request.
                    true => Argument { declared: quote!(request: #own), set },
                    false => Argument {
                        declared: declare("request", &own),
                        set: optional(body.required, "request", &own, set),
                    },
                };
                Some((argument, updates.then_some(())))
            }
        }
    }
}

/// A body that may be left out: the statement is for one that is there.
fn optional(required: bool, name: &str, own: &TokenStream, set: TokenStream) -> TokenStream {
    if required {
        return set;
    }
    let name = ident(name);
    quote!(if let Some(#name) = Into::<Option<#own>>::into(#name) { #set })
}

/// What a method sends outside of the path: the fields of the form only where that is the body.
pub(super) fn sent_parameters<'o>(
    operation: &'o Operation,
    method: &Method,
) -> impl Iterator<Item = &'o Parameter> {
    let is_form = operation.form.is_some() && operation.form == method.sends;
    operation.parameters.iter().filter(move |p| match p.place {
        In::Path => false,
        In::Form => is_form,
        In::Query | In::Header | In::Cookie => true,
    })
}

/// The names in the braces of a path template, in order.
fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// Whether nothing is optional but how many a page has: the runtime has one type for all such calls.
pub(super) fn is_limited(optional: &[&Parameter]) -> bool {
    let [only] = optional else { return false };
    only.role() == Role::Limit && only.ty == TypeRef::Integer && !only.deprecated
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
pub(super) fn received(api: &Api) -> Vec<&TypeId> {
    let all = api.operations.values();
    all.flat_map(|o| {
        let answers = o.responses.values().flat_map(|r| r.content.values()).filter_map(TypeRef::named);
        answers.chain(o.failures().filter_map(TypeRef::named))
    })
    .collect()
}

/// Types that bodies and parameters of requests refer to.
pub(super) fn sent(api: &Api) -> Vec<&TypeId> {
    let bodies = api.operations.values().filter_map(|o| o.body.as_ref()).flat_map(|b| b.content.values());
    let parameters = api.operations.values().flat_map(|o| &o.parameters).map(|p| &p.ty);
    bodies.chain(parameters).filter_map(TypeRef::named).collect()
}
