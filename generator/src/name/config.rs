//! Parses `naming.toml` and `areas.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::argument;
use super::case::is_ident;
use crate::diagnostic::{Code, Diagnostic, Place, Sink};

/// `naming.toml` and `areas.toml` of one API.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Rules for Rust names.
    pub naming: Naming,
    /// The cargo feature of an operation; none if the crate has no such features.
    pub areas: Option<Areas>,
}

/// The source of the first part of an operation's name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandleFrom {
    /// The first segment of the operationId, segments being separated by `_`.
    Id,
    /// The operation's first tag.
    #[default]
    Tag,
}

/// `naming.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Naming {
    /// True if the crate's own templates have a type for its credentials.
    pub own_credentials: bool,
    /// True if the crate's own templates read error bodies, so that operations do not list their types.
    pub own_errors: bool,
    /// The source of a handle's name, and other spellings of it.
    pub handle: HandleRule,
    /// The vendor's pages.
    pub link: Link,
    /// Last segment of the operationId → method; `{x}` is the middle segment, `{x1}` its singular.
    pub method: BTreeMap<String, String>,
    /// operationId → method: exceptions from the rules.
    pub operation: BTreeMap<String, String>,
    /// Type id → Rust name: exceptions. `<handle>?<parameter>` is the type of a parameter's values.
    pub r#type: BTreeMap<String, String>,
    /// `<type id>.<field>` or `<operationId>.<parameter>` → Rust name: exceptions.
    pub field: BTreeMap<String, String>,
    /// `<type id>=<value>` or `<handle>?<parameter>=<value>` → Rust name: exceptions. A variant of a union is its tag, else its type: `$App`.
    pub value: BTreeMap<String, String>,
    /// Argument → the parameters of a path that it gives, because they identify one thing.
    pub argument: BTreeMap<String, Composite>,
    /// Place of a copied schema → which of the definitions that equal it is meant. Read when the document is lowered.
    pub definition: BTreeMap<String, String>,
}

/// Parameters of a path that are one argument.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Composite {
    /// Its type, in the root of the crate.
    pub r#type: String,
    /// Parameter → the field of the type that has its value, a text.
    pub fields: BTreeMap<String, String>,
}

/// The vendor's pages.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Link {
    /// The address of an operation's page; `{slug}` is replaced by method and path, e.g. `get-v1-apps-_id_-builds`.
    pub operation: Option<String>,
    /// The address of a type's page; `{slug}` is replaced by its id in lower case, e.g. `buildcreaterequest`.
    pub r#type: Option<String>,
}

/// Rules for the names of handles.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HandleRule {
    /// The source of the name.
    pub from: HandleFrom,
    /// Vendor's spelling → the handle that is meant.
    pub alias: BTreeMap<String, String>,
}

/// `areas.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Areas {
    /// Areas that are on by default.
    pub default: Vec<String>,
    /// Tags that say nothing about an area.
    pub secondary: BTreeSet<String>,
    /// By name, which is the cargo feature.
    pub area: BTreeMap<String, Area>,
}

/// One area.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Area {
    /// Its subject, in one line.
    pub about: String,
    /// Tags whose operations belong to it.
    pub tags: BTreeSet<String>,
    /// operationIds that belong to it, regardless of their tags.
    pub operations: BTreeSet<String>,
    /// Areas that are turned on with it.
    pub implies: BTreeSet<String>,
}

/// The area of operations whose tag fits no other.
pub const OTHER: &str = "other";
/// Features that are not areas.
const RESERVED: &[&str] = &["default", "full", "reqwest"];

impl Config {
    /// Reads the two texts; an API without areas has no second one. None if errors were pushed.
    pub fn parse(text: &str, areas: Option<&str>, out: &mut Sink) -> Option<Self> {
        let naming: Option<Naming> = parse("naming.toml", text, out);
        let areas: Option<Option<Areas>> = match areas {
            Some(text) => parse("areas.toml", text, out).map(Some),
            None => Some(None),
        };
        let config = Self { naming: naming?, areas: areas? };
        config.check(text, out).then_some(config)
    }

    /// Checks the rules that the formats of the two files do not express.
    fn check(&self, naming: &str, out: &mut Sink) -> bool {
        let before = out.errors();
        self.check_names(out);
        argument::check(&self.naming.argument, naming, out);
        if let Some(areas) = &self.areas {
            check_areas(areas, out);
        }
        out.errors() == before
    }

    /// Checks that configured Rust names are valid.
    fn check_names(&self, out: &mut Sink) {
        let Naming {
            own_credentials: _,
            own_errors: _,
            handle,
            link: _,
            method,
            operation,
            r#type,
            field,
            value,
            argument,
            definition: _,
        } = &self.naming;
        let tables = [
            ("handle.alias", &handle.alias),
            ("operation", operation),
            ("type", r#type),
            ("field", field),
            ("value", value),
        ];
        let names = tables
            .into_iter()
            .flat_map(|(table, all)| all.iter().map(move |(key, name)| (table, key, name.clone())));
        let rules =
            method.iter().map(|(key, rule)| ("method", key, rule.replace("{x}", "x").replace("{x1}", "x")));
        let arguments = argument.iter().flat_map(|(own, composite)| {
            let fields = composite.fields.values().chain([own, &composite.r#type]);
            fields.map(move |name| ("argument", own, name.clone()))
        });
        for (table, key, name) in names.chain(rules).chain(arguments).filter(|(_, _, name)| !is_ident(name)) {
            let at = Place { file: "naming.toml".to_owned(), ..Place::default() };
            let message = format!("`{name}`, for `{key}` in [{table}], is not a Rust identifier");
            let help = "use letters, digits and `_`, no digit first, and no keyword";
            out.push(Diagnostic::error(Code::InvalidConfig, at, message).help(help));
        }
        for (word, alias) in handle.alias.iter().filter(|(_, alias)| !alias.is_ascii()) {
            let at = Place { file: "naming.toml".to_owned(), ..Place::default() };
            let message = format!("`{alias}`, for `{word}` in [handle.alias], is not a file name in Rust");
            let help = "a handle is a module too: use ASCII letters, digits and `_`";
            out.push(Diagnostic::error(Code::InvalidConfig, at, message).help(help));
        }
    }
}

/// Every area that something names must be there, a tag may have one area only, and an area is a cargo feature.
fn check_areas(areas: &Areas, out: &mut Sink) {
    let at = Place { file: "areas.toml".to_owned(), ..Place::default() };
    let mut report = |message: String, help: &str| {
        out.push(Diagnostic::error(Code::InvalidConfig, at.clone(), message).help(help));
    };
    let mut owner: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, area) in &areas.area {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(is_part) {
            report(
                format!("area `{name}` is not a name of a cargo feature"),
                "use letters, digits, `-` and `_`",
            );
        }
        if RESERVED.contains(&name.as_str()) {
            report(format!("area `{name}` is a feature that every crate has"), "call the area otherwise");
        }
        for other in area.implies.iter().filter(|a| !areas.area.contains_key(*a)) {
            report(
                format!("area `{name}` implies `{other}`, which is not an area"),
                "name an area, or take it out of `implies`",
            );
        }
        for tag in area.tags.iter().chain(&area.operations) {
            if let Some(first) = owner.insert(tag, name) {
                report(
                    format!("`{tag}` is in two areas, `{first}` and `{name}`"),
                    "take it out of one of them",
                );
            }
        }
    }
    for name in areas.default.iter().filter(|a| !areas.area.contains_key(*a)) {
        report(
            format!("`default` names `{name}`, which is not an area"),
            "name an area, or take it out of `default`",
        );
    }
}

/// Reads a file of rules; none if errors were pushed.
pub(super) fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str, out: &mut Sink) -> Option<T> {
    match toml::from_str(text) {
        Ok(value) => Some(value),
        Err(error) => {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map(|t| t.matches('\n').count() + 1);
            let column = before.map(|t| t.rsplit('\n').next().unwrap_or(t).chars().count() + 1);
            let at = Place { file: file.to_owned(), line, column, ..Place::default() };
            let help = match file {
                "crate.toml" => "correct the file; docs/overlay.md, \"The crate\", lists its tables",
                _ => "fix the file; generator/src/name/config.rs lists its keys",
            };
            out.push(Diagnostic::error(Code::InvalidConfig, at, error.message().to_owned()).help(help));
            out.quote(file, text.as_bytes());
            None
        }
    }
}
