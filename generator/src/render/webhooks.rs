//! Prints the module of webhooks: a name for the payload of each.

use super::File;
use super::model;
use super::rust::Source;
use crate::plan::Definition;

const ABOUT: &str = "Payloads of webhooks, which the server sends to an address of yours.

Check the signature of a request first, then read its body:
`runtime::codec::from_slice_tolerant::<webhooks::…>(body)` gives the payload and the values that do not fit.";

/// The file; none without webhooks.
pub(super) fn file(webhooks: &[Definition]) -> Option<File> {
    if webhooks.is_empty() {
        return None;
    }
    let mut source = Source::new(&ABOUT.replace('\n', "\n//! ").replace("//! \n", "//!\n"));
    webhooks.iter().for_each(|own| model::definition(own, &mut source));
    Some(File { path: "src/webhooks.rs".to_owned(), text: source.finish() })
}
