//! Renders a JSON:API request as a flat struct with constructor and setters.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::Context;
use super::model::Member;
use super::parameter::converted;
use super::rust::{Source, docs, ident, inline};
use crate::api::{Action, Arity, Request, Type, TypeId, TypeRef};
use crate::name::TypeName;
use crate::plan::doc::code;
use crate::plan::{Convert, Hold, ItemKind, Items, RustType, Signature};

impl Context<'_> {
    /// Writes the request: its attributes and relationships are fields side by side, for JSON:API gives them one
    /// namespace ("Fields", JSON:API 1.1).
    pub(super) fn request(
        &self,
        id: &TypeId,
        ty: &Type,
        name: &TypeName,
        r: &Request,
        source: &mut Source,
        listing: &mut Items,
    ) {
        let own = &name.ident;
        let (string, ids) = (TypeRef::String, TypeRef::List(Box::new(TypeRef::String)));
        let field = |wire: &str| name.members.get(wire).cloned().unwrap_or_default();
        let attributes: Vec<Member<'_>> = r
            .attributes
            .iter()
            .map(|(wire, f)| {
                let hold = match (f.required, f.nullable || r.action == Action::Update) {
                    (true, false) => Hold::Plain,
                    (true, true) if !f.nullable => Hold::Plain,
                    (_, true) => Hold::Patch,
                    (false, false) => Hold::Option,
                };
                let ident = field(wire);
                let docs = self.field_docs(&ident, wire, f);
                Member { ident, wire, ty: &f.ty, hold, boxed: false, deprecated: f.deprecated, docs }
            })
            .collect();
        let relationships: Vec<Member<'_>> = r
            .relationships
            .iter()
            .map(|(wire, to)| {
                let many = to.to == Arity::Many;
                let hold = match (to.required, many) {
                    (true, _) if !to.nullable => Hold::Plain,
                    (_, false) if to.nullable || r.action == Action::Update => Hold::Patch,
                    _ => Hold::Option,
                };
                let noun = if many { "Ids" } else { "The id" };
                let docs = vec![format!("{noun} of {}.", code(&to.kind))];
                let ty = if many { &ids } else { &string };
                Member { ident: field(wire), wire, ty, hold, boxed: false, deprecated: to.deprecated, docs }
            })
            .collect();
        let own_id = match r.action {
            Action::Create => None,
            Action::Update => Some(Member {
                ident: "id".to_owned(),
                wire: "id",
                ty: &string,
                hold: Hold::Plain,
                boxed: false,
                deprecated: false,
                docs: vec!["`id` of the resource to change.".to_owned()],
            }),
            Action::Inline => Some(Member {
                ident: "id".to_owned(),
                wire: "id",
                ty: &string,
                hold: Hold::Option,
                boxed: false,
                deprecated: false,
                docs: vec!["`id` by which the same request refers to it, e.g. `${new}`.".to_owned()],
            }),
        };
        let included = r.included.as_ref().map(|item| TypeRef::List(Box::new(item.clone())));
        let included = included.as_ref().map(|ty| Member {
            ident: "included".to_owned(),
            wire: "included",
            ty,
            hold: Hold::Plain,
            boxed: false,
            deprecated: false,
            docs: vec!["`included`: resources that the same request creates.".to_owned()],
        });
        let what = match r.action {
            Action::Create => format!("Creates a resource of the type {}.", code(&r.kind)),
            Action::Update => {
                format!("Changes a resource of the type {}; absent members stay unchanged.", code(&r.kind))
            }
            Action::Inline => {
                format!("A resource of the type {} that another request creates as well.", code(&r.kind))
            }
        };
        let mut call = format!(
            "rt::request! {{ {}{own}: {:?}",
            if r.action == Action::Inline { "inline " } else { "" },
            r.kind
        );
        call.push_str(" {");
        if own_id.is_some() {
            call.push_str(" id(id)");
        }
        let group = |name: &str, parts: Vec<String>| -> String {
            if parts.is_empty() {
                return String::new();
            }
            let one = format!(" {name} {{ {} }}", parts.join(", "));
            if one.len() < 80 { one } else { format!("\n  {name} {{\n{}  }}", super::model::lines(&parts)) }
        };
        call.push_str(&group("attributes", super::model::wires(&attributes)));
        let links = relationships.iter().zip(r.relationships.values());
        let links = links.map(|(m, to)| format!("{}: {:?} => {:?}", m.ident, m.wire, to.kind)).collect();
        call.push_str(&group("relationships", links));
        if included.is_some() {
            call.push_str(" included(included)");
        }
        call.push_str(" }");

        let mut members: Vec<Member<'_>> =
            own_id.into_iter().chain(attributes).chain(relationships).collect();
        let required: Vec<String> =
            members.iter().filter(|m| m.hold == Hold::Plain).map(|m| format!("{:?}", m.wire)).collect();
        if !required.is_empty() {
            call.push_str(&format!(" required [{}]", required.join(", ")));
        }
        call.push_str(" }");
        let must: Vec<&Member<'_>> = members.iter().filter(|m| m.hold == Hold::Plain).collect();
        let all = members.len() + included.iter().len();
        let rules = required_sets(r, name);
        let (constructor, required) =
            self.constructor(id, &must, &[], all, ("a request", &rules), (source, listing));
        members.extend(included);
        let docs = self.type_docs(what, ty, &name.module);
        self.write_struct(own, docs, ty.deprecated, &members, None, source, listing);
        source.line(&call);
        let optional = members.iter().filter(|m| m.hold != Hold::Plain || m.ident == "included");
        let setters: Vec<TokenStream> = optional.map(|m| self.setter(own, m, listing)).collect();
        // A rule that is written by hand takes the place of this one.
        if !r.one_of.is_empty() && !self.has_own_check(id) {
            let sets = r.one_of.iter().map(|set| {
                let names: Vec<String> = set.iter().map(|name| format!("{name:?}")).collect();
                format!("[{}]", names.join(", "))
            });
            source.line(&super::rust::macro_call(
                &format!("rt::require! {{ {own}"),
                &sets.collect::<Vec<_>>(),
                "",
            ));
        }
        let own = ident(own);
        source.items(quote! { impl #own { #constructor #(#setters)* } #required });
    }

    /// `new` with the required fields (none, one, or a struct of several, so that no two can be swapped), and that struct.
    /// Constants are set to their one value.
    pub(super) fn constructor(
        &self,
        id: &TypeId,
        required: &[&Member<'_>],
        constants: &[(&Member<'_>, &str)],
        all: usize,
        (what, rules): (&str, &[String]),
        (source, listing): (&mut Source, &mut Items),
    ) -> (TokenStream, TokenStream) {
        let Some(name) = self.names.types.get(id) else { return Default::default() };
        let own = &name.ident;
        let several = name.required.as_ref().filter(|_| required.len() > 1);
        let (arguments, mut fields) = match several {
            Some(several) => {
                let fields = required.iter().map(|m| {
                    let ident = ident(&m.ident);
                    quote!(#ident: required.#ident)
                });
                (vec![("required".to_owned(), RustType::Model(several.clone()))], fields.collect())
            }
            None => self.positional(required),
        };
        let required_struct = several.map(|several| {
            source.exported.push(several.clone());
            listing.add(ItemKind::Struct, several, Signature::None);
            self.required_struct(own, several, required)
        });
        let signature = match several {
            Some(several) => {
                let fields = required.iter().map(|m| (m.ident.clone(), self.held(m.ty, m.hold, m.boxed)));
                Signature::Literal(several.clone(), fields.collect())
            }
            None => Signature::Function(arguments.clone(), None),
        };
        listing.add(ItemKind::Fn, &format!("{own}::new"), signature);
        if !self.printed {
            return Default::default();
        }
        fields.extend(constants.iter().map(|(m, value)| {
            let name = ident(&m.ident);
            match m.hold {
                Hold::Plain => quote!(#name: #value.into()),
                Hold::Option => quote!(#name: Some(#value.into())),
                Hold::Patch => quote!(#name: rt::Patch::Value(#value.into())),
            }
        }));
        let doc = match (required.is_empty(), constants.is_empty()) {
            (true, true) => format!("Creates {what} without fields."),
            (true, false) => format!("Creates {what} with its constant fields."),
            (false, _) => format!("Creates {what} with its required fields."),
        };
        let doc = docs(&std::iter::once(doc).chain(rules.iter().cloned()).collect::<Vec<_>>());
        let inline = inline(arguments.iter().map(|(_, ty)| ty));
        let arguments = arguments.iter().map(|(name, ty)| {
            let name = ident(name);
            quote!(#name: #ty)
        });
        let rest = (fields.len() < all).then(|| quote!(..Self::default()));
        let value = match fields.is_empty() {
            true => quote!(Self::default()),
            false => quote!(Self { #(#fields,)* #rest }),
        };
        let new = quote! {
            #doc #inline
            pub fn new(#(#arguments),*) -> Self { #value }
        };
        (new, required_struct.unwrap_or_default())
    }

    /// An argument for each field, and the fields that are set from them.
    fn positional(&self, required: &[&Member<'_>]) -> (Vec<(String, RustType)>, Vec<TokenStream>) {
        let one = |m: &&Member<'_>| {
            let name = ident(&m.ident);
            let (ty, convert) = self.argument(m.ty);
            let value = converted(&name, convert);
            let field = if convert == Convert::Same { value } else { quote!(#name: #value) };
            ((m.ident.clone(), ty), field)
        };
        required.iter().map(one).unzip()
    }

    /// The struct of the fields that `new` takes. A literal of it names each, and cannot leave one out.
    fn required_struct(&self, of: &str, own: &str, required: &[&Member<'_>]) -> TokenStream {
        let fields = required.iter().map(|m| {
            let (docs, ident, ty) = (docs(&m.docs), ident(&m.ident), self.held(m.ty, m.hold, m.boxed));
            quote! { #docs pub #ident: #ty }
        });
        let about = format!(" Required fields of [`{of}`].");
        let own = ident(own);
        quote! { #[doc = #about] pub struct #own { #(#fields,)* } }
    }
}

/// The sets of fields of which one must be set, as documentation of `new`.
fn required_sets(r: &Request, name: &TypeName) -> Vec<String> {
    let mut sets = r.one_of.iter();
    let Some(first) = sets.next() else { return Vec::new() };
    let common: BTreeSet<&String> =
        sets.fold(first.iter().collect(), |all, set| all.into_iter().filter(|n| set.contains(*n)).collect());
    let field = |wire: &&String| {
        name.members
            .get(*wire)
            .map_or_else(String::new, |ident| format!("[`{ident}`](Self#structfield.{ident})"))
    };
    let mut out = vec![String::new()];
    if !common.is_empty() {
        let fields: Vec<String> = common.iter().map(field).collect();
        out.push(format!("Set {}, and the fields of one of these rows:", fields.join(" and ")));
    } else {
        out.push("Set the fields of one of these rows:".to_owned());
    }
    out.push(String::new());
    for set in &r.one_of {
        let fields: Vec<String> =
            set.iter().filter(|wire| !common.contains(wire)).map(|wire| field(&wire)).collect();
        out.push(format!("- {}", if fields.is_empty() { "no other".to_owned() } else { fields.join(", ") }));
    }
    out.extend([String::new(), "The call fails before it is sent if none is complete.".to_owned()]);
    out
}
