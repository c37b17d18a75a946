//! Builds a row from a change at one location.

use std::collections::BTreeSet;

use super::change::{Bump, Direction, Kind, Reach};
use super::relation::Fit;
use super::subject::Subject;
use crate::api::TypeId;

/// A change that is not judged yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) kind: Option<Kind>,
    pub(super) subject: Subject,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
    pub(super) pointer: String,
    /// Operations that it is about directly: ids of the old and of the new side.
    pub(super) operations: [BTreeSet<String>; 2],
    /// Types whose users it reaches: ids of the old and of the new side.
    pub(super) types: [BTreeSet<TypeId>; 2],
    /// Rust items of the old and of the new side: paths, or prefixes of paths that end in `*`.
    pub(super) keys: [Vec<String>; 2],
    /// The setter or argument of the parameter that it is a value of: its type may be another with other values.
    pub(super) setters: Vec<String>,
    /// Places that Rust items of both sides are traced back to.
    pub(super) origins: BTreeSet<String>,
    /// Types that an added or removed thing refers to: ids of the old and of the new side.
    pub(super) leads: [BTreeSet<TypeId>; 2],
    /// The sender, if it does not follow from the types.
    pub(super) direction: Option<Direction>,
    /// True if the added or removed thing was required, or the constraint became narrower.
    pub(super) strict: bool,
    /// True if a part is gone that few clients use, such as a further server.
    pub(super) in_part: bool,
    /// The differences between two types that replace each other, if they could be compared.
    pub(super) differences: Vec<Row>,
    /// The fit of the old values to the new type, and of the new values to the old one, if that decides.
    pub(super) fits: Option<[Fit; 2]>,
    /// The direction in which the thing does not exist: `readOnly` members are not sent, `writeOnly` ones not received.
    pub(super) hidden: Option<Direction>,
    /// True in a call of the server.
    pub(super) is_call: bool,
    /// True if only error responses are affected.
    pub(super) failure: bool,
    /// True for a place inside of error bodies, and of nothing else.
    pub(super) in_error: bool,
    /// The key that identical changes share.
    pub(super) group: Option<String>,
    /// Facts that the writer of the row adds to the verdicts.
    pub(super) remark: Option<String>,
    pub(super) area: Option<String>,
    pub(super) tag: Option<String>,
    /// The areas of all operations that it reaches.
    pub(super) areas: BTreeSet<String>,
    pub(super) reach: Reach,
    pub(super) rust: Option<Bump>,
    pub(super) rust_items: [Option<String>; 2],
    pub(super) rust_note: String,
    /// The Rust items that break with it, or that the compiler warns of.
    pub(super) paths: BTreeSet<String>,
    /// The Rust item that may replace the removed one.
    pub(super) successor: Option<String>,
}

impl Row {
    pub(super) fn new(kind: Kind, subject: Subject) -> Self {
        Self { kind: Some(kind), subject, ..Self::default() }
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind.unwrap_or(Kind::LimitChanged)
    }

    pub(super) fn values(mut self, old: Option<String>, new: Option<String>) -> Self {
        (self.old, self.new) = (old, new);
        self
    }

    /// Adds types that the row's thing refers to on one side.
    pub(super) fn lead<'n>(&mut self, side: usize, ids: impl IntoIterator<Item = &'n TypeId>) {
        of_mut(&mut self.leads, side).extend(ids.into_iter().cloned());
    }

    /// The key that makes two rows the same cause.
    pub(super) fn key(&self) -> (Kind, &Subject, Option<&String>, Option<&String>) {
        (self.kind(), &self.subject, self.old.as_ref(), self.new.as_ref())
    }

    /// The part that is the same in each run, for any order of the documents.
    pub(super) fn identity(&self) -> String {
        let (old, new) = (self.old.as_deref(), self.new.as_deref());
        stable(&[
            self.kind().as_str(),
            &self.subject.to_string(),
            old.unwrap_or_default(),
            new.unwrap_or_default(),
        ])
    }

    pub(super) fn merge(&mut self, other: Self) {
        fn join<T: Ord>(own: &mut [BTreeSet<T>; 2], other: [BTreeSet<T>; 2]) {
            for (own, other) in own.iter_mut().zip(other) {
                own.extend(other);
            }
        }
        join(&mut self.operations, other.operations);
        join(&mut self.types, other.types);
        join(&mut self.leads, other.leads);
        for (own, other) in self.keys.iter_mut().zip(other.keys) {
            own.extend(other);
        }
        self.setters.extend(other.setters);
        self.origins.extend(other.origins);
        self.strict |= other.strict;
        self.in_part |= other.in_part;
        self.in_error &= other.in_error;
        // The gravest verdict counts: without a fit, the kind decides.
        self.fits = match (self.fits.take(), other.fits) {
            (Some([there, back]), Some([one, another])) => Some([there.max(one), back.max(another)]),
            _ => None,
        };
    }

    pub(super) fn direction(&self) -> Direction {
        self.direction.unwrap_or(Direction::None)
    }
}

/// The element of a pair for the old side (0) or the new one.
pub(super) fn of<T>([old, new]: &[T; 2], side: usize) -> &T {
    if side == 0 { old } else { new }
}

/// The same, to be changed.
pub(super) fn of_mut<T>([old, new]: &mut [T; 2], side: usize) -> &mut T {
    if side == 0 { old } else { new }
}

/// Sixteen hexadecimal digits of the parts (FNV-1a), the same on every machine and in every run.
pub(super) fn stable(parts: &[&str]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut eat = |byte: u8| {
        hash ^= u64::from(byte);
        hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
    };
    for part in parts {
        part.bytes().for_each(&mut eat);
        // A byte that no UTF-8 has keeps `a`, `bc` apart from `ab`, `c`.
        eat(0xff);
    }
    format!("{hash:016x}")
}
