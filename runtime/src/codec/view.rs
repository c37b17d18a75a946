//! Encodes models as JSON through views and the only `Serialize`.
//!
//! An absent member is not written, and a [`Patch::Null`] is written as `null`. An object without members is not
//! written either, unless it is required or inside of an `Option` or `Patch`, which know that it was present.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::json_api_request::{DraftShape, Outline};
use super::slot::Object;
use crate::patch::Patch;

/// One value to encode.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum View<'a> {
    /// A member that is omitted.
    Absent,
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An integer without a sign.
    Uint(u64),
    /// A float. JSON has no form for NaN and the infinities: they are written as `null`.
    Float(f64),
    /// A string.
    Str(&'a str),
    /// An object with known members.
    Object(&'a dyn Fields),
    /// A flat struct that represents a nested request body, and the layout of that body.
    Draft(&'static DraftShape, &'a dyn Fields),
    /// An array.
    Seq(&'a dyn Items),
    /// A map.
    Keys(&'a dyn Entries),
    /// JSON of any shape.
    Value(&'a Value),
}

/// A value with a JSON form.
pub trait Put {
    /// Shows the value.
    fn view(&self) -> View<'_>;

    /// Shows the value as a member that may be omitted: an object without members is absent.
    ///
    /// An `Option` or [`Patch`] knows if its member was present, and then shows `{}`.
    fn optional_view(&self) -> View<'_> {
        self.view()
    }
}

impl dyn Put + '_ {
    /// Shows the value as a member of an object.
    #[inline(never)]
    pub(crate) fn member_view(&self, required: bool) -> View<'_> {
        if required { self.view() } else { self.optional_view() }
    }
}

/// A value that shows itself member by member.
pub trait Fields {
    /// Shows every member under its wire name.
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>));
}

/// An array.
pub trait Items {
    /// Shows every element.
    fn each(&self, put: &mut dyn FnMut(View<'_>));
}

/// A map with string keys.
pub trait Entries {
    /// Shows every entry.
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>));
}

impl View<'_> {
    /// True if it is an object whose members are all absent.
    #[inline(never)]
    fn is_empty_object(&self) -> bool {
        let View::Object(object) = self else { return false };
        let mut empty = true;
        object.each(&mut |_, view| empty &= matches!(view, View::Absent));
        empty
    }
}

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            View::Absent | View::Null => serializer.serialize_unit(),
            View::Bool(value) => serializer.serialize_bool(*value),
            View::Int(value) => serializer.serialize_i64(*value),
            View::Uint(value) => serializer.serialize_u64(*value),
            View::Float(value) => serializer.serialize_f64(*value),
            View::Str(text) => serializer.serialize_str(text),
            View::Object(object) => members(serializer, |put| object.each(put)),
            View::Draft(shape, draft) => {
                members(serializer, |put| Outline { shape, draft: *draft }.each(put))
            }
            View::Keys(keys) => members(serializer, |put| keys.each(put)),
            View::Value(value) => value.serialize(serializer),
            View::Seq(seq) => {
                let mut array = serializer.serialize_seq(None)?;
                let mut result = Ok(());
                seq.each(&mut |view| {
                    if result.is_ok() {
                        result = array.serialize_element(&view);
                    }
                });
                result?;
                array.end()
            }
        }
    }
}

fn members<S: Serializer>(
    serializer: S,
    each: impl FnOnce(&mut dyn FnMut(&str, View<'_>)),
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    let mut result = Ok(());
    each(&mut |key, view| {
        if result.is_ok() && !matches!(view, View::Absent) {
            result = map.serialize_entry(key, &view);
        }
    });
    result?;
    map.end()
}

impl<T: Object> Put for T {
    #[inline]
    fn view(&self) -> View<'_> {
        match self.draft() {
            Some(shape) => View::Draft(shape, self),
            None => View::Object(self),
        }
    }

    #[inline]
    fn optional_view(&self) -> View<'_> {
        let view = self.view();
        if view.is_empty_object() { View::Absent } else { view }
    }
}

impl<T: Object> Fields for T {
    #[inline]
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        Object::each(self, put);
    }
}

impl<T: Put> Put for Option<T> {
    #[inline]
    fn view(&self) -> View<'_> {
        self.as_ref().map_or(View::Absent, T::view)
    }
}

impl<T: Put> Put for Patch<T> {
    #[inline]
    fn view(&self) -> View<'_> {
        match self {
            Patch::Value(value) => value.view(),
            Patch::Null => View::Null,
            Patch::Absent => View::Absent,
        }
    }
}

impl<T: Put> Put for Vec<T> {
    #[inline]
    fn view(&self) -> View<'_> {
        View::Seq(self)
    }
}

impl<T: Put> Items for Vec<T> {
    #[inline]
    fn each(&self, put: &mut dyn FnMut(View<'_>)) {
        for item in self {
            put(item.view());
        }
    }
}

impl<T: Put> Put for BTreeMap<String, T> {
    #[inline]
    fn view(&self) -> View<'_> {
        View::Keys(self)
    }
}

impl<T: Put> Entries for BTreeMap<String, T> {
    #[inline]
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        for (key, value) in self {
            // A present entry has a value, if only null.
            put(key, if let View::Absent = value.view() { View::Null } else { value.view() });
        }
    }
}

macro_rules! scalars {
    ($($type:ty => |$value:ident| $view:expr;)*) => {$(
        impl Put for $type {
            #[inline]
            fn view(&self) -> View<'_> {
                let $value = self;
                $view
            }
        }
    )*};
}
scalars! {
    String => |text| View::Str(text);
    &str => |text| View::Str(text);
    bool => |value| View::Bool(*value);
    i64 => |value| View::Int(*value);
    i32 => |value| View::Int((*value).into());
    u32 => |value| View::Uint((*value).into());
    u64 => |value| View::Uint(*value);
    f64 => |value| View::Float(*value);
    Value => |value| View::Value(value);
}
