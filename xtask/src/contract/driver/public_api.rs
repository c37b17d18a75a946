//! Reads a crate's API.txt: the items that a caller has, with their signatures.

use std::collections::{BTreeMap, BTreeSet};

/// The public items of a crate.
#[derive(Debug, Default)]
pub(super) struct PublicApi {
    functions: BTreeMap<String, Function>,
    aliases: BTreeMap<String, String>,
    fields: BTreeSet<String>,
    /// By enum, its variants with their types.
    variants: BTreeMap<String, Vec<(String, String)>>,
}

/// A function or method, without its receiver.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Function {
    /// Names (empty for setters of models) and types.
    pub(super) arguments: Vec<(String, String)>,
    /// The payload of an operation's response; empty for other functions.
    pub(super) returns: String,
    /// The struct whose fields the arguments are, for constructors that take one.
    pub(super) literal: Option<String>,
}

impl PublicApi {
    /// Parses the text of API.txt.
    pub(super) fn parse(text: &str) -> Self {
        let mut out = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let item = line.split_once(" | ").map_or(line, |(item, _)| item);
            let mut parts = item.trim_end().trim_end_matches('|').splitn(3, ' ');
            let (Some(path), Some(kind)) = (parts.next(), parts.next()) else { continue };
            let signature = parts.next().unwrap_or_default().trim();
            match kind {
                "fn" => drop(out.functions.insert(path.to_owned(), Function::parse(signature))),
                "field" => drop(out.fields.insert(path.to_owned())),
                "variant" => {
                    let (of, own) = path.rsplit_once("::").unwrap_or(("", path));
                    let all = out.variants.entry(of.to_owned()).or_default();
                    all.push((own.to_owned(), signature.to_owned()));
                }
                "type" => drop(out.aliases.insert(path.to_owned(), signature.to_owned())),
                _ => {}
            }
        }
        out
    }

    pub(super) fn function(&self, path: &str) -> Option<&Function> {
        self.functions.get(path)
    }

    /// The variants of an enum, with their types; none of anything else.
    pub(super) fn variants(&self, path: &str) -> &[(String, String)] {
        self.variants.get(path).map(Vec::as_slice).unwrap_or_default()
    }

    /// True if a model has a field.
    pub(super) fn has_field(&self, model: &str, field: &str) -> bool {
        self.fields.contains(&format!("models::{model}.{field}"))
    }

    /// The target of a type alias.
    pub(super) fn alias(&self, path: &str) -> Option<&str> {
        self.aliases.get(path).map(String::as_str)
    }
}

impl Function {
    fn parse(signature: &str) -> Self {
        let (arguments, returns) = signature.split_once("=>").unwrap_or((signature, ""));
        let fields = arguments.trim().strip_suffix('}').and_then(|rest| rest.split_once('{'));
        let (literal, arguments) = fields.map_or((None, arguments), |(name, fields)| (Some(name), fields));
        let literal = literal.map(|name| name.trim().to_owned());
        let arguments = split(arguments).into_iter().map(|argument| {
            let (name, ty) = argument.split_once(" : ").unwrap_or(("", argument));
            (name.trim().to_owned(), ty.trim().to_owned())
        });
        Self { arguments: arguments.collect(), returns: returns.trim().to_owned(), literal }
    }
}

/// Splits at the commas outside of brackets.
pub(super) fn split(list: &str) -> Vec<&str> {
    let (mut out, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (at, c) in list.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                out.extend(list.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    out.extend(list.get(start..));
    out.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_parsed() {
        let api = PublicApi::parse(
            "# a comment\n\
             models::A::new fn impl Into<String> | /components/schemas/A\n\
             operations::a::As::put fn id : impl AsRef<str>, map : BTreeMap<String, i64> =>() | /paths/x/put a,b\n\
             models::D::new fn DRequired { a : String, b : Vec<X> } | /components/schemas/D\n\
             models::B type C | /components/schemas/B\n\
             operations::a::PutByStatus::Status200 variant Vec<X> | /paths/x/put\n\
             models::B.a field String | /components/schemas/B\n",
        );
        assert!(api.has_field("B", "a") && !api.has_field("B", "b"));
        let put = api.function("operations::a::As::put").unwrap();
        let named = |name: &str, ty: &str| (name.to_owned(), ty.to_owned());
        assert_eq!(put.arguments, [named("id", "impl AsRef<str>"), named("map", "BTreeMap<String, i64>")]);
        assert_eq!(put.returns, "()");
        assert_eq!(api.function("models::A::new").unwrap().arguments, [named("", "impl Into<String>")]);
        let new = api.function("models::D::new").unwrap();
        assert_eq!(new.literal.as_deref(), Some("DRequired"));
        assert_eq!(new.arguments, [named("a", "String"), named("b", "Vec<X>")]);
        assert_eq!(api.alias("models::B"), Some("C"));
        assert_eq!(api.variants("operations::a::PutByStatus"), [named("Status200", "Vec<X>")]);
    }
}
