//! Compares the responses of an operation, and the calls that the server makes, on both sides.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::change::{Direction, Kind};
use super::media::{Media, have_forms};
use super::row::{of, of_mut};
use super::subject::{Part, Subject};
use super::walk::{Place, Spot, Walk};
use crate::api::{Api, Fields, Operation, Pointer, Response, Responses, TypeId, TypeRef};

type Calls = BTreeMap<String, Operation>;

impl Walk<'_> {
    /// The responses of a call of the client.
    pub(super) fn responses(&mut self, old: &Operation, new: &Operation, operation: &Spot) {
        let ([old_results, old_errors], [new_results, new_errors]) = (outcomes(old, new), outcomes(new, old));
        self.statuses([&old_results, &new_results], operation, Place::Response, Direction::Response);
        self.statuses([&old_errors, &new_errors], operation, Place::Failure, Direction::Response);
    }

    fn statuses(
        &mut self,
        [old, new]: [&Responses; 2],
        operation: &Spot,
        place: Place,
        direction: Direction,
    ) {
        let statuses: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for status in statuses {
            // A range of failures says less than a status of its own.
            let found = match place {
                Place::Failure => [old, new].map(|all| declared(all, status)),
                _ => [found(old, new, status), found(new, old, status)],
            };
            if let [Some((a, old)), Some((b, new))] = found
                && a == b
                && old == new
                && self.are_unchanged(new.types())
            {
                continue;
            }
            let mut spot = operation.clone();
            spot.subject = operation.subject.with(Part::Status(status.clone()));
            (spot.place, spot.direction) = (place, Some(direction));
            spot.in_error = place == Place::Failure;
            for (at, side) in spot.pointers.iter_mut().zip(&found) {
                let status = side.map_or(status, |(status, _)| status);
                *at = at.child("responses").child(status);
            }
            match found {
                // The statuses that it represents have their own turns.
                [Some((a, _)), Some((b, _))] if status.ends_with("XX") && (a != status || b != status) => {}
                [Some((_, old)), Some((_, new))] => self.response([old, new], &spot),
                sides => self.status(sides.map(|side| side.map(|(_, response)| response)), &spot),
            }
        }
    }

    fn response(&mut self, [old, new]: [&Response; 2], spot: &Spot) {
        self.around([&old.envelope, &new.envelope], Kind::ResponseTypeChanged, spot);
        let is_failure = spot.place == Place::Failure;
        let [a, b] = [old, new].map(|response| match is_failure && self.format < 3 {
            true => Cow::Owned(bare(response)),
            false => Cow::Borrowed(response),
        });
        self.contents([Media::of_response(&a), Media::of_response(&b)], spot);
        if self.format < 3 {
            return;
        }
        self.items_of_streams([old, new], spot);
        self.headers([&old.headers, &new.headers], spot);
    }

    /// The headers of a response, or of a part of a form.
    pub(super) fn headers(&mut self, [old, new]: [&Fields; 2], spot: &Spot) {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let mut inner = spot.clone();
            inner.subject = spot.subject.with(Part::Header(name.clone()));
            inner.place = Place::Field;
            inner.pointers = inner.pointers.map(|at| at.child("headers").child(name));
            // No code of a client is about a header.
            inner.keys = [Vec::new(), Vec::new()];
            self.member([old.get(name), new.get(name)], &inner);
        }
    }

    /// The items of streams that both sides have. A stream without a type of items is one of anything.
    fn items_of_streams(&mut self, [old, new]: [&Response; 2], spot: &Spot) {
        let names: BTreeSet<&String> = old.items.keys().chain(new.items.keys()).collect();
        for name in names {
            let is_on_both = old.content.contains_key(name) && new.content.contains_key(name);
            let [a, b] = [old, new].map(|side| side.items.get(name).unwrap_or(&TypeRef::Any));
            if is_on_both {
                let mut inner = spot.clone();
                inner.subject = spot.subject.with(Part::MediaType(name.clone())).with(Part::Items);
                inner.pointers = inner.pointers.map(|at| at.child("content").child(name).child("itemSchema"));
                self.walk(a, b, &inner);
            }
        }
    }

    fn status(&mut self, [old, new]: [Option<&Response>; 2], spot: &Spot) {
        let (side, kind) = if old.is_some() { (0, Kind::ResponseRemoved) } else { (1, Kind::ResponseAdded) };
        let mut row = spot.row(kind);
        let content = old.or(new).into_iter().flat_map(|response| response.content.values());
        let content: Vec<&TypeRef> = content.collect();
        row.lead(side, content.iter().filter_map(|ty| ty.named()));
        row.pointer = of(&spot.pointers, side).to_string();
        row.failure = spot.place == Place::Failure;
        if row.failure {
            // The methods of the operation read any failure.
            row.keys = [Vec::new(), Vec::new()];
        }
        let own = of(&self.keys, side);
        of_mut(&mut row.keys, side).extend(content.iter().flat_map(|ty| own.of_inline(ty)));
        self.rows.push(row);
    }

    /// The calls and payloads of webhooks.
    pub(super) fn webhooks(&mut self) {
        // Forms before 4 do not have webhooks without a payload of JSON.
        let calls = self.apis.map(|api| if self.format < 4 { Webhooks::new() } else { by_webhook(api) });
        let payloads = self.apis.map(|api| &api.info.webhooks);
        let known = payloads.iter().flat_map(|own| own.keys()).filter(|_| self.format >= 3);
        let names: BTreeSet<&str> =
            known.map(String::as_str).chain(calls.iter().flat_map(|own| own.keys().copied())).collect();
        for name in names {
            let mut spot = Spot::nowhere();
            spot.subject = Subject::of_webhook(name);
            spot.is_call = true;
            (spot.place, spot.direction) = (Place::Response, Some(Direction::Response));
            spot.pointers = [(); 2].map(|()| Pointer::new("/webhooks").child(name));
            let payloads = payloads.map(|own| own.get(name));
            let own = calls.each_ref().map(|own| own.get(name).map_or(&[][..], Vec::as_slice));
            match own {
                [[old], [new]] => self.webhook([old, new], &spot),
                [[_, ..], [_, ..]] => self.methods(name, own, &spot),
                [a, b] => {
                    match [!a.is_empty() || payloads[0].is_some(), !b.is_empty() || payloads[1].is_some()] {
                        // Stored forms of earlier versions have the payload alone.
                        [true, true] => {
                            let [old, new] = payloads;
                            old.zip(new).into_iter().for_each(|(old, new)| self.walk(old, new, &spot));
                        }
                        [was, _] => {
                            let side = usize::from(!was);
                            let uses = a.iter().chain(b).flat_map(|call| call.uses());
                            let payload = of(&payloads, side).and_then(TypeRef::named);
                            self.lone_webhook(side, payload.into_iter().chain(uses), &spot);
                        }
                    }
                }
            }
        }
    }

    /// Compares the calls of a webhook by their methods.
    fn methods(&mut self, name: &str, [old, new]: [&[&Operation]; 2], spot: &Spot) {
        let methods: BTreeSet<&String> = old.iter().chain(new).map(|call| &call.method).collect();
        for method in methods {
            let mut spot = spot.clone();
            let word = method.to_lowercase();
            spot.subject = Subject::of_webhook(format!("{name} {word}"));
            match [old, new].map(|own| own.iter().find(|call| call.method == *method)) {
                [Some(old), Some(new)] => self.webhook([old, new], &spot),
                [a, b] => {
                    spot.pointers = spot.pointers.map(|at| at.child(&word));
                    let uses = a.or(b).into_iter().flat_map(|call| call.uses());
                    self.lone_webhook(usize::from(a.is_none()), uses, &spot);
                }
            }
        }
    }

    fn lone_webhook<'n>(&mut self, side: usize, uses: impl Iterator<Item = &'n TypeId>, spot: &Spot) {
        let mut row = spot.row(if side == 0 { Kind::CallbackRemoved } else { Kind::CallbackAdded });
        row.origins.insert(of(&spot.pointers, side).to_string());
        row.lead(side, uses);
        self.rows.push(row);
    }

    fn webhook(&mut self, [old, new]: [&Operation; 2], spot: &Spot) {
        let mut spot = spot.clone();
        let deprecated = [old.deprecated, new.deprecated];
        self.flag(deprecated, Kind::OperationDeprecated, Kind::OperationUndeprecated, &spot);
        if old.method != new.method {
            let [a, b] = [old, new].map(|call| Some(call.method.clone()));
            self.rows.push(spot.row(Kind::OperationMoved).values(a, b));
        }
        for (at, call) in spot.pointers.iter_mut().zip([old, new]) {
            *at = at.child(call.method.to_ascii_lowercase());
        }
        self.call([old, new], &spot.subject, &spot);
    }

    /// The calls of the server that a call of the client asks for.
    pub(super) fn callbacks(&mut self, old: &Calls, new: &Calls, operation: &Spot) {
        let mut spot = operation.clone();
        spot.pointers = spot.pointers.map(|at| at.child("callbacks"));
        // The methods of the operation do not change with them.
        spot.keys = [Vec::new(), Vec::new()];
        self.calls([old, new], &spot);
    }

    fn calls(&mut self, [old, new]: [&Calls; 2], around: &Spot) {
        if self.format < 3 {
            return;
        }
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let mut spot = around.clone();
            spot.is_call = true;
            spot.subject = around.subject.with(Part::Callback(name.clone()));
            if let Some(call) = new.get(name).or_else(|| old.get(name)) {
                let method = call.method.to_lowercase();
                let at = |at: Pointer| at.child(call.callback_of(name)).child(&call.path).child(&method);
                spot.pointers = spot.pointers.map(at);
            }
            match (old.get(name), new.get(name)) {
                (Some(old), Some(new)) => {
                    let deprecated = [old.deprecated, new.deprecated];
                    self.flag(deprecated, Kind::OperationDeprecated, Kind::OperationUndeprecated, &spot);
                    self.call([old, new], &spot.subject.with(Part::Body), &spot);
                }
                (old, new) => {
                    let (side, kind) =
                        if old.is_some() { (0, Kind::CallbackRemoved) } else { (1, Kind::CallbackAdded) };
                    let mut row = spot.row(kind);
                    row.pointer = of(&spot.pointers, side).to_string();
                    row.origins.insert(row.pointer.clone());
                    row.lead(side, old.or(new).into_iter().flat_map(Operation::uses));
                    self.rows.push(row);
                }
            }
        }
    }

    /// The server sends what a client would send in a call of its own, and the other way round.
    fn call(&mut self, [old, new]: [&Operation; 2], payload: &Subject, spot: &Spot) {
        self.security_of_call([old, new], spot);
        self.call_parameters([old, new], spot);
        let mut body = spot.clone();
        body.subject = payload.clone();
        (body.place, body.direction) = (Place::Response, Some(Direction::Response));
        body.pointers = body.pointers.map(|at| at.child("requestBody"));
        let media = [old, new].map(Media::of_request);
        let have_forms = have_forms(&media);
        self.contents(media, &body);
        if have_forms {
            self.forms([old, new], &body);
        }
        if let (Some(old), Some(new)) = (&old.body, &new.body) {
            self.flag([old.required, new.required], Kind::BodyRequired, Kind::BodyOptional, &body);
        }
        self.statuses([&old.responses, &new.responses], spot, Place::Body, Direction::Request);
    }
}

/// The calls of webhooks by the names of these.
type Webhooks<'a> = BTreeMap<&'a str, Vec<&'a Operation>>;

fn by_webhook(api: &Api) -> Webhooks<'_> {
    let mut out = Webhooks::new();
    for (key, call) in &api.info.calls {
        out.entry(api.info.webhook_of(key)).or_default().push(call);
    }
    out
}

/// The response that is declared for this status.
fn declared<'r>(all: &'r Responses, status: &str) -> Option<(&'r String, &'r Response)> {
    all.find_index(status).ok().and_then(|at| all.get_indexed(at))
}

/// The response to a status: its own, or that of a range that represents it; to a range, that of the first status in it.
fn found<'r>(own: &'r Responses, other: &Responses, status: &str) -> Option<(&'r String, &'r Response)> {
    let is_in = |status: &str, range: &str| {
        range.ends_with("XX") && !status.ends_with("XX") && status.get(..1) == range.get(..1)
    };
    declared(own, status).or_else(|| {
        own.iter().find(|(name, _)| match name.ends_with("XX") {
            true => is_in(status, name) && !other.contains_key(*name),
            false => is_in(name, status),
        })
    })
}

/// The results and the errors of an operation. Where one `default` is the only response, it is the result too; next to
/// others, on the other side, it is that of failures.
fn outcomes<'r>(own: &'r Operation, other: &Operation) -> [Cow<'r, Responses>; 2] {
    const DEFAULT: &str = "default";
    let (mut results, mut errors) = (Cow::Borrowed(&own.responses), Cow::Borrowed(&own.errors));
    if other.errors.contains_key(DEFAULT)
        && let Some(default) = own.responses.get(DEFAULT)
    {
        results.to_mut().remove(DEFAULT);
        errors.to_mut().insert(DEFAULT.to_owned(), default.clone());
    }
    [results, errors]
}

/// A failed response as forms before 3 have it: the type of one body.
fn bare(response: &Response) -> Response {
    let first = response.content.values().next().cloned();
    let content = first.map(|ty| ("application/json".to_owned(), ty)).into_iter().collect();
    Response { content, ..Response::default() }
}
