//! Compares how calls are authenticated on both sides.

use std::collections::BTreeSet;

use super::change::{Direction, Kind};
use super::relation::Fit;
use super::walk::{Spot, Walk};
use crate::api::{Api, Combination, Flow, Operation, Pointer, Security, alternatives};

impl Walk<'_> {
    /// The requirement of operations without their own.
    fn required(&self, side: usize) -> Option<&[Combination]> {
        let info = &self.api_of(side).info;
        // Forms before 3 do not say what was assumed.
        let is_assumed = info.assumed && self.format >= 3;
        info.required.as_deref().filter(|_| !is_assumed)
    }

    /// The requirement of one operation.
    pub(super) fn security(&mut self, [old, new]: [&Operation; 2], spot: &Spot) {
        // Format 1 had no scopes.
        let schemes = |o: &Operation| -> Option<Vec<Vec<String>>> {
            let all = o.security.as_ref()?.iter();
            Some(all.map(|combination| combination.0.keys().cloned().collect()).collect())
        };
        if old.security == new.security || (self.format < 2 && schemes(old) == schemes(new)) {
            return;
        }
        let text = |o: &Operation| o.security.as_deref().map(alternatives);
        let required = |o: &'_ Operation, side: usize| {
            let own = o.security.as_deref().or_else(|| self.required(side));
            own.unwrap_or_default().to_vec()
        };
        let sides = [required(old, 0), required(new, 1)];
        if sides.iter().flatten().all(|combination| combination.0.is_empty()) {
            return;
        }
        let fits = [secured([&sides[0], &sides[1]], self.apis), Fit::All];
        let mut row = spot.row(Kind::SecurityChanged).values(text(old), text(new));
        (row.direction, row.fits) = (Some(Direction::Request), Some(fits));
        self.rows.push(row);
    }

    /// The credentials that the server sends in its calls. Receivers that check them accept those that they accepted before.
    pub(super) fn security_of_call(&mut self, [old, new]: [&Operation; 2], spot: &Spot) {
        let [a, b] = [old, new].map(|call| call.security.as_deref().unwrap_or_default());
        if a == b {
            return;
        }
        let [from, to] = self.apis;
        let text = |all: &[Combination]| (!all.is_empty()).then(|| alternatives(all));
        let mut row = spot.row(Kind::SecurityChanged).values(text(a), text(b));
        (row.direction, row.fits) =
            (Some(Direction::Response), Some([Fit::All, secured([b, a], [to, from])]));
        self.rows.push(row);
    }

    /// The requirement of all operations, and the schemes.
    pub(super) fn schemes(&mut self) {
        let [old, new] = self.apis.map(|api| &api.info);
        let is_known = self.format >= 2 || (old.required.is_some() && new.required.is_some());
        let (a, b) = (self.required(0), self.required(1));
        if is_known && a.unwrap_or_default() != b.unwrap_or_default() {
            let fits = [secured([a.unwrap_or_default(), b.unwrap_or_default()], self.apis), Fit::All];
            let (a, b) = (a.map(alternatives), b.map(alternatives));
            let mut row = self.global(Kind::SecurityChanged, "security", "/security").values(a, b);
            (row.direction, row.fits) = (Some(Direction::Request), Some(fits));
            self.rows.push(row);
        }
        let names: BTreeSet<&String> = old.security.keys().chain(new.security.keys()).collect();
        for name in names {
            let (a, b) = (old.security.get(name), new.security.get(name));
            let kind = |s: Option<&Security>| s.map(std::mem::discriminant);
            // Format 1 had no flows, and format 2 none of OpenID Connect.
            let is_known = self.format >= 3
                || !matches!(a, Some(Security::OAuth2(flows)) if self.format < 2 || flows.is_empty());
            if kind(a) == kind(b) && (a == b || !is_known) {
                continue;
            }
            let fit = match (a, b) {
                (Some(a), Some(b)) if self.apis.iter().any(|api| is_used(api, name)) => scheme_fit(a, b),
                // The requirement that names it has its own row.
                _ => Fit::All,
            };
            let at = Pointer::new("/components/securitySchemes").child(name);
            let row = self.global(Kind::SecurityChanged, &format!("security {name}"), at.as_str());
            let mut row = row.values(a.map(ToString::to_string), b.map(ToString::to_string));
            (row.direction, row.fits) = (Some(Direction::Request), Some([fit, Fit::All]));
            self.rows.push(row);
        }
    }
}

/// The fit of the credentials of one side to the requirement of the other one. Calls are still accepted if each own
/// alternative has all that one of the others requires. No alternative at all requires nothing.
fn secured(sides: [&[Combination]; 2], apis: [&Api; 2]) -> Fit {
    let nothing = [Combination::default()];
    let [from, to] = sides.map(|all| if all.is_empty() { &nothing[..] } else { all });
    let refused = from.iter().find(|own| !to.iter().any(|needs| satisfies([own, needs], apis)));
    refused.map_or(Fit::All, |own| Fit::Some(format!("a call with the credentials `{own}`")))
}

/// True if the credentials of a combination have all that one of the other side requires. A scheme may have another name in
/// the other document, which nobody sends.
fn satisfies([own, needs]: [&Combination; 2], apis: [&Api; 2]) -> bool {
    let [from, to] = apis.map(|api| &api.info.security);
    let known = |scheme: &str| {
        own.0.get(scheme).or_else(|| {
            let meant = to.get(scheme).filter(|_| !from.contains_key(scheme))?;
            let mut same =
                own.0.iter().filter(|(name, _)| from.get(*name).is_some_and(|s| is_same(s, meant)));
            same.next().map(|(_, scopes)| scopes)
        })
    };
    let has = |(scheme, scopes): (&String, &Vec<String>)| {
        known(scheme).is_some_and(|known| scopes.iter().all(|scope| known.contains(scope)))
    };
    needs.0.iter().all(has)
}

/// True if an operation may require the scheme, or a call of the server sends its credentials.
fn is_used(api: &Api, name: &str) -> bool {
    let callbacks = api.operations.values().flat_map(|operation| operation.callbacks.values());
    let all = api.operations.values().chain(callbacks).chain(api.info.calls.values());
    let own = all.flat_map(|operation| operation.security.iter().flatten());
    own.chain(api.info.required.iter().flatten()).any(|combination| combination.0.contains_key(name))
}

/// True if both are sent alike: names of schemes and of headers are the same in any case (RFC 9110, 5.1 and 11.1).
fn is_same(old: &Security, new: &Security) -> bool {
    match (old, new) {
        (Security::Http(a), Security::Http(b)) | (Security::Header(a), Security::Header(b)) => {
            a.eq_ignore_ascii_case(b)
        }
        _ => old == new,
    }
}

/// The fit of credentials of the old scheme to the new one.
fn scheme_fit(old: &Security, new: &Security) -> Fit {
    if is_same(old, new) {
        return Fit::All;
    }
    let (Security::OAuth2(old), Security::OAuth2(new)) = (old, new) else {
        return Fit::Some(format!("a credential as `{old}`"));
    };
    let has = |flow: &Flow, other: &Flow| {
        let urls = |f: &Flow| {
            [&f.discovery_url, &f.authorization_url, &f.token_url, &f.refresh_url].map(Clone::clone)
        };
        urls(flow) == urls(other) && flow.scopes.iter().all(|scope| other.scopes.contains(scope))
    };
    let lost = old.iter().find(|(name, flow)| !new.get(*name).is_some_and(|other| has(flow, other)));
    lost.map_or(Fit::All, |(name, _)| Fit::Some(format!("a token of the flow `{name}` as it was requested")))
}
