//! Resolves the pointers of a diff's rows in the documents of its two sides.

use super::Diff;
use crate::diagnostic::Pointer;
use crate::load::{Source, resolve};

impl Diff {
    /// Gives each change a pointer that its document has, with file and line. Stages name a place by the way that leads
    /// to it, through references and by parameter names; a side without a document keeps that.
    pub fn locate(&mut self, documents: [Option<Source<'_>>; 2]) {
        for (side, source) in documents.into_iter().enumerate() {
            let Some(source) = source else { continue };
            let accepted = self.accepted.iter_mut().map(|accepted| &mut accepted.change);
            let mut changes: Vec<_> = self
                .changes
                .iter_mut()
                .chain(accepted)
                .filter(|change| usize::from(!change.is_removal()) == side)
                .collect();
            let pointers: Vec<Pointer> =
                changes.iter().map(|change| Pointer::new(change.pointer.clone())).collect();
            for (change, place) in changes.iter_mut().zip(resolve(source, &pointers)) {
                change.pointer = place.pointer.to_string();
                change.file = Some(place.file);
                change.line = place.line;
            }
        }
    }
}
