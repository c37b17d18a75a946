//! Prints the module of webhooks: a name for the payload of each, and of each callback.

use quote::quote;

use super::File;
use super::rust::{RustFile, cfg, docs, ident};
use crate::plan::Incoming;

const ABOUT: &str = "Payloads of webhooks and callbacks, which the server sends to an address of yours.";
/// Behind the mark, which only the first lines of a file may have.
const USE: &str = "//! Check the signature of a request first, then read its body:
//! `runtime::codec::from_slice_tolerant::<webhooks::…>(body)` gives the payload and the values that do not fit.";

/// The file; none without webhooks.
pub(super) fn file(webhooks: &[Incoming], areas: usize) -> Option<File> {
    if webhooks.is_empty() {
        return None;
    }
    let mut source = RustFile::new(ABOUT);
    source.line(USE);
    for own in webhooks {
        let cfg = own.areas.as_ref().map(|own| cfg(own, areas)).unwrap_or_default();
        let (docs, ident, target) = (docs(&own.docs), ident(&own.ident), &own.target);
        source.items(quote! { #docs #cfg pub type #ident = #target; });
    }
    Some(File { path: "src/webhooks.rs".to_owned(), text: source.finish() })
}
