//! Resolves the pointers of a diff's rows and faults in the documents of its two sides.

use super::{Change, Diff, Fault};
use crate::diagnostic::{Place, Pointer};

/// Finds pointers in a document: [`crate::load::resolve`] of its text.
pub type Resolve<'a> = &'a mut dyn FnMut(&[Pointer]) -> Vec<Place>;

impl Diff {
    /// Gives each change and each fault a pointer that its document has, with file and line. Stages name a place by the path to it,
    /// through references and by parameter names; a side without a document keeps that.
    pub fn locate(&mut self, sides: [Option<Resolve<'_>>; 2]) {
        for (side, resolve) in sides.into_iter().enumerate() {
            let Some(resolve) = resolve else { continue };
            let accepted = self.accepted.iter_mut().map(|accepted| &mut accepted.change);
            let corrected = self.corrected.iter_mut().map(|corrected| &mut corrected.change);
            let all = self.changes.iter_mut().chain(accepted).chain(corrected);
            let mut changes: Vec<&mut Change> =
                all.filter(|change| usize::from(!change.is_removal()) == side).collect();
            let mut faults: Vec<(Pointer, &mut Fault)> =
                self.faults.iter_mut().filter_map(|fault| Some((fault.pointer_in(side)?, fault))).collect();
            let pointers = changes.iter().map(|change| Pointer::new(change.pointer.clone()));
            let pointers: Vec<Pointer> = pointers.chain(faults.iter().map(|(at, _)| at.clone())).collect();
            let mut places = resolve(&pointers).into_iter();
            for (change, place) in changes.iter_mut().zip(places.by_ref()) {
                change.pointer = place.pointer.to_string();
                change.file = Some(place.file);
                change.line = place.line;
            }
            for ((_, fault), place) in faults.iter_mut().zip(places) {
                fault.pointer = place.pointer.to_string();
                fault.file = Some(place.file);
                fault.line = place.line;
            }
        }
    }
}
