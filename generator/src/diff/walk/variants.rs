//! Compares the alternatives of unions.

use foldhash::{HashSet, HashSetExt as _};

use super::super::change::Kind;
use super::super::relation::{Fit, Relation};
use super::super::row::{of, of_mut};
use super::super::subject::Part;
use super::super::wire::{View, name_of};
use super::{Spot, Walk, item};
use crate::api::{TypeId, Union, Variant};

impl Walk<'_> {
    /// The pairs of variants, and those without a partner: of the old union, and of the new one.
    fn paired<'v>(&self, old: &'v Union, new: &'v Union) -> (Vec<[&'v Variant; 2]>, [Vec<&'v Variant>; 2]) {
        let mut left: Vec<&Variant> = new.variants.iter().collect();
        let mut matched: Vec<[&Variant; 2]> = Vec::new();
        // Variants that agree in tag and name are paired before those that agree in one of them.
        let mut open: Vec<&Variant> = old.variants.iter().collect();
        let same_name = |a: &Variant, b: &Variant| {
            let name = |v: &Variant, side: usize| name_of(&v.ty, self.api_of(side)).cloned();
            match (name(a, 0), name(b, 1)) {
                (Some(a), Some(b)) => Some(a == b || self.renamed.get(&a) == Some(&b)),
                _ => None,
            }
        };
        type Test<'t> = &'t dyn Fn(&Variant, &Variant) -> bool;
        let tests: [Test<'_>; 3] = [
            &|a, b| a.tag == b.tag && same_name(a, b) == Some(true),
            &|a, b| same_name(a, b) == Some(true),
            &|a, b| {
                let tagged = a.tag.is_some() && a.tag == b.tag;
                let bare = same_name(a, b).is_none() && (tagged || self.is_same(&a.ty, &b.ty));
                bare && (a.tag == b.tag || a.tag.is_none() || b.tag.is_none())
            },
        ];
        for test in tests {
            let mut rest = Vec::new();
            for a in open {
                match left.iter().position(|b| test(a, b)) {
                    Some(at) => matched.push([a, left.remove(at)]),
                    None => rest.push(a),
                }
            }
            open = rest;
        }
        (matched, [open, left])
    }

    pub(super) fn variants(&mut self, owners: [&TypeId; 2], old: &Union, new: &Union, spot: &Spot) {
        let (matched, [gone, left]) = self.paired(old, new);
        let shared = [self.shared_labels(old, 0), self.shared_labels(new, 1)];
        if let (Some(a), Some(b)) = (&old.tag, &new.tag)
            && a != b
        {
            let row = spot.row(Kind::DiscriminatorChanged).values(Some(a.clone()), Some(b.clone()));
            self.rows.push(row);
        }
        for [a, b] in matched {
            let mut inner = spot.clone();
            inner.subject = spot.subject.with(Part::Variant(self.label(b, 1, &shared)));
            if let (Some(one), Some(other)) = (&a.tag, &b.tag)
                && one != other
            {
                let row =
                    inner.row(Kind::DiscriminatorChanged).values(Some(one.clone()), Some(other.clone()));
                self.rows.push(row);
            }
            self.variant_facts([a, b], &inner);
            let own = [a, b].map(|variant| variant.constraints.first().cloned().unwrap_or_default());
            self.walk(&a.ty, &b.ty, &inner.constrained(own.each_ref()));
        }
        for (side, kind, union, variants) in
            [(0, Kind::VariantRemoved, old, gone), (1, Kind::VariantAdded, new, left)]
        {
            for variant in variants {
                let mut row = spot.row(kind);
                let (apis, rest) = match side {
                    0 => ([self.apis[0], self.apis[1]], new),
                    _ => ([self.apis[1], self.apis[0]], old),
                };
                // Values of another variant, too, are neither lost nor new.
                let fit = Relation::new(apis, side == 1).one_of(variant, rest);
                row.fits = (fit == Some(Fit::All)).then_some([Fit::All, Fit::All]);
                row.subject = spot.subject.with(Part::Variant(self.label(variant, side, &shared)));
                let member = union.key(variant);
                row.keys = [Vec::new(), Vec::new()];
                let owner = *of::<&TypeId>(&owners, side);
                *of_mut(&mut row.keys, side) = of(&self.keys, side).of_value(owner, Some(owner), &member);
                row.pointer = of(&spot.pointers, side).to_string();
                row.lead(side, variant.ty.named());
                self.rows.push(row);
            }
        }
    }

    fn variant(&self, variant: &Variant, side: usize) -> String {
        match (name_of(&variant.ty, self.api_of(side)), &variant.tag) {
            (Some(name), _) => name.label(),
            (None, Some(tag)) => tag.clone(),
            (None, None) => self.shown(&variant.ty, side),
        }
    }

    /// The texts that several variants of a union have.
    fn shared_labels(&self, union: &Union, side: usize) -> HashSet<String> {
        let mut all = HashSet::new();
        let labels = union.variants.iter().map(|variant| self.variant(variant, side));
        labels.filter(|label| !all.insert(label.clone())).collect()
    }

    /// The text of a variant, with the members of an object that others have the text of.
    fn label(&self, variant: &Variant, side: usize, shared: &[HashSet<String>; 2]) -> String {
        let mut label = self.variant(variant, side);
        let api = self.api_of(side);
        if of(shared, side).contains(&label)
            && name_of(&variant.ty, api).is_none()
            && let Some(View::Object(_, s)) = item(&variant.ty, api)
        {
            let must: Vec<&str> =
                s.fields.iter().filter(|(_, m)| m.required).map(|(name, _)| name.as_str()).collect();
            let names = if must.is_empty() { s.fields.keys().map(String::as_str).collect() } else { must };
            label.push_str(&format!(" with {}", names.join(", ")));
        }
        label
    }
}
