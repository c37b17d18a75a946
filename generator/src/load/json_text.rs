//! Reads parts of a JSON text on demand, without a tree of all of it.

use std::borrow::Cow;

use foldhash::{HashMap, HashMapExt as _};

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
        // A text that cannot be parsed has no parts.
        self.below
            .entry(part)
            .or_insert_with(|| Scanner { text, at: 0 }.below(whole, parts).unwrap_or(Below::Nothing))
    }
}

/// The distance from the start of the whole to the start of a slice of it.
fn offset(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// Goes through the text of a value. It only looks for the ends of parts, four times as fast as a parser, since each level
/// is read again when it is looked into.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    /// The parts of the value; none if the text is not JSON.
    fn below(mut self, whole: &str, parts: &mut Vec<Part<'t>>) -> Option<Below<'t>> {
        let mut add = |text: &'t str, start: &str| {
            parts.push(Part { text, offset: offset(whole, start) });
            parts.len() - 1
        };
        match self.next()? {
            b'{' => {
                let mut members = HashMap::new();
                while self.enter(b'}')? {
                    let name = self.value()?;
                    if self.next()? != b':' {
                        return None;
                    }
                    self.at += 1;
                    let value = self.value()?;
                    // A member that is repeated is read where it is last.
                    members.insert(unquoted(name)?, add(value, name));
                }
                Some(Below::Members(members))
            }
            b'[' => {
                let mut items = Vec::new();
                while self.enter(b']')? {
                    let value = self.value()?;
                    items.push(add(value, value));
                }
                Some(Below::Items(items))
            }
            _ => Some(Below::Nothing),
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is not white space.
    fn next(&mut self) -> Option<u8> {
        while self.byte()?.is_ascii_whitespace() {
            self.at += 1;
        }
        self.byte()
    }

    /// Goes to the next part; false at the end of the collection.
    fn enter(&mut self, end: u8) -> Option<bool> {
        // The bracket that opens it, or the comma after a part.
        if self.next()? != end {
            self.at += 1;
        }
        Some(self.next()? != end)
    }

    /// The text of the next value.
    fn value(&mut self) -> Option<&'t str> {
        let first = self.next()?;
        let start = self.at;
        match first {
            b'"' => self.skip_string()?,
            b'{' | b'[' => self.skip_collection()?,
            _ => {
                let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
                let rest = self.text.as_bytes().get(start..)?;
                self.at += rest.iter().position(is_end).unwrap_or(rest.len());
            }
        }
        self.text.get(start..self.at)
    }

    fn skip_string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            self.at += memchr::memchr2(b'"', b'\\', self.text.as_bytes().get(self.at..)?)?;
            let is_escape = self.byte()? == b'\\';
            self.at += if is_escape { 2 } else { 1 };
            if !is_escape {
                return Some(());
            }
        }
    }

    fn skip_collection(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.byte()? {
                b'"' => {
                    self.skip_string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.checked_sub(1)?,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(());
            }
        }
    }
}

/// The value of a string, which is a slice of the text unless it has escapes.
fn unquoted(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    match inner.contains('\\') {
        true => serde_json::from_str(text).ok().map(Cow::Owned),
        false => Some(Cow::Borrowed(inner)),
    }
}
