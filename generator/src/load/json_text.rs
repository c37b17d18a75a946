//! Reads parts of a JSON text on demand, without a tree of all of it.

use std::borrow::Cow;
use std::fmt;

use foldhash::{HashMap, HashMapExt as _};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A text and the parts of it that were asked for.
pub(super) struct JsonText<'t> {
    whole: &'t str,
    parts: Vec<Part<'t>>,
    /// The members or items of the parts that were looked into.
    below: HashMap<usize, Below<'t>>,
}

/// The number of a part.
pub(super) type PartId = usize;

/// One value.
struct Part<'t> {
    text: &'t str,
    /// The offset of the member's name, or of the value where it has none.
    offset: usize,
}

/// The parts directly inside of a part.
enum Below<'t> {
    /// By their names, which are slices of the text unless they have escapes.
    Members(HashMap<Cow<'t, str>, PartId>),
    Items(Vec<PartId>),
    Nothing,
}

impl<'t> JsonText<'t> {
    /// The part that is all of the text.
    pub(super) const ROOT: PartId = 0;

    pub(super) fn new(whole: &'t str) -> Self {
        let text = whole.trim_start();
        let offset = offset(whole, text);
        Self { whole, parts: vec![Part { text, offset }], below: HashMap::new() }
    }

    /// All of the text.
    pub(super) fn whole(&self) -> &'t str {
        self.whole
    }

    /// The text of a part.
    pub(super) fn text(&self, part: PartId) -> &'t str {
        self.parts.get(part).map_or("", |part| part.text)
    }

    /// The offset of a part in the whole text: of a member's name, or of an item.
    pub(super) fn offset(&self, part: PartId) -> usize {
        self.parts.get(part).map_or(0, |part| part.offset)
    }

    /// The member of an object.
    pub(super) fn member(&mut self, part: PartId, name: &str) -> Option<PartId> {
        match self.below(part) {
            Below::Members(members) => members.get(name).copied(),
            _ => None,
        }
    }

    /// The members of an object, in no order.
    pub(super) fn members(&mut self, part: PartId) -> Vec<(String, PartId)> {
        match self.below(part) {
            Below::Members(members) => {
                members.iter().map(|(name, part)| (name.clone().into_owned(), *part)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The items of an array; none for other values.
    pub(super) fn items(&mut self, part: PartId) -> Option<&[PartId]> {
        match self.below(part) {
            Below::Items(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a string.
    pub(super) fn string(&self, part: PartId) -> Option<String> {
        serde_json::from_str(self.text(part)).ok()
    }

    fn below(&mut self, part: PartId) -> &Below<'t> {
        let (whole, text, parts) = (self.whole, self.text(part), &mut self.parts);
        self.below.entry(part).or_insert_with(|| {
            let mut deserializer = serde_json::Deserializer::from_str(text);
            // A text that cannot be parsed has no parts.
            deserializer.deserialize_any(Inside { whole, parts }).unwrap_or(Below::Nothing)
        })
    }
}

/// The distance from the start of the whole to the start of a slice of it.
fn offset(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// Collects the parts of one value, in one pass over its text.
struct Inside<'a, 't> {
    whole: &'t str,
    parts: &'a mut Vec<Part<'t>>,
}

impl<'t> Inside<'_, 't> {
    fn add(&mut self, value: &'t RawValue, name: Option<&'t str>) -> PartId {
        let text = value.get();
        // A name without escapes is a slice of the text; the quote is before it.
        let offset =
            name.map_or_else(|| offset(self.whole, text), |n| offset(self.whole, n).saturating_sub(1));
        self.parts.push(Part { text, offset });
        self.parts.len() - 1
    }
}

impl<'t> Visitor<'t> for Inside<'_, 't> {
    type Value = Below<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'t>>(mut self, mut map: A) -> Result<Below<'t>, A::Error> {
        let mut members = HashMap::new();
        while let Some(Name(name)) = map.next_key()? {
            let slice = if let Cow::Borrowed(slice) = name { Some(slice) } else { None };
            // A member that is repeated is read where it is last.
            let part = self.add(map.next_value()?, slice);
            members.insert(name, part);
        }
        Ok(Below::Members(members))
    }

    fn visit_seq<A: SeqAccess<'t>>(mut self, mut values: A) -> Result<Below<'t>, A::Error> {
        let mut items = Vec::new();
        while let Some(value) = values.next_element()? {
            items.push(self.add(value, None));
        }
        Ok(Below::Items(items))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Below<'t>, E> {
        Ok(Below::Nothing)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Below<'t>, E> {
        Ok(Below::Nothing)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Below<'t>, E> {
        Ok(Below::Nothing)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Below<'t>, E> {
        Ok(Below::Nothing)
    }

    fn visit_str<E>(self, _: &str) -> Result<Below<'t>, E> {
        Ok(Below::Nothing)
    }

    fn visit_unit<E>(self) -> Result<Below<'t>, E> {
        Ok(Below::Nothing)
    }
}

/// A member's name: the slice of the text that it is, if it has no escapes.
struct Name<'t>(Cow<'t, str>);

impl<'t> serde::Deserialize<'t> for Name<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'t> Visitor<'t> for NameVisitor {
            type Value = Name<'t>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, name: &'t str) -> Result<Name<'t>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Name<'t>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}
