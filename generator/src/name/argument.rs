//! Checks the arguments of `naming.toml` that give several parameters of a path.

use std::collections::BTreeMap;

use super::config::Composite;
use super::types::TYPES;
use crate::diagnostic::{Code, Diagnostic, Place, Sink};

/// Items that the root of every crate has, next to the types of arguments.
const ROOT: &[&str] =
    &["Api", "Call", "Client", "Credentials", "Error", "models", "operations", "runtime", "webhooks"];

/// Reports types and fields whose names are taken; `text` is that of naming.toml.
pub(super) fn check(arguments: &BTreeMap<String, Composite>, text: &str, out: &mut Sink) {
    let mut types: BTreeMap<&str, (&str, &Composite)> = BTreeMap::new();
    for (own, composite) in arguments {
        let mut report = |message: String, help: &str| {
            let at = Place { file: "naming.toml".to_owned(), line: line(text, own), ..Place::default() };
            out.push(Diagnostic::error(Code::InvalidConfig, at, message).help(help));
        };
        let ty = composite.r#type.as_str();
        if ROOT.contains(&ty) {
            let message =
                format!("the type `{ty}` of [argument.{own}] has the name of an item of the crate's root");
            report(message, "give the type another name");
        } else if TYPES.contains(&ty) {
            let message = format!(
                "the type `{ty}` of [argument.{own}] has the name of a type that the generated code uses"
            );
            report(message, "give the type another name");
        }
        let mut fields: BTreeMap<&str, &str> = BTreeMap::new();
        for (parameter, field) in &composite.fields {
            if let Some(other) = fields.insert(field, parameter) {
                let message =
                    format!("`{other}` and `{parameter}` of [argument.{own}] are both the field `{field}`");
                report(message, "give each parameter its own field");
            }
        }
        if let Some((first, other)) = types.insert(ty, (own, composite))
            && other.fields != composite.fields
        {
            let message =
                format!("[argument.{first}] and [argument.{own}] give the type `{ty}` different fields");
            report(message, "give each of them its own type, or both the same fields");
        }
    }
}

/// The line of an argument's table.
fn line(text: &str, argument: &str) -> Option<usize> {
    let heads = [format!("[argument.{argument}]"), format!("argument.{argument}"), "[argument]".to_owned()];
    heads
        .iter()
        .find_map(|head| text.lines().position(|line| line.trim().starts_with(head.as_str())))
        .map(|index| index + 1)
}
