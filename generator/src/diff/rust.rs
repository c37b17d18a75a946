//! Rows and changed Rust items go in; the rows' Rust verdicts come out, and the items that no row explains.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Bump, Kind};
use super::item::{ItemChange, Items};
use super::row::Row;
use super::view::{Node, Part, is_named};
use crate::api::{Api, Parameter, Role};
use crate::name::Names;

/// Where the Rust items of one side are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys<'a> {
    pub(super) api: &'a Api,
    /// None where Rust is not asked for.
    pub(super) names: Option<&'a Names>,
}

impl Keys<'_> {
    fn ident(&self, id: &str) -> Option<&str> {
        Some(self.names?.types.get(id)?.ident.as_str())
    }

    /// A type that has a name of its own, with all that stands inline in it.
    pub(super) fn of_named(&self, id: &str) -> Vec<String> {
        let Some(names) = self.names else { return Vec::new() };
        let start = format!("{id}.");
        let inner = names.types.range(start.clone()..).take_while(|(other, _)| other.starts_with(&start));
        let inner = inner.filter(|(other, _)| !is_named(self.api, other)).map(|(other, _)| other.as_str());
        std::iter::once(id).chain(inner).flat_map(|id| self.of_type(id)).collect()
    }

    /// A type, its members, and the parts of a resource.
    pub(super) fn of_type(&self, id: &str) -> Vec<String> {
        let Some(ident) = self.ident(id) else { return Vec::new() };
        let parts = ["", ".*", "::*", "Attributes", "Attributes.*", "Relationships", "Relationships.*"];
        parts.iter().map(|part| format!("models::{ident}{part}")).collect()
    }

    /// A type that stands inline, with all that stands inline in it.
    pub(super) fn of_inline(&self, node: &Node<'_>) -> Vec<String> {
        let Node::Ty(ty) = node else { return Vec::new() };
        let Some(id) = ty.named().filter(|id| !is_named(self.api, id)) else { return Vec::new() };
        let Some(names) = self.names else { return Vec::new() };
        let inner = names.types.range(id.to_owned()..).take_while(|(other, _)| other.starts_with(id));
        inner.flat_map(|(id, _)| self.of_type(id)).collect()
    }

    pub(super) fn of_member(&self, owner: Option<(&str, Part)>, name: &str) -> Vec<String> {
        let Some((id, part)) = owner else { return Vec::new() };
        let Some(names) = self.names.and_then(|names| names.types.get(id)) else { return Vec::new() };
        let Some(member) = names.members.get(name) else { return Vec::new() };
        let ident = &names.ident;
        let request = matches!(self.api.types.get(id).map(|t| &t.shape), Some(crate::api::Shape::Request(_)));
        match part {
            Part::Attributes if !request => vec![format!("models::{ident}Attributes.{member}")],
            Part::Relationships if !request => vec![format!("models::{ident}Relationships.{member}")],
            _ => vec![
                format!("models::{ident}.{member}"),
                format!("models::{ident}::{member}"),
                format!("models::{ident}::clear_{}", member.trim_end_matches('_')),
                format!("models::{ident}::new"),
            ],
        }
    }

    /// A value or variant of the type `id`, whose own name the type has that defines it.
    pub(super) fn of_value(&self, id: &str, owner: Option<&str>, value: &str) -> Vec<String> {
        let Some(names) = self.names else { return Vec::new() };
        let own = |id: &str| names.types.get(id).and_then(|t| t.members.get(value));
        let Some(member) = own(id).or_else(|| owner.and_then(own)) else { return Vec::new() };
        let ids = [Some(id), owner];
        let idents: BTreeSet<&str> = ids.into_iter().flatten().filter_map(|id| self.ident(id)).collect();
        idents.into_iter().map(|ident| format!("models::{ident}::{member}")).collect()
    }

    /// The methods of an operation, and what collects their arguments.
    pub(super) fn of_operation(&self, id: &str, all: bool) -> Vec<String> {
        let Some((names, name)) = self.names.and_then(|n| Some((n, n.operations.get(id)?))) else {
            return Vec::new();
        };
        let handle = names.handles.get(&name.handle).map_or("", |h| h.ident.as_str());
        let mut out = Vec::new();
        for method in &name.methods {
            out.push(format!("operations::{}::{handle}::{}", name.handle, method.ident));
            let builder = format!("operations::{}::{}", name.handle, method.builder);
            out.push(builder.clone());
            if all {
                out.push(format!("{builder}::*"));
            }
        }
        if all {
            out.push(format!("operations::{}::{handle}", name.handle));
            out.push(format!("::Client::{}", name.handle));
        }
        out
    }

    /// The setter or argument of a parameter; where it is `whole`, the type of its values too.
    pub(super) fn of_parameter(&self, id: &str, parameter: &Parameter, whole: bool) -> Vec<String> {
        let Some(name) = self.names.and_then(|n| n.operations.get(id)) else { return Vec::new() };
        let Some(own) = name.parameters.get(&parameter.name) else { return Vec::new() };
        let mut out: Vec<String> = name
            .methods
            .iter()
            .map(|m| format!("operations::{}::{}::{}", name.handle, m.builder, own.ident))
            .collect();
        // A setter is the builder's; what must be given is an argument of the method itself.
        let around = self.of_operation(id, false);
        out.extend(around.into_iter().filter(|key| {
            let method = key.matches("::").count() == 3;
            method == parameter.required
        }));
        if let (true, Some(token)) = (whole, &own.token) {
            out.push(format!("models::{token}"));
            out.push(format!("models::{token}::*"));
        }
        out
    }

    /// The constant of a parameter's value.
    pub(super) fn of_token(&self, id: &str, parameter: &str, value: &str) -> Vec<String> {
        let Some(names) = self.names else { return Vec::new() };
        let token = names.operations.get(id).and_then(|o| o.parameters.get(parameter)?.token.as_ref());
        let Some(token) = token else { return Vec::new() };
        let sort = self
            .api
            .operations
            .get(id)
            .is_some_and(|o| o.parameters.iter().any(|p| p.name == parameter && p.role() == Role::Sort));
        let plain = if sort { value.strip_prefix('-').unwrap_or(value) } else { value };
        let constant = names.tokens.get(token).and_then(|t| t.values.get(plain));
        constant.map(|constant| format!("models::{token}::{constant}")).into_iter().collect()
    }
}

/// Gives each row its Rust verdict; items that changed for no row's reason come out.
pub(super) fn judge(rows: &mut [Row], items: &Items) -> Vec<ItemChange> {
    let mut explained = vec![false; items.changes.len()];
    for row in rows.iter_mut() {
        // In the order of the keys: what a row is about comes before what goes along with it.
        let mut found: Vec<usize> = Vec::new();
        if !is_silent(row) {
            let mut seen: BTreeSet<usize> = BTreeSet::new();
            let all = row.keys.iter().flatten().flat_map(|key| items.matching(key));
            found.extend(all.filter(|at| seen.insert(*at)));
        }
        for at in &found {
            if let Some(explained) = explained.get_mut(*at) {
                *explained = true;
            }
        }
        let changes: Vec<&ItemChange> = found.iter().filter_map(|at| items.changes.get(*at)).collect();
        decide(row, &changes, items);
    }
    // What is left follows from a row about the same place of the document.
    let mut by_origin: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let origins: Vec<Vec<String>> = rows.iter().map(|row| row.origins.iter().cloned().collect()).collect();
    for (at, places) in origins.iter().enumerate() {
        for place in places.iter().filter(|_| rows.get(at).is_some_and(|row| !is_silent(row))) {
            by_origin.entry(place).or_default().push(at);
        }
    }
    let ident =
        |keys: &[String]| keys.first().and_then(|key| key.strip_prefix("models::")).map(str::to_owned);
    let renamed: Vec<(usize, String, String)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.kind() == Kind::TypeRenamed)
        .filter_map(|(at, row)| {
            let [old, new] = &row.keys;
            Some((at, ident(old)?, ident(new)?))
        })
        .collect();
    let mut left = Vec::new();
    for (change, explained) in items.changes.iter().zip(explained) {
        if explained {
            continue;
        }
        let at = by_origin.get(change.origin.as_str()).and_then(|rows| rows.first().copied());
        let at =
            at.or_else(|| renamed.iter().find(|(_, old, new)| follows(change, old, new)).map(|(at, ..)| *at));
        match at.and_then(|at| rows.get_mut(at)) {
            Some(row) if change.note.is_none() => {
                row.rust = row.rust.map(|rust| rust.min(change.rust));
                if change.rust == Bump::Major && !row.rust_note.contains(&change.path) {
                    note(row, &format!("`{}` changes with it", change.path));
                }
            }
            _ => left.push(change.clone()),
        }
    }
    gather(left)
}

/// Whether a signature changed in nothing but the name of a type.
fn follows(change: &ItemChange, old: &str, new: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        parts.map(|word| if word == old { new.to_owned() } else { word.to_owned() }).collect()
    };
    change.old.as_deref().zip(change.new.as_deref()).is_some_and(|(a, b)| words(a) == words(b))
}

/// Features bring types with all that belongs to them, so that is said once a type.
fn gather(left: Vec<ItemChange>) -> Vec<ItemChange> {
    let mut out: Vec<ItemChange> = Vec::new();
    let mut moved: BTreeMap<(String, Bump, String), (ItemChange, usize)> = BTreeMap::new();
    for change in left {
        let base: Vec<&str> = change.origin.splitn(5, '/').take(4).collect();
        match change.note.clone() {
            Some(note) => {
                let key = (base.join("/"), change.rust, note);
                moved.entry(key).and_modify(|(_, more)| *more += 1).or_insert((change, 0));
            }
            None => out.push(change),
        }
    }
    out.extend(moved.into_values().map(|(mut change, more)| {
        if more > 0 {
            change.note = change.note.map(|note| format!("{note}, with {more} items that belong to it"));
        }
        change
    }));
    out.sort_by(|a, b| (a.rust, a).cmp(&(b.rust, b)));
    out
}

/// Whether the change is none of a public item, whatever else happens to the items at its place.
fn is_silent(row: &Row) -> bool {
    use Kind as K;
    let quiet = matches!(
        row.kind(),
        K::OperationDeprecated
            | K::OperationUndeprecated
            | K::ParameterDeprecated
            | K::ParameterUndeprecated
            | K::FieldDeprecated
            | K::FieldUndeprecated
            | K::LimitChanged
            | K::ParameterDefaultChanged
            | K::FieldDefaultChanged
            | K::SecurityChanged
            | K::ServerChanged
    );
    quiet || row.failure
}

fn decide(row: &mut Row, changes: &[&ItemChange], items: &Items) {
    let worst = changes.iter().min_by_key(|change| (change.rust, change.note.is_some()));
    let deprecation =
        matches!(row.kind(), Kind::OperationDeprecated | Kind::ParameterDeprecated | Kind::FieldDeprecated);
    let rust = match worst {
        Some(worst) => worst.rust,
        None if deprecation && !row.keys.iter().all(Vec::is_empty) => Bump::Minor,
        None => Bump::None,
    };
    row.rust = Some(rust);
    for side in 0..2 {
        let changed = worst.filter(|worst| worst.rust == rust).map(|worst| worst.path.clone());
        let own = row.keys.get(side).into_iter().flatten();
        let mut candidates = changed.into_iter().chain(own.cloned());
        let shown = candidates.find_map(|key| items.shown(side, &key));
        if let Some(slot) = row.rust_items.get_mut(side) {
            *slot = shown;
        }
    }
    if let (Some(next), [_, new @ None]) = (&row.successor, &mut row.rust_items) {
        *new = items.shown(1, next);
    }
    // The old item alone says what breaks; on both sides the same text says nothing.
    let [before, now] = &mut row.rust_items;
    if before == now && rust != Bump::Major {
        *before = None;
    }
    match (rust, worst) {
        (Bump::Major, Some(worst)) => {
            let text = match (&worst.old, &worst.new, &worst.note) {
                (_, _, Some(note)) => format!("`{}` is there {note}", worst.path),
                (_, None, _) => format!("`{}` is gone", worst.path),
                _ => format!("`{}` has another signature", worst.path),
            };
            let more = changes.iter().filter(|c| c.rust == Bump::Major).count() - 1;
            note(row, &if more > 0 { format!("{text}, and {more} more") } else { text });
        }
        (Bump::Minor, Some(worst)) if worst.old.is_none() => {
            note(row, "new in Rust, nothing stops compiling")
        }
        (Bump::Minor, Some(_)) => note(row, "there with more features than before"),
        (Bump::Minor, None) => note(row, "the compiler warns of its use"),
        _ => note(row, "no public Rust item changes"),
    }
}

fn note(row: &mut Row, text: &str) {
    if !row.rust_note.is_empty() {
        row.rust_note.push_str(", ");
    }
    row.rust_note.push_str(text);
}
