//! Attaches Rust verdicts to rows and lists the items that no row explains.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Bump, Kind};
use super::item_causes;
use super::public_api::{ItemChange, Items};
use super::row::Row;
use crate::api::{Api, Parameter, Shape, TypeId, TypeRef, TypeStep};
use crate::name::{Family, Names};

/// The locations of the Rust items of one side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys<'a> {
    /// The model.
    pub(super) api: &'a Api,
    /// None if Rust is not compared.
    pub(super) names: Option<&'a Names>,
}

impl Keys<'_> {
    fn ident(&self, id: &TypeId) -> Option<&str> {
        Some(self.names?.types.get(id)?.ident.as_str())
    }

    /// A named type, with all of its inline types.
    pub(super) fn of_named(&self, id: &TypeId) -> Vec<String> {
        let Some(names) = self.names else { return Vec::new() };
        let (Ok(start) | Err(start)) = names.types.binary_search_keys(id);
        let all =
            names.types.get_range(start..).into_iter().flatten().take_while(|(other, _)| id.holds(other));
        all.flat_map(|(id, _)| self.of_type(id)).collect()
    }

    /// A type, its members, and the parts of a resource.
    pub(super) fn of_type(&self, id: &TypeId) -> Vec<String> {
        let Some(ident) = self.ident(id) else { return Vec::new() };
        let parts = ["", ".*", "::*", "Attributes", "Attributes.*", "Relationships", "Relationships.*"];
        parts.iter().map(|part| format!("models::{ident}{part}")).collect()
    }

    /// An inline type, with all of its inline types; a part of a resource or a request, with its members.
    pub(super) fn of_inline(&self, ty: &TypeRef) -> Vec<String> {
        let Some(id) = ty.named().filter(|id| id.is_inline()) else { return Vec::new() };
        let mut out = self.of_named(id);
        if let Some((owner, part)) = self.part(id) {
            let names: Vec<&String> = match (self.api.types.get(&owner).map(|ty| &ty.shape), part) {
                (Some(Shape::Resource(r)), "Attributes") => r.attributes.keys().collect(),
                (Some(Shape::Resource(r)), _) => r.relationships.keys().collect(),
                (Some(Shape::Request(r)), "Attributes") => r.attributes.keys().collect(),
                (Some(Shape::Request(r)), _) => r.relationships.keys().collect(),
                _ => Vec::new(),
            };
            out.extend(names.into_iter().flat_map(|name| self.of_member(id, name)).flatten());
        }
        out
    }

    /// The resource or the request that `id` is the attributes or the relationships of, and the end of that struct's name.
    fn part(&self, id: &TypeId) -> Option<(TypeId, &'static str)> {
        let (last, before) = id.path.split_last()?;
        let part = match last {
            TypeStep::Member(name) if name == "attributes" => "Attributes",
            TypeStep::Member(name) if name == "relationships" => "Relationships",
            _ => return None,
        };
        let before = match before {
            [TypeStep::Member(name)] if name == "data" => &[],
            other => other,
        };
        let owner = TypeId { owner: id.owner.clone(), path: before.to_vec() };
        let shape = self.api.types.get(&owner).map(|ty| &ty.shape);
        matches!(shape, Some(Shape::Resource(_) | Shape::Request(_))).then_some((owner, part))
    }

    /// A member of the object `id`; none where that has no struct in Rust.
    pub(super) fn of_member(&self, id: &TypeId, name: &str) -> Option<Vec<String>> {
        let part = self.part(id);
        let owner = part.as_ref().map_or(id, |(owner, _)| owner);
        let all = self.names?;
        let shape = self.api.types.get(owner).map(|ty| &ty.shape);
        let resource = match (shape, &part) {
            (Some(Shape::Resource(_)), _) => true,
            (Some(Shape::Request(_)), Some(_)) | (Some(Shape::Struct(_)), _) => false,
            _ => return None,
        };
        let names = all.types.get(owner)?;
        let ident = &names.ident;
        let whole = |part: &str| {
            vec![
                format!("models::{ident}.{name}"),
                format!("models::{ident}{part}"),
                format!("models::{ident}{part}.*"),
            ]
        };
        let member = names.members.get(name);
        Some(match (resource, &part, member) {
            (true, None, _) if name == "attributes" => whole("Attributes"),
            (true, None, _) if name == "relationships" => whole("Relationships"),
            (true, None, _) => vec![format!("models::{ident}.{name}")],
            (_, _, None) => Vec::new(),
            (true, Some((_, part)), Some(member)) => vec![format!("models::{ident}{part}.{member}")],
            (false, _, Some(member)) => vec![
                format!("models::{ident}.{member}"),
                format!("models::{ident}::{member}"),
                format!("models::{ident}::clear_{}", member.trim_end_matches('_')),
                format!("models::{ident}::new"),
            ],
        })
    }

    /// A value or variant of the type `id`, whose own name the type has that defines it.
    pub(super) fn of_value(&self, id: &TypeId, owner: Option<&TypeId>, value: &str) -> Vec<String> {
        let Some(names) = self.names else { return Vec::new() };
        // Equal inline types are aliases of one.
        let target = owner.and_then(|owner| self.api.resolve(owner)).map(|(target, _)| target);
        let ids = || [Some(id), owner, target].into_iter().flatten();
        let own = |id: &TypeId| names.types.get(id).and_then(|t| t.members.get(value));
        let Some(member) = ids().find_map(own) else { return Vec::new() };
        let idents: BTreeSet<&str> = ids().filter_map(|id| self.ident(id)).collect();
        idents.into_iter().map(|ident| format!("models::{ident}::{member}")).collect()
    }

    /// The methods of an operation, and the type that collects their arguments.
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

    /// The setter or argument of a parameter; if it is `whole`, the type of its values too.
    pub(super) fn of_parameter(&self, id: &str, parameter: &Parameter, whole: bool) -> Vec<String> {
        let Some(name) = self.names.and_then(|n| n.operations.get(id)) else { return Vec::new() };
        let Some(own) = name.parameter(parameter) else { return Vec::new() };
        let mut out: Vec<String> = name
            .methods
            .iter()
            .map(|m| format!("operations::{}::{}::{}", name.handle, m.builder, own.ident))
            .collect();
        // A setter is a method of the call; a required parameter is an argument of the method that makes the call.
        let around = self.of_operation(id, false);
        out.extend(around.into_iter().filter(|key| (key.matches("::").count() == 3) == parameter.required));
        if let (true, Some(token)) = (whole, &own.token) {
            out.push(format!("models::{token}"));
            let values = parameter.values.as_ref().and_then(|values| self.api.values.get(values));
            let values = values.into_iter().flatten();
            out.extend(values.flat_map(|value| self.of_token(id, &parameter.name, value)));
        }
        out
    }

    /// The constant of a parameter's value.
    pub(super) fn of_token(&self, id: &str, parameter: &str, value: &str) -> Vec<String> {
        let Some(names) = self.names else { return Vec::new() };
        let named = names.operations.get(id).into_iter().flat_map(|o| &o.parameters);
        let mut tokens = named.filter(|((name, _), _)| name == parameter).map(|(_, own)| own.token.as_ref());
        let token = tokens.find_map(|token| token);
        let Some(token) = token else { return Vec::new() };
        let Some(own) = names.tokens.get(token) else { return Vec::new() };
        let plain = if own.family == Family::Sort { value.strip_prefix('-').unwrap_or(value) } else { value };
        let constant = own.values.get(plain);
        constant.map(|constant| format!("models::{token}::{constant}")).into_iter().collect()
    }
}

/// Gives each row its Rust verdict; returns the items that changed for no row's reason.
pub(super) fn judge(rows: &mut [Row], items: &Items<'_>, apis: [&Api; 2]) -> Vec<ItemChange> {
    let mut owners: Vec<Option<usize>> = vec![None; items.changes.len()];
    for (number, row) in rows.iter_mut().enumerate() {
        // In the order of the keys: the subject of a row comes before its consequences.
        let mut found: Vec<usize> = Vec::new();
        if !is_silent(row) {
            let mut seen: BTreeSet<usize> = BTreeSet::new();
            for (side, keys) in row.keys.iter().enumerate() {
                // An addition removes nothing, although other values of the same type may be gone.
                let is_there = |at: &usize| {
                    let change = items.changes.get(*at);
                    change.is_some_and(|c| if side == 0 { c.old.is_some() } else { c.new.is_some() })
                };
                let all = keys.iter().flat_map(|key| items.matching(key)).filter(is_there);
                found.extend(all.filter(|at| seen.insert(*at)));
            }
        }
        for at in &found {
            if let Some(owner) = owners.get_mut(*at) {
                owner.get_or_insert(number);
            }
        }
        let changes: Vec<&ItemChange> = found.iter().filter_map(|at| items.changes.get(*at)).collect();
        decide(row, &changes, items);
    }
    let all = item_causes::causes(rows, items, &owners, apis);
    let mut along: BTreeMap<usize, Vec<&ItemChange>> = BTreeMap::new();
    let mut left = Vec::new();
    for ((change, owner), cause) in items.changes.iter().zip(owners).zip(all) {
        match (owner, cause) {
            (Some(_), _) => {}
            (None, Some(at)) => along.entry(at).or_default().push(change),
            (None, None) => left.push(change.clone()),
        }
    }
    for (at, changes) in along {
        rows.get_mut(at).into_iter().for_each(|row| follow(row, &changes, items));
    }
    left.sort_by(|a, b| (a.rust, a).cmp(&(b.rust, b)));
    left
}

/// The note of a row that only adds items.
const NEW: &str = "new in Rust, nothing stops compiling";

/// Drops one of two items that are not a pair: neither the same item nor one that took the other's place.
fn part(row: &mut Row, rust: Bump) {
    use Kind as K;
    // A required parameter is an argument in the place of a setter.
    let is_renamed =
        matches!(row.kind(), K::OperationRenamed | K::OperationMoved | K::TypeRenamed | K::ParameterRequired);
    let [before, now] = &mut row.rust_items;
    let path = |item: &Option<String>| item.as_deref()?.split(' ').next().map(str::to_owned);
    if is_renamed || row.successor.is_some() || path(before) == path(now) {
        return;
    }
    match (before.is_some() && now.is_some(), rust) {
        (true, Bump::Major) => *now = None,
        (true, _) => *before = None,
        (false, _) => {}
    }
}

/// Handles the consequences of a row.
fn follow(row: &mut Row, changes: &[&ItemChange], items: &Items<'_>) {
    let before = row.rust.unwrap_or(Bump::None);
    let rust = changes.iter().map(|change| change.rust).min().unwrap_or(Bump::None).min(before);
    row.rust = Some(rust);
    let is_worse = rust < before;
    if is_worse {
        row.rust_note.clear();
    }
    let broken: Vec<&&ItemChange> = changes.iter().filter(|change| change.rust == Bump::Major).collect();
    let known = row.paths.clone();
    row.paths.extend(broken.iter().map(|change| change.path.clone()));
    let new: Vec<&&&ItemChange> = broken.iter().filter(|change| !known.contains(&change.path)).collect();
    if let Some(first) = new.first() {
        let more = new.len() - 1;
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        note(row, &format!("{}{more}", broken_by(first)));
    } else if is_worse {
        note(row, NEW);
    }
    // The signature that breaks is the one to show.
    let changed = || new.iter().find(|change| change.note.is_none() && change.new.is_some());
    if let Some(changed) = changed().filter(|_| is_worse) {
        row.rust_items = [0, 1].map(|side| items.shown(side, &changed.path));
    }
}

/// The break of an item, in words.
fn broken_by(change: &ItemChange) -> String {
    match (&change.new, &change.note) {
        (_, Some(note)) => format!("`{}` {note}", change.path),
        (None, _) => format!("`{}` is gone", change.path),
        _ => format!("`{}` has another signature", change.path),
    }
}

/// True if the change does not affect a public item, regardless of other changes at its place.
pub(super) fn is_silent(row: &Row) -> bool {
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
            | K::SunsetChanged
            | K::StabilityChanged
            | K::ParameterDefaultChanged
            | K::FieldDefaultChanged
            | K::SecurityChanged
            | K::ServerChanged
    );
    // A status that comes or goes brings the types of its bodies.
    quiet || (row.failure && !matches!(row.kind(), K::ResponseAdded | K::ResponseRemoved))
}

fn decide(row: &mut Row, changes: &[&ItemChange], items: &Items<'_>) {
    let worst = changes.iter().min_by_key(|change| (change.rust, change.note.is_some()));
    let deprecation =
        matches!(row.kind(), Kind::OperationDeprecated | Kind::ParameterDeprecated | Kind::FieldDeprecated);
    let rust = match worst {
        Some(worst) => worst.rust,
        None if deprecation && !row.keys.iter().all(Vec::is_empty) => Bump::Minor,
        None => Bump::None,
    };
    row.rust = Some(rust);
    row.paths = match deprecation && worst.is_none() {
        true => row.keys.iter().flatten().filter(|key| items.is_known(1, key)).cloned().collect(),
        false => changes.iter().filter(|c| c.rust == Bump::Major).map(|c| c.path.clone()).collect(),
    };
    if row.failure && worst.is_none() {
        // Errors are read by one type everywhere, so no item of the operation says more.
        return note(row, "no public Rust item changes");
    }
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
    part(row, rust);
    // The old item alone shows the break; the same text on both sides shows nothing.
    let [before, now] = &mut row.rust_items;
    if before == now && rust != Bump::Major {
        *before = None;
    }
    match (rust, worst) {
        (Bump::Major, Some(worst)) => {
            let text = broken_by(worst);
            let more = changes.iter().filter(|c| c.rust == Bump::Major).count() - 1;
            note(row, &if more > 0 { format!("{text}, and {more} more") } else { text });
        }
        (Bump::Minor, Some(worst)) if worst.old.is_none() => note(row, NEW),
        (Bump::Minor, Some(_)) => note(row, "the item comes with more features than before"),
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
