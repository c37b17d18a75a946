//! Decides the Rust type of each use of a type, and how arguments convert into it.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;

use super::{Context, RustType};
use crate::api::{self, Api, Field, Shape, TypeId, TypeRef, Union, Value};

/// The container of a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Always there.
    Plain,
    /// `Option`.
    Option,
    /// `Patch`: absent, null or a value.
    Patch,
}

/// The conversion of an argument to the value that is stored or sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convert {
    /// It is the value.
    Same,
    /// `Into`.
    Into,
    /// Items are collected.
    Collect,
    /// Items are converted and collected.
    CollectInto,
    /// Its text is copied.
    Text,
    /// The texts of its items are copied and collected.
    CollectText,
}

impl Context<'_> {
    /// The type itself.
    pub(crate) fn ty(&self, ty: &TypeRef) -> RustType {
        match ty {
            TypeRef::String => RustType::string(),
            TypeRef::Integer => RustType::plain("i64"),
            TypeRef::Unsigned => RustType::plain("u64"),
            TypeRef::Number => RustType::plain("f64"),
            TypeRef::Boolean => RustType::plain("bool"),
            TypeRef::Timestamp => RustType::runtime("Timestamp"),
            TypeRef::Date => RustType::runtime("Date"),
            TypeRef::Binary => RustType::runtime("Bytes"),
            TypeRef::Any => RustType::runtime("Value"),
            TypeRef::Named(id) => self.model_type(id),
            TypeRef::List(item) => self.ty(item).list(),
            TypeRef::Map(item) => self.ty(item).map(),
            TypeRef::Nullable(item) => self.ty(item).option(),
        }
    }

    /// The model of a type.
    pub(crate) fn model_type(&self, id: &TypeId) -> RustType {
        RustType::Model(self.type_ident(id).to_owned())
    }

    /// The type of a field.
    pub(crate) fn held(&self, ty: &TypeRef, hold: Hold, boxed: bool) -> RustType {
        let inner = self.ty(ty);
        let inner = if boxed { inner.boxed() } else { inner };
        match hold {
            Hold::Plain => inner,
            Hold::Option => inner.option(),
            Hold::Patch => RustType::runtime_of("Patch", vec![inner]),
        }
    }

    /// The container of a member of the struct `id`, and true if it is boxed.
    pub(crate) fn hold(&self, id: &TypeId, field: &Field) -> (Hold, bool) {
        let sent = self.is_sent(id);
        let is_given =
            field.required && !field.nullable && if sent { !field.read_only } else { !field.write_only };
        let hold = match (is_given, field.nullable && sent && !field.read_only) {
            (true, _) => Hold::Plain,
            (false, true) if !field.required => Hold::Patch,
            (false, _) => Hold::Option,
        };
        let boxed = matches!(&field.ty, TypeRef::Named(to) if self.holds_itself(id, to));
        // A value that requires another of its own type could not be constructed.
        (if boxed && hold == Hold::Plain { Hold::Option } else { hold }, boxed)
    }

    /// The declared type of an argument, and how it becomes a value of `ty`.
    pub(crate) fn argument(&self, ty: &TypeRef) -> (RustType, Convert) {
        let own = self.ty(ty);
        match self.through(ty) {
            TypeRef::String => (RustType::string().into_arg(), Convert::Into),
            // An alias of a scalar is declared as the scalar.
            scalar @ (TypeRef::Integer | TypeRef::Unsigned | TypeRef::Number | TypeRef::Boolean) => {
                (self.ty(scalar), Convert::Same)
            }
            any @ (TypeRef::Any | TypeRef::Binary) => (self.ty(any).into_arg(), Convert::Into),
            TypeRef::List(item) => {
                let (item, convert) = match self.through(item) {
                    TypeRef::String => (RustType::string().into_arg(), Convert::CollectInto),
                    TypeRef::Timestamp | TypeRef::Date => (self.ty(item).into_arg(), Convert::CollectInto),
                    TypeRef::Named(id) if self.is_enum(id) || self.converts(id) => {
                        (self.ty(item).into_arg(), Convert::CollectInto)
                    }
                    _ => (self.ty(item), Convert::Collect),
                };
                (item.iterator(), convert)
            }
            TypeRef::Map(_) | TypeRef::Nullable(_) => (own, Convert::Same),
            TypeRef::Timestamp | TypeRef::Date => (own.into_arg(), Convert::Into),
            TypeRef::Named(id) if self.is_enum(id) || self.is_untagged(id) => (own.into_arg(), Convert::Into),
            TypeRef::Named(_) => (own, Convert::Same),
        }
    }

    /// The target of an alias without its own name.
    pub(crate) fn through<'t>(&'t self, ty: &'t TypeRef) -> &'t TypeRef {
        let mut ty = ty;
        while let TypeRef::Named(id) = ty
            && let Some(Shape::Alias(next)) = self.api.types.get(id).map(|t| &t.shape)
        {
            ty = next;
        }
        ty
    }

    /// True if the type is an open enum, which strings convert into.
    pub(crate) fn is_enum(&self, id: &TypeId) -> bool {
        matches!(self.api.resolve(id).map(|(_, t)| &t.shape), Some(Shape::Enum(_)))
    }

    /// True if the type is an open enum of numbers.
    pub(crate) fn is_integer_enum(&self, id: &TypeId) -> bool {
        matches!(self.api.resolve(id).map(|(_, t)| &t.shape),
            Some(Shape::Enum(e)) if e.values.iter().all(|v| matches!(v, Value::Integer(_))))
    }

    /// The union behind a type.
    fn union_of(&self, id: &TypeId) -> Option<&Union> {
        match self.api.resolve(id).map(|(_, t)| &t.shape) {
            Some(Shape::Union(union)) => Some(union),
            _ => None,
        }
    }

    /// True if the variants of the type convert into it.
    fn converts(&self, id: &TypeId) -> bool {
        let is_plain = |union: &Union| union.is_tagged() && self.has_one_type_twice(union);
        self.is_sent(id) && self.union_of(id).is_some_and(|union| !is_plain(union))
    }

    /// True if the type is a union that its variants convert into, and the shape of a value decides between them.
    fn is_untagged(&self, id: &TypeId) -> bool {
        self.is_sent(id) && self.union_of(id).is_some_and(|union| !union.is_tagged())
    }

    /// True if two variants are one Rust type.
    pub(crate) fn has_one_type_twice(&self, union: &Union) -> bool {
        let types: BTreeSet<&TypeRef> = union.variants.iter().map(|v| self.through(&v.ty)).collect();
        types.len() < union.variants.len()
    }

    /// True if a variant is boxed: an object, and every variant that only a tag identifies.
    pub(crate) fn is_boxed(&self, is_tagged: bool, variant: &TypeRef) -> bool {
        let is_object = match self.through(variant) {
            TypeRef::Named(id) => !self.is_enum(id) && self.union_of(id).is_none(),
            _ => false,
        };
        is_object || is_tagged
    }

    /// In which order the types of a union are tried: the one with fewest values first, since the others take these, too.
    pub(crate) fn rank(&self, ty: &TypeRef) -> u8 {
        match self.through(ty) {
            TypeRef::Named(id) if self.is_enum(id) => 0,
            TypeRef::Timestamp | TypeRef::Date | TypeRef::Boolean => 1,
            TypeRef::Integer | TypeRef::Unsigned => 2,
            TypeRef::Number => 3,
            TypeRef::String | TypeRef::Binary => 4,
            TypeRef::Named(_) => 5,
            TypeRef::List(item) => 10 + self.rank(item).min(9),
            TypeRef::Map(item) => 20 + self.rank(item).min(9),
            TypeRef::Nullable(item) => self.rank(item),
            TypeRef::Any => u8::MAX,
        }
    }

    /// True if a member of the type `from` is of a type that contains `from` without a list or a map between.
    pub(crate) fn holds_itself(&self, from: &TypeId, to: &TypeId) -> bool {
        let group = |id: &TypeId| self.cycles.get(self.api.resolve(id)?.0);
        group(from).is_some_and(|own| group(to) == Some(own))
    }
}

/// The types that contain themselves without a list or a map between, by the number of their cycle.
pub(crate) fn cycles(api: &Api) -> HashMap<&TypeId, usize> {
    let mut graph: BTreeMap<&TypeId, Vec<&TypeId>> = BTreeMap::new();
    for (id, ty) in &api.types {
        let Shape::Struct(s) = &ty.shape else { continue };
        let named = s.fields.values().filter_map(|field| match &field.ty {
            TypeRef::Named(id) => Some(id),
            _ => None,
        });
        let edges: Vec<&TypeId> = named.filter_map(|id| Some(api.resolve(id)?.0)).collect();
        if !edges.is_empty() {
            graph.insert(id, edges);
        }
    }
    api::cycles(&graph)
}
