//! Writes strings that a regular expression of a schema matches.

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};
use serde_json::Value;

/// Repetitions without a maximum have so many more than the minimum, until the string is long enough.
const MORE: &[u32] = &[0, 1, 2, 4, 8, 16, 32, 64, 128, 256];

/// Repetitions in repetitions end at this many characters.
const LONGEST: usize = 10_000;

/// The lengths that a string may have, in characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lengths {
    pub(super) least: usize,
    pub(super) most: usize,
}

impl Lengths {
    /// Those of a schema.
    pub(super) fn of(schema: &Value) -> Self {
        let limit = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        Self { least: limit("minLength").unwrap_or(0), most: limit("maxLength").unwrap_or(usize::MAX) }
    }
}

/// True if a string matches the pattern, as far as the pattern is known.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(&without_lookaround(pattern)).is_ok_and(|regex| regex.is_match(text))
}

/// A string that the pattern matches; none if there is none of these lengths, or the pattern is not a regular expression.
/// `choose` returns a number below its argument.
pub(super) fn string(
    pattern: &str,
    lengths: Lengths,
    choose: &mut dyn FnMut(usize) -> usize,
) -> Option<String> {
    let pattern = without_lookaround(pattern);
    let tree = regex_syntax::parse(&pattern).ok()?;
    let regex = Regex::new(&pattern).ok()?;
    MORE.iter().find_map(|more| {
        let mut out = String::new();
        write(&tree, *more, choose, &mut out)?;
        // A pattern that is not anchored at its end may go on.
        while out.chars().count() < lengths.least && regex.is_match(&format!("{out}a")) {
            out.push('a');
        }
        let length = out.chars().count();
        let fits = (lengths.least.max(1)..=lengths.most).contains(&length);
        (fits && regex.is_match(&out)).then_some(out)
    })
}

/// The pattern without conditions on the text around a position, which the parser does not know: few strings fail them.
fn without_lookaround(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let is_condition = ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|start| rest.starts_with(start));
        let length = match first {
            '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            '(' if is_condition => group(rest),
            '[' => class(rest),
            one => one.len_utf8(),
        };
        let (part, after) = rest.split_at(length);
        if !is_condition {
            out.push_str(part);
        }
        rest = after;
    }
    out
}

/// The length of the group that a pattern begins with.
fn group(pattern: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(next) = pattern.get(at..).and_then(|rest| rest.chars().next()) {
        match next {
            '\\' => {
                at += pattern.get(at + 1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
            }
            '[' => at += class(pattern.get(at..).unwrap_or_default()) - 1,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += next.len_utf8();
        if depth == 0 {
            break;
        }
    }
    at.min(pattern.len())
}

/// The length of the class of characters that a pattern begins with.
fn class(pattern: &str) -> usize {
    let mut escaped = false;
    for (at, next) in pattern.char_indices().skip(1) {
        match next {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ']' => return at + 1,
            _ => {}
        }
    }
    pattern.len()
}

/// Appends a string of the tree; none if it is too long or impossible. Conditions on positions are left to the match.
fn write(tree: &Hir, more: u32, choose: &mut dyn FnMut(usize) -> usize, out: &mut String) -> Option<()> {
    if out.len() > LONGEST {
        return None;
    }
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => {
            let characters = characters(class);
            out.push(*characters.get(choose(characters.len()))?);
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            for _ in 0..repetition.min.saturating_add(more).min(most) {
                write(&repetition.sub, more, choose, out)?;
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, more, choose, out)?,
        HirKind::Concat(parts) => {
            for part in parts {
                write(part, more, choose, out)?;
            }
        }
        HirKind::Alternation(parts) => write(parts.get(choose(parts.len()))?, more, choose, out)?,
    }
    Some(())
}

/// The characters of a class that are ASCII, letters and digits first; or its first one.
fn characters(class: &Class) -> Vec<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => {
            class.iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
    };
    let others = (' '..='~').filter(|c| !c.is_ascii_alphanumeric());
    let all = ('a'..='z').chain('A'..='Z').chain('1'..='9').chain(['0']).chain(others);
    let is_in = |c: &char| ranges.iter().any(|(start, end)| (start..=end).contains(&c));
    let known: Vec<char> = all.filter(is_in).collect();
    match known.is_empty() {
        true => ranges.first().map(|(start, _)| *start).into_iter().collect(),
        false => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: Lengths = Lengths { least: 0, most: usize::MAX };

    fn first(pattern: &str, lengths: Lengths) -> Option<String> {
        string(pattern, lengths, &mut |_| 0)
    }

    #[test]
    fn strings_match_their_patterns() {
        for pattern in [
            "^AC[0-9a-fA-F]{32}$",
            r"^(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9a-zA-Z-]+))?$",
            r"^#(([0-9a-f]{2}){3}|([0-9a-f]){3})$",
            r"^[1-9]\d*$",
            r"\S+",
            "^[^~!@#$%]+$",
            "^(a|b)*$",
            r"^\/ab\/$",
            "^\u{b5}s$",
            "tool-",
        ] {
            let regex = Regex::new(pattern).unwrap();
            let mut state = 0_usize;
            let mut choose = |count: usize| {
                state = state.wrapping_mul(31).wrapping_add(7);
                state % count
            };
            let texts = [first(pattern, ANY), string(pattern, ANY, &mut choose)];
            for text in texts.map(Option::unwrap_or_default) {
                assert!(!text.is_empty() && regex.is_match(&text), "{text:?} for {pattern}");
            }
        }
        assert_eq!(first("^AC[0-9a-fA-F]{4}$", ANY).as_deref(), Some("ACaaaa"));
    }

    #[test]
    fn lengths_are_kept() {
        let lengths = |least, most| Lengths { least, most };
        assert_eq!(first("^[0-9]+$", lengths(5, 9)).map(|text| text.len()), Some(5));
        assert_eq!(first("^[a-z]", lengths(5, 9)).as_deref(), Some("aaaaa"));
        assert_eq!(first("^a{4}$", lengths(0, 3)), None);
    }

    #[test]
    fn a_pattern_without_strings_or_of_another_kind_has_none() {
        for pattern in [".^", "(", "[b-a]"] {
            assert_eq!(first(pattern, ANY), None, "{pattern}");
        }
    }

    #[test]
    fn conditions_on_the_text_around_are_no_part_of_the_string() {
        assert_eq!(first("^(?![)(]\\)|x(y))[b-c]{2}(?<!-)$", ANY).as_deref(), Some("bb"));
        assert_eq!(first("^[(?!a)]\\(?!$", ANY).as_deref(), Some("a!"));
    }
}
