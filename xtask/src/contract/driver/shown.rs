//! Writes the functions that show responses through the public fields and variants of models.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use storewright_generator::api::{Api, Enum, Resource, Shape, Struct, TypeId, Union, Value};
use storewright_generator::name::{Names, TypeName};

use super::public_api::PublicApi;

/// The types of the runtime, and the trait.
const RUNTIME: &str = include_str!("../../../../tests/contract/show.rs");

/// The text of the module, for the types of the responses.
pub(super) fn module(api: &Api, names: &Names, public: &PublicApi, types: &BTreeSet<&TypeId>) -> String {
    let library = names.package.replace('-', "_");
    let models = Models { public, path: format!("{library}::models") };
    let mut out = RUNTIME.to_owned();
    for id in types {
        let Some((name, ty)) = names.types.get(*id).zip(api.types.get(*id)) else { continue };
        match &ty.shape {
            Shape::Struct(s) => models.object(name, s, &mut out),
            Shape::Resource(r) => models.resource(name, r, &mut out),
            Shape::Enum(e) => models.enumeration(name, e, &mut out),
            Shape::Union(u) => models.union(name, u, &mut out),
            Shape::Alias(_) | Shape::Document(_) | Shape::Page(_) | Shape::Linkage(_) | Shape::Request(_) => {
            }
        }
    }
    out
}

struct Models<'a> {
    public: &'a PublicApi,
    path: String,
}

impl Models<'_> {
    fn show(&self, ty: &str, body: &str, out: &mut String) {
        let path = &self.path;
        let _ = write!(
            out,
            "impl Show for {path}::{ty} {{\n    fn show(&self) -> Option<Value> {{\n{body}    }}\n}}\n"
        );
    }

    /// The public fields of a struct that have a name on the wire.
    fn fields<'w>(
        &self,
        ty: &str,
        name: &TypeName,
        wires: impl IntoIterator<Item = &'w String>,
    ) -> Vec<(String, String)> {
        let fields =
            wires.into_iter().filter_map(|wire| Some((wire.clone(), name.members.get(wire)?.clone())));
        fields.filter(|(_, ident)| self.public.has_field(ty, ident)).collect()
    }

    fn object(&self, name: &TypeName, s: &Struct, out: &mut String) {
        let ty = &name.ident;
        let members = members(&self.fields(ty, name, s.fields.keys()));
        let rest = if s.additional.is_some() { "self.additional.show()" } else { "None" };
        self.show(ty, &format!("        extended({members}, {rest})\n"), out);
    }

    fn resource(&self, name: &TypeName, r: &Resource, out: &mut String) {
        let own = &name.ident;
        let mut fields = vec![("id".to_owned(), "id".to_owned())];
        for part in ["attributes", "relationships", "links"] {
            if self.public.has_field(own, part) {
                fields.push((part.to_owned(), part.to_owned()));
            }
        }
        let body = format!("        tagged(\"type\", {:?}, extended({}, None))\n", r.kind, members(&fields));
        self.show(own, &body, out);
        let parts = [
            ("Attributes", r.attributes.keys().collect::<Vec<_>>()),
            ("Relationships", r.relationships.keys().collect()),
        ];
        for (part, wires) in parts.into_iter().filter(|(_, wires)| !wires.is_empty()) {
            let ty = format!("{own}{part}");
            let fields = self.fields(&ty, name, wires);
            self.show(&ty, &format!("        extended({}, None)\n", members(&fields)), out);
        }
    }

    fn enumeration(&self, name: &TypeName, e: &Enum, out: &mut String) {
        let mut body = "        Some(match self {\n".to_owned();
        for value in &e.values {
            let (key, literal) = match value {
                Value::Integer(number) => (number.to_string(), format!("{number}_i64")),
                Value::String(text) => (text.clone(), format!("{text:?}")),
            };
            if let Some(variant) = name.members.get(&key) {
                let _ = writeln!(body, "            Self::{variant} => Value::from({literal}),");
            }
        }
        body.push_str("            _ => return unrecognized(),\n        })\n");
        self.show(&name.ident, &body.replace("Self::", &format!("{}::{}::", self.path, name.ident)), out);
    }

    fn union(&self, name: &TypeName, u: &Union, out: &mut String) {
        let own = &name.ident;
        let mut body = "        match self {\n".to_owned();
        for variant in &u.variants {
            let Some(ident) = name.members.get(&u.key(variant)) else { continue };
            let shown = match (&u.tag, &variant.tag) {
                (Some(member), Some(tag)) => format!("tagged({member:?}, {tag:?}, value.show())"),
                _ => "value.show()".to_owned(),
            };
            let _ = writeln!(body, "            {}::{own}::{ident}(value) => {shown},", self.path);
        }
        body.push_str("            _ => unrecognized(),\n        }\n");
        self.show(own, &body, out);
    }
}

/// An object of fields, by their names on the wire.
fn members(fields: &[(String, String)]) -> String {
    let mut out = "object(&[\n".to_owned();
    for (wire, ident) in fields {
        let _ = writeln!(out, "            ({wire:?}, self.{ident}.show()),");
    }
    out.push_str("        ])");
    out
}
