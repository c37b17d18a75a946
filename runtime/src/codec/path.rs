//! The way from the top of a document to a fault: steps go in while an error unwinds, `data[0].attributes.name` comes out.

use std::fmt;

/// Steps from the innermost to the outermost, in the order in which an error unwinds.
#[derive(Debug, Default)]
pub(crate) struct Path(Vec<Step>);

#[derive(Debug)]
enum Step {
    Key(String),
    Index(usize),
}

impl Path {
    #[cold]
    pub(crate) fn key(&mut self, key: impl Into<String>) {
        self.0.push(Step::Key(key.into()));
    }

    #[cold]
    pub(crate) fn index(&mut self, index: usize) {
        self.0.push(Step::Index(index));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets the steps of an attempt that does not count.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().rev().enumerate() {
            match step {
                Step::Key(key) if position == 0 => write!(f, "{key}")?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
