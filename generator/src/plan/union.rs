//! Plans enums, unions, and the types of parameter values.

use foldhash::{HashMap, HashMapExt as _};

use super::Context;
use super::RustType;
use super::definition::{Definition, DefinitionKind, Enum, Union, UnionForm, UnionVariant};
use super::doc::code;
use crate::api::{self, Pointer, TypeId, TypeRef, Value, Variant};
use crate::name::{Family, Token, TypeName};

impl Context<'_> {
    pub(super) fn enumeration(&self, name: &TypeName, e: &api::Enum) -> DefinitionKind {
        let variants = e.values.iter().map(|value| {
            let key = match value {
                Value::String(text) => text.clone(),
                Value::Integer(number) => number.to_string(),
            };
            (name.members.get(&key).cloned().unwrap_or_default(), value.clone())
        });
        DefinitionKind::Enum(Enum {
            variants: variants.collect(),
            is_integer: e.values.iter().all(|v| matches!(v, Value::Integer(_))),
            case_insensitive: e.case_insensitive,
        })
    }

    pub(super) fn union_docs(&self, id: &TypeId) -> String {
        match (id.is_included(), self.is_sent(id)) {
            (true, true) => "Resources that a request can create as well.".to_owned(),
            (true, false) => "Resources that a document may include, open to new types.".to_owned(),
            (false, _) => format!("{}: one of several types, open to new ones.", code(&id.label())),
        }
    }

    pub(super) fn union(&self, id: &TypeId, name: &TypeName, u: &api::Union) -> DefinitionKind {
        let (is_tagged, is_sent) = (u.is_tagged(), self.is_sent(id));
        let variants = u.variants.iter().zip(u.keys()).map(|(variant, key)| UnionVariant {
            ident: name.members.get(&key).cloned().unwrap_or_default(),
            ty: self.ty(&variant.ty),
            boxed: self.is_boxed(is_tagged, &variant.ty),
            tag: variant.tag.clone(),
            docs: vec![match (&variant.tag, &u.tag) {
                (Some(tag), Some(member)) => format!("{}: {}", code(member), code(tag)),
                _ => code(&variant.ty.label()),
            }],
        });
        let variants: Vec<UnionVariant> = variants.collect();
        let twice = self.has_one_type_twice(u);
        let form = match (is_tagged && u.tag.is_some(), twice, is_sent) {
            (true, true, _) => UnionForm::Plain,
            (true, false, true) => UnionForm::Sent,
            (true, false, false) => UnionForm::Tagged,
            (false, ..) => {
                let mut order: Vec<usize> = (0..variants.len()).collect();
                order.sort_by_key(|index| u.variants.get(*index).map(|v| self.rank(&v.ty)));
                let resources = variants.iter().all(|v| v.tag.is_some() && v.boxed);
                let is_list = id.is_included() && u.tag.is_some() && !is_sent;
                let from = if is_sent { self.conversions(name, u) } else { Vec::new() };
                UnionForm::Untagged { order, included: is_list && resources && !twice, from }
            }
        };
        DefinitionKind::Union(Union { variants, tag: u.tag.clone(), form })
    }

    /// The variants which values convert into: those of a type that no other has.
    fn conversions(&self, name: &TypeName, u: &api::Union) -> Vec<(String, RustType)> {
        let mut counts: HashMap<&TypeRef, usize> = HashMap::new();
        u.variants.iter().for_each(|v| *counts.entry(self.through(&v.ty)).or_default() += 1);
        let alone = |(v, _): &(&Variant, String)| counts.get(self.through(&v.ty)) == Some(&1);
        let mut out = Vec::new();
        for (variant, key) in u.variants.iter().zip(u.keys()).filter(alone) {
            let member = name.members.get(&key).cloned().unwrap_or_default();
            let text = *self.through(&variant.ty) == TypeRef::String;
            out.push((member.clone(), self.ty(&variant.ty)));
            out.extend(text.then(|| (member, RustType::plain("str").reference())));
        }
        out
    }

    /// The type of a parameter's values.
    pub(super) fn token_type(&self, name: &str, token: &Token) -> Definition {
        let parameters: Vec<String> = token.parameters.iter().map(|p| code(p)).collect();
        let what = match token.family {
            Family::Fields => format!("Fields that {} can ask for.", parameters.join(", ")),
            Family::Include => {
                "Related resources that `include` can ask for. Relationships that are not included mostly have no `data`."
                    .to_owned()
            }
            Family::Sort => "Orders that `sort` can ask for, ascending; see [`desc`](Self::desc).".to_owned(),
            Family::Order => "Orders that `sort` can ask for.".to_owned(),
            Family::Value => format!("Values of {}.", parameters.join(", ")),
        };
        let areas = self.names.modules.get(&token.module);
        let note = areas.and_then(|areas| self.feature_note(areas));
        let docs = std::iter::once(what).chain(note.into_iter().flat_map(|note| [String::new(), note]));
        let values = || token.values.iter().map(|(value, ident)| (value.clone(), ident.clone()));
        let kind = match &token.alias {
            Some(id) => DefinitionKind::Alias(self.model_type(id)),
            None if token.family == Family::Value => DefinitionKind::Enum(Enum {
                variants: values().map(|(value, ident)| (ident, Value::String(value))).collect(),
                is_integer: false,
                case_insensitive: false,
            }),
            None => DefinitionKind::Tokens { sort: token.family == Family::Sort, values: values().collect() },
        };
        Definition {
            ident: name.to_owned(),
            docs: docs.collect(),
            deprecated: false,
            origin: Pointer::new(token.parameters.iter().map(String::as_str).collect::<String>()),
            kind,
        }
    }
}
