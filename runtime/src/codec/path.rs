//! Collects the steps from a value to the top of its document and writes them as `data[0].attributes.name`.

use std::fmt;

use crate::one_line::is_hidden;

/// The number of characters of a map's key in a path, since a server could send keys of any length.
const ENTRY_LENGTH: usize = 64;

/// Steps from the innermost to the outermost, in the order in which decoding leaves them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A member that the model knows.
    Member(String),
    /// An entry of a map, under a key that the server chooses.
    Entry(String),
    /// An item of a list.
    Index(usize),
}

impl Step {
    #[cold]
    pub(crate) fn member(name: &str) -> Self {
        Step::Member(name.to_owned())
    }

    #[cold]
    pub(crate) fn entry(key: &str) -> Self {
        let shown = |c: char| if is_hidden(c) { char::REPLACEMENT_CHARACTER } else { c };
        Step::Entry(key.chars().take(ENTRY_LENGTH).map(shown).collect())
    }
}

impl Path {
    #[cold]
    pub(crate) fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets the steps of an attempt that does not count.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The path without the server's choices: `data[].attributes.names.*`.
    pub(crate) fn pattern(&self) -> String {
        let mut pattern = String::new();
        for step in self.0.iter().rev() {
            let name = match step {
                Step::Index(_) => {
                    pattern.push_str("[]");
                    continue;
                }
                Step::Entry(_) => "*",
                Step::Member(name) => name,
            };
            if !pattern.is_empty() {
                pattern.push('.');
            }
            pattern.push_str(name);
        }
        pattern
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().rev().enumerate() {
            match step {
                Step::Member(key) | Step::Entry(key) if position == 0 => write!(f, "{key}")?,
                Step::Member(key) | Step::Entry(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
