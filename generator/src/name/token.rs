//! Names the types of parameter values, one for each set of values, with their constants.
//!
//! Invariant: a type has exactly the values that each of its parameters accepts. Parameters share a type where their
//! subject, their purpose and their values are the same. The read of a resource by its id names the type after the
//! resource (`AppInclude`); an operation with other values has a type of its own (`AppsListInAppPurchasesV2Include`), so
//! a new value at one operation changes the type of this operation alone.

mod subject;

use std::collections::{BTreeMap, BTreeSet};

use super::case::{joined, others, pascal, shouty, snake};
use super::types::named_values;
use super::{Exceptions, Family, Names, Scope, Section, Token};
use crate::api::{Api, In, Operation, Role, Value};
use crate::diagnostic::{Pointer, Sink};

/// A parameter with known values.
struct Use<'a> {
    operation: &'a str,
    parameter: &'a str,
    place: In,
    at: Pointer,
    family: Family,
    values: BTreeSet<&'a str>,
    /// Names of the type, the most general first.
    names: Vec<String>,
    /// Keys in `naming.toml`: that of the subject, then that of the operation.
    keys: [String; 2],
    module: String,
    area: Option<String>,
    rank: Rank<'a>,
}

/// The rank of a parameter among several with one subject: the first in this order names the type.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank<'a> {
    secondary: bool,
    writes: bool,
    related: bool,
    segments: usize,
    operation: &'a str,
}

impl<'a> Rank<'a> {
    fn of(id: &'a str, operation: &Operation, primary: bool) -> Self {
        Self {
            secondary: !primary,
            writes: operation.method != "GET",
            related: !operation.path.ends_with('}'),
            segments: operation.path.split('/').count(),
            operation: id,
        }
    }
}

/// A type of values under construction.
struct Draft<'a> {
    at: Pointer,
    /// The name that nothing else has.
    full: String,
    keys: BTreeSet<String>,
    values: BTreeSet<&'a str>,
    token: Token,
}

impl Draft<'_> {
    fn key(&self) -> &str {
        self.keys.first().map_or("", String::as_str)
    }
}

pub(super) fn name(api: &Api, exceptions: &mut Exceptions<'_>, names: &mut Names, out: &mut Sink) {
    let drafts = share(uses(api, exceptions, names), names);
    let by_values = api.enums_by_values(|id| !id.is_inline());
    let mut scope = Scope::reserving(super::types::TYPES);
    for (id, name) in &names.types {
        for ident in [Some(&name.ident), name.required.as_ref()].into_iter().flatten() {
            scope.reserve(ident.clone(), &id.to_string());
        }
    }
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    for (ident, mut draft) in drafts {
        let alternatives = || vec![draft.full.clone(), format!("{}Value", draft.full)];
        let own = scope.take(
            &ident,
            alternatives,
            (&|| draft.at.clone(), Section::Type, draft.key().to_owned()),
            out,
        );
        if draft.token.family == Family::Value {
            let key: Vec<Value> = draft.values.iter().map(|v| Value::String((*v).to_owned())).collect();
            draft.token.alias = by_values.get(key.as_slice()).copied().flatten().cloned();
        }
        draft.token.values = constants(&draft, exceptions, out);
        if own != ident {
            renamed.insert(ident, own.clone());
        }
        names.tokens.insert(own, draft.token);
    }
    let all = names.operations.values_mut().flat_map(|operation| operation.parameters.values_mut());
    for token in all.filter_map(|parameter| parameter.token.as_mut()) {
        if let Some(own) = renamed.get(token) {
            own.clone_into(token);
        }
    }
}

/// Every parameter with known values.
fn uses<'a>(api: &'a Api, exceptions: &mut Exceptions<'_>, names: &Names) -> Vec<Use<'a>> {
    let mut out = Vec::new();
    let kinds = subject::kinds(api);
    for (id, operation) in &api.operations {
        let Some(name) = names.operations.get(id) else { continue };
        for parameter in &operation.parameters {
            let Some(values) = parameter.values.as_ref().and_then(|set| api.values.get(set)) else {
                continue;
            };
            let values: BTreeSet<&str> = values.iter().map(String::as_str).collect();
            let family = match parameter.role() {
                Role::Fields(_) => Family::Fields,
                Role::Include => Family::Include,
                Role::Sort if has_both_directions(&values) => Family::Sort,
                Role::Sort => Family::Order,
                _ => Family::Value,
            };
            let (subject, mut chain) =
                subject::subject((api, &kinds), names, (id, operation), (parameter, family), name);
            let keys = [&subject.key, id].map(|owner| format!("{owner}?{}", parameter.name));
            let [general, own] = keys.each_ref().map(|key| exceptions.get(Section::Type, key));
            match (own, general, chain.first_mut()) {
                (Some(own), ..) => chain.insert(0, own),
                (None, Some(general), Some(first)) => *first = general,
                _ => {}
            }
            out.push(Use {
                operation: id,
                parameter: &parameter.name,
                place: parameter.place,
                at: operation.pointer(),
                family,
                values,
                names: chain,
                keys,
                module: subject.module,
                area: name.area.clone(),
                rank: Rank::of(id, operation, subject.primary),
            });
        }
    }
    out
}

/// True if each order can be reversed with `-`, as in JSON:API.
fn has_both_directions(values: &BTreeSet<&str>) -> bool {
    let reversed = |value: &&str| match value.strip_prefix('-') {
        Some(plain) => values.contains(plain),
        None => values.contains(format!("-{value}").as_str()),
    };
    values.iter().all(reversed)
}

/// The types by name: parameters with equal names and values share one.
fn share<'a>(mut open: Vec<Use<'a>>, names: &mut Names) -> BTreeMap<String, Draft<'a>> {
    let mut drafts: BTreeMap<String, Draft<'a>> = BTreeMap::new();
    open.sort_by(|a, b| a.rank.cmp(&b.rank));
    let mut level = 0;
    while !open.is_empty() {
        let mut rest = Vec::new();
        for parameter in open {
            let full = || joined(&pascal(parameter.operation), &pascal(parameter.parameter));
            let ident = match parameter.names.get(level) {
                Some(ident) => ident.clone(),
                // Another parameter has the last name too, such as one in another place.
                None => joined(&full(), &(level + 1 - parameter.names.len()).to_string()),
            };
            let draft = drafts.entry(ident.clone()).or_insert_with(|| Draft {
                at: parameter.at.clone(),
                full: full(),
                keys: BTreeSet::new(),
                values: parameter.values.clone(),
                token: Token {
                    family: parameter.family,
                    parameters: BTreeSet::new(),
                    values: BTreeMap::new(),
                    alias: None,
                    module: parameter.module.clone(),
                    areas: BTreeSet::new(),
                },
            });
            if draft.token.family != parameter.family || draft.values != parameter.values {
                rest.push(parameter);
                continue;
            }
            let [general, own] = &parameter.keys;
            draft.keys.insert(if level == 0 { general } else { own }.clone());
            draft.token.parameters.insert(parameter.parameter.to_owned());
            draft.token.areas.extend(parameter.area);
            let operation = names.operations.get_mut(parameter.operation);
            let key = (parameter.parameter.to_owned(), parameter.place);
            if let Some(name) = operation.and_then(|o| o.parameters.get_mut(&key)) {
                name.token = Some(ident);
            }
        }
        open = rest;
        level += 1;
    }
    drafts
}

/// The Rust name of each value.
fn constants(draft: &Draft<'_>, exceptions: &mut Exceptions<'_>, out: &mut Sink) -> BTreeMap<String, String> {
    let at = &draft.at;
    let key = |value: &str| format!("{}={value}", draft.key());
    let mut chosen = |value: &str| {
        draft.keys.iter().find_map(|key| exceptions.get(Section::Value, &format!("{key}={value}")))
    };
    let values = draft.values.iter().copied();
    if draft.token.family == Family::Value {
        return named_values(values, (at, &key), chosen, out);
    }
    let plain: BTreeSet<&str> = match draft.token.family {
        Family::Sort => values.map(|v| v.strip_prefix('-').unwrap_or(v)).collect(),
        _ => values.collect(),
    };
    let mut scope = Scope::default();
    let mut constants = BTreeMap::new();
    for value in plain {
        let wanted = chosen(value).unwrap_or_else(|| match value.strip_prefix('-') {
            Some(order) if draft.token.family == Family::Order => format!("{}_DESC", shouty(order)),
            _ => shouty(value),
        });
        let alternatives = || others(value, &snake(value)).iter().map(|name| shouty(name)).collect();
        let own = scope.take(&wanted, alternatives, (&|| at.clone(), Section::Value, key(value)), out);
        constants.insert(value.to_owned(), own);
    }
    constants
}
