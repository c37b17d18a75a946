//! A text and a place in it go in; the line, cut around the place, and what a caret stands under come out.

use unicode_width::UnicodeWidthStr;

use super::terminal::{push, shown};

/// Columns that a line may take before it is cut: some vendors write a document on one line.
const WIDTH: usize = 100;
/// Characters that are kept in front of the place in a line that is cut.
const BEFORE: usize = 40;

/// The line of a text that a diagnostic is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// What is shown of it.
    line: String,
    /// How many columns stand in front of the place.
    indent: usize,
}

impl Excerpt {
    /// What stands at `column` of `line`, both counted from 1, the column in characters; none where nothing does.
    pub(super) fn of(line: &str, column: usize) -> Option<Self> {
        let line = line.trim_end();
        if line.is_empty() {
            return None;
        }
        let at = column.saturating_sub(1);
        // Where the place is far behind, the line is not measured up to it.
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

    /// How many columns stand in front of the place.
    pub fn indent(&self) -> usize {
        self.indent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
