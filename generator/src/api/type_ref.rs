//! Represents a use of a type, with its one-line text form.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::TypeId;

/// A use of a type: by a field, a parameter, a body or a list item.
///
/// Its text form is one line: `string`, `list string`, `map list $App`, `list nullable number`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeRef {
    /// Text.
    String,
    /// A 64-bit integer.
    Integer,
    /// A 64-bit integer without a sign.
    Unsigned,
    /// A 64-bit floating-point number.
    Number,
    /// True or false.
    Boolean,
    /// A date with time and offset (RFC 3339).
    Timestamp,
    /// A calendar date (RFC 3339 `full-date`).
    Date,
    /// Bytes.
    Binary,
    /// Any JSON value.
    Any,
    /// The type of this id.
    Named(TypeId),
    /// Any number of values.
    List(Box<TypeRef>),
    /// Values by name.
    Map(Box<TypeRef>),
    /// An item of a list or a value of a map that may be null. Of a member, [`Field::nullable`](super::Field::nullable)
    /// says so.
    Nullable(Box<TypeRef>),
}

impl TypeRef {
    /// The type of integers of a format: one whose values need all 64 bits has no sign. The others fit into
    /// [`TypeRef::Integer`].
    pub fn integer(format: Option<&str>) -> Self {
        match format {
            Some("uint64" | "uint") => Self::Unsigned,
            _ => Self::Integer,
        }
    }

    /// The id that it refers to, through lists and maps.
    pub fn named(&self) -> Option<&TypeId> {
        match self {
            Self::Named(id) => Some(id),
            Self::List(item) | Self::Map(item) | Self::Nullable(item) => item.named(),
            _ => None,
        }
    }

    /// The id of the type that it is.
    pub fn as_named(&self) -> Option<&TypeId> {
        match self {
            Self::Named(id) => Some(id),
            _ => None,
        }
    }

    /// Its text as a person reads it: `list App`.
    pub fn label(&self) -> String {
        match self {
            Self::Named(id) => id.label(),
            Self::List(item) => format!("list {}", item.label()),
            Self::Map(item) => format!("map {}", item.label()),
            Self::Nullable(item) => format!("nullable {}", item.label()),
            scalar => scalar.to_string(),
        }
    }

    /// The type without null.
    pub fn present(&self) -> &TypeRef {
        match self {
            Self::Nullable(inner) => inner.present(),
            other => other,
        }
    }

    /// The type that it uses directly, inside of a list, a map or a nullable type.
    pub fn inner_mut(&mut self) -> Option<&mut TypeRef> {
        match self {
            Self::List(item) | Self::Map(item) | Self::Nullable(item) => Some(item),
            _ => None,
        }
    }
}

impl fmt::Display for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Integer => f.write_str("integer"),
            Self::Unsigned => f.write_str("unsigned"),
            Self::Number => f.write_str("number"),
            Self::Boolean => f.write_str("boolean"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Date => f.write_str("date"),
            Self::Binary => f.write_str("binary"),
            Self::Any => f.write_str("any"),
            Self::Named(id) => write!(f, "${id}"),
            Self::List(item) => write!(f, "list {item}"),
            Self::Map(item) => write!(f, "map {item}"),
            Self::Nullable(item) => write!(f, "nullable {item}"),
        }
    }
}

impl FromStr for TypeRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "string" => Self::String,
            "integer" => Self::Integer,
            "unsigned" => Self::Unsigned,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "timestamp" => Self::Timestamp,
            "date" => Self::Date,
            "binary" => Self::Binary,
            "any" => Self::Any,
            _ => match (text.strip_prefix('$'), text.split_once(' ')) {
                (Some(id), _) => Self::Named(id.parse()?),
                (None, Some(("list", item))) => Self::List(Box::new(item.parse()?)),
                (None, Some(("map", item))) => Self::Map(Box::new(item.parse()?)),
                (None, Some(("nullable", item))) => Self::Nullable(Box::new(item.parse()?)),
                _ => return Err(format!("`{text}` is not a type")),
            },
        })
    }
}

impl Serialize for TypeRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TypeRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
