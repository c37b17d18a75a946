//! The Rust types that generated code names, as data.

use std::borrow::Cow;
use std::fmt;

/// A name that is mostly known beforehand.
type Name = Cow<'static, str>;

/// A Rust type as a generated crate names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RustType {
    /// A type of `std`: a name of the prelude, or a full path.
    Std(Name, Vec<RustType>),
    /// A type of the runtime: `rt::Page<App>`.
    Runtime(Name, Vec<RustType>),
    /// A type in the root of the crate: `crate::Results<Vec<App>>`.
    Root(String, Vec<RustType>),
    /// A type in the crate's `models`.
    Model(String),
    /// A type in the module of the item that names it.
    Own(String),
    /// A tuple; without members it is the unit type.
    Tuple(Vec<RustType>),
    /// A shared reference.
    Ref(Box<RustType>),
    /// `impl Into<T>`, in an argument.
    Into(Box<RustType>),
    /// `impl AsRef<T>`, in an argument.
    AsRef(Box<RustType>),
    /// `impl IntoIterator<Item = T>`, in an argument.
    Iterator(Box<RustType>),
}

impl RustType {
    /// A type of `std` without parameters.
    pub const fn plain(name: &'static str) -> Self {
        Self::Std(Cow::Borrowed(name), Vec::new())
    }

    /// `()`.
    pub const fn unit() -> Self {
        Self::Tuple(Vec::new())
    }

    /// `String`.
    pub const fn string() -> Self {
        Self::plain("String")
    }

    /// `Vec<Self>`.
    pub fn list(self) -> Self {
        Self::Std("Vec".into(), vec![self])
    }

    /// `Option<Self>`.
    pub fn option(self) -> Self {
        Self::Std("Option".into(), vec![self])
    }

    /// `Box<Self>`.
    pub fn boxed(self) -> Self {
        Self::Std("Box".into(), vec![self])
    }

    /// A map with names as keys.
    pub fn map(self) -> Self {
        Self::Std("std::collections::BTreeMap".into(), vec![Self::string(), self])
    }

    /// `&Self`.
    pub fn reference(self) -> Self {
        Self::Ref(Box::new(self))
    }

    /// `impl Into<Self>`.
    pub fn into_arg(self) -> Self {
        Self::Into(Box::new(self))
    }

    /// `impl IntoIterator<Item = Self>`.
    pub fn iterator(self) -> Self {
        Self::Iterator(Box::new(self))
    }

    /// `impl AsRef<str>`.
    pub fn text() -> Self {
        Self::AsRef(Box::new(Self::plain("str")))
    }

    /// A type of the runtime.
    pub fn runtime_of(name: &'static str, arguments: Vec<Self>) -> Self {
        Self::Runtime(Cow::Borrowed(name), arguments)
    }

    /// A type of the runtime without parameters.
    pub const fn runtime(name: &'static str) -> Self {
        Self::Runtime(Cow::Borrowed(name), Vec::new())
    }

    /// As generated code names it.
    pub fn path(&self) -> String {
        format!("{self:#}")
    }

    /// Whether a function with such an argument is generic.
    pub fn is_generic(&self) -> bool {
        match self {
            Self::Into(_) | Self::AsRef(_) | Self::Iterator(_) => true,
            Self::Ref(inner) => inner.is_generic(),
            Self::Std(_, inner) | Self::Runtime(_, inner) | Self::Root(_, inner) | Self::Tuple(inner) => {
                inner.iter().any(Self::is_generic)
            }
            Self::Model(_) | Self::Own(_) => false,
        }
    }
}

/// As `API.txt` has it, models by their name alone; with `#` as generated code names it.
impl fmt::Display for RustType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, all: &[Self]| {
            all.iter().enumerate().try_for_each(|(index, one)| match index {
                0 => one.fmt(f),
                _ => {
                    f.write_str(", ")?;
                    one.fmt(f)
                }
            })
        };
        let named = |f: &mut fmt::Formatter<'_>, arguments: &[Self]| {
            if arguments.is_empty() {
                return Ok(());
            }
            f.write_str("<")?;
            list(f, arguments)?;
            f.write_str(">")
        };
        let around = |f: &mut fmt::Formatter<'_>, before: &str, inner: &Self, after: &str| {
            f.write_str(before)?;
            inner.fmt(f)?;
            f.write_str(after)
        };
        match self {
            Self::Std(name, arguments) => {
                f.write_str(name)?;
                named(f, arguments)
            }
            Self::Runtime(name, arguments) => {
                write!(f, "rt::{name}")?;
                named(f, arguments)
            }
            Self::Root(name, arguments) => {
                write!(f, "crate::{name}")?;
                named(f, arguments)
            }
            Self::Model(name) if f.alternate() => write!(f, "crate::models::{name}"),
            Self::Model(name) | Self::Own(name) => f.write_str(name),
            Self::Tuple(members) => {
                f.write_str("(")?;
                list(f, members)?;
                f.write_str(")")
            }
            Self::Ref(inner) => around(f, "&", inner, ""),
            Self::Into(inner) => around(f, "impl Into<", inner, ">"),
            Self::AsRef(inner) => around(f, "impl AsRef<", inner, ">"),
            Self::Iterator(item) => around(f, "impl IntoIterator<Item = ", item, ">"),
        }
    }
}
