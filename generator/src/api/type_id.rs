//! Identifies a type by its owner, a schema or an operation, and the path from there.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The identity of a type: a schema that the vendor names, or an inline type at a location of a schema or an operation.
///
/// Its text form is `Pet`, `Pet.tags[]` or `list_pets().response`. A name that has one of `.`, `[`, `{`, `(` or `\` in it is
/// written with a `\` before that: the schema `Pet.Status` is `Pet\.Status`, and `Pet.Status` is the member of `Pet`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TypeId {
    /// The start of the path.
    pub owner: Owner,
    /// The way from there; empty for a schema itself.
    pub path: Vec<TypeStep>,
}

/// The owner of a type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The schema of this name.
    Schema(String),
    /// The operation of this id.
    Operation(String),
}

/// One step of the path to an inline type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeStep {
    /// To a member of an object, a variant of a union, or a parameter or a body of an operation.
    Member(String),
    /// To the items of a list.
    Items,
    /// To the values of a map.
    Values,
}

impl Owner {
    /// The schema's name, or the operation's id.
    pub fn name(&self) -> &str {
        match self {
            Self::Schema(name) | Self::Operation(name) => name,
        }
    }

    fn key(&self) -> (&str, bool) {
        (self.name(), matches!(self, Self::Operation(_)))
    }
}

impl Ord for Owner {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Owner {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By the owner's name, then by the path: the inner types of a type follow it.
impl Ord for TypeId {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.owner.cmp(&other.owner).then_with(|| self.path.cmp(&other.path))
    }
}

impl PartialOrd for TypeId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl TypeId {
    /// The schema of this name.
    pub fn schema(name: impl Into<String>) -> Self {
        Self { owner: Owner::Schema(name.into()), path: Vec::new() }
    }

    /// The start of the paths to the types of an operation.
    pub fn operation(id: impl Into<String>) -> Self {
        Self { owner: Owner::Operation(id.into()), path: Vec::new() }
    }

    fn step(&self, step: TypeStep) -> Self {
        let mut path = Vec::with_capacity(self.path.len() + 1);
        path.extend_from_slice(&self.path);
        path.push(step);
        Self { owner: self.owner.clone(), path }
    }

    /// The inline type of the member, the variant, the parameter or the body of this name.
    pub fn member(&self, name: impl Into<String>) -> Self {
        self.step(TypeStep::Member(name.into()))
    }

    /// The inline type of a list's items.
    pub fn items(&self) -> Self {
        self.step(TypeStep::Items)
    }

    /// The inline type of a map's values.
    pub fn values(&self) -> Self {
        self.step(TypeStep::Values)
    }

    /// True if it is not a schema that the vendor names.
    pub fn is_inline(&self) -> bool {
        !self.path.is_empty()
    }

    /// True if `other` is it, or is inside of it.
    pub fn holds(&self, other: &Self) -> bool {
        self.owner == other.owner && other.path.starts_with(&self.path)
    }

    /// The names on the way, without the marks of items and values.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.path.iter().filter_map(|step| match step {
            TypeStep::Member(name) => Some(name.as_str()),
            TypeStep::Items | TypeStep::Values => None,
        })
    }

    /// The schema that it is, where it is one.
    pub fn schema_name(&self) -> Option<&str> {
        match &self.owner {
            Owner::Schema(name) if self.path.is_empty() => Some(name),
            _ => None,
        }
    }

    /// True if it is the type of a document's `included` member, by JSON:API's name for that.
    pub fn is_included(&self) -> bool {
        let end = self.path.len().saturating_sub(2);
        matches!(self.path.get(end..), Some([TypeStep::Member(name), TypeStep::Items]) if name == "included")
    }

    /// Its text as a person reads it: names as the vendor writes them. Two ids may have one.
    pub fn label(&self) -> String {
        let mut out = self.owner.name().to_owned();
        for step in &self.path {
            match step {
                TypeStep::Member(name) => {
                    out.push('.');
                    out.push_str(name);
                }
                TypeStep::Items => out.push_str("[]"),
                TypeStep::Values => out.push_str("{}"),
            }
        }
        out
    }
}

const MARKS: [char; 5] = ['.', '[', '{', '(', '\\'];

fn write_name(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if !name.contains(MARKS) {
        return f.write_str(name);
    }
    for c in name.chars() {
        if MARKS.contains(&c) {
            f.write_str("\\")?;
        }
        fmt::Write::write_char(f, c)?;
    }
    Ok(())
}

impl fmt::Display for TypeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_name(self.owner.name(), f)?;
        if let Owner::Operation(_) = self.owner {
            f.write_str("()")?;
        }
        for step in &self.path {
            match step {
                TypeStep::Member(name) => {
                    f.write_str(".")?;
                    write_name(name, f)?;
                }
                TypeStep::Items => f.write_str("[]")?,
                TypeStep::Values => f.write_str("{}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for TypeId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, mut rest) = read_name(text);
        let mut out = match rest.strip_prefix("()") {
            Some(after) => {
                rest = after;
                Self::operation(name)
            }
            None => Self::schema(name),
        };
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("[]") {
                out.path.push(TypeStep::Items);
                rest = after;
            } else if let Some(after) = rest.strip_prefix("{}") {
                out.path.push(TypeStep::Values);
                rest = after;
            } else if let Some(after) = rest.strip_prefix('.') {
                let (name, after) = read_name(after);
                out.path.push(TypeStep::Member(name));
                rest = after;
            } else {
                return Err(format!("`{text}` is not a type's id"));
            }
        }
        Ok(out)
    }
}

/// A name and the rest after it.
fn read_name(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => name.extend(chars.next().map(|(_, c)| c)),
            '.' | '[' | '{' | '(' => return (name, text.get(at..).unwrap_or_default()),
            c => name.push(c),
        }
    }
    (name, "")
}

impl Serialize for TypeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TypeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_leads_back_to_the_id() {
        let pet = TypeId::schema("Pet");
        let ids = [
            pet.clone(),
            pet.member("Status"),
            TypeId::schema("Pet.Status"),
            pet.member("a.b").items().values(),
            TypeId::schema("Page[Pet]").items(),
            TypeId::schema("a\\.b{c}(d)"),
            TypeId::operation("pets/list").member("response 201"),
            TypeId::operation("list").member("response"),
            TypeId::schema("list").member("response"),
            TypeId::schema("list()"),
            TypeId::schema(""),
            pet.member(""),
        ];
        let texts: std::collections::BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), ids.len(), "{texts:?}");
        for id in &ids {
            assert_eq!(id.to_string().parse::<TypeId>().as_ref(), Ok(id), "{id}");
        }
        assert!("Pet]".parse::<TypeId>().is_ok() && "Pet[0]".parse::<TypeId>().is_err());
    }

    #[test]
    fn what_stands_inside_of_a_type_follows_it() {
        let pet = TypeId::schema("Pet");
        let mut ids = vec![
            TypeId::schema("PetShop"),
            pet.items(),
            pet.member("tag").items(),
            pet.clone(),
            pet.member("tag"),
        ];
        ids.sort();
        let inside = ids.iter().filter(|id| pet.holds(id)).count();
        assert!(inside == 4 && ids.iter().take(inside).all(|id| pet.holds(id)), "{ids:?}");
    }
}
