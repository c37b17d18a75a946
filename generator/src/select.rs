//! Selects operations of an `Api`, and drops every type that none of them uses.
//!
//! Selection happens after `lower` and before `name`, so it renames nothing: the crate of a selection is a part of the
//! whole crate.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::api::{Api, Operation};
use crate::diagnostic::{Code, Diagnostic, Place, Pointer, Sink};

/// The number of suggestions in one message.
const SUGGESTIONS: usize = 5;

/// One `--only`: a tag, an operationId, or a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    text: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// A path template in which `*` is any text, of one method or of all.
    Path { method: Option<String>, pattern: String },
    /// A tag or an operationId.
    Name,
}

impl Selector {
    /// Reads a tag, an operationId, a path such as `/pets/*`, or a method and a path such as `GET /pets/{id}`.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        let path = match text.split_once(' ') {
            Some((method, path)) if path.trim().starts_with('/') && !method.starts_with('/') => {
                Some((Some(method.to_ascii_uppercase()), path.trim()))
            }
            _ => text.starts_with('/').then_some((None, text)),
        };
        let kind = match path {
            Some((method, pattern)) => Kind::Path { method, pattern: pattern.to_owned() },
            None => Kind::Name,
        };
        Self { text: text.to_owned(), kind }
    }

    fn selects(&self, id: &str, operation: &Operation) -> bool {
        match &self.kind {
            Kind::Path { method, pattern } => {
                method.as_ref().is_none_or(|method| operation.method.eq_ignore_ascii_case(method))
                    && fits(pattern.as_bytes(), operation.path.as_bytes())
            }
            Kind::Name => id == self.text || operation.tags.contains(&self.text),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Matches a text against a pattern in which `*` is any text. Takes the product of both lengths at most.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut here) = (0, 0);
    // The last `*`, and the text that it takes so far.
    let mut star: Option<(usize, usize)> = None;
    while here < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, here));
                at += 1;
            }
            Some(byte) if text.get(here) == Some(byte) => {
                at += 1;
                here += 1;
            }
            _ => match star {
                Some((begin, taken)) => {
                    star = Some((begin, taken + 1));
                    (at, here) = (begin + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

/// Locations of the parts that a selection dropped.
#[derive(Debug, Default)]
pub struct Dropped {
    /// Operations.
    operations: BTreeSet<Pointer>,
    /// Components that only dropped operations use.
    components: BTreeSet<Pointer>,
}

impl Dropped {
    /// True if nothing was dropped.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The same locations in another text, such as the vendor's file.
    pub fn located(&self, locate: impl Fn(&Pointer) -> Pointer) -> Self {
        let located = |all: &BTreeSet<Pointer>| all.iter().map(&locate).collect();
        Self { operations: located(&self.operations), components: located(&self.components) }
    }

    /// True if a location is within a part that was dropped.
    pub fn contains(&self, at: &Pointer) -> bool {
        let mut at = Some(at.clone());
        while let Some(here) = at {
            if self.operations.contains(&here) || self.components.contains(&here) {
                return true;
            }
            at = here.parent();
        }
        false
    }
}

/// Keeps the operations that any selector selects, with the types that they use; none if errors were pushed.
///
/// `uses` lists the components that each operation and component refers to, by their locations, where the document is
/// at hand: a schema may be a part of another one without being a type of the `Api`.
pub fn select(
    api: &mut Api,
    selectors: &[Selector],
    uses: &BTreeMap<Pointer, BTreeSet<Pointer>>,
    out: &mut Sink,
) -> Option<Dropped> {
    if selectors.is_empty() {
        return Some(Dropped::default());
    }
    let errors = out.errors();
    for selector in selectors {
        if !api.operations.iter().any(|(id, operation)| selector.selects(id, operation)) {
            let message = format!("`{selector}` selects no operation");
            let help = help(api, selector);
            out.push(Diagnostic::error(Code::EmptySelection, Place::default(), message).help(help));
        }
    }
    if out.errors() > errors {
        return None;
    }
    let is_selected =
        |id: &String, operation: &Operation| selectors.iter().any(|selector| selector.selects(id, operation));
    let (selected, others): (BTreeMap<String, Operation>, BTreeMap<String, Operation>) =
        std::mem::take(&mut api.operations)
            .into_iter()
            .partition(|(id, operation)| is_selected(id, operation));
    let operations: BTreeSet<Pointer> = others.values().map(Operation::pointer).collect();
    let reach = |operations: &BTreeSet<Pointer>| {
        let mut found: BTreeSet<Pointer> = BTreeSet::new();
        let mut open: Vec<&Pointer> = operations.iter().collect();
        while let Some(components) = open.pop().map(|at| uses.get(at)) {
            open.extend(
                components.into_iter().flatten().filter(|component| found.insert((*component).clone())),
            );
        }
        found
    };
    let kept = reach(&selected.values().map(Operation::pointer).collect());
    let components = reach(&operations).difference(&kept).cloned().collect();
    api.operations = selected;
    api.info.webhooks.clear();
    api.info.calls.clear();
    api.info.event = None;
    let values: BTreeSet<String> = api
        .operations
        .values()
        .flat_map(|operation| &operation.parameters)
        .filter_map(|parameter| parameter.values.clone())
        .collect();
    api.values.retain(|name, _| values.contains(name));
    api.forget_unnamed(|_| false);
    Some(Dropped { operations, components })
}

/// Suggests a selector that a person may have meant.
fn help(api: &Api, selector: &Selector) -> String {
    let wanted = selector.text.to_lowercase();
    let tags: BTreeSet<&String> = api.operations.values().flat_map(|o| &o.tags).collect();
    let paths: BTreeSet<&String> = api.operations.values().map(|o| &o.path).collect();
    let all: Vec<&String> = match &selector.kind {
        Kind::Path { .. } => paths.into_iter().collect(),
        Kind::Name => tags.iter().copied().chain(api.operations.keys()).collect(),
    };
    // The stem of a path, or of a name in another case.
    let stem = wanted.split(' ').next_back().unwrap_or_default().trim_end_matches(['*', '/']).to_owned();
    let similar = |name: &&&String| {
        let name = name.to_lowercase();
        !stem.is_empty() && (name.contains(&stem) || (stem.contains(&name) && name.len() > 2))
    };
    let found: Vec<&String> = all.iter().filter(similar).copied().take(SUGGESTIONS).collect();
    let shown =
        |names: &[&String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match (found.as_slice(), &selector.kind) {
        ([], Kind::Path { .. }) => "give a path of the document; `*` is any text, as in `/pets*`".to_owned(),
        ([], Kind::Name) if tags.is_empty() => "give an operationId or a path such as `/pets*`".to_owned(),
        ([], Kind::Name) => {
            let some: Vec<&String> = tags.iter().copied().take(2 * SUGGESTIONS).collect();
            format!("give a tag, an operationId or a path such as `/pets*`; tags are {}", shown(&some))
        }
        (found, _) => format!("did you mean {}?", shown(found)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_in_a_pattern_is_any_text() {
        for (pattern, text, is_fit) in [
            ("/pets", "/pets", true),
            ("/pets", "/pets/{id}", false),
            ("/pets*", "/pets/{id}", true),
            ("/pets/*", "/pets", false),
            ("*/{id}", "/pets/{id}", true),
            ("*/toys/*/x*", "/pets/toys/1/2/x/y", true),
            ("*/toys/*/z*", "/pets/toys/1/2/x/y", false),
            ("*", "", true),
            ("", "/", false),
        ] {
            assert_eq!(fits(pattern.as_bytes(), text.as_bytes()), is_fit, "{pattern} {text}");
        }
        // A pattern that a naive matcher tries in exponentially many ways.
        assert!(!fits("*a".repeat(40).as_bytes(), "a".repeat(39).as_bytes()));
    }

    #[test]
    fn selectors_are_paths_with_a_method_or_names() {
        let path = |method: Option<&str>, pattern: &str| Kind::Path {
            method: method.map(str::to_owned),
            pattern: pattern.to_owned(),
        };
        for (text, kind) in [
            ("/pets", path(None, "/pets")),
            ("get /pets", path(Some("GET"), "/pets")),
            ("Get well", Kind::Name),
            ("pets", Kind::Name),
            ("Pet Store", Kind::Name),
        ] {
            assert_eq!(Selector::new(text).kind, kind, "{text}");
        }
    }
}
