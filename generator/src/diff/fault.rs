//! Names the faults of the two documents, which limit what can be compared.

use foldhash::{HashMap, HashMapExt as _};
use serde::Serialize;

use super::Diff;
use crate::diagnostic::{Code, Diagnostic, Pointer, shown};

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
        let (old, new) = (faults(old), faults(new));
        // Items of lists have other numbers where one came before them, so places without numbers are compared second.
        let (mut gone, mut both) = (vec![true; old.len()], vec![false; new.len()]);
        for key in [place, place_without_numbers] {
            let mut open: HashMap<_, Vec<&mut bool>> = HashMap::new();
            for (fault, gone) in old.iter().zip(&mut gone).rev().filter(|(_, gone)| **gone) {
                open.entry(key(fault)).or_default().push(gone);
            }
            for (fault, both) in new.iter().zip(&mut both).filter(|(_, both)| !**both) {
                if let Some(gone) = open.get_mut(&key(fault)).and_then(Vec::pop) {
                    (*gone, *both) = (false, true);
                }
            }
        }
        let gone = old.iter().zip(gone).filter(|(_, gone)| *gone).map(|(fault, _)| (Sides::From, fault));
        let sides = both.into_iter().map(|both| if both { Sides::Both } else { Sides::To });
        let now = sides.zip(&new);
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

type Key<'f> = (Code, &'f str, String);

fn place(fault: &Diagnostic) -> Key<'_> {
    (fault.code, &fault.message, fault.at.pointer.to_string())
}

fn place_without_numbers(fault: &Diagnostic) -> Key<'_> {
    let tokens = fault.at.pointer.tokens().filter(|token| !token.bytes().all(|b| b.is_ascii_digit()));
    (fault.code, &fault.message, tokens.collect::<Vec<_>>().join("/"))
}

impl Fault {
    /// The pointer as its document has it, if it is in the old one (0) or the new one (1).
    pub(super) fn pointer_in(&self, side: usize) -> Option<Pointer> {
        let own = usize::from(self.side != Sides::From);
        (own == side).then(|| Pointer::new(self.pointer.clone()))
    }
}
