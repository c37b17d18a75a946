//! Cuts the line around a location out of a text and marks the location.

use unicode_width::UnicodeWidthStr;

use super::terminal::{push, shown};

/// Columns that a line may take before it is cut: some vendors write a document on one line.
const WIDTH: usize = 100;
/// Characters that are kept in front of the place in a line that is cut.
const BEFORE: usize = 40;

/// Characters around the place that are enough to cut a line.
const AROUND: usize = WIDTH * 5;

/// The line of a text that a diagnostic is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The shown part of the line.
    line: String,
    /// The number of columns before the location.
    indent: usize,
}

impl Excerpt {
    /// The text at `column` of `line`, both counted from 1, the column in characters; none if there is no text.
    pub(super) fn of(line: &str, column: usize) -> Option<Self> {
        let line = line.trim_end();
        if line.is_empty() {
            return None;
        }
        let at = column.saturating_sub(1);
        // If the location is far behind, the line is not measured up to it.
        let is_short = |line: &str| line.len() <= WIDTH * 4 && shown(line).width() <= WIDTH;
        let first = if is_short(line) { 0 } else { at.saturating_sub(BEFORE) };
        let rest = line.char_indices().nth(first).map_or("", |(byte, _)| line.get(byte..).unwrap_or(""));
        let place = rest.char_indices().nth(at - first).map_or(rest.len(), |(byte, _)| byte);
        let (before, after) = rest.split_at_checked(place).unwrap_or((rest, ""));
        let mut cut = if first > 0 { "…".to_owned() } else { String::new() };
        cut += &shown(before);
        let indent = cut.width();
        let mut width = indent;
        for c in after.chars() {
            let mut part = String::new();
            push(&mut part, c);
            width += part.width();
            if width > WIDTH {
                cut.push('…');
                break;
            }
            cut += &part;
        }
        Some(Self { line: cut, indent })
    }

    /// The line.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The number of columns before the location.
    pub fn indent(&self) -> usize {
        self.indent
    }
}

/// The lines of a text, for excerpts in their order: no line is measured twice, since some vendors write a document on
/// one line.
pub(super) struct Lines<'t> {
    lines: Vec<&'t [u8]>,
    /// The line of the last excerpt, from 1.
    line: usize,
    /// Characters and bytes of it that were counted.
    counted: (usize, usize),
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self { lines: text.split(|byte| *byte == b'\n').collect(), line: 0, counted: (0, 0) }
    }

    /// The text at `column` of `line`, both counted from 1, the column in characters.
    pub(super) fn excerpt(&mut self, line: usize, column: usize) -> Option<Excerpt> {
        let text = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        // More than is shown in front of the place, so that a part of a long line is cut like all of it.
        let first = column.saturating_sub(1 + AROUND);
        if self.line != line || self.counted.0 > first {
            (self.line, self.counted) = (line, (0, 0));
        }
        let (mut character, mut byte) = self.counted;
        let is_inner = |byte: usize| text.get(byte).is_some_and(|byte| byte & 0xC0 == 0x80);
        while character < first && byte < text.len() {
            byte += 1;
            while is_inner(byte) {
                byte += 1;
            }
            character += 1;
        }
        if byte == text.len() {
            // The line ends in front of the place.
            return Excerpt::of(&String::from_utf8_lossy(text), column);
        }
        self.counted = (character, byte);
        let mut end = text.len().min(byte + 8 * AROUND);
        while is_inner(end) {
            end += 1;
        }
        let part = text.get(byte..end).unwrap_or_default();
        Excerpt::of(&String::from_utf8_lossy(part), column - character)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A part of a line gives the same result as the whole line.
    #[test]
    fn excerpts_of_a_long_line_are_cut_like_all_of_it() {
        let line = "abc日本é\t".repeat(3_000);
        let text = format!("short\n{line}\nlast");
        let mut lines = Lines::new(text.as_bytes());
        assert_eq!(lines.excerpt(1, 2), Excerpt::of("short", 2));
        for column in [1, 2, 40, 41, 42, 500, 501, 20_970, 20_999, 21_000, 500, 41] {
            assert_eq!(lines.excerpt(2, column), Excerpt::of(&line, column), "{column}");
        }
        assert_eq!(lines.excerpt(2, 50_000), Excerpt::of(&line, 50_000));
        assert_eq!(lines.excerpt(3, 4_000), Excerpt::of("last", 4_000));
        assert_eq!(lines.excerpt(3, 4), Excerpt::of("last", 4));
        assert_eq!(lines.excerpt(9, 4), None);
    }

    fn drawn(line: &str, column: usize) -> String {
        let excerpt = Excerpt::of(line, column).unwrap();
        format!("{}\n{}^", excerpt.line(), " ".repeat(excerpt.indent()))
    }

    #[test]
    fn a_short_line_is_shown_whole() {
        assert_eq!(drawn("a: [b", 4), "a: [b\n   ^");
        assert_eq!(drawn("a", 1), "a\n^");
        assert_eq!(drawn("a", 0), "a\n^");
        assert_eq!(drawn("cut", 9), "cut\n   ^", "the text ended before the place");
        assert_eq!(Excerpt::of("", 1), None);
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let line = format!("{}HERE{}", "a".repeat(5_000), "b".repeat(5_000));
        let text = drawn(&line, 5_001);
        let (cut, caret) = text.split_once('\n').unwrap();
        assert_eq!(cut, format!("…{}HERE{}…", "a".repeat(BEFORE), "b".repeat(55)));
        assert_eq!(caret, format!("{}^", " ".repeat(BEFORE + 1)));
        assert_eq!(cut.width(), WIDTH + 1);
        assert!(drawn(&line, 3).starts_with(&format!("{}…\n  ^", "a".repeat(WIDTH))));
        assert!(drawn(&line, 10_004).ends_with(&format!("bb\n{}^", " ".repeat(BEFORE + 1))));
    }

    #[test]
    fn wide_characters_move_the_caret_by_two() {
        assert_eq!(drawn("\"本\": x", 6), "\"本\": x\n      ^");
        let line = "本".repeat(1_000);
        let excerpt = Excerpt::of(&line, 500).unwrap();
        assert_eq!(excerpt.indent(), 1 + 2 * BEFORE);
        assert!(excerpt.line().width() <= WIDTH + 1);
    }

    #[test]
    fn what_would_steer_a_terminal_is_not_shown() {
        assert_eq!(drawn("\ta\u{1b}[31m\u{202e}b", 2), " a\\u{1b}[31m\\u{202e}b\n ^");
    }
}
