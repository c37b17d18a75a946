//! Reads and writes models as JSON, through erased slots and views.
//!
//! A model expands to three small functions: its wire names, and the functions from a name to a member
//! ([`Object::member`]) and to a slot ([`Object::field`]). The code that walks JSON is here, once, and not generic over
//! models: the time to compile thousands of models depends on the code that each of them expands to.
//!
//! The rules of decoding:
//! - Unknown members are skipped.
//! - `null` equals an absent member, unless the member is required. In a map of scalars it is the empty value.
//! - A value of another type than documented, and a required member that is missing or `null`, is a [`Mismatch`]. For
//!   [`from_slice`] and serde's `Deserialize` it is an error. [`from_slice_tolerant`] lists it: the member is absent, or has
//!   its default if it is required; a list or map has no such item or entry.
//! - The document itself, and members that identify a part of it ([`Object::vital`]), must fit in any case.
//! - A mismatch and an error name their path, such as `data[0].attributes.name`; without them no path is collected.
//!
//! The rules of encoding:
//! - An absent member is not written, and a [`Patch::Null`](crate::Patch::Null) is written as `null`.
//! - An object without members is not written, unless it is required or inside of an `Option` or `Patch`.

mod impls;
mod json_api_request;
mod macros;
mod mismatch;
mod open_enum;
mod path;
mod read;
mod redact;
mod require;
mod slot;
mod typed;
mod union;
mod view;

use std::fmt::{self, Write as _};

use serde::de::{DeserializeSeed, Deserializer, Error as _};
use serde::ser::{Serialize as _, Serializer};
use serde_json::Value;

pub(crate) use self::json_api_request::Linkage;
pub use self::json_api_request::{DraftShape, ID, INCLUDED};
use self::mismatch::Context;
pub use self::mismatch::Mismatch;
#[doc(hidden)]
pub use self::open_enum::{canonical, debug_text, known, listed};
use self::read::Seed;
pub(crate) use self::redact::without_query;
#[doc(hidden)]
pub use self::require::{is_present, missing_set};
pub use self::slot::{Event, Keys, Object, Place, Seq, Slot, Taken};
#[doc(hidden)]
pub use self::typed::Typed;
pub use self::union::take_untagged;
pub use self::union::{AnyIncluded, Includes, Union, Untagged};
pub use self::view::{Entries, Fields, Items, Put, View};
use crate::one_line::{LONGEST, OneLine, one_line};

/// The reason for which a document could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeError {
    /// The problem, without any of the document's values.
    pub message: String,
    /// The location, such as `data[0].attributes.name`; empty at the top level and for a syntax error.
    pub path: String,
    /// The line in the text, from 1; 0 if unknown.
    pub line: usize,
    /// The column in the text, from 1; 0 if unknown.
    pub column: usize,
}

impl DecodeError {
    /// An error without a location in the text.
    pub fn message(message: String) -> Self {
        DecodeError { message, path: String::new(), line: 0, column: 0 }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = OneLine::new(f, LONGEST);
        f.write_str(&self.message)?;
        if self.line > 0 {
            write!(f, " (line {} column {})", self.line, self.column)?;
        }
        if !self.path.is_empty() {
            write!(f, " at {}", self.path)?;
        }
        Ok(())
    }
}

impl std::error::Error for DecodeError {}

/// The maximum depth of nested values: half of the depth that the stack of a thread in a debug build can bear.
const MAX_DEPTH: usize = 1024;
/// The maximum depth that serde_json reads alone, which any thread's stack can bear.
const PLAIN_DEPTH: usize = 127;
/// Room for [`MAX_DEPTH`] levels, of which each takes up to 4 KB in a debug build.
const DEEP_STACK: usize = 16 << 20;

/// Decodes a JSON text, in which values may be nested 1,024 deep.
///
/// # Errors
/// The first mismatch, with its path, or the error of syntax.
#[inline]
pub fn from_slice<T: Slot + Default>(json: &[u8]) -> Result<T, DecodeError> {
    read(json, true).map(|(value, _)| value)
}

/// Decodes a JSON text like [`from_slice`], and lists the mismatches instead, the first 100 of them.
///
/// ```
/// use storewright_runtime::{codec::from_slice_tolerant, object};
/// pub struct Device { pub name: Option<String>, pub model: Option<String> }
/// object! { Device { name: "name", model: "model" } }
///
/// let (device, mismatches) = from_slice_tolerant::<Device>(br#"{"name":"Phone","model":17}"#)?;
/// assert_eq!((device.name.as_deref(), device.model), (Some("Phone"), None));
/// assert_eq!(mismatches[0].to_string(), "model: expected a string, found an integer");
/// # Ok::<(), storewright_runtime::DecodeError>(())
/// ```
///
/// # Errors
/// Errors of syntax, and mismatches of the whole document or of members that identify its parts.
#[inline]
pub fn from_slice_tolerant<T: Slot + Default>(json: &[u8]) -> Result<(T, Vec<Mismatch>), DecodeError> {
    read(json, false)
}

pub(crate) fn read<T: Slot + Default>(json: &[u8], strict: bool) -> Result<(T, Vec<Mismatch>), DecodeError> {
    let mut value = T::default();
    let error = match decode_into(&mut value, json, false, strict) {
        Ok(mismatches) => return Ok((value, mismatches)),
        Err(error) => error,
    };
    if !is_deep(json) {
        return Err(error);
    }
    value = T::default();
    let mismatches = stacker::grow(DEEP_STACK, || decode_into(&mut value, json, true, strict))?;
    Ok((value, mismatches))
}

/// True if values are nested deeper than serde_json reads alone, and not too deep.
#[inline(never)]
fn is_deep(json: &[u8]) -> bool {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (PLAIN_DEPTH + 1..=MAX_DEPTH).contains(&deepest)
}

/// Decodes a JSON text into a slot, which contains everything up to the error if there is one.
#[inline(never)]
fn decode_into(
    slot: &mut dyn Slot,
    json: &[u8],
    deep: bool,
    strict: bool,
) -> Result<Vec<Mismatch>, DecodeError> {
    // Checking all of the text at once is faster than checking each string.
    let text = std::str::from_utf8(json).map_err(|error| DecodeError::message(error.to_string()))?;
    let mut context = Context::new(strict);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    if deep {
        deserializer.disable_recursion_limit();
    }
    let read = Seed::new(slot, &mut context).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    match read {
        Ok(()) => Ok(context.into_mismatches()),
        Err(error) => Err(DecodeError {
            message: one_line(&without_position(&error.to_string()).0, LONGEST),
            path: one_line(&context.path, LONGEST),
            line: error.line(),
            column: error.column(),
        }),
    }
}

/// Reads any JSON, as text like [`decode_into`]: a reader of bytes would add its own copy of the parser to every program.
pub(crate) fn any(json: &[u8]) -> Option<Value> {
    serde_json::from_str(std::str::from_utf8(json).ok()?).ok()
}

/// Encodes a value as JSON.
///
/// The text is complete for every model: JSON can represent their members, which are scalars, strings and containers of them.
#[inline(never)]
pub fn to_vec(value: &dyn Put) -> Vec<u8> {
    serde_json::to_vec(&value.view()).unwrap_or_default()
}

/// The body of every model's `Deserialize`.
///
/// # Errors
/// If the value does not fit; the error's text contains its path.
#[doc(hidden)]
#[inline]
pub fn deserialize<'de, T: Slot + Default, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut value = T::default();
    deserialize_into(&mut value, deserializer)?;
    Ok(value)
}

/// The body of every model's `Serialize`.
///
/// # Errors
/// Those of the serializer.
#[doc(hidden)]
#[inline]
pub fn serialize<S: Serializer>(value: &dyn Put, serializer: S) -> Result<S::Ok, S::Error> {
    value.view().serialize(serializer)
}

fn deserialize_into<'de, D: Deserializer<'de>>(slot: &mut dyn Slot, deserializer: D) -> Result<(), D::Error> {
    let mut context = Context::new(true);
    let error = match Seed::new(slot, &mut context).deserialize(deserializer) {
        Ok(()) => return Ok(()),
        Err(error) if context.path.is_empty() => return Err(error),
        Err(error) => error.to_string(),
    };
    // serde_json reads the position back from the end of a message, so it has to stay there.
    let (message, position) = without_position(&error);
    Err(D::Error::custom(format_args!("{message} at {}{position}", context.path)))
}

/// Splits the ` at line 1 column 2` that serde_json puts at the end off a message.
fn without_position(message: &str) -> (&str, &str) {
    match message.rfind(" at line ") {
        Some(index) => message.split_at(index),
        None => (message, ""),
    }
}

/// The initial value before decoding. It is a constant, because a derived `Default` calls one function per member and
/// cleans up after each: with `Clone` the largest part of a model's compile time.
#[doc(hidden)]
pub trait Empty: Sized {
    /// The value.
    const EMPTY: Self;
}

macro_rules! empty {
    ($($type:ty = $value:expr),* $(,)?) => {$(
        impl Empty for $type {
            const EMPTY: Self = $value;
        }
    )*};
}

empty! {
    String = String::new(), bool = false, i32 = 0, i64 = 0, u32 = 0, u64 = 0, f64 = 0.0,
    serde_json::Value = serde_json::Value::Null,
}

impl<T> Empty for Option<T> {
    const EMPTY: Self = None;
}

impl<T> Empty for crate::patch::Patch<T> {
    const EMPTY: Self = Self::Absent;
}

impl<T> Empty for Vec<T> {
    const EMPTY: Self = Self::new();
}

impl<K, V> Empty for std::collections::BTreeMap<K, V> {
    const EMPTY: Self = Self::new();
}

/// The body of every model's `Debug`: the name of the type and its wire form, without absent or secret members.
#[doc(hidden)]
#[inline(never)]
pub fn debug(name: &str, value: &dyn Put, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(name)?;
    f.write_str(" ")?;
    fmt::Debug::fmt(&value.view(), f)
}

/// The body of every model's `PartialEq`: two models are equal if their wire forms are.
#[doc(hidden)]
#[inline(never)]
pub fn equal(one: &dyn Put, other: &dyn Put) -> bool {
    to_vec(one) == to_vec(other)
}

/// Implements `Clone`, and `Default` with a constant. Derived, they would cost the compiler more: a derive reads and
/// copies the whole struct first.
#[doc(hidden)]
#[macro_export]
macro_rules! empty_impls {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl Clone for $name {
            #[inline]
            fn clone(&self) -> Self {
                Self { $($field: Clone::clone(&self.$field)),* }
            }
        }
        #[doc(hidden)]
        impl $crate::codec::Empty for $name {
            const EMPTY: Self = Self { $($field: $crate::codec::Empty::EMPTY),* };
        }
        impl Default for $name {
            #[inline]
            fn default() -> Self {
                <Self as $crate::codec::Empty>::EMPTY
            }
        }
    };
}

/// Implements `Debug` and `PartialEq` through the codec: derived, they would be a fifth of a model's compile time.
#[doc(hidden)]
#[macro_export]
macro_rules! compare_impls {
    ($name:ident) => {
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::codec::debug(stringify!($name), self, f)
            }
        }
        impl PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::codec::equal(self, other)
            }
        }
    };
}

/// Implements `Serialize` and `Deserialize` through the codec.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! serde_impls {
    ($name:ident $(<$($param:ident),*>)?) => {
        impl<'de $($(, $param: $crate::codec::Slot + $crate::codec::Put + Default)*)?> $crate::serde::Deserialize<'de> for $name $(<$($param),*>)? {
            fn deserialize<De: $crate::serde::Deserializer<'de>>(deserializer: De) -> Result<Self, De::Error> {
                $crate::codec::deserialize(deserializer)
            }
        }
        impl $(<$($param: $crate::codec::Slot + $crate::codec::Put + Default),*>)? $crate::serde::Serialize for $name $(<$($param),*>)? {
            fn serialize<Se: $crate::serde::Serializer>(&self, serializer: Se) -> Result<Se::Ok, Se::Error> {
                $crate::codec::serialize(self, serializer)
            }
        }
    };
}

/// Without the feature: the codec needs neither, and both cost an eighth of compiling models.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serde_impls {
    ($($tokens:tt)*) => {};
}
