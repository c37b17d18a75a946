//! Compares named types, each pair once.

use super::super::change::Kind;
use super::super::subject::Subject;
use super::{Spot, Walk, name_of};
use crate::api::{Api, TypeId, TypeRef};

impl Walk<'_> {
    /// Compares the named types that were met. One after the other, since a chain of them may be longer than the stack.
    pub(super) fn open_types(&mut self) {
        while let Some((types, text)) = self.open.pop() {
            self.text = text.and_then(|style| self.common_style(style, &types));
            self.named(types);
        }
        self.text = None;
    }

    fn meet_all(&mut self, ids: [Option<&TypeId>; 2]) {
        for (met, id) in self.met.iter_mut().zip(ids) {
            met.extend(id.cloned());
        }
    }

    /// Compares two nodes whose names do not matter.
    pub(super) fn meet(&mut self, old: &TypeRef, new: &TypeRef, spot: &Spot) {
        let [old_api, new_api] = self.apis;
        let (a, b) = (name_of(old, old_api), name_of(new, new_api));
        self.meet_all([a, b]);
        if a.is_none() && b.is_none() {
            return self.views(old, new, spot);
        }
        let key = (old.as_named().cloned(), new.as_named().cloned());
        if !self.seen.insert(key) {
            return;
        }
        match (a, b) {
            (Some(a), Some(b)) => {
                if a == b && old == new {
                    self.same.extend(old.as_named().cloned());
                }
                self.open.push(([old.clone(), new.clone()], self.text));
            }
            // An inline type on one side is at this place.
            _ => self.base(old, new, spot),
        }
    }

    /// Compares types of which at least one is named.
    fn base(&mut self, old: &TypeRef, new: &TypeRef, spot: &Spot) {
        let [old_api, new_api] = self.apis;
        let (a, b) = (name_of(old, old_api), name_of(new, new_api));
        let Some(name) = b.or(a) else { return };
        let at = |api: &Api, id: Option<&TypeId>| {
            id.map_or_else(|| spot.pointers[1].clone(), |id| api.type_pointer(id))
        };
        let at = [at(old_api, a), at(new_api, b)];
        let base = Spot {
            subject: Subject::of_type(name),
            pointers: at,
            types: [a, b].map(|id| id.cloned()),
            keys: [
                a.map(|id| self.keys[0].of_type(id)).unwrap_or_default(),
                b.map(|id| self.keys[1].of_type(id)).unwrap_or_default(),
            ],
            ..Spot::nowhere()
        };
        if let (Some(a), Some(b)) = (a, b) {
            let deprecated =
                [(old_api, a), (new_api, b)].map(|(api, id)| api.types.get(id).is_some_and(|t| t.deprecated));
            self.flag(deprecated, Kind::FieldDeprecated, Kind::FieldUndeprecated, &base);
            self.type_constraints(old, new, &base);
        }
        self.views(old, new, &base);
    }

    /// Compares two named types.
    fn named(&mut self, [old, new]: [TypeRef; 2]) {
        let mut inside = Vec::new();
        match old == new && self.is_equal(&old, &mut inside) {
            true => inside.iter().for_each(|ty| self.walk(ty, ty, &Spot::nowhere())),
            false => self.base(&old, &new, &Spot::nowhere()),
        }
    }

    /// True if a type is the same on both sides, with its inline types; it collects the named types that they use and that
    /// are not compared yet.
    fn is_equal(&self, ty: &TypeRef, inside: &mut Vec<TypeRef>) -> bool {
        let [old, new] = self.apis;
        let types = ty.as_named().and_then(|id| Some((old.types.get(id)?, new.types.get(id)?)));
        types.is_some_and(|(old, new)| {
            old == new && old.shape.refs().into_iter().all(|ty| self.is_same_use(ty, inside))
        })
    }

    /// The same for a use of a type that both sides have.
    fn is_same_use(&self, ty: &TypeRef, inside: &mut Vec<TypeRef>) -> bool {
        let [old, new] = self.apis;
        match ty {
            TypeRef::Named(id) if id.is_inline() => self.is_equal(ty, inside),
            TypeRef::Named(id) if self.same.contains(id) => true,
            TypeRef::Named(_) => {
                let names = [name_of(ty, old), name_of(ty, new)];
                inside.push(ty.clone());
                names[0].is_some() && names[0] == names[1]
            }
            TypeRef::List(inner) | TypeRef::Map(inner) | TypeRef::Nullable(inner) => {
                self.is_same_use(inner, inside)
            }
            _ => true,
        }
    }

    /// True if uses of types are the same on both sides; named types in them are compared.
    pub(in crate::diff) fn are_unchanged<'t>(&mut self, uses: impl IntoIterator<Item = &'t TypeRef>) -> bool {
        let mut inside = Vec::new();
        let are_same = uses.into_iter().all(|ty| self.is_same_use(ty, &mut inside));
        if are_same {
            inside.iter().for_each(|ty| self.walk(ty, ty, &Spot::nowhere()));
        }
        are_same
    }
}
