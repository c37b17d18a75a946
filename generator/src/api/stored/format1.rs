//! What is stored in format 1 goes in; the same in the present format comes out, so that `diff` reads earlier commits.
//!
//! In format 1 an id is the text of its way, so whose way it is follows from the names that are there.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::{Mapping, Value};

use super::super::{Api, Operation, Shape, TypeId, TypeRef};

pub(super) const FORMAT: u32 = 1;

/// Operations, whose failed responses are listed by their type.
pub(super) fn operations(
    stored: BTreeMap<String, Mapping>,
) -> Result<BTreeMap<String, Operation>, serde_yaml::Error> {
    let mut out = BTreeMap::new();
    for (id, mut operation) in stored {
        if let Some(Value::Mapping(by_type)) = operation.remove("errors") {
            let mut errors = Mapping::new();
            for (ty, statuses) in by_type {
                let ty = if ty.as_str() == Some("-") { Value::Null } else { ty };
                let statuses = match &statuses {
                    Value::String(text) => text.clone(),
                    other => serde_yaml::to_string(other)?,
                };
                for status in statuses.split_whitespace() {
                    errors.insert(status.into(), ty.clone());
                }
            }
            operation.insert("errors".into(), Value::Mapping(errors));
        }
        out.insert(id, serde_yaml::from_value(Value::Mapping(operation))?);
    }
    Ok(out)
}

/// Finds the owner of each id that was read as if it were of the present format.
pub(super) fn upgrade(api: &mut Api) {
    let known: BTreeSet<String> = api.types.keys().map(TypeId::label).collect();
    let operations: BTreeSet<String> = api.operations.keys().cloned().collect();
    let settle = |id: &mut TypeId| *id = settled(&id.label(), &known, &operations);
    let settle_ref = |ty: &mut TypeRef| each_id(ty, &settle);
    for (mut id, mut ty) in std::mem::take(&mut api.types) {
        settle(&mut id);
        refs(&mut ty.shape).into_iter().for_each(settle_ref);
        api.types.insert(id, ty);
    }
    for operation in api.operations.values_mut() {
        operation.parameters.iter_mut().for_each(|p| settle_ref(&mut p.ty));
        operation.body.iter_mut().flat_map(|b| b.content.values_mut()).for_each(settle_ref);
        operation.responses.values_mut().flat_map(|r| r.content.values_mut()).for_each(settle_ref);
        operation.errors.values_mut().flatten().for_each(settle_ref);
    }
}

fn each_id(ty: &mut TypeRef, settle: &impl Fn(&mut TypeId)) {
    match ty {
        TypeRef::Named(id) => settle(id),
        other => other.inner_mut().into_iter().for_each(|inner| each_id(inner, settle)),
    }
}

fn refs(shape: &mut Shape) -> Vec<&mut TypeRef> {
    match shape {
        Shape::Struct(s) => s.fields.values_mut().map(|f| &mut f.ty).chain(&mut s.additional).collect(),
        Shape::Enum(_) | Shape::Linkage(_) => Vec::new(),
        Shape::Union(u) => u.variants.iter_mut().map(|v| &mut v.ty).collect(),
        Shape::Alias(ty) => vec![ty],
        Shape::Resource(r) => r.attributes.values_mut().map(|f| &mut f.ty).collect(),
        Shape::Request(r) => r.attributes.values_mut().map(|f| &mut f.ty).chain(&mut r.included).collect(),
        Shape::Document(d) | Shape::Page(d) => std::iter::once(&mut d.data).chain(&mut d.included).collect(),
    }
}

/// The shortest owner that there is has the rest of the text as its way.
fn settled(text: &str, known: &BTreeSet<String>, operations: &BTreeSet<String>) -> TypeId {
    let ends = text.char_indices().filter(|(_, c)| ['.', '[', '{'].contains(c));
    for (end, c) in ends {
        let (owner, way) = text.split_at(end);
        let start = match (known.contains(owner), c == '.' && operations.contains(owner)) {
            (true, _) => TypeId::schema(owner),
            (false, true) => TypeId::operation(owner),
            (false, false) => continue,
        };
        if let Ok(TypeId { path, .. }) = format!("x{way}").parse::<TypeId>() {
            return TypeId { path, ..start };
        }
    }
    TypeId::schema(text)
}
