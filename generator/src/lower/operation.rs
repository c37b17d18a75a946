//! The paths of a document go in; operations come out, with the sets of values that their parameters accept.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use indexmap::IndexMap;
use openapiv3::{
    Components, MediaType, OpenAPI, Operation as OasOperation, Parameter as OasParameter, ParameterData,
    ParameterSchemaOrContent, PathStyle, QueryStyle, ReferenceOr, RequestBody, Response as OasResponse,
    Schema, SchemaKind, SecurityRequirement, StatusCode, Type as OasType,
};

use super::Lowering;
use super::schema::{limits, vendor_name};
use crate::api::{Body, In, Operation, Parameter, Response, Shape, Style, Type, TypeRef};
use crate::diagnostic::{Code, Diagnostic, Pointer};
use crate::load::is_json;

type Extensions = IndexMap<String, serde_json::Value>;
type Operations = BTreeMap<String, Operation>;
type Values = BTreeMap<String, Vec<String>>;

/// The forms of a body that are sent and read: where one structure may be written in several ways, JSON is the one that is.
/// A text in two forms is two texts.
fn forms(content: &IndexMap<String, MediaType>) -> impl Iterator<Item = (&String, &MediaType)> {
    let plain = content.iter().find(|(name, _)| name.starts_with("application/json"));
    let json = plain.or_else(|| content.iter().find(|(name, _)| is_json(name) && !name.contains('*')));
    content.iter().filter(move |(name, media)| match json {
        Some((chosen, known)) => *name == chosen || media.schema != known.schema || !is_structure(known),
        None => true,
    })
}

fn is_structure(media: &MediaType) -> bool {
    match &media.schema {
        None => false,
        Some(ReferenceOr::Reference { .. }) => true,
        Some(ReferenceOr::Item(schema)) => match &schema.schema_kind {
            SchemaKind::Type(kind) => matches!(kind, OasType::Object(_) | OasType::Array(_)),
            _ => true,
        },
    }
}

/// Names of the components that are bodies of JSON:API relationship endpoints.
pub(super) fn relationship_bodies(document: &OpenAPI) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (path, item) in &document.paths.paths {
        if !path.contains("/relationships/") {
            continue;
        }
        let ReferenceOr::Item(item) = item else { continue };
        for (_, operation) in item.iter() {
            if let Some(ReferenceOr::Item(body)) = &operation.request_body {
                for media in body.content.values() {
                    if let Some(ReferenceOr::Reference { reference }) = &media.schema
                        && let Some(name) = super::component(reference, "schemas")
                    {
                        out.insert(name.to_owned());
                    }
                }
            }
        }
    }
    out
}

impl Lowering<'_> {
    /// Every operation by id, and the sets of values by name.
    pub(super) fn operations(&mut self) -> (Operations, Values) {
        let document = self.document;
        let mut operations = Operations::new();
        let mut accepted: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for (path, item) in &document.paths.paths {
            let at = Pointer::new("/paths").child(path);
            let item = match item {
                ReferenceOr::Item(item) => item,
                ReferenceOr::Reference { .. } => {
                    self.unsupported(&at, "a `$ref` to a path item");
                    continue;
                }
            };
            for (method, operation) in item.iter() {
                let at = at.child(method);
                if method == "trace" {
                    self.unsupported(&at, "the method `TRACE`");
                    continue;
                }
                // Invariant: load refuses operations without an id.
                let Some(id) = &operation.operation_id else { continue };
                let mut lowered = Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    tags: operation.tags.clone(),
                    deprecated: operation.deprecated,
                    deprecation: text(&operation.extensions, "x-deprecated"),
                    doc: doc(operation),
                    ..Operation::default()
                };
                let shared = item.parameters.iter().map(|p| (p, at.clone()));
                let own = operation.parameters.iter().enumerate();
                let own = own.map(|(i, p)| (p, at.child("parameters").child(i)));
                let all: Vec<_> = shared.chain(own).collect();
                lowered.parameters = self.parameters(id, path, &all, &mut accepted);
                if let Some((media_type, fields)) = self.form(id, operation, &at, &mut accepted) {
                    lowered.parameters.extend(fields);
                    lowered.form = Some(media_type);
                } else {
                    lowered.body = self.body(id, operation, &at);
                }
                self.responses(id, operation, &at, &mut lowered);
                lowered.paging = self.paging(operation, &lowered, &at);
                lowered.security = self.security(operation, document);
                self.undeclared(operation.security.iter().flatten(), &at);
                operations.insert(id.clone(), lowered);
            }
        }
        self.undeclared(document.security.iter().flatten(), &Pointer::root());
        let values = name_values(accepted, &mut operations);
        (operations, values)
    }

    fn parameters(
        &mut self,
        id: &str,
        path: &str,
        all: &[(&ReferenceOr<OasParameter>, Pointer)],
        accepted: &mut BTreeMap<(String, String), Vec<String>>,
    ) -> Vec<Parameter> {
        let components = self.document.components.as_ref();
        // The operation's own parameter replaces the path's of the same name and place.
        let mut out: BTreeMap<(In, String), Parameter> = BTreeMap::new();
        for (parameter, at) in all {
            let Some(parameter) = item(parameter, components, |c| &c.parameters, "parameters") else {
                continue;
            };
            let (place, style) = match parameter {
                OasParameter::Path { style: PathStyle::Simple, .. } => (In::Path, Style::Comma),
                OasParameter::Query { style, parameter_data, .. } => match (style, parameter_data.explode) {
                    (QueryStyle::Form, Some(false)) => (In::Query, Style::Comma),
                    (QueryStyle::Form, _) => (In::Query, Style::Repeat),
                    (QueryStyle::SpaceDelimited, _) => (In::Query, Style::Space),
                    (QueryStyle::PipeDelimited, _) => (In::Query, Style::Pipe),
                    (QueryStyle::DeepObject, _) => {
                        self.unsupported(at, "a query parameter of style `deepObject`");
                        continue;
                    }
                },
                OasParameter::Header { .. } => (In::Header, Style::Comma),
                OasParameter::Path { .. } => {
                    self.unsupported(at, "a path parameter of another style than `simple`");
                    continue;
                }
                OasParameter::Cookie { .. } => {
                    self.unsupported(at, "a cookie parameter");
                    continue;
                }
            };
            let data = parameter.parameter_data_ref();
            let ignored = ["accept", "content-type", "authorization"];
            if place == In::Header && ignored.contains(&data.name.to_ascii_lowercase().as_str()) {
                continue;
            }
            if let Some(lowered) = self.parameter(id, data, place, style, &at.child("schema"), accepted) {
                out.insert((place, data.name.clone()), lowered);
            }
        }
        let mut out: Vec<Parameter> = out.into_values().collect();
        // A path's arguments come in the order in which the template has their places.
        out.sort_by_key(|p| {
            (p.place, if p.place == In::Path { path.find(&format!("{{{}}}", p.name)) } else { None })
        });
        out
    }

    pub(super) fn parameter(
        &mut self,
        id: &str,
        data: &ParameterData,
        place: In,
        style: Style,
        at: &Pointer,
        accepted: &mut BTreeMap<(String, String), Vec<String>>,
    ) -> Option<Parameter> {
        let ParameterSchemaOrContent::Schema(schema) = &data.format else {
            self.unsupported(at, "a parameter with `content`");
            return None;
        };
        // A list may stand behind a reference; anything else keeps its name.
        let list = match self.resolve(schema, at) {
            Some((Schema { schema_kind: SchemaKind::Type(OasType::Array(array)), .. }, _)) => {
                Some(array.clone())
            }
            _ => None,
        };
        let is_list = list.is_some();
        let item = match list {
            Some(list) => match list.items {
                Some(items) => items.unbox(),
                None => {
                    let strings = TypeRef::List(Box::new(TypeRef::String));
                    return Some(self.plain(data, strings, place, style));
                }
            },
            None => schema.clone(),
        };
        let mut values = None;
        let mut ty = match enum_strings(&item) {
            Some(mut strings) => {
                strings.sort();
                strings.dedup();
                accepted.insert((data.name.clone(), id.to_owned()), strings);
                values = Some(data.name.clone());
                TypeRef::String
            }
            None => self.field(&item, &format!("{id}.{}", data.name), at).ty,
        };
        let simple = match &ty {
            TypeRef::Named(name) => self.is_scalar(name),
            TypeRef::Binary => place == In::Form,
            TypeRef::List(_) | TypeRef::Map(_) | TypeRef::Any => false,
            _ => true,
        };
        if !simple {
            self.unsupported(at, "a parameter that is neither a scalar nor a list of scalars");
            return None;
        }
        if is_list {
            ty = TypeRef::List(Box::new(ty));
        }
        let mut out = self.plain(data, ty, place, if is_list { style } else { Style::Comma });
        out.values = values;
        if let ReferenceOr::Item(schema) = schema {
            out.limits = limits(schema);
        }
        Some(out)
    }

    /// Whether a component is an enum or another name of a scalar.
    fn is_scalar(&self, name: &str) -> bool {
        // Invariant: load refuses chains of references that lead back to themselves; aliases are such chains.
        match self.types.get(name).map(|t| &t.shape) {
            Some(Shape::Enum(_)) => true,
            Some(Shape::Alias(TypeRef::Named(next))) => self.is_scalar(next),
            Some(Shape::Alias(ty)) => {
                !matches!(ty, TypeRef::List(_) | TypeRef::Map(_) | TypeRef::Any | TypeRef::Binary)
            }
            _ => false,
        }
    }

    fn plain(&self, data: &ParameterData, ty: TypeRef, place: In, style: Style) -> Parameter {
        Parameter {
            name: data.name.clone(),
            place,
            ty,
            values: None,
            required: data.required || place == In::Path,
            deprecated: data.deprecated.unwrap_or_default(),
            style,
            limits: Default::default(),
            doc: data.description.clone(),
        }
    }

    fn body(&mut self, id: &str, operation: &OasOperation, at: &Pointer) -> Option<Body> {
        let at = at.child("requestBody");
        let components = self.document.components.as_ref();
        let body: &RequestBody =
            item(operation.request_body.as_ref()?, components, |c| &c.request_bodies, "requestBodies")?;
        let mut content = BTreeMap::new();
        for (media_type, media) in forms(&body.content) {
            let at = at.child("content").child(media_type);
            let ty = self.media(&format!("{id}.body"), media_type, media, &at);
            content.insert(media_type.clone(), ty);
        }
        let envelope = self.envelope(&body.extensions, &at);
        let checked = is_true(&body.extensions, "x-checked");
        let out = Body { required: body.required, content, envelope, checked };
        let (sent, _) = out.sent().unzip();
        for media_type in out.content.keys().filter(|media_type| Some(*media_type) != sent) {
            let message = format!(
                "a body of `{media_type}` is not sent; it is `{}`",
                sent.map(String::as_str).unwrap_or_default()
            );
            let help = "take the media types that are not to be sent out in the overlay";
            self.not_read(&at.child("content").child(media_type), message, help);
        }
        Some(out)
    }

    /// The members around a value: `x-envelope: results.app`.
    fn envelope(&mut self, extensions: &Extensions, at: &Pointer) -> Option<String> {
        let value = extensions.get("x-envelope")?;
        let path = value.as_str().filter(|path| path.split('.').all(|member| !member.is_empty()));
        if path.is_none() {
            let at = self.spec.origin(&at.child("x-envelope"));
            let message = "`x-envelope` does not name the members around the value";
            self.out.push(
                Diagnostic::error(Code::InvalidOverlay, &at, message)
                    .help("write them outermost first, with dots between: `x-envelope: results.app`"),
            );
        }
        path.map(str::to_owned)
    }

    fn media(&mut self, id: &str, media_type: &str, media: &MediaType, at: &Pointer) -> TypeRef {
        let essence = media_type.split(';').next().unwrap_or(media_type).trim();
        let json = essence == "application/json" || essence.ends_with("+json");
        match &media.schema {
            Some(schema) if json => self.field(schema, id, &at.child("schema")).ty,
            None if json => TypeRef::Any,
            _ if essence.starts_with("multipart/") || essence == "application/x-www-form-urlencoded" => {
                self.unsupported(at, &format!("the media type `{media_type}`"))
            }
            _ if essence.starts_with("text/") => TypeRef::String,
            _ => TypeRef::Binary,
        }
    }

    fn responses(&mut self, id: &str, operation: &OasOperation, at: &Pointer, out: &mut Operation) {
        let components = self.document.components.as_ref();
        let mut failed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let responses =
            operation.responses.responses.iter().map(|(status, r)| (status.to_string(), status.clone(), r));
        let default =
            operation.responses.default.iter().map(|r| ("default".to_owned(), StatusCode::Range(5), r));
        for (text, status, response) in responses.chain(default) {
            let at = at.child("responses").child(&text);
            let Some(response): Option<&OasResponse> =
                item(response, components, |c| &c.responses, "responses")
            else {
                continue;
            };
            let success = match status {
                StatusCode::Code(code) => (200..300).contains(&code),
                StatusCode::Range(range) => range == 2,
            };
            let mut content = BTreeMap::new();
            for (media_type, media) in forms(&response.content) {
                let at = at.child("content").child(media_type);
                let own = if success { format!("{id}.response") } else { format!("{id}.error") };
                content.insert(media_type.clone(), self.media(&own, media_type, media, &at));
            }
            if success {
                let null_data = self.is_to_one_read(out, content.values());
                let envelope = self.envelope(&response.extensions, &at);
                let paged = is_true(&response.extensions, "x-paged");
                out.responses.insert(text, Response { content, null_data, envelope, paged });
            } else {
                let ty = content.values().next().map_or_else(|| "-".to_owned(), TypeRef::to_string);
                failed.entry(ty).or_default().insert(text);
            }
        }
        let mut read: BTreeMap<&String, (&String, &TypeRef)> = BTreeMap::new();
        for (status, response) in &out.responses {
            for (media_type, ty) in &response.content {
                let (first, known) = *read.entry(media_type).or_insert((status, ty));
                if known != ty {
                    let at = at.child("responses").child(status);
                    let message = format!(
                        "the answer `{status}` is read as what `{first}` holds, and is declared otherwise"
                    );
                    let help = "declare one schema for both in the overlay, or leave one out there with `x-skip: <reason>`";
                    self.out.push(
                        Diagnostic::notice(Code::Unsupported, &self.spec.origin(&at), message).help(help),
                    );
                }
            }
        }
        if out.responses.is_empty() {
            let message =
                format!("operation `{id}` declares no successful response; what it answers is not read");
            self.out.push(
                Diagnostic::notice(Code::NoSuccess, &self.spec.origin(at), message)
                    .help("add the response in the overlay"),
            );
        }
        out.errors = failed
            .into_iter()
            .map(|(ty, statuses)| (ty, statuses.into_iter().collect::<Vec<_>>().join(" ")))
            .collect();
    }

    /// JSON:API 1.1, "Fetching Resources": a to-one related resource that is not there is `"data": null`.
    fn is_to_one_read<'t>(&self, operation: &Operation, content: impl Iterator<Item = &'t TypeRef>) -> bool {
        let related = operation
            .path
            .rsplit_once('/')
            .is_some_and(|(before, last)| before.contains('{') && !last.starts_with('{'));
        let document = content
            .filter_map(TypeRef::named)
            .any(|id| matches!(self.types.get(id), Some(Type { shape: Shape::Document(_), .. })));
        operation.method == "GET" && related && document
    }

    /// Reports requirements that name no scheme; credentials are sent all the same.
    fn undeclared<'r>(&mut self, ways: impl Iterator<Item = &'r SecurityRequirement>, at: &Pointer) {
        let schemes = self.document.components.as_ref().map(|c| &c.security_schemes);
        for (index, way) in ways.enumerate() {
            for name in way.keys().filter(|name| !schemes.is_some_and(|all| all.contains_key(*name))) {
                let at = at.child("security").child(index).child(name);
                let message = format!("`{name}` is no declared way to authenticate");
                self.not_read(&at, message, "declare it in the overlay, or take it out of `security` there");
            }
        }
    }

    fn security(&self, operation: &OasOperation, document: &OpenAPI) -> Option<Vec<Vec<String>>> {
        let names = |list: &Vec<SecurityRequirement>| -> Vec<Vec<String>> {
            list.iter().map(|alternative| alternative.keys().cloned().collect()).collect()
        };
        let own = names(operation.security.as_ref()?);
        let shared = document.security.as_ref().map(names).unwrap_or_default();
        (own != shared).then_some(own)
    }
}

/// The summary and the description, whichever are there; many descriptions begin with their summary.
fn doc(operation: &OasOperation) -> Option<String> {
    match (operation.summary.as_deref(), operation.description.as_deref()) {
        (Some(summary), Some(text)) if !text.trim_start().starts_with(summary.trim()) => {
            Some(format!("{}\n\n{text}", summary.trim_end()))
        }
        (summary, text) => text.or(summary).map(str::to_owned),
    }
}

/// What a reference leads to among the components, or the thing itself.
pub(super) fn item<'a, T>(
    thing: &'a ReferenceOr<T>,
    components: Option<&'a Components>,
    kind: impl Fn(&'a Components) -> &'a indexmap::IndexMap<String, ReferenceOr<T>>,
    name: &str,
) -> Option<&'a T> {
    match thing {
        ReferenceOr::Item(item) => Some(item),
        ReferenceOr::Reference { reference } => {
            let next = kind(components?).get(super::component(reference, name)?)?;
            // Invariant: load refuses chains of references that lead back to themselves.
            item(next, components, kind, name)
        }
    }
}

fn text(extensions: &Extensions, key: &str) -> Option<String> {
    extensions.get(key)?.as_str().map(str::to_owned)
}

fn is_true(extensions: &Extensions, key: &str) -> bool {
    extensions.get(key).is_some_and(|value| value == &serde_json::Value::Bool(true))
}

fn enum_strings(schema: &ReferenceOr<Schema>) -> Option<Vec<String>> {
    match schema {
        // One that the vendor names is a type like any other.
        ReferenceOr::Item(schema) if vendor_name(schema).is_some() => None,
        ReferenceOr::Item(Schema { schema_kind: SchemaKind::Type(OasType::String(string)), .. }) => {
            let values: Vec<String> = string.enumeration.iter().flatten().cloned().collect();
            (!values.is_empty()).then_some(values)
        }
        _ => None,
    }
}

/// Gives each distinct set of values one name: the parameter's, where all parameters of that name accept the same,
/// else that with the first operation that has the set.
fn name_values(accepted: BTreeMap<(String, String), Vec<String>>, operations: &mut Operations) -> Values {
    let mut variety: HashMap<&str, BTreeSet<&[String]>> = HashMap::new();
    for ((name, _), values) in &accepted {
        variety.entry(name).or_default().insert(values);
    }
    let mut names: HashMap<(&str, &[String]), String> = HashMap::new();
    let mut out = Values::new();
    for ((name, operation), values) in &accepted {
        let set = names.entry((name, values)).or_insert_with(|| {
            let only = variety.get(name.as_str()).is_some_and(|v| v.len() == 1);
            if only { name.clone() } else { format!("{name} of {operation}") }
        });
        out.entry(set.clone()).or_insert_with(|| values.clone());
        let parameters = operations.get_mut(operation).into_iter().flat_map(|o| &mut o.parameters);
        for parameter in parameters.filter(|p| p.name == *name && p.values.is_some()) {
            parameter.values = Some(set.clone());
        }
    }
    out
}
