//! Finds the operations of a client crate that see a fault at a place of its sources.

use std::collections::BTreeSet;

use anyhow::Context;
use regex::Regex;
use storewright_generator::api::{Api, Operation, TypeId, TypeRef};
use storewright_generator::diagnostic::Sink;
use storewright_generator::name::Names;

use crate::checkout::Tree;
use crate::pipeline;

/// So many operations that send a type are called, and as many that receive it.
const CALLED: usize = 4;

/// The ids of operations: that of the place, or a few that use its type.
pub(super) fn operations(
    tree: &Tree,
    api: &str,
    path: &str,
    text: &str,
    start: usize,
) -> anyhow::Result<Vec<String>> {
    let line_end =
        text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| start + length);
    let before = text.get(..line_end).unwrap_or(text);
    if path.starts_with("operations/") {
        return operations_at(text, before);
    }
    let mut out = Sink::new();
    let rules = pipeline::rules(tree, Some(api))?;
    let (stored, _) = pipeline::stored(tree, api, &mut out).context("the stored Api cannot be read")?;
    let model = stored.model();
    let names = pipeline::names(&model, &rules, &mut out).context("the stored Api cannot be named")?;
    let used = match path.starts_with("models/") {
        true => users(&model, &names, before)?,
        false => takers(&model, before.rsplit('\n').next().unwrap_or_default()),
    };
    // Other files are about all calls.
    let all = || model.operations.keys().take(CALLED).cloned().collect();
    Ok(if used.is_empty() { all() } else { used })
}

/// The operation of a constant, a method or a setter.
fn operations_at(text: &str, before: &str) -> anyhow::Result<Vec<String>> {
    let constant = Regex::new(r#"(?m)^    [A-Z][A-Z_0-9]*: (\w+) = \w+ "([^"]+)""#)?;
    let own = Regex::new(r"op::(\w+)> \{|    pub fn (\w+)\(")?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    if let Some(id) = constant.captures(line).and_then(|found| found.get(2)) {
        return Ok(vec![id.as_str().to_owned()]);
    }
    let builders: Vec<&str> =
        own.captures_iter(before).filter_map(|found| Some(found.get(1)?.as_str())).collect();
    let methods: Vec<&str> =
        own.captures_iter(before).filter_map(|found| Some(found.get(2)?.as_str())).collect();
    let is_own = |builder: &str| match builders.last() {
        Some(own) => *own == builder,
        None => methods.last().is_some_and(|method| builder.to_lowercase() == method.replace('_', "")),
    };
    let found = constant
        .captures_iter(text)
        .filter_map(|found| Some((found.get(1)?.as_str(), found.get(2)?.as_str())));
    let (own, others): (Vec<_>, Vec<_>) = found.partition(|(builder, _)| is_own(builder));
    let chosen = if own.is_empty() { others } else { own };
    Ok(chosen.into_iter().map(|(_, id)| id.to_owned()).collect())
}

/// Operations with a parameter that a line names.
fn takers(api: &Api, line: &str) -> Vec<String> {
    let names: BTreeSet<&str> = line.split('"').skip(1).step_by(2).collect();
    let takes = |operation: &Operation| operation.parameters.iter().any(|p| names.contains(p.name.as_str()));
    let all = api.operations.iter().filter(|(_, operation)| takes(operation));
    all.map(|(id, _)| id.clone()).take(CALLED).collect()
}

/// Operations that use the type at the end of a text: those with the fewest types.
fn users(api: &Api, names: &Names, before: &str) -> anyhow::Result<Vec<String>> {
    let definition = Regex::new(
        r"(?m)^\s*(?:pub )?(?:struct|enum|impl|type) (\w+)|rt::\w+! \{ (?:plain |sent |inline |included )?(\w+)",
    )?;
    let found = definition.captures_iter(before).last();
    let name = found.and_then(|found| found.get(1).or(found.get(2))).map_or("", |name| name.as_str());
    let parts = ["", "Attributes", "Relationships", "Required"];
    let idents: BTreeSet<&str> = parts.iter().filter_map(|part| name.strip_suffix(part)).collect();
    let types: BTreeSet<&TypeId> =
        names.types.iter().filter(|(_, ty)| idents.contains(ty.ident.as_str())).map(|(id, _)| id).collect();
    let takes = |id: &String| {
        let parameters = names.operations.get(id).map(|operation| operation.parameters.values());
        parameters.into_iter().flatten().any(|parameter| parameter.token.as_deref() == Some(name))
    };
    let reached = |refs: Vec<&TypeRef>| {
        let all = api.closure(refs.into_iter().filter_map(TypeRef::named));
        all.iter().any(|id| types.contains(*id)).then_some(all.len())
    };
    let (mut senders, mut receivers) = (Vec::new(), Vec::new());
    for (id, operation) in &api.operations {
        let count = if takes(id) { Some(0) } else { reached(sent(operation)) };
        senders.extend(count.map(|count| (count, id)));
        receivers.extend(reached(received(operation)).map(|count| (count, id)));
    }
    let mut out = BTreeSet::new();
    for mut users in [senders, receivers] {
        users.sort();
        out.extend(users.into_iter().take(CALLED).map(|(_, id)| id.clone()));
    }
    Ok(out.into_iter().collect())
}

fn sent(operation: &Operation) -> Vec<&TypeRef> {
    let body = operation.body.iter().flat_map(|body| body.content.values());
    body.chain(operation.parameters.iter().map(|parameter| &parameter.ty)).collect()
}

fn received(operation: &Operation) -> Vec<&TypeRef> {
    operation.responses.values().flat_map(|response| response.content.values()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operation_of_a_place_is_found() {
        let text = "impl As {\n    pub fn get(&self) {}\n    pub fn list_all(&self) {}\n}\n\
                    impl<T> crate::Call<T, op::ListAll> {\n    pub fn limit(self) {}\n}\n\
                    \x20   GET: Get = Get \"a_get\" \"/a/{id}\",\n    LIST_ALL: ListAll = Get \"a_list\" \"/a\",\n";
        let at = |needle: &str| operations_at(text, text.split_inclusive(needle).next().unwrap()).unwrap();
        assert_eq!(at("get("), ["a_get"]);
        assert_eq!(at("list_all("), ["a_list"]);
        assert_eq!(at("limit("), ["a_list"]);
        assert_eq!(at("\"a_get\""), ["a_get"]);
    }
}
