//! Finds the operations, direction, area and tag that each row affects.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt as _, HashSet};

use super::Side;
use super::change::{Direction, Reach};
use super::row::{Row, of, of_mut};
use super::subject::blank;
use super::wire::Access;
use crate::api::{Api, Body, ById, Field, Operation, Parameter, Response, Shape, Type, TypeId, TypeRef};

/// Operations that use each type, by their numbers: those that send it and those that receive it.
pub(super) struct Users<'a> {
    operations: Vec<(&'a String, &'a Operation)>,
    /// The path and method of each operation, parameter names blanked.
    calls: Vec<Call<'a>>,
    /// The start of the names of types of the resource that the first tag of the operation names.
    stems: Vec<Option<String>>,
    /// The numbers of the operations.
    numbers: HashMap<&'a str, usize>,
    /// The types, whose places are their numbers.
    types: &'a ById<Type>,
    sent: Vec<Vec<usize>>,
    received: Vec<Vec<usize>>,
    /// Types that the server sends in calls of its own.
    pushed: HashSet<usize>,
    /// Types of the responses to webhooks.
    answered: HashSet<usize>,
    /// Types of error bodies that are used nowhere else.
    failed: HashSet<usize>,
}

/// A path, parameter names blanked, and a method.
type Call<'a> = (String, &'a str);

impl<'a> Users<'a> {
    pub(super) fn of(api: &'a Api) -> Self {
        let operations: Vec<(&String, &Operation)> = api.operations.iter().collect();
        let types = &api.types;
        let mut sent = Uses::of(api, Direction::Request);
        let mut received = Uses::of(api, Direction::Response);
        for (at, &(_, operation)) in operations.iter().enumerate() {
            let calls = operation.callbacks.values().map(|callback| (callback, false));
            for (call, is_own) in calls.chain([(operation, true)]) {
                let (to, from) = match is_own {
                    true => (&mut sent, &mut received),
                    false => (&mut received, &mut sent),
                };
                let parameters = call.parameters.iter().flat_map(Parameter::types);
                let bodies = call.body.iter().flat_map(Body::types);
                let roots = parameters.chain(bodies).filter_map(TypeRef::named);
                roots.filter_map(|id| types.get_index_of(id)).for_each(|root| to.follow(root, at));
                let responses = call.responses.values().chain(call.errors.values());
                let parts = responses.flat_map(Response::types);
                let roots = parts.filter_map(TypeRef::named).filter_map(|id| types.get_index_of(id));
                roots.for_each(|root| from.follow(root, at));
            }
        }
        let calls = operations.iter().map(|(_, o)| (blank(&o.path), o.method.as_str())).collect();
        let numbers = operations.iter().enumerate().map(|(at, (id, _))| (id.as_str(), at)).collect();
        let calls_of_server = operations.iter().flat_map(|(_, o)| o.callbacks.values());
        let calls_of_server = calls_of_server.chain(api.info.calls.values());
        let sent_by_server = calls_of_server.flat_map(|call| {
            let bodies = call.body.iter().flat_map(Body::types);
            call.parameters.iter().flat_map(Parameter::types).chain(bodies)
        });
        let pushed = received.all_in(sent_by_server.chain(api.info.webhooks.values()), types);
        let responses = api.info.calls.values().flat_map(|call| call.responses.values());
        let answered = sent.all_in(responses.flat_map(|response| response.content.values()), types);
        let results = operations.iter().flat_map(|(_, o)| o.responses.values()).flat_map(Response::types);
        let results = received.all_in(results, types);
        let errors = operations.iter().flat_map(|(_, o)| o.errors.values()).flat_map(Response::types);
        let mut failed = received.all_in(errors, types);
        failed.retain(|ty| {
            let is_sent = sent.users.get(*ty).is_some_and(|users| !users.is_empty());
            !is_sent && [&results, &pushed, &answered].iter().all(|others| !others.contains(ty))
        });
        let stem = |tag: &String| tag.trim_end_matches('s').to_lowercase();
        let stems = operations.iter().map(|(_, o)| o.tags.first().map(stem)).collect();
        let [sent, received] = [sent.users, received.users];
        Self { operations, calls, stems, numbers, types, sent, received, pushed, answered, failed }
    }

    fn number(&self, id: &TypeId) -> Option<usize> {
        self.types.get_index_of(id)
    }
}

/// The uses of types in one direction, by their numbers.
struct Uses {
    /// The types that each type uses.
    uses: Vec<Vec<usize>>,
    /// The operations that use each type.
    users: Vec<Vec<usize>>,
    /// The types of each root that was followed: operations share their responses.
    closures: HashMap<usize, Vec<usize>>,
}

impl Uses {
    /// Those without members that do not exist in the direction.
    fn of(api: &Api, direction: Direction) -> Self {
        let exists = |field: &&Field| Access::of(field).hidden() != Some(direction);
        let uses = api.types.values().map(|ty| {
            let used: Vec<&TypeRef> = match &ty.shape {
                Shape::Struct(s) => {
                    s.fields.values().filter(exists).map(|field| &field.ty).chain(&s.additional).collect()
                }
                shape => shape.refs(),
            };
            used.into_iter().filter_map(TypeRef::named).filter_map(|id| api.types.get_index_of(id)).collect()
        });
        let uses: Vec<Vec<usize>> = uses.collect();
        let users = vec![Vec::new(); uses.len()];
        Self { uses, users, closures: HashMap::new() }
    }

    /// Adds an operation to the users of a type and of every type in it.
    fn follow(&mut self, root: usize, operation: usize) {
        let types = match self.closures.remove(&root) {
            Some(types) => types,
            None => self.closure(vec![root]),
        };
        for ty in &types {
            let users = self.users.get_mut(*ty).into_iter();
            users.filter(|users| users.last() != Some(&operation)).for_each(|users| users.push(operation));
        }
        self.closures.insert(root, types);
    }

    /// The types in uses of types, and every type that they use.
    fn all_in<'t>(&self, uses: impl Iterator<Item = &'t TypeRef>, types: &ById<Type>) -> HashSet<usize> {
        self.closure(uses.filter_map(|ty| types.get_index_of(ty.named()?)).collect()).into_iter().collect()
    }

    /// Types and every type that they use.
    fn closure(&self, mut open: Vec<usize>) -> Vec<usize> {
        let mut seen = vec![false; self.uses.len()];
        let mut out = Vec::new();
        while let Some(at) = open.pop() {
            let Some(seen) = seen.get_mut(at).filter(|seen| !**seen) else { continue };
            *seen = true;
            out.push(at);
            open.extend(self.uses.get(at).into_iter().flatten());
        }
        out
    }
}

/// Fills in the reach, the direction, the area and the tag of each row.
pub(super) fn fill(rows: &mut [Row], users: &[Users<'_>; 2], sides: [&Side<'_>; 2]) {
    measure(rows, users);
    place(rows, users, sides);
}

fn measure(rows: &mut [Row], users: &[Users<'_>; 2]) {
    // Sets of numbers are quicker than those of calls.
    let calls: BTreeSet<&Call<'_>> = users.iter().flat_map(|users| &users.calls).collect();
    let calls: Vec<&Call<'_>> = calls.into_iter().collect();
    let number = |call: &Call<'_>| calls.partition_point(|other| *other < call);
    let numbers = [0, 1].map(|side: usize| -> Vec<usize> {
        users.get(side).into_iter().flat_map(|users| &users.calls).map(number).collect()
    });
    for row in rows {
        let mut own: [BTreeSet<usize>; 2] = Default::default();
        let (mut sent, mut received) = (own.clone(), own.clone());
        let (mut pushed, mut answered) = ([false; 2], [false; 2]);
        for (side, users) in users.iter().enumerate() {
            let number = |at: &usize| numbers.get(side)?.get(*at).copied();
            for ty in row.types.get(side).into_iter().flatten().filter_map(|id| users.number(id)) {
                *of_mut(&mut pushed, side) |= users.pushed.contains(&ty);
                *of_mut(&mut answered, side) |= users.answered.contains(&ty);
                row.is_call |= users.pushed.contains(&ty);
                for (all, found) in [(&users.sent, &mut sent), (&users.received, &mut received)] {
                    of_mut(found, side).extend(all.get(ty).into_iter().flatten().filter_map(number));
                }
            }
            let ids = row.operations.get(side).into_iter().flatten();
            of_mut(&mut own, side).extend(ids.filter_map(|id| number(users.numbers.get(id.as_str())?)));
        }
        let mut types = row.types.iter().zip(users).flat_map(|(ids, users)| {
            ids.iter().filter_map(|id| users.number(id)).map(|ty| users.failed.contains(&ty))
        });
        let is_failed = types.next().is_some_and(|first| first && types.all(|failed| failed));
        row.in_error |= is_failed && row.operations.iter().all(BTreeSet::is_empty);
        row.direction = Some(
            row.direction.unwrap_or(direction([(&sent, answered), (&received, pushed)])).without(row.hidden),
        );
        let sides = [0, 1].map(|side| &(of(&own, side) | of(&sent, side)) | of(&received, side));
        // Operations that use it on one side only have their own row for that.
        let both: BTreeSet<_> = sides[0].intersection(&sides[1]).copied().collect();
        let reached = if both.is_empty() { &sides[0] | &sides[1] } else { both };
        let reached = reached.iter().filter_map(|at| calls.get(*at));
        let calls: Vec<String> = reached.map(|(path, method)| format!("{method} {path}")).collect();
        row.reach = Reach { operations: calls.len(), calls };
    }
}

/// The direction of a thing by the calls of both sides that send and receive it. One that only one side has does not
/// decide, unless all are like that: no old client makes a new call.
fn direction(sides: [(&[BTreeSet<usize>; 2], [bool; 2]); 2]) -> Direction {
    // The server's own calls are the same on both sides.
    let in_both = sides.map(|([old, new], own)| !old.is_disjoint(new) || own == [true, true]);
    let in_any = sides.map(|(calls, own)| calls.iter().any(|side| !side.is_empty()) || own.contains(&true));
    match if in_both == [false, false] { in_any } else { in_both } {
        [true, true] => Direction::Both,
        [true, false] => Direction::Request,
        [false, true] => Direction::Response,
        [false, false] => Direction::None,
    }
}

/// The area and the tag of an operation.
type Home<'h> = (Option<&'h str>, Option<&'h str>);

/// Places each row. One about a type: in the area and tag of most of its operations, of the first ones if several have
/// the most. One about operations: in the area and tag that all of them share, if any.
fn place(rows: &mut [Row], users: &[Users<'_>; 2], sides: [&Side<'_>; 2]) {
    for row in rows {
        let mut votes: BTreeMap<Home<'_>, usize> = BTreeMap::new();
        // The new side decides; the old one if there is no new one.
        for (at, (side, users)) in sides.iter().zip(users).enumerate().rev() {
            let counts = votes.is_empty();
            let own = row.operations.get(at).into_iter().flatten();
            let mut numbers: BTreeSet<usize> =
                own.filter_map(|id| users.numbers.get(id.as_str()).copied()).collect();
            for ty in row.types.get(at).into_iter().flatten().filter_map(|id| users.number(id)) {
                for found in [&users.sent, &users.received] {
                    numbers.extend(found.get(ty).into_iter().flatten());
                }
            }
            let own = row.types.get(at).into_iter().flatten();
            let own: BTreeSet<String> = own.map(|own| own.owner.name().to_lowercase()).collect();
            for number in numbers {
                let Some((id, operation)) = users.operations.get(number) else { continue };
                let area = side.names.operations.get(*id).and_then(|name| name.area.as_deref());
                if let Some(area) = area
                    && !row.areas.contains(area)
                {
                    row.areas.insert(area.to_owned());
                }
                let tag = operation.tags.first().map(String::as_str);
                // Resources are included all over; the operations that are about the type itself know its home.
                let stem = users.stems.get(number).and_then(Option::as_deref);
                let near = stem.is_some_and(|stem| own.iter().any(|own| own.starts_with(stem)));
                if counts {
                    *votes.entry((area, tag)).or_default() += if near { 10_000 } else { 1 };
                }
            }
        }
        let most = votes.iter().max_by_key(|(key, count)| (**count, std::cmp::Reverse(**key)));
        if let Some(((area, tag), _)) = most {
            let is_type = !row.types.iter().all(BTreeSet::is_empty);
            let is_all = |is: &dyn Fn(&Home<'_>) -> bool| is_type || votes.keys().all(is);
            row.area = area.filter(|_| is_all(&|home| home.0 == *area)).map(str::to_owned);
            row.tag = tag.filter(|_| is_all(&|home| home.1 == *tag)).map(str::to_owned);
        }
    }
}
