//! Derives the view of an `Api` that Rust is made from: JSON:API shapes recognised, equal types shared.

mod json_api;
mod merge;
mod share;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

pub use json_api::recognise;

use super::{Api, ById, Info, Operation, Shape, Struct, Type, TypeId, TypeRef};

/// An [`Api`] as Rust is made from it: the result of [`Api::model`], which a run derives once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model(Api);

impl Model {
    /// The model in which these schemas are objects without known members.
    pub fn opaque<'n>(mut self, schemas: impl Iterator<Item = &'n str>) -> Self {
        for name in schemas {
            if let Some(ty) = self.0.types.get_mut(&TypeId::schema(name)) {
                ty.shape = Shape::Struct(Struct::default());
            }
        }
        self
    }
}

impl Model {
    /// Frees the operations, once names and items are made of them: a comparison of versions reads those of the [`Api`].
    pub fn forget_operations(&mut self) {
        self.0.operations.clear();
    }
}

impl Deref for Model {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.0
    }
}

impl Api {
    /// The types of the Rust model: those of [`Shape`] that exist on the wire, with JSON:API documents, resources and
    /// requests in place of the objects that they are made of. The replaced objects are no longer separate types.
    pub fn model(&self) -> Model {
        let mut made = recognise(self);
        let mut operations = self.operations.clone();
        operations.values_mut().for_each(Operation::forget_unread);
        let mut types: ById<Type> = ById::default();
        let webhooks = self.info.webhooks.values().chain(&self.info.event).filter_map(TypeRef::named);
        let roots = operations.values().flat_map(Operation::uses).chain(webhooks);
        let mut open: Vec<TypeId> = roots.cloned().collect();
        while let Some(id) = open.pop() {
            if types.contains_key(&id) {
                continue;
            }
            let Some(ty) = made.swap_remove(&id).or_else(|| self.types.get(&id).cloned()) else { continue };
            open.extend(Self::uses_of(&ty).into_iter().cloned());
            types.insert(id, ty);
        }
        let used: BTreeSet<TypeId> = types.keys().cloned().collect();
        // Enums inline are called after the schema that has their values, though it may be used nowhere.
        let names =
            self.types.iter().filter(|(id, ty)| !id.is_inline() && matches!(ty.shape, Shape::Enum(_)));
        types.extend(names.map(|(id, ty)| (id.clone(), ty.clone())));
        types.sort_unstable_keys();
        let info = Info { calls: BTreeMap::new(), ..self.info.clone() };
        let mut out = Self { info, operations, values: self.values.clone(), types };
        out.null_documents();
        share::share(&mut out, &used);
        out.forget_unused();
        Model(out)
    }

    /// JSON:API 1.1, "Fetching Resources": a to-one related resource that is not there is `"data": null`.
    fn null_documents(&mut self) {
        let types = &self.types;
        for operation in self.operations.values_mut().filter(|operation| operation.method == "GET") {
            let path = operation.path.rsplit_once('/');
            if !path.is_some_and(|(before, last)| before.contains('{') && !last.starts_with('{')) {
                continue;
            }
            for (_, response) in operation.responses.iter_mut() {
                let mut named = response.content.values().filter_map(|ty| types.get(ty.named()?));
                response.null_data = named.any(|ty| matches!(ty.shape, Shape::Document(_)));
            }
        }
    }
}
