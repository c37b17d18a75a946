//! Defines the set of types of which a value has one.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt as _};
use serde::{Deserialize, Serialize};

use super::{Constraints, Field, Lifecycle, TypeRef, is_default};

/// One of several types.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Union {
    /// The member whose value decides first; among variants that share one, or have none, the value's shape decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Sorted by tag, then by type.
    pub variants: Vec<Variant>,
    /// The document's discriminator, even if the members of the variants do not match it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discriminator: Option<Discriminator>,
}

/// A discriminator as the document has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discriminator {
    /// The member.
    pub property: String,
    /// The target of each value: the name of a schema, or anything else that the document says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mapping: BTreeMap<String, String>,
}

/// One of the types of a union.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// The tag's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The type of its value.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// Constraints of a value that is written inline. Alternatives of one type are one variant, so a value meets one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<Constraints>,
    /// True if a value that is written inline is deprecated.
    #[serde(default, skip_serializing_if = "is_default")]
    pub deprecated: bool,
    /// The stability and the end of a value that is written inline.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lifecycle: Lifecycle,
}

impl From<TypeRef> for Variant {
    fn from(ty: TypeRef) -> Self {
        Field::from(ty).into()
    }
}

impl From<Field> for Variant {
    fn from(field: Field) -> Self {
        let Field { ty, deprecated, lifecycle, constraints, .. } = field;
        let is_free = constraints == Constraints::default();
        let constraints = if is_free { Vec::new() } else { vec![constraints] };
        Self { tag: None, ty, constraints, deprecated, lifecycle }
    }
}

impl Variant {
    /// Sorts variants by tag, then by type, and joins those that agree in both.
    pub fn order(variants: &mut Vec<Self>) {
        variants.sort_by(|a, b| (&a.tag, &a.ty).cmp(&(&b.tag, &b.ty)));
        variants.dedup_by(|later, first| {
            let is_same = (&later.tag, &later.ty) == (&first.tag, &first.ty);
            if is_same {
                first.join(later);
            }
            is_same
        });
        variants
            .iter_mut()
            .for_each(|variant| variant.constraints.sort_by_cached_key(|own| format!("{own:?}")));
    }

    /// Adds another variant of the same type.
    fn join(&mut self, other: &mut Self) {
        // One without constraints allows all values.
        if self.constraints.is_empty() || other.constraints.is_empty() {
            self.constraints.clear();
        } else {
            let more = std::mem::take(&mut other.constraints).into_iter();
            more.for_each(|own| {
                if !self.constraints.contains(&own) {
                    self.constraints.push(own);
                }
            });
        }
        self.deprecated &= other.deprecated;
        if self.lifecycle != other.lifecycle {
            self.lifecycle = Lifecycle::default();
        }
    }
}

impl Union {
    /// True if the tag alone decides: each variant has one, and no two have the same.
    pub fn is_tagged(&self) -> bool {
        let tags: BTreeSet<&String> = self.variants.iter().filter_map(|v| v.tag.as_ref()).collect();
        self.tag.is_some() && tags.len() == self.variants.len()
    }

    /// The text that names a variant within the union: its tag, or its type where the tag is shared or missing.
    pub fn key(&self, variant: &Variant) -> String {
        let alone =
            |tag: &&String| self.variants.iter().filter(|v| v.tag.as_ref() == Some(*tag)).count() == 1;
        variant.tag.as_ref().filter(alone).cloned().unwrap_or_else(|| variant.ty.to_string())
    }

    /// [`Union::key`] of each variant, in time that grows with their number and not with its square.
    pub fn keys(&self) -> Vec<String> {
        let mut counts: HashMap<&String, usize> = HashMap::new();
        self.variants
            .iter()
            .filter_map(|v| v.tag.as_ref())
            .for_each(|tag| *counts.entry(tag).or_default() += 1);
        let alone = |tag: &&String| counts.get(tag) == Some(&1);
        let key = |v: &Variant| v.tag.as_ref().filter(alone).cloned().unwrap_or_else(|| v.ty.to_string());
        self.variants.iter().map(key).collect()
    }
}
