//! Finds models that templates name and a document does not have.

use std::collections::{BTreeMap, BTreeSet};

/// A model that a template names and the crate does not have: a vendor may rename a type or remove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingModel {
    /// Path of the template below `templates/`.
    pub template: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The name of the model.
    pub name: String,
}

/// Compares the models that the templates of `api` name with those of its rendered crate.
pub fn missing_models(
    api: &str,
    templates: &BTreeMap<String, String>,
    files: &BTreeMap<String, String>,
) -> Vec<MissingModel> {
    let listing = files.get(super::LISTING).map(String::as_str).unwrap_or_default();
    let models: BTreeSet<&str> =
        listing.lines().filter_map(|line| line.strip_prefix("models::")?.split([' ', ':']).next()).collect();
    let folder = format!("{api}/");
    let mut out = Vec::new();
    for (path, text) in templates.iter().filter(|(path, _)| path.starts_with(&folder)) {
        let is_rust = path.ends_with(".rs");
        // A template may name a model under the condition that there is one.
        let rendered = files.get(path.get(folder.len()..).unwrap_or_default()).map_or("", String::as_str);
        let rendered: BTreeSet<&str> = named(rendered).into_iter().map(|(_, name)| name).collect();
        for (at, name) in named(text) {
            if !rendered.contains(name) {
                continue;
            }
            let before = text.get(..at).unwrap_or_default();
            let start = before.rfind('\n').map_or(0, |end| end + 1);
            let line = before.get(start..).unwrap_or_default();
            if models.contains(name) || (is_rust && line.trim_start().starts_with("//")) {
                continue;
            }
            out.push(MissingModel {
                template: path.clone(),
                line: before.matches('\n').count() + 1,
                column: line.chars().count() + 1,
                name: name.to_owned(),
            });
        }
    }
    out
}

/// The names behind each `models::`, with their offsets.
fn named(text: &str) -> Vec<(usize, &str)> {
    const MODULE: &str = "models::";
    let mut out = Vec::new();
    for (at, _) in text.match_indices(MODULE) {
        let is_word = text.get(..at).is_some_and(|before| before.ends_with(is_part));
        let from = at + MODULE.len();
        let rest = text.get(from..).unwrap_or_default();
        let end = match rest.strip_prefix('{') {
            _ if is_word => 0,
            Some(_) => rest.find('}').unwrap_or(0),
            None => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
        };
        let mut start = from;
        for item in rest.get(..end).unwrap_or_default().split_inclusive(['{', ',']) {
            let name = item.trim_start();
            let offset = start + item.len() - name.len();
            let name = name.split(|c| !is_part(c)).next().unwrap_or_default();
            if name.starts_with(char::is_uppercase) {
                out.push((offset, name));
            }
            start += item.len();
        }
    }
    out
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_paths_and_imports() {
        let text = "use crate::models::{\n    A, B as C, // D\n};\nfn f(e: crate::models::E) { models::e(); my_models::F; }\n";
        let names = |text| named(text).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(names(text), ["A", "B", "E"]);
        assert_eq!(named(text).first().copied(), text.find('A').map(|at| (at, "A")));
        assert_eq!(names("models::"), [""; 0]);
        assert_eq!(names("models::{A"), [""; 0]);
    }

    #[test]
    fn only_models_that_are_not_there_are_reported_and_with_their_location() {
        let texts = |texts: &[(&str, &str)]| -> BTreeMap<String, String> {
            texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
        };
        let templates = texts(&[
            ("a/src/api.rs", "// crate::models::Gone\nuse crate::models::{Kept, Gone};\n"),
            ("a/README.md", "use {{ library }}::models::Other;\n"),
            ("a/src/upload.rs", "{% if \'Left\' in models %}use crate::models::Left;{% endif %}\n"),
            ("b/src/api.rs", "use crate::models::Gone;\n"),
        ]);
        let files = texts(&[
            ("API.txt", "models::Kept struct | /x a\noperations::Gone struct | /x a\n"),
            ("src/api.rs", "// crate::models::Gone\nuse crate::models::{Kept, Gone};\n"),
            ("README.md", "use a_client::models::Other;\n"),
        ]);
        let found = missing_models("a", &templates, &files);
        let found: Vec<_> =
            found.iter().map(|m| (m.template.as_str(), m.line, m.column, m.name.as_str())).collect();
        assert_eq!(found, [("a/README.md", 1, 28, "Other"), ("a/src/api.rs", 2, 27, "Gone")]);
    }
}
