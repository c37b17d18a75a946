//! Prints how arguments are put into a call.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::rust::ident;
use crate::api::Style;
use crate::plan::{Argument, Convert, Field, Put, RustType, Scalar, Segment, SegmentValue, Text};

/// The expression of a value that an argument becomes.
pub(super) fn converted(value: &Ident, convert: Convert) -> TokenStream {
    match convert {
        Convert::Same => quote!(#value),
        Convert::Into => quote!(#value.into()),
        Convert::Collect => quote!(#value.into_iter().collect()),
        Convert::CollectInto => quote!(#value.into_iter().map(Into::into).collect()),
        Convert::Text => quote!(#value.as_ref().to_owned()),
        Convert::CollectText => quote!(#value.into_iter().map(|v| v.as_ref().to_owned()).collect()),
    }
}

/// A part of the path that is a text.
pub(super) fn segment_text(segment: &Segment) -> TokenStream {
    let own = ident(&segment.ident);
    match &segment.value {
        SegmentValue::Plain(text) => text_of(&own, *text),
        SegmentValue::Part { field, .. } => {
            let field = ident(field);
            quote!(#own.#field.as_ref())
        }
        SegmentValue::Styled { key, style, ty, convert } => {
            let style = style_of(*style);
            let_sent(&own, ty, *convert, |sent| quote!(rt::Segment::styled(#key, #style, &#sent)))
        }
    }
}

/// A part of the path as a `Segment` of the runtime.
pub(super) fn segment(segment: &Segment) -> TokenStream {
    let value = segment_text(segment);
    if segment.is_styled() { value } else { quote!(rt::Segment::text(#value)) }
}

fn text_of(own: &Ident, text: Text) -> TokenStream {
    match text {
        Text::AsRef => quote!(#own.as_ref()),
        Text::ToString => quote!(&#own.to_string()),
    }
}

/// Uses the value that an argument becomes; in a block, since an argument may be called `sent`.
fn let_sent(
    own: &Ident,
    ty: &RustType,
    convert: Convert,
    using: impl Fn(&Ident) -> TokenStream,
) -> TokenStream {
    if convert == Convert::Same {
        return using(own);
    }
    let (value, using) = (converted(own, convert), using(&ident("sent")));
    quote!({ let sent: #ty = #value; #using })
}

/// The statements that put an argument into `call`.
pub(super) fn puts(argument: &Argument, call: &TokenStream) -> TokenStream {
    let own = ident(&argument.ident);
    argument.puts.iter().map(|one| put(one, &own, call)).collect()
}

fn put(put_: &Put, own: &Ident, call: &TokenStream) -> TokenStream {
    match put_ {
        Put::Scalar { method, key, value } => {
            let method = ident(method);
            let value = scalar(own, value);
            quote!(#call.#method(#key, #value);)
        }
        Put::Header { key, text } => {
            let text = text_of(own, *text);
            quote!(#call.header(#key, #text);)
        }
        Put::List { key, style, to_string, filter } => {
            let method = if *filter { "filter" } else { "list" };
            let values =
                if *to_string { quote!(#own.into_iter().map(|v| v.to_string())) } else { quote!(#own) };
            list(call, method, key, *style, &values)
        }
        Put::Require(key) => quote!(#call.require(#key);),
        Put::Value { method, key, style, ty, convert } => {
            let (method, style) = (ident(method), style_of(*style));
            let_sent(own, ty, *convert, |sent| quote!(#call.#method(#key, #style, &#sent);))
        }
        Put::Field(one) => field(one, own, call),
        Put::Each(one) => {
            let set = field(one, &ident("value"), call);
            quote!(for value in #own { #set })
        }
        Put::Joined { method, key } => {
            let method = ident(method);
            quote! {{
                let joined: Vec<String> = #own.into_iter().map(|v| v.as_ref().to_owned()).collect();
                #call.#method(#key, &joined.join(","));
            }}
        }
        Put::Parts(key) => {
            quote!(for value in #own { #call.part_value(#key, rt::Style::Json, &value); })
        }
        Put::Fields(method) => {
            let method = ident(method);
            quote!(for (name, value) in #own { #call.#method(name.as_ref(), value.as_ref()); })
        }
        Put::Bytes(media_type) => quote!(#call.bytes(#media_type, #own);),
        Put::Json(members) if members.is_empty() => quote!(#call.json(&#own);),
        Put::Json(members) => quote!(#call.json_in(&[#(#members),*], &#own);),
        Put::ContentType(media_type) => quote!(#call.header("content-type", #media_type);),
        Put::Linkages(kind) => quote!(#call.json(&rt::LinkagesBody::new(#kind, #own));),
        Put::Linkage { kind, nullable: true } => quote!(#call.json(&rt::LinkageBody::new(#kind, #own));),
        Put::Linkage { kind, nullable: false } => {
            quote!(#call.json(&rt::LinkageBody::new(#kind, Some(#own.as_ref())));)
        }
        Put::Check => quote!(#call.check(&#own);),
        Put::Optional(ty, puts) => {
            let set: TokenStream = puts.iter().map(|one| put(one, own, call)).collect();
            quote!(if let Some(#own) = Into::<Option<#ty>>::into(#own) { #set })
        }
    }
}

fn scalar(own: &Ident, value: &Scalar) -> TokenStream {
    match value {
        Scalar::Same => quote!(#own),
        Scalar::Number => quote!(#own.as_i64()),
        Scalar::Text => quote!(#own.as_ref()),
        Scalar::TextOf(ty) => quote!(Into::<#ty>::into(#own).as_ref()),
    }
}

/// A list: by a method of its own in the style of nearly all lists.
fn list(call: &TokenStream, method: &str, key: &str, style: Style, values: &TokenStream) -> TokenStream {
    if style == Style::Comma {
        let method = ident(method);
        return quote!(#call.#method(#key, #values););
    }
    let (method, style) = (ident(&format!("{method}_in")), style_of(style));
    quote!(#call.#method(#key, #style, #values);)
}

fn field(field: &Field, own: &Ident, call: &TokenStream) -> TokenStream {
    match field {
        Field::File(key) => quote!(#call.file(#key, #own);),
        Field::Text { method, key, text } => {
            let (method, text) = (ident(method), text_of(own, *text));
            quote!(#call.#method(#key, #text);)
        }
        Field::Typed { key, media_type, text } => {
            let text = text_of(own, *text);
            quote!(#call.part_as(#key, #media_type, #text);)
        }
    }
}

/// The runtime's name of a style.
fn style_of(style: Style) -> TokenStream {
    let name = ident(match style {
        Style::Comma => "Commas",
        Style::Space => "Spaces",
        Style::Pipe => "Pipes",
        Style::Repeat => "Repeated",
        Style::Deep => "Deep",
        Style::Json => "Json",
        Style::Whole => "Whole",
        Style::Label => "Label",
        Style::LabelEach => "LabelEach",
        Style::Matrix => "Matrix",
        Style::MatrixEach => "MatrixEach",
    });
    quote!(rt::Style::#name)
}
