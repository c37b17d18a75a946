//! Plans a JSON:API request as a flat struct: JSON:API gives attributes and relationships one namespace ("Fields",
//! JSON:API 1.1).

use std::collections::BTreeSet;

use super::definition::{Codec, Member, Section, Struct};
use super::doc::code;
use super::model::setter;
use super::{Context, Hold};
use crate::api::{Action, Arity, Field, Relationship, Request, TypeId, TypeRef};
use crate::name::TypeName;

impl Context<'_> {
    /// The purpose of a request, its struct, and the members that a literal of its constructor takes.
    pub(super) fn request(&self, id: &TypeId, name: &TypeName, r: &Request) -> (String, Struct, Vec<Member>) {
        let field = |wire: &str| name.members.get(wire).map(String::as_str).unwrap_or_default();
        let own_id = match r.action {
            Action::Create => None,
            Action::Update => Some((Hold::Plain, "`id` of the resource to change.")),
            Action::Inline => {
                Some((Hold::Option, "`id` by which the same request refers to it, e.g. `${new}`."))
            }
        };
        let own_id = own_id.map(|(hold, doc)| {
            self.text_member(("id", "id"), &TypeRef::String, hold, doc.to_owned(), Section::Id)
        });
        let attributes = r.attributes.iter().map(|(wire, f)| Member {
            section: Section::Attributes,
            argument: Some(self.argument(&f.ty)),
            ..self.member(field(wire), wire, f, (attribute_hold(r.action, f), false))
        });
        let ids = TypeRef::List(Box::new(TypeRef::String));
        let relationships = r.relationships.iter().map(|(wire, to)| {
            let many = to.to == Arity::Many;
            let doc = format!("{} of {}.", if many { "Ids" } else { "The id" }, code(&to.kind));
            let (ty, hold) = (if many { &ids } else { &TypeRef::String }, relationship_hold(r.action, to));
            let section = Section::Relationships(to.kind.clone());
            let member = self.text_member((field(wire), wire), ty, hold, doc, section);
            Member { deprecated: to.deprecated, ..member }
        });
        let mut members: Vec<Member> = own_id.into_iter().chain(attributes).chain(relationships).collect();
        let required: Vec<Member> = members.iter().filter(|m| m.hold == Hold::Plain).cloned().collect();
        let constructor =
            self.constructor(name, &required, Vec::new(), ("a request", required_sets(r, name)));
        members.extend(r.included.as_ref().map(|item| {
            let doc = "`included`: resources that the same request creates.".to_owned();
            let ty = TypeRef::List(Box::new(item.clone()));
            self.text_member(("included", "included"), &ty, Hold::Plain, doc, Section::Included)
        }));
        for member in &mut members {
            if member.hold != Hold::Plain || member.section == Section::Included {
                member.setter = Some(setter(member));
            }
        }
        let (kind, action) = (r.kind.clone(), r.action);
        // A rule that is written by hand takes the place of this one.
        let one_of = if self.has_own_check(id) { Vec::new() } else { sets(r) };
        let structure = Struct {
            members,
            additional: None,
            codec: Codec::Request { kind, action, one_of },
            derives: self.derives(&name.ident),
            constructor: Some(constructor),
            page: None,
        };
        (purpose(r), structure, required)
    }

    fn text_member(
        &self,
        (ident, wire): (&str, &str),
        ty: &TypeRef,
        hold: Hold,
        doc: String,
        section: Section,
    ) -> Member {
        let own = Member::new(ident, wire, self.held(ty, hold, false), vec![doc]);
        Member { hold, section, argument: Some(self.argument(ty)), ..own }
    }
}

fn attribute_hold(action: Action, f: &Field) -> Hold {
    match (f.required, f.nullable || action == Action::Update) {
        (true, false) => Hold::Plain,
        (true, true) if !f.nullable => Hold::Plain,
        (_, true) => Hold::Patch,
        (false, false) => Hold::Option,
    }
}

fn relationship_hold(action: Action, to: &Relationship) -> Hold {
    match (to.required, to.to == Arity::Many) {
        (true, _) if !to.nullable => Hold::Plain,
        (_, false) if to.nullable || action == Action::Update => Hold::Patch,
        _ => Hold::Option,
    }
}

fn purpose(r: &Request) -> String {
    let kind = code(&r.kind);
    match r.action {
        Action::Create => format!("Creates a resource of the type {kind}."),
        Action::Update => format!("Changes a resource of the type {kind}; absent members stay unchanged."),
        Action::Inline => format!("A resource of the type {kind} that another request creates as well."),
    }
}

fn sets(r: &Request) -> Vec<Vec<String>> {
    r.one_of.iter().map(|set| set.iter().cloned().collect()).collect()
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
