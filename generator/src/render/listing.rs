//! Public items go in, one by one; `API.txt` comes out: one sorted line each.
//!
//! The file is the snapshot of a crate's public API: what changes in it is what a consumer can notice.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proc_macro2::TokenStream;

use super::{MARK, doc};
use crate::api::Pointer;

/// Public items of a crate, while it is rendered.
#[derive(Debug, Default)]
pub(super) struct Listing {
    lines: Vec<String>,
    module: &'static str,
    origin: String,
}

impl Listing {
    /// Items of `module` from here on.
    pub(super) fn module(&mut self, module: &'static str) {
        self.module = module;
    }

    /// Items that come from the vendor's `at` and belong to `areas` from here on.
    pub(super) fn item(&mut self, at: &Pointer, areas: Option<&BTreeSet<String>>) -> &mut Self {
        let areas: Vec<&str> =
            areas.into_iter().flatten().map(String::as_str).filter(|a| !a.is_empty()).collect();
        // A name with a control character in it is one line yet.
        let at = doc::visible(at.as_str(), &[]);
        self.origin = format!("{at} {}", areas.join(","));
        self
    }

    /// Adds one item: its kind and path, and what its signature holds beside them.
    pub(super) fn add(&mut self, item: &str, signature: &TokenStream) {
        let (kind, path) = item.split_once(' ').unwrap_or(("", item));
        let mut line = format!("{}::{path} {kind}", self.module);
        if !signature.is_empty() {
            let _ = write!(line, " {}", compact(&signature.to_string()));
        }
        let _ = write!(line, " | {}", self.origin.trim_end());
        self.lines.push(line);
    }

    /// The text of the file.
    pub(super) fn finish(mut self) -> String {
        self.lines.sort();
        let mut text = format!(
            "# {MARK}; edits are lost.\n# Rust item, kind, signature | place in the vendor's document, areas\n"
        );
        for line in self.lines {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

/// Tokens print with a space between any two; people write fewer.
pub(super) fn compact(tokens: &str) -> String {
    let mut out = tokens.to_owned();
    for (from, to) in [
        (" :: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
    ] {
        out = out.replace(from, to);
    }
    out
}
