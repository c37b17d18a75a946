//! Finds the lines and columns where the places of diagnostics are written.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use saphyr_parser::{Event, Parser};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::Source;
use super::reference::{self, Target};
use super::text::{self, Notation};
use crate::diagnostic::{Diagnostic, Place, Pointer, Sink};

/// Fills in file, line and column of the places that have none yet, and the lines of all places in the text, which is
/// looked at only if there are such places.
pub fn locate(source: Source<'_>, out: &mut Sink) {
    place(source, out);
    out.quote(source.name, source.text);
}

fn place(source: Source<'_>, out: &mut Sink) {
    publish(&source, out);
    let wanted: Vec<Pointer> =
        out.diagnostics().iter().filter(|d| d.at.file.is_empty()).map(|d| d.at.pointer.clone()).collect();
    if wanted.is_empty() {
        return;
    }
    let positions = positions(&source, &wanted);
    for diagnostic in out.diagnostics_mut().iter_mut().filter(|d| d.at.file.is_empty()) {
        diagnostic.at.file = source.name.to_owned();
        if let Some((line, column)) = positions.get(&diagnostic.at.pointer) {
            (diagnostic.at.line, diagnostic.at.column) = (Some(*line), Some(*column));
        }
    }
}

/// The location of each pointer in the text: a pointer that the text has, behind the references on the way to it, its
/// line and its column. A document that cannot be parsed leaves every pointer unchanged.
pub fn resolve(source: Source<'_>, pointers: &[Pointer]) -> Vec<Place> {
    let tree = text::parse(&source, &mut Sink::new());
    let found: Vec<Pointer> = match &tree {
        Some(tree) => pointers.iter().map(|at| published(tree, at)).collect(),
        None => pointers.to_vec(),
    };
    let positions = positions(&source, &found);
    let place = |pointer: Pointer| {
        let (line, column) = positions.get(&pointer).copied().unzip();
        Place { file: source.name.to_owned(), pointer, line, column }
    };
    found.into_iter().map(place).collect()
}

/// Replaces each place by one that the document has: stages that follow a `$ref` name the place of use, and not the target.
fn publish(source: &Source<'_>, out: &mut Sink) {
    let is_open = |d: &&mut Diagnostic| d.at.file.is_empty() && !d.at.pointer.as_str().is_empty();
    let mut open = out.diagnostics_mut().iter_mut().filter(is_open).peekable();
    if open.peek().is_none() {
        return;
    }
    let Some(tree) = text::parse(source, &mut Sink::new()) else { return };
    for diagnostic in open.filter(|d| tree.pointer(d.at.pointer.as_str()).is_none()) {
        diagnostic.at.pointer = published(&tree, &diagnostic.at.pointer);
    }
}

/// The place in the document, behind the references on the way to it; its nearest ancestor where there is none.
fn published(tree: &Value, at: &Pointer) -> Pointer {
    let (mut node, mut found) = (tree, Pointer::root());
    // Invariant: references that lead in a circle end this.
    let mut jumps = 64;
    for token in at.tokens() {
        loop {
            let child = match node {
                Value::Array(items) => item(tree, items, &token),
                node => node.get(&token).map(|child| (token.clone(), child)),
            };
            if let Some((token, child)) = child {
                (node, found) = (child, found.child(&token));
                break;
            }
            let reference = node.get("$ref").and_then(Value::as_str).map(reference::target);
            let Some(Target::Node(target)) = reference.filter(|_| jumps > 0) else { return found };
            let Some(next) = tree.pointer(&target) else { return found };
            jumps -= 1;
            (node, found) = (next, Pointer::new(target.into_owned()));
        }
    }
    found
}

/// The item at an index, or the parameter of that name: stages name parameters by their name, since their order means
/// nothing.
fn item<'t>(tree: &'t Value, items: &'t [Value], token: &str) -> Option<(String, &'t Value)> {
    if let Some(item) = token.parse::<usize>().ok().and_then(|index| items.get(index)) {
        return Some((token.to_owned(), item));
    }
    let is_named = |item: &Value| {
        let target = item.get("$ref").and_then(Value::as_str).map(reference::target);
        let item = match &target {
            Some(Target::Node(target)) => tree.pointer(target),
            _ => Some(item),
        };
        item.and_then(|item| item.get("name")).and_then(Value::as_str) == Some(token)
    };
    let index = items.iter().position(is_named)?;
    items.get(index).map(|item| (index.to_string(), item))
}

/// Finds the line and column of each location: a member at its name, an item at its value. A location that the text
/// does not have gets that of its nearest ancestor.
fn positions(source: &Source<'_>, wanted: &[Pointer]) -> HashMap<Pointer, (usize, usize)> {
    let Some((text, notation)) = text::read(source, &mut Sink::new()) else { return HashMap::new() };
    let mut tree = Wanted::default();
    wanted.iter().for_each(|at| tree.add(at));
    let mut offsets = HashMap::new();
    match notation {
        Notation::Json => json(text, text, &tree, &Pointer::root(), &mut offsets),
        Notation::Yaml => yaml(text, &tree, &mut offsets),
    }
    let offset_of = |at: &Pointer| {
        let mut place = Some(at.clone());
        while let Some(candidate) = place {
            if let Some(offset) = offsets.get(&candidate) {
                return Some((at.clone(), *offset));
            }
            place = candidate.parent();
        }
        None
    };
    let found: HashMap<Pointer, usize> = wanted.iter().filter_map(offset_of).collect();
    let lines = text::lines_and_columns(text, found.values().copied());
    found.into_iter().filter_map(|(at, offset)| Some((at, *lines.get(&offset)?))).collect()
}

/// The wanted pointers as a tree, so that one pass finds all of them.
#[derive(Default)]
struct Wanted {
    below: BTreeMap<String, Wanted>,
}

impl Wanted {
    fn add(&mut self, at: &Pointer) {
        let mut node = self;
        for token in at.tokens() {
            node = node.below.entry(token).or_default();
        }
    }
}

/// Each wanted member's text is a slice of the whole text, so where the slice begins is where the member is.
fn json(whole: &str, part: &str, wanted: &Wanted, at: &Pointer, offsets: &mut HashMap<Pointer, usize>) {
    offsets.entry(at.clone()).or_insert_with(|| offset(whole, part.trim_start()));
    if wanted.below.is_empty() {
        return;
    }
    let mut deserializer = serde_json::Deserializer::from_str(part);
    // A document that cannot be parsed has no positions.
    let _ = deserializer.deserialize_any(Members { whole, wanted, at, offsets });
}

fn offset(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// Finds the wanted members of an object or an array, and their wanted parts, in one pass over the text.
struct Members<'a> {
    whole: &'a str,
    wanted: &'a Wanted,
    at: &'a Pointer,
    offsets: &'a mut HashMap<Pointer, usize>,
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.wanted.below.is_empty() {
            true => deserializer.deserialize_ignored_any(IgnoredAny).map(drop),
            false => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { whole, wanted, at, offsets } = self;
        while let Some(Name { token, name }) = map.next_key()? {
            let Some(below) = wanted.below.get(&token) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let at = at.child(&token);
            match name {
                // A member that is repeated is read where it is last.
                Some(name) => {
                    offsets.insert(at.clone(), offset(whole, name).saturating_sub(1));
                    map.next_value_seed(Members { whole, wanted: below, at: &at, offsets })?;
                }
                None => json(whole, map.next_value::<&RawValue>()?.get(), below, &at, offsets),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { whole, wanted, at, offsets } = self;
        let mut index = 0usize;
        while let Some(value) = items.next_element::<&RawValue>()? {
            if let Some(below) = wanted.below.get(&index.to_string()) {
                json(whole, value.get(), below, &at.child(index), offsets);
            }
            index += 1;
        }
        Ok(())
    }

    // Nothing wanted is below a scalar.
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

struct Name<'de> {
    token: String,
    name: Option<&'de str>,
}

impl<'de> serde::Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name { token: name.to_owned(), name: Some(name) })
            }
            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name { token: name.to_owned(), name: None })
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// A collection that the parser has not finished.
enum Open {
    Map {
        /// The name whose value comes next, and its offset; none if a name comes next.
        name: Option<(String, usize)>,
    },
    List {
        next: usize,
    },
}

fn yaml(text: &str, wanted: &Wanted, offsets: &mut HashMap<Pointer, usize>) {
    let mut open: Vec<(Open, Option<(Pointer, &Wanted)>)> = Vec::new();
    let mut root = Some((Pointer::root(), wanted));
    // Events come in the order of the text, and say where they start in characters.
    let mut characters = text.char_indices().map(|(byte, _)| byte).enumerate().peekable();
    let mut byte_of = |character: usize| {
        while characters.next_if(|(index, _)| *index < character).is_some() {}
        characters.peek().map_or(text.len(), |(_, byte)| *byte)
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(Ok((event, span))) = parser.next_event() {
        let start = byte_of(span.start.index());
        // The place of the node that this event opens, or none where it is a name or is not wanted.
        let place: Option<(Pointer, &Wanted)> = match (&event, open.last_mut()) {
            (Event::SequenceEnd | Event::MappingEnd, _) => {
                open.pop();
                continue;
            }
            (Event::Scalar(name, ..), Some((Open::Map { name: slot @ None }, _))) => {
                *slot = Some((name.to_string(), start));
                continue;
            }
            (
                Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..) | Event::Alias(_),
                parent,
            ) => match parent {
                None => root.take().inspect(|(at, _)| {
                    offsets.insert(at.clone(), start);
                }),
                Some((Open::Map { name }, parent)) => name.take().and_then(|(name, start)| {
                    let (at, wanted) = parent.as_ref()?;
                    let below = wanted.below.get(&name)?;
                    let at = at.child(&name);
                    offsets.insert(at.clone(), start);
                    Some((at, below))
                }),
                Some((Open::List { next }, parent)) => {
                    let index = *next;
                    *next += 1;
                    parent.as_ref().and_then(|(at, wanted)| {
                        let below = wanted.below.get(&index.to_string())?;
                        let at = at.child(index);
                        offsets.insert(at.clone(), start);
                        Some((at, below))
                    })
                }
            },
            _ => continue,
        };
        match event {
            Event::SequenceStart(..) => open.push((Open::List { next: 0 }, place)),
            Event::MappingStart(..) => open.push((Open::Map { name: None }, place)),
            _ => {}
        }
    }
}
