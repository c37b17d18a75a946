//! Compares the parameters of one operation.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Direction, Kind};
use super::constraints::whole_text;
use super::media::free_forms;
use super::relation::{Fit, Relation};
use super::row::{Row, of, of_mut};
use super::subject::Part;
use super::walk::{Place, Spot, Walk, text};
use super::wire::{View, text_of, view};
use crate::api::{Api, Field, In, Operation, Parameter, Pointer, Style, TypeRef, Union, Value, Variant};

/// The keys of an operation's parameters: names of path parameters are not sent, so their positions count.
fn by_key(operation: &Operation) -> Keyed<'_> {
    let mut holes = 0;
    let key = |p| {
        let parameter: &Parameter = p;
        match parameter.place {
            In::Path => {
                holes += 1;
                (In::Path, holes.to_string())
            }
            // Names of headers are the same in any case (RFC 9110, 5.1).
            In::Header => (In::Header, parameter.name.to_ascii_lowercase()),
            place => (place, parameter.name.clone()),
        }
    };
    let keys: Vec<_> = operation.parameters.iter().map(key).collect();
    keys.into_iter().zip(&operation.parameters).collect()
}

impl Walk<'_> {
    pub(super) fn parameters(&mut self, sides: [(&String, &Operation); 2], operation: &Spot) {
        let [(old_id, old), (new_id, new)] = sides;
        if self.are_same_parameters(&old.parameters, &new.parameters) {
            return;
        }
        let (mut old, mut new) = (by_key(old), by_key(new));
        let own = self.keys;
        self.moved([&mut old, &mut new], operation, |[a, b]| {
            [own[0].of_parameter(old_id, a, true), own[1].of_parameter(new_id, b, true)]
        });
        let keys: BTreeSet<_> = old.keys().chain(new.keys()).cloned().collect();
        for key in keys {
            if let (Some(a), Some(b)) = (old.get(&key), new.get(&key))
                && self.are_same_parameters(std::slice::from_ref(*a), std::slice::from_ref(*b))
            {
                continue;
            }
            let written = name(&key, [&old, &new]);
            let mut spot = operation.clone();
            spot.subject = operation.subject.with(Part::Parameter(key.0, written));
            (spot.place, spot.direction) = (Place::Parameter, Some(Direction::Request));
            spot.pointers = pointers(&key, [&old, &new], operation);
            let at = |side: usize, id: &str, p: Option<&&Parameter>, token: bool| {
                p.map(|p| of(&self.keys, side).of_parameter(id, p, token)).unwrap_or_default()
            };
            let (a, b) = (old.get(&key), new.get(&key));
            spot.keys = [at(0, old_id, a, false), at(1, new_id, b, false)];
            let before = self.rows.len();
            match (a, b) {
                (Some(a), Some(b)) => {
                    self.parameter((old_id, a), (new_id, b), &spot);
                    self.text = None;
                    self.part_headers([a, b], sides, &spot);
                }
                (a, b) => {
                    let (side, kind) =
                        if a.is_some() { (0, Kind::ParameterRemoved) } else { (1, Kind::ParameterAdded) };
                    let found = a.or(b);
                    let text = found.map(|p| shown(p, self.api_of(side)));
                    let mut row = spot.row(kind);
                    row.keys = [at(0, old_id, a, true), at(1, new_id, b, true)];
                    row.lead(side, found.and_then(|p| p.ty.named()));
                    row.strict = found.is_some_and(|p| p.required);
                    row.pointer = of(&spot.pointers, side).to_string();
                    row.in_free_form(&key, side, of(&sides, 1 - side).1, operation);
                    self.rows.push(if side == 0 { row.values(text, None) } else { row.values(None, text) });
                }
            }
            for row in self.rows.iter_mut().skip(before) {
                row.origins.insert(key.1.clone());
                if row.subject.operation() == operation.subject.operation() {
                    let parts = [
                        row.kind().as_str(),
                        &row.subject.inside(),
                        row.old.as_deref().unwrap_or("-"),
                        row.new.as_deref().unwrap_or("-"),
                    ];
                    row.group = Some(parts.join(" "));
                }
            }
        }
    }

    /// The headers of a part of a form that both sides have.
    fn part_headers(&mut self, [a, b]: [&Parameter; 2], sides: [(&String, &Operation); 2], spot: &Spot) {
        let mut part = spot.clone();
        part.pointers = sides.map(|(_, side)| {
            let content = side.pointer().child("requestBody").child("content");
            let form = side.form.as_deref().unwrap_or_default();
            content.child(form).child("encoding").child(&a.name)
        });
        self.headers([&a.headers, &b.headers], &part);
    }

    /// The parameters of a call of the server, which its receiver reads as it reads members.
    pub(super) fn call_parameters(&mut self, [old, new]: [&Operation; 2], call: &Spot) {
        let (old, new) = (by_key(old), by_key(new));
        let keys: BTreeSet<_> = old.keys().chain(new.keys()).cloned().collect();
        for key in keys {
            let mut spot = call.clone();
            spot.subject = call.subject.with(Part::Parameter(key.0, name(&key, [&old, &new])));
            (spot.place, spot.direction) = (Place::Field, Some(Direction::Response));
            spot.pointers = pointers(&key, [&old, &new], call);
            // Receivers ignore headers that they do not know.
            spot.is_call = key.0 != In::Header;
            let [a, b] = [&old, &new].map(|side| side.get(&key).map(|p| field(p)));
            self.member([a.as_ref(), b.as_ref()], &spot);
        }
    }

    /// True if the parameters and their values are the same on both sides.
    fn are_same_parameters(&mut self, old: &[Parameter], new: &[Parameter]) -> bool {
        let [a, b] = self.apis;
        old == new
            && new.iter().all(|p| {
                self.text = text(p);
                let is_same = values(p, a) == values(p, b) && self.are_unchanged(p.types());
                self.text = None;
                is_same
            })
    }

    fn parameter(
        &mut self,
        (old_id, old): (&str, &Parameter),
        (new_id, new): (&str, &Parameter),
        spot: &Spot,
    ) {
        // Forms before 3 do not have nullability.
        let nullable = [old, new].map(|p| p.nullable && self.format >= 3);
        let kinds = [
            [Kind::ParameterRequired, Kind::ParameterOptional],
            [Kind::ParameterNullable, Kind::ParameterNotNullable],
        ];
        self.presence([old.required, new.required], nullable, kinds, spot);
        self.flag(
            [old.deprecated, new.deprecated],
            Kind::ParameterDeprecated,
            Kind::ParameterUndeprecated,
            spot,
        );
        let is_list = |p: &Parameter| matches!(p.ty, TypeRef::List(_));
        // A list in the place of a scalar has a row for that.
        if style(old, self.apis[0]) != style(new, self.apis[1]) && is_list(old) == is_list(new) {
            let text = |p: &Parameter| Some(format!("{:?}", p.style).to_lowercase());
            let mut row = spot.row(Kind::ParameterEncodingChanged).values(text(old), text(new));
            row.strict = true;
            self.rows.push(row);
        }
        if self.format >= 3 {
            self.encoding(old, new, spot);
            self.lifecycle([&old.lifecycle, &new.lifecycle], spot);
        }
        if values(old, self.apis[0]).or(values(new, self.apis[1])).is_none()
            && !(old.variants.is_empty() && new.variants.is_empty())
        {
            return self.scalars([old, new], spot);
        }
        let own = [&old.constraints, &new.constraints];
        self.constraints([&old.ty, &new.ty], own, Kind::ParameterDefaultChanged, spot);
        self.text = text(new);
        match (values(old, self.apis[0]), values(new, self.apis[1])) {
            (None, None) => self.walk(&old.ty, &new.ty, &spot.constrained(own)),
            (Some(a), Some(b)) if old.ty == new.ty => {
                for (side, kind, own, other) in [(0, Kind::ValueRemoved, a, b), (1, Kind::ValueAdded, b, a)] {
                    for value in own.iter().filter(|value| !other.contains(value)) {
                        let mut row = spot.row(kind);
                        row.subject = spot.subject.with(Part::Value(value.clone()));
                        let (id, name) = if side == 0 { (old_id, &old.name) } else { (new_id, &new.name) };
                        let [_, setters] = std::mem::take(&mut row.keys);
                        row.setters = setters;
                        *of_mut(&mut row.keys, side) = of(&self.keys, side).of_token(id, name, value);
                        row.pointer = of(&spot.pointers, side).to_string();
                        self.rows.push(row);
                    }
                }
            }
            _ => {
                let text = [shown(old, self.apis[0]), shown(new, self.apis[1])];
                let [a, b] = text.map(Some);
                let mut row = spot.row(Kind::ParameterTypeChanged).values(a, b);
                row.fits = Some(self.sets([old, new], spot));
                row.keys = [
                    self.keys[0].of_parameter(old_id, old, true),
                    self.keys[1].of_parameter(new_id, new, true),
                ];
                self.rows.push(row);
            }
        }
    }

    /// Compares parameters of which one is one of several scalars, which are sent as text.
    fn scalars(&mut self, [old, new]: [&Parameter; 2], spot: &Spot) {
        self.default([&old.constraints, &new.constraints], Kind::ParameterDefaultChanged, spot);
        let union = |p: &Parameter| {
            let one = Field { constraints: p.constraints.clone(), ..p.ty.clone().into() };
            let variants = if p.variants.is_empty() { vec![one.into()] } else { p.variants.clone() };
            Union { variants, ..Union::default() }
        };
        let ([from, to], [a, b]) = ([union(old), union(new)], self.apis);
        let mut request = Relation::new([a, b], false);
        request.text = text(new);
        // A type of one name on both sides is compared on its own.
        let lone = |own: &Union, other: &Union| {
            let is_lone =
                |v: &&Variant| v.ty.named().is_none_or(|id| id.is_inline()) || !other.variants.contains(v);
            Union { variants: own.variants.iter().filter(is_lone).cloned().collect(), ..Union::default() }
        };
        let (lone_from, lone_to) = (lone(&from, &to), lone(&to, &from));
        let fits = [request.variants(&lone_from, &to), Relation::new([b, a], true).variants(&lone_to, &from)];
        self.text = text(new);
        for shared in from.variants.iter().filter(|v| !lone_from.variants.contains(v)) {
            self.walk(&shared.ty, &shared.ty, spot);
        }
        if fits == [Fit::All, Fit::All] && old.ty == new.ty {
            return;
        }
        let text = |union: &Union, side| {
            let alternative = |v: &Variant| {
                let own = v.constraints.iter().filter_map(whole_text);
                [self.shown(&v.ty, side)].into_iter().chain(own).collect::<Vec<_>>().join(", ")
            };
            Some(union.variants.iter().map(alternative).collect::<Vec<_>>().join(" or "))
        };
        let kind = if old.ty == new.ty { Kind::LimitChanged } else { Kind::ParameterTypeChanged };
        let mut row = spot.row(kind).values(text(&from, 0), text(&to, 1));
        row.fits = Some(fits);
        self.rows.push(row);
    }

    /// Takes parameters that are sent in another place out of both sides, with a row for each.
    fn moved(
        &mut self,
        [old, new]: [&mut Keyed<'_>; 2],
        operation: &Spot,
        keys: impl Fn([&Parameter; 2]) -> [Vec<String>; 2],
    ) {
        let lone = |own: &Keyed<'_>, other: &Keyed<'_>| -> Vec<(In, String)> {
            own.keys().filter(|key| !other.contains_key(*key) && key.0 != In::Path).cloned().collect()
        };
        let (gone, come) = (lone(old, new), lone(new, old));
        for key in gone {
            let mut same =
                come.iter().filter(|other| other.0 != key.0 && other.1.eq_ignore_ascii_case(&key.1));
            let (Some(other), None) = (same.next(), same.next()) else { continue };
            // Of two that move to one place, the first one does.
            let Some(b) = new.remove(other) else { continue };
            let Some(a) = old.remove(&key) else { continue };
            let mut spot = operation.clone();
            spot.subject = operation.subject.with(Part::Moved(b.name.clone()));
            spot.pointers = operation.pointers.clone().map(|at| at.child("parameters").child(&b.name));
            spot.direction = Some(Direction::Request);
            spot.keys = keys([a, b]);
            let [from, to] = [a, b].map(|p| Some(p.place.as_str().to_owned()));
            self.rows.push(spot.row(Kind::ParameterMoved).values(from, to));
        }
    }

    /// Compares the encoding apart from the style.
    fn encoding(&mut self, old: &Parameter, new: &Parameter, spot: &Spot) {
        let part = |p: &Parameter| p.media_type.clone().or_else(|| p.accepts.clone());
        if part(old) != part(new) {
            let mut row = spot.row(Kind::ParameterEncodingChanged).values(part(old), part(new));
            row.strict = true;
            self.rows.push(row);
        }
        for (is, word) in [
            ([old.allow_reserved, new.allow_reserved], "allowReserved"),
            ([old.allow_empty, new.allow_empty], "allowEmptyValue"),
        ] {
            if is[0] != is[1] {
                let [a, b] = is.map(|is| is.then(|| word.to_owned()));
                self.rows.push(spot.row(Kind::ParameterEncodingChanged).values(a, b));
            }
        }
    }

    /// Compares sets of values: the old values of a parameter against the new set, and the reverse.
    fn sets(&self, [old, new]: [&Parameter; 2], spot: &Spot) -> [Fit; 2] {
        let ((from, a), (to, b)) = (listed(old, self.apis[0]), listed(new, self.apis[1]));
        let fits = self.fits([&a, &b], spot);
        let (from, to) = (from.as_deref(), to.as_deref());
        let within = |a: Option<&[String]>, b: Option<&[String]>, fit: &Fit| match (a, b, fit) {
            (_, _, Fit::Some(_)) | (_, None, _) => fit.clone(),
            (None, Some(_), _) => Fit::Most("any value".to_owned()),
            (Some(a), Some(b), _) => match a.iter().find(|value| !b.contains(value)) {
                Some(value) => Fit::Most(format!("the value {value}")),
                None => fit.clone(),
            },
        };
        let [there, back] = &fits;
        // Of one of several scalars, the values of an enum may be some of these.
        let lost = |values: Option<&[String]>, other: &Parameter, side: usize, fit: Fit| {
            let lost = values.into_iter().flatten().find(|value| !takes(other, self.api_of(side), value));
            fit.and(|| lost.map_or(Fit::All, |value| Fit::Most(format!("the value {value}"))))
        };
        let (there, back) = (within(from, to, there), within(to, from, back));
        [lost(from, new, 1, there), lost(to, old, 0, back)]
    }
}

impl Row {
    /// Judges a field of one side if the form of the other one is of any fields.
    fn in_free_form(&mut self, key: &(In, String), side: usize, other: &Operation, operation: &Spot) {
        if key.0 != In::Form || free_forms(other).next().is_none() {
            return;
        }
        // The body is a form on both sides, so its row is that of its fields.
        for (own, keys) in self.keys.iter_mut().zip(&operation.keys) {
            own.extend(keys.iter().cloned());
        }
        self.fits = (side == 0).then_some([Fit::All, Fit::All]);
    }
}

/// Parameters of one operation, by their keys.
type Keyed<'p> = BTreeMap<(In, String), &'p Parameter>;

/// The name as the document of the new side writes it, else the old one's.
fn name(key: &(In, String), sides: [&Keyed<'_>; 2]) -> String {
    let [old, new] = sides;
    let written = || new.get(key).or_else(|| old.get(key)).map(|p| p.name.clone());
    match key.0 {
        In::Header => written().unwrap_or_else(|| key.1.clone()),
        _ => key.1.clone(),
    }
}

/// True if a value is one of the scalars that a parameter is one of.
fn takes(parameter: &Parameter, api: &Api, value: &str) -> bool {
    let is_of = |variant: &Variant| match view(&variant.ty, api) {
        View::Enum(_, all) => all.iter().any(|one| text_of(one) == value),
        View::Scalar(scalar) => match scalar.as_str() {
            "boolean" => value.parse::<bool>().is_ok(),
            "integer" => value.parse::<i64>().is_ok(),
            "number" => value.parse::<f64>().is_ok(),
            _ => true,
        },
        _ => true,
    };
    parameter.variants.is_empty() || parameter.variants.iter().any(is_of)
}

/// The locations of a parameter of a call.
fn pointers(key: &(In, String), [old, new]: [&Keyed<'_>; 2], call: &Spot) -> [Pointer; 2] {
    let [a, b] = call.pointers.each_ref().map(|at| at.child("parameters"));
    [a.child(token(key, old, new)), b.child(token(key, new, old))]
}

/// The parameter in a pointer: its name, or its place and its name where that can be the number of an item or the name of
/// another parameter. Each side has its own name of a path parameter.
fn token(key: &(In, String), own: &Keyed<'_>, other: &Keyed<'_>) -> String {
    let parameter = own.get(key).or_else(|| other.get(key));
    let name = parameter.map_or(key.1.as_str(), |parameter| parameter.name.as_str());
    let is_shared = own.values().filter(|parameter| parameter.name == name).count() > 1;
    match is_shared || name.bytes().all(|b| b.is_ascii_digit()) {
        true => format!("{} {name}", key.0.as_str()),
        false => name.to_owned(),
    }
}

pub(super) fn field(parameter: &Parameter) -> Field {
    let Parameter { required, nullable, deprecated, .. } = *parameter;
    let (lifecycle, constraints) = (parameter.lifecycle.clone(), parameter.constraints.clone());
    Field { required, nullable, deprecated, lifecycle, constraints, ..parameter.ty.clone().into() }
}

/// The style, as far as it changes the text of a value: only values with parts are written in different ways in a query.
fn style(parameter: &Parameter, api: &Api) -> Style {
    let has_parts =
        !matches!(view(parameter.ty.present(), api), View::Scalar(_) | View::Enum(..) | View::Missing);
    match parameter.style {
        style if has_parts => style,
        Style::Json => Style::Json,
        Style::Whole => Style::Whole,
        Style::Label | Style::LabelEach => Style::Label,
        Style::Matrix | Style::MatrixEach => Style::Matrix,
        Style::Comma | Style::Space | Style::Pipe | Style::Repeat | Style::Deep => Style::Comma,
    }
}

fn values<'a>(parameter: &Parameter, api: &'a Api) -> Option<&'a Vec<String>> {
    api.values.get(parameter.values.as_ref()?)
}

/// The values that a parameter lists, inline or as a type, and the type of any other value in their place.
fn listed(parameter: &Parameter, api: &Api) -> (Option<Vec<String>>, TypeRef) {
    let item = match &parameter.ty {
        TypeRef::List(item) => item,
        ty => ty,
    };
    let own = match view(item, api) {
        View::Enum(_, all) if all.iter().all(|value| matches!(value, Value::String(_))) => {
            Some(all.iter().map(text_of).collect())
        }
        _ => None,
    };
    let ty = match (&own, &parameter.ty) {
        (None, ty) => ty.clone(),
        (_, TypeRef::List(_)) => TypeRef::List(Box::new(TypeRef::String)),
        _ => TypeRef::String,
    };
    (values(parameter, api).cloned().or(own), ty)
}

fn shown(parameter: &Parameter, api: &Api) -> String {
    let ty = parameter.ty.label().replace("list ", "list of ");
    let values = values(parameter, api).map(|v| format!(", one of {} values", v.len())).unwrap_or_default();
    let required = if parameter.required && parameter.place != In::Path { ", required" } else { "" };
    format!("{ty}{values}{required}")
}
