//! A use of a type goes in; the Rust type comes out, and how a setter takes and stores it.

use proc_macro2::TokenStream;
use quote::quote;

use super::Context;
use super::rust::ident;
use crate::api::{Shape, TypeRef, Value};

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
                    TypeRef::Named(id) if self.is_enum(id) || self.is_sent_union(id) => {
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
            TypeRef::Map(_) => (self.ty(ty), quote!(#name)),
            TypeRef::Timestamp | TypeRef::Date => {
                let ty = self.ty(ty);
                (quote!(impl Into<#ty>), quote!(#name.into()))
            }
            TypeRef::Named(id) => {
                let own = self.ty(ty);
                if self.is_enum(id) {
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
    pub(super) fn is_enum(&self, id: &str) -> bool {
        matches!(self.api.resolve(id).map(|(_, t)| &t.shape), Some(Shape::Enum(_)))
    }

    /// Whether the type is an open enum of numbers.
    pub(super) fn is_integer_enum(&self, id: &str) -> bool {
        matches!(self.api.resolve(id).map(|(_, t)| &t.shape),
            Some(Shape::Enum(e)) if e.values.iter().all(|v| matches!(v, Value::Integer(_))))
    }

    /// Whether the type is one of several.
    pub(super) fn is_union(&self, id: &str) -> bool {
        matches!(self.api.resolve(id).map(|(_, t)| &t.shape), Some(Shape::Union(_)))
    }

    /// Whether the type is a union that its variants convert into.
    fn is_sent_union(&self, id: &str) -> bool {
        let union = match self.api.resolve(id).map(|(_, t)| &t.shape) {
            Some(Shape::Union(u)) if u.tag.is_some() => u,
            _ => return false,
        };
        let types: std::collections::BTreeSet<_> = union.variants.iter().map(|v| &v.ty).collect();
        self.is_sent(id) && types.len() == union.variants.len()
    }

    /// Whether a value of the type `from` holds one of the type `to` without a list or a map between.
    pub(super) fn holds_itself(&self, from: &str, to: &str) -> bool {
        let mut seen = std::collections::BTreeSet::new();
        let mut open = vec![to];
        while let Some(id) = open.pop() {
            let Some((id, ty)) = self.api.resolve(id) else { continue };
            if id == from {
                return true;
            }
            if !seen.insert(id) {
                continue;
            }
            if let Shape::Struct(s) = &ty.shape {
                open.extend(s.fields.values().filter_map(|f| match &f.ty {
                    TypeRef::Named(id) => Some(id.as_str()),
                    _ => None,
                }));
            }
        }
        false
    }
}
