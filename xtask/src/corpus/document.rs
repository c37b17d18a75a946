//! Generates the crate of one document and writes down the outcome, in a process of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use storewright_generator::api::{Api, Pointer};
use storewright_generator::diagnostic::{Diagnostic, Severity, Sink};
use storewright_generator::load::{Source, text};
use storewright_generator::plan::{self, Item};

use crate::checkout::Tree;
use crate::measure::{self, Cost};
use crate::{Outcome, fetch, generate, pipeline};

/// The members of a path item that are operations.
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// The hidden command that a process per document runs.
#[derive(clap::Args)]
pub(crate) struct Args {
    file: PathBuf,
    #[arg(long)]
    out: PathBuf,
    #[arg(long)]
    name: String,
    /// The file for the outcome.
    #[arg(long)]
    into: PathBuf,
}

/// The outcome of generating one crate.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Generated {
    /// The operations of the document, counted in its text.
    pub(super) declared: usize,
    /// The operations of the crate.
    pub(super) operations: usize,
    /// Operations that a notice skips.
    pub(super) skipped: usize,
    /// Operations that are in the document, but neither in the crate nor in a notice.
    pub(super) lost: Vec<String>,
    /// The number of diagnostics, by code.
    pub(super) notices: BTreeMap<String, usize>,
    pub(super) errors: BTreeMap<String, usize>,
    /// The first error, for the table.
    pub(super) first: Option<String>,
    /// The first public item that `--docs` changes.
    pub(super) docs: Option<String>,
    /// The cost up to the crate, without the comparisons after it.
    pub(super) cost: Cost,
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    let mut out = Sink::new();
    let made = generate::document(tree, &args.file, &args.out, &args.name, &mut out)?;
    let mut generated = Generated { cost: measure::own()?, ..Generated::default() };
    let count = |severity: Severity| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for diagnostic in out.diagnostics().iter().filter(|d| d.severity == severity) {
            *counts.entry(diagnostic.code.to_string()).or_default() += 1;
        }
        counts
    };
    (generated.notices, generated.errors) = (count(Severity::Notice), count(Severity::Error));
    let first = out.diagnostics().iter().find(|d| d.severity == Severity::Error);
    generated.first = first.map(|d: &Diagnostic| format!("{} at {}", d.message, d.at.pointer));
    let is_made = made.is_some();
    if let Some(api) = made {
        compare(&api, args, &out, &mut generated)?;
        generated.docs = changed_by_docs(tree, args)?;
    }
    fs::write(&args.into, serde_json::to_string(&generated)?)?;
    Ok(if is_made { Outcome::Done } else { Outcome::Findings })
}

/// Counts the operations of the document and looks for each in the crate and in the notices.
fn compare(api: &Api, args: &Args, out: &Sink, generated: &mut Generated) -> anyhow::Result<()> {
    let bytes = fs::read(&args.file)?;
    let name = args.file.display().to_string();
    let tree = text::parse(&Source { name: &name, text: &bytes }, &mut Sink::new()).unwrap_or_default();
    let declared = operations(&tree);
    let made: BTreeSet<(&str, String)> =
        api.operations.values().map(|o| (o.path.as_str(), o.method.to_lowercase())).collect();
    let named: BTreeSet<&Pointer> = out.diagnostics().iter().map(|d| &d.at.pointer).collect();
    generated.operations = api.operations.len();
    generated.declared = declared.len();
    for (path, method) in declared {
        if made.contains(&(path.as_str(), method.clone())) {
            continue;
        }
        let item = Pointer::new("/paths").child(&path);
        let more = item.child("additionalOperations").child(method.to_uppercase());
        if [&item.child(&method), &more, &item].iter().any(|at| named.contains(at)) {
            generated.skipped += 1;
        } else {
            generated.lost.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    Ok(())
}

/// Path and method of every operation of a document, through references to path items in it.
fn operations(tree: &Value) -> BTreeSet<(String, String)> {
    let mut out = BTreeSet::new();
    let paths = tree.get("paths").and_then(Value::as_object).into_iter().flatten();
    for (path, item) in paths.filter(|(path, _)| path.starts_with('/')) {
        let reference = item.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
        for item in [Some(item), reference.and_then(|at| tree.pointer(at))].into_iter().flatten() {
            let methods = METHODS.iter().filter(|method| item.get(**method).is_some_and(Value::is_object));
            out.extend(methods.map(|method| (path.clone(), (*method).to_owned())));
            let more = item.get("additionalOperations").and_then(Value::as_object).into_iter().flatten();
            out.extend(more.map(|(method, _)| (path.clone(), method.to_lowercase())));
        }
    }
    out
}

/// The first public item in which the crate with the document's prose differs from the one without.
fn changed_by_docs(tree: &Tree, args: &Args) -> anyhow::Result<Option<String>> {
    let rules = pipeline::rules(tree, None)?;
    let mut out = Sink::new();
    let Some(document) = fetch::fetch(&args.file.display().to_string(), &mut out) else {
        return Ok(None);
    };
    let mut items = Vec::new();
    for keep_prose in [false, true] {
        let made = pipeline::make(&document, &rules, &args.name, keep_prose, &mut out);
        items.push(made.map(|made| plan::items(&made.model, &made.names)).unwrap_or_default());
    }
    let [without, with] = items.as_slice() else { return Ok(None) };
    let [without, with] = [without, with].map(|items| items.iter().collect::<BTreeSet<&Item>>());
    Ok(without.symmetric_difference(&with).next().map(ToString::to_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_counted_through_references_and_beside_other_members() {
        let tree = serde_json::json!({
            "paths": {
                "/a": { "get": {}, "query": {}, "parameters": [], "summary": "x", "post": "not an operation" },
                "/b": { "$ref": "#/components/pathItems/B", "put": {} },
                "/c": { "additionalOperations": { "COPY": {} } },
                "x-paths": { "get": {} }
            },
            "components": { "pathItems": { "B": { "delete": {} } } }
        });
        let found = operations(&tree);
        let found: Vec<(&str, &str)> =
            found.iter().map(|(path, method)| (path.as_str(), method.as_str())).collect();
        assert_eq!(found, [("/a", "get"), ("/a", "query"), ("/b", "delete"), ("/b", "put"), ("/c", "copy")]);
    }
}
