//! Compares the ranges of integers.

use super::relation::Fit;
use super::wire::{View, view};
use crate::api::{Api, Constraints, TypeRef, Value};

/// The least and the greatest of some integers.
pub(super) type Range = (i128, i128);

/// A bound, and whether it is itself excluded.
pub(super) type Bound = Option<(f64, bool)>;

const SIGNED: Range = (i64::MIN as i128, i64::MAX as i128);
const UNSIGNED: Range = (0, u64::MAX as i128);
const ALL: Range = (SIGNED.0, UNSIGNED.1);

/// The integers of a format that is one of integers.
fn of_format(format: &str) -> Option<Range> {
    Some(match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" => SIGNED,
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint64" | "uint" => UNSIGNED,
        _ => return None,
    })
}

/// True for a format of integers, which [`fit`] judges.
pub(super) fn is_format(format: &str) -> bool {
    of_format(format).is_some()
}

/// True for a type of all integers of 64 bits.
fn is_integer(ty: &TypeRef, api: &Api) -> bool {
    matches!(view(ty, api), View::Scalar(name) if matches!(name.as_str(), "integer" | "unsigned"))
}

/// True for a type and constraints of integers alone: a number that is a multiple of one is an integer, too.
pub(super) fn is_whole(ty: &TypeRef, api: &Api, own: &Constraints) -> bool {
    let is_number = || matches!(view(ty, api), View::Scalar(name) if name == "number");
    is_integer(ty, api) || (own.multiple_of.is_some_and(is_integral) && is_number())
}

pub(super) fn is_integral(number: f64) -> bool {
    number.fract() == 0.0
}

/// The integers that values of one type are, and those that a variable of the other type can have; none if a value of
/// one of the types may be something else.
pub(super) fn whole([from, to]: [&TypeRef; 2], [left, right]: [&Api; 2]) -> Option<[Range; 2]> {
    let values = integers(from, left)?;
    // A reader of an enum keeps numbers that it does not know.
    let is_enum = matches!(view(to, right), View::Enum(..));
    let variable = integers(to, right)?;
    Some([values, if is_enum { ALL } else { variable }])
}

pub(super) fn integers(ty: &TypeRef, api: &Api) -> Option<Range> {
    match view(ty, api) {
        View::Scalar(name) if name == "integer" => Some(SIGNED),
        View::Scalar(name) if name == "unsigned" => Some(UNSIGNED),
        View::Enum(_, values) => {
            let number = |value: &Value| match value {
                Value::Integer(number) => Some(i128::from(*number)),
                Value::String(_) => None,
            };
            let numbers: Vec<i128> = values.iter().map(number).collect::<Option<_>>()?;
            Some((*numbers.iter().min()?, *numbers.iter().max()?))
        }
        _ => None,
    }
}

/// The integers of a range that meet the constraints.
pub(super) fn under(own: &Constraints, (least, greatest): Range) -> Range {
    let (low, high) = own.format.as_deref().and_then(of_format).unwrap_or(ALL);
    let bound = |bound: Bound| bound.map(|(value, _)| value as i128);
    let (from, to) = (bound(whole_lower(lower(own))), bound(whole_upper(upper(own))));
    (least.max(low).max(from.unwrap_or(least)), greatest.min(high).min(to.unwrap_or(greatest)))
}

/// The fit of integers to the variable of a reader: a number that does not fit into its variable stops a reader.
pub(super) fn fit(from: &Constraints, to: &Constraints, whole: Option<[Range; 2]>) -> Fit {
    let format = to.format.as_deref().filter(|format| is_format(format));
    let [values, variable] = match (whole, format) {
        (Some(whole), _) => whole,
        (None, Some(_)) => [SIGNED, ALL],
        (None, None) => return Fit::All,
    };
    let (low, high) = format.and_then(of_format).unwrap_or(ALL);
    let (least, greatest) = under(from, values);
    if least >= low.max(variable.0) && greatest <= high.min(variable.1) {
        return Fit::All;
    }
    let name = format.unwrap_or(if variable == UNSIGNED { "uint64" } else { "int64" });
    Fit::Some(format!("an integer that is not of the format `{name}`"))
}

pub(super) fn lower(own: &Constraints) -> Bound {
    let (closed, open) = (own.minimum.map(|n| (n, false)), own.exclusive_minimum.map(|n| (n, true)));
    match (closed, open) {
        (Some(closed), Some(open)) => Some(if open.0 >= closed.0 { open } else { closed }),
        (closed, open) => closed.or(open),
    }
}

pub(super) fn upper(own: &Constraints) -> Bound {
    let (closed, open) = (own.maximum.map(|n| (n, false)), own.exclusive_maximum.map(|n| (n, true)));
    match (closed, open) {
        (Some(closed), Some(open)) => Some(if open.0 <= closed.0 { open } else { closed }),
        (closed, open) => closed.or(open),
    }
}

/// The integers above 4 are those from 5 on.
pub(super) fn whole_lower(bound: Bound) -> Bound {
    bound.map(|(value, open)| (if open { value.floor() + 1.0 } else { value.ceil() }, false))
}

/// The integers below 4 are those up to 3.
pub(super) fn whole_upper(bound: Bound) -> Bound {
    bound.map(|(value, open)| (if open { value.ceil() - 1.0 } else { value.floor() }, false))
}

/// True if every value above the first bound is above the second.
pub(super) fn is_within([from, to]: [Bound; 2]) -> bool {
    match (from, to) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some((from, from_open)), Some((to, to_open))) => {
            from > to || (from == to && (from_open || !to_open))
        }
    }
}
