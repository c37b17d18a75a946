//! Defines the constraints of a value, as JSON Schema has them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::is_default;

/// The constraints of a value, which take no memory where it has none, as most values.
// Invariant: a set is not the default one, so that equal constraints have one form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Constraints(Option<Box<ConstraintSet>>);

static NONE: LazyLock<ConstraintSet> = LazyLock::new(ConstraintSet::default);

impl Deref for Constraints {
    type Target = ConstraintSet;

    fn deref(&self) -> &ConstraintSet {
        self.0.as_deref().unwrap_or_else(|| &NONE)
    }
}

impl From<ConstraintSet> for Constraints {
    fn from(set: ConstraintSet) -> Self {
        Self((set != *NONE).then(|| Box::new(set)))
    }
}

impl From<Constraints> for ConstraintSet {
    fn from(constraints: Constraints) -> Self {
        constraints.0.map(|set| *set).unwrap_or_default()
    }
}

impl Serialize for Constraints {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Constraints {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ConstraintSet::deserialize(deserializer).map(Self::from)
    }
}

/// The facts of [`Constraints`]. Those that every value meets, such as a minimal length of 0, are left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ConstraintSet {
    /// True if a body, or an item of a parameter, may be null. Members, parameters and other items say so elsewhere.
    #[serde(default, skip_serializing_if = "is_default")]
    pub nullable: bool,
    /// The format of a string, e.g. `uri`, `email`, `duration`; of a number, the one that is narrower than 64 bits, e.g.
    /// `int32`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The least value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// The greatest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// The number that every value is greater than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusive_minimum: Option<f64>,
    /// The number that every value is less than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusive_maximum: Option<f64>,
    /// The number that every value is a multiple of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiple_of: Option<f64>,
    /// In characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u64>,
    /// In characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u64>,
    /// An ECMA-262 regular expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The least number of items of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_items: Option<u64>,
    /// The greatest number of items of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u64>,
    /// True if no two items of a list are equal.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unique_items: bool,
    /// Constraints of the items of a list, of the values of a map, or of an object's members of other names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Box<Constraints>>,
    /// The least number of members of an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_properties: Option<u64>,
    /// The greatest number of members of an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_properties: Option<u64>,
    /// The values that are known so far, where the type is open to others (`x-extensible-enum`); empty where none are listed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub known: BTreeSet<String>,
    /// The values of an `enum` or a `const` that no type lists, as canonical JSON; empty where none are listed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub values: BTreeSet<String>,
    /// The schema of values that are excluded (`not`), as canonical JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not: Option<String>,
    /// Further keywords of JSON Schema that exclude values, such as `contains`, with their values as canonical JSON.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub validation: BTreeMap<String, String>,
    /// The value that the server takes where none is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
}

impl Constraints {
    /// Both together: the tighter one of two bounds, and of two other constraints that of `self`.
    pub fn and(&self, other: &Self) -> Self {
        if self.0.is_none() || other.0.is_none() {
            return if self.0.is_none() { other.clone() } else { self.clone() };
        }
        let known = if self.known.is_empty() { &other.known } else { &self.known };
        let values: BTreeSet<String> = self.values.intersection(&other.values).cloned().collect();
        let either = if self.values.is_empty() { &other.values } else { &self.values };
        Self::from(ConstraintSet {
            nullable: self.nullable || other.nullable,
            format: self.format.clone().or_else(|| other.format.clone()),
            minimum: one_of(self.minimum, other.minimum, f64::max),
            maximum: one_of(self.maximum, other.maximum, f64::min),
            exclusive_minimum: one_of(self.exclusive_minimum, other.exclusive_minimum, f64::max),
            exclusive_maximum: one_of(self.exclusive_maximum, other.exclusive_maximum, f64::min),
            multiple_of: one_of(self.multiple_of, other.multiple_of, |own, other| {
                match is_multiple(other, own) {
                    true => other,
                    false => own,
                }
            }),
            min_length: self.min_length.max(other.min_length),
            max_length: one_of(self.max_length, other.max_length, u64::min),
            pattern: self.pattern.clone().or_else(|| other.pattern.clone()),
            min_items: self.min_items.max(other.min_items),
            max_items: one_of(self.max_items, other.max_items, u64::min),
            unique_items: self.unique_items || other.unique_items,
            items: one_of(self.items.clone(), other.items.clone(), |own, other| Box::new(own.and(&other))),
            min_properties: self.min_properties.max(other.min_properties),
            max_properties: one_of(self.max_properties, other.max_properties, u64::min),
            known: known.clone(),
            values: if values.is_empty() { either.clone() } else { values },
            not: self.not.clone().or_else(|| other.not.clone()),
            validation: other.validation.iter().chain(&self.validation).map(owned).collect(),
            default: self.default.clone().or_else(|| other.default.clone()),
        })
    }

    /// The same for a list whose items may be null.
    pub fn with_null_items(&self) -> Self {
        let items = self.items.as_deref().cloned().unwrap_or_default();
        let items = ConstraintSet { nullable: true, ..items.into() };
        Self::from(ConstraintSet { items: Some(Box::new(items.into())), ..(**self).clone() })
    }

    /// The constraints that stored forms before 3 have.
    pub fn before_format_3(&self) -> Self {
        const LATER: [&str; 4] = ["int32", "float", "uint32", "uint64"];
        Self::from(ConstraintSet {
            nullable: false,
            format: self.format.clone().filter(|format| !LATER.contains(&format.as_str())),
            // They did not tell that a bound is excluded.
            minimum: self.minimum.or(self.exclusive_minimum),
            maximum: self.maximum.or(self.exclusive_maximum),
            exclusive_minimum: None,
            exclusive_maximum: None,
            multiple_of: None,
            unique_items: false,
            items: None,
            min_properties: None,
            max_properties: None,
            known: BTreeSet::new(),
            values: BTreeSet::new(),
            not: None,
            validation: BTreeMap::new(),
            ..(**self).clone()
        })
    }
}

fn owned((key, value): (&String, &String)) -> (String, String) {
    (key.clone(), value.clone())
}

/// The one that exists, or a choice of two.
fn one_of<T>(own: Option<T>, other: Option<T>, choice: impl Fn(T, T) -> T) -> Option<T> {
    match (own, other) {
        (Some(own), Some(other)) => Some(choice(own, other)),
        (own, other) => own.or(other),
    }
}

/// True if a number is a multiple of another, though decimals have no exact form in binary: 0.3 is one of 0.1.
pub(crate) fn is_multiple(value: f64, of: f64) -> bool {
    let ratio = value / of;
    let nearest = ratio.round();
    nearest != 0.0 && (ratio - nearest).abs() <= 1e-9 * nearest.abs()
}
