//! Defines slots: each JSON event fills a slot or opens the slot of a member.

use std::fmt;

use serde_json::Value;

use super::json_api_request::DraftShape;
use super::union::{Union, Untagged};
use super::view::{Entries, Put, View};

/// The beginning of one JSON value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number without a fraction that fits 64 bits with a sign.
    Int(i64),
    /// A number without a fraction that only fits 64 bits without a sign.
    Uint(u64),
    /// Any other number; always finite.
    Float(f64),
    /// A string.
    Str(&'a str),
    /// The beginning of an object.
    Map,
    /// The beginning of an array.
    Seq,
    /// No value: the member is missing, or its value does not fit. The slot becomes empty and returns the type that it
    /// expects as the error.
    Absent,
}

impl Event<'_> {
    /// The type of the value. The value itself is not part of the text, which may be logged.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Event::Null => "null",
            Event::Bool(_) => "a boolean",
            Event::Int(_) | Event::Uint(_) => "an integer",
            Event::Float(_) => "a number",
            Event::Str(_) => "a string",
            Event::Map => "an object",
            Event::Seq => "an array",
            Event::Absent => "nothing",
        }
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The target of the rest of a value, once a [`Slot`] has seen its first event.
#[non_exhaustive]
pub enum Place<'a> {
    /// None: a scalar is complete, and the content of an object or array is skipped.
    Done,
    /// None: a scalar is complete, but its type does not list it or it has an unexpected format.
    Unlisted,
    /// Into an object with known members.
    Object(&'a mut dyn Object),
    /// Into one of several objects, which a tag decides.
    Union(&'a mut dyn Union),
    /// Into one of several types, which the shape decides.
    Untagged(&'a mut dyn Untagged),
    /// Into a flat struct that represents a nested request body with this layout.
    Draft(&'static DraftShape, &'a mut dyn Object),
    /// Into a map.
    Keys(&'a mut dyn Keys),
    /// Into an array.
    Seq(&'a mut dyn Seq),
    /// Into JSON of any shape.
    Value(&'a mut Value),
}

/// A slot's result; the error names the expected kind, such as `a string`.
pub type Taken<'a> = Result<Place<'a>, &'static str>;

/// The target of one JSON value.
pub trait Slot {
    /// Takes the beginning of a value; the whole value if it is a scalar.
    ///
    /// # Errors
    /// If the value does not fit: the expected kind.
    fn take(&mut self, event: Event<'_>) -> Taken<'_>;
}

/// An object with known members: the description of a model.
///
/// `dyn Object` contains only the reading part: a program that writes no model has no code that could.
pub trait Object {
    /// The slot of one member, by its wire name.
    fn field(&mut self, key: &str) -> Option<&mut dyn Slot>;

    /// The wire names of all members.
    fn names(&self) -> &'static [&'static str]
    where
        Self: Sized;

    /// One member, by its wire name.
    fn member(&self, key: &str) -> Option<&dyn Put>
    where
        Self: Sized;

    /// Shows every member under its wire name, undeclared ones last. Objects without members are absent unless they are
    /// required, so that a decoded value is encoded without members that it did not have.
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>))
    where
        Self: Sized,
    {
        let required = self.draft().map_or_else(|| self.required(), |shape| shape.required);
        for name in self.names() {
            if let Some(value) = self.member(name) {
                match value.member_view(required.contains(name)) {
                    View::Absent if self.nulls().contains(name) => put(name, View::Null),
                    view => put(name, view),
                }
            }
        }
        if let Some(rest) = self.rest() {
            rest.each(put);
        }
    }

    /// The wire names that must be present; only the first 64 are checked.
    fn required(&self) -> &'static [&'static str] {
        &[]
    }

    /// True if the required members identify the object, as `type` and `id` do: without them, or with values of other
    /// types, the whole response is an error. Otherwise they get their default, and the response lists them.
    fn vital(&self) -> bool {
        false
    }

    /// The wire names of members that are written as null if they have no value.
    fn nulls(&self) -> &'static [&'static str]
    where
        Self: Sized,
    {
        &[]
    }

    /// The members that [`names`](Object::names) does not list.
    fn rest(&self) -> Option<&dyn Entries>
    where
        Self: Sized,
    {
        None
    }

    /// The map that takes the members that [`field`](Object::field) does not know.
    fn rest_mut(&mut self) -> Option<&mut dyn Keys> {
        None
    }

    /// The layout of the nested body that a flat struct represents.
    fn draft(&self) -> Option<&'static DraftShape>
    where
        Self: Sized,
    {
        None
    }
}

/// A map with string keys.
pub trait Keys {
    /// The slot of one entry, which is created if it is new.
    fn key(&mut self, key: &str) -> &mut dyn Slot;

    /// Removes one entry, whose value does not fit.
    fn remove(&mut self, key: &str);
}

/// An array.
pub trait Seq {
    /// The slot of one more element.
    fn push(&mut self) -> &mut dyn Slot;

    /// Removes the last element, whose value does not fit.
    fn pop(&mut self);
}

impl<T: Object> Slot for T {
    fn take(&mut self, event: Event<'_>) -> Taken<'_> {
        match (event, self.draft()) {
            (Event::Map, Some(shape)) => Ok(Place::Draft(shape, self)),
            (Event::Map, None) => Ok(Place::Object(self)),
            // An explicit null equals an absent object, unless that would make one without its required members.
            (Event::Null, None) if self.required().is_empty() => Ok(Place::Done),
            _ => Err("an object"),
        }
    }
}

impl<T: Object> Object for Box<T> {
    #[inline]
    fn field(&mut self, key: &str) -> Option<&mut dyn Slot> {
        (**self).field(key)
    }

    #[inline]
    fn names(&self) -> &'static [&'static str] {
        (**self).names()
    }

    #[inline]
    fn member(&self, key: &str) -> Option<&dyn Put> {
        (**self).member(key)
    }

    #[inline]
    fn required(&self) -> &'static [&'static str] {
        (**self).required()
    }

    #[inline]
    fn vital(&self) -> bool {
        (**self).vital()
    }

    #[inline]
    fn nulls(&self) -> &'static [&'static str] {
        (**self).nulls()
    }

    #[inline]
    fn rest(&self) -> Option<&dyn Entries> {
        (**self).rest()
    }

    #[inline]
    fn rest_mut(&mut self) -> Option<&mut dyn Keys> {
        (**self).rest_mut()
    }

    #[inline]
    fn draft(&self) -> Option<&'static DraftShape> {
        (**self).draft()
    }
}
