//! Prints tokens and lines as a Rust file.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::MARK;
use crate::plan::{RustType, doc};

/// Characters of a line, as in the rest of the repository.
const WIDTH: usize = 110;

/// A file while it is put together.
#[derive(Debug, Default)]
pub(super) struct RustFile {
    text: String,
    tokens: TokenStream,
}

impl RustFile {
    /// A file whose first lines say that it is generated and describe it.
    pub(super) fn new(about: &str) -> Self {
        // Not a part of the documentation.
        Self { text: format!("// {MARK}; edits are lost.\n//! {about}\n\n"), ..Self::default() }
    }

    /// Adds Rust items.
    pub(super) fn items(&mut self, tokens: TokenStream) {
        self.tokens.extend(tokens);
    }

    /// Adds a line unchanged: a macro call, whose body the formatter does not format.
    pub(super) fn line(&mut self, line: &str) {
        self.flush();
        self.text.push_str(line);
        self.text.push_str("\n\n");
    }

    fn flush(&mut self) {
        if self.tokens.is_empty() {
            return;
        }
        let tokens = std::mem::take(&mut self.tokens);
        // Tokens that are not valid Rust are a bug of this stage; the compiler of the crate then reports the location.
        match syn::parse2::<syn::File>(tokens.clone()) {
            Ok(file) => self.text.push_str(&separated(&prettyplease::unparse(&file))),
            Err(_) => self.text.push_str(&tokens.to_string()),
        }
        self.text.push('\n');
    }

    /// The file's text.
    pub(super) fn finish(mut self) -> String {
        self.flush();
        let mut text = self.text.trim_end().to_owned();
        text.push('\n');
        text
    }
}

/// Separates items and methods by an empty line, which the formatter does not write.
fn separated(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 20);
    let mut last = "";
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let joined = one_line(line, lines.clone());
        if let Some((_, taken)) = &joined {
            lines.nth(taken - 1);
        }
        let indent = line.len() - line.trim_start().len();
        let (now, before) = (line.trim_start(), last.trim_start());
        let head = now.starts_with("///")
            || now.starts_with("#[")
            || now.starts_with("pub ")
            || now.starts_with("impl ");
        let continues =
            before.starts_with("///") || before.starts_with("#[") || before.ends_with(['{', ',', '(']);
        // Methods are in an impl at the first level; deeper lines are bodies, and fields end with commas.
        if head && indent <= 4 && !last.is_empty() && !continues {
            out.push('\n');
        }
        out.push_str(joined.as_ref().map_or(line, |(text, _)| text));
        out.push('\n');
        last = if joined.is_some() { "{" } else { line };
    }
    out
}

/// A signature that the formatter broke although it fits this repository's width, on one line; and the number of lines
/// that it took beyond the first.
fn one_line<'a>(first: &str, rest: impl Iterator<Item = &'a str>) -> Option<(String, usize)> {
    if !first.trim_start().starts_with("pub fn ") || !first.ends_with('(') {
        return None;
    }
    let mut text = first.to_owned();
    for (index, line) in rest.enumerate() {
        let line = line.trim_start();
        if line.starts_with(')') {
            text.truncate(text.trim_end_matches([',', ' ']).len());
            text.push_str(line);
            return (text.len() <= WIDTH && line.ends_with('{')).then_some((text, index + 1));
        }
        text.push_str(line);
        text.push(' ');
        if text.len() > 2 * WIDTH {
            return None;
        }
    }
    None
}

/// `#[inline]` for a function that is compiled in its own crate; a generic one is compiled by its users anyway.
pub(super) fn inline<'a>(arguments: impl IntoIterator<Item = &'a RustType>) -> TokenStream {
    let generic = arguments.into_iter().any(RustType::is_generic);
    if generic { TokenStream::new() } else { quote!(#[inline]) }
}

/// An identifier.
pub(super) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// Doc comments, one a line.
pub(super) fn docs(lines: &[String]) -> TokenStream {
    if lines.is_empty() {
        return TokenStream::new();
    }
    doc_lines(lines).map(|line| quote!(#[doc = #line])).collect()
}

/// The same lines without the mark of a comment: each is empty or begins with a space.
pub(super) fn doc_lines(lines: &[String]) -> impl Iterator<Item = String> {
    let text = doc::harmless(&lines.join("\n"));
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| if line.is_empty() { String::new() } else { format!(" {line}") })
        .collect();
    lines.into_iter()
}

/// `#[deprecated]` if the vendor has deprecated the item.
pub(super) fn deprecated(deprecated: bool) -> TokenStream {
    deprecated_with(deprecated, None)
}

/// The same with a reason or replacement as the compiler's message.
pub(super) fn deprecated_with(deprecated: bool, note: Option<&str>) -> TokenStream {
    let note = note.unwrap_or("deprecated by the vendor");
    if deprecated { quote!(#[deprecated = #note]) } else { TokenStream::new() }
}

/// The condition under which something is there; none where it always is.
pub(super) fn cfg(areas: &BTreeSet<String>, all: usize) -> TokenStream {
    if all == 0 || areas.is_empty() || areas.len() == all {
        return TokenStream::new();
    }
    let areas = areas.iter();
    if areas.len() == 1 {
        quote!(#[cfg(#(feature = #areas)*)])
    } else {
        quote!(#[cfg(any(#(feature = #areas),*))])
    }
}

/// The same condition as text, for parts that the formatter does not see.
pub(super) fn condition(areas: &BTreeSet<String>) -> String {
    let features: Vec<String> = areas.iter().map(|a| format!("feature = {a:?}")).collect();
    match features.as_slice() {
        [one] => format!("#[cfg({one})]"),
        _ => format!("#[cfg(any({}))]", features.join(", ")),
    }
}

/// `name! { head … tail }` with its parts on as few lines of bounded width as they need.
pub(super) fn macro_call(head: &str, parts: &[String], tail: &str) -> String {
    let one = if parts.is_empty() {
        format!("{head} {{}}{tail} }}")
    } else {
        format!("{head} {{ {} }}{tail} }}", parts.join(", "))
    };
    if one.len() <= WIDTH {
        return one;
    }
    format!("{head} {{\n{}}}{tail} }}", filled(parts, 4, WIDTH))
}

/// Names in braces, on one line where they fit.
pub(super) fn braced(names: &[String]) -> String {
    let one = format!("{{{}}}", names.join(", "));
    if one.len() < WIDTH - 20 { one } else { format!("{{\n{}}}", filled(names, 4, WIDTH - 2)) }
}

/// Parts separated by commas, as many on a line as fit.
pub(super) fn filled(parts: &[String], indent: usize, width: usize) -> String {
    let mut out = String::new();
    let mut line = " ".repeat(indent);
    for part in parts {
        if line.len() > indent && line.len() + part.len() + 2 > width {
            out.push_str(line.trim_end());
            out.push('\n');
            line = " ".repeat(indent);
        }
        line.push_str(part);
        line.push_str(", ");
    }
    out.push_str(line.trim_end());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_macro_calls_are_broken_between_parts() {
        let parts: Vec<String> = (0..12).map(|n| format!("field_{n}: \"field{n}\"")).collect();
        let text = macro_call("rt::object! { App", &parts, " required [\"a\"]");
        assert!(text.lines().all(|l| l.len() <= WIDTH), "{text}");
        assert!(text.starts_with("rt::object! { App {\n    field_0: \"field0\", "));
        assert!(text.ends_with("\n} required [\"a\"] }"), "{text}");
        assert_eq!(macro_call("x! { A", &["a: \"a\"".to_owned()], ""), "x! { A { a: \"a\" } }");
    }

    #[test]
    fn items_and_methods_stand_apart() {
        let mut source = RustFile::new("What it is.");
        source.items(quote! {
            pub struct A { pub a: u8 }
            impl A { pub fn x() {} #[inline] pub fn y() {} }
        });
        source.line("codec!(A);");
        assert_eq!(
            source.finish(),
            "// @generated by Storewright; edits are lost.\n//! What it is.\n\npub struct A {\n    pub a: u8,\n}\n\n\
             impl A {\n    pub fn x() {}\n\n    #[inline]\n    pub fn y() {}\n}\n\ncodec!(A);\n"
        );
    }
}
