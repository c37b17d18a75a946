//! Turns document text into Markdown that rustdoc never compiles or runs.
//!
//! Rustdoc compiles and runs every block of code in a comment that does not say it is something else. Invariant: all
//! documentation passes [`harmless`], so nothing that a document says is ever run by `cargo test`.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

/// The info string of a code block that is not to be run.
const TEXT: &str = "text";

/// True if a character ends lines, or reverses them so that they read otherwise than they are.
fn is_control(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Control characters as Rust writes them, except those that may stay.
pub(crate) fn visible(text: &str, stay: &[char]) -> String {
    // Nearly all texts are plain.
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !is_control(c) || stay.contains(&c) {
            out.push(c);
        } else if c.is_ascii() {
            out.extend(c.escape_default());
        } else {
            out.extend(c.escape_unicode());
        }
    }
    out
}

/// Text on one line, which begins no block if other words precede it.
pub(crate) fn line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || is_control(c)).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

/// The longest row of backticks.
fn backticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// A name or a value between backticks, as many as it takes (CommonMark, "Code spans").
pub(crate) fn code(text: &str) -> String {
    let text = visible(text, &[]);
    match backticks(&text) {
        0 if !text.is_empty() => format!("`{text}`"),
        most => {
            let around = "`".repeat(most + 1);
            format!("{around} {text} {around}")
        }
    }
}

/// Markdown with all of its code blocks marked as text.
pub(crate) fn harmless(markdown: &str) -> String {
    let lines = match markdown.contains('\r') {
        true => &markdown.replace("\r\n", "\n").replace('\r', "\n"),
        false => markdown,
    };
    let mut text = visible(lines, &['\n', '\t']);
    if !may_have_blocks(&text) || only_text(&text) {
        return text;
    }
    for (range, block) in blocks(&text).into_iter().rev() {
        text.replace_range(range, &block);
    }
    if only_text(&text) { text } else { fenced("", &text) }
}

/// True if the text may have a fence or an indent of a block of code.
fn may_have_blocks(text: &str) -> bool {
    let (mut last, mut row) = (0, 0);
    text.bytes().any(|b| {
        row = if b == last { row + 1 } else { 1 };
        last = b;
        matches!((b, row), (b'\t', _) | (b' ', 4..) | (b'`' | b'~', 3..))
    })
}

/// True if every code block is marked as text.
fn only_text(markdown: &str) -> bool {
    Parser::new(markdown).all(|event| match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => &*info == TEXT,
        Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => false,
        _ => true,
    })
}

/// The ranges of the text that mark code as a program, and their replacements.
fn blocks(markdown: &str) -> Vec<(Range<usize>, String)> {
    let mut out = Vec::new();
    let mut indented: Option<(Range<usize>, String)> = None;
    for (event, range) in Parser::new(markdown).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => {
                let block = markdown.get(range.clone()).unwrap_or_default();
                let first = block.split('\n').next().unwrap_or_default();
                let fence = first.trim_start().chars().next().unwrap_or('`');
                let info = first.trim_start().trim_start_matches(fence);
                let end = range.start + first.len();
                out.push((end - info.len()..end, TEXT.to_owned()));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                indented = Some((range.end..range.start, String::new()));
            }
            Event::Text(text) => {
                if let Some((all, lines)) = &mut indented {
                    *all = all.start.min(range.start)..all.end.max(range.end);
                    lines.push_str(&text);
                }
            }
            Event::End(_) => {
                out.extend(indented.take().map(|(all, lines)| reindented(markdown, all, &lines)))
            }
            _ => {}
        }
    }
    out
}

/// A block that is indented, as one with a fence: `all` of it from its first line's words on, which are `lines`.
fn reindented(markdown: &str, all: Range<usize>, lines: &str) -> (Range<usize>, String) {
    let before = markdown.get(..all.start).unwrap_or_default();
    let begin = before.rfind('\n').map_or(0, |newline| newline + 1);
    let lead = before.get(begin..).unwrap_or_default();
    // Quotes go on with their mark on each line, items of lists with as many spaces as their mark takes.
    let mut around = String::new();
    for c in lead.chars() {
        match c {
            '>' => around.push('>'),
            '\t' => around.push_str("    ".get(around.chars().count() % 4..).unwrap_or_default()),
            _ => around.push(' '),
        }
    }
    // The last four columns make it code.
    around.truncate(around.len().saturating_sub(4));
    let block = fenced(&around, lines.trim_end_matches('\n'));
    let marked = lead.trim_end();
    let starts_item = !marked.is_empty() && !marked.ends_with('>');
    let block =
        if starts_item { format!("{marked} {}", block.trim_start_matches([' ', '>'])) } else { block };
    let end = all.start + markdown.get(all.clone()).unwrap_or_default().trim_end_matches('\n').len();
    (begin..end, block)
}

/// Lines between fences that none of them closes.
fn fenced(around: &str, lines: &str) -> String {
    let fence = "`".repeat(backticks(lines).max(2) + 1);
    let lines: String = lines.split('\n').map(|line| format!("{around}{line}\n")).collect();
    format!("{around}{fence}{TEXT}\n{lines}{around}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_between_their_backticks() {
        for (name, shown) in [
            ("id", "`id`"),
            ("", "`  `"),
            ("a`b", "`` a`b ``"),
            ("``", "``` `` ```"),
            ("a\n\n```\nb", "```` a\\n\\n```\\nb ````"),
            ("\r\u{0}\u{202e}\u{2028}", "`\\r\\u{0}\\u{202e}\\u{2028}`"),
        ] {
            assert_eq!(code(name), shown);
            assert!(only_text(&code(name)));
        }
    }

    #[test]
    fn blocks_of_code_become_text_where_they_stand() {
        for (from, to) in [
            ("```\na\n```", "```text\na\n```"),
            ("~~~~ should_panic, x\na", "~~~~text\na"),
            ("a\n\n    b\n\n    c\nd", "a\n\n```text\nb\n\nc\n```\nd"),
            ("a\n\n\tb", "a\n\n```text\nb\n```"),
            ("- a\n\n      b\n- c", "- a\n\n  ```text\n  b\n  ```\n- c"),
            ("-     a\n      b\n", "- ```text\n  a\n  b\n  ```\n"),
            ("> a\n>\n>     b\n>     c\n", "> a\n>\n> ```text\n> b\n> c\n> ```\n"),
            ("> ```rust\n> a\n> ```\n", "> ```text\n> a\n> ```\n"),
            ("1. > ~~~\n   > a\n   > ~~~\n", "1. > ~~~text\n   > a\n   > ~~~\n"),
            ("a\n\n    ```\n    b", "a\n\n````text\n```\nb\n````"),
            ("a\r\rb\u{0}\r\n", "a\n\nb\\u{0}\n"),
            ("a    b `c`", "a    b `c`"),
        ] {
            assert_eq!(harmless(from), to, "{from:?}");
            assert!(only_text(to), "{to:?}");
        }
    }

    /// Any combination of Markdown's constructs.
    #[test]
    fn nothing_is_left_that_would_be_run() {
        let parts = [
            "\n", "\n\n", "    ", "\t", "> ", ">", "- ", "1. ", "```", "~~~", "rust", "a", "<pre>", "\r", " ",
        ];
        let mut state = 1_u64;
        for _ in 0..50_000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(parts[(state >> 33) as usize % parts.len()]);
            }
            let made = harmless(&text);
            assert!(only_text(&made), "{text:?} gives {made:?}");
        }
    }
}
