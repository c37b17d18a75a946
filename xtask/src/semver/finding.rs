//! Parses the findings of `cargo-semver-checks` and maps them to items of `API.txt`.

use std::collections::BTreeSet;

use anyhow::bail;

/// One line of a lint that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) lint: String,
    /// As the tool says it, without the place on this machine.
    pub(super) text: String,
    /// The path in `API.txt`, or that of a module.
    pub(super) item: Option<String>,
}

impl Finding {
    /// True if it is about an item: that one, or one in the module.
    pub(super) fn is_about(&self, path: &str) -> bool {
        let Some(item) = &self.item else { return false };
        let rest = path.strip_prefix(item.as_str());
        rest.is_some_and(|rest| rest.is_empty() || (self.lint == "module_missing" && rest.starts_with("::")))
    }
}

/// The path, as `API.txt` names it, of the method of a `Call` at a line of a file.
pub(super) type OfCall<'a> = &'a dyn Fn(&str, usize, &str) -> Option<String>;

/// Reads all findings, each once: the tool repeats one for every method of that name that it is compared with.
///
/// # Errors
///
/// If a lint failed and its findings cannot be parsed.
pub(super) fn read(text: &str, of_call: OfCall<'_>) -> anyhow::Result<Vec<Finding>> {
    let mut out = Vec::new();
    let mut known = BTreeSet::new();
    let mut lint: Option<(&str, usize)> = None;
    let mut inside = false;
    for line in text.lines().chain(["--- end ---"]) {
        if let Some(head) = line.strip_prefix("--- ") {
            if let Some((lint, 0)) = lint {
                bail!("cargo-semver-checks does not describe the findings of `{lint}`");
            }
            let mut words = head.split([' ', ':']);
            lint = match words.next() {
                Some("failure" | "warning") => words.next().map(|lint| (lint, 0)),
                _ => None,
            };
            inside = false;
        } else if line == "Failed in:" {
            inside = true;
        } else if line.is_empty() {
            inside = false;
        } else if let (true, Some((lint, count)), Some(line)) = (inside, &mut lint, line.strip_prefix("  ")) {
            *count += 1;
            if known.insert((lint.to_owned(), line.to_owned())) {
                out.push(finding(lint, line, of_call));
            }
        }
    }
    Ok(out)
}

fn finding(lint: &str, line: &str, of_call: OfCall<'_>) -> Finding {
    let ends = [", previously ", " takes ", " in the package's", " in "];
    let end = ends.iter().find_map(|end| line.find(end)).unwrap_or(line.len());
    let (what, place) = line.split_at_checked(end).unwrap_or((line, ""));
    let (file, number) = line_of(place).unwrap_or_default();
    // One type `Call` for the tool, one item per operation in `API.txt`.
    let own = what.rsplit_once("::").and_then(|(_, method)| of_call(file, number, method));
    let item = own.or_else(|| item(what, &module(file)));
    Finding { lint: lint.to_owned(), text: what.to_owned(), item }
}

/// The first file and line in a text.
fn line_of(place: &str) -> Option<(&str, usize)> {
    place.split_whitespace().find_map(|word| {
        let (file, line) = word.trim_end_matches(',').rsplit_once(':')?;
        Some((file, line.parse().ok()?))
    })
}

/// The module that a file defines, in the form of `API.txt`: items of models are in one module, in any file.
fn module(file: &str) -> String {
    let file = file.trim_end_matches(".rs");
    let below = file.rsplit_once("src/").map_or(file, |(_, below)| below);
    match below.split_once('/') {
        Some(("models", _)) => "models::".to_owned(),
        Some(("operations", handle)) => format!("operations::{handle}::"),
        _ => "::".to_owned(),
    }
}

fn item(what: &str, module: &str) -> Option<String> {
    let words: Vec<&str> = what.split_whitespace().collect();
    match words.as_slice() {
        ["feature", name] => Some(format!("feature {name}")),
        ["field", field, "of", "struct", owner] => Some(format!("{module}{owner}.{field}")),
        ["variant", path] => Some(format!("{module}{path}")),
        // Some lints say the whole path, with the crate in front, others the name alone.
        [_, path] => match path.split_once("::") {
            Some((_, path)) => Some(path.to_owned()),
            None => Some(format!("{module}{path}")),
        },
        [path] => match path.split("::").count() {
            2 => Some(format!("{module}{path}")),
            _ => path.split_once("::").map(|(_, path)| path.to_owned()),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "
--- failure inherent_method_missing: pub method removed or renamed ---

Description:
A publicly-visible method or associated fn is no longer available under its prior name.
        ref: https://doc.rust-lang.org/cargo/reference/semver.html#item-remove

Failed in:
  List::shelf, previously in file /a/src/operations/books.rs:12
  Client::books, previously in file /a/src/client.rs:3
  Call::shelf, previously in file /a/src/operations/books.rs:21

--- failure module_missing: pub module removed or renamed ---

Failed in:
  mod shop_client::operations::loans, previously in file /a/src/operations/loans.rs:1

--- failure struct_pub_field_missing: pub struct's pub field removed or renamed ---

Failed in:
  field title of struct Book, previously in file /a/src/models/books.rs:9

--- failure enum_variant_missing: pub enum variant removed or renamed ---

Failed in:
  variant Genre::Novel, previously in file /a/src/models/genres.rs:9

--- failure method_parameter_count_changed: pub method parameter count changed ---

Failed in:
  shop_client::models::Book::new takes 2 parameters in /a/src/models/books.rs:9, but now takes 1 parameters in /b/src/models/books.rs:9

--- failure feature_missing: package feature removed or renamed ---

Failed in:
  feature loans in the package's Cargo.toml

--- failure method_parameter_count_changed: pub method parameter count changed ---

Failed in:
  shop_client::Call::shelf takes 1 parameters in /a/src/operations/books.rs:31, but now takes 2 parameters in [/b/src/operations/books.rs:9, /b/src/call.rs:9]

--- failure type_method_marked_deprecated: type method #[deprecated] added ---

Failed in:
  method shop_client::Call::genre in /b/src/operations/books.rs:40
  method shop_client::Call::genre in /b/src/operations/books.rs:40
  method shop_client::Call::genre in /b/src/operations/loans.rs:40

--- failure type_marked_deprecated: #[deprecated] added on type ---

Failed in:
  Struct Get in /b/src/operations/books.rs:61
  field Book.shelf in file /b/src/models/books.rs:62
  method shop_client::operations::books::Books::list in /b/src/operations/books.rs:88
";

    #[test]
    fn findings_are_about_items_of_the_listing() {
        let of_call = |file: &str, line: usize, method: &str| {
            let operation = match (file, line) {
                ("/a/src/operations/books.rs", 21) => "Get",
                ("/a/src/operations/books.rs", 31) => "List",
                ("/b/src/operations/books.rs", 40) => "Find",
                _ => return None,
            };
            Some(format!("operations::books::{operation}::{method}"))
        };
        let found = read(SAID, &of_call).unwrap();
        let items: Vec<Option<&str>> = found.iter().map(|f| f.item.as_deref()).collect();
        assert_eq!(
            items,
            [
                Some("operations::books::List::shelf"),
                Some("::Client::books"),
                Some("operations::books::Get::shelf"),
                Some("operations::loans"),
                Some("models::Book.title"),
                Some("models::Genre::Novel"),
                Some("models::Book::new"),
                Some("feature loans"),
                Some("operations::books::List::shelf"),
                Some("operations::books::Find::genre"),
                Some("Call::genre"), // not an item: no block of `Call` is there
                Some("operations::books::Get"),
                Some("models::Book.shelf"),
                Some("operations::books::Books::list"),
            ]
        );
        assert!(found.iter().any(|f| f.is_about("operations::loans::Loans::list")));
        assert!(!found.iter().any(|f| f.is_about("operations::loans_of::Loans::list")));
        assert!(!found.iter().any(|f| f.is_about("models::Book.title_long")));
        assert!(found.iter().all(|f| !f.text.contains('/')), "{found:?}");
    }

    #[test]
    fn a_lint_that_failed_without_a_word_is_no_success() {
        let read = |text| read(text, &|_, _, _| None);
        assert!(read("").unwrap().is_empty());
        assert!(read("--- failure struct_missing: gone ---\n\nDescription:\nx\n").is_err());
    }
}
