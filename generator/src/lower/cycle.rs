//! Ends cycles of types that no Rust type can have, and says which of the bytes of JSON are text.

use std::collections::{BTreeMap, BTreeSet};

use super::Lowering;
use crate::api::{Owner, Shape, Struct, TypeId, TypeRef, Variant, cycles};
use crate::diagnostic::Pointer;

impl Lowering<'_> {
    /// Ends cycles without a type that Rust could name: of lists, maps and references alone, and of unions that are
    /// variants of themselves.
    pub(super) fn end_cycles(&mut self) {
        let aliases = self.graph(|shape| match shape {
            Shape::Alias(ty) => ty.named().into_iter().collect(),
            _ => Vec::new(),
        });
        let groups = cycles(&aliases);
        let mut changed = Vec::new();
        for (id, group) in &groups {
            let Some(Shape::Alias(ty)) = self.types.get(*id).map(|t| &t.shape) else { continue };
            let mut ty = ty.clone();
            replace(&mut ty, &|inner| match inner {
                TypeRef::Named(id) if groups.get(id) == Some(group) => Some(TypeRef::Any),
                _ => None,
            });
            changed.push(((*id).clone(), ty));
        }
        changed.sort();
        for (id, ty) in changed {
            let at = self.owner(&id);
            let message = format!("`{}` contains only itself; its items become any JSON", id.label());
            self.approximated(&at, message, "define its content in the overlay");
            self.set(&id, Shape::Alias(ty));
        }
        self.end_unions();
    }

    /// A union that is a variant of itself, or of one of its variants, has the variants of all of these.
    fn end_unions(&mut self) {
        let unions = self.graph(|shape| match shape {
            Shape::Alias(TypeRef::Named(id)) => vec![id],
            Shape::Union(union) => union.variants.iter().filter_map(|v| direct(&v.ty)).collect(),
            _ => Vec::new(),
        });
        let groups = cycles(&unions);
        let mut leaves: BTreeMap<usize, Vec<Variant>> = BTreeMap::new();
        let mut ids: Vec<(&TypeId, usize)> = groups.iter().map(|(id, group)| (*id, *group)).collect();
        ids.sort_unstable();
        let is_inside = |ty: &TypeRef, group| direct(ty).is_some_and(|id| groups.get(id) == Some(&group));
        for (id, group) in &ids {
            if let Some(Shape::Union(union)) = self.types.get(*id).map(|t| &t.shape) {
                let own = union.variants.iter().filter(|v| !is_inside(&v.ty, *group)).cloned();
                leaves.entry(*group).or_default().extend(own);
            }
        }
        let mut changed = Vec::new();
        for (id, group) in &ids {
            let Some(Shape::Union(union)) = self.types.get(*id).map(|t| &t.shape) else { continue };
            let mut union = union.clone();
            if union.tag.is_some() {
                union.variants.retain(|v| !is_inside(&v.ty, *group));
            } else {
                union.variants = leaves.get(group).cloned().unwrap_or_default();
                union.variants.iter_mut().for_each(|v| v.tag = None);
                Variant::order(&mut union.variants);
            }
            let empty = union.variants.is_empty();
            changed
                .push(((*id).clone(), if empty { Shape::Alias(TypeRef::Any) } else { Shape::Union(union) }));
        }
        for (id, shape) in changed {
            let at = self.owner(&id);
            let message = format!("`{}` is one of its own variants, which adds no value to it", id.label());
            self.approximated(&at, message, "remove it from its `oneOf` or `anyOf` in the overlay");
            self.set(&id, shape);
        }
    }

    /// JSON has no bytes: a string of format `binary` inside of it is a text.
    pub(super) fn text_for_bytes(&mut self) {
        let bytes: BTreeSet<TypeId> = self
            .types
            .iter()
            .filter(|(_, ty)| ty.shape == Shape::Alias(TypeRef::Binary))
            .map(|(id, _)| id.clone())
            .collect();
        let text = |ty: &TypeRef| match ty {
            TypeRef::Binary => Some(TypeRef::String),
            TypeRef::Named(id) if bytes.contains(id) => Some(TypeRef::String),
            _ => None,
        };
        for ty in self.types.values_mut() {
            match &mut ty.shape {
                Shape::Struct(Struct { fields, additional, .. }) => {
                    fields.iter_mut().for_each(|(_, field)| replace(&mut field.ty, &text));
                    additional.iter_mut().for_each(|ty| replace(ty, &text));
                }
                Shape::Union(union) => {
                    union.variants.iter_mut().for_each(|v| replace(&mut v.ty, &text));
                    Variant::order(&mut union.variants);
                }
                Shape::Alias(ty) => {
                    if let Some(inner) = ty.inner_mut() {
                        replace(inner, &text);
                    }
                }
                _ => {}
            }
        }
    }

    fn graph<'t>(
        &'t self,
        edges: impl Fn(&'t Shape) -> Vec<&'t TypeId>,
    ) -> BTreeMap<&'t TypeId, Vec<&'t TypeId>> {
        // A type without edges is on no cycle.
        let all = self.types.iter().map(|(id, ty)| (id, edges(&ty.shape)));
        all.filter(|(_, edges)| !edges.is_empty()).collect()
    }

    /// The component that a type belongs to.
    fn owner(&self, id: &TypeId) -> Pointer {
        match &id.owner {
            Owner::Schema(name) => Pointer::new("/components/schemas").child(name),
            Owner::Operation(_) => Pointer::new("/paths"),
        }
    }

    fn set(&mut self, id: &TypeId, shape: Shape) {
        if let Some(ty) = self.types.get_mut(id) {
            ty.shape = shape;
        }
    }
}

fn direct(ty: &TypeRef) -> Option<&TypeId> {
    match ty {
        TypeRef::Named(id) => Some(id),
        _ => None,
    }
}

/// Replaces each innermost type for which there is another.
fn replace(ty: &mut TypeRef, by: &impl Fn(&TypeRef) -> Option<TypeRef>) {
    if let Some(other) = by(ty) {
        *ty = other;
    } else if let Some(inner) = ty.inner_mut() {
        replace(inner, by);
    }
}
