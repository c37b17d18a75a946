//! Bounds the work of lowering by the size of the document.
//!
//! A schema that is part of others is lowered with each of them, so a few hundred bytes of `allOf` and `oneOf` can describe
//! more types than any memory has room for.

use std::cell::Cell;

use super::Lowering;
use crate::diagnostic::{Code, Diagnostic, Pointer};

/// Visits of schemas per value of the document. The largest public documents need less than one.
const PER_VALUE: usize = 20;
/// Visits that a document of any size may take.
const LEAST: usize = 200_000;

/// The visits that are left.
pub(super) struct Work {
    most: usize,
    left: Cell<usize>,
}

impl Work {
    /// The work that a document with this number of values may take.
    pub(super) fn of(size: usize) -> Self {
        let most = size.saturating_mul(PER_VALUE).max(LEAST);
        Self { most, left: Cell::new(most) }
    }

    /// Takes visits; false once there are none left, and then the caller stops.
    pub(super) fn take(&self, visits: usize) -> bool {
        let left = self.left.get().saturating_sub(visits);
        self.left.set(left);
        left > 0
    }
}

impl Lowering<'_> {
    /// True if the work limit ended the work before it was done; pushes an error then.
    pub(super) fn is_exhausted(&mut self) -> bool {
        let is_exhausted = self.work.left.get() == 0;
        if is_exhausted {
            let most = self.work.most;
            let message = format!("the schemas contain each other in more than {most} ways");
            let help = "let fewer schemas of `allOf`, `oneOf` and `anyOf` contain the same schemas";
            let at = Pointer::new("/components/schemas");
            self.out.push(Diagnostic::error(Code::Unsupported, &self.spec.origin(&at), message).help(help));
        }
        is_exhausted
    }
}
