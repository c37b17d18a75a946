//! Writes server text on one line of limited length, without characters that control a terminal.

use std::fmt::{self, Write};

/// The maximum number of characters of an error's text, and of each part of it that a server chose.
pub(crate) const LONGEST: usize = 8_192;

/// A writer that replaces white space, control characters and bidi controls by one space, and cuts the text.
pub(crate) struct OneLine<W> {
    out: W,
    left: usize,
    is_empty: bool,
    has_gap: bool,
}

impl<W: Write> OneLine<W> {
    pub(crate) fn new(out: W, longest: usize) -> Self {
        OneLine { out, left: longest, is_empty: true, has_gap: false }
    }

    fn push(&mut self, c: char) -> fmt::Result {
        match self.left {
            0 => return Ok(()),
            1 => self.out.write_char('…')?,
            _ => self.out.write_char(c)?,
        }
        self.left -= 1;
        Ok(())
    }
}

impl<W: Write> Write for OneLine<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            if self.left == 0 {
                break;
            }
            if c.is_whitespace() || is_hidden(c) {
                self.has_gap = !self.is_empty;
                continue;
            }
            if std::mem::take(&mut self.has_gap) {
                self.push(' ')?;
            }
            self.is_empty = false;
            self.push(c)?;
        }
        Ok(())
    }
}

/// A text on one line of limited length.
pub(crate) fn one_line(text: &dyn fmt::Display, longest: usize) -> String {
    let mut out = String::new();
    // Only the `Display` of a part can fail, and its text is complete up to there.
    let _ = write!(OneLine::new(&mut out, longest), "{text}");
    out
}

/// Control characters, line separators, and all of Unicode's `Bidi_Control`.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_one_line() {
        for (text, expected) in [
            (" a\r\n\tb\u{2028}c ", "a b c"),
            ("a\u{1b}[31m\u{9b}b\u{202e}c", "a [31m b c"),
            ("\u{7}", ""),
            ("本文", "本文"),
        ] {
            assert_eq!(one_line(&text, 100), expected, "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(one_line(&"abcd", 5), "abcd");
        assert_eq!(one_line(&"abcdef", 5), "abcd…");
        assert_eq!(one_line(&"ab cdef", 3), "ab…");
        assert_eq!(one_line(&"x".repeat(5_000_000), LONGEST).chars().count(), LONGEST);
    }

    #[test]
    fn parts_are_one_text() {
        let mut out = String::new();
        let mut line = OneLine::new(&mut out, 100);
        line.write_str("a\n").unwrap();
        line.write_str(": \n").unwrap();
        line.write_str("b").unwrap();
        assert_eq!(out, "a : b");
    }
}
