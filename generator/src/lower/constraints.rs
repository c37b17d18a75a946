//! Lowers the constraints of a schema.

use std::collections::BTreeMap;

use openapiv3::{
    AdditionalProperties, AnySchema, IntegerFormat, MediaType, NumberFormat, NumberType, ReferenceOr, Schema,
    SchemaKind, StringFormat, StringType, Type as OasType, VariantOrUnknownOrEmpty,
};

use super::dereferenced::{canonical, canonical_text};
use super::schema::values;
use super::union::is_null;
use crate::api::{ConstraintSet, Constraints};
use crate::load::{CONSTANT, CONSTRAINTS, VALIDATION};

/// Formats of numbers that restrict nothing: numbers have 64 bits.
const WIDEST: [&str; 2] = ["int64", "double"];

/// Levels of lists and maps within each other of which constraints are kept.
const LEVELS: u8 = 16;

/// The constraints that a schema gives its value.
pub(super) fn constraints(schema: &Schema) -> Constraints {
    of_schema(schema, LEVELS)
}

/// Those of a body, where it has some.
pub(super) fn of_media(media: &MediaType, nullable: bool) -> Option<Constraints> {
    let schema = media.schema.as_ref().and_then(ReferenceOr::as_item);
    let own = ConstraintSet { nullable, ..schema.map(constraints).unwrap_or_default().into() };
    let own = Constraints::from(own);
    (own != Constraints::default()).then_some(own)
}

fn of_schema(schema: &Schema, levels: u8) -> Constraints {
    let mut out = ConstraintSet { default: schema.schema_data.default.clone(), ..ConstraintSet::default() };
    let extension = schema.schema_data.extensions.get("x-extensible-enum");
    let known = extension.and_then(serde_json::Value::as_array).into_iter().flatten();
    out.known = known.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
    out.values = schema.schema_data.extensions.get(CONSTANT).map(value_text).into_iter().collect();
    out.validation = validation(schema);
    match &schema.schema_kind {
        SchemaKind::Type(OasType::String(string)) => of_string(string, &mut out),
        SchemaKind::Type(OasType::Integer(integer)) => {
            let number = |n: Option<i64>| n.map(|n| n as f64);
            let (above, below) = (integer.exclusive_minimum, integer.exclusive_maximum);
            bounds(&mut out, number(integer.minimum), above, number(integer.maximum), below);
            out.multiple_of = integer.multiple_of.map(|n| n as f64);
            out.format = match &integer.format {
                VariantOrUnknownOrEmpty::Unknown(format) => Some(format.clone()),
                VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32) => Some("int32".to_owned()),
                _ => None,
            };
        }
        SchemaKind::Type(OasType::Number(number)) => of_number(number, &mut out),
        SchemaKind::Type(OasType::Array(array)) => {
            out.min_items = array.min_items.map(|n| n as u64);
            out.max_items = array.max_items.map(|n| n as u64);
            out.unique_items = array.unique_items;
            out.items = array.items.as_ref().and_then(|items| nested(items.as_item()?, levels));
        }
        SchemaKind::Type(OasType::Object(object)) => {
            out.min_properties = object.min_properties.map(|n| n as u64);
            out.max_properties = object.max_properties.map(|n| n as u64);
            out.items = object.additional_properties.as_ref().and_then(|values| of_values(values, levels));
        }
        SchemaKind::Not { not } => out.not = excluded(not),
        SchemaKind::AllOf { all_of } => {
            let beside = schema.schema_data.extensions.get(CONSTRAINTS);
            let beside = beside.and_then(|own| serde_json::from_value(own.clone()).ok());
            let beside: Option<ReferenceOr<Schema>> = beside.map(ReferenceOr::Item);
            return with_parts(out, all_of.iter().chain(&beside), levels);
        }
        SchemaKind::OneOf { one_of: all } | SchemaKind::AnyOf { any_of: all } => {
            // Those of several alternatives are at the variants.
            let mut rest = all.iter().filter(|part| !is_null(part));
            let only = rest.next().filter(|_| rest.next().is_none());
            return with_parts(out, only.into_iter(), levels);
        }
        SchemaKind::Any(any) => {
            of_any(any, levels, &mut out);
            // The others are an enum.
            if values(schema).is_none() {
                out.values.extend(any.enumeration.iter().filter(|value| !value.is_null()).map(value_text));
            }
            return with_parts(out, any.all_of.iter(), levels);
        }
        SchemaKind::Type(OasType::Boolean(boolean)) => {
            out.values = boolean.enumeration.iter().flatten().map(ToString::to_string).collect();
        }
    }
    out.into()
}

/// The keywords that exclude values and that the typed model does not have.
fn validation(schema: &Schema) -> BTreeMap<String, String> {
    match schema.schema_data.extensions.get(VALIDATION).map(canonical) {
        Some(serde_json::Value::Object(all)) => {
            all.into_iter().map(|(key, value)| (key, value.to_string())).collect()
        }
        _ => BTreeMap::new(),
    }
}

fn of_number(number: &NumberType, out: &mut ConstraintSet) {
    bounds(out, number.minimum, number.exclusive_minimum, number.maximum, number.exclusive_maximum);
    out.multiple_of = number.multiple_of;
    out.values = number.enumeration.iter().flatten().map(ToString::to_string).collect();
    out.format = match &number.format {
        VariantOrUnknownOrEmpty::Unknown(format) => Some(format.clone()),
        VariantOrUnknownOrEmpty::Item(NumberFormat::Float) => Some("float".to_owned()),
        _ => None,
    };
}

fn of_string(string: &StringType, out: &mut ConstraintSet) {
    out.min_length = string.min_length.map(|n| n as u64);
    out.max_length = string.max_length.map(|n| n as u64);
    out.pattern = string.pattern.clone();
    out.format = match &string.format {
        VariantOrUnknownOrEmpty::Unknown(format) => Some(format.clone()),
        VariantOrUnknownOrEmpty::Item(StringFormat::Byte) => Some("byte".to_owned()),
        VariantOrUnknownOrEmpty::Item(StringFormat::Password) => Some("password".to_owned()),
        _ => None,
    };
}

/// The constraints of a value and those of the schemas that it has to meet, too. The default is that of the value.
fn with_parts<'s>(
    own: ConstraintSet,
    parts: impl Iterator<Item = &'s ReferenceOr<Schema>>,
    levels: u8,
) -> Constraints {
    let (default, own) = (own.default.clone(), Constraints::from(own));
    let Some(levels) = levels.checked_sub(1) else { return own };
    let all = parts.filter_map(ReferenceOr::as_item).fold(own, |own, part| own.and(&of_schema(part, levels)));
    ConstraintSet { default, ..all.into() }.into()
}

/// Those of a schema whose keywords are about several types, of which those about its own type constrain its values.
fn of_any(any: &AnySchema, levels: u8, out: &mut ConstraintSet) {
    let is = |names: &[&str]| any.typ.as_deref().is_none_or(|own| names.contains(&own));
    out.not = any.not.as_deref().and_then(excluded);
    if is(&["number", "integer"]) {
        let exclusive = |is: Option<bool>| is.unwrap_or_default();
        let (above, below) = (exclusive(any.exclusive_minimum), exclusive(any.exclusive_maximum));
        bounds(out, any.minimum, above, any.maximum, below);
        out.multiple_of = any.multiple_of;
    }
    if is(&["string"]) {
        out.min_length = any.min_length.map(|n| n as u64);
        out.max_length = any.max_length.map(|n| n as u64);
        out.pattern = any.pattern.clone();
    }
    if is(&["array"]) {
        out.min_items = any.min_items.map(|n| n as u64);
        out.max_items = any.max_items.map(|n| n as u64);
        out.unique_items = any.unique_items.unwrap_or_default();
        out.items = any.items.as_ref().and_then(|items| nested(items.as_item()?, levels));
    }
    if is(&["object"]) {
        out.min_properties = any.min_properties.map(|n| n as u64);
        out.max_properties = any.max_properties.map(|n| n as u64);
        let values = any.additional_properties.as_ref();
        out.items = out.items.take().or_else(|| of_values(values?, levels));
    }
    if is(&["string", "number", "integer"]) {
        let says_type = |format: &String| matches!(format.as_str(), "date-time" | "date" | "binary");
        let format = any.format.clone().filter(|format| !says_type(format));
        out.format = format.filter(|format| !WIDEST.contains(&format.as_str()));
    }
}

/// Constraints of a list's items or a map's values. Those of a named schema are at that schema.
fn nested(schema: &Schema, levels: u8) -> Option<Box<Constraints>> {
    let own = of_schema(schema, levels.checked_sub(1)?);
    (own != Constraints::default()).then(|| Box::new(own))
}

fn of_values(values: &AdditionalProperties, levels: u8) -> Option<Box<Constraints>> {
    match values {
        AdditionalProperties::Schema(schema) => nested(schema.as_item()?, levels),
        AdditionalProperties::Any(_) => None,
    }
}

/// A value in one form: numbers as decimals, members in alphabetical order.
fn value_text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Number(number) => {
            number.as_f64().map_or_else(|| value.to_string(), |n| n.to_string())
        }
        serde_json::Value::Array(all) => {
            let all: Vec<String> = all.iter().map(value_text).collect();
            format!("[{}]", all.join(","))
        }
        serde_json::Value::Object(all) => {
            let member = |(name, value): (&String, &serde_json::Value)| {
                format!("{}:{}", serde_json::Value::from(name.as_str()), value_text(value))
            };
            let mut all: Vec<String> = all.iter().map(member).collect();
            all.sort();
            format!("{{{}}}", all.join(","))
        }
        other => other.to_string(),
    }
}

fn excluded(not: &ReferenceOr<Schema>) -> Option<String> {
    match not {
        ReferenceOr::Item(schema) => canonical_text(schema),
        ReferenceOr::Reference { reference } => Some(reference.clone()),
    }
}

fn bounds(out: &mut ConstraintSet, min: Option<f64>, above: bool, max: Option<f64>, below: bool) {
    (out.minimum, out.exclusive_minimum) = if above { (None, min) } else { (min, None) };
    (out.maximum, out.exclusive_maximum) = if below { (None, max) } else { (max, None) };
}
