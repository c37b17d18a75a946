//! Finds diagnostic codes that no test raises.
//!
//! The rule: a code has a folder `generator/tests/fixtures/errors/<code>/`, or a test that names it, as text or as
//! `Code::<Variant>`, in a file under a `tests` folder, in a `tests.rs`, or below the `#[cfg(test)]` of a source.

use std::collections::BTreeSet;

use storewright_generator::diagnostic::Code;

use super::File;

const FIXTURES: &str = "generator/tests/fixtures/errors/";

pub(super) fn check(files: &[File]) -> Vec<String> {
    let folders: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.path.strip_prefix(FIXTURES)?.split_once('/'))
        .map(|(code, _)| code)
        .collect();
    let tests: Vec<&str> = files.iter().filter_map(test_text).collect();
    let mut out = Vec::new();
    for code in Code::ALL {
        let names = [code.to_string(), format!("Code::{code:?}")];
        let named = || tests.iter().any(|text| names.iter().any(|name| has_word(text, name)));
        if !folders.contains(code.as_str()) && !named() {
            out.push(format!("{FIXTURES}{}/: no fixture, and no test names the code", code.as_str()));
        }
    }
    for folder in folders {
        if !Code::ALL.iter().any(|code| code.as_str() == folder) {
            out.push(format!("{FIXTURES}{folder}/: there is no such code"));
        }
    }
    out
}

/// The test part of a source.
fn test_text(file: &File) -> Option<&str> {
    if !file.path.ends_with(".rs") || file.path.starts_with("generated/") {
        return None;
    }
    if file.path.contains("/tests/") || file.path.ends_with("/tests.rs") {
        return Some(&file.text);
    }
    file.text.split_once("#[cfg(test)]").map(|(_, test)| test)
}

/// True if `word` occurs in `text` and is not a part of a longer word.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file;

    #[test]
    fn a_code_needs_a_fixture_or_a_test_that_names_it() {
        let all = check(&[]).len();
        assert_eq!(all, Code::ALL.len());
        // Written in two parts, so that this test is none of theirs.
        let (code, variant) = (concat!("invalid", "-yaml"), concat!("Code::", "InvalidYaml"));
        for (path, text) in [
            (format!("{FIXTURES}{code}/openapi.yaml"), String::new()),
            ("generator/tests/errors.rs".to_owned(), format!("\"{code}\"")),
            ("generator/src/write/tests.rs".to_owned(), format!("{variant},")),
            ("xtask/src/fetch.rs".to_owned(), format!("#[cfg(test)]\nmod tests {{ {variant} }}")),
        ] {
            assert_eq!(check(&[file(&path, &text)]).len(), all - 1, "{path}");
        }
        for (path, text) in [
            ("xtask/src/fetch.rs", format!("{variant}\n#[cfg(test)]\n")),
            ("generator/tests/errors.rs", format!("{variant}Thing in{code}s")),
        ] {
            assert_eq!(check(&[file(path, &text)]).len(), all, "{path}");
        }
    }

    #[test]
    fn a_fixture_of_no_code_is_found() {
        let found = check(&[file("generator/tests/fixtures/errors/no-such-thing/x.json", "")]);
        assert!(found.iter().any(|finding| finding.contains("no-such-thing/: there is no such code")));
    }
}
