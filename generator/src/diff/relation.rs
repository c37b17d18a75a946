//! Decides if every value of one wire type is a valid value of another.
//!
//! A change of a request is safe if all values that were valid before are valid now, and a change of a response if all
//! values that are valid now were valid before: one relation, read in the two directions.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt as _};

use super::change::Direction;
use super::constraints::{are_whole, sets, value_fit};
use super::wire::{Access, View, text_of, view};
use crate::api::{Api, Constraints, Field, Struct, Style, TypeRef, Union, Value, Variant};
use crate::stack::deeper;

/// Says if all values of one type are values of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// All of them.
    All,
    /// All but those that a tolerant reader survives: null, a new value of an enum, a new variant, an unknown format.
    Most(String),
    /// Not all of them; the reason names the part that does not fit.
    Some(String),
}

impl Fit {
    pub(super) fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Some(_) => self,
            Self::All => other(),
            Self::Most(_) => self.max(other()),
        }
    }
}

/// One direction of the relation.
pub(super) struct Relation<'a> {
    /// The API of the values, and that of the type that they have to fit.
    pub(super) apis: [&'a Api; 2],
    /// True if the reader ignores members that it does not know, as clients do. Servers may refuse them.
    pub(super) tolerant: bool,
    /// The style of the values, if they are text, as in a query.
    pub(super) text: Option<Style>,
    /// The fit of each pair of which one is named; none while it is being decided.
    known: HashMap<(TypeRef, TypeRef), Option<Fit>>,
}

/// The use of a type and its constraints.
type Place<'v> = (&'v TypeRef, &'v Constraints);

impl<'a> Relation<'a> {
    pub(super) fn new(apis: [&'a Api; 2], tolerant: bool) -> Self {
        Self { apis, tolerant, text: None, known: HashMap::new() }
    }

    /// Checks that all values of one place are values of the other.
    pub(super) fn places(&mut self, (a, own): Place<'_>, (b, other): Place<'_>) -> Fit {
        let [left, right] = self.apis;
        let with = |variant: &Variant, own: &Constraints| -> Vec<Constraints> {
            sets(&variant.constraints).iter().map(|set| own.and(set)).collect()
        };
        let one = std::slice::from_ref;
        match (view(a, left), view(b, right)) {
            (View::Union(..), View::Union(..)) => self.sets((a, one(own)), (b, one(other))),
            (View::Union(_, from), _) => from
                .variants
                .iter()
                .fold(Fit::All, |fit, v| fit.and(|| self.sets((&v.ty, &with(v, own)), (b, one(other))))),
            (_, View::Union(_, to)) => {
                let fits = to.variants.iter().map(|v| self.sets((a, one(own)), (&v.ty, &with(v, other))));
                fits.min().unwrap_or_else(|| no("a value"))
            }
            _ => self.sets((a, one(own)), (b, one(other))),
        }
    }

    /// The same where a value meets one of several sets of constraints.
    fn sets(&mut self, (a, own): (&TypeRef, &[Constraints]), (b, other): (&TypeRef, &[Constraints])) -> Fit {
        let apis = self.apis;
        // The constraints of integers decide if a type with or without a sign has room for them.
        let are_integers = are_whole(a, apis[0], own) && are_whole(b, apis[1], other);
        let types = if are_integers { Fit::All } else { self.fits(a, b) };
        types.and(|| {
            let best = |from| {
                sets(other).iter().map(|to| value_fit([a, b], apis, [from, to])).min().unwrap_or(Fit::All)
            };
            sets(own).iter().map(best).max().unwrap_or(Fit::All)
        })
    }

    /// Checks that all values of `a` are values of `b`.
    fn fits(&mut self, a: &TypeRef, b: &TypeRef) -> Fit {
        if a.as_named().or(b.as_named()).is_none() {
            return self.decided(a, b);
        }
        let key = (a.clone(), b.clone());
        if let Some(known) = self.known.get(&key) {
            // Types that are in themselves fit if everything else in them does.
            return known.clone().unwrap_or(Fit::All);
        }
        self.known.insert(key.clone(), None);
        let fit = deeper(|| self.decided(a, b));
        self.known.insert(key, Some(fit.clone()));
        fit
    }

    fn decided(&mut self, a: &TypeRef, b: &TypeRef) -> Fit {
        let [left, right] = self.apis;
        match (view(a, left), view(b, right)) {
            (_, View::Missing) | (View::Missing, _) => Fit::All,
            (_, View::Scalar(to)) if to == "any" => Fit::All,
            (View::Scalar(from), _) if from == "any" => no("any value"),
            (View::Nullable(a), View::Nullable(b)) => self.fits(a, b),
            (View::Nullable(a), _) => self.fits(a, b).and(|| Fit::Most("null".to_owned())),
            (_, View::Nullable(b)) => self.fits(a, b),
            (View::Union(_, from), View::Union(_, to)) => self.variants(from, to),
            (View::Union(..), _) | (_, View::Union(..)) => {
                let free = Constraints::default();
                self.places((a, &free), (b, &free))
            }
            (View::Enum(_, [from]), View::Enum(_, [to])) if from != to => {
                no(&format!("the value {}", text_of(from)))
            }
            (View::Enum(_, from), View::Enum(_, to)) => {
                let new = from.iter().find(|value| !to.contains(value));
                new.map_or(Fit::All, |value| Fit::Most(format!("the value {}", text_of(value))))
            }
            (View::Scalar(_) | View::Enum(..), View::Scalar(to)) if self.text.is_some() && to == "string" => {
                Fit::All
            }
            (View::Enum(_, from), View::Scalar(to)) => {
                let new = from.iter().find(|value| !is_of(value, &to));
                new.map_or(Fit::All, |value| no(&format!("the value {}", text_of(value))))
            }
            // An enum is open for readers: a text that it does not list is an unknown value.
            (View::Scalar(from), View::Enum(_, to)) => match to.first() {
                Some(Value::String(_)) if from == "string" => Fit::Most("any string".to_owned()),
                Some(Value::Integer(_)) if matches!(from.as_str(), "integer" | "unsigned") => {
                    Fit::Most("any integer".to_owned())
                }
                _ => no(kind(&from)),
            },
            // One pair of a query is a list of one.
            (View::Scalar(_), View::List(b)) if self.text == Some(Style::Repeat) => self.fits(a, b),
            (View::Scalar(from), View::Scalar(to)) => scalars(&from, &to),
            (View::List(a), View::List(b)) | (View::Map(a), View::Map(b)) => self.fits(a, b),
            (View::Object(_, s), View::Map(b)) => {
                let fit = self.members(s).fold(Fit::All, |fit, (_, m)| fit.and(|| self.member(m, b)));
                s.additional.iter().fold(fit, |fit, rest| fit.and(|| self.fits(rest, b)))
            }
            (View::Map(a), View::Object(_, s)) => self.map_to_object(a, s),
            (View::Object(_, from), View::Object(_, to)) => self.objects(from, to),
            (from, _) => no(noun(&from)),
        }
    }

    /// The members that exist in the direction: `readOnly` ones are not in requests, and `writeOnly` ones not in
    /// responses.
    fn members<'s>(&self, s: &'s Struct) -> impl Iterator<Item = (&'s String, &'s Field)> + use<'s> {
        let direction = if self.tolerant { Direction::Response } else { Direction::Request };
        s.fields.iter().filter(move |(_, field)| Access::of(field).hidden() != Some(direction))
    }

    fn map_to_object(&mut self, a: &TypeRef, s: &Struct) -> Fit {
        if let Some((name, _)) = self.members(s).find(|(_, m)| m.required) {
            return no(&format!("an object without `{name}`"));
        }
        if *a == TypeRef::Any {
            // Members that were free until now are named; a client that knew none of them may have sent others.
            let is_free = if self.tolerant { self.members(s).next().is_none() } else { !s.closed };
            return if is_free { Fit::All } else { Fit::Most("any object".to_owned()) };
        }
        let fit = self.members(s).fold(Fit::All, |fit, (_, m)| fit.and(|| self.fits(a, &m.ty)));
        s.additional.iter().fold(fit, |fit, rest| fit.and(|| self.fits(a, rest)))
    }

    fn objects(&mut self, from: &Struct, to: &Struct) -> Fit {
        let (rest, other) = (&from.additional, &to.additional);
        let (own, all): (BTreeMap<_, _>, BTreeMap<_, _>) =
            (self.members(from).collect(), self.members(to).collect());
        let missing = all.iter().find(|(name, m)| m.required && own.get(*name).is_none_or(|m| !m.required));
        let mut fit = missing.map_or(Fit::All, |(name, _)| no(&format!("an object without `{name}`")));
        // A reader may rely on a member although it was optional.
        let lost = all.keys().find(|name| self.tolerant && !own.contains_key(*name) && rest.is_none());
        fit = fit.and(|| lost.map_or(Fit::All, |name| Fit::Most(format!("an object without `{name}`"))));
        for (name, member) in own {
            fit = fit.and(|| match (all.get(name), other) {
                (Some(b), _) => self.both(member, b),
                (None, Some(other)) => self.member(member, other),
                (None, None) if self.tolerant => Fit::All,
                (None, None) => no(&format!("the member `{name}`")),
            });
        }
        fit.and(|| sets_of_members(from, to)).and(|| self.rest(from, to))
    }

    /// The members of other names. Stored forms before 3 do not say if there may be some.
    fn rest(&mut self, from: &Struct, to: &Struct) -> Fit {
        let is_known = self.apis.iter().all(|api| api.info.format >= 3);
        match (&from.additional, &to.additional) {
            (Some(rest), Some(other)) => self.fits(rest, other),
            (None, Some(other)) if is_known && !from.closed && *other != TypeRef::Any => {
                Fit::Most("a member of another name and type".to_owned())
            }
            _ if is_known && to.closed && !from.closed && !self.tolerant => no("a member of another name"),
            _ => Fit::All,
        }
    }

    fn both(&mut self, a: &Field, b: &Field) -> Fit {
        let null = a.nullable && !b.nullable && !matches!(view(&b.ty, self.apis[1]), View::Nullable(_));
        let fit = if null { Fit::Most("null".to_owned()) } else { Fit::All };
        fit.and(|| self.places((&a.ty, &a.constraints), (&b.ty, &b.constraints)))
    }

    fn member(&mut self, a: &Field, b: &TypeRef) -> Fit {
        let null = a.nullable && !matches!(view(b, self.apis[1]), View::Nullable(_));
        let fit = if null { Fit::Most("null".to_owned()) } else { Fit::All };
        fit.and(|| self.fits(&a.ty, b))
    }

    /// Each variant must fit the one of the same tag, or any one where tags do not decide.
    pub(super) fn variants(&mut self, union: &Union, to: &Union) -> Fit {
        union.variants.iter().fold(Fit::All, |fit, variant| {
            fit.and(|| {
                let unknown = || Fit::Most(format!("the variant `{}`", union.key(variant)));
                self.one_of(variant, to).unwrap_or_else(unknown)
            })
        })
    }

    /// The fit of a variant to those of another union; none where that has none of its tag.
    pub(super) fn one_of(&mut self, variant: &Variant, to: &Union) -> Option<Fit> {
        let tagged = to.is_tagged() && variant.tag.is_some();
        let candidates = to.variants.iter().filter(|v| !tagged || v.tag == variant.tag);
        let from = (&variant.ty, variant.constraints.as_slice());
        candidates.map(|to| self.sets(from, (&to.ty, &to.constraints))).min()
    }
}

/// The fit of objects to those that have one of several sets of members.
pub(super) fn sets_of_members(from: &Struct, to: &Struct) -> Fit {
    let is_required = |name: &String| from.fields.get(name).is_some_and(|field| field.required);
    let fits = |own: &BTreeSet<String>| {
        to.one_of.iter().any(|set| set.iter().all(|name| own.contains(name) || is_required(name)))
    };
    let none = BTreeSet::from([BTreeSet::new()]);
    let own = if from.one_of.is_empty() { &none } else { &from.one_of };
    match to.one_of.is_empty() || own.iter().all(fits) {
        true => Fit::All,
        false => Fit::Most(format!("an object without {}", sets_text(to))),
    }
}

/// The sets of members of which an object has one, as text.
pub(super) fn sets_text(of: &Struct) -> String {
    let set = |set: &BTreeSet<String>| set.iter().map(String::as_str).collect::<Vec<_>>().join(" and ");
    of.one_of.iter().map(set).collect::<Vec<_>>().join(" or ")
}

fn no(what: &str) -> Fit {
    Fit::Some(what.to_owned())
}

fn is_of(value: &Value, scalar: &str) -> bool {
    match value {
        Value::String(_) => scalar == "string",
        Value::Integer(number) => match scalar {
            "integer" | "number" => true,
            "unsigned" => *number >= 0,
            _ => false,
        },
    }
}

fn scalars(from: &str, to: &str) -> Fit {
    match (from, to) {
        _ if from == to => Fit::All,
        ("integer" | "unsigned", "number") | ("timestamp" | "date" | "binary", "string") => Fit::All,
        _ => no(kind(from)),
    }
}

/// The values of a scalar, as a person calls them.
fn kind(scalar: &str) -> &str {
    match scalar {
        "string" => "any string",
        "integer" => "any integer",
        "unsigned" => "any integer without a sign",
        "number" => "any number",
        "boolean" => "true or false",
        "timestamp" => "a date with time",
        "date" => "a date",
        "binary" => "bytes",
        other => other,
    }
}

fn noun(view: &View<'_>) -> &'static str {
    match view {
        View::Scalar(_) => "a scalar",
        View::List(_) => "a list",
        View::Map(_) | View::Object(..) => "an object",
        View::Enum(..) => "a value of an enum",
        View::Union(..) => "one of several types",
        View::Nullable(_) | View::Missing => "any value",
    }
}
