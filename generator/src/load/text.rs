//! Parses JSON or YAML text as a tree, or says at which line and column the text goes wrong.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use super::Source;
use super::location::Trail;
use crate::diagnostic::{Code, Diagnostic, Place, Pointer, Sink};

/// The two notations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    Json,
    Yaml,
}

impl Notation {
    fn code(self) -> Code {
        match self {
            Self::Json => Code::InvalidJson,
            Self::Yaml => Code::InvalidYaml,
        }
    }
}

/// The tree of a JSON or YAML text; `None` if errors were pushed.
pub fn parse(source: &Source<'_>, out: &mut Sink) -> Option<Value> {
    let (text, notation) = read(source, out)?;
    let (repeated, left) = (RefCell::new(Vec::new()), Cell::new(VALUES));
    let node = Node { at: &Trail::Root, repeated: &repeated, left: &left };
    let parsed = match notation {
        Notation::Json => parse_json(text, node),
        Notation::Yaml => parse_yaml(text, node),
    };
    let mut tree = match parsed {
        Ok(tree) => tree,
        Err(fault) => {
            out.push(fault.diagnostic(source, notation));
            return None;
        }
    };
    for at in &repeated.into_inner() {
        let message = "the object has two members of this name; the last is read";
        out.push(
            Diagnostic::notice(notation.code(), at, message)
                .help("remove one of them: readers differ in which one they take"),
        );
    }
    if notation == Notation::Yaml && text.contains("<<") {
        merge(&mut tree);
    }
    Some(tree)
}

/// Resolves the merge keys of YAML 1.1: members of `<<` that the object itself does not have are its members.
fn merge(node: &mut Value) {
    match node {
        Value::Object(map) => {
            map.values_mut().for_each(merge);
            let merged = match map.get("<<") {
                Some(Value::Object(_)) => map.shift_remove("<<").into_iter().collect(),
                Some(Value::Array(items)) if items.iter().all(Value::is_object) => {
                    let items = items.clone();
                    map.shift_remove("<<");
                    items
                }
                _ => Vec::new(),
            };
            for (key, value) in merged.into_iter().filter_map(into_object).flatten() {
                map.entry(key).or_insert(value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(merge),
        _ => {}
    }
}

fn into_object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

fn parse_json(text: &str, node: Node<'_>) -> Result<Value, Fault> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = node.deserialize(&mut deserializer).and_then(|tree| deserializer.end().map(|()| tree));
    parsed.map_err(|error| Fault {
        line: error.line(),
        column: bytes_to_chars(text, error.line(), error.column()),
        said: place_in_words(error.line(), error.column()),
        message: error.to_string(),
    })
}

fn parse_yaml(text: &str, node: Node<'_>) -> Result<Value, Fault> {
    node.deserialize(serde_yaml::Deserializer::from_str(text)).map_err(|error| {
        let (line, column) = error.location().map_or((0, 0), |l| (l.line(), l.column()));
        Fault { line, column, said: place_in_words(line, column), message: error.to_string() }
    })
}

/// The characters of a source and their notation, without the byte order mark.
pub(super) fn read<'a>(source: &Source<'a>, out: &mut Sink) -> Option<(&'a str, Notation)> {
    let json = looks_like_json(source.text);
    // If the text does not show its format, the name does.
    let code = if json || source.name.ends_with(".json") { Code::InvalidJson } else { Code::InvalidYaml };
    let text = match std::str::from_utf8(source.text) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let good = source.text.get(..error.valid_up_to()).unwrap_or_default();
            let (line, column) = line_and_column(&String::from_utf8_lossy(good), good.len());
            let help = match source.text {
                [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the text seems to be UTF-16: convert it to UTF-8",
                [b'P', b'K', 3, 4, ..] => "this is a zip archive: unpack it first",
                [0x1f, 0x8b, ..] => "this is a gzip file: unpack it first",
                _ => "convert the text to UTF-8",
            };
            out.push(
                Diagnostic::error(code, place(source, line, column), "the text is not UTF-8").help(help),
            );
            return None;
        }
    };
    if text.trim().is_empty() {
        out.push(Diagnostic::error(code, place(source, 1, 1), "the text is empty"));
        return None;
    }
    if text.trim_start().starts_with('<') {
        out.push(
            Diagnostic::error(code, place(source, 1, 1), "the text is markup, not JSON or YAML")
                .help("a download that needs a login often gives an HTML page"),
        );
        return None;
    }
    if !json && has_too_many_values(text) {
        let message = format!("the document has more than {EVENTS} lines and entries");
        out.push(Diagnostic::error(code, place(source, 1, 1), message));
        return None;
    }
    if !json && let Some(offset) = too_deep(text) {
        let (line, column) = line_and_column(text, offset);
        let message = format!("more than {NESTED} lists and objects are open at once");
        out.push(
            Diagnostic::error(code, place(source, line, column), message)
                .help("close them: a document is not nested so deep"),
        );
        return None;
    }
    Some((text, if json { Notation::Json } else { Notation::Yaml }))
}

/// Lines and entries that YAML may have. Its reader keeps an event of 250 bytes for each before there is a value to count.
const EVENTS: usize = 2_000_000;

/// True if YAML has more characters that may begin a value than the limit allows.
fn has_too_many_values(text: &str) -> bool {
    let begins = |pair: &&[u8]| match pair {
        [b'\n' | b',' | b'[' | b'{', _] => true,
        [b'-' | b'?', next] => next.is_ascii_whitespace(),
        _ => false,
    };
    text.as_bytes().windows(2).filter(begins).take(EVENTS + 1).count() > EVENTS
}

/// Brackets that may be open at once in YAML. Its readers refuse far less, but only after a time that grows with the
/// square of the depth. Brackets in strings and comments count too, and few of those stay open.
const NESTED: usize = 2_000;

/// The first bracket, or the first of a line's dashes, that is nested too deep.
fn too_deep(text: &str) -> Option<usize> {
    let (mut open, mut dashes) = (0_usize, 0_usize);
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((offset, byte)) = bytes.next() {
        let ends = matches!(bytes.peek(), None | Some((_, b' ' | b'\n' | b'\t')));
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            b'-' | b'?' | b':' if ends => dashes += 1,
            b' ' | b'\t' => {}
            _ => dashes = 0,
        }
        if open > NESTED || dashes > NESTED {
            return Some(offset);
        }
    }
    None
}

/// The values in a tree, counted until there are more than `most`.
pub(super) fn count(value: &Value, most: usize) -> usize {
    let mut open = vec![value];
    let mut out = 0;
    while let Some(value) = open.pop() {
        out += 1;
        if out > most {
            break;
        }
        match value {
            Value::Object(map) => open.extend(map.values()),
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    out
}

fn looks_like_json(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    matches!(text.iter().find(|b| !b.is_ascii_whitespace()), Some(b'{' | b'['))
}

fn place(source: &Source<'_>, line: usize, column: usize) -> Place {
    Place { file: source.name.to_owned(), pointer: Pointer::root(), line: Some(line), column: Some(column) }
}

/// The number of values in a tree.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::Object(map) => 1 + map.values().map(size).sum::<usize>(),
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// Line and column of a byte of the text, both counted from 1, the column in characters.
pub(super) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    lines_and_columns(text, [offset]).pop_first().map_or((1, 1), |(_, place)| place)
}

/// The same for many bytes of the text, in one pass.
pub(super) fn lines_and_columns(
    text: &str,
    offsets: impl IntoIterator<Item = usize>,
) -> BTreeMap<usize, (usize, usize)> {
    let mut out: BTreeMap<usize, (usize, usize)> =
        offsets.into_iter().map(|offset| (offset, Default::default())).collect();
    let bytes = text.as_bytes();
    let (mut at, mut line, mut column) = (0, 1, 1);
    for (offset, place) in &mut out {
        let end = (*offset).min(bytes.len());
        let mut start = at;
        for newline in memchr::memchr_iter(b'\n', bytes.get(at..end).unwrap_or_default()) {
            (line, column, start) = (line + 1, 1, at + newline + 1);
        }
        // Only the first byte of a character counts.
        let new = bytes.get(start..end).unwrap_or_default().iter().filter(|byte| **byte & 0xC0 != 0x80);
        column += new.count();
        at = end;
        *place = (line, column);
    }
    out
}

fn bytes_to_chars(text: &str, line: usize, column: usize) -> usize {
    let Some(line) = text.split('\n').nth(line.saturating_sub(1)) else { return column };
    let bytes = line.as_bytes().get(..column.saturating_sub(1)).unwrap_or(line.as_bytes());
    String::from_utf8_lossy(bytes).chars().count() + 1
}

/// True if the indentation of the line, counted from 1, contains a tab.
fn begins_with_tab(text: &[u8], line: usize) -> bool {
    let line = text.split(|byte| *byte == b'\n').nth(line.wrapping_sub(1)).unwrap_or_default();
    line.iter().take_while(|byte| byte.is_ascii_whitespace()).any(|byte| *byte == b'\t')
}

fn place_in_words(line: usize, column: usize) -> String {
    format!(" at line {line} column {column}")
}

struct Fault {
    line: usize,
    column: usize,
    /// The place in the parser's own words.
    said: String,
    message: String,
}

impl Fault {
    fn diagnostic(self, source: &Source<'_>, notation: Notation) -> Diagnostic {
        // The parsers put the place into the text too, and count bytes there; said once is enough.
        let message = self.message.replacen(&self.said, "", 1);
        let at = match self.line {
            0 => Place { file: source.name.to_owned(), ..Place::default() },
            line => place(source, line, self.column.max(1)),
        };
        let diagnostic = Diagnostic::error(notation.code(), at, &*message);
        if notation == Notation::Yaml && begins_with_tab(source.text, self.line) {
            return diagnostic.help("the line begins with a tab: YAML is indented by spaces alone");
        }
        if message.starts_with("EOF") {
            return diagnostic
                .help("the text ends too early: it may have been cut off while it was downloaded");
        }
        diagnostic
    }
}

/// The values that a document may have, those of aliases counted wherever they are used. Apple's has 180,000; one value
/// takes 72 bytes of memory and no more than 2 of text.
const VALUES: usize = 4_000_000;

/// The key under which serde_json returns numbers if some crate of the build enables its `arbitrary_precision`.
const LONG_NUMBER: &str = "$serde_json::private::Number";

fn number(digits: &str) -> Option<Value> {
    let whole = digits.parse::<u64>().map(Number::from).or_else(|_| digits.parse::<i64>().map(Number::from));
    whole.ok().or_else(|| digits.parse().ok().and_then(Number::from_f64)).map(Value::Number)
}

/// One node; it notes object members that come twice, which the parsers let pass.
#[derive(Clone, Copy)]
struct Node<'a> {
    at: &'a Trail<'a>,
    repeated: &'a RefCell<Vec<Pointer>>,
    /// The number of values that the document may still have.
    left: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let Some(left) = self.left.get().checked_sub(1) else {
            return Err(D::Error::custom(format_args!("the document has more than {VALUES} values")));
        };
        self.left.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i128<E: serde::de::Error>(self, value: i128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: serde::de::Error>(self, value: u128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("JSON has no infinite and no undefined numbers"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Node { at: &self.at.index(list.len()), ..self })? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if key == LONG_NUMBER && map.is_empty() {
                let digits: String = members.next_value()?;
                return number(&digits).ok_or_else(|| A::Error::custom("number out of range"));
            }
            let value = members.next_value_seed(Node { at: &self.at.key(&key), ..self })?;
            match map.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(value);
                }
                Entry::Occupied(mut entry) => {
                    self.repeated.borrow_mut().push(self.at.pointer().child(entry.key()));
                    entry.insert(value);
                }
            }
        }
        Ok(Value::Object(map))
    }
}
