//! Pairs the operations of two versions and compares each pair.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Direction, Kind};
use super::relation::Fit;
use super::row::{Row, of, of_mut};
use super::walk::{Place, Spot, Walk};
use crate::api::{Api, Body, Combination, Info, Operation, Pointer, TypeRef, alternatives};

/// A path without the names of its parameters, which nobody sends.
pub(super) fn blank(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut inside = false;
    for c in path.chars() {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            _ if inside => continue,
            _ => {}
        }
        out.push(c);
    }
    out
}

/// The name of an operation in rows.
pub(super) fn subject(operation: &Operation) -> String {
    format!("{} {}", operation.method, blank(&operation.path))
}

/// Method and URL of a call, parameter names blanked.
fn url(api: &Api, id: &str) -> Option<String> {
    let operation = api.operations.get(id)?;
    let first = api.info.servers.first().map_or("", String::as_str);
    let server = match operation.server.as_deref() {
        // A path on the API's host.
        Some(path) if path.starts_with('/') => {
            let host =
                first.find("://").and_then(|at| first.get(at + 3..)?.find('/').map(|end| at + 3 + end));
            format!("{}{path}", host.and_then(|end| first.get(..end)).unwrap_or(first))
        }
        Some(server) => server.to_owned(),
        None => first.to_owned(),
    };
    Some(format!("{} {}{}", operation.method, server.trim_end_matches('/'), blank(&operation.path)))
}

/// The ids of one operation on both sides; if it is on one side only, the other is none.
type Pair<'a> = (Option<&'a str>, Option<&'a str>);

/// Pairs operations by method and path, and the rest by id.
fn pairs<'a>(old: &'a Api, new: &'a Api) -> Vec<Pair<'a>> {
    let by_call = |api: &'a Api| -> BTreeMap<String, Vec<&'a str>> {
        let mut out: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (id, operation) in &api.operations {
            out.entry(subject(operation)).or_default().push(id);
        }
        out
    };
    let (mut left, right) = (by_call(new), by_call(old));
    let mut out: Vec<Pair<'a>> = Vec::new();
    let mut gone: BTreeSet<&str> = BTreeSet::new();
    for (call, mut ids) in right {
        let others = left.entry(call).or_default();
        // Two templates that differ only in names are two operations; their ids distinguish them.
        ids.retain(|id| match others.iter().position(|other| other == id) {
            Some(at) => {
                out.push((Some(id), Some(others.remove(at))));
                false
            }
            None => true,
        });
        for id in ids {
            if others.is_empty() {
                gone.insert(id);
            } else {
                out.push((Some(id), Some(others.remove(0))));
            }
        }
    }
    // A base path may move between servers and paths.
    let mut moved: BTreeMap<String, &str> = gone.iter().filter_map(|id| Some((url(old, id)?, *id))).collect();
    for ids in left.values_mut() {
        ids.retain(|id| match url(new, id).and_then(|url| moved.remove(&url)) {
            Some(other) => {
                gone.remove(other);
                out.push((Some(other), Some(id)));
                false
            }
            None => true,
        });
    }
    for id in left.into_values().flatten() {
        let moved = gone.remove(id).then_some(id);
        out.push((moved, Some(id)));
    }
    out.extend(gone.into_iter().map(|id| (Some(id), None)));
    out.sort();
    out
}

impl Walk<'_> {
    /// Compares every operation, and the facts that apply to all of them.
    pub(super) fn operations(&mut self) {
        let [old, new] = self.apis;
        self.servers();
        for pair in pairs(old, new) {
            match (
                pair.0.and_then(|id| old.operations.get_key_value(id)),
                pair.1.and_then(|id| new.operations.get_key_value(id)),
            ) {
                (Some(a), Some(b)) => self.operation(a, b),
                (Some((id, operation)), None) => self.lone(Kind::OperationRemoved, 0, id, operation),
                (None, Some((id, operation))) => self.lone(Kind::OperationAdded, 1, id, operation),
                (None, None) => {}
            }
        }
    }

    fn lone(&mut self, kind: Kind, side: usize, id: &str, operation: &Operation) {
        let mut row = Row::new(kind, subject(operation));
        row.pointer = operation.pointer().to_string();
        row.origins.insert(row.pointer.clone());
        of_mut(&mut row.operations, side).insert(id.to_owned());
        *of_mut(&mut row.keys, side) = self.all_of(side, id, operation);
        row.lead(side, operation.uses());
        if kind == Kind::OperationRemoved {
            let was = operation.deprecated.then(|| "it was deprecated before".to_owned());
            let next = self.successor(operation).map(|(id, next)| {
                row.successor = self.keys[1].of_operation(id, false).into_iter().next();
                format!("`{}` may take its place", subject(next))
            });
            let remarks: Vec<String> = was.into_iter().chain(next).collect();
            row.remark = (!remarks.is_empty()).then(|| remarks.join(", "));
        }
        self.rows.push(row);
    }

    /// Every Rust item that is there for an operation.
    fn all_of(&self, side: usize, id: &str, operation: &Operation) -> Vec<String> {
        let keys = of(&self.keys, side);
        let mut out = keys.of_operation(id, true);
        out.extend(operation.parameters.iter().flat_map(|p| keys.of_parameter(id, p, true)));
        out
    }

    /// The same call of a later version of the path: `/v2/apps` for `/v1/apps`.
    fn successor(&self, gone: &Operation) -> Option<(&str, &Operation)> {
        let (version, rest) = versioned(&gone.path)?;
        let later = self.apis[1].operations.iter().filter_map(|(id, operation)| {
            let (own, path) = versioned(&operation.path)?;
            (own > version && path == rest && operation.method == gone.method).then_some((own, id, operation))
        });
        later
            .max_by_key(|(own, id, _)| (*own, std::cmp::Reverse(*id)))
            .map(|(_, id, operation)| (id.as_str(), operation))
    }

    fn operation(&mut self, (a, old): (&String, &Operation), (b, new): (&String, &Operation)) {
        let mut spot = Spot::nowhere();
        spot.subject = subject(new);
        spot.pointers = [old.pointer(), new.pointer()];
        spot.operations = [Some(a.clone()), Some(b.clone())];
        spot.keys = [self.keys[0].of_operation(a, false), self.keys[1].of_operation(b, false)];
        spot.direction = Some(Direction::None);
        let renamed = if subject(old) != subject(new) {
            Some(spot.row(Kind::OperationMoved).values(Some(subject(old)), Some(subject(new))))
        } else if a != b {
            Some(spot.row(Kind::OperationRenamed).values(Some(a.clone()), Some(b.clone())))
        } else {
            None
        };
        if let Some(mut row) = renamed {
            row.keys = [self.all_of(0, a, old), self.all_of(1, b, new)];
            if row.kind() == Kind::OperationMoved && url(self.apis[0], a) == url(self.apis[1], b) {
                (row.direction, row.fits) = (Some(Direction::Request), Some([Fit::All, Fit::All]));
            }
            self.rows.push(row);
        }
        self.flag(
            [old.deprecated, new.deprecated],
            Kind::OperationDeprecated,
            Kind::OperationUndeprecated,
            &spot,
        );
        // Format 1 had no scopes.
        let schemes = |o: &Operation| -> Option<Vec<Vec<String>>> {
            let all = o.security.as_ref()?.iter();
            Some(all.map(|combination| combination.0.keys().cloned().collect()).collect())
        };
        if old.security != new.security && (!self.is_partial || schemes(old) != schemes(new)) {
            let text = |o: &Operation| o.security.as_deref().map(alternatives);
            let mut row = spot.row(Kind::SecurityChanged).values(text(old), text(new));
            let required = |o: &'_ Operation, side: usize| {
                o.security.clone().or_else(|| self.api_of(side).info.required.clone()).unwrap_or_default()
            };
            (row.direction, row.fits) =
                (Some(Direction::Request), Some(secured(&required(old, 0), &required(new, 1))));
            self.rows.push(row);
        }
        self.parameters([(a, old), (b, new)], &spot);
        self.bodies(old.body.as_ref(), new.body.as_ref(), &spot);
        self.responses(old, new, &spot);
        self.failures(old, new, &spot);
    }

    fn bodies(&mut self, old: Option<&Body>, new: Option<&Body>, operation: &Spot) {
        let mut spot = operation.clone();
        spot.subject.push_str(" body");
        spot.place = Place::Body;
        spot.direction = Some(Direction::Request);
        spot.pointers = spot.pointers.map(|at| at.child("requestBody"));
        match (old, new) {
            (None, None) => {}
            (Some(old), None) => {
                let mut row = spot.row(Kind::BodyRemoved);
                row.pointer = spot.pointers[0].to_string();
                row.strict = old.required;
                row.lead(0, old.content.values().filter_map(TypeRef::named));
                self.rows.push(row);
            }
            (None, Some(new)) => {
                let mut row = spot.row(Kind::BodyAdded);
                row.strict = new.required;
                row.lead(1, new.content.values().filter_map(TypeRef::named));
                self.rows.push(row);
            }
            (Some(old), Some(new)) => {
                self.flag([old.required, new.required], Kind::BodyRequired, Kind::BodyOptional, &spot);
                self.around([&old.envelope, &new.envelope], Kind::BodyTypeChanged, &spot);
                self.contents(&old.content, &new.content, &spot);
            }
        }
    }

    /// Members that wrap a body are part of it, although no schema says so.
    fn around(&mut self, [old, new]: [&Option<String>; 2], kind: Kind, spot: &Spot) {
        if old != new {
            let text =
                |e: &Option<String>| Some(e.as_ref().map_or("bare".to_owned(), |e| format!("inside {e}")));
            let mut row = spot.row(kind).values(text(old), text(new));
            row.strict = true;
            self.rows.push(row);
        }
    }

    fn contents(&mut self, old: &BTreeMap<String, TypeRef>, new: &BTreeMap<String, TypeRef>, spot: &Spot) {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let mut inner = spot.clone();
            inner.pointers = spot.pointers.clone().map(|at| at.child("content").child(name));
            match (old.get(name), new.get(name)) {
                (Some(old), Some(new)) => {
                    // JSON is the default.
                    if name != "application/json" {
                        inner.subject = format!("{} {name}", spot.subject);
                    }
                    inner.pointers = inner.pointers.map(|at| at.child("schema"));
                    self.walk(old, new, &inner);
                }
                (old, new) => {
                    let (side, kind) = match old {
                        Some(_) => (0, Kind::MediaTypeRemoved),
                        None => (1, Kind::MediaTypeAdded),
                    };
                    inner.subject = format!("{} {name}", spot.subject);
                    let mut row = inner.row(kind);
                    row.pointer = of(&inner.pointers, side).to_string();
                    row.failure = spot.place == Place::Failure;
                    row.lead(side, old.or(new).and_then(TypeRef::named));
                    self.rows.push(row);
                }
            }
        }
    }

    fn responses(&mut self, old: &Operation, new: &Operation, operation: &Spot) {
        let statuses: BTreeSet<&String> = old.responses.keys().chain(new.responses.keys()).collect();
        for status in statuses {
            let spot = answer(operation, status, Place::Response);
            let sides = [old.responses.get(status), new.responses.get(status)];
            if let [Some(old), Some(new)] = sides {
                self.around([&old.envelope, &new.envelope], Kind::ResponseTypeChanged, &spot);
                self.contents(&old.content, &new.content, &spot);
            } else {
                self.status(sides.map(|side| side.map(|r| r.content.values().collect())), &spot);
            }
        }
    }

    fn failures(&mut self, old: &Operation, new: &Operation, operation: &Spot) {
        let (old, new) = (&old.errors, &new.errors);
        let statuses: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for status in statuses {
            let spot = answer(operation, status, Place::Failure);
            match (old.get(status), new.get(status)) {
                (Some(Some(a)), Some(Some(b))) => {
                    let mut inner = spot.clone();
                    inner.pointers = inner
                        .pointers
                        .map(|at| at.child("content").child("application/json").child("schema"));
                    self.walk(a, b, &inner);
                }
                (Some(None), Some(None)) => {}
                (Some(a), Some(b)) => {
                    let text = |ty: &Option<TypeRef>| {
                        ty.as_ref().map(TypeRef::label).unwrap_or_else(|| "nothing".to_owned())
                    };
                    let mut row = spot.row(Kind::ResponseTypeChanged).values(Some(text(a)), Some(text(b)));
                    (row.strict, row.failure) = (true, true);
                    self.rows.push(row);
                }
                (a, b) => self.status([a, b].map(|side| side.map(|ty| ty.iter().collect())), &spot),
            }
        }
    }

    fn status(&mut self, [old, new]: [Option<Vec<&TypeRef>>; 2], spot: &Spot) {
        let (side, kind) = if old.is_some() { (0, Kind::ResponseRemoved) } else { (1, Kind::ResponseAdded) };
        let mut row = spot.row(kind);
        row.lead(side, old.or(new).into_iter().flatten().filter_map(TypeRef::named));
        row.pointer = of(&spot.pointers, side).to_string();
        row.failure = spot.place == Place::Failure;
        self.rows.push(row);
    }

    /// Addresses, and ways to authenticate.
    fn servers(&mut self) {
        let [old, new] = self.apis.map(|api| &api.info);
        let is_partial = self.is_partial;
        let all = |operations: &BTreeMap<String, Operation>| operations.keys().cloned().collect();
        let operations: [BTreeSet<String>; 2] = self.apis.map(|api| all(&api.operations));
        let global = |kind, subject: &str, at: &str, old: Option<String>, new: Option<String>, strict| {
            let mut row = Row::new(kind, subject).values(old, new);
            row.pointer = at.to_owned();
            row.origins.insert(at.to_owned());
            row.operations = operations.clone();
            row.direction = Some(Direction::None);
            row.strict = strict;
            row
        };
        if old.servers != new.servers {
            let pairs = pairs(self.apis[0], self.apis[1]);
            let [one, other] = self.apis;
            let stays = |pair: &Pair<'_>| match *pair {
                (Some(a), Some(b)) => url(one, a) == url(other, b),
                _ => true,
            };
            let first = old.servers.first();
            let gone = first.is_some_and(|first| !new.servers.contains(first)) && !pairs.iter().all(stays);
            let text = |servers: &[String]| Some(servers.join(", "));
            self.rows.push(global(
                Kind::ServerChanged,
                "servers",
                "/servers",
                text(&old.servers),
                text(&new.servers),
                gone,
            ));
        }
        let is_known = !is_partial || (old.required.is_some() && new.required.is_some());
        if is_known && old.required != new.required {
            let text = |info: &Info| info.required.as_deref().map(alternatives);
            let required = |info: &Info| info.required.clone().unwrap_or_default();
            let fits = secured(&required(old), &required(new));
            let mut row = global(Kind::SecurityChanged, "security", "/security", text(old), text(new), true);
            (row.direction, row.fits) = (Some(Direction::Request), Some(fits));
            self.rows.push(row);
        }
        let names: BTreeSet<&String> = old.security.keys().chain(new.security.keys()).collect();
        for name in names {
            let (a, b) = (old.security.get(name), new.security.get(name));
            // Format 1 had no flows.
            let kind = |s: Option<&crate::api::Security>| s.map(std::mem::discriminant);
            let is_known = !is_partial || !matches!(a, Some(crate::api::Security::OAuth2(_)));
            if kind(a) != kind(b) || (a != b && is_known) {
                let text = |s: Option<&crate::api::Security>| s.map(|s| format!("{s:?}"));
                let at = Pointer::new("/components/securitySchemes").child(name);
                let subject = format!("security {name}");
                self.rows.push(global(Kind::SecurityChanged, &subject, at.as_str(), text(a), text(b), true));
            }
        }
    }
}

/// Compares security. Calls that were authenticated as before are still accepted if each old alternative has all that
/// one of the new ones requires. No alternative at all requires nothing.
fn secured(old: &[Combination], new: &[Combination]) -> [Fit; 2] {
    let nothing = [Combination::default()];
    let [old, new] = [old, new].map(|all| if all.is_empty() { &nothing[..] } else { all });
    let has = |own: &Combination, needs: &Combination| {
        needs.0.iter().all(|(scheme, scopes)| {
            own.0.get(scheme).is_some_and(|known| scopes.iter().all(|scope| known.contains(scope)))
        })
    };
    let refused = old.iter().find(|own| !new.iter().any(|needs| has(own, needs)));
    let fit = refused.map_or(Fit::All, |own| Fit::Some(format!("a call with the credentials `{own}`")));
    [fit, Fit::All]
}

/// The number in front of a path, and the rest: `/v1/apps`.
fn versioned(path: &str) -> Option<(u32, String)> {
    let (version, rest) = path.strip_prefix("/v")?.split_once('/')?;
    Some((version.parse().ok()?, blank(rest)))
}

fn answer(operation: &Spot, status: &str, place: Place) -> Spot {
    let mut spot = operation.clone();
    spot.subject = format!("{} {status}", operation.subject);
    spot.place = place;
    spot.direction = Some(Direction::Response);
    spot.pointers = operation.pointers.clone().map(|at| at.child("responses").child(status));
    spot
}
