//! Decoding: a serde deserializer and a slot go in, the slot is filled, or the fault and the way to it come out.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::MapDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::path::Path;
use super::slot::{Event, Object, Place, Seq, Slot};
use super::union::{Union, settle, tag_text};

/// serde_json with `arbitrary_precision`, which any crate of the graph may turn on, shows a number as a map with
/// this one key.
const NUMBER: &str = "$serde_json::private::Number";

/// The only `DeserializeSeed` and `Visitor`: all models go through it.
pub(crate) struct Seed<'s> {
    slot: &'s mut dyn Slot,
    path: &'s mut Path,
    /// Whether a null that the slot refuses counts as absent: so for every member that is not required.
    lenient: bool,
}

impl<'s> Seed<'s> {
    pub(crate) fn new(slot: &'s mut dyn Slot, path: &'s mut Path) -> Self {
        Seed { slot, path, lenient: false }
    }

    fn lenient(slot: &'s mut dyn Slot, path: &'s mut Path, lenient: bool) -> Self {
        Seed { slot, path, lenient }
    }

    fn scalar<E: Error>(self, event: Event<'_>) -> Result<(), E> {
        match self.slot.take(event) {
            Ok(_) => Ok(()),
            Err(_) if self.lenient && matches!(event, Event::Null) => Ok(()),
            Err(expected) => Err(invalid(expected, event)),
        }
    }

    /// A number that `arbitrary_precision` shows as text.
    fn number<E: Error>(self, text: &str) -> Result<(), E> {
        if let Ok(Place::Value(value)) = self.slot.take(Event::Map) {
            *value = text.parse().map(Value::Number).map_err(E::custom)?;
            return Ok(());
        }
        let number: Number = text.parse().map_err(E::custom)?;
        let event = match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(value), _, _) => Event::Int(value),
            (_, Some(value), _) => Event::Uint(value),
            (_, _, Some(value)) if value.is_finite() => Event::Float(value),
            _ => return Err(E::custom("number out of range")),
        };
        self.scalar(event)
    }
}

fn invalid<E: Error>(expected: &str, found: Event<'_>) -> E {
    E::custom(format_args!("invalid type: expected {expected}, found {found}"))
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar(Event::Null)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.scalar(Event::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.scalar(Event::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.scalar(Event::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.scalar(i64::try_from(value).map_or(Event::Uint(value), Event::Int))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.scalar(Event::Float(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.scalar(Event::Str(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        match self.slot.take(Event::Seq) {
            Ok(Place::Seq(seq)) => elements(seq, array, self.path),
            Ok(Place::Value(value)) => {
                *value = Value::Array(items(array)?);
                Ok(())
            }
            Ok(Place::Untagged(untagged)) => {
                settle(untagged, Value::Array(items(array)?));
                Ok(())
            }
            Ok(_) => {
                while array.next_element::<IgnoredAny>()?.is_some() {}
                Ok(())
            }
            Err(expected) => Err(invalid(expected, Event::Seq)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let next = map.next_key_seed(Key)?;
        if next.as_deref() == Some(NUMBER) {
            let text: String = map.next_value()?;
            return self.number(&text);
        }
        let mut members = Members { next, map };
        match self.slot.take(Event::Map) {
            Ok(Place::Object(object)) => fill(object, members, self.path, Seen::default()),
            Ok(Place::Union(union)) => choose(union, members, self.path),
            Ok(Place::Keys(keys)) => {
                while let Some(key) = members.next {
                    value(&mut members.map, Seed::lenient(keys.key(&key), self.path, true), &key)?;
                    members.next = members.map.next_key_seed(Key)?;
                }
                Ok(())
            }
            Ok(Place::Value(value)) => {
                *value = Value::Object(members.collect(Map::new())?);
                Ok(())
            }
            Ok(Place::Untagged(untagged)) => {
                settle(untagged, Value::Object(members.collect(Map::new())?));
                Ok(())
            }
            Ok(Place::Draft(shape, draft)) => {
                let object = members.collect(Map::new())?;
                super::draft::settle(shape, draft, object, self.path).map_err(A::Error::custom)
            }
            Ok(Place::Done | Place::Unlisted | Place::Seq(_)) => members.skip(),
            Err(expected) => Err(invalid(expected, Event::Map)),
        }
    }
}

/// The members of an object. The next key is read ahead, for the first says whether it is an object or a number.
struct Members<'de, A> {
    next: Option<Cow<'de, str>>,
    map: A,
}

impl<'de, A: MapAccess<'de>> Members<'de, A> {
    fn new(mut map: A) -> Result<Self, A::Error> {
        Ok(Members { next: map.next_key_seed(Key)?, map })
    }

    fn collect(mut self, mut object: Map<String, Value>) -> Result<Map<String, Value>, A::Error> {
        while let Some(key) = self.next {
            object.insert(key.into_owned(), self.map.next_value()?);
            self.next = self.map.next_key_seed(Key)?;
        }
        Ok(object)
    }

    fn skip(mut self) -> Result<(), A::Error> {
        while self.next.is_some() {
            self.map.next_value::<IgnoredAny>()?;
            self.next = self.map.next_key_seed(Key)?;
        }
        Ok(())
    }
}

/// Decodes the value of one member.
#[inline]
fn value<'de, A: MapAccess<'de>>(map: &mut A, seed: Seed<'_>, key: &str) -> Result<(), A::Error> {
    let Seed { slot, path, lenient } = seed;
    if let Err(error) = map.next_value_seed(Seed::lenient(slot, &mut *path, lenient)) {
        path.key(key);
        return Err(error);
    }
    Ok(())
}

fn elements<'de, A: SeqAccess<'de>>(
    seq: &mut dyn Seq,
    mut array: A,
    path: &mut Path,
) -> Result<(), A::Error> {
    let mut index = 0;
    loop {
        match array.next_element_seed(Element { seq, path }) {
            Ok(Some(())) => index += 1,
            Ok(None) => return Ok(()),
            Err(error) => {
                path.index(index);
                return Err(error);
            }
        }
    }
}

/// Makes room only when there is an element to put there.
struct Element<'s> {
    seq: &'s mut dyn Seq,
    path: &'s mut Path,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(Seed::new(self.seq.push(), self.path))
    }
}

fn items<'de, A: SeqAccess<'de>>(mut array: A) -> Result<Vec<Value>, A::Error> {
    let mut items = Vec::new();
    while let Some(item) = array.next_element()? {
        items.push(item);
    }
    Ok(items)
}

/// Which of the required names were present.
#[derive(Default, Clone, Copy)]
struct Seen(u64);

impl Seen {
    /// Notes one name; says whether it is required.
    fn note(&mut self, required: &[&str], key: &str) -> bool {
        let Some(index) = required.iter().position(|name| *name == key) else { return false };
        self.0 |= 1_u64.checked_shl(u32::try_from(index).unwrap_or(u32::MAX)).unwrap_or(0);
        true
    }

    fn missing(self, required: &'static [&'static str]) -> Option<&'static str> {
        let mut bits = (0..64).map(|index| self.0 & (1 << index) != 0);
        required.iter().copied().find(|_| bits.next() == Some(false))
    }
}

fn fill<'de, A: MapAccess<'de>>(
    object: &mut dyn Object,
    members: Members<'de, A>,
    path: &mut Path,
    mut seen: Seen,
) -> Result<(), A::Error> {
    let Members { mut next, mut map } = members;
    let required = object.required();
    while let Some(key) = next {
        let lenient = !seen.note(required, &key);
        match object.field(&key) {
            Some(slot) => value(&mut map, Seed::lenient(slot, path, lenient), &key)?,
            None => match object.rest_mut() {
                Some(rest) => value(&mut map, Seed::lenient(rest.key(&key), path, true), &key)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            },
        }
        next = map.next_key_seed(Key)?;
    }
    match seen.missing(required) {
        None => Ok(()),
        Some(name) => Err(A::Error::missing_field(name)),
    }
}

/// Reads up to the tag, then goes on in the object that it names; without one the JSON is kept.
fn choose<'de, A: MapAccess<'de>>(
    union: &mut dyn Union,
    mut members: Members<'de, A>,
    path: &mut Path,
) -> Result<(), A::Error> {
    let tag_name = union.tag();
    let mut early = Map::new();
    while let Some(key) = members.next {
        let value: Value = members.map.next_value()?;
        members.next = members.map.next_key_seed(Key)?;
        let tag = if key == tag_name { tag_text(&value) } else { None };
        let Some(slot) = tag.and_then(|tag| union.pick(&tag)) else {
            early.insert(key.into_owned(), value);
            continue;
        };
        return match slot.take(Event::Map) {
            Ok(Place::Object(object)) => {
                let mut seen = Seen::default();
                seen.note(object.required(), tag_name);
                if let Some(slot) = object.field(tag_name) {
                    Seed::new(slot, path).deserialize(value).map_err(A::Error::custom)?;
                }
                replay(object, early, &mut seen, path).map_err(A::Error::custom)?;
                fill(object, members, path, seen)
            }
            Ok(Place::Draft(shape, draft)) => {
                early.insert(key.into_owned(), value);
                let object = members.collect(early)?;
                super::draft::settle(shape, draft, object, path).map_err(A::Error::custom)
            }
            // One of several in turn: its own tag, or its members, decide.
            Ok(Place::Union(inner)) => {
                early.insert(key.into_owned(), value);
                let map = MapDeserializer::new(members.collect(early)?.into_iter());
                let inside: Result<_, serde_json::Error> = Members::new(map);
                inside.and_then(|members| choose(inner, members, path)).map_err(A::Error::custom)
            }
            Ok(Place::Untagged(inner)) => {
                early.insert(key.into_owned(), value);
                settle(inner, Value::Object(members.collect(early)?));
                Ok(())
            }
            Ok(Place::Keys(keys)) => {
                early.insert(key.into_owned(), value);
                for (key, value) in members.collect(early)? {
                    let seed = Seed::lenient(keys.key(&key), path, true);
                    seed.deserialize(value).inspect_err(|_| path.key(key)).map_err(A::Error::custom)?;
                }
                Ok(())
            }
            Ok(Place::Value(place)) => {
                early.insert(key.into_owned(), value);
                *place = Value::Object(members.collect(early)?);
                Ok(())
            }
            // A variant that is no object cannot hold the value.
            _ => {
                early.insert(key.into_owned(), value);
                union.unknown(Value::Object(members.collect(early)?));
                Ok(())
            }
        };
    }
    union.unknown(Value::Object(early));
    Ok(())
}

/// Decodes the members that stood before the tag.
fn replay(
    object: &mut dyn Object,
    early: Map<String, Value>,
    seen: &mut Seen,
    path: &mut Path,
) -> Result<(), serde_json::Error> {
    for (key, value) in early {
        let lenient = !seen.note(object.required(), &key);
        let result = match object.field(&key) {
            Some(slot) => Seed::lenient(slot, path, lenient).deserialize(value),
            None => match object.rest_mut() {
                Some(rest) => Seed::new(rest.key(&key), path).deserialize(value),
                None => Ok(()),
            },
        };
        result.inspect_err(|_| path.key(key))?;
    }
    Ok(())
}

/// Reads a key; borrows it from the text where it can.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(key.to_owned()))
    }

    fn visit_string<E>(self, key: String) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(key))
    }
}
