//! Groups diagnostics that say the same about several places.

use foldhash::{HashMap, HashMapExt as _};

use super::{Code, Diagnostic, Place, Severity};

/// The places of a group that are shown; the rest is counted.
const SHOWN: usize = 3;

/// Diagnostics with one explanation.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    first: &'a Diagnostic,
    places: Vec<&'a Place>,
    count: usize,
}

impl Group<'_> {
    /// The severity of all of these.
    pub fn severity(&self) -> Severity {
        self.first.severity
    }

    /// The number of diagnostics.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The explanation of the first, the places of the first three, and a count, with colours if wanted.
    pub fn text(&self, colour: bool) -> String {
        self.first.text_with(colour, self.places.get(1..).unwrap_or_default(), self.count)
    }
}

/// The groups, in the order of their first diagnostics. Two notices are alike if they differ in the names that they
/// quote and in their places alone; two errors are alike if they differ in their places alone, so that none is hidden.
pub fn groups(diagnostics: &[Diagnostic]) -> Vec<Group<'_>> {
    type Key<'a> = (Severity, Code, String, Option<&'a str>);
    let mut known: HashMap<Key<'_>, usize> = HashMap::new();
    let mut out: Vec<Group<'_>> = Vec::new();
    for diagnostic in diagnostics {
        let (message, shown) = match diagnostic.severity {
            Severity::Notice => (unquoted(&diagnostic.message), SHOWN),
            Severity::Error => (diagnostic.message.clone(), usize::MAX),
        };
        let key = (diagnostic.severity, diagnostic.code, message, diagnostic.help.as_deref());
        let index = *known.entry(key).or_insert(out.len());
        match out.get_mut(index) {
            Some(group) => {
                group.count += 1;
                if group.places.len() < shown {
                    group.places.push(&diagnostic.at);
                }
            }
            None => out.push(Group { first: diagnostic, places: vec![&diagnostic.at], count: 1 }),
        }
    }
    out
}

/// A message without the names in it.
pub(crate) fn unquoted(message: &str) -> String {
    message.split('`').step_by(2).collect::<Vec<_>>().join("``")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Pointer;

    fn notice(message: &str, at: &str) -> Diagnostic {
        Diagnostic::notice(Code::Unsupported, &Pointer::new(at), message).help("remove it")
    }

    #[test]
    fn notices_that_differ_in_names_and_places_are_one_group() {
        let all = ["a", "b", "c", "d", "e"]
            .map(|name| notice(&format!("`{name}` is ignored"), &format!("/{name}")));
        let groups = groups(&all);
        assert_eq!(groups.len(), 1);
        assert_eq!(
            groups[0].text(false),
            "notice[unsupported]: `a` is ignored\n  --> /a\n  --> /b\n  --> /c\n  = and 2 more places like these\n  help: remove it"
        );
    }

    #[test]
    fn other_words_another_help_or_another_code_make_another_group() {
        let other_help = notice("`a` is ignored", "/a").help("keep it");
        let other_code =
            Diagnostic::notice(Code::DanglingRef, &Pointer::new("/a"), "`a` is ignored").help("remove it");
        let all = [notice("`a` is ignored", "/a"), notice("`a` is lost", "/a"), other_help, other_code];
        assert_eq!(groups(&all).len(), 4);
    }

    #[test]
    fn no_error_is_hidden() {
        let error = |name: &str, at: &str| {
            Diagnostic::error(Code::Unsupported, &Pointer::new(at), format!("`{name}` is wrong"))
        };
        let all = [error("a", "/1"), error("b", "/2"), error("a", "/3"), error("a", "/4"), error("a", "/5")];
        let groups = groups(&all);
        assert_eq!(groups.len(), 2);
        let text = groups[0].text(false);
        assert!(["/1", "/3", "/4", "/5"].iter().all(|at| text.contains(at)), "{text}");
    }
}
