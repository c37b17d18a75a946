//! Escapes control and bidi characters for terminals.

use std::borrow::Cow;

/// Escapes the text of a document or server for one line: control characters and bidi controls become `\u{…}`, line
/// breaks and tabs become spaces.
pub fn shown(text: &str) -> String {
    // Nearly all texts are plain.
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push(&mut out, c));
    out
}

/// Escapes the same in a whole output, but keeps its lines, its tabs and its colours. Text of a document that is part
/// of it has passed [`shown`] before.
pub fn shown_output(text: &str) -> Cow<'_, str> {
    if is_shown(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let (plain, other) = split_plain(rest);
        out.push_str(plain);
        let Some(c) = other.chars().next() else { return out.into() };
        let length = if c == '\t' { 1 } else { colour(other) };
        let (kept, after) = other.split_at_checked(length.max(c.len_utf8())).unwrap_or((other, ""));
        match length {
            0 => push(&mut out, c),
            _ => out.push_str(kept),
        }
        rest = after;
    }
}

/// Escapes the same in a JSON text, whose strings are equal afterwards.
pub fn shown_json(text: String) -> String {
    if is_shown(&text) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    loop {
        let (plain, other) = split_plain(rest);
        out.push_str(plain);
        let mut chars = other.chars();
        match chars.next() {
            Some(c) if is_hidden(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            Some(c) => out.push(c),
            None => return out,
        }
        rest = chars.as_str();
    }
}

/// True if nothing in a text has to be escaped.
fn is_shown(text: &str) -> bool {
    let mut rest = text;
    loop {
        let mut other = split_plain(rest).1.chars();
        match other.next() {
            Some(c) if is_hidden(c) => return false,
            Some(_) => rest = other.as_str(),
            None => return true,
        }
    }
}

/// Splits a text after its printable ASCII characters and line breaks, of which nearly all of a text consists.
fn split_plain(text: &str) -> (&str, &str) {
    let is_other = |byte: &u8| !matches!(byte, b' '..=b'~' | b'\n');
    // Without a branch for each byte, so that vector instructions compare a chunk at once.
    let has_other = |chunk: &[u8]| chunk.iter().fold(false, |found, byte| found | is_other(byte));
    let chunk = text.as_bytes().chunks(64).position(has_other);
    let start = chunk.map_or(text.len(), |chunk| chunk * 64);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let end = rest.iter().position(is_other).map_or(text.len(), |at| start + at);
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Appends one character as [`shown`] shows it.
pub(super) fn push(out: &mut String, c: char) {
    match c {
        '\t' | '\n' => out.push(' '),
        c if is_hidden(c) => out.extend(c.escape_unicode()),
        c => out.push(c),
    }
}

/// Control characters, line separators, and all of Unicode's `Bidi_Control`.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The length of the colour that a text starts with (`ESC [ 1 ; 31 m`); 0 if it starts with none.
fn colour(text: &str) -> usize {
    let Some(codes) = text.strip_prefix("\x1b[") else { return 0 };
    let end = codes.find(|c: char| !c.is_ascii_digit() && c != ';');
    end.filter(|end| codes.get(*end..).is_some_and(|rest| rest.starts_with('m'))).map_or(0, |end| end + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\u{1b}[31m\u{1b}]0;x\u{7}\r\n\tb\u{9b}c\u{202e}d\u{2028}e\u{200f}f\u{7f}本";

    #[test]
    fn one_line_keeps_nothing_that_a_terminal_obeys() {
        assert_eq!(
            shown(HOSTILE),
            r"a\u{1b}[31m\u{1b}]0;x\u{7}\u{d}  b\u{9b}c\u{202e}d\u{2028}e\u{200f}f\u{7f}本"
        );
    }

    #[test]
    fn an_output_keeps_lines_and_colours() {
        assert_eq!(shown_output("\x1b[1;31merror\x1b[0m: x\n\ty\n"), "\x1b[1;31merror\x1b[0m: x\n\ty\n");
        for (text, expected) in [
            ("\x1b]0;x\x07", r"\u{1b}]0;x\u{7}"),
            ("\x1b[2J", r"\u{1b}[2J"),
            ("\x1b[", r"\u{1b}["),
            ("\x1b[1", r"\u{1b}[1"),
            ("\x1b", r"\u{1b}"),
            ("本\r\n", "本\\u{d}\n"),
        ] {
            assert_eq!(shown_output(text), expected);
        }
    }

    #[test]
    fn json_has_the_same_strings() {
        let text = serde_json::to_string_pretty(&[HOSTILE]).unwrap();
        let safe = shown_json(text);
        assert!(!safe.chars().any(|c| is_hidden(c) && c != '\n'), "{safe:?}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&safe).unwrap(), [HOSTILE]);
    }
}
