//! Names the thing that a change is about, in the vendor's terms.

use std::fmt;

use crate::api::{In, Operation, TypeId};
use crate::diagnostic::shown;

/// The thing that a change is about: where it is, and the way from there.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    root: Root,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Root {
    /// A place that has no name of its own.
    #[default]
    Nowhere,
    /// A fact of the whole API, such as `servers`.
    Api(String),
    /// Method, and path without the names of its parameters.
    Operation(String, String),
    /// Many operations.
    Many,
    /// All operations of a resource, by its path.
    Resource(String),
    /// A type, with its name as a person reads it.
    Type(TypeId, String),
    /// The name of a webhook.
    Webhook(String),
}

/// One step on the way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Body,
    Status(String),
    MediaType(String),
    Header(String),
    Callback(String),
    Parameter(In, String),
    /// A parameter that is sent in another place than before.
    Moved(String),
    Member(String),
    Items,
    Values,
    Value(String),
    Variant(String),
}

impl Subject {
    pub(super) fn api(fact: impl Into<String>) -> Self {
        Root::Api(fact.into()).into()
    }

    pub(super) fn of_operation(operation: &Operation) -> Self {
        Root::Operation(operation.method.clone(), blank(&operation.path)).into()
    }

    pub(super) fn many() -> Self {
        Root::Many.into()
    }

    pub(super) fn of_resource(path: impl Into<String>) -> Self {
        Root::Resource(path.into()).into()
    }

    pub(super) fn of_type(id: &TypeId) -> Self {
        Root::Type(id.clone(), id.label()).into()
    }

    pub(super) fn of_webhook(name: impl Into<String>) -> Self {
        Root::Webhook(name.into()).into()
    }

    /// A part of it.
    pub(super) fn with(&self, part: Part) -> Self {
        let mut out = self.clone();
        out.parts.push(part);
        out
    }

    /// The same part of many operations.
    pub(super) fn in_many(&self) -> Self {
        Self { root: Root::Many, parts: self.parts.clone() }
    }

    /// Method and path, if it is an operation or a part of one.
    pub fn operation(&self) -> Option<(&str, &str)> {
        match &self.root {
            Root::Operation(method, path) => Some((method, path)),
            _ => None,
        }
    }

    /// True if it is an operation, a part of one, or several of them.
    pub fn is_of_operations(&self) -> bool {
        matches!(self.root, Root::Operation(..) | Root::Resource(_))
    }

    /// The way within the operation or the type, as text.
    pub(super) fn inside(&self) -> String {
        Self { root: Root::Nowhere, parts: self.parts.clone() }.to_string()
    }

    /// The name of the query parameter that it is or is in.
    pub fn query(&self) -> Option<&str> {
        self.parts.iter().find_map(|part| match part {
            Part::Parameter(In::Query, name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The resource whose fields the query parameter selects: `apps` of `fields[apps]`.
    pub fn fieldset(&self) -> Option<&str> {
        self.query()?.strip_prefix("fields[")?.strip_suffix(']')
    }

    /// The value or the variant that it is.
    pub fn choice(&self) -> Option<&str> {
        match self.parts.last() {
            Some(Part::Value(name) | Part::Variant(name)) => Some(name),
            _ => None,
        }
    }

    /// The enum, the parameter or the union that a value or a variant is one of.
    pub fn chooser(&self) -> Option<Self> {
        self.choice()?;
        let mut out = self.clone();
        out.parts.pop();
        Some(out)
    }

    /// True if it is the included resources of a document of JSON:API.
    pub(super) fn is_included(&self) -> bool {
        matches!(self.parts.as_slice(), [Part::Member(name), Part::Items] if name == "included")
    }

    /// True if it is a member of a type, or within one.
    pub fn is_member(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Member(_)))
    }

    /// True if it is a type as a whole.
    pub(super) fn is_whole_type(&self) -> bool {
        matches!(self.root, Root::Type(..)) && self.parts.is_empty()
    }

    /// The type of a resource or a request, and the way from its attributes or relationships to the member.
    pub(super) fn resource_member(&self) -> Option<(&TypeId, String)> {
        let Root::Type(id, _) = &self.root else { return None };
        let is = |part: Option<&Part>, names: &[&str]| matches!(part, Some(Part::Member(name)) if names.contains(&name.as_str()));
        let rest = match is(self.parts.first(), &["data"]) {
            true => self.parts.get(1..)?,
            false => &self.parts,
        };
        let parts = rest.get(1..).filter(|_| is(rest.first(), &["attributes", "relationships"]))?;
        let end = parts.len() - usize::from(matches!(parts.last(), Some(Part::Value(_))));
        let parts = parts.get(..end).filter(|parts| !parts.is_empty())?;
        let text = Self { root: Root::Nowhere, parts: parts.to_vec() }.to_string();
        Some((id, text.trim_start_matches('.').to_owned()))
    }

    /// Escapes the texts of the documents.
    pub(super) fn escape(&mut self) {
        match &mut self.root {
            Root::Nowhere | Root::Many => {}
            Root::Operation(method, path) => {
                *method = shown(method);
                *path = shown(path);
            }
            Root::Api(text) | Root::Resource(text) | Root::Type(_, text) | Root::Webhook(text) => {
                *text = shown(text);
            }
        }
        for part in &mut self.parts {
            match part {
                Part::Body | Part::Items | Part::Values => {}
                Part::Status(text)
                | Part::MediaType(text)
                | Part::Header(text)
                | Part::Callback(text)
                | Part::Parameter(_, text)
                | Part::Moved(text)
                | Part::Member(text)
                | Part::Value(text)
                | Part::Variant(text) => *text = shown(text),
            }
        }
    }
}

impl From<Root> for Subject {
    fn from(root: Root) -> Self {
        Self { root, parts: Vec::new() }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            Root::Nowhere => {}
            Root::Api(text) | Root::Type(_, text) => f.write_str(text)?,
            Root::Operation(method, path) => write!(f, "{method} {path}")?,
            Root::Many => f.write_str("*")?,
            Root::Resource(path) => write!(f, "* {path}")?,
            Root::Webhook(name) => write!(f, "webhook {name}")?,
        }
        for part in &self.parts {
            match part {
                Part::Body => f.write_str(" body")?,
                Part::Status(text) | Part::MediaType(text) | Part::Moved(text) => write!(f, " {text}")?,
                Part::Header(name) | Part::Parameter(In::Header, name) => write!(f, " {name}:")?,
                Part::Callback(name) => write!(f, " callback {name}")?,
                Part::Parameter(In::Query, name) => write!(f, " ?{name}")?,
                Part::Parameter(In::Path, name) => write!(f, " {{{name}}}")?,
                Part::Parameter(In::Cookie, name) => write!(f, " cookie {name}")?,
                Part::Parameter(In::Form, name) => write!(f, " form {name}")?,
                Part::Member(name) => write!(f, ".{name}")?,
                Part::Items => f.write_str("[]")?,
                Part::Values => f.write_str("{}")?,
                Part::Value(text) => write!(f, "={text}")?,
                Part::Variant(name) => write!(f, "|{name}")?,
            }
        }
        Ok(())
    }
}

/// A path without the names of its parameters, which nobody sends.
pub(super) fn blank(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut inside = false;
    for c in path.chars() {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            _ if inside => continue,
            _ => {}
        }
        out.push(c);
    }
    out
}
