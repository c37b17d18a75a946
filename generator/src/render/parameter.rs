//! Renders parameters: the arguments of methods, the setters of builders, and how each is put into a call.

use proc_macro2::TokenStream;
use quote::quote;

use super::doc::code;
use super::model::facts;
use super::rust::{deprecated, docs, ident, inline};
use super::{Context, Listing};
use crate::api::{In, MediaType, Operation, Parameter, Role, Style, TypeRef};
use crate::name::{Method, OperationName};

/// An argument of a method, and the statement that puts it into the call.
pub(super) struct Argument {
    pub(super) declared: TokenStream,
    pub(super) set: TokenStream,
}

/// An expression for one path parameter.
pub(super) struct Segment {
    /// A text, or a `Segment` of the runtime where it is styled.
    pub(super) value: TokenStream,
    pub(super) styled: bool,
}

impl Segment {
    /// As a `Segment` of the runtime either way.
    pub(super) fn as_styled(&self) -> TokenStream {
        let value = &self.value;
        if self.styled { quote!(#value) } else { quote!(rt::Segment::text(#value)) }
    }
}

/// How one scalar is declared, and the expression that gives its text.
struct Scalar {
    declared: TokenStream,
    text: TokenStream,
}

impl Context<'_> {
    /// An argument of the path, and what stands for it there.
    pub(super) fn path_argument(&self, parameter: &Parameter, name: &OperationName) -> (Argument, Segment) {
        let named = name.parameter(parameter);
        let own = ident(named.map_or("id", |p| &p.ident));
        let argument = |declared| Argument { declared: quote!(#own: #declared), set: TokenStream::new() };
        if !self.is_plain(parameter, name) {
            let (declared, ty, value) = self.value(parameter, &own.to_string(), name);
            let (key, style) = (&parameter.name, style(parameter.style));
            let value = match value.to_string() == own.to_string() {
                true => quote!(rt::Segment::styled(#key, #style, &#own)),
                false => quote!({ let sent: #ty = #value; rt::Segment::styled(#key, #style, &sent) }),
            };
            return (argument(declared), Segment { value, styled: true });
        }
        let token = named.and_then(|p| p.token.as_ref()).map(|t| self.token_path(t));
        let (declared, value) = match self.through(&parameter.ty) {
            _ if token.is_some() => (quote!(#token), quote!(#own.as_ref())),
            TypeRef::Integer => (quote!(i64), quote!(&#own.to_string())),
            TypeRef::Number => (quote!(f64), quote!(&#own.to_string())),
            TypeRef::Boolean => (quote!(bool), quote!(&#own.to_string())),
            _ => (quote!(impl AsRef<str>), quote!(#own.as_ref())),
        };
        (argument(declared), Segment { value, styled: false })
    }

    /// An argument outside of the path: what it is declared as, and how it is put into `call`.
    pub(super) fn sent_argument(
        &self,
        operation: &Operation,
        parameter: &Parameter,
        own: &str,
        name: &OperationName,
        call: &TokenStream,
    ) -> Argument {
        match (&operation.form, parameter.place) {
            (Some(form), In::Form) => self.form_argument(parameter, own, form, name, call),
            _ if self.is_plain(parameter, name) => self.query_argument(parameter, own, name, call),
            _ => {
                let key = &parameter.name;
                let style = style(parameter.style);
                let method = match parameter.place {
                    In::Header => quote!(header_value),
                    In::Cookie => quote!(cookie),
                    _ => quote!(value),
                };
                self.value_argument(parameter, own, name, |sent| quote!(#call.#method(#key, #style, &#sent);))
            }
        }
    }

    /// Whether a parameter is a scalar, or a list of scalars in the query, in a style that has a method of its own.
    fn is_plain(&self, parameter: &Parameter, name: &OperationName) -> bool {
        let (item, is_list) = item(&parameter.ty);
        let token = name.parameter(parameter).is_some_and(|p| p.token.is_some());
        let scalar = token
            || match self.through(item) {
                TypeRef::Named(id) => self.is_enum(id),
                ty => !matches!(ty, TypeRef::List(_) | TypeRef::Map(_) | TypeRef::Any | TypeRef::Binary),
            };
        let listed = matches!(parameter.style, Style::Comma | Style::Space | Style::Pipe | Style::Repeat);
        match parameter.place {
            In::Query => scalar && listed,
            In::Path | In::Header => scalar && !is_list && parameter.style == Style::Comma,
            In::Cookie | In::Form => false,
        }
    }

    /// A value of any shape: how it is declared, its type, and the expression that gives it.
    fn value(
        &self,
        parameter: &Parameter,
        own: &str,
        name: &OperationName,
    ) -> (TokenStream, TokenStream, TokenStream) {
        let token = name.parameter(parameter).and_then(|p| p.token.as_ref()).map(|t| self.token_path(t));
        let named = ident(own);
        match (token, item(&parameter.ty).1) {
            (Some(token), true) => (
                quote!(impl IntoIterator<Item = #token>),
                quote!(Vec<String>),
                quote!(#named.into_iter().map(|v| v.as_ref().to_owned()).collect()),
            ),
            (Some(token), false) => (quote!(#token), quote!(String), quote!(#named.as_ref().to_owned())),
            (None, _) => {
                let (declared, value) = self.argument(&parameter.ty, own);
                (declared, self.ty(&parameter.ty), value)
            }
        }
    }

    /// The argument of a value of any shape; `set` makes the statement that puts it into the call.
    fn value_argument(
        &self,
        parameter: &Parameter,
        own: &str,
        name: &OperationName,
        set: impl Fn(&proc_macro2::Ident) -> TokenStream,
    ) -> Argument {
        let (declared, ty, value) = self.value(parameter, own, name);
        let own = ident(own);
        let set = match value.to_string() == own.to_string() {
            true => set(&own),
            // In a block, since an argument may be called `sent`.
            false => {
                let set = set(&ident("sent"));
                quote!({ let sent: #ty = #value; #set })
            }
        };
        Argument { declared: quote!(#own: #declared), set }
    }

    /// A scalar whose text is needed.
    fn scalar(&self, ty: &TypeRef, token: Option<&TokenStream>, value: &TokenStream) -> Scalar {
        let (declared, text) = match (token, self.through(ty)) {
            (Some(token), _) => (quote!(#token), quote!(#value.as_ref())),
            (None, TypeRef::Integer | TypeRef::Number | TypeRef::Boolean) => {
                (self.ty(ty), quote!(&#value.to_string()))
            }
            (None, TypeRef::Named(id)) if self.is_integer_enum(id) => {
                (self.ty(ty), quote!(&#value.to_string()))
            }
            (None, TypeRef::Named(_) | TypeRef::Timestamp | TypeRef::Date) => {
                (self.ty(ty), quote!(#value.as_ref()))
            }
            _ => (quote!(impl AsRef<str>), quote!(#value.as_ref())),
        };
        Scalar { declared, text }
    }

    /// A plain query or header parameter: what it is declared as, and how it is put into `call`.
    fn query_argument(
        &self,
        parameter: &Parameter,
        own: &str,
        name: &OperationName,
        call: &TokenStream,
    ) -> Argument {
        let own = ident(own);
        let key = &parameter.name;
        let token = name.parameter(parameter).and_then(|p| p.token.as_ref()).map(|t| self.token_path(t));
        let (item, is_list) = item(&parameter.ty);
        if parameter.place == In::Header {
            let Scalar { declared, text } = self.scalar(item, token.as_ref(), &quote!(#own));
            return Argument { declared: quote!(#own: #declared), set: quote!(#call.header(#key, #text);) };
        }
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
        let (declared, set) = match (is_list, scalar) {
            (true, Some((ty, ..))) => {
                let set = list(parameter.style, key, &quote!(#own.into_iter().map(|v| v.to_string())), call);
                (quote!(#own: impl IntoIterator<Item = #ty>), set)
            }
            (true, None) => (
                quote!(#own: impl IntoIterator<Item = #text>),
                list(parameter.style, key, &quote!(#own), call),
            ),
            (false, Some((ty, method, value))) => (quote!(#own: #ty), quote!(#call.#method(#key, #value);)),
            (false, None) if token.is_none() && matches!(base, TypeRef::Timestamp | TypeRef::Date) => (
                quote!(#own: impl Into<#text>),
                quote!(#call.text(#key, Into::<#text>::into(#own).as_ref());),
            ),
            (false, None) => (quote!(#own: #text), quote!(#call.text(#key, #own.as_ref());)),
        };
        let needed = parameter.required && is_list;
        let needed = needed.then(|| quote!(#call.require(#key);));
        Argument { declared, set: quote!(#set #needed) }
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
        let key = &parameter.name;
        let multipart = MediaType::parse(form).is_multipart();
        let (add, add_value) =
            if multipart { (quote!(part), quote!(part_value)) } else { (quote!(field), quote!(field_value)) };
        let (item, is_list) = item(&parameter.ty);
        let token = name.parameter(parameter).and_then(|p| p.token.as_ref()).map(|t| self.token_path(t));
        let base = self.through(item);
        let scalar = token.is_some()
            || match base {
                TypeRef::Named(id) => self.is_enum(id),
                ty => !matches!(ty, TypeRef::List(_) | TypeRef::Map(_) | TypeRef::Any),
            };
        let one = |value: &TokenStream| -> Scalar {
            if *base == TypeRef::Binary {
                return Scalar {
                    declared: quote!(impl Into<rt::File>),
                    text: quote!(#call.file(#key, #value);),
                };
            }
            let Scalar { declared, text } = self.scalar(item, token.as_ref(), value);
            let set = match &parameter.media_type {
                Some(media_type) => {
                    quote!(#call.part_as(#key, #media_type, #text);)
                }
                None => quote!(#call.#add(#key, #text);),
            };
            Scalar { declared, text: set }
        };
        let named = ident(own);
        match (scalar, is_list, parameter.style) {
            (true, false, Style::Comma) => {
                let Scalar { declared, text } = one(&quote!(#named));
                Argument { declared: quote!(#named: #declared), set: text }
            }
            (true, true, Style::Repeat) => {
                let Scalar { declared, text } = one(&quote!(value));
                Argument {
                    declared: quote!(#named: impl IntoIterator<Item = #declared>),
                    set: quote!(for value in #named { #text }),
                }
            }
            (true, true, Style::Comma) if *base == TypeRef::String => Argument {
                declared: quote!(#named: impl IntoIterator<Item = impl AsRef<str>>),
                set: quote! {
                    let joined: Vec<String> = #named.into_iter().map(|v| v.as_ref().to_owned()).collect();
                    #call.#add(#key, &joined.join(","));
                },
            },
            (false, true, Style::Repeat) if multipart => {
                let item = self.ty(item);
                Argument {
                    declared: quote!(#named: impl IntoIterator<Item = #item>),
                    set: quote!(for value in #named { #call.part_value(#key, rt::Style::Json, &value); }),
                }
            }
            (.., written) => {
                let style = style(written);
                self.value_argument(
                    parameter,
                    own,
                    name,
                    |sent| quote!(#call.#add_value(#key, #style, &#sent);),
                )
            }
        }
    }

    pub(super) fn setter_of(
        &self,
        operation: &Operation,
        parameter: &Parameter,
        name: &OperationName,
        module: &str,
        method: &Method,
        listing: &mut Listing,
    ) -> TokenStream {
        let value = if matches!(parameter.ty, TypeRef::List(_)) { "values" } else { "value" };
        let argument = self.sent_argument(operation, parameter, value, name, &quote!(self.0));
        let own = name.parameter(parameter).map_or("value", |p| &p.ident);
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

    pub(super) fn parameter_docs(
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
        let token = name.parameter(parameter).and_then(|p| self.names.tokens.get(p.token.as_ref()?));
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

/// The item of a list, and whether it is one; any other type is its own item.
fn item(ty: &TypeRef) -> (&TypeRef, bool) {
    match ty {
        TypeRef::List(item) => (item, true),
        ty => (ty, false),
    }
}

/// The runtime's name of a style.
fn style(style: Style) -> TokenStream {
    let name = ident(match style {
        Style::Comma => "Commas",
        Style::Space => "Spaces",
        Style::Pipe => "Pipes",
        Style::Repeat => "Repeated",
        Style::Deep => "Deep",
        Style::Json => "Json",
        Style::Label => "Label",
        Style::LabelEach => "LabelEach",
        Style::Matrix => "Matrix",
        Style::MatrixEach => "MatrixEach",
    });
    quote!(rt::Style::#name)
}

fn list(written: Style, key: &str, values: &TokenStream, call: &TokenStream) -> TokenStream {
    if written == Style::Comma {
        return quote!(#call.list(#key, #values););
    }
    let style = style(written);
    quote!(#call.list_in(#key, #style, #values);)
}
