//! Decodes JSON into slots: values that do not fit are skipped and listed, or an error with their path.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::mismatch::{Context, invalid};
use super::path::Step;
use super::slot::{Event, Keys, Object, Place, Seq, Slot};
use super::union::{Union, settle, tag_text};

/// serde_json with `arbitrary_precision`, which any crate of the graph may turn on, shows a number as a map with
/// this one key.
const NUMBER: &str = "$serde_json::private::Number";

/// The treatment of a value that does not fit its slot, and of `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// An optional member: `null` equals an absent one.
    Optional,
    /// An item of a list: the slot decides if it may be `null`. An item that does not fit is omitted.
    Item,
    /// An entry of a map: `null` equals an empty value. An entry that does not fit is omitted.
    Entry,
    /// A required member: `null` is a mismatch.
    Required,
    /// The document itself, or a member that identifies a part of it: a mismatch is an error.
    Vital,
}

/// The only `DeserializeSeed` and `Visitor`: all models go through it.
pub(crate) struct Seed<'s> {
    slot: &'s mut dyn Slot,
    context: &'s mut Context,
    need: Need,
}

impl<'s> Seed<'s> {
    /// A seed of a whole value, which must fit.
    pub(crate) fn new(slot: &'s mut dyn Slot, context: &'s mut Context) -> Self {
        Seed { slot, context, need: Need::Vital }
    }

    fn scalar<E: Error>(self, event: Event<'_>) -> Result<(), E> {
        match self.slot.take(event) {
            Ok(_) => Ok(()),
            Err(expected) => self.refuse(expected, event),
        }
    }

    fn null<E: Error>(self) -> Result<(), E> {
        let event = if self.need == Need::Required { Event::Absent } else { Event::Null };
        match self.slot.take(event) {
            Err(expected) if !matches!(self.need, Need::Optional | Need::Entry) => {
                self.refuse(expected, Event::Null)
            }
            _ => Ok(()),
        }
    }

    /// Leaves the slot empty and lists the value, or makes it an error.
    #[cold]
    fn refuse<E: Error>(self, expected: &'static str, found: Event<'_>) -> Result<(), E> {
        if self.need == Need::Vital || self.context.strict {
            return Err(invalid(expected, found.name()));
        }
        let _ = self.slot.take(Event::Absent);
        self.context.add(expected, found.name());
        self.context.refused = matches!(self.need, Need::Item | Need::Entry);
        Ok(())
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
        self.null()
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.null()
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
            Ok(Place::Seq(seq)) => elements(seq, array, self.context),
            Ok(Place::Value(value)) => {
                *value = Value::Array(items(array)?);
                Ok(())
            }
            Ok(Place::Untagged(untagged)) => {
                settle(untagged, Value::Array(items(array)?), self.context).map_err(A::Error::custom)
            }
            taken => {
                if let Err(expected) = taken {
                    self.refuse(expected, Event::Seq)?;
                }
                while array.next_element::<IgnoredAny>()?.is_some() {}
                Ok(())
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let next = map.next_key_seed(Key)?;
        if next.as_deref() == Some(NUMBER) {
            let text: String = map.next_value()?;
            return self.number(&text);
        }
        let members = Members { next, map };
        match self.slot.take(Event::Map) {
            Ok(Place::Object(object)) => fill(object, members, self.context, Seen::default()),
            Ok(Place::Union(union)) => choose(union, members, self.context),
            Ok(Place::Keys(keys)) => entries(keys, members, self.context),
            Ok(Place::Value(value)) => {
                *value = Value::Object(members.collect(Map::new())?);
                Ok(())
            }
            Ok(Place::Untagged(untagged)) => {
                let object = Value::Object(members.collect(Map::new())?);
                settle(untagged, object, self.context).map_err(A::Error::custom)
            }
            Ok(Place::Draft(shape, draft)) => {
                let object = members.collect(Map::new())?;
                super::json_api_request::settle(shape, draft, &object, self.context).map_err(A::Error::custom)
            }
            Ok(Place::Done | Place::Unlisted | Place::Seq(_)) => members.skip(),
            Err(expected) => {
                self.refuse(expected, Event::Map)?;
                members.skip()
            }
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
fn value<'de, A: MapAccess<'de>>(
    map: &mut A,
    seed: Seed<'_>,
    step: impl Fn() -> Step,
) -> Result<(), A::Error> {
    let Seed { slot, context, need } = seed;
    let mark = context.mark();
    let read = map.next_value_seed(Seed { slot, context: &mut *context, need });
    context.leave(mark, read, step)
}

/// Decodes an entry of a map; an entry that does not fit is removed.
fn entry<'de, A: MapAccess<'de>>(
    keys: &mut dyn Keys,
    key: &str,
    map: &mut A,
    context: &mut Context,
) -> Result<(), A::Error> {
    let seed = Seed { slot: keys.key(key), context: &mut *context, need: Need::Entry };
    value(map, seed, || Step::entry(key))?;
    if context.took_refusal() {
        keys.remove(key);
    }
    Ok(())
}

fn elements<'de, A: SeqAccess<'de>>(
    seq: &mut dyn Seq,
    mut array: A,
    context: &mut Context,
) -> Result<(), A::Error> {
    let mut index = 0;
    loop {
        let mark = context.mark();
        let read = array.next_element_seed(Element { seq, context });
        if context.leave(mark, read, || Step::Index(index))?.is_none() {
            return Ok(());
        }
        index += 1;
    }
}

/// Adds an element only if there is one to decode.
struct Element<'s> {
    seq: &'s mut dyn Seq,
    context: &'s mut Context,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let seed = Seed { slot: self.seq.push(), context: &mut *self.context, need: Need::Item };
        deserializer.deserialize_any(seed)?;
        if self.context.took_refusal() {
            self.seq.pop();
        }
        Ok(())
    }
}

fn items<'de, A: SeqAccess<'de>>(mut array: A) -> Result<Vec<Value>, A::Error> {
    let mut items = Vec::new();
    while let Some(item) = array.next_element()? {
        items.push(item);
    }
    Ok(items)
}

/// The required names that were present.
#[derive(Default, Clone, Copy)]
struct Seen(u64);

impl Seen {
    /// Records one name, and returns the treatment of its value.
    #[inline]
    fn note(&mut self, required: &[&str], key: &str, object: &dyn Object) -> Need {
        let Some(index) = required.iter().position(|name| *name == key) else { return Need::Optional };
        self.0 |= 1_u64.checked_shl(u32::try_from(index).unwrap_or(u32::MAX)).unwrap_or(0);
        if object.vital() { Need::Vital } else { Need::Required }
    }

    fn missing(self, required: &'static [&'static str]) -> impl Iterator<Item = &'static str> {
        let names = required.iter().zip(0..64).filter(move |(_, index)| self.0 & (1 << index) == 0);
        names.map(|(name, _)| *name)
    }
}

fn fill<'de, A: MapAccess<'de>>(
    object: &mut dyn Object,
    members: Members<'de, A>,
    context: &mut Context,
    mut seen: Seen,
) -> Result<(), A::Error> {
    each(object, members, context, &mut seen)?;
    for name in seen.missing(object.required()) {
        if context.strict || object.vital() {
            return Err(A::Error::missing_field(name));
        }
        missing(object, name, context);
    }
    Ok(())
}

/// Decodes members into the slots of an object.
fn each<'de, A: MapAccess<'de>>(
    object: &mut dyn Object,
    members: Members<'de, A>,
    context: &mut Context,
    seen: &mut Seen,
) -> Result<(), A::Error> {
    let Members { mut next, mut map } = members;
    let required = object.required();
    while let Some(key) = next {
        let need = seen.note(required, &key, object);
        match object.field(&key) {
            Some(slot) => value(&mut map, Seed { slot, context, need }, || Step::member(&key))?,
            None => match object.rest_mut() {
                Some(rest) => entry(rest, &key, &mut map, context)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            },
        }
        next = map.next_key_seed(Key)?;
    }
    Ok(())
}

/// Decodes the entries of a map.
fn entries<'de, A: MapAccess<'de>>(
    keys: &mut dyn Keys,
    mut members: Members<'de, A>,
    context: &mut Context,
) -> Result<(), A::Error> {
    while let Some(key) = members.next {
        entry(keys, &key, &mut members.map, context)?;
        members.next = members.map.next_key_seed(Key)?;
    }
    Ok(())
}

/// Lists a required member that is missing.
#[cold]
fn missing(object: &mut dyn Object, name: &str, context: &mut Context) {
    let expected = object.field(name).and_then(|slot| slot.take(Event::Absent).err());
    let mark = context.mark();
    context.add(expected.unwrap_or("a value"), Event::Absent.name());
    let _ = context.leave(mark, Ok::<_, ()>(()), || Step::member(name));
}

/// Reads up to the tag, then goes on in the object that it names; without one the JSON is kept.
fn choose<'de, A: MapAccess<'de>>(
    union: &mut dyn Union,
    mut members: Members<'de, A>,
    context: &mut Context,
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
                let required = object.required();
                let need = seen.note(required, tag_name, object);
                if let Some(slot) = object.field(tag_name) {
                    let mark = context.mark();
                    let read = Seed { slot, context: &mut *context, need }.deserialize(&value);
                    context.leave(mark, read, || Step::member(tag_name)).map_err(A::Error::custom)?;
                }
                Kept::read(Target::Object(object, &mut seen), &early, context).map_err(A::Error::custom)?;
                fill(object, members, context, seen)
            }
            Ok(Place::Draft(shape, draft)) => {
                early.insert(key.into_owned(), value);
                let object = members.collect(early)?;
                super::json_api_request::settle(shape, draft, &object, context).map_err(A::Error::custom)
            }
            // One of several in turn: its own tag, or its members, decide.
            Ok(Place::Union(inner)) => {
                early.insert(key.into_owned(), value);
                let object = members.collect(early)?;
                Kept::read(Target::Union(inner), &object, context).map_err(A::Error::custom)
            }
            Ok(Place::Untagged(inner)) => {
                early.insert(key.into_owned(), value);
                settle(inner, Value::Object(members.collect(early)?), context).map_err(A::Error::custom)
            }
            Ok(Place::Keys(keys)) => {
                early.insert(key.into_owned(), value);
                let object = members.collect(early)?;
                Kept::read(Target::Keys(keys), &object, context).map_err(A::Error::custom)
            }
            Ok(Place::Value(place)) => {
                early.insert(key.into_owned(), value);
                *place = Value::Object(members.collect(early)?);
                Ok(())
            }
            // A variant that is not an object cannot represent the value.
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

/// Decodes members that are kept as JSON. They are borrowed, as everywhere: the reader is compiled once for each source.
struct Kept<'s> {
    target: Target<'s>,
    context: &'s mut Context,
}

/// The target of kept members.
enum Target<'s> {
    Object(&'s mut dyn Object, &'s mut Seen),
    Union(&'s mut dyn Union),
    Keys(&'s mut dyn Keys),
}

impl<'s> Kept<'s> {
    fn read(
        target: Target<'s>,
        members: &Map<String, Value>,
        context: &'s mut Context,
    ) -> Result<(), serde_json::Error> {
        members.deserialize_any(Kept { target, context })
    }
}

impl<'de> Visitor<'de> for Kept<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let Kept { target, context } = self;
        let members = Members::new(map)?;
        match target {
            Target::Object(object, seen) => each(object, members, context, seen),
            Target::Union(union) => choose(union, members, context),
            Target::Keys(keys) => entries(keys, members, context),
        }
    }
}

/// Reads a key; borrows it from the text if possible.
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
