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

    /// True if a function with such an argument is generic.
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

/// Names of `std` that generated code uses without a path.
const PRELUDE: &[&str] = &["String", "Vec", "Option", "Box", "bool", "f64", "i64", "u64", "str"];

impl RustType {
    /// Reads a type as `API.txt` has it.
    pub fn read(text: &str) -> Option<Self> {
        let mut rest = text;
        let ty = Self::parse(&mut rest)?;
        rest.trim().is_empty().then_some(ty)
    }

    fn parse(rest: &mut &str) -> Option<Self> {
        type Make = fn(Box<RustType>) -> RustType;
        let bounds: [(&str, Make); 3] = [
            ("impl Into<", Self::Into),
            ("impl AsRef<", Self::AsRef),
            ("impl IntoIterator<Item =", Self::Iterator),
        ];
        for (start, make) in bounds {
            if take(rest, start) {
                let inner = Self::parse(rest)?;
                return take(rest, ">").then(|| make(Box::new(inner)));
            }
        }
        if take(rest, "&") {
            return Some(Self::parse(rest)?.reference());
        }
        let list = |rest: &mut &str, end: &str| {
            let mut all = Vec::new();
            while !take(rest, end) {
                all.push(Self::parse(rest)?);
                take(rest, ",");
            }
            Some(all)
        };
        if take(rest, "(") {
            return list(rest, ")").map(Self::Tuple);
        }
        let text = rest.trim_start();
        let end = text.find(|c: char| !c.is_alphanumeric() && !"_:".contains(c)).unwrap_or(text.len());
        let (name, after) = text.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
        *rest = after;
        let arguments = if take(rest, "<") { list(rest, ">")? } else { Vec::new() };
        let name = name.to_owned();
        Some(match name.split_once("::") {
            Some(("rt", own)) => Self::Runtime(own.to_owned().into(), arguments),
            Some(("crate", own)) => Self::Root(own.to_owned(), arguments),
            Some(_) => Self::Std(name.into(), arguments),
            None if PRELUDE.contains(&name.as_str()) => Self::Std(name.into(), arguments),
            None => Self::Model(name),
        })
    }

    /// The models in it.
    pub fn models(&self) -> Vec<&str> {
        match self {
            Self::Model(name) => vec![name],
            Self::Own(_) => Vec::new(),
            Self::Std(_, types) | Self::Runtime(_, types) | Self::Root(_, types) | Self::Tuple(types) => {
                types.iter().flat_map(Self::models).collect()
            }
            Self::Ref(ty) | Self::Into(ty) | Self::AsRef(ty) | Self::Iterator(ty) => ty.models(),
        }
    }

    /// The same with each named type of the crate replaced by the result of `replace`.
    pub fn with_models(&self, replace: &dyn Fn(&str) -> Self) -> Self {
        let all = |types: &[Self]| types.iter().map(|ty| ty.with_models(replace)).collect::<Vec<Self>>();
        let inner = |ty: &Self| Box::new(ty.with_models(replace));
        match self {
            Self::Model(name) | Self::Own(name) => replace(name),
            Self::Std(name, types) => Self::Std(name.clone(), all(types)),
            Self::Runtime(name, types) => Self::Runtime(name.clone(), all(types)),
            Self::Root(name, types) => Self::Root(name.clone(), all(types)),
            Self::Tuple(types) => Self::Tuple(all(types)),
            Self::Ref(ty) => Self::Ref(inner(ty)),
            Self::Into(ty) => Self::Into(inner(ty)),
            Self::AsRef(ty) => Self::AsRef(inner(ty)),
            Self::Iterator(ty) => Self::Iterator(inner(ty)),
        }
    }
}

/// Takes `start` from the front of a text.
fn take(rest: &mut &str, start: &str) -> bool {
    match rest.trim_start().strip_prefix(start) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
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
