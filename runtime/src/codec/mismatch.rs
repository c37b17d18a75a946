//! Lists the values of a response that differ from the documented types.

use std::fmt::{self, Write as _};

use serde::de::Error;

use super::path::{Path, Step};
use crate::one_line::{LONGEST, OneLine, one_line};

/// The number of mismatches of one response that are listed, since a server could send any number.
const LISTED: usize = 100;

/// A value of a response that has another type than documented, or a required member that is missing or null.
///
/// It names types only, never the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    path: Path,
    expected: &'static str,
    found: &'static str,
}

impl Mismatch {
    /// The location, such as `data[0].attributes.name`; empty for the whole body.
    pub fn path(&self) -> String {
        one_line(&self.path, LONGEST)
    }

    /// The location without indices and without keys of maps, such as `data[].attributes.names.*`: equal for all items
    /// of a list.
    pub fn pattern(&self) -> String {
        self.path.pattern()
    }

    /// The documented type, such as `a string`.
    pub fn expected(&self) -> &'static str {
        self.expected
    }

    /// The type of the value, such as `an integer`, or `nothing` for a missing member.
    pub fn found(&self) -> &'static str {
        self.found
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(OneLine::new(f, LONGEST), "{}: expected {}, found {}", self.path, self.expected, self.found)
    }
}

/// The error of a value that does not fit.
pub(crate) fn invalid<E: Error>(expected: &str, found: &str) -> E {
    E::custom(format_args!("invalid type: expected {expected}, found {found}"))
}

/// The state of one decoding: its rules, and the mismatches so far.
#[derive(Debug, Default)]
pub(crate) struct Context {
    /// Makes a mismatch an error.
    pub(crate) strict: bool,
    /// The path of the error that unwinds.
    pub(crate) path: Path,
    /// Set if the last item or entry does not fit, until its container removes it.
    pub(crate) refused: bool,
    mismatches: Vec<Mismatch>,
}

impl Context {
    pub(crate) fn new(strict: bool) -> Self {
        Context { strict, ..Context::default() }
    }

    /// Makes a container remove its last item or entry, once.
    #[inline]
    pub(crate) fn took_refusal(&mut self) -> bool {
        std::mem::take(&mut self.refused)
    }

    /// The number of mismatches so far. The decoder of a part compares it with the number afterwards, so that paths
    /// cost nothing until there is a mismatch.
    #[inline]
    pub(crate) fn mark(&self) -> usize {
        self.mismatches.len()
    }

    /// Leaves a part that was decoded since `mark`: an error and new mismatches get the step to that part.
    #[inline]
    pub(crate) fn leave<T, E>(
        &mut self,
        mark: usize,
        read: Result<T, E>,
        step: impl Fn() -> Step,
    ) -> Result<T, E> {
        if read.is_err() {
            self.path.push(step());
        } else if self.mismatches.len() != mark {
            self.lengthen(mark, &step());
        }
        read
    }

    #[cold]
    fn lengthen(&mut self, mark: usize, step: &Step) {
        for mismatch in self.mismatches.iter_mut().skip(mark) {
            mismatch.path.push(step.clone());
        }
    }

    /// Adds a mismatch of the value that is being decoded.
    #[cold]
    pub(crate) fn add(&mut self, expected: &'static str, found: &'static str) {
        if self.mismatches.len() < LISTED {
            self.mismatches.push(Mismatch { path: Path::default(), expected, found });
        }
    }

    /// Adds the mismatches of an attempt that succeeded.
    pub(crate) fn take(&mut self, attempt: Context) {
        let room = LISTED.saturating_sub(self.mismatches.len());
        self.mismatches.extend(attempt.mismatches.into_iter().take(room));
    }

    /// The error of an attempt that has mismatches.
    pub(crate) fn fail<E: Error>(&mut self, attempt: Context) -> E {
        let Some(Mismatch { path, expected, found }) = attempt.mismatches.into_iter().next() else {
            return E::custom("the value does not fit");
        };
        self.path = path;
        invalid(expected, found)
    }

    pub(crate) fn into_mismatches(self) -> Vec<Mismatch> {
        self.mismatches
    }
}
