//! Names a place that both sides have.

use super::super::change::{Direction, Kind};
use super::super::constraints::items_of;
use super::super::row::{Row, of, of_mut};
use super::super::subject::{Part, Subject};
use crate::api::{Constraints, Pointer, TypeId};

/// The kind of place that uses a type, which names a change of that type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::diff) enum Place {
    Field,
    Parameter,
    Body,
    Response,
    Failure,
}

/// A place on both sides.
#[derive(Debug, Clone)]
pub(in crate::diff) struct Spot {
    pub(in crate::diff) subject: Subject,
    pub(in crate::diff) place: Place,
    pub(in crate::diff) pointers: [Pointer; 2],
    /// The type whose users the place reaches.
    pub(in crate::diff) types: [Option<TypeId>; 2],
    /// The operations that it belongs to, where it belongs to no type, and who sends it.
    pub(in crate::diff) operations: [Option<String>; 2],
    pub(in crate::diff) direction: Option<Direction>,
    /// The direction in which it does not exist.
    pub(in crate::diff) hidden: Option<Direction>,
    /// True for a call of the server.
    pub(in crate::diff) is_call: bool,
    /// True inside of error bodies.
    pub(in crate::diff) in_error: bool,
    pub(in crate::diff) keys: [Vec<String>; 2],
    /// The constraints of its values, apart from those of their types.
    pub(in crate::diff) constraints: [Constraints; 2],
}

impl Spot {
    /// A place that no row is written of before a named type is met.
    pub(in crate::diff) fn nowhere() -> Self {
        Self {
            subject: Subject::default(),
            place: Place::Field,
            pointers: [Pointer::root(), Pointer::root()],
            types: [None, None],
            operations: [None, None],
            direction: None,
            hidden: None,
            is_call: false,
            in_error: false,
            keys: [Vec::new(), Vec::new()],
            constraints: Default::default(),
        }
    }

    pub(in crate::diff) fn inside(&self, part: Part, token: &str) -> Self {
        let pointers = [self.pointers[0].child(token), self.pointers[1].child(token)];
        let constraints = self.constraints.each_ref().map(|own| items_of(own).clone());
        Self { subject: self.subject.with(part), pointers, constraints, ..self.clone() }
    }

    /// The same with the constraints of its values.
    pub(in crate::diff) fn constrained(&self, own: [&Constraints; 2]) -> Self {
        Self { constraints: own.map(Clone::clone), ..self.clone() }
    }

    pub(super) fn member(&self, name: &str) -> Self {
        let at = |at: &Pointer| at.child("properties").child(name);
        Self {
            subject: self.subject.with(Part::Member(name.to_owned())),
            place: Place::Field,
            pointers: [at(&self.pointers[0]), at(&self.pointers[1])],
            constraints: Default::default(),
            ..self.clone()
        }
    }

    /// A row about this place.
    pub(in crate::diff) fn row(&self, kind: Kind) -> Row {
        let mut row = Row::new(kind, self.subject.clone());
        row.pointer = self.pointers[1].to_string();
        let places = self.pointers.iter().map(ToString::to_string);
        row.origins = places.filter(|place| !place.is_empty()).collect();
        (row.direction, row.hidden) = (self.direction, self.hidden);
        (row.is_call, row.in_error) = (self.is_call, self.in_error);
        row.keys = self.keys.clone();
        for side in 0..2 {
            of_mut(&mut row.types, side).extend(of(&self.types, side).clone());
            of_mut(&mut row.operations, side).extend(of(&self.operations, side).clone());
        }
        row
    }
}
