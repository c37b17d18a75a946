//! Asserts that `cargo test` runs no text of a document as code, in the crates of all fixtures.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/shared.rs"]
mod shared;
#[path = "support/stages.rs"]
mod stages;

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use stages::{Texts, report};
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

#[test]
fn no_document_writes_a_doctest() {
    for keep_prose in [false, true] {
        for folder in shared::entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stages")) {
            let texts = Texts { keep_prose, ..Texts::read(&folder) };
            let mut out = Sink::new();
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
                        assert!(blocks(&doc).iter().all(|info| info == "text"), "{at}\n{doc}");
                    }
                } else if file.path == "README.md" {
                    assert_eq!(blocks(&file.text), ["rust,no_run"], "{at}\n{}", file.text);
                }
            }
        }
    }
}
