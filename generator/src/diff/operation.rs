//! Pairs the operations of two versions and compares each pair.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Direction, Kind};
use super::constraints::FREE;
use super::media::{Media, free_forms, have_forms};
use super::parameter::field;
use super::relation::Fit;
use super::row::{Row, of, of_mut};
use super::subject::{Part, Subject, blank};
use super::walk::{Place, Spot, Walk};
use crate::api::{Api, Constraints, FormRules, In, Operation, Struct, TypeRef};

/// The name of an operation in rows.
pub(super) fn subject(operation: &Operation) -> String {
    format!("{} {}", operation.method, blank(&operation.path))
}

/// Method and URL of a call, parameter names blanked.
fn url(api: &Api, id: &str) -> Option<String> {
    urls(api, api.operations.get(id)?).into_iter().next()
}

/// The same for each server of the call, the default one first.
fn urls(api: &Api, operation: &Operation) -> Vec<String> {
    let first = api.info.servers.first().map_or("", String::as_str);
    let absolute = |server: &String| match server.as_str() {
        // A path on the API's host.
        path if path.starts_with('/') => {
            let host =
                first.find("://").and_then(|at| first.get(at + 3..)?.find('/').map(|end| at + 3 + end));
            format!("{}{path}", host.and_then(|end| first.get(..end)).unwrap_or(first))
        }
        server => server.to_owned(),
    };
    let servers: Vec<String> = match own_servers(operation, api) {
        Some(own) => own.iter().map(absolute).collect(),
        None if api.info.servers.is_empty() => vec![String::new()],
        None => api.info.servers.clone(),
    };
    let url = |server: &String| {
        format!("{} {}{}", operation.method, server.trim_end_matches('/'), blank(&operation.path))
    };
    servers.iter().map(url).collect()
}

/// The servers that an operation has in place of those of the document.
fn own_servers(operation: &Operation, api: &Api) -> Option<Vec<String>> {
    let default = || api.info.servers.first().filter(|_| !operation.other_servers.is_empty()).cloned();
    let first = operation.server.clone().or_else(default)?;
    Some(std::iter::once(first).chain(operation.other_servers.iter().cloned()).collect())
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
        self.schemes();
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
        let mut row = Row::new(kind, Subject::of_operation(operation));
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
        spot.subject = Subject::of_operation(new);
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
        self.lifecycle([&old.lifecycle, &new.lifecycle], &spot);
        self.servers_of([old, new], &spot);
        if old.tags != new.tags {
            let text = |o: &Operation| Some(o.tags.join(", ")).filter(|tags| !tags.is_empty());
            let mut row = spot.row(Kind::TagsChanged).values(text(old), text(new));
            row.keys = [self.all_of(0, a, old), self.all_of(1, b, new)];
            self.rows.push(row);
        }
        self.security([old, new], &spot);
        self.parameters([(a, old), (b, new)], &spot);
        self.bodies([old, new], &spot);
        self.responses(old, new, &spot);
        self.callbacks(&old.callbacks, &new.callbacks, &spot);
    }

    /// Compares the servers that an operation has in place of those of the document.
    fn servers_of(&mut self, sides: [&Operation; 2], spot: &Spot) {
        let [old, new] = sides;
        let own = [(old, 0), (new, 1)].map(|(operation, side)| own_servers(operation, self.api_of(side)));
        if own[0] == own[1] {
            return;
        }
        // Forms before 4 have the first server alone.
        let known = if self.format < 4 { 1 } else { usize::MAX };
        let [from, to] = [(old, 0), (new, 1)].map(|(operation, side)| {
            let mut urls = urls(self.api_of(side), operation);
            urls.truncate(known);
            urls
        });
        let is_lost = |url: &String| !to.contains(url);
        // The order of further servers means nothing.
        if from.first() == to.first() && from.len() == to.len() && !from.iter().any(is_lost) {
            return;
        }
        let [a, b] = own.map(|own| own.map(|servers| servers.join(", ")));
        let mut row = spot.row(Kind::ServerChanged).values(a, b);
        row.strict = from.first().is_some_and(is_lost);
        row.in_part = from.iter().any(is_lost);
        self.rows.push(row);
    }

    fn bodies(&mut self, sides: [&Operation; 2], operation: &Spot) {
        let mut spot = operation.clone();
        spot.subject = spot.subject.with(Part::Body);
        spot.place = Place::Body;
        spot.direction = Some(Direction::Request);
        spot.pointers = spot.pointers.map(|at| at.child("requestBody"));
        let [old, new] = sides.map(|side| side.body.as_ref());
        let media = sides.map(Media::of_request);
        let have_forms = have_forms(&media);
        if have_forms || (old.is_some() && new.is_some()) {
            self.contents(media, &spot);
        }
        if have_forms {
            self.forms(sides, &spot);
        }
        match (old, new) {
            (None, None) => {}
            (Some(_), None) | (None, Some(_)) if have_forms => {}
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
            }
        }
    }

    /// Compares the rules of forms as a whole.
    pub(super) fn forms(&mut self, sides: [&Operation; 2], spot: &Spot) {
        // Forms before 4 have the fields alone.
        if self.format < 4 {
            return;
        }
        let [a, b] = sides.map(form_constraints);
        let any = &TypeRef::Any;
        self.constraints([any, any], [a, b], Kind::FieldDefaultChanged, spot);
        let [old, new] = sides.map(|side| {
            let fields = side.parameters.iter().filter(|field| field.place == In::Form);
            let fields = fields.map(|own| (own.name.clone(), field(own))).collect();
            let FormRules { closed, one_of, .. } = side.form_rules.clone();
            Struct { fields, closed, one_of, ..Struct::default() }
        });
        self.closed([&old, &new], spot);
        self.sets_of_members([&old, &new], spot);
    }

    /// Members that wrap a body are part of it, although no schema says so.
    pub(super) fn around(&mut self, [old, new]: [&Option<String>; 2], kind: Kind, spot: &Spot) {
        if old != new {
            let text =
                |e: &Option<String>| Some(e.as_ref().map_or("bare".to_owned(), |e| format!("inside {e}")));
            let mut row = spot.row(kind).values(text(old), text(new));
            row.strict = true;
            self.rows.push(row);
        }
    }

    /// A row about all operations.
    pub(super) fn global(&self, kind: Kind, fact: &str, at: &str) -> Row {
        let mut row = Row::new(kind, Subject::api(fact));
        row.pointer = at.to_owned();
        row.origins.insert(at.to_owned());
        row.operations = self.apis.map(|api| api.operations.keys().cloned().collect());
        row
    }

    /// Addresses.
    fn servers(&mut self) {
        let [old, new] = self.apis.map(|api| &api.info);
        let first = old.servers.first();
        let plain = |server: &String| server.trim_end_matches('/').to_owned();
        let [from, to] = [old, new].map(|info| info.servers.iter().map(plain).collect::<Vec<_>>());
        let has = |all: &[String], part: &[String]| part.iter().all(|server| all.contains(server));
        // The order of further servers means nothing, and forms before 4 have neither further schemes of Swagger nor further
        // values of variables.
        let is_same = from.first() == to.first()
            && match (has(&from, &to), has(&to, &from)) {
                (is_lost, is_new) if self.format < 4 => is_lost || is_new,
                both => both == (true, true),
            };
        if !is_same {
            let pairs = pairs(self.apis[0], self.apis[1]);
            let [one, other] = self.apis;
            let stays = |pair: &Pair<'_>| match *pair {
                (Some(a), Some(b)) => url(one, a) == url(other, b),
                _ => true,
            };
            let gone = first.is_some_and(|first| !new.servers.contains(first)) && !pairs.iter().all(stays);
            let is_lost = |pair: &Pair<'_>| match (
                pair.0.and_then(|id| one.operations.get(id)),
                pair.1.and_then(|id| other.operations.get(id)),
            ) {
                (Some(a), Some(b)) if own_servers(a, one).is_none() => {
                    let kept = urls(other, b);
                    urls(one, a).iter().any(|url| !kept.contains(url))
                }
                _ => false,
            };
            let text = |servers: &[String]| (!servers.is_empty()).then(|| servers.join(", "));
            let mut row = self.global(Kind::ServerChanged, "servers", "/servers");
            (row.direction, row.strict) = (Some(Direction::None), gone);
            row.in_part = pairs.iter().any(is_lost);
            self.rows.push(row.values(text(&old.servers), text(&new.servers)));
        }
    }
}

/// The constraints of the form that a call sends, with or without named fields.
fn form_constraints(operation: &Operation) -> &Constraints {
    let free = || free_forms(operation).find_map(|name| operation.body.as_ref()?.constraints.get(name));
    match operation.form {
        Some(_) => &operation.form_rules.constraints,
        None => free().unwrap_or(&FREE),
    }
}

/// The number in front of a path, and the rest: `/v1/apps`.
fn versioned(path: &str) -> Option<(u32, String)> {
    let (version, rest) = path.strip_prefix("/v")?.split_once('/')?;
    Some((version.parse().ok()?, blank(rest)))
}
