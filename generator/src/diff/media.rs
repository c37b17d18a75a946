//! Compares the media types of a body.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Kind;
use super::constraints::FREE;
use super::relation::Fit;
use super::row::of;
use super::subject::Part;
use super::walk::{Place, Spot, Walk};
use crate::api::{Constraints, Content, MediaType, Operation, Response, Style, TypeRef};

/// The media types of a body on one side.
#[derive(Default)]
pub(super) struct Media<'m> {
    content: Option<&'m Content>,
    constraints: Option<&'m BTreeMap<String, Constraints>>,
    described: Option<&'m Content>,
    /// Forms, whose fields are compared as parameters.
    forms: BTreeSet<&'m String>,
}

impl<'m> Media<'m> {
    pub(super) fn of_response(response: &'m Response) -> Self {
        Self {
            content: Some(&response.content),
            constraints: Some(&response.constraints),
            described: Some(&response.described),
            forms: BTreeSet::new(),
        }
    }

    pub(super) fn of_request(operation: &'m Operation) -> Self {
        let body = operation.body.as_ref();
        Self {
            content: body.map(|body| &body.content),
            constraints: body.map(|body| &body.constraints),
            described: body.map(|body| &body.described),
            forms: operation.form.iter().chain(&operation.other_forms).chain(free_forms(operation)).collect(),
        }
    }

    fn bodies(&self) -> impl Iterator<Item = &'m String> {
        self.content.into_iter().chain(self.described).flat_map(Content::keys)
    }

    fn names(&self) -> impl Iterator<Item = &'m String> {
        self.bodies().chain(self.forms.iter().copied())
    }

    fn content(&self, name: &str) -> Option<&'m TypeRef> {
        self.content?.get(name)
    }

    /// The constraints of a body: those of JSON where that is sent for it.
    fn constraints(&self, name: &str) -> &'m Constraints {
        let json = || {
            self.content.into_iter().flat_map(Content::keys).min_by_key(|other| {
                let rank = MediaType::parse(other).json_rank();
                (rank.is_none(), rank, *other)
            })
        };
        let name = if self.content(name).is_some() { name } else { json().map_or(name, String::as_str) };
        self.constraints.and_then(|all| all.get(name)).unwrap_or(&FREE)
    }

    /// The type that the document gives to a body.
    fn value(&self, name: &str) -> Option<&'m TypeRef> {
        let json = || self.content(name).filter(|_| MediaType::parse(name).reads_json());
        self.described.and_then(|all| all.get(name)).or_else(json)
    }

    /// The same, and any string where a text has no type of its own.
    fn value_or_text(&self, name: &str) -> Option<&'m TypeRef> {
        let text =
            || self.content(name).filter(|ty| **ty == TypeRef::String && !MediaType::parse(name).is_xml());
        self.value(name).or_else(text)
    }

    /// The media type of this side that a name of the other one means: itself, the only one that differs in its parameters
    /// alone, or a range that it is in.
    fn find(&self, name: &String) -> Option<&'m String> {
        let parsed = MediaType::parse(name);
        let same = || {
            let all: BTreeSet<_> =
                self.names().filter(|other| MediaType::parse(other).is_same(&parsed)).collect();
            all.first().copied().filter(|_| all.len() == 1)
        };
        let range = || self.names().find(|other| MediaType::parse(other).contains(&parsed));
        self.names().find(|other| *other == name).or_else(same).or_else(range)
    }
}

impl Walk<'_> {
    /// Compares bodies by their media types.
    pub(super) fn contents(&mut self, sides: [Media<'_>; 2], spot: &Spot) {
        let [old, new] = &sides;
        let mut names: BTreeSet<&String> = old.bodies().chain(new.bodies()).collect();
        // Forms before 4 do not have media types that no client sends or reads.
        if self.format < 4 {
            names.retain(|name| [old, new].iter().any(|side| side.content(name).is_some()));
        }
        // A form that one side alone has is a row for each of its fields.
        if have_forms(&sides) && self.format >= 4 {
            names.extend(old.forms.iter().chain(&new.forms));
        }
        for name in names {
            let mut inner = spot.clone();
            inner.pointers = spot.pointers.clone().map(|at| at.child("content").child(name));
            match [old.find(name), new.find(name)] {
                // A name with other parameters is compared once, as the old side writes it.
                [Some(own), Some(_)] if own != name && !MediaType::parse(own).is_range() => {}
                [Some(a), Some(b)] => {
                    // JSON is the default.
                    if name != "application/json" {
                        inner.subject = spot.subject.with(Part::MediaType(name.clone()));
                    }
                    inner.pointers = inner.pointers.map(|at| at.child("schema"));
                    self.content([old, new], [a, b], &inner);
                }
                [a, _] => self.lone_media_type(name, usize::from(a.is_none()), &sides, inner, spot),
            }
        }
    }

    /// Compares the values of a media type that both sides have.
    fn content(&mut self, [old, new]: [&Media<'_>; 2], [a, b]: [&String; 2], spot: &Spot) {
        let contents = [old.content(a), new.content(b)];
        if contents == [None, None] {
            // Both are sent as JSON of the same type, which is compared.
            return;
        }
        // Forms before 4 do not have the types of XML.
        let is_xml = MediaType::parse(a).is_xml() && self.format >= 4;
        let (one, other) = match (old.value_or_text(a), new.value_or_text(b)) {
            (Some(one), Some(other)) => (one, other),
            // XML without a type is any XML.
            (Some(one), None) if is_xml => (one, &TypeRef::Any),
            (None, Some(other)) if is_xml => (&TypeRef::Any, other),
            _ => match contents {
                [Some(one), Some(other)] => (one, other),
                _ => return,
            },
        };
        let own = [old.constraints(a), new.constraints(b)];
        self.constraints([one, other], own, Kind::FieldDefaultChanged, spot);
        self.text = MediaType::parse(a).is_text().then_some(Style::Comma);
        self.walk(one, other, &spot.constrained(own));
        self.text = None;
    }

    fn lone_media_type(
        &mut self,
        name: &str,
        side: usize,
        sides: &[Media<'_>; 2],
        mut inner: Spot,
        spot: &Spot,
    ) {
        let kind = if side == 0 { Kind::MediaTypeRemoved } else { Kind::MediaTypeAdded };
        inner.subject = spot.subject.with(Part::MediaType(name.to_owned()));
        let mut row = inner.row(kind);
        row.pointer = of(&inner.pointers, side).to_string();
        row.failure = spot.place == Place::Failure;
        let (own, other) = (of(sides, side), of(sides, 1 - side));
        row.strict = other.names().next().is_some();
        row.lead(side, own.content(name).or_else(|| own.value(name)).and_then(TypeRef::named));
        // A range takes the place of a media type in it, or the other way round.
        let range = MediaType::parse(name);
        if other.names().any(|other| range.contains(&MediaType::parse(other))) {
            let more = format!("another media type of `{name}`");
            row.fits = Some(match kind {
                Kind::MediaTypeRemoved => [Fit::Some(more), Fit::All],
                _ => [Fit::All, Fit::Most(more)],
            });
        }
        self.rows.push(row);
    }
}

/// The media types of forms of any fields.
pub(super) fn free_forms(operation: &Operation) -> impl Iterator<Item = &String> {
    let names = operation.body.iter().flat_map(|body| body.content.keys());
    names.filter(|name| MediaType::parse(name).form().is_some())
}

/// True if both sides have a form.
pub(super) fn have_forms(sides: &[Media<'_>; 2]) -> bool {
    sides.iter().all(|side| !side.forms.is_empty())
}
