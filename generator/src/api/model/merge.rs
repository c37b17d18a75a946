//! Merges the alternatives of an object into one set of members.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Enum, Field, Fields, Shape, Type, TypeId, TypeRef, Union, Value, Variant};
use super::json_api::Recognition;

/// Members, each with the type that it is declared in.
type Found = BTreeMap<String, (Field, TypeId)>;

impl Recognition<'_> {
    /// The members of an object, or of all objects of a union, with their inline types below `to`; none for any other type.
    pub(super) fn merged(&mut self, ty: &TypeRef, to: &TypeId) -> Option<Fields> {
        let mut out = Fields::new();
        for (name, (mut field, from)) in self.found(ty, to)? {
            if from != *to {
                self.adopt(&mut field.ty, &from, to);
            }
            out.insert(name, field);
        }
        // A member that decides has the values that decide.
        let api = self.api;
        let union = ty.as_named().and_then(|id| api.resolve(id)).map(|(_, ty)| &ty.shape);
        if let Some(Shape::Union(Union { discriminator: Some(discriminator), .. })) = union {
            let name = discriminator.property.as_str();
            let values: BTreeSet<Value> = discriminator.mapping.keys().cloned().map(Value::String).collect();
            let field = out.entry(name.to_owned()).or_insert_with(|| TypeRef::String.into());
            if field.ty == TypeRef::String && !values.is_empty() {
                let e = Enum { values: values.into_iter().collect(), ..Enum::default() };
                field.ty = self.place(Shape::Enum(e), to.member(name));
            }
        }
        Some(out)
    }

    /// The same with declared types.
    pub(super) fn found(&mut self, ty: &TypeRef, to: &TypeId) -> Option<Found> {
        let id = match ty {
            TypeRef::Named(id) => id,
            // An object without members.
            TypeRef::Map(item) if **item == TypeRef::Any => return Some(Found::new()),
            _ => return None,
        };
        let api = self.api;
        match api.resolve(id)? {
            (_, Type { shape: Shape::Alias(ty), .. }) if ty.as_named().is_none() => self.found(ty, to),
            (id, Type { shape: Shape::Struct(s), .. }) if s.additional.is_none() => {
                let members = s.fields.iter();
                Some(members.map(|(name, field)| (name.clone(), (field.clone(), id.clone()))).collect())
            }
            (_, Type { shape: Shape::Union(union), .. }) => self.of_union(union, to),
            _ => None,
        }
    }

    fn of_union(&mut self, union: &Union, to: &TypeId) -> Option<Found> {
        let mut out: Option<Found> = None;
        let mut seen: BTreeSet<&TypeRef> = BTreeSet::new();
        for variant in union.variants.iter().filter(|variant| seen.insert(&variant.ty)) {
            let members = self.found(&variant.ty, to)?;
            out = Some(match out {
                Some(known) => self.either(known, members, to),
                None => members,
            });
        }
        out
    }

    /// The members of one variant and of another: members that both require are required.
    fn either(&mut self, mut known: Found, other: Found, to: &TypeId) -> Found {
        for (name, (field, _)) in &mut known {
            field.required &= other.get(name).is_some_and(|(other, _)| other.required);
        }
        for (name, (field, from)) in other {
            match known.get_mut(&name) {
                None => {
                    known.insert(name, (Field { required: false, ..field }, from));
                }
                Some((first, _)) if self.is_same(&first.ty, &field.ty, 0) => {}
                Some((first, home)) => {
                    let own = to.member(name);
                    let shape = match (self.values(&first.ty), self.values(&field.ty)) {
                        (Some(mut values), Some(more)) => {
                            values.extend(more);
                            let values = values.into_iter().collect();
                            Shape::Enum(Enum { values, ..Enum::default() })
                        }
                        _ => self.one_of(&first.ty, &field.ty, &own),
                    };
                    (first.ty, *home) = (self.place(shape, own), to.clone());
                }
            }
        }
        known
    }

    /// One type or the other; a third one joins the union of the first two.
    fn one_of(&self, first: &TypeRef, other: &TypeRef, own: &TypeId) -> Shape {
        let mut variants = match first.as_named().filter(|id| *id == own).and_then(|id| self.made.get(id)) {
            Some(Type { shape: Shape::Union(union), .. }) => union.variants.clone(),
            _ => vec![Variant::from(first.clone())],
        };
        variants.push(other.clone().into());
        Variant::order(&mut variants);
        Shape::Union(Union { variants, ..Union::default() })
    }

    fn shape_of(&self, id: &TypeId) -> Option<&Shape> {
        let ty = self.made.get(id).or_else(|| self.api.types.get(id))?;
        match &ty.shape {
            Shape::Alias(TypeRef::Named(next)) => Some(&self.api.resolve(next)?.1.shape),
            shape => Some(shape),
        }
    }

    fn values(&self, ty: &TypeRef) -> Option<BTreeSet<Value>> {
        match self.shape_of(ty.as_named()?)? {
            Shape::Enum(e) if e.values.iter().all(|v| matches!(v, Value::String(_))) => {
                Some(e.values.iter().cloned().collect())
            }
            _ => None,
        }
    }

    /// True if two uses of types look the same.
    fn is_same(&self, one: &TypeRef, other: &TypeRef, depth: usize) -> bool {
        match (one, other) {
            _ if one == other => true,
            (TypeRef::List(a), TypeRef::List(b))
            | (TypeRef::Map(a), TypeRef::Map(b))
            | (TypeRef::Nullable(a), TypeRef::Nullable(b)) => self.is_same(a, b, depth),
            (TypeRef::Named(a), TypeRef::Named(b)) if depth < 16 => {
                match (self.shape_of(a), self.shape_of(b)) {
                    (Some(Shape::Struct(a)), Some(Shape::Struct(b))) => {
                        a.fields.len() == b.fields.len()
                            && a.additional == b.additional
                            && a.fields.iter().zip(&b.fields).all(|((name, a), (other, b))| {
                                let alike = Field { ty: b.ty.clone(), ..a.clone() } == *b;
                                name == other && alike && self.is_same(&a.ty, &b.ty, depth + 1)
                            })
                    }
                    (Some(a), Some(b)) => a == b,
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Gives the inline types below `from` ids below `to`.
    fn adopt(&mut self, ty: &mut TypeRef, from: &TypeId, to: &TypeId) {
        let id = match ty {
            TypeRef::Named(id) => id,
            other => return other.inner_mut().into_iter().for_each(|inner| self.adopt(inner, from, to)),
        };
        if !from.holds(id) || id == from {
            return;
        }
        let api = self.api;
        let mut moved = to.clone();
        moved.path.extend(id.path.iter().skip(from.path.len()).cloned());
        if let Some(known) = api.types.get(id)
            && !self.made.contains_key(&moved)
        {
            let mut copy = known.clone();
            // Inserted before its members, which may contain the type itself.
            self.made.insert(moved.clone(), copy.clone());
            copy.shape.refs_mut().into_iter().for_each(|inner| self.adopt(inner, from, to));
            self.made.insert(moved.clone(), copy);
        }
        *id = moved;
    }

    fn place(&mut self, shape: Shape, id: TypeId) -> TypeRef {
        self.made.insert(id.clone(), shape.into());
        TypeRef::Named(id)
    }
}
