//! Folds rows with the same cause into one and groups identical changes.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use super::change::{Direction, Kind};
use super::reach::{self, Users};
use super::row::Row;
use super::subject::Subject;
use super::subject::blank;
use super::wire::Access;
use crate::api::{Model, Shape, TypeId};

/// Folds changes with the same cause into one row, then places and groups the rest.
pub(super) fn fold(rows: &mut Vec<Row>, users: &[Users<'_>; 2], [old, new]: [&Side<'_>; 2]) {
    unify(rows);
    failures(rows);
    renames(rows);
    for kind in [Kind::OperationDeprecated, Kind::OperationUndeprecated] {
        resources(rows, kind, old, new);
    }
    unify(rows);
    reach::fill(rows, users, [old, new]);
    rows.retain(|row| !is_unseen(row));
    everywhere(rows);
    deprecations(rows);
    resource_fields(rows, [old.model, new.model]);
    groups(rows);
}

/// True for the access of a member that is only sent and stays sendable, or is only received and stays receivable.
fn is_unseen(row: &Row) -> bool {
    let hidden = match row.direction() {
        Direction::Request => Access::ReadOnly,
        Direction::Response => Access::WriteOnly,
        Direction::Both | Direction::None => return false,
    };
    let is = |side: &Option<String>| side.as_deref() == Some(hidden.as_str());
    row.kind() == Kind::FieldAccessChanged && !is(&row.old) && !is(&row.new)
}

/// Merges equal changes at several places into one row.
fn unify(rows: &mut Vec<Row>) {
    // Without a map: rows are large, and there may be many.
    rows.sort_by(|a, b| a.key().cmp(&b.key()));
    rows.dedup_by(|row, first| {
        let is_same = row.key() == first.key();
        if is_same {
            first.merge(std::mem::take(row));
        }
        is_same
    });
}

/// One status, or one form of its body, that many operations declare or no longer declare is one fact; so is one change of
/// the tags of many.
fn failures(rows: &mut [Row]) {
    let place = |row: &Row| -> Option<Subject> {
        let is_failure = row.failure
            && matches!(
                row.kind(),
                Kind::ResponseAdded
                    | Kind::ResponseRemoved
                    | Kind::ResponseTypeChanged
                    | Kind::MediaTypeAdded
                    | Kind::MediaTypeRemoved
            );
        match row.kind() {
            Kind::TagsChanged => Some(Subject::many()),
            _ if is_failure => Some(row.subject.in_many()),
            _ => None,
        }
    };
    let key = |row: &Row| Some((place(row)?, row.kind(), row.old.clone(), row.new.clone()));
    let mut count: BTreeMap<_, usize> = BTreeMap::new();
    for key in rows.iter().filter_map(key) {
        *count.entry(key).or_default() += 1;
    }
    for row in rows.iter_mut() {
        if key(row).and_then(|key| count.get(&key)).is_some_and(|count| *count > 1)
            && let Some(place) = place(row)
        {
            row.subject = place;
        }
    }
}

/// The words of an operationId, however they are separated.
fn words(id: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    let mut lower = false;
    for c in id.chars() {
        let new_word = !c.is_alphanumeric() || (c.is_uppercase() && lower);
        if new_word {
            out.push(String::new());
        }
        if c.is_alphanumeric() {
            out.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        lower = c.is_lowercase() || c.is_ascii_digit();
    }
    out.retain(|word| !word.is_empty());
    out
}

/// The change from one id to the other, from the first differing character on.
fn rule<'a>(old: &'a str, new: &'a str) -> (&'a str, &'a str) {
    let same = old.char_indices().zip(new.chars()).find(|((_, a), b)| a != b);
    let at = same.map_or(old.len().min(new.len()), |((at, _), _)| at);
    (old.get(at..).unwrap_or_default(), new.get(at..).unwrap_or_default())
}

/// Renames that follow one rule are one row: either all are written in other cases and separators, or one ending is.
fn renames(rows: &mut Vec<Row>) {
    let renamed: Vec<Row> = rows.extract_if(.., |row| row.kind() == Kind::OperationRenamed).collect();
    let mut rules: BTreeMap<(String, String), Vec<Row>> = BTreeMap::new();
    for row in renamed {
        let (old, new) = (row.old.clone().unwrap_or_default(), row.new.clone().unwrap_or_default());
        let key = match words(&old) == words(&new) {
            true => (String::new(), String::new()),
            false => {
                let (a, b) = rule(&old, &new);
                (a.to_owned(), b.to_owned())
            }
        };
        rules.entry(key).or_default().push(row);
    }
    for ((a, b), mut all) in rules {
        if all.len() < 2 {
            rows.append(&mut all);
            continue;
        }
        let ids = |row: &Row| (row.old.clone().unwrap_or_default(), row.new.clone().unwrap_or_default());
        let (first_old, first_new) = all.first().map(ids).unwrap_or_default();
        let (a, b, remark) = match a.is_empty() && b.is_empty() {
            true => {
                let (a, b) = rule(&first_old, &first_new);
                (a.to_owned(), b.to_owned(), "the same words with other separators and cases")
            }
            false => (a, b, "one ending in the place of another"),
        };
        let count = all.len();
        let mut folded = Row::new(Kind::OperationRenamed, Subject::many()).values(Some(a), Some(b));
        folded.remark =
            Some(format!("{count} ids follow the rule ({remark}), e.g. `{first_old}` to `{first_new}`"));
        folded.pointer = "/paths".to_owned();
        for mut row in all {
            folded.direction = row.direction;
            row.kind = folded.kind;
            folded.merge(row);
        }
        rows.push(folded);
    }
}

/// The resource that an operation is about: the path up to its first parameter.
fn resource(path: &str) -> String {
    blank(path).split("/{}").next().unwrap_or_default().to_owned()
}

/// If every operation of a resource that both sides have becomes deprecated, or no longer is, that is one row.
fn resources(rows: &mut [Row], kind: Kind, old: &Side<'_>, new: &Side<'_>) {
    let mut changed: BTreeMap<String, BTreeSet<Subject>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.kind() == kind) {
        let path = row.subject.operation().map_or("", |(_, path)| path);
        changed.entry(resource(path)).or_default().insert(row.subject.clone());
    }
    if changed.is_empty() {
        return;
    }
    let mut common: BTreeMap<String, BTreeSet<Subject>> = BTreeMap::new();
    let calls = |side: &Side<'_>| -> BTreeSet<(String, Subject)> {
        side.api.operations.values().map(|o| (resource(&o.path), Subject::of_operation(o))).collect()
    };
    for (resource, call) in calls(old).intersection(&calls(new)) {
        common.entry(resource.clone()).or_default().insert(call.clone());
    }
    for row in rows.iter_mut().filter(|row| row.kind() == kind) {
        let path = row.subject.operation().map_or("", |(_, path)| path);
        let resource = resource(path);
        let calls = changed.get(&resource);
        if calls.is_some_and(|calls| calls.len() > 1 && common.get(&resource) == Some(calls)) {
            row.pointer = "/paths".to_owned();
            row.remark = Some(format!("all {} operations of the resource", calls.map_or(0, BTreeSet::len)));
            row.subject = Subject::of_resource(resource);
        }
    }
}

/// A change of a resource's field, of its name among the values of `fields[…]`, and of the same field in the resource's
/// requests have one cause; so has a value that several fields of a resource gain or lose.
fn resource_fields(rows: &mut [Row], models: [&Model; 2]) {
    let resource = |ty: &TypeId| {
        models.into_iter().rev().find_map(|api| match &api.types.get(ty)?.shape {
            Shape::Resource(resource) => Some(resource.kind.as_str()),
            Shape::Request(request) => Some(request.kind.as_str()),
            _ => None,
        })
    };
    let key = |kind: Kind, resource: &str, name: &str| format!("{} {resource} {name}", kind.as_str());
    let mut fields: BTreeSet<String> = BTreeSet::new();
    for row in rows.iter_mut() {
        let Some((ty, name)) = row.subject.resource_member() else { continue };
        let (name, Some(resource)) = (name.as_str(), resource(ty)) else { continue };
        let group = match (row.kind(), row.subject.choice()) {
            (kind @ (Kind::ValueAdded | Kind::ValueRemoved), Some(value)) => {
                key(kind, resource, &format!("={value}"))
            }
            (
                kind @ (Kind::FieldAdded
                | Kind::FieldRemoved
                | Kind::FieldDeprecated
                | Kind::FieldUndeprecated),
                None,
            ) => key(kind, resource, name),
            (kind @ Kind::FieldTypeChanged, None) => {
                key(kind, resource, &format!("{name} {:?} {:?}", row.old, row.new))
            }
            _ => continue,
        };
        fields.insert(group.clone());
        row.group = Some(group);
    }
    for row in rows.iter_mut() {
        let kind = match row.kind() {
            Kind::ValueAdded => Kind::FieldAdded,
            Kind::ValueRemoved => Kind::FieldRemoved,
            _ => continue,
        };
        let (Some(resource), Some(value)) = (row.subject.fieldset(), row.subject.choice()) else { continue };
        let group = key(kind, resource, value);
        if fields.contains(&group) {
            row.group = Some(group);
        }
    }
}

/// The number of places from which on a change of all requests becomes one row.
const EVERYWHERE: usize = 25;

/// Null that becomes possible everywhere, or `fields[…]` for everything that is included, is one decision of the vendor.
fn everywhere(rows: &mut [Row]) {
    let key = |row: &Row| {
        let is = match row.kind() {
            Kind::FieldNullable | Kind::FieldNotNullable => true,
            Kind::ParameterAdded | Kind::ParameterRemoved => row.subject.fieldset().is_some(),
            _ => false,
        };
        is.then(|| format!("{} {}", row.kind().as_str(), row.direction().as_str()))
    };
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for key in rows.iter().filter_map(key) {
        *count.entry(key).or_default() += 1;
    }
    for row in rows.iter_mut() {
        if let Some(key) = key(row)
            && count.get(&key).is_some_and(|count| *count >= EVERYWHERE)
        {
            row.group = Some(key);
        }
    }
}

/// The types of a resource are advised against together with its operations.
fn deprecations(rows: &mut [Row]) {
    for row in rows {
        let word = match row.kind() {
            Kind::OperationDeprecated => "deprecated",
            Kind::OperationUndeprecated => "undeprecated",
            Kind::FieldDeprecated if row.subject.is_whole_type() => "deprecated",
            Kind::FieldUndeprecated if row.subject.is_whole_type() => "undeprecated",
            _ => continue,
        };
        row.group = row.tag.as_ref().map(|tag| format!("{word} {tag}"));
    }
}

/// A group of one is none.
fn groups(rows: &mut [Row]) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for group in rows.iter().filter_map(|row| row.group.clone()) {
        *count.entry(group).or_default() += 1;
    }
    for row in rows {
        if row.group.as_ref().is_some_and(|group| count.get(group) == Some(&1)) {
            row.group = None;
        }
    }
}
