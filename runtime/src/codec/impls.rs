//! Decodes and encodes the std types: `String`, numbers, `Vec`, `Option` and others.

use std::collections::BTreeMap;

use serde_json::Value;

use super::slot::{Event, Keys, Place, Seq, Slot, Taken};
use crate::patch::Patch;

// None of these is `#[inline]`: a function that is reached through a table is compiled again in every codegen unit that
// inlines it, and a program contained all of them twice.

impl Slot for String {
    fn take(&mut self, event: Event<'_>) -> Taken<'_> {
        let Event::Str(text) = event else { return Err("a string") };
        *self = text.to_owned();
        Ok(Place::Done)
    }
}

impl Slot for bool {
    fn take(&mut self, event: Event<'_>) -> Taken<'_> {
        let Event::Bool(value) = event else { return Err("a boolean") };
        *self = value;
        Ok(Place::Done)
    }
}

/// The integer that a number represents: some servers write `5.0` for 5.
fn integer(event: Event<'_>) -> Option<i64> {
    // Beyond 2^53 a float no longer identifies one integer.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match event {
        Event::Int(value) => Some(value),
        #[allow(clippy::cast_possible_truncation)] // whole and within 2^53
        Event::Float(value) if value.fract() == 0.0 && value.abs() <= EXACT => Some(value as i64),
        _ => None,
    }
}

macro_rules! integers {
    ($($type:ty: $expected:literal),*) => {$(
        impl Slot for $type {
            fn take(&mut self, event: Event<'_>) -> Taken<'_> {
                *self = integer(event).and_then(|value| value.try_into().ok()).ok_or($expected)?;
                Ok(Place::Done)
            }
        }
    )*};
}
integers! { i64: "a 64-bit integer", i32: "a 32-bit integer", u32: "an unsigned 32-bit integer" }

impl Slot for u64 {
    fn take(&mut self, event: Event<'_>) -> Taken<'_> {
        *self = match event {
            Event::Uint(value) => value,
            _ => {
                integer(event).and_then(|value| value.try_into().ok()).ok_or("an unsigned 64-bit integer")?
            }
        };
        Ok(Place::Done)
    }
}

impl Slot for f64 {
    #[allow(clippy::cast_precision_loss)] // the nearest float is what a float field means
    fn take(&mut self, event: Event<'_>) -> Taken<'_> {
        *self = match event {
            Event::Float(value) => value,
            Event::Int(value) => value as f64,
            Event::Uint(value) => value as f64,
            _ => return Err("a number"),
        };
        Ok(Place::Done)
    }
}

impl Slot for Value {
    fn take(&mut self, event: Event<'_>) -> Taken<'_> {
        *self = match event {
            Event::Null => Value::Null,
            Event::Bool(value) => value.into(),
            Event::Int(value) => value.into(),
            Event::Uint(value) => value.into(),
            Event::Float(value) => value.into(),
            Event::Str(text) => text.into(),
            Event::Absent => Value::Null,
            Event::Map | Event::Seq => return Ok(Place::Value(self)),
        };
        Ok(Place::Done)
    }
}

impl<T: Slot + Default> Slot for Option<T> {
    fn take(&mut self, event: Event<'_>) -> Taken<'_> {
        if matches!(event, Event::Null | Event::Absent) {
            *self = None;
            return if event == Event::Null { Ok(Place::Done) } else { Err("a value") };
        }
        self.insert(T::default()).take(event)
    }
}

impl<T: Slot + Default> Slot for Patch<T> {
    fn take(&mut self, event: Event<'_>) -> Taken<'_> {
        if matches!(event, Event::Null | Event::Absent) {
            *self = if event == Event::Null { Patch::Null } else { Patch::Absent };
            return if event == Event::Null { Ok(Place::Done) } else { Err("a value") };
        }
        *self = Patch::Value(T::default());
        match self {
            Patch::Value(value) => value.take(event),
            Patch::Absent | Patch::Null => Ok(Place::Done),
        }
    }
}

impl<T: Slot + Default> Slot for Vec<T> {
    fn take(&mut self, event: Event<'_>) -> Taken<'_> {
        self.clear();
        match event {
            // Items without content, such as `NoIncluded`, are skipped: a list of them would be written as nulls.
            Event::Seq if size_of::<T>() == 0 => Ok(Place::Done),
            Event::Seq => Ok(Place::Seq(self)),
            Event::Null => Ok(Place::Done),
            _ => Err("an array"),
        }
    }
}

impl<T: Slot + Default> Seq for Vec<T> {
    #[allow(clippy::indexing_slicing)] // the element was pushed on the line before
    fn push(&mut self) -> &mut dyn Slot {
        let index = self.len();
        Vec::push(self, T::default());
        &mut self[index]
    }

    fn pop(&mut self) {
        Vec::pop(self);
    }
}

impl<T: Slot + Default> Slot for BTreeMap<String, T> {
    fn take(&mut self, event: Event<'_>) -> Taken<'_> {
        self.clear();
        match event {
            Event::Map => Ok(Place::Keys(self)),
            Event::Null => Ok(Place::Done),
            _ => Err("an object"),
        }
    }
}

impl<T: Slot + Default> Keys for BTreeMap<String, T> {
    fn key(&mut self, key: &str) -> &mut dyn Slot {
        self.entry(key.to_owned()).or_default()
    }

    fn remove(&mut self, key: &str) {
        BTreeMap::remove(self, key);
    }
}
