//! Names everything that a crate has in Rust and finds the area of each operation. Nothing is named elsewhere.
//!
//! Invariant: a name is a function of the operationId, or of the type's and the member's own name, and of the rules. If
//! two things would have one name, the choice of which keeps it and the name of the other are a function of these two
//! names alone, and a notice says so.

mod area;
mod argument;
mod case;
pub mod config;
mod custom;
mod operation;
mod security;
mod token;
mod types;

pub use custom::Custom;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use foldhash::HashMap;

pub(crate) use case::{singular, snake};
pub use config::Config;
use config::Naming;

use crate::api::{ById, In, Model, Parameter, TypeId};
use crate::diagnostic::{Code, Diagnostic, Place, Pointer, Sink};

/// Every Rust identifier of one crate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// The crate, as cargo writes it.
    pub package: String,
    /// The cargo features that turn operations on, in alphabetical order.
    pub areas: Vec<AreaName>,
    /// By the name of the method that gives the handle, which is also the handle's module.
    pub handles: BTreeMap<String, Handle>,
    /// By operationId.
    pub operations: BTreeMap<String, OperationName>,
    /// By type id.
    pub types: ById<TypeName>,
    /// Types of parameter values, by Rust name.
    pub tokens: BTreeMap<String, Token>,
    /// By security scheme, the method that takes its credentials; empty where the crate's own templates do that.
    pub schemes: BTreeMap<String, String>,
    /// The Rust names of the payloads of webhooks and callbacks, by their keys in `naming.toml`.
    pub payloads: BTreeMap<String, String>,
    /// The vendor's page of an operation; `{slug}` is replaced by its method and path.
    pub operation_link: Option<String>,
    /// True if handwritten code of the crate reads error bodies.
    pub own_errors: bool,
    /// Areas that reach a module of models, by the module's name.
    pub modules: BTreeMap<String, BTreeSet<String>>,
}

/// A cargo feature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AreaName {
    /// The feature.
    pub feature: String,
    /// Its subject.
    pub about: String,
    /// Features that it turns on.
    pub implies: BTreeSet<String>,
    /// True if it is on by default.
    pub default: bool,
}

/// A group of operations in Rust: `client.apps()`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handle {
    /// Its type.
    pub ident: String,
    /// Areas of its operations.
    pub areas: BTreeSet<String>,
    /// operationIds, in the order of their methods.
    pub operations: Vec<String>,
}

/// The Rust name of an operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperationName {
    /// Key in [`Names::handles`].
    pub handle: String,
    /// The methods of the handle, one for each media type of the response; the first one is the main one.
    pub methods: Vec<Method>,
    /// Its area, where the crate has areas.
    pub area: Option<String>,
    /// The type in the root of the crate that reads the members around the response, if any.
    pub envelope: Option<String>,
    /// By the vendor's name of the parameter, and its place.
    pub parameters: BTreeMap<(String, In), ParameterName>,
}

impl OperationName {
    /// The name of one parameter.
    pub fn parameter(&self, parameter: &Parameter) -> Option<&ParameterName> {
        self.parameters.get(&(parameter.name.clone(), parameter.place))
    }
}

/// A method of a handle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Method {
    /// The method.
    pub ident: String,
    /// The type that collects optional arguments.
    pub builder: String,
    /// The media type that it requests; none if there is no body.
    pub media_type: Option<String>,
    /// The media type that it sends, as the operation's body or form has it; none where nothing is sent.
    pub sends: Option<String>,
}

/// The Rust name of a parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParameterName {
    /// The argument or setter.
    pub ident: String,
    /// Key in [`Names::tokens`]: the type of its values.
    pub token: Option<String>,
    /// The argument that has its value, if it has others as well.
    pub part: Option<Part>,
}

/// The value of a parameter in an argument that gives several (`[argument]` of `naming.toml`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The argument.
    pub argument: String,
    /// Its type, in the root of the crate.
    pub of: String,
    /// The field of the type.
    pub field: String,
}

/// The Rust name of a type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypeName {
    /// The type.
    pub ident: String,
    /// The module that defines it.
    pub module: String,
    /// The vendor's page.
    pub link: Option<String>,
    /// Fields by the vendor's name, or variants by value or by type id.
    pub members: BTreeMap<String, String>,
    /// The struct with the fields that a value must have, for types with several.
    pub required: Option<String>,
}

/// The purpose of a token type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `fields[TYPE]`.
    Fields,
    /// `include`.
    Include,
    /// `sort`, if each order has a `-` that reverses it.
    Sort,
    /// `sort` with other values: each is a constant.
    Order,
    /// Any other parameter.
    Value,
}

/// A type of parameter values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The purpose.
    pub family: Family,
    /// The vendor's parameters that it serves, without repetition.
    pub parameters: BTreeSet<String>,
    /// Rust name of the constant or variant by value; a leading `-` of a sort order is omitted.
    pub values: BTreeMap<String, String>,
    /// The id of the type that has the same values and replaces it.
    pub alias: Option<TypeId>,
    /// The module that defines it.
    pub module: String,
    /// Areas whose operations use it.
    pub areas: BTreeSet<String>,
}

/// Names everything; none if errors were pushed.
pub fn name(api: &Model, config: &Config, out: &mut Sink) -> Option<Names> {
    let before = out.errors();
    let mut names = Names {
        package: format!("{}-client", api.info.name),
        areas: area::areas(api, config),
        operation_link: config.naming.link.operation.clone(),
        own_errors: config.naming.own_errors,
        ..Names::default()
    };
    let placed = area::place(api, config, out);
    let mut exceptions = Exceptions::new(&config.naming);
    operation::name(api, &mut exceptions, &placed, &mut names, out);
    security::name(api, &mut exceptions, &mut names, out);
    types::name(api, config.naming.link.r#type.as_deref(), &mut exceptions, &mut names, out);
    let mut scope = Scope::reserving(types::TYPES);
    for payload in api.payloads() {
        let wanted =
            exceptions.get(Section::Type, &payload.key).unwrap_or_else(|| case::pascal(&payload.name));
        let at = || payload.at.clone();
        let ident = scope.take(&wanted, Vec::new, (&at, Section::Type, payload.key.clone()), out);
        names.payloads.insert(payload.key, ident);
    }
    token::name(api, &mut exceptions, &mut names, out);
    exceptions.report_unused(out);
    area::reach(api, &mut names);
    (out.errors() == before).then_some(names)
}

/// The names of a scope, each with its taker.
#[derive(Debug, Default)]
struct Scope {
    taken: HashMap<String, Taker>,
}

/// The thing that took a name: its location, and its key in `naming.toml`, which is separate if several things have one
/// location.
#[derive(Debug, Clone)]
struct Taker(Option<String>);

/// A thing that wants a name: its location, which is asked for only if the name is taken, and the section and the key by
/// which naming.toml can choose another.
type Own<'o> = (&'o dyn Fn() -> Pointer, Section, String);

impl Scope {
    /// A scope in which `words` mean something else already.
    fn reserving(words: &[&str]) -> Self {
        Self { taken: words.iter().map(|w| ((*w).to_owned(), Taker(None))).collect() }
    }

    /// Takes `wanted` for the thing at `at`, or the first free one of `others` if it is taken; returns the taken name.
    /// `section` and `key` identify the line of naming.toml that can choose another.
    fn take(
        &mut self,
        wanted: &str,
        others: impl FnOnce() -> Vec<String>,
        (at, section, key): Own<'_>,
        out: &mut Sink,
    ) -> String {
        let Some(Taker(first)) = self.taken.get(wanted).cloned() else {
            self.taken.insert(wanted.to_owned(), Taker(Some(key)));
            return wanted.to_owned();
        };
        let others = others();
        let is_free = |name: &String| !self.taken.contains_key(name);
        // A keyword ends with `_` already, and Rust's conventions do not allow a second one.
        let base = wanted.trim_end_matches('_');
        let numbered = (2_u32..).map(|n| match base.starts_with(char::is_uppercase) {
            true => format!("{base}{n}"),
            false => format!("{base}_{n}"),
        });
        let plain = (first.is_none() && base == wanted && others.is_empty()).then(|| format!("{wanted}_"));
        let found = others.into_iter().chain(plain).chain(numbered).find(is_free);
        let Some(name) = found else { return wanted.to_owned() };
        let message = match first {
            None => format!("the Rust name `{wanted}` means something else here; `{key}` is called `{name}`"),
            Some(first) => format!("`{wanted}` is the Rust name of `{first}`; `{key}` is called `{name}`"),
        };
        let line = format!("{} = {}", quoted(&key), quoted(&name));
        let help =
            format!("to keep this name or choose another, put it under [{section}] in naming.toml: {line}");
        out.push(Diagnostic::notice(Code::NameCollision, &at(), message).help(help));
        self.taken.insert(name.clone(), Taker(Some(key)));
        name
    }

    /// Takes a name that something else has by its own.
    fn reserve(&mut self, ident: String, key: &str) {
        self.taken.entry(ident).or_insert_with(|| Taker(Some(key.to_owned())));
    }
}

/// As TOML has it, both for keys and for values.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A table of exceptions in `naming.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Alias,
    Operation,
    Type,
    Field,
    Value,
}

impl Section {
    const ALL: [Self; 5] = [Self::Alias, Self::Operation, Self::Type, Self::Field, Self::Value];

    fn of(self, naming: &Naming) -> &BTreeMap<String, String> {
        match self {
            Self::Alias => &naming.handle.alias,
            Self::Operation => &naming.operation,
            Self::Type => &naming.r#type,
            Self::Field => &naming.field,
            Self::Value => &naming.value,
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alias => "handle.alias",
            Self::Operation => "operation",
            Self::Type => "type",
            Self::Field => "field",
            Self::Value => "value",
        })
    }
}

/// The exceptions of `naming.toml`, and those of them that were used.
struct Exceptions<'c> {
    naming: &'c Naming,
    used: BTreeSet<(Section, &'c str)>,
    used_arguments: BTreeSet<&'c str>,
}

impl<'c> Exceptions<'c> {
    fn new(naming: &'c Naming) -> Self {
        Self { naming, used: BTreeSet::new(), used_arguments: BTreeSet::new() }
    }

    /// The name that `naming.toml` gives, if it does.
    fn get(&mut self, section: Section, key: &str) -> Option<String> {
        let (key, name) = section.of(self.naming).get_key_value(key)?;
        self.used.insert((section, key));
        Some(name.clone())
    }

    /// The same for a thing that belongs to a type; `key` makes the key of the type's text. A person may write that
    /// text in a readable form, which is the same except for names with dots and for inline types of an operation.
    fn of_type(&mut self, section: Section, id: &TypeId, key: impl Fn(&str) -> String) -> Option<String> {
        if section.of(self.naming).is_empty() {
            return None;
        }
        self.get(section, &key(&id.to_string())).or_else(|| self.get(section, &key(&id.label())))
    }

    fn report_unused(&self, out: &mut Sink) {
        let mut report = |section: &dyn fmt::Display, key: &str| {
            let at = Place { file: "naming.toml".to_owned(), ..Place::default() };
            let message = format!("`{key}` in [{section}] names nothing in this version");
            out.push(Diagnostic::notice(Code::UnusedException, at, message).help("take the line out"));
        };
        for section in Section::ALL {
            let all = section.of(self.naming).keys();
            let unused = all.filter(|key| !self.used.contains(&(section, key.as_str())));
            unused.for_each(|key| report(&section, key));
        }
        let arguments = self.naming.argument.keys();
        let unused = arguments.filter(|own| !self.used_arguments.contains(own.as_str()));
        unused.for_each(|own| report(&"argument", own));
    }
}
