//! Writes the functions that make arguments of JSON values, by constructors, setters and constants alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use storewright_generator::api::{Action, Api, Arity, Request, Shape, Struct, TypeId, Union, Value};
use storewright_generator::name::{Family, Names, Token, TypeName};

use super::public_api::{PublicApi, split};

/// The functions that calls need, by the type that they make.
pub(super) struct Values<'a> {
    api: &'a Api,
    names: &'a Names,
    public: &'a PublicApi,
    /// The crate, as Rust writes it.
    library: String,
    /// Types by their Rust names.
    types: BTreeMap<&'a str, &'a TypeId>,
    wanted: Vec<String>,
    seen: BTreeSet<String>,
}

impl<'a> Values<'a> {
    pub(super) fn new(api: &'a Api, names: &'a Names, public: &'a PublicApi) -> Self {
        let types = names.types.iter().map(|(id, name)| (name.ident.as_str(), id)).collect();
        let library = names.package.replace('-', "_");
        Self { api, names, public, library, types, wanted: Vec::new(), seen: BTreeSet::new() }
    }

    /// An expression of the type, from the `Argument` in `from`.
    pub(super) fn value(&mut self, ty: &str, from: &str) -> String {
        let inside =
            |open: &str| ty.strip_prefix(open).and_then(|rest| rest.strip_suffix('>')).map(str::trim);
        if let Some(inner) = inside("impl Into<") {
            return self.value(inner, from);
        }
        if let Some(item) = inside("impl IntoIterator<Item =").or_else(|| inside("Vec<")) {
            let item = self.value(item, "v");
            return format!("{from}.all().map(|v| {item}).collect::<Vec<_>>()");
        }
        if ty == "Option<&str>" {
            return format!("{from}.maybe().map(|v| v.text()).as_deref()");
        }
        if let Some(inner) = inside("Option<") {
            let inner = self.value(inner, "v");
            return format!("{from}.maybe().map(|v| {inner})");
        }
        if let Some(inner) = inside("std::collections::BTreeMap<") {
            let item = split(inner).last().copied().unwrap_or_default();
            let item = self.value(item, "v");
            return format!(
                "{from}.members().map(|(name, v)| (name, {item})).collect::<std::collections::BTreeMap<_, _>>()"
            );
        }
        match ty {
            "impl AsRef<str>" | "String" | "&str" => format!("{from}.text()"),
            "i64" => format!("{from}.integer()"),
            "u64" => format!("{from}.unsigned()"),
            "f64" => format!("{from}.number()"),
            "bool" => format!("{from}.boolean()"),
            "rt::Value" => format!("{from}.json()"),
            "rt::Bytes" => format!("rt::Bytes::from({from}.text())"),
            "rt::File" => format!("rt::File::from({from}.text().into_bytes())"),
            "rt::Timestamp" | "rt::Date" => format!("{ty}::from({from}.text())"),
            named => self.named(named, from),
        }
    }

    fn named(&mut self, ty: &str, from: &str) -> String {
        if let Some(target) = self.public.alias(&format!("models::{ty}")) {
            let target = target.to_owned();
            return self.value(&target, from);
        }
        if self.seen.insert(ty.to_owned()) {
            self.wanted.push(ty.to_owned());
        }
        format!("crate::values::{}({from})", function(ty))
    }

    /// The functions of all types that expressions need.
    pub(super) fn finish(mut self) -> String {
        let mut out = String::new();
        while let Some(ty) = self.wanted.pop() {
            let body = self.body(&ty);
            let library = &self.library;
            let _ = writeln!(
                out,
                "pub(crate) fn {}(v: Argument<'_>) -> {library}::models::{ty} {{\n{body}\n}}",
                function(&ty)
            );
        }
        out
    }

    fn body(&mut self, ty: &str) -> String {
        let path = format!("{}::models::{ty}", self.library);
        if let Some(token) = self.names.tokens.get(ty) {
            return token_body(&path, token);
        }
        let Some((id, name, shape)) = self
            .types
            .get(ty)
            .and_then(|id| Some((*id, self.names.types.get(*id)?, &self.api.types.get(*id)?.shape)))
        else {
            return "    v.read()".to_owned();
        };
        match shape {
            Shape::Enum(e) => {
                let known: Vec<(&Value, &String)> =
                    e.values.iter().filter_map(|v| Some((v, name.members.get(&text(v))?))).collect();
                enum_body(&path, &known)
            }
            Shape::Request(r) => self.request(ty, &path, name, r),
            Shape::Struct(s) => self.object(ty, &path, name, s),
            Shape::Union(u) => self.union(id, u),
            _ => "    v.read()".to_owned(),
        }
    }

    fn request(&mut self, ty: &str, path: &str, name: &TypeName, r: &Request) -> String {
        let root = if r.action == Action::Inline { "" } else { "/data" };
        let mut members: Vec<Member> = Vec::new();
        if r.action != Action::Create {
            members.push(Member { ident: "id".to_owned(), at: format!("{root}/id"), link: None });
        }
        let ident = |wire: &String| name.members.get(wire).cloned().unwrap_or_default();
        for wire in r.attributes.keys() {
            let at = format!("{root}/attributes/{}", token(wire));
            members.push(Member { ident: ident(wire), at, link: None });
        }
        for (wire, to) in &r.relationships {
            let at = format!("{root}/relationships/{}/data", token(wire));
            members.push(Member { ident: ident(wire), at, link: Some(to.to == Arity::Many) });
        }
        if r.included.is_some() {
            members.push(Member { ident: "included".to_owned(), at: "/included".to_owned(), link: None });
        }
        self.built(ty, path, &members, "")
    }

    fn object(&mut self, ty: &str, path: &str, name: &TypeName, s: &Struct) -> String {
        let members: Vec<Member> = s
            .fields
            .keys()
            .filter_map(|wire| {
                let at = format!("/{}", token(wire));
                Some(Member { ident: name.members.get(wire)?.clone(), at, link: None })
            })
            .collect();
        let named: Vec<&String> = s.fields.keys().collect();
        let rest = match s.additional {
            Some(_) => format!("    out.additional = v.rest(&{named:?});\n"),
            None => String::new(),
        };
        self.built(ty, path, &members, &rest)
    }

    /// `new`, then the setter or `clear_…` of each member that is there.
    fn built(&mut self, ty: &str, path: &str, members: &[Member], rest: &str) -> String {
        let public = self.public;
        let Some(new) = public.function(&format!("models::{ty}::new")) else {
            return "    v.read()".to_owned();
        };
        let of = |argument: &str| members.iter().find(|member| member.ident == argument);
        let arguments: Vec<String> = new
            .arguments
            .iter()
            .map(|(argument, ty)| {
                let value = match of(argument) {
                    Some(member) => self.member(member, ty, &format!("v.must_at({:?})", member.at)),
                    None => "Default::default()".to_owned(),
                };
                if new.literal.is_some() { format!("{argument}: {value}") } else { value }
            })
            .collect();
        let arguments = arguments.join(", ");
        let arguments = match (&new.literal, path.rsplit_once("::")) {
            (Some(literal), Some((module, _))) => format!("{module}::{literal} {{ {arguments} }}"),
            (Some(literal), None) => format!("{literal} {{ {arguments} }}"),
            (None, _) => arguments,
        };
        let mut out = format!("    let mut out = {path}::new({arguments});\n");
        for member in members {
            // Setters whose names methods of Rust have end with `_`.
            let names = [format!("{}_", member.ident), member.ident.clone()];
            let found = names.iter().find_map(|setter| {
                let function = public.function(&format!("models::{ty}::{setter}"))?;
                (setter != "new").then_some((setter, function))
            });
            let Some((setter, function)) = found else { continue };
            let ty_of = function.arguments.first().map_or("", |(_, ty)| ty.as_str());
            let value = self.member(member, ty_of, "v");
            // `new` has set these; a second time shows a setter that sets another one.
            let is_set = new.arguments.iter().any(|(argument, _)| *argument == member.ident);
            let when = if is_set { ".filter(|v| v.sets_again())" } else { "" };
            let clear = format!("clear_{}", member.ident.trim_end_matches('_'));
            let at = &member.at;
            let set = match public.function(&format!("models::{ty}::{clear}")) {
                Some(_) => format!("if v.is_null() {{ out.{clear}() }} else {{ out.{setter}({value}) }}"),
                None => format!("if v.is_null() {{ out }} else {{ out.{setter}({value}) }}"),
            };
            let _ = writeln!(out, "    if let Some(v) = v.at({at:?}){when} {{ out = {set}; }}");
        }
        out.push_str(rest);
        out.push_str("    out");
        out
    }

    fn member(&mut self, member: &Member, ty: &str, from: &str) -> String {
        match member.link {
            Some(true) => format!("{from}.ids()"),
            Some(false) => format!("{from}.id()"),
            None => self.value(ty, from),
        }
    }

    /// A union whose variants a tag distinguishes; the others are read.
    fn union(&mut self, id: &TypeId, union: &Union) -> String {
        let types: BTreeSet<String> = union.variants.iter().map(|v| v.ty.to_string()).collect();
        let Some(tag) =
            union.tag.as_ref().filter(|_| union.is_tagged() && types.len() == union.variants.len())
        else {
            return "    v.read()".to_owned();
        };
        let at = format!("/{}", token(tag));
        let mut out = format!(
            "    let Some(tag) = v.at({at:?}) else {{ return v.read() }};\n    match tag.text().as_str() {{\n"
        );
        for variant in &union.variants {
            let named = variant.ty.named().and_then(|id| self.names.types.get(id));
            let (Some(value), Some(name)) = (&variant.tag, named) else { return "    v.read()".to_owned() };
            let made = self.named(&name.ident, "v");
            let _ = writeln!(out, "        {value:?} => {made}.into(),");
        }
        let _ =
            write!(out, "        other => {{ v.unlisted({:?}, other); v.read() }}\n    }}", id.to_string());
        out
    }
}

/// A member of an object that is made: its field, its place in the JSON, and whether it is a to-many relationship.
struct Member {
    ident: String,
    at: String,
    link: Option<bool>,
}

fn function(ty: &str) -> String {
    format!("make_{}", ty.replace("::", "_"))
}

fn text(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::String(text) => text.clone(),
    }
}

/// A member's name as a JSON Pointer has it.
fn token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn enum_body(path: &str, known: &[(&Value, &String)]) -> String {
    let is_number = known.iter().any(|(value, _)| matches!(value, Value::Integer(_)));
    let from = if is_number { "v.integer()" } else { "v.text().as_str()" };
    let mut out = format!("    match {from} {{\n");
    for (value, variant) in known {
        let value = if is_number { text(value) } else { format!("{:?}", text(value)) };
        let _ = writeln!(out, "        {value} => {path}::{variant},");
    }
    let Some((_, first)) = known.first() else { return "    v.read()".to_owned() };
    let _ = write!(out, "        other => {{ v.unlisted({path:?}, other); {path}::{first} }}\n    }}");
    out
}

/// The constants of a token type; a sort order may be descending.
fn token_body(path: &str, token: &Token) -> String {
    let Some(first) = token.values.values().next() else {
        return format!("    {path}::new(v.text())");
    };
    let desc = if token.family == Family::Sort {
        ".strip_prefix('-').map_or((text, false), |t| (t, true))"
    } else {
        ""
    };
    let mut out = "    let text = v.text();\n    let text = text.as_str();\n".to_owned();
    if !desc.is_empty() {
        let _ = writeln!(out, "    let (text, descends) = text{desc};\n    let made =");
    }
    out.push_str("    match text {\n");
    for (value, constant) in &token.values {
        let _ = writeln!(out, "        {value:?} => {path}::{constant},");
    }
    let _ = write!(out, "        other => {{ v.unlisted({path:?}, other); {path}::{first} }}\n    }}");
    if !desc.is_empty() {
        out.push_str(";\n    if descends { made.desc() } else { made }");
    }
    out
}
