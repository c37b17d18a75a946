//! Prints the module of webhooks: a name for the payload of each.

use quote::quote;

use super::rust::{docs, ident};
use super::{Context, File};
use crate::api::Pointer;
use crate::plan::doc::code;
use crate::plan::{ItemKind, Items, Signature};

const ABOUT: &str = "Payloads of webhooks, which the server sends to an address of yours.

Check the signature of a request first, then read its body:
`runtime::codec::from_slice_tolerant::<webhooks::…>(body)` gives the payload and the values that do not fit.";

impl Context<'_> {
    /// The file; none without webhooks.
    pub(super) fn webhooks(&self, listing: &mut Items) -> Option<File> {
        if self.names.webhooks.is_empty() {
            return None;
        }
        listing.module("webhooks");
        let mut source = self.source(&ABOUT.replace('\n', "\n//! ").replace("//! \n", "//!\n"));
        for (webhook, name) in &self.names.webhooks {
            let Some(ty) = self.api.info.webhooks.get(webhook) else { continue };
            let ty = self.ty(ty);
            let at = Pointer::new("/webhooks").child(webhook);
            listing.item(&at, None).add(ItemKind::Type, name, Signature::Type(ty.clone()));
            let (docs, own) = (docs(&[format!("Payload of the webhook {}.", code(webhook))]), ident(name));
            source.items(quote! { #docs pub type #own = #ty; });
        }
        Some(File { path: "src/webhooks.rs".to_owned(), text: source.finish() })
    }
}
