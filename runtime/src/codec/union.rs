//! Unions: a tag, or the shape of a JSON value, goes in; the variant to decode into comes out.

use std::any::Any;

use serde::de::DeserializeSeed;
use serde_json::Value;

use super::mismatch::Context;
use super::read::Seed;
use super::slot::{Event, Place, Slot, Taken};

/// One of several objects, which a tag decides.
pub trait Union {
    /// The member that holds the tag.
    fn tag(&self) -> &'static str;

    /// Makes the variant that a tag names the current one and gives its place.
    fn pick(&mut self, tag: &str) -> Option<&mut dyn Slot>;

    /// Keeps the JSON of a variant that is not known.
    fn unknown(&mut self, value: Value);
}

/// One of several types, which the shape of the JSON decides.
pub trait Untagged {
    /// Makes one variant the current one, empty, and gives its place; `None` past the last.
    fn choose(&mut self, index: usize) -> Option<&mut dyn Slot>;

    /// Keeps JSON that fits no variant.
    fn unknown(&mut self, value: Value);
}

/// A union of resources, as in the `included` list of a JSON:API document.
pub trait AnyIncluded {
    /// The resource inside; `None` for one that is not known.
    fn resource(&self) -> Option<&dyn Any>;
}

/// Says that a union has a variant for the resource `R`, so that asking a page for another does not compile.
///
/// ```compile_fail,E0277
/// use storewright_runtime::{NoIncluded, Page};
/// let page: Page<i64, NoIncluded> = Page::default();
/// page.included::<String>();
/// ```
#[diagnostic::on_unimplemented(
    message = "this response cannot include `{R}`",
    note = "the operation's documentation lists what it can include"
)]
pub trait Includes<R>: AnyIncluded {}

/// Decodes a value into the variant that fits it best; a value that fits none is kept unchanged.
///
/// An object that fits a variant but for the types of some members is that variant, with mismatches.
pub(crate) fn settle(
    untagged: &mut dyn Untagged,
    value: Value,
    context: &mut Context,
) -> Result<(), serde_json::Error> {
    let mut candidates: Vec<(usize, usize)> = Vec::new();
    let mut index = 0;
    while let Some(slot) = untagged.choose(index) {
        if let Some(score) = score(slot, &value) {
            // The best comes first, and of equals the first variant.
            let place = candidates.iter().position(|(other, _)| *other < score).unwrap_or(candidates.len());
            candidates.insert(place, (score, index));
        }
        index += 1;
    }
    let (mut nearest, mut current) = (None, None);
    for (score, index) in candidates {
        let Some(slot) = untagged.choose(index) else { continue };
        current = Some(index);
        let mut attempt = Context::new(false);
        match Seed::new(slot, &mut attempt).deserialize(value.clone()) {
            Ok(()) if attempt.mark() == 0 => return Ok(()),
            Ok(()) if score > 0 && nearest.is_none() => nearest = Some((index, attempt)),
            _ => {}
        }
    }
    match nearest {
        Some((_, attempt)) if context.strict => return Err(context.fail(attempt)),
        Some((index, attempt)) => {
            // Decoding once more only where another variant was tried since: unions may be nested.
            if current != Some(index)
                && let Some(slot) = untagged.choose(index)
            {
                Seed::new(slot, &mut Context::new(false)).deserialize(value)?;
            }
            context.take(attempt);
        }
        None => untagged.unknown(value),
    }
    Ok(())
}

/// The body of every untagged union's slot.
#[doc(hidden)]
pub fn take_untagged<'a>(untagged: &'a mut dyn Untagged, event: Event<'_>) -> Taken<'a> {
    let value = match event {
        Event::Map | Event::Seq => return Ok(Place::Untagged(untagged)),
        Event::Null => Value::Null,
        Event::Bool(value) => value.into(),
        Event::Int(value) => value.into(),
        Event::Uint(value) => value.into(),
        Event::Float(value) => value.into(),
        Event::Str(text) => text.into(),
        Event::Absent => {
            untagged.unknown(Value::Null);
            return Err("a value");
        }
    };
    // A scalar has no members that could differ, so there is no error.
    let _ = settle(untagged, value, &mut Context::new(true));
    Ok(Place::Done)
}

/// How many members of a value a slot knows, those of objects within included; `None` if it cannot hold it.
fn score(slot: &mut dyn Slot, value: &Value) -> Option<usize> {
    match value {
        Value::Null => None,
        Value::Object(members) => match slot.take(Event::Map).ok()? {
            Place::Object(object) => {
                if !object.required().iter().all(|name| members.contains_key(*name)) {
                    return None;
                }
                let known = members.iter().filter_map(|(key, value)| {
                    let slot = object.field(key)?;
                    Some(1 + if value.is_object() { score(slot, value).unwrap_or_default() } else { 0 })
                });
                match known.sum() {
                    0 => None,
                    known => Some(known),
                }
            }
            _ => Some(0),
        },
        // Whether a scalar or an array fits shows when it is decoded.
        _ => Some(0),
    }
}
