//! A use of a type goes in; the Rust type comes out, and how a setter takes and stores it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proc_macro2::TokenStream;
use quote::quote;

use super::Context;
use super::rust::ident;
use crate::api::{self, Api, Shape, TypeId, TypeRef, Union, Value};

/// How a field holds its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// Always there.
    Plain,
    /// `Option`.
    Option,
    /// `Patch`: absent, null or a value.
    Patch,
}

impl Context<'_> {
    /// The type by itself.
    pub(super) fn ty(&self, ty: &TypeRef) -> TokenStream {
        match ty {
            TypeRef::String => quote!(String),
            TypeRef::Integer => quote!(i64),
            TypeRef::Number => quote!(f64),
            TypeRef::Boolean => quote!(bool),
            TypeRef::Timestamp => quote!(rt::Timestamp),
            TypeRef::Date => quote!(rt::Date),
            TypeRef::Binary => quote!(rt::Bytes),
            TypeRef::Any => quote!(rt::Value),
            TypeRef::Named(id) => self.type_path(id),
            TypeRef::List(item) => {
                let item = self.ty(item);
                quote!(Vec<#item>)
            }
            TypeRef::Map(item) => {
                let item = self.ty(item);
                quote!(std::collections::BTreeMap<String, #item>)
            }
            TypeRef::Nullable(item) => {
                let item = self.ty(item);
                quote!(Option<#item>)
            }
        }
    }

    /// The type as a field holds it.
    pub(super) fn held(&self, ty: &TypeRef, hold: Hold, boxed: bool) -> TokenStream {
        let mut inner = self.ty(ty);
        if boxed {
            inner = quote!(Box<#inner>);
        }
        match hold {
            Hold::Plain => inner,
            Hold::Option => quote!(Option<#inner>),
            Hold::Patch => quote!(rt::Patch<#inner>),
        }
    }

    /// What an argument called `name` is declared as, and the expression that gives the type itself.
    pub(super) fn argument(&self, ty: &TypeRef, name: &str) -> (TokenStream, TokenStream) {
        let name = ident(name);
        match self.through(ty) {
            TypeRef::String => (quote!(impl Into<String>), quote!(#name.into())),
            TypeRef::Integer => (quote!(i64), quote!(#name)),
            TypeRef::Number => (quote!(f64), quote!(#name)),
            TypeRef::Boolean => (quote!(bool), quote!(#name)),
            TypeRef::Any => (quote!(impl Into<rt::Value>), quote!(#name.into())),
            TypeRef::Binary => (quote!(impl Into<rt::Bytes>), quote!(#name.into())),
            TypeRef::List(item) => {
                let (item_ty, convert) = match self.through(item) {
                    TypeRef::String => (quote!(impl Into<String>), true),
                    TypeRef::Timestamp | TypeRef::Date => {
                        let ty = self.ty(item);
                        (quote!(impl Into<#ty>), true)
                    }
                    TypeRef::Named(id) if self.is_enum(id) || self.converts(id) => {
                        let ty = self.ty(item);
                        (quote!(impl Into<#ty>), true)
                    }
                    _ => (self.ty(item), false),
                };
                let list = quote!(impl IntoIterator<Item = #item_ty>);
                if convert {
                    (list, quote!(#name.into_iter().map(Into::into).collect()))
                } else {
                    (list, quote!(#name.into_iter().collect()))
                }
            }
            TypeRef::Map(_) | TypeRef::Nullable(_) => (self.ty(ty), quote!(#name)),
            TypeRef::Timestamp | TypeRef::Date => {
                let ty = self.ty(ty);
                (quote!(impl Into<#ty>), quote!(#name.into()))
            }
            TypeRef::Named(id) => {
                let own = self.ty(ty);
                if self.is_enum(id) || self.is_untagged(id) {
                    (quote!(impl Into<#own>), quote!(#name.into()))
                } else {
                    (own, quote!(#name))
                }
            }
        }
    }

    /// What an alias of something that has no name of its own stands for.
    pub(super) fn through<'t>(&'t self, ty: &'t TypeRef) -> &'t TypeRef {
        let mut ty = ty;
        while let TypeRef::Named(id) = ty
            && let Some(Shape::Alias(next)) = self.api.types.get(id).map(|t| &t.shape)
        {
            ty = next;
        }
        ty
    }

    /// Whether the type is an open enum, which strings convert into.
    pub(super) fn is_enum(&self, id: &TypeId) -> bool {
        matches!(self.api.resolve(id).map(|(_, t)| &t.shape), Some(Shape::Enum(_)))
    }

    /// Whether the type is an open enum of numbers.
    pub(super) fn is_integer_enum(&self, id: &TypeId) -> bool {
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

    /// Whether the variants of the type convert into it.
    fn converts(&self, id: &TypeId) -> bool {
        let is_plain = |union: &Union| union.is_tagged() && self.has_one_type_twice(union);
        self.is_sent(id) && self.union_of(id).is_some_and(|union| !is_plain(union))
    }

    /// Whether the type is a union that its variants convert into, and the shape of a value decides between them.
    fn is_untagged(&self, id: &TypeId) -> bool {
        self.is_sent(id) && self.union_of(id).is_some_and(|union| !union.is_tagged())
    }

    /// Whether two variants are one Rust type.
    pub(super) fn has_one_type_twice(&self, union: &Union) -> bool {
        let types: BTreeSet<&TypeRef> = union.variants.iter().map(|v| self.through(&v.ty)).collect();
        types.len() < union.variants.len()
    }

    /// Whether a variant is boxed: an object, and all that a tag alone decides about.
    pub(super) fn is_boxed(&self, union: &Union, variant: &TypeRef) -> bool {
        let is_object = match self.through(variant) {
            TypeRef::Named(id) => !self.is_enum(id) && self.union_of(id).is_none(),
            _ => false,
        };
        is_object || union.is_tagged()
    }

    /// In which order the types of a union are tried: the one with fewest values first, since the others take these, too.
    pub(super) fn rank(&self, ty: &TypeRef) -> u8 {
        match self.through(ty) {
            TypeRef::Named(id) if self.is_enum(id) => 0,
            TypeRef::Timestamp | TypeRef::Date | TypeRef::Boolean => 1,
            TypeRef::Integer => 2,
            TypeRef::Number => 3,
            TypeRef::String | TypeRef::Binary => 4,
            TypeRef::Named(_) => 5,
            TypeRef::List(item) => 10 + self.rank(item).min(9),
            TypeRef::Map(item) => 20 + self.rank(item).min(9),
            TypeRef::Nullable(item) => self.rank(item),
            TypeRef::Any => u8::MAX,
        }
    }

    /// Whether a member of the type `from` is of a type that holds one of `from` without a list or a map between.
    pub(super) fn holds_itself(&self, from: &TypeId, to: &TypeId) -> bool {
        let group = |id: &TypeId| self.cycles.get(self.api.resolve(id)?.0);
        group(from).is_some_and(|own| group(to) == Some(own))
    }
}

/// The types that hold themselves without a list or a map between, by the number of their cycle.
pub(super) fn cycles(api: &Api) -> HashMap<&TypeId, usize> {
    let mut graph: BTreeMap<&TypeId, Vec<&TypeId>> = BTreeMap::new();
    for (id, ty) in &api.types {
        let Shape::Struct(s) = &ty.shape else { continue };
        let named = s.fields.values().filter_map(|field| match &field.ty {
            TypeRef::Named(id) => Some(id),
            _ => None,
        });
        graph.insert(id, named.filter_map(|id| Some(api.resolve(id)?.0)).collect());
    }
    api::cycles(&graph)
}
