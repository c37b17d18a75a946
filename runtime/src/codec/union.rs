//! Chooses the variant of a union by its tag or by the shape of the JSON value.

use std::any::Any;
use std::borrow::Cow;

use serde::de::DeserializeSeed;
use serde_json::{Map, Value};

use super::mismatch::Context;
use super::read::Seed;
use super::slot::{Event, Object, Place, Slot, Taken};

/// One of several objects, which a tag decides.
pub trait Union {
    /// The member with the tag.
    fn tag(&self) -> &'static str;

    /// Makes the variant of a tag the current one and returns its slot.
    fn pick(&mut self, tag: &str) -> Option<&mut dyn Slot>;

    /// Keeps the JSON of an unknown variant.
    fn unknown(&mut self, value: Value);
}

/// One of several types, which a tag decides for variants that have one, and the shape of the JSON for others.
pub trait Untagged {
    /// Makes one variant the current one, empty, and returns its slot; `None` past the last.
    fn choose(&mut self, index: usize) -> Option<&mut dyn Slot>;

    /// The member with the tag, and the tag of each variant.
    fn tags(&self) -> (&'static str, &'static [Option<&'static str>]) {
        ("", &[])
    }

    /// Keeps JSON that fits no variant.
    fn unknown(&mut self, value: Value);
}

/// A union of resources, as in the `included` list of a JSON:API document.
pub trait AnyIncluded {
    /// The resource inside; `None` for an unknown one.
    fn resource(&self) -> Option<&dyn Any>;
}

/// Marks a union that has a variant for the resource `R`, so that asking a page for another type does not compile.
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

/// The tag as text; a vendor may use numbers.
pub(crate) fn tag_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(is) => Some(Cow::Owned(is.to_string())),
        _ => None,
    }
}

/// Decodes a value into the variant that fits it best; a value that fits none is kept unchanged.
///
/// An object that fits a variant except for the types of some members is that variant, with mismatches. One variant is
/// decoded, unless it fails: unions may be nested, and each further attempt would double the time at each level.
pub(crate) fn settle(
    untagged: &mut dyn Untagged,
    value: Value,
    context: &mut Context,
) -> Result<(), serde_json::Error> {
    for (_, index) in candidates(untagged, &value, UNIONS) {
        let Some(slot) = untagged.choose(index) else { continue };
        let mut attempt = Context::new(false);
        match Seed::new(slot, &mut attempt).deserialize(&value) {
            Ok(()) if attempt.mark() == 0 => return Ok(()),
            Ok(()) if context.strict => return Err(context.fail(attempt)),
            Ok(()) => {
                context.take(attempt);
                return Ok(());
            }
            Err(_) => {}
        }
    }
    untagged.unknown(value);
    Ok(())
}

/// True if all of a value fits, and the number of known members.
type Score = (bool, usize);

/// The variants that fit a value, with their scores: the best first, and of equals the first variant.
fn candidates(untagged: &mut dyn Untagged, value: &Value, unions: usize) -> Vec<(Score, usize)> {
    let mut out: Vec<(Score, usize)> = Vec::new();
    if value.is_null() {
        return out;
    }
    let (member, tags) = untagged.tags();
    let found = value.get(member).filter(|_| !tags.is_empty()).and_then(tag_text);
    let is_known = found.is_some() && tags.contains(&found.as_deref());
    let mut index = 0;
    while let Some(slot) = untagged.choose(index) {
        let fits = match (found.as_deref(), tags.get(index).copied().flatten()) {
            (Some(found), Some(tag)) => found == tag,
            (Some(_), None) => !is_known,
            (None, _) => true,
        };
        if fits && let Some(score) = score(slot, value, unions) {
            let place = out.iter().position(|(other, _)| *other < score).unwrap_or(out.len());
            out.insert(place, (score, index));
        }
        index += 1;
    }
    // A tag that only one variant has decides alone.
    if let (true, [], Some(index)) =
        (is_known, out.as_slice(), tags.iter().position(|tag| *tag == found.as_deref()))
    {
        out.push(((false, 0), index));
    }
    out
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

/// The maximum depth of nested unions of variants that are tried. Each level costs a factor.
const UNIONS: usize = 3;

/// The part of a value that a slot knows; `None` if the value does not fit.
///
/// Invariant: unions inside of a value are not tried, since each takes everything, and unions that are variants are
/// tried for `unions` levels only. Otherwise the time would grow with the number of variants at each level, and the
/// server chooses the number of levels.
fn score(slot: &mut dyn Slot, value: &Value, unions: usize) -> Option<Score> {
    let event = match value {
        Value::Null => Event::Null,
        Value::Bool(value) => Event::Bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => Event::Int(value),
            (None, Some(value)) => Event::Uint(value),
            (None, None) => Event::Float(number.as_f64()?),
        },
        Value::String(text) => Event::Str(text),
        Value::Array(_) => Event::Seq,
        Value::Object(_) => Event::Map,
    };
    match (slot.take(event).ok()?, value) {
        (Place::Unlisted, _) => Some((true, 1)),
        (Place::Done, Value::Object(_) | Value::Array(_)) => Some((true, 0)),
        (Place::Done, _) => Some((true, 2)),
        (Place::Value(_) | Place::Draft(..), _) => Some((true, 0)),
        (Place::Untagged(_), _) if unions == 0 => Some((true, 0)),
        (Place::Untagged(inner), _) => candidates(inner, value, unions - 1).first().map(|(score, _)| *score),
        (Place::Union(inner), Value::Object(members)) => {
            let tag = members.get(inner.tag()).and_then(tag_text);
            match tag.and_then(|tag| inner.pick(&tag)) {
                Some(slot) => score(slot, value, 0),
                None => (unions == 0).then_some((true, 0)),
            }
        }
        (Place::Seq(seq), Value::Array(items)) => items.iter().try_fold((true, 0), |(exact, known), item| {
            let (fits, more) = score(seq.push(), item, 0)?;
            Some((exact && fits, known + more))
        }),
        (Place::Keys(keys), Value::Object(members)) => {
            let fits = members.iter().all(|(key, value)| member(keys.key(key), value, false).is_some());
            fits.then_some((true, 0))
        }
        (Place::Object(object), Value::Object(members)) => object_score(object, members),
        _ => None,
    }
}

fn object_score(object: &mut dyn Object, members: &Map<String, Value>) -> Option<Score> {
    let required = object.required();
    if !required.iter().all(|name| members.contains_key(*name)) {
        return None;
    }
    let (mut exact, mut known) = (true, 0);
    let mut is_open = false;
    for (key, value) in members {
        if let Some(slot) = object.field(key) {
            let is_required = required.contains(&key.as_str());
            match member(slot, value, is_required) {
                Some((fits, score)) => {
                    exact &= fits;
                    known += 1 + score;
                }
                None if is_required => return None,
                // An optional member of another type does not make it another object.
                None => exact = false,
            }
        } else if let Some(rest) = object.rest_mut() {
            is_open |= member(rest.key(key), value, false).is_some();
        }
    }
    (known > 0 || is_open || members.is_empty()).then_some((exact, known))
}

/// The score of a member, for which null equals absent unless it is required.
fn member(slot: &mut dyn Slot, value: &Value, required: bool) -> Option<Score> {
    match score(slot, value, 0) {
        None if value.is_null() && !required => Some((true, 0)),
        score => score,
    }
}
