//! What the overlay and the dialect moved goes in; the vendor's place of anything in the final tree comes out.

use crate::diagnostic::Pointer;

/// One change that moved places.
#[derive(Debug, Clone)]
enum Edit {
    /// Item `index` of `list` was taken out, so those after it moved down.
    Removed { list: Pointer, index: usize },
    /// Something that the vendor does not have was put here.
    Inserted(Pointer),
    /// What stands at `to` came from `from`.
    Copied { from: Pointer, to: Pointer },
    /// All of this came from another file, or from one value at `origin`.
    Collapsed { at: Pointer, origin: Pointer },
    /// A `$ref` with siblings became the first item of an `allOf`.
    Wrapped(Pointer),
}

/// Every move, in order. Places are traced on demand: there are few questions and many places.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    edits: Vec<Edit>,
}

impl Origins {
    pub(super) fn removed(&mut self, list: Pointer, index: usize) {
        self.edits.push(Edit::Removed { list, index });
    }

    pub(super) fn inserted(&mut self, at: Pointer) {
        self.edits.push(Edit::Inserted(at));
    }

    pub(super) fn copied(&mut self, from: Pointer, to: Pointer) {
        self.edits.push(Edit::Copied { from, to });
    }

    pub(super) fn collapsed(&mut self, at: Pointer, origin: Pointer) {
        self.edits.push(Edit::Collapsed { at, origin });
    }

    pub(super) fn wrapped(&mut self, at: Pointer) {
        self.edits.push(Edit::Wrapped(at));
    }

    /// The place in the vendor's file; of something that the overlay added, the place that it was added to.
    pub fn origin(&self, at: &Pointer) -> Pointer {
        self.edits.iter().rev().fold(at.clone(), |at, edit| before(edit, &at).unwrap_or(at))
    }
}

/// Where `at` was before the edit; `None` if the edit did not move it.
fn before(edit: &Edit, at: &Pointer) -> Option<Pointer> {
    match edit {
        Edit::Removed { list, index } => {
            let rest = at.below(list)?.strip_prefix('/')?;
            let (token, tail) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let now: usize = token.parse().ok().filter(|now| now >= index)?;
            Some(Pointer::new(format!("{list}/{}{tail}", now + 1)))
        }
        Edit::Inserted(added) => {
            at.below(added)?;
            added.parent()
        }
        Edit::Copied { from, to } => Some(Pointer::new(format!("{from}{}", at.below(to)?))),
        Edit::Collapsed { at: place, origin } => at.below(place).map(|_| origin.clone()),
        Edit::Wrapped(place) => {
            let rest = at.below(place)?.strip_prefix("/allOf")?;
            Some(Pointer::new(format!("{place}{}", rest.strip_prefix("/0").unwrap_or(rest))))
        }
    }
}
