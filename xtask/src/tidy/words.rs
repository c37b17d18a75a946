//! Finds wording that readers have to translate, in comments and Markdown.
//!
//! The rules: a comment starts with a noun or a verb, not with a clause in place of one; `what` is rare; some phrases
//! have a plain word. Code is not checked, nor are generated files, whose words come from checked templates and vendors.

use std::collections::BTreeMap;

use super::File;

/// The maximum of `what` per 1,000 words of a folder.
const MOST_WHAT: usize = 4;
/// The minimum of words that make a rate.
const LEAST_WORDS: usize = 500;
/// First words of a comment that use a clause as a noun.
const CLAUSES: &[&str] = &["what", "whether", "where", "how", "who"];
/// Phrases, each with its replacements.
const PHRASES: &[(&str, &str)] = &[
    ("of one's own", "your own, custom"),
    ("by itself", "alone"),
    ("by themselves", "alone"),
    ("as it is", "unchanged"),
    ("beside", "next to"),
    ("stands for", "is, represents"),
    ("stand for", "are, represent"),
    ("leads to", "refers to"),
    ("lead to", "refer to"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("a row a cause", "one row per cause"),
    ("is no schema", "is not a schema"),
    ("is no json", "is not JSON"),
];
/// Files that may contain a phrase.
const ALLOWED: &[(&str, &str)] = &[];

/// Consecutive lines of prose, without code.
struct Paragraph {
    /// Of its first line, from 1.
    line: usize,
    text: String,
}

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    let mut folders: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for file in files {
        let path = file.path.as_str();
        let is_source = path.ends_with(".rs");
        let is_ours = !path.starts_with("generated/");
        if !is_ours || !(is_source || path.ends_with(".md")) {
            continue;
        }
        let folder = path.split_once('/').map_or("", |(folder, _)| folder);
        let (all, whats) = folders.entry(folder).or_default();
        for paragraph in if is_source { comments(&file.text) } else { markdown(&file.text) } {
            let words = words(&paragraph.text);
            *all += words.len();
            *whats += words.iter().filter(|word| *word == "what").count();
            let at = format!("{path}:{}", paragraph.line);
            if let Some(first) = words.first().filter(|first| is_source && CLAUSES.contains(&first.as_str()))
            {
                out.push(format!("{at}: `{first}` starts a clause: start with a noun or a verb"));
            }
            for (phrase, plain) in PHRASES {
                if contains(&words, phrase) && !ALLOWED.contains(&(path, phrase)) {
                    out.push(format!("{at}: `{phrase}`: write {plain}"));
                }
            }
        }
    }
    for (folder, (all, whats)) in folders {
        if all >= LEAST_WORDS && whats * 1000 > MOST_WHAT * all {
            let rate = whats * 1000 / all;
            out.push(format!(
                "{folder}/: `what` is {rate} of 1,000 words, at most {MOST_WHAT}: name the thing"
            ));
        }
    }
    out
}

/// The comments of a source that have their own lines.
fn comments(text: &str) -> Vec<Paragraph> {
    paragraphs(text.lines().map(|line| {
        let rest = line.trim_start().strip_prefix("//")?;
        Some(rest.strip_prefix(['/', '!']).unwrap_or(rest))
    }))
}

/// The text of a page.
fn markdown(text: &str) -> Vec<Paragraph> {
    paragraphs(text.lines().map(Some))
}

/// Joins lines of prose up to a line that is empty or not prose, and leaves blocks of code out.
fn paragraphs<'a>(lines: impl Iterator<Item = Option<&'a str>>) -> Vec<Paragraph> {
    let mut out: Vec<Paragraph> = Vec::new();
    let (mut is_code, mut is_open) = (false, false);
    for (index, line) in lines.enumerate() {
        let Some(line) = line else {
            (is_code, is_open) = (false, false);
            continue;
        };
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        if is_fence || is_code || line.trim().is_empty() {
            is_open = false;
            continue;
        }
        match out.last_mut().filter(|_| is_open) {
            Some(last) => last.text = format!("{} {line}", last.text),
            None => out.push(Paragraph { line: index + 1, text: line.to_owned() }),
        }
        is_open = true;
    }
    out
}

/// The words outside of spans of code, in lower case.
fn words(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '\'';
    let prose = text.split('`').step_by(2);
    let words = prose.flat_map(|prose| prose.split(move |c| !is_part(c)));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// True if the words of a phrase follow each other.
fn contains(words: &[String], phrase: &str) -> bool {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    words.windows(phrase.len()).any(|window| window == phrase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&[file(path, text)])
    }

    #[test]
    fn phrases_are_found_across_lines_and_outside_of_code() {
        let text = "//! Runs.\n\nfn a() {}\n\n/// Runs by\n/// itself.\nfn b() {} // by itself\n";
        assert_eq!(found("x/src/a.rs", text), ["x/src/a.rs:5: `by itself`: write alone"]);
        assert_eq!(found("x/page.md", "One\n\nThe file beside it.\n").len(), 1);
        for text in ["`by itself`", "```\nby itself\n```", "by it self", "recommended"] {
            assert!(found("x/page.md", text).is_empty(), "{text}");
            assert!(
                found("x/src/a.rs", &format!("/// {}\n", text.replace('\n', "\n/// "))).is_empty(),
                "{text}"
            );
        }
    }

    #[test]
    fn clauses_in_place_of_nouns_are_found() {
        assert!(found("x/src/a.rs", "    /// Whether it is one.\n")[0].contains("`whether` starts a clause"));
        assert!(found("x/src/a.rs", "    /// True if it says where it is.\n").is_empty());
        assert!(found("x/page.md", "How it works.\n").is_empty());
    }

    #[test]
    fn what_is_counted_by_folder() {
        let plain = "word ".repeat(LEAST_WORDS);
        let page = |count: usize| file("docs/page.md", &format!("{plain}{}", "what ".repeat(count)));
        let other = || file("docs/other.md", &plain);
        assert!(check(&[page(2)]).is_empty());
        assert_eq!(check(&[page(3)]), ["docs/: `what` is 5 of 1,000 words, at most 4: name the thing"]);
        assert!(check(&[page(3), other()]).is_empty());
        assert_eq!(check(&[page(6), other()]).len(), 1);
    }

    #[test]
    fn templates_are_checked_and_generated_code_is_not() {
        assert!(found("generated/x/src/a.rs", "// What stands beside it.\n").is_empty());
        for path in ["templates/x/README.md", "generator/templates/src/a.rs"] {
            assert!(!found(path, "// What stands beside it.\n").is_empty(), "{path}");
        }
    }
}
