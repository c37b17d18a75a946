//! The public items of a crate: `API.txt` lists them, a line each.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use super::RustType;

/// A public item of a crate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// Its path: `models::App.id`, `operations::apps::Apps::list`.
    pub path: String,
    /// The kind.
    pub kind: ItemKind,
    /// The parts that a user of it names.
    pub signature: Signature,
    /// The type that a method which calls an operation returns; none where only `API.txt` is known, which omits it.
    pub returns: Option<RustType>,
    /// Its location in the vendor's document.
    pub origin: Arc<str>,
    /// The areas that bring it; empty where all do.
    pub areas: Arc<BTreeSet<String>>,
}

/// The kind of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    /// A struct.
    Struct,
    /// An enum.
    Enum,
    /// Another name of a type.
    Type,
    /// A field of a struct.
    Field,
    /// A variant of an enum.
    Variant,
    /// A constant of a type.
    Const,
    /// A function.
    Fn,
}

impl ItemKind {
    const ALL: [Self; 7] =
        [Self::Struct, Self::Enum, Self::Type, Self::Field, Self::Variant, Self::Const, Self::Fn];

    /// As Rust calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Struct => "struct",
            Self::Enum => "enum",
            Self::Type => "type",
            Self::Field => "field",
            Self::Variant => "variant",
            Self::Const => "const",
            Self::Fn => "fn",
        }
    }

    /// True if it is a type.
    pub fn is_type(self) -> bool {
        matches!(self, Self::Struct | Self::Enum | Self::Type)
    }
}

/// The parts of an item that its user names, other than its path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signature {
    /// Nothing.
    None,
    /// The type of a field, a variant or an alias; of a setter, that of its value.
    Type(RustType),
    /// The arguments of a function, and the response type of a method that calls an operation.
    Function(Vec<(String, RustType)>, Option<RustType>),
    /// The struct of arguments of a function, and its fields.
    Literal(String, Vec<(String, RustType)>),
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Type(ty) => write!(f, "{ty}"),
            Self::Function(arguments, payload) => {
                let mut text = String::new();
                for (index, (name, ty)) in arguments.iter().enumerate() {
                    write!(text, "{}{name} : {ty}", if index > 0 { ", " } else { "" })?;
                }
                if let Some(payload) = payload {
                    write!(text, "{}=> {payload}", if arguments.is_empty() { "" } else { " " })?;
                }
                f.write_str(&text.replace(" (", "("))
            }
            Self::Literal(name, fields) => {
                write!(f, "{name} {{ {} }}", Self::Function(fields.clone(), None))
            }
        }
    }
}

impl Signature {
    /// Reads the text of a signature.
    fn read(text: &str) -> Option<Self> {
        let (arguments, payload) = match text.rsplit_once("=>") {
            Some((arguments, payload)) => (arguments.trim(), Some(RustType::read(payload)?)),
            None => (text.trim(), None),
        };
        let named = parts(arguments).map(|part| {
            let (name, ty) = part.split_once(" : ")?;
            Some((name.trim().to_owned(), RustType::read(ty)?))
        });
        if let Some((name, fields)) = arguments.strip_suffix(" }").and_then(|text| text.split_once(" { ")) {
            return match Self::read(fields)? {
                Self::Function(fields, None) => Some(Self::Literal(name.to_owned(), fields)),
                _ => None,
            };
        }
        match (arguments, payload) {
            ("", None) => Some(Self::None),
            ("", payload) => Some(Self::Function(Vec::new(), payload)),
            (_, payload) if arguments.contains(" : ") => {
                Some(Self::Function(named.collect::<Option<_>>()?, payload))
            }
            _ => RustType::read(arguments).map(Self::Type),
        }
    }

    /// The types in it, in order.
    pub fn types(&self) -> Vec<&RustType> {
        match self {
            Self::None => Vec::new(),
            Self::Type(ty) => vec![ty],
            Self::Function(arguments, payload) => arguments.iter().map(|(_, ty)| ty).chain(payload).collect(),
            Self::Literal(_, fields) => fields.iter().map(|(_, ty)| ty).collect(),
        }
    }

    /// The crate's models in it.
    pub fn models(&self) -> Vec<&str> {
        let literal = if let Self::Literal(name, _) = self { Some(name.as_str()) } else { None };
        literal.into_iter().chain(self.types().into_iter().flat_map(RustType::models)).collect()
    }
}

/// The parts between commas that are not inside of brackets.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    text.split(move |c| {
        depth += match c {
            '<' | '(' => 1,
            '>' | ')' => -1,
            _ => 0,
        };
        c == ',' && depth == 0
    })
}

impl Item {
    /// Reads the items of an `API.txt`.
    pub fn read_all(text: &str) -> Vec<Self> {
        text.lines().filter(|line| !line.starts_with('#')).filter_map(Self::read).collect()
    }

    /// `path kind signature | origin areas`
    fn read(line: &str) -> Option<Self> {
        let (item, place) = line.split_once(" | ")?;
        let (path, rest) = item.split_once(' ')?;
        let (kind, signature) = rest.split_once(' ').unwrap_or((rest, ""));
        let (origin, areas) = place.split_once(' ').unwrap_or((place, ""));
        // A signature of another version of the generator is still compared, as a whole.
        let unknown = || Signature::Type(RustType::Model(signature.to_owned()));
        Some(Self {
            path: path.to_owned(),
            kind: ItemKind::ALL.into_iter().find(|known| known.as_str() == kind)?,
            signature: Signature::read(signature).unwrap_or_else(unknown),
            returns: None,
            origin: origin.into(),
            areas: Arc::new(areas.split(',').filter(|area| !area.is_empty()).map(str::to_owned).collect()),
        })
    }

    /// Its kind and signature.
    pub fn shown(&self) -> String {
        match &self.signature {
            Signature::None => self.kind.as_str().to_owned(),
            signature => format!("{} {signature}", self.kind.as_str()).trim_end().to_owned(),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, origin, areas, .. } = self;
        write!(f, "{path} {} | ", self.shown())?;
        f.write_str(if areas.is_empty() { origin.trim_end() } else { origin })?;
        areas.iter().enumerate().try_for_each(|(at, area)| {
            f.write_str(if at == 0 { " " } else { "," })?;
            f.write_str(area)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        for line in [
            "models::A struct | /a x,y",
            "models::A.f field Option<rt::Patch<Vec<B>>> | /a",
            "models::A::f fn impl IntoIterator<Item = impl Into<String>> | /a",
            "models::A::g fn | /a",
            "models::A::new fn a : &str, b : std::collections::BTreeMap<String, i64> | /a",
            "operations::a::A::list fn fields : impl IntoIterator<Item =(impl AsRef<str>, impl AsRef<str>)> =>() | /p",
            "operations::a::A::get fn id : impl AsRef<str>, to : Option<&str> => crate::Results<rt::Page<A, B>> | /p",
            "operations::a::A::all fn => Vec<A> | /p",
            "models::A::new fn ANew { a : String, b : Vec<B> } | /a",
        ] {
            let [item] = &Item::read_all(line)[..] else { panic!("{line}") };
            assert_eq!(item.to_string(), line);
            let types = item.signature.types();
            assert!(
                !types.iter().any(|ty| matches!(ty, RustType::Model(name) if name.contains([' ', '<']))),
                "{line}"
            );
        }
    }
}
