//! Asserts that `cargo test` compiles the examples of handles and no text of a document, in the crates of all fixtures.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;

use crate::support::stages::{Texts, report};
use crate::support::{shared, stages};
use proc_macro2::{TokenStream, TokenTree};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use storewright_generator::diagnostic::Sink;

/// The language of each code block in a text; an indented block has none, and so is Rust.
fn blocks(markdown: &str) -> Vec<String> {
    let kind = |event| match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => Some(info.into_string()),
        Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => Some(String::new()),
        _ => None,
    };
    Parser::new(markdown).filter_map(kind).collect()
}

/// The documentation of every item, as rustdoc reads it: also of items in a macro's call.
fn documented(tokens: TokenStream, out: &mut Vec<String>) {
    let mut open: Option<String> = None;
    for token in tokens {
        let TokenTree::Group(group) = &token else {
            if !matches!(&token, TokenTree::Punct(p) if "#!".contains(p.as_char())) {
                out.extend(open.take());
            }
            continue;
        };
        match syn::parse2::<syn::MetaNameValue>(group.stream()) {
            Ok(syn::MetaNameValue { path, value: syn::Expr::Lit(value), .. }) if path.is_ident("doc") => {
                let syn::Lit::Str(line) = value.lit else { panic!("no text") };
                let line = line.value();
                let text = open.get_or_insert_default();
                text.push_str(line.strip_prefix(' ').unwrap_or(&line));
                text.push('\n');
            }
            _ => {
                out.extend(open.take());
                documented(group.stream(), out);
            }
        }
    }
    out.extend(open);
}

/// True if the documentation is that of a handle, and its one block of code is a function of statements without any text.
fn is_example(doc: &str) -> bool {
    let Some((_, code)) = doc.split_once("\n# Example\n```no_run\n") else { return false };
    let Some(code) = code.strip_suffix("\n```\n") else { return false };
    let code = code.replace("\n# ", "\n");
    let file: syn::File = syn::parse_str(&code).unwrap_or_else(|e| panic!("{e}\n{code}"));
    let [syn::Item::Use(_), syn::Item::Fn(function)] = file.items.as_slice() else { return false };
    // The texts of its features, and the one of a format.
    let texts = code.lines().filter(|line| line.contains('"'));
    let mut texts = texts.map(|line| line.trim_start().split('"').next().unwrap());
    doc.starts_with("Operations of `")
        && function.sig.ident == "example"
        && texts.all(|before| matches!(before, "#[cfg(feature = " | "println!("))
}

#[test]
fn no_document_writes_a_doctest() {
    for keep_prose in [false, true] {
        for folder in shared::entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stages")) {
            let texts = Texts { keep_prose, ..Texts::read(&folder) };
            let mut out = Sink::new();
            let mut examples = 0;
            let made = texts.make(|_| false, &mut out);
            assert!(!out.has_errors(), "{}: {}", texts.name, report(&out));
            for file in stages::rendered(&made, "../../runtime") {
                let at = format!("{} {}, prose {keep_prose}", texts.name, file.path);
                if file.path.ends_with(".rs") {
                    let tokens = file.text.parse().unwrap_or_else(|e| panic!("{at}: {e}\n{}", file.text));
                    let mut docs = Vec::new();
                    documented(tokens, &mut docs);
                    assert!(!docs.is_empty() || file.path == "src/models.rs", "{at}");
                    for doc in docs {
                        let infos = blocks(&doc);
                        let compiled = infos.iter().filter(|info| *info != "text").count();
                        assert!(compiled == 0 || is_example(&doc), "{at}\n{doc}");
                        examples += compiled;
                    }
                } else if file.path == "README.md" {
                    assert_eq!(blocks(&file.text), ["rust,no_run"], "{at}\n{}", file.text);
                }
            }
            let handles = made.names.as_ref().map_or(0, |names| names.handles.len());
            assert_eq!(examples, handles, "{}: an example for each handle", texts.name);
        }
    }
}
