//! Plans the types of arguments that give several parameters of a path (`[argument]` of `naming.toml`).

use std::collections::BTreeMap;

use super::Context;
use super::doc::code;
use super::operation::placeholders;
use crate::api::In;

/// The type of an argument that gives several parameters of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composite {
    /// Its name, in the root of the crate.
    pub ident: String,
    /// Its documentation.
    pub docs: Vec<String>,
    /// Its fields and the parameters that they give, in the order of the path.
    pub fields: Vec<(String, String)>,
}

impl Context<'_> {
    pub(super) fn composites(&self) -> Vec<Composite> {
        let mut found: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
        for (id, name) in &self.names.operations {
            let Some(operation) = self.api.operations.get(id) else { continue };
            for parameter in placeholders(&operation.path) {
                let key = (parameter.to_owned(), In::Path);
                let Some(part) = name.parameters.get(&key).and_then(|name| name.part.as_ref()) else {
                    continue;
                };
                let fields = found.entry(&part.of).or_default();
                if !fields.iter().any(|(field, _)| *field == part.field) {
                    fields.push((part.field.clone(), key.0));
                }
            }
        }
        let composite = |(ident, fields): (&str, Vec<(String, String)>)| {
            let parameters: Vec<String> = fields.iter().map(|(_, parameter)| code(parameter)).collect();
            let docs = vec![
                format!("The parameters {} of paths.", parameters.join(" and ")),
                String::new(),
                "Operations take one, a reference to one, or a tuple of the values.".to_owned(),
            ];
            Composite { ident: ident.to_owned(), docs, fields }
        };
        found.into_iter().map(composite).collect()
    }
}
