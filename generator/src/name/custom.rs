//! Reads `crate.toml`: choices for a crate that no document makes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::case::is_ident;
use super::config;
use crate::api::{Api, Model, TypeId};
use crate::diagnostic::{Code, Diagnostic, Place, Sink};

/// The name of the file.
const FILE: &str = "crate.toml";

/// `crate.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Custom {
    /// The operations to generate, as `--only` selects them; empty for all.
    pub only: Vec<String>,
    /// Schema → the Rust type that its values are read as, such as `rust_decimal::Decimal`.
    pub replace: BTreeMap<String, String>,
    /// Struct → derives that it has in addition; `*` is every struct.
    pub derive: BTreeMap<String, Vec<String>>,
    /// Dependencies of the crate, as `Cargo.toml` has them.
    pub dependencies: toml::Table,
}

impl Custom {
    /// Reads the text; none if errors were pushed.
    pub fn parse(text: &str, out: &mut Sink) -> Option<Self> {
        let custom: Self = config::parse(FILE, text, out)?;
        let paths = custom.replace.values().chain(custom.derive.values().flatten());
        let mut is_good = true;
        for path in paths.filter(|path| !path.split("::").all(is_ident)) {
            let at = Place { file: FILE.to_owned(), ..Place::default() };
            let message = format!("`{path}` is not the path of a Rust type or derive");
            let help = "write a whole path without arguments, such as `rust_decimal::Decimal`";
            out.push(Diagnostic::error(Code::InvalidConfig, at, message).help(help));
            is_good = false;
        }
        is_good.then_some(custom)
    }

    /// Notices for what nothing of the crate is called.
    pub fn unused(&self, api: &Api, out: &mut Sink) {
        let unknown =
            self.replace.keys().filter(|name| !api.types.contains_key(&TypeId::schema(name.as_str())));
        for name in unknown {
            let at = Place { file: FILE.to_owned(), ..Place::default() };
            let message = format!("[replace] names `{name}`, which no operation uses");
            let diagnostic = Diagnostic::notice(Code::UnusedException, at, message);
            out.push(diagnostic.help("name a schema of the document, or take the line out"));
        }
    }

    /// Lines of `[dependencies]`.
    pub(crate) fn dependency_lines(&self) -> Vec<String> {
        self.dependencies.iter().map(|(name, value)| format!("{name} = {value}")).collect()
    }

    /// The model in which replaced schemas are objects without members: nothing is known of their values.
    pub(crate) fn hide_replaced<'a>(&self, api: &'a Model) -> Cow<'a, Model> {
        match self.replace.is_empty() {
            true => Cow::Borrowed(api),
            false => Cow::Owned(api.clone().opaque(self.replace.keys().map(String::as_str))),
        }
    }
}
