//! Names the faults of the two documents, which limit what can be compared.

use std::collections::HashSet;

use serde::Serialize;

use super::Diff;
use crate::diagnostic::{Diagnostic, Pointer, shown};

/// A place where a document breaks the rules of its format, with the safe default that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The versions that have it.
    pub side: Sides,
    /// The stable code.
    pub code: &'static str,
    /// The problem.
    pub message: String,
    /// Its location, in the new document if both have it.
    pub pointer: String,
    /// The name of the document, where it is known.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<usize>,
}

/// One of the two versions, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sides {
    /// The old version.
    From,
    /// The new version.
    To,
    /// Both versions.
    Both,
}

impl Diff {
    /// Adds the faults among the diagnostics of the two sides; one that both have is named once.
    pub fn add_faults(&mut self, [old, new]: [&[Diagnostic]; 2]) {
        let faults = |side: &[Diagnostic]| -> Vec<Diagnostic> {
            side.iter().filter(|diagnostic| diagnostic.is_fault()).cloned().collect()
        };
        let key = |fault: &Diagnostic| (fault.code, fault.message.clone(), fault.at.pointer.to_string());
        let (old, new) = (faults(old), faults(new));
        let [before, after] = [&old, &new].map(|side| side.iter().map(key).collect::<HashSet<_>>());
        let gone = old.iter().filter(|fault| !after.contains(&key(fault))).map(|fault| (Sides::From, fault));
        let now = new.iter().map(|fault| match before.contains(&key(fault)) {
            true => (Sides::Both, fault),
            false => (Sides::To, fault),
        });
        self.faults.extend(gone.chain(now).map(|(side, fault)| Fault {
            side,
            code: fault.code.as_str(),
            message: shown(&fault.message),
            pointer: fault.at.pointer.to_string(),
            file: None,
            line: None,
        }));
    }
}

impl Fault {
    /// The pointer as its document has it, if it is in the old one (0) or the new one (1).
    pub(super) fn pointer_in(&self, side: usize) -> Option<Pointer> {
        let own = usize::from(self.side != Sides::From);
        (own == side).then(|| Pointer::new(self.pointer.clone()))
    }
}
