//! Compares the constraints of a value on both sides.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::change::Kind;
use super::numbers::{
    self, Range, integers, is_format, is_integral, is_whole, is_within, lower, under, upper, whole,
    whole_lower, whole_upper,
};
use super::relation::Fit;
use super::subject::Part;
use super::walk::{Spot, Walk};
use super::wire::{View, name_of, view};
use crate::api::{Api, Constraints, Shape, TypeId, TypeRef, Value, Variant, is_multiple};

impl Walk<'_> {
    /// The constraints at one place, and those of items within it. `default` is the kind of a changed default.
    pub(super) fn constraints(
        &mut self,
        types: [&TypeRef; 2],
        own: [&Constraints; 2],
        default: Kind,
        spot: &Spot,
    ) {
        let [old, new] = types;
        let [a, b] = own;
        if old == new && a == b {
            return;
        }
        let named = [name_of(old, self.api_of(0)).is_some(), name_of(new, self.api_of(1)).is_some()];
        let is_union = [is_union(old, self.api_of(0)), is_union(new, self.api_of(1))];
        if is_union[0] != is_union[1] {
            // The row about the type judges the constraints of both.
            return self.default([a, b], default, spot);
        }
        // Named types have a row of their own for their constraints, unless one side has the same inline.
        let a = alternatives(old, self.api_of(0), a, named == [true, false]);
        let b = alternatives(new, self.api_of(1), b, named == [false, true]);
        if let ([a], [b]) = (a.as_slice(), b.as_slice()) {
            self.compared(types, [a, b], default, spot);
            if named != [true, true] {
                self.items(types, [a, b], default, spot);
            }
        } else {
            self.default(own, default, spot);
            self.any_of(types, [&a, &b], spot);
        }
    }

    /// The constraints of the items of two lists, or of the values of two maps.
    fn items(&mut self, [old, new]: [&TypeRef; 2], own: [&Constraints; 2], default: Kind, spot: &Spot) {
        if self.format < 3 {
            return;
        }
        let (old, new) = (inner(old, self.api_of(0)), inner(new, self.api_of(1)));
        if let (Some((one, old)), Some((other, new))) = (old, new)
            && one == other
        {
            let own = own.map(items_of);
            let spot = if one {
                spot.inside(Part::Items, "items")
            } else {
                spot.inside(Part::Values, "additionalProperties")
            };
            self.constraints([old.present(), new.present()], own, default, &spot);
        }
    }

    /// The constraints of two types of one name.
    pub(super) fn type_constraints(&mut self, old: &TypeRef, new: &TypeRef, spot: &Spot) {
        if self.format >= 3 {
            let [a, b] = [(old, 0), (new, 1)].map(|(ty, side)| with_type(ty, self.api_of(side), &FREE));
            self.compared([old, new], [&a, &b], Kind::FieldDefaultChanged, spot);
            self.items([old, new], [&a, &b], Kind::FieldDefaultChanged, spot);
        }
    }

    /// The facts of a variant that both sides have inline.
    pub(super) fn variant_facts(&mut self, [old, new]: [&Variant; 2], spot: &Spot) {
        self.flag([old.deprecated, new.deprecated], Kind::FieldDeprecated, Kind::FieldUndeprecated, spot);
        self.lifecycle([&old.lifecycle, &new.lifecycle], spot);
        let types = [&old.ty, &new.ty];
        match [old.constraints.as_slice(), new.constraints.as_slice()] {
            sets if sets.iter().all(|set| set.len() < 2) => {
                let own = sets.map(|set| set.first().unwrap_or(&FREE));
                self.constraints(types, own, Kind::FieldDefaultChanged, spot);
            }
            sets => {
                self.default(sets.map(only_default), Kind::FieldDefaultChanged, spot);
                self.any_of(types, sets, spot);
            }
        }
    }

    /// A changed default.
    pub(super) fn default(&mut self, [old, new]: [&Constraints; 2], kind: Kind, spot: &Spot) {
        if old.default != new.default {
            let text = |own: &Constraints| own.default.as_ref().map(ToString::to_string);
            self.rows.push(spot.row(kind).values(text(old), text(new)));
        }
    }

    fn compared(&mut self, types: [&TypeRef; 2], [old, new]: [&Constraints; 2], default: Kind, spot: &Spot) {
        if old == new {
            return;
        }
        let early = |own: &'_ Constraints| (self.format < 3).then(|| own.before_format_3());
        let (a, b) = (early(old), early(new));
        let (old, new) = (a.as_ref().unwrap_or(old), b.as_ref().unwrap_or(new));
        self.default([old, new], default, spot);
        let [there, back] = self.known(types);
        let fits = [fit(old, new, &there), fit(new, old, &back)];
        if fits != [Fit::All, Fit::All] {
            let mut row = spot.row(Kind::LimitChanged).values(shown(old), shown(new));
            row.fits = Some(fits);
            self.rows.push(row);
        }
    }

    /// The facts about both types, from the old one to the new one and back.
    fn known(&self, [old, new]: [&TypeRef; 2]) -> [Known; 2] {
        let [a, b] = self.apis;
        [Known::of([old, new], [a, b]), Known::of([new, old], [b, a])]
    }

    /// Compares values that meet one of several sets of constraints; none of them restrict nothing.
    fn any_of(&mut self, types: [&TypeRef; 2], [old, new]: [&[Constraints]; 2], spot: &Spot) {
        let [there, back] = self.known(types);
        let fits = [any_fit(old, new, &there), any_fit(new, old, &back)];
        if fits != [Fit::All, Fit::All] {
            let text = |all: &[Constraints]| {
                let all: Vec<String> = all.iter().filter_map(whole_text).collect();
                (!all.is_empty()).then(|| all.join(" or "))
            };
            let mut row = spot.row(Kind::LimitChanged).values(text(old), text(new));
            row.fits = Some(fits);
            self.rows.push(row);
        }
    }
}

/// Facts about the two types whose constraints are compared.
struct Known {
    /// See [`whole`].
    integers: Option<[Range; 2]>,
    /// True if values of the first type are integers.
    is_whole: bool,
    /// The values of the first type, if it is an enum.
    values: Option<BTreeSet<String>>,
    /// True if both sides say which values of other types are listed: stored forms before 4 do not.
    has_values: bool,
}

impl Known {
    fn of(types: [&TypeRef; 2], apis: [&Api; 2]) -> Self {
        let [from, _] = types;
        let [left, _] = apis;
        let values = match view(from, left) {
            View::Enum(_, all) => Some(
                all.iter()
                    .map(|value| match value {
                        Value::String(text) => serde_json::Value::from(text.as_str()).to_string(),
                        Value::Integer(number) => number.to_string(),
                    })
                    .collect(),
            ),
            _ => None,
        };
        let has_values = apis.iter().all(|api| api.info.format >= 4);
        let is_whole = integers(from, left).is_some();
        Self { integers: whole(types, apis), is_whole, values, has_values }
    }

    /// The same for items, whose types are compared elsewhere.
    fn of_items(&self) -> Self {
        Self { integers: None, is_whole: false, values: None, has_values: self.has_values }
    }
}

pub(super) static FREE: LazyLock<Constraints> = LazyLock::new(Constraints::default);

pub(super) fn items_of(own: &Constraints) -> &Constraints {
    own.items.as_deref().unwrap_or(&FREE)
}

/// The fit of the values of one type under `from` to `to`, with the constraints of the types.
pub(super) fn value_fit(types: [&TypeRef; 2], apis: [&Api; 2], [from, to]: [&Constraints; 2]) -> Fit {
    let ([a, b], [left, right]) = (types, apis);
    deep(&with_type(a, left, from), &with_type(b, right, to), &Known::of(types, apis))
}

/// True for values that are integers by their type or by each of several sets of constraints.
pub(super) fn are_whole(ty: &TypeRef, api: &Api, own: &[Constraints]) -> bool {
    sets(own).iter().all(|own| is_whole(ty, api, &with_type(ty, api, own)))
}

/// True for a set of several types.
pub(super) fn is_union(ty: &TypeRef, api: &Api) -> bool {
    matches!(view(ty, api), View::Union(_, union) if union.variants.len() > 1)
}

/// The constraints of a value and those of its type.
fn with_type<'c>(ty: &TypeRef, api: &Api, own: &'c Constraints) -> Cow<'c, Constraints> {
    let mut out = Cow::Borrowed(own);
    let mut next: Option<&TypeId> = ty.as_named();
    for _ in 0..64 {
        let Some(ty) = next.and_then(|id| api.types.get(id)) else { break };
        if ty.constraints != Constraints::default() {
            out = Cow::Owned(out.and(&ty.constraints));
        }
        next = match &ty.shape {
            Shape::Alias(alias) => alias.as_named(),
            _ => None,
        };
    }
    out
}

/// The sets of constraints of which a value meets one: a single variant may have several.
fn alternatives(ty: &TypeRef, api: &Api, own: &Constraints, is_named: bool) -> Vec<Constraints> {
    let own = if is_named { with_type(ty, api, own) } else { Cow::Borrowed(own) };
    match view(ty, api) {
        View::Union(_, union) => match union.variants.as_slice() {
            [only] if !only.constraints.is_empty() => only.constraints.iter().map(|c| own.and(c)).collect(),
            _ => vec![own.into_owned()],
        },
        _ => vec![own.into_owned()],
    }
}

/// The set with the default, if all sets that have one have the same.
fn only_default(all: &[Constraints]) -> &Constraints {
    let mut some = all.iter().filter(|own| own.default.is_some());
    let first = some.next();
    first.filter(|first| some.all(|other| other.default == first.default)).unwrap_or(&FREE)
}

/// The sets of constraints of a variant.
pub(super) fn sets(all: &[Constraints]) -> &[Constraints] {
    if all.is_empty() { std::slice::from_ref(&*FREE) } else { all }
}

/// The fit of values that meet one of `from` to one of `to`.
fn any_fit(from: &[Constraints], to: &[Constraints], known: &Known) -> Fit {
    let to = sets(to);
    let best = |from: &Constraints| to.iter().map(|to| deep(from, to, known)).min().unwrap_or(Fit::All);
    sets(from).iter().map(best).max().unwrap_or(Fit::All)
}

/// The fit of values with their items.
fn deep(from: &Constraints, to: &Constraints, known: &Known) -> Fit {
    fit(from, to, known).and(|| match (&from.items, &to.items) {
        (_, None) => Fit::All,
        (_, Some(to)) => deep(items_of(from), to, &known.of_items()),
    })
}

/// The items of a list (true) or the values of a map (false).
fn inner<'t>(ty: &'t TypeRef, api: &'t Api) -> Option<(bool, &'t TypeRef)> {
    match view(ty, api) {
        View::List(item) => Some((true, item)),
        View::Map(value) => Some((false, value)),
        View::Object(_, s) => Some((false, s.additional.as_ref()?)),
        _ => None,
    }
}

/// The fit of all values under the constraints `from` to the constraints `to`.
#[expect(clippy::too_many_lines, reason = "one rule for each constraint")]
fn fit(from: &Constraints, to: &Constraints, known: &Known) -> Fit {
    let most = |what: String| Fit::Most(what);
    let format = format_fit(from.format.as_deref(), to.format.as_deref());
    let mut found = vec![format, numbers::fit(from, to, known.integers)];
    let (low, high) = match known.integers {
        Some([values, _]) => {
            let (least, greatest) = under(from, values);
            let (low, high) = (Some((least as f64, false)), Some((greatest as f64, false)));
            ([low, whole_lower(lower(to))], [high, whole_upper(upper(to))])
        }
        None => {
            let (low, high) = ([lower(from), lower(to)], [upper(from), upper(to)]);
            let is_whole = known.is_whole || from.multiple_of.is_some_and(is_integral);
            if is_whole { (low.map(whole_lower), high.map(whole_upper)) } else { (low, high) }
        }
    };
    if !is_within(low) {
        let [_, bound] = low;
        found.extend(bound.map(|(bound, _)| most(format!("a value less than {}", bound))));
    }
    if !is_within(high.map(|bound| bound.map(|(value, open)| (-value, open)))) {
        let [_, bound] = high;
        found.extend(bound.map(|(bound, _)| most(format!("a value greater than {}", bound))));
    }
    let steps = [from.multiple_of, known.is_whole.then_some(1.0)];
    if let Some(to) = to.multiple_of
        && !steps.into_iter().flatten().any(|from| is_multiple(from, to))
    {
        found.push(most(format!("a value that is not a multiple of {to}")));
    }
    for (own, other, unit) in [
        (from.min_length, to.min_length, "characters"),
        (from.min_items, to.min_items, "items"),
        (from.min_properties, to.min_properties, "members"),
    ] {
        if own.unwrap_or(0) < other.unwrap_or(0) {
            found.push(most(format!("a value of fewer than {} {unit}", other.unwrap_or(0))));
        }
    }
    for (own, other, unit) in [
        (from.max_length, to.max_length, "characters"),
        (from.max_items, to.max_items, "items"),
        (from.max_properties, to.max_properties, "members"),
    ] {
        if let Some(other) = other
            && own.is_none_or(|own| own > other)
        {
            found.push(most(format!("a value of more than {other} {unit}")));
        }
    }
    if let Some(pattern) = pattern(to)
        && self::pattern(from) != Some(pattern)
    {
        found.push(most(format!("a value that does not match `{pattern}`")));
    }
    if from.nullable && !to.nullable {
        found.push(most("null".to_owned()));
    }
    if to.not.is_some() && from.not != to.not {
        found.push(most("a value that `not` excludes".to_owned()));
    }
    if known.has_values {
        let excluding = to.validation.keys().filter(|key| !is_met(key, &from.validation, &to.validation));
        found.extend(excluding.map(|key| most(format!("a value that `{key}` excludes"))));
    }
    if to.unique_items && !from.unique_items {
        found.push(most("a list with equal items".to_owned()));
    }
    if !to.known.is_empty() {
        let unknown = from.known.iter().find(|value| !to.known.contains(*value));
        let unknown = unknown.map(|value| format!("the value {value}"));
        let unknown = unknown.or_else(|| from.known.is_empty().then(|| "any value".to_owned()));
        found.extend(unknown.map(most));
    }
    if known.has_values {
        found.push(values_fit(
            if from.values.is_empty() { known.values.as_ref() } else { Some(&from.values) },
            &to.values,
        ));
    }
    found.into_iter().max().unwrap_or(Fit::All)
}

/// Keywords that validate, with their values as JSON.
type Keywords = BTreeMap<String, String>;

/// True if values that meet the keywords of one side meet a keyword of the other one.
fn is_met(key: &str, from: &Keywords, to: &Keywords) -> bool {
    let number = |all: &Keywords, key| all.get(key).and_then(|text| text.parse::<f64>().ok());
    let [own, other] = [from, to].map(|all| all.get(key));
    let numbers = number(from, key).zip(number(to, key));
    // Without a number of its own, `contains` is about one item.
    let [least, wanted] = [from, to].map(|all| number(all, "minContains").unwrap_or(1.0));
    match (key, numbers) {
        ("minContains", _) => true,
        ("contains", _) => own == other && least >= wanted,
        ("maxContains", Some((from, to))) => from <= to,
        ("dependentRequired" | "dependentSchemas" | "dependencies", _) => {
            own == other || own.zip(other).is_some_and(|(own, other)| depend(own, other).unwrap_or_default())
        }
        _ => own == other,
    }
}

/// True if each member of one side needs all that it needs on the other one.
fn depend(from: &str, to: &str) -> Option<bool> {
    let read = |text| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).ok();
    let (from, to) = (read(from)?, read(to)?);
    let is_needed = |(name, needs): (&String, &serde_json::Value)| {
        let own = from.get(name);
        let names = own.and_then(serde_json::Value::as_array).zip(needs.as_array());
        own == Some(needs) || names.is_some_and(|(own, needs)| needs.iter().all(|name| own.contains(name)))
    };
    Some(to.iter().all(is_needed))
}

/// The fit of some values, or of any if none are listed, to those that are listed on the other side.
fn values_fit(from: Option<&BTreeSet<String>>, to: &BTreeSet<String>) -> Fit {
    if to.is_empty() {
        return Fit::All;
    }
    let Some(from) = from else { return Fit::Most("any value".to_owned()) };
    let Some(unknown) = from.iter().find(|value| !to.contains(*value)) else { return Fit::All };
    let unknown = format!("the value {unknown}");
    // One constant in the place of another is a swap, no growth.
    if from.len() == 1 && to.len() == 1 { Fit::Some(unknown) } else { Fit::Most(unknown) }
}

/// A pattern that may exclude a value.
fn pattern(own: &Constraints) -> Option<&str> {
    own.pattern.as_deref().filter(|p| !matches!(*p, "" | "^" | "$" | ".*" | "^.*" | ".*$" | "^.*$"))
}

/// The format that decides about values: a password is any string, which is only shown otherwise.
fn format(own: Option<&str>) -> Option<&str> {
    own.filter(|format| *format != "password")
}

fn format_fit(from: Option<&str>, to: Option<&str>) -> Fit {
    match (format(from), format(to)) {
        (_, None) => Fit::All,
        (from, to) if from == to => Fit::All,
        (_, Some(to)) if is_format(to) => Fit::All,
        (_, Some("float")) => Fit::Most("a number of 64 bits".to_owned()),
        (_, Some(to)) => Fit::Most(format!("a value that is not of the format `{to}`")),
    }
}

/// The constraints with those of items, as text.
pub(super) fn whole_text(own: &Constraints) -> Option<String> {
    let items = own.items.as_deref().and_then(whole_text).map(|items| format!("items {items}"));
    let parts: Vec<String> = shown(own).into_iter().chain(items).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The constraints as text, e.g. `maxLength 10, pattern ^a`.
fn shown(own: &Constraints) -> Option<String> {
    let mut parts = Vec::new();
    let mut part = |name: &str, value: Option<String>| parts.extend(value.map(|v| format!("{name} {v}")));
    let number = |n: Option<f64>| n.map(|n| n.to_string());
    let count = |n: Option<u64>| n.map(|n| n.to_string());
    if !own.values.is_empty() {
        let values: Vec<&str> = own.values.iter().map(String::as_str).collect();
        part("enum", Some(values.join(" ")));
    }
    part("exclusiveMaximum", number(own.exclusive_maximum));
    part("exclusiveMinimum", number(own.exclusive_minimum));
    part("format", format(own.format.as_deref()).map(str::to_owned));
    part("maxItems", count(own.max_items));
    part("maxLength", count(own.max_length));
    part("maxProperties", count(own.max_properties));
    part("maximum", number(own.maximum));
    part("minItems", count(own.min_items));
    part("minLength", count(own.min_length));
    part("minProperties", count(own.min_properties));
    part("minimum", number(own.minimum));
    part("multipleOf", number(own.multiple_of));
    part("not", own.not.clone());
    part("pattern", pattern(own).map(str::to_owned));
    own.validation.iter().for_each(|(key, value)| part(key, Some(value.clone())));
    if own.nullable {
        parts.push("nullable".to_owned());
    }
    if own.unique_items {
        parts.push("uniqueItems".to_owned());
    }
    if !own.known.is_empty() {
        let values: Vec<&str> = own.known.iter().map(String::as_str).collect();
        parts.push(format!("x-extensible-enum {}", values.join(" ")));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}
