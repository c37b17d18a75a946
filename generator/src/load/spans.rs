//! Finds the lines and columns where the places of diagnostics are written.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _};
use saphyr_parser::{Event, Parser};

use super::Source;
use super::json_text::JsonText;
use super::published::{Nodes, published};
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

/// The text of a document, with the places in it that were asked for.
pub struct Places<'t> {
    pub(super) source: Source<'t>,
    /// None for YAML, and for text that cannot be read.
    pub(super) json: Option<JsonText<'t>>,
}

impl<'t> Places<'t> {
    /// Those of a document.
    pub fn new(source: Source<'t>) -> Self {
        let json = match text::read(&source, &mut Sink::new()) {
            Some((text, Notation::Json)) => Some(JsonText::new(text)),
            _ => None,
        };
        Self { source, json }
    }
}

/// The location of each pointer in the text: a pointer that the text has, behind the references on the way to it, its
/// line and its column. A document that cannot be parsed leaves every pointer unchanged.
pub fn resolve(places: &mut Places<'_>, pointers: &[Pointer]) -> Vec<Place> {
    let source = places.source;
    let place = |pointer: Pointer, at: Option<(usize, usize)>| {
        let (line, column) = at.unzip();
        Place { file: source.name.to_owned(), pointer, line, column }
    };
    if let Some(document) = &mut places.json {
        let found: Vec<(Pointer, usize)> = pointers
            .iter()
            .map(|at| {
                let at = published(document, at);
                let offset = nearest(document, &at);
                (at, offset)
            })
            .collect();
        let lines = text::lines_and_columns(document.whole(), found.iter().map(|(_, offset)| *offset));
        return found.into_iter().map(|(at, offset)| place(at, lines.get(&offset).copied())).collect();
    }
    let found = publish_all(&source, pointers);
    let positions = positions(&source, &found);
    found.into_iter().map(|at| (positions.get(&at).copied(), at)).map(|(line, at)| place(at, line)).collect()
}

/// Replaces each place by one that the document has: stages that follow a `$ref` name the place of use, and not the target.
fn publish(source: &Source<'_>, out: &mut Sink) {
    let is_open = |d: &&mut Diagnostic| d.at.file.is_empty() && !d.at.pointer.as_str().is_empty();
    let mut open: Vec<&mut Diagnostic> = out.diagnostics_mut().iter_mut().filter(is_open).collect();
    let pointers: Vec<Pointer> = open.iter().map(|d| d.at.pointer.clone()).collect();
    for (diagnostic, pointer) in open.iter_mut().zip(publish_all(source, &pointers)) {
        diagnostic.at.pointer = pointer;
    }
}

/// The places in the document, behind the references on the way to them.
fn publish_all(source: &Source<'_>, pointers: &[Pointer]) -> Vec<Pointer> {
    if pointers.is_empty() {
        return Vec::new();
    }
    match text::read(source, &mut Sink::new()) {
        Some((text, Notation::Json)) => {
            let mut document = JsonText::new(text);
            pointers.iter().map(|at| published(&mut document, at)).collect()
        }
        Some((_, Notation::Yaml)) => match text::parse(source, &mut Sink::new()) {
            Some(tree) => pointers.iter().map(|at| published(&mut &tree, at)).collect(),
            None => pointers.to_vec(),
        },
        None => pointers.to_vec(),
    }
}

/// Finds the line and column of each location: a member at its name, an item at its value. A location that the text
/// does not have gets that of its nearest ancestor.
fn positions(source: &Source<'_>, wanted: &[Pointer]) -> HashMap<Pointer, (usize, usize)> {
    let Some((text, notation)) = text::read(source, &mut Sink::new()) else { return HashMap::new() };
    let found: HashMap<Pointer, usize> = match notation {
        Notation::Json => {
            let mut document = JsonText::new(text);
            wanted.iter().map(|at| (at.clone(), nearest(&mut document, at))).collect()
        }
        Notation::Yaml => {
            let mut tree = Wanted::default();
            wanted.iter().for_each(|at| tree.add(at));
            let mut offsets = HashMap::new();
            yaml(text, &tree, &mut offsets);
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
            wanted.iter().filter_map(offset_of).collect()
        }
    };
    let lines = text::lines_and_columns(text, found.values().copied());
    found.into_iter().filter_map(|(at, offset)| Some((at, *lines.get(&offset)?))).collect()
}

/// The offset of a location, or of its nearest ancestor.
fn nearest(document: &mut JsonText<'_>, at: &Pointer) -> usize {
    let mut node = JsonText::ROOT;
    for token in at.tokens() {
        let below = match Nodes::length(document, node) {
            Some(_) => token.parse().ok().and_then(|index| Nodes::item(document, node, index)),
            None => document.member(node, &token),
        };
        match below {
            Some(below) => node = below,
            None => break,
        }
    }
    document.offset(node)
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
