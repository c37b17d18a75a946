//! Tracks the way from the root during a walk, and makes a pointer of it only where something is reported.

use crate::diagnostic::{Place, Pointer};

/// A place in a tree, as a chain of stack frames: building a pointer for each of half a million nodes would
/// cost more than the walk.
#[derive(Clone, Copy)]
pub(super) enum Trail<'a> {
    Root,
    /// A place that is known as a pointer.
    Place(&'a Pointer),
    Key(&'a Trail<'a>, &'a str),
    Index(&'a Trail<'a>, usize),
}

impl<'a> Trail<'a> {
    pub(super) fn key(&'a self, key: &'a str) -> Trail<'a> {
        Trail::Key(self, key)
    }

    pub(super) fn index(&'a self, index: usize) -> Trail<'a> {
        Trail::Index(self, index)
    }

    /// The number of steps from the root.
    pub(super) fn depth(&self) -> usize {
        match self {
            Trail::Root => 0,
            Trail::Place(pointer) => pointer.as_str().matches('/').count(),
            Trail::Key(parent, _) | Trail::Index(parent, _) => parent.depth() + 1,
        }
    }

    pub(super) fn pointer(&self) -> Pointer {
        match self {
            Trail::Root => Pointer::root(),
            Trail::Place(pointer) => (*pointer).clone(),
            Trail::Key(parent, key) => parent.pointer().child(key),
            Trail::Index(parent, index) => parent.pointer().child(index),
        }
    }
}

impl From<&Trail<'_>> for Place {
    fn from(trail: &Trail<'_>) -> Self {
        Place::from(&trail.pointer())
    }
}
