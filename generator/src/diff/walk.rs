//! Walks two versions in parallel and reports each difference as a row.

mod named;
mod spot;
mod text;
mod variants;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use foldhash::{HashSet, HashSetExt as _};

pub(super) use self::spot::{Place, Spot};
use self::text::TypeUses;
pub(super) use self::text::text;
use super::alike::{Renamed, is_alike};
use super::change::{Direction, Kind};
use super::constraints::{are_whole, is_union};
use super::relation::{Fit, Relation, sets_of_members, sets_text};
use super::rename::Pairs;
use super::row::Row;
use super::row::{of, of_mut};
use super::rust::Keys;
use super::subject::{Part, Subject};
use super::wire::{Access, View, name_of, text_of, view};
use crate::api::{Api, Constraints, Field, Lifecycle, Struct, Style, TypeId, TypeRef, Union, Value};

/// The walk along both sides.
pub(super) struct Walk<'a> {
    pub(super) apis: [&'a Api; 2],
    pub(super) keys: [Keys<'a>; 2],
    pub(super) renamed: &'a Renamed,
    pub(super) rows: Vec<Row>,
    seen: HashSet<(Option<TypeId>, Option<TypeId>)>,
    /// Named types of both sides that are compared, or going to be.
    same: HashSet<TypeId>,
    /// Named types of each side that were compared.
    pub(super) met: [HashSet<TypeId>; 2],
    /// Pairs of names that are used at one place, where renames are looked for.
    pub(super) pairs: Option<Pairs<'a>>,
    /// True if types of one name are skipped: their changes do not distinguish two other types.
    shallow: bool,
    /// The older of the stored forms of both sides: facts that it does not have are unknown.
    pub(super) format: u32,
    /// The style of the values at this place, if they are text.
    pub(super) text: Option<Style>,
    /// Named types of both sides that are to be compared, with the style of the place that was first found to use them.
    open: Vec<([TypeRef; 2], Option<Style>)>,
    /// The uses of types on each side.
    uses: [OnceCell<TypeUses<'a>>; 2],
    /// The number of comparisons that this one is part of.
    level: usize,
    /// The number of inline types around this place.
    depth: usize,
}

/// The number of comparisons within comparisons.
const LEVELS: usize = 2;

/// Members whose presence follows from JSON:API.
const CONVENTIONAL: [&str; 5] = ["attributes", "relationships", "data", "links", "meta"];

impl<'a> Walk<'a> {
    pub(super) fn new(apis: [&'a Api; 2], keys: [Keys<'a>; 2], renamed: &'a Renamed) -> Self {
        let (seen, met) = (HashSet::new(), [HashSet::new(), HashSet::new()]);
        let format = apis.iter().map(|api| api.info.format).min().unwrap_or_default();
        Self {
            apis,
            keys,
            renamed,
            rows: Vec::new(),
            seen,
            same: HashSet::new(),
            met,
            pairs: None,
            shallow: false,
            format,
            text: None,
            open: Vec::new(),
            uses: Default::default(),
            level: 0,
            depth: 0,
        }
    }

    /// The old side (0) or the new one.
    pub(super) fn api_of(&self, side: usize) -> &'a Api {
        let [old, new] = self.apis;
        if side == 0 { old } else { new }
    }

    /// The whole API.
    pub(super) fn api(&mut self) {
        self.operations();
        self.webhooks();
        self.open_types();
        self.common_types();
        self.open_types();
        self.lone_types();
    }

    /// Types that both sides have, whether or not one place uses both.
    fn common_types(&mut self) {
        let [old, new] = self.apis;
        for id in old.types.keys().filter(|id| !id.is_inline()) {
            let other = self.renamed.get(id).unwrap_or(id);
            if new.types.contains_key(other) {
                let (old, new) = (named(id), named(other));
                self.walk(&old, &new, &Spot::nowhere());
            }
        }
    }

    /// Types that were not compared.
    fn lone_types(&mut self) {
        for (side, kind) in [(0, Kind::TypeRemoved), (1, Kind::TypeAdded)] {
            let [old, new] = self.apis;
            let (api, other) = if side == 0 { (old, new) } else { (new, old) };
            let Some(met) = self.met.get(side) else { continue };
            // Forms before 4 have no types that clients do not use.
            let is_known = |id: &TypeId| {
                self.format >= 4 || self.keys.get(side).is_none_or(|keys| keys.api.types.contains_key(id))
            };
            let lone = |id: &&TypeId| {
                !id.is_inline() && !met.contains(*id) && !other.types.contains_key(*id) && is_known(id)
            };
            let lone: Vec<TypeId> = api.types.keys().filter(lone).cloned().collect();
            for id in lone {
                let row = self.type_row(kind, &id, side);
                self.rows.push(row);
            }
        }
        let renamed: Vec<(TypeId, TypeId)> =
            self.renamed.iter().map(|(old, new)| (old.clone(), new.clone())).collect();
        for (old, new) in renamed {
            let mut row = self.type_row(Kind::TypeRenamed, &new, 1);
            let gone = self.type_row(Kind::TypeRenamed, &old, 0);
            row.merge(gone);
            self.rows.push(row.values(Some(old.label()), Some(new.label())));
        }
    }

    fn type_row(&self, kind: Kind, id: &TypeId, side: usize) -> Row {
        let mut row = Row::new(kind, Subject::of_type(id));
        if let (Some(api), Some(keys)) = (self.apis.get(side), self.keys.get(side)) {
            let at = api.type_pointer(id);
            row.origins.insert(at.to_string());
            row.pointer = at.to_string();
            if let (Some(own), Some(types)) = (row.keys.get_mut(side), row.types.get_mut(side)) {
                own.extend(keys.of_named(id));
                types.insert(id.clone());
            }
        }
        row
    }

    /// True if the two look the same on the wire.
    fn is_same(&self, old: &TypeRef, new: &TypeRef) -> bool {
        self.differences(old, new, false).is_empty()
    }

    /// The differences of two types on the wire.
    fn differences(&self, old: &TypeRef, new: &TypeRef, shallow: bool) -> Vec<Row> {
        let none = Renamed::new();
        let keys = self.apis.map(|api| Keys { api, names: None });
        let mut walk = Walk::new(self.apis, keys, &none);
        (walk.level, walk.shallow) = (self.level + 1, shallow);
        walk.meet(old, new, &Spot::nowhere());
        walk.open_types();
        walk.rows
    }

    /// Compares two nodes.
    pub(super) fn walk(&mut self, old: &TypeRef, new: &TypeRef, spot: &Spot) {
        let [old_api, new_api] = self.apis;
        if spot.subject.is_included()
            && let Some((owner, [old, new])) = unions([old, new], self.apis)
        {
            return self.variants([owner, owner], &old, &new, spot);
        }
        let (a, b) = (name_of(old, old_api), name_of(new, new_api));
        if let (Some(a), Some(b)) = (a, b) {
            if a != b && !self.is_renamed(a, b) {
                if self.is_trial() {
                    return;
                }
                // Two types that have little in common differ in more than the sum of their members.
                let alike = self.level < LEVELS && is_alike(old_api, new_api, a, b);
                let differences = alike.then(|| self.differences(old, new, true));
                self.type_changed(old, new, spot, differences);
                return;
            }
            if self.shallow && a == b {
                return;
            }
        }
        // An inline type on one side may be a named one on the other; a list or a string in its place is not.
        if a.is_some() != b.is_some() {
            if !is_of_one_kind(&view(old, old_api), &view(new, new_api)) {
                return self.type_changed(old, new, spot, None);
            }
            // A copy of a type that is still there changes this place alone.
            let is_kept = a.is_some_and(|id| new_api.types.contains_key(id))
                || b.is_some_and(|id| old_api.types.contains_key(id));
            if is_kept && self.level < LEVELS {
                let differences = self.differences(old, new, true);
                if !differences.is_empty() {
                    return self.type_changed(old, new, spot, Some(differences));
                }
            }
        }
        self.meet(old, new, spot);
    }

    fn is_renamed(&mut self, a: &TypeId, b: &TypeId) -> bool {
        match &mut self.pairs {
            Some(pairs) => pairs.may_be_one(a, b, self.apis),
            None => self.renamed.get(a) == Some(b),
        }
    }

    /// True if a walk with the renamed types follows, so that the rows of this one do not count.
    fn is_trial(&self) -> bool {
        self.pairs.as_ref().is_some_and(Pairs::has_candidate)
    }

    fn views(&mut self, old: &TypeRef, new: &TypeRef, spot: &Spot) {
        let [old_api, new_api] = self.apis;
        // An inline type cannot contain itself; the bound guards against a stored Api edited by hand.
        if self.depth > 200 {
            return;
        }
        self.depth += 1;
        match (view(old, old_api), view(new, new_api)) {
            (View::Missing, _) | (_, View::Missing) => {}
            (View::Scalar(a), View::Scalar(b)) if a == b => {}
            (View::List(a), View::List(b)) => self.walk(a, b, &spot.inside(Part::Items, "items")),
            (View::Map(a), View::Map(b)) => {
                self.walk(a, b, &spot.inside(Part::Values, "additionalProperties"))
            }
            (View::Nullable(a), View::Nullable(b)) => self.walk(a, b, spot),
            (View::Object(o1, a), View::Object(o2, b)) => self.objects([o1, o2], a, b, spot),
            (View::Enum(o1, a), View::Enum(o2, b)) => self.values([o1, o2], [a, b], [old, new], spot),
            (View::Union(o1, a), View::Union(o2, b)) => self.variants([o1, o2], a, b, spot),
            // A set of types with one in it is that type, so far as the wire goes.
            (View::Union(_, union), _) if union.variants.len() == 1 => {
                union.variants.iter().for_each(|only| self.walk(&only.ty, new, spot));
            }
            (_, View::Union(_, union)) if union.variants.len() == 1 => {
                union.variants.iter().for_each(|only| self.walk(old, &only.ty, spot));
            }
            _ => self.type_changed(old, new, spot, None),
        }
        self.depth -= 1;
    }

    fn objects(&mut self, owners: [&TypeId; 2], old: &Struct, new: &Struct, spot: &Spot) {
        let names: BTreeSet<&String> = old.fields.keys().chain(new.fields.keys()).collect();
        for name in names {
            if let (Some(a), Some(b)) = (old.fields.get(name), new.fields.get(name))
                && a == b
                && self.are_unchanged([&b.ty])
            {
                continue;
            }
            let mut child = spot.member(name);
            // A type without its own struct appears in the item around it.
            let own = |side: usize| {
                let keys = of(&self.keys, side).of_member(of::<&TypeId>(&owners, side), name);
                keys.unwrap_or_else(|| of(&spot.keys, side).first().cloned().into_iter().collect())
            };
            child.keys = [own(0), own(1)];
            // Format 1 had only those that JSON:API defines.
            if self.format < 2 && CONVENTIONAL.contains(&name.as_str()) {
                let sides = [old, new].map(|s| s.fields.get(name).cloned());
                if let [Some(mut old), Some(new)] = sides {
                    old.required = new.required;
                    self.member([Some(&old), Some(&new)], &child);
                } else if !["links", "meta"].contains(&name.as_str()) {
                    self.member(sides.each_ref().map(Option::as_ref), &child);
                }
                continue;
            }
            self.member([old.fields.get(name), new.fields.get(name)], &child);
        }
        self.closed([old, new], spot);
        self.sets_of_members([old, new], spot);
        self.others([old, new], spot);
    }

    /// Compares the schemas of members of other names.
    fn others(&mut self, [old, new]: [&Struct; 2], spot: &Spot) {
        let child = spot.inside(Part::Values, "additionalProperties");
        // Any other member is allowed where nothing is said of others.
        let rest = |s: &Struct| s.additional.clone().filter(|rest| *rest != TypeRef::Any);
        let is_open = |s: &Struct| self.format >= 3 && !s.closed;
        match [rest(old), rest(new)] {
            [None, None] => {}
            [Some(rest), None] if is_open(new) => self.opened([&rest, &TypeRef::Any], new, &child),
            [None, Some(rest)] if is_open(old) => self.opened([&TypeRef::Any, &rest], old, &child),
            sides => {
                let [old, new] = sides.map(|rest| rest.map(Field::from));
                self.member([old.as_ref(), new.as_ref()], &child);
            }
        }
    }

    /// Members of other names that have a schema on one side and are free on the other one, that of `open`.
    fn opened(&mut self, [old, new]: [&TypeRef; 2], open: &Struct, spot: &Spot) {
        self.type_changed(old, new, spot, None);
        // Few objects have other members unless the document says so.
        if open.additional.is_none()
            && let Some(Row { fits: Some(fits), .. }) = self.rows.last_mut()
        {
            for fit in fits {
                if let Fit::Some(what) = fit {
                    *fit = Fit::Most(std::mem::take(what));
                }
            }
        }
    }

    /// Compares the sets of members of which an object has one.
    pub(super) fn sets_of_members(&mut self, [old, new]: [&Struct; 2], spot: &Spot) {
        let fits = [sets_of_members(old, new), sets_of_members(new, old)];
        if fits != [Fit::All, Fit::All] {
            let text = |s: &Struct| (!s.one_of.is_empty()).then(|| format!("with {}", sets_text(s)));
            let mut row = spot.row(Kind::LimitChanged).values(text(old), text(new));
            row.fits = Some(fits);
            self.rows.push(row);
        }
    }

    /// Compares `additionalProperties: false`, unless a schema of these members came or went.
    pub(super) fn closed(&mut self, [old, new]: [&Struct; 2], spot: &Spot) {
        let is_named = |s: &Struct| s.additional.as_ref().is_some_and(|rest| *rest != TypeRef::Any);
        if self.format < 3 || old.closed == new.closed || is_named(old) || is_named(new) {
            return;
        }
        let fit = |to: &Struct| match to.closed {
            true => Fit::Some("a member of another name".to_owned()),
            false => Fit::All,
        };
        let text = |s: &Struct| s.closed.then(|| "additionalProperties false".to_owned());
        let mut row = spot.row(Kind::LimitChanged).values(text(old), text(new));
        // A client ignores members that it does not know.
        row.fits = Some([fit(new), Fit::All]);
        self.rows.push(row);
    }

    /// A member that at least one side has.
    pub(super) fn member(&mut self, sides: [Option<&Field>; 2], spot: &Spot) {
        let mut spot = spot.clone();
        let hidden: Vec<Option<Direction>> =
            sides.iter().flatten().map(|field| Access::of(field).hidden()).collect();
        if let Some((first, rest)) = hidden.split_first()
            && rest.iter().all(|one| one == first)
        {
            spot.hidden = spot.hidden.or(*first);
        }
        let spot = &spot;
        match sides {
            [Some(old), Some(new)] => {
                let accesses = [Access::of(old), Access::of(new)];
                if accesses[0] != accesses[1] {
                    let mut row = spot.row(Kind::FieldAccessChanged);
                    row.fits = Some(access([old, new]));
                    row.hidden = None;
                    let [a, b] = accesses.map(|access| Some(access.as_str().to_owned()));
                    self.rows.push(row.values(a, b));
                }
                let kinds = [
                    [Kind::FieldRequired, Kind::FieldOptional],
                    [Kind::FieldNullable, Kind::FieldNotNullable],
                ];
                self.presence([old.required, new.required], [old.nullable, new.nullable], kinds, spot);
                self.flag(
                    [old.deprecated, new.deprecated],
                    Kind::FieldDeprecated,
                    Kind::FieldUndeprecated,
                    spot,
                );
                self.lifecycle([&old.lifecycle, &new.lifecycle], spot);
                let own = [&old.constraints, &new.constraints];
                self.constraints([&old.ty, &new.ty], own, Kind::FieldDefaultChanged, spot);
                self.walk(&old.ty, &new.ty, &spot.constrained(own));
            }
            [Some(old), None] => {
                let mut row = spot.row(Kind::FieldRemoved).values(Some(self.shown(&old.ty, 0)), None);
                row.strict = old.required;
                row.pointer = spot.pointers[0].to_string();
                row.keys[0].extend(self.keys[0].of_inline(&old.ty));
                row.lead(0, old.ty.named());
                self.rows.push(row);
            }
            [None, Some(new)] => {
                let mut row = spot.row(Kind::FieldAdded).values(None, Some(self.shown(&new.ty, 1)));
                row.strict = new.required;
                row.keys[1].extend(self.keys[1].of_inline(&new.ty));
                row.lead(1, new.ty.named());
                self.rows.push(row);
            }
            [None, None] => {}
        }
    }

    /// Something that is or is not so: `on` where it has become so.
    pub(super) fn flag(&mut self, [old, new]: [bool; 2], on: Kind, off: Kind, spot: &Spot) {
        if old != new {
            let mut row = spot.row(if new { on } else { off });
            row.strict = new;
            self.rows.push(row);
        }
    }

    /// A value that may be absent or null, or no longer may: one row if it gains or loses both at once.
    pub(super) fn presence(
        &mut self,
        required: [bool; 2],
        nullable: [bool; 2],
        [[must, may], [null, present]]: [[Kind; 2]; 2],
        spot: &Spot,
    ) {
        if required[0] == required[1] || required[0] != nullable[1] || required[1] != nullable[0] {
            self.flag(required, must, may, spot);
            return self.flag(nullable, null, present, spot);
        }
        let text = |required: bool| Some(if required { "required" } else { "optional or null" }.to_owned());
        let mut row = spot.row(if required[1] { must } else { may });
        row.strict = required[1];
        self.rows.push(row.values(text(required[0]), text(required[1])));
    }

    /// The date on which something ends, and how stable it is.
    pub(super) fn lifecycle(&mut self, [old, new]: [&Lifecycle; 2], spot: &Spot) {
        if self.format < 3 || old == new {
            return;
        }
        if old.sunset != new.sunset {
            let mut row = spot.row(Kind::SunsetChanged).values(old.sunset.clone(), new.sunset.clone());
            row.strict = old.sunset.is_some();
            self.rows.push(row);
        }
        if old.stability != new.stability {
            let text = |of: &Lifecycle| Some(of.stability.clone().unwrap_or_else(|| "stable".to_owned()));
            let level = |of: &Lifecycle| match of.stability.as_deref() {
                Some("draft") => 0,
                Some("alpha") => 1,
                Some(_) => 2,
                None => 3,
            };
            let mut row = spot.row(Kind::StabilityChanged).values(text(old), text(new));
            row.strict = level(new) < level(old);
            self.rows.push(row);
        }
    }

    fn values(&mut self, owners: [&TypeId; 2], [old, new]: [&[Value]; 2], nodes: [&TypeRef; 2], spot: &Spot) {
        if let ([a], [b]) = (old, new) {
            // One constant in the place of another is a swap, no growth.
            if a != b {
                let [old, new] = nodes;
                self.type_changed(old, new, spot, None);
            }
            return;
        }
        let ids = nodes.map(|node| node.as_named().cloned());
        for (side, kind, own, other) in [(0, Kind::ValueRemoved, old, new), (1, Kind::ValueAdded, new, old)] {
            for value in own.iter().filter(|value| !other.contains(value)) {
                let text = text_of(value);
                let mut row = spot.row(kind);
                row.subject = spot.subject.with(Part::Value(text.clone()));
                let owner = *of::<&TypeId>(&owners, side);
                let id = of(&ids, side).as_ref().unwrap_or(owner);
                row.keys = [Vec::new(), Vec::new()];
                *of_mut(&mut row.keys, side) = of(&self.keys, side).of_value(id, Some(owner), &text);
                row.pointer = of(&spot.pointers, side).child("enum").to_string();
                self.rows.push(row);
            }
        }
    }

    fn type_changed(&mut self, old: &TypeRef, new: &TypeRef, spot: &Spot, differences: Option<Vec<Row>>) {
        if self.is_trial() {
            return;
        }
        let kind = match spot.place {
            Place::Field => Kind::FieldTypeChanged,
            Place::Parameter => Kind::ParameterTypeChanged,
            Place::Body => Kind::BodyTypeChanged,
            Place::Response | Place::Failure => Kind::ResponseTypeChanged,
        };
        let mut shown = (self.shown(old, 0), self.shown(new, 1));
        if shown.0 == shown.1 {
            shown = (self.form(old, 0), self.form(new, 1));
        }
        let (from, to) = Some(shown).filter(|(from, to)| from != to).unzip();
        let mut row = spot.row(kind).values(from, to);
        row.strict = differences.as_ref().is_none_or(|differences| !differences.is_empty());
        row.fits = differences.is_none().then(|| self.fits([old, new], spot));
        row.differences = differences.unwrap_or_default();
        row.failure = spot.place == Place::Failure;
        row.keys[0].extend(self.keys[0].of_inline(old));
        row.keys[1].extend(self.keys[1].of_inline(new));
        row.lead(0, old.named());
        row.lead(1, new.named());
        self.rows.push(row);
    }

    /// The fit of the old values to the new type, and of the new values to the old one.
    pub(super) fn fits(&self, [old, new]: [&TypeRef; 2], spot: &Spot) -> [Fit; 2] {
        let [a, b] = self.apis;
        let mut request = Relation::new([a, b], false);
        request.text = self.text;
        // Constraints have a row of their own, except where a set of types replaces one or is replaced by one. Those of
        // the values of integers decide if these fit into another type of integers.
        let free = Constraints::default();
        let is_choice = is_union(old, a) != is_union(new, b);
        let [own, other] = &spot.constraints;
        let one = std::slice::from_ref;
        let are_integers = are_whole(old, a, one(own)) && are_whole(new, b, one(other));
        let of_values = |own| if is_choice || are_integers { own } else { &free };
        let of_type = |own| if is_choice { own } else { &free };
        [
            request.places((old, of_values(own)), (new, of_type(other))),
            Relation::new([b, a], true).places((new, of_values(other)), (old, of_type(own))),
        ]
    }

    /// A type as a person writes it: its name, or its definition.
    pub(super) fn shown(&self, node: &TypeRef, side: usize) -> String {
        let api = self.api_of(side);
        if let Some(name) = name_of(node, api) {
            return name.label();
        }
        self.form(node, side)
    }

    /// The definition of a type, whatever its name.
    fn form(&self, node: &TypeRef, side: usize) -> String {
        let api = self.api_of(side);
        match view(node, api) {
            View::Scalar(text) => text,
            View::List(item) => format!("list of {}", self.shown(item, side)),
            View::Map(item) => format!("map of {}", self.shown(item, side)),
            View::Nullable(inner) => format!("{} or null", self.shown(inner, side)),
            View::Object(_, s) => super::wire::shown(s, api),
            View::Enum(_, values) => match values {
                [only] => format!("always {}", text_of(only)),
                many => format!("one of {} values", many.len()),
            },
            View::Union(_, union) => format!("one of {} types", union.variants.len()),
            View::Missing => "object".to_owned(),
        }
    }
}

/// True if the two can be compared member by member.
fn is_of_one_kind(old: &View<'_>, new: &View<'_>) -> bool {
    let is_single = |view: &View<'_>| matches!(view, View::Union(_, union) if union.variants.len() == 1);
    std::mem::discriminant(old) == std::mem::discriminant(new)
        || is_single(old)
        || is_single(new)
        || matches!(old, View::Missing)
        || matches!(new, View::Missing)
}

/// A type, or that of the items of a list, of the values of a map.
fn item<'a>(ty: &'a TypeRef, api: &'a Api) -> Option<View<'a>> {
    match view(ty, api) {
        View::List(inner) | View::Map(inner) | View::Nullable(inner) => {
            name_of(inner, api).is_none().then(|| item(inner, api)).flatten()
        }
        other => Some(other),
    }
}

/// Two sets of types of which one is written as the only type in it, and the name of the other.
///
/// A client reads an included resource by its `type`, so a second type is one that it does not know, and no other form.
fn unions<'a>(types: [&'a TypeRef; 2], apis: [&'a Api; 2]) -> Option<(&'a TypeId, [Union; 2])> {
    let single = |ty: &TypeRef| Union { variants: vec![ty.clone().into()], ..Union::default() };
    let [old, new] = types;
    match (view(old, apis[0]), view(new, apis[1])) {
        (View::Union(owner, a), View::Object(..)) => Some((owner, [a.clone(), single(new)])),
        (View::Object(..), View::Union(owner, b)) => Some((owner, [single(old), b.clone()])),
        _ => None,
    }
}

fn named(id: &TypeId) -> TypeRef {
    TypeRef::Named(id.clone())
}

/// A change of who has a member: the old requests with it against the new ones, and the responses.
fn access([old, new]: [&Field; 2]) -> [Fit; 2] {
    let is = |field: &Field, direction| Access::of(field).hidden() != Some(direction);
    let [sent, received] =
        [Direction::Request, Direction::Response].map(|direction| [is(old, direction), is(new, direction)]);
    let request = match sent {
        [true, false] => Fit::Some("a request with it".to_owned()),
        [false, true] if new.required => Fit::Some("a request without it".to_owned()),
        _ => Fit::All,
    };
    let response = match received {
        [true, false] => Fit::Most("a response without it".to_owned()),
        _ => Fit::All,
    };
    [request, response]
}
