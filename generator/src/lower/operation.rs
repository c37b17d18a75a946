//! Lowers paths to operations and the value sets of their parameters.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};
use heck::ToSnakeCase;
use indexmap::IndexMap;
use openapiv3::{
    Callback, Components, MediaType as OasMediaType, Operation as OasOperation, Parameter as OasParameter,
    ReferenceOr, RequestBody, Response as OasResponse, SchemaKind, StatusCode, Type as OasType,
};

use super::Lowering;
use super::constraints::of_media;
use super::dereferenced::canonical_text;
use super::parameter::Accepted;
use crate::api::{Body, Content, Lifecycle, MediaType, Operation, Response, TypeId, TypeRef};
use crate::diagnostic::{Code, Diagnostic, Pointer};
use crate::load::hoist;

type Extensions = IndexMap<String, serde_json::Value>;
type Operations = BTreeMap<String, Operation>;
type Values = BTreeMap<String, Vec<String>>;

/// The forms of a body that are sent and read: JSON, if one structure may be written in several ways. Text in two forms
/// is two texts.
pub(super) fn forms(
    content: &IndexMap<String, OasMediaType>,
) -> impl Iterator<Item = (&String, &OasMediaType)> {
    let rank = |name: &String| MediaType::parse(name).json_rank();
    let json = content
        .iter()
        .filter(|(name, _)| rank(name).is_some())
        .min_by_key(|(name, _)| (rank(name), name.as_str()));
    let json = json.map(|(name, media)| (name, Written::of(media), is_structure(media)));
    content.iter().filter(move |(name, media)| match &json {
        Some((chosen, known, is_structure)) => {
            let is_stream = MediaType::parse(name).stream().is_some();
            name == chosen || is_stream || !is_structure || Written::of(media) != *known
        }
        None => true,
    })
}

/// The schema of a body without its prose, which makes no other type.
#[derive(PartialEq)]
enum Written<'d> {
    None,
    Reference(&'d str),
    Inline(Option<String>),
}

impl<'d> Written<'d> {
    fn of(media: &'d OasMediaType) -> Self {
        match &media.schema {
            None => Self::None,
            Some(ReferenceOr::Reference { reference }) => Self::Reference(reference),
            Some(ReferenceOr::Item(schema)) => Self::Inline(canonical_text(schema)),
        }
    }
}

fn is_structure(media: &OasMediaType) -> bool {
    match &media.schema {
        None => false,
        Some(ReferenceOr::Reference { .. }) => true,
        Some(ReferenceOr::Item(schema)) => match &schema.schema_kind {
            SchemaKind::Type(kind) => matches!(kind, OasType::Object(_) | OasType::Array(_)),
            _ => true,
        },
    }
}

/// True for a scalar that is not any string.
fn is_value(media: &OasMediaType) -> bool {
    let kind = media.schema.as_ref().and_then(ReferenceOr::as_item).map(|schema| &schema.schema_kind);
    match kind {
        Some(SchemaKind::Type(OasType::String(string))) => !string.enumeration.is_empty(),
        kind => kind.is_some(),
    }
}

impl<'d> Lowering<'d> {
    /// Every operation by id, and the sets of values by name.
    pub(super) fn operations(&mut self, servers: &[String]) -> (Operations, Values) {
        let document = self.document;
        let mut operations = Operations::new();
        let mut accepted = Accepted::new();
        let ids = self.operation_ids();
        for (key, item) in &document.paths.paths {
            let at = Pointer::new("/paths").child(key);
            let item = match item {
                ReferenceOr::Item(item) => item,
                ReferenceOr::Reference { .. } => {
                    self.unsupported(&at, "a `$ref` to a path item");
                    continue;
                }
            };
            let at_path = at.clone();
            for (member, operation) in item.iter() {
                let at = at.child(member);
                if member == "trace" {
                    self.unsupported(&at, "the method `TRACE`");
                    continue;
                }
                let shared = item.parameters.iter().enumerate();
                let shared = shared.map(|(i, p)| (p, at_path.child("parameters").child(i)));
                if let Some(name) = text(&operation.extensions, hoist::WEBHOOK) {
                    self.webhook(name, operation, shared.collect(), &at);
                    continue;
                }
                let Some(id) = ids.get(&(key.as_str(), member)) else { continue };
                let (method, path) = route(key, member, operation);
                let mut lowered = self.operation((id, path), operation, shared.collect(), &at, &mut accepted);
                lowered.method = method.clone();
                (lowered.server, lowered.other_servers) =
                    self.servers_of(item, operation, (&at_path, &at), servers);
                if lowered.responses.is_empty() {
                    let message =
                        format!("operation `{id}` declares no successful response; its response is ignored");
                    self.out.push(
                        Diagnostic::notice(Code::NoSuccess, &self.spec.origin(&at), message)
                            .help("add the response in the overlay"),
                    );
                }
                lowered.paging = self.paging(operation, &lowered, &at);
                lowered.security = self.security(operation);
                self.undeclared(operation.security.iter().flatten(), &at);
                for (name, callback) in &operation.callbacks {
                    let at = at.child("callbacks").child(name);
                    lowered.callbacks.extend(self.callbacks(&format!("{id} "), name, callback, &at));
                }
                operations.insert(id.clone(), lowered);
            }
        }
        self.undeclared(document.security.iter().flatten(), &Pointer::root());
        self.one_list_each(&mut operations);
        let values = name_values(accepted, &mut operations);
        (operations, values)
    }

    /// Lowers an operation of the client or of a callback.
    pub(super) fn operation<'p>(
        &mut self,
        (id, path): (&str, &str),
        operation: &'p OasOperation,
        mut parameters: Vec<(&'p ReferenceOr<OasParameter>, Pointer)>,
        at: &Pointer,
        accepted: &mut Accepted,
    ) -> Operation {
        let mut out = Operation {
            path: path.to_owned(),
            tags: operation.tags.clone(),
            deprecated: operation.deprecated,
            lifecycle: lifecycle(&operation.extensions),
            deprecation: text(&operation.extensions, "x-deprecated"),
            doc: doc(operation),
            ..Operation::default()
        };
        let own = operation.parameters.iter().enumerate();
        parameters.extend(own.map(|(i, p)| (p, at.child("parameters").child(i))));
        out.parameters = self.parameters(id, path, &parameters, at, accepted);
        if let Some((media_type, fields, rules)) = self.form(id, operation, at, accepted) {
            out.parameters.extend(fields);
            out.form_rules = rules;
            out.form = Some(media_type);
        }
        if let Some(form) = &out.form {
            out.other_forms = self.other_forms(operation, form);
        }
        out.body = self.body(id, operation, out.form.as_deref(), at);
        self.responses(id, operation, at, &mut out);
        out
    }

    /// The calls of the server that `callback` describes, by name, address and method.
    fn callbacks(&mut self, owner: &str, name: &str, callback: &Callback, at: &Pointer) -> Operations {
        let mut out = Operations::new();
        let one_address = callback.iter().count() == 1;
        for (address, item) in callback {
            let at = at.child(address);
            let one_method = item.iter().count() == 1;
            for (method, operation) in item.iter() {
                let key = format!("{name} {address} {method}").trim().to_owned();
                let shared = item.parameters.iter().enumerate();
                let shared = shared.map(|(i, p)| (p, at.child("parameters").child(i))).collect();
                // Types are called after the callback; after address and method only where it has several.
                let words = [(true, name), (!one_address, address.as_str()), (!one_method, method)];
                let words: Vec<&str> =
                    words.into_iter().filter_map(|(is, word)| is.then_some(word)).collect();
                let (id, at) = (format!("{owner}{}", words.join(" ")), at.child(method));
                // Expressions in the address are no parameters.
                let mut lowered = self.call_of_server(&id, operation, shared, &at);
                lowered.method = method.to_uppercase();
                lowered.path = address.clone();
                if let Some(body) = lowered.body.as_ref().filter(|body| body.json().is_none()) {
                    let media_type = body.content.keys().next().cloned().unwrap_or_default();
                    let message = format!("the payload of a callback is `{media_type}`; it has no type");
                    self.not_read(
                        &at.child("requestBody"),
                        message,
                        "declare it as `application/json` in the overlay",
                    );
                }
                out.insert(key, lowered);
            }
        }
        out
    }

    /// The id of each operation, by path and method. An id that is missing or a duplicate is derived from these two.
    fn operation_ids(&mut self) -> HashMap<(&'d str, &'d str), String> {
        let mut all: Vec<(&str, &str, Option<&str>, String)> = Vec::new();
        for (path, item) in &self.document.paths.paths {
            let ReferenceOr::Item(item) = item else { continue };
            for (method, operation) in item.iter() {
                if operation.extensions.contains_key(hoist::WEBHOOK) {
                    continue;
                }
                let id = operation.operation_id.as_deref().filter(|id| !id.trim().is_empty());
                let (verb, own) = route(path, method, operation);
                all.push((path, method, id, id_of(&verb.to_lowercase(), own)));
            }
        }
        // The shortest path keeps a duplicate id, for any order of the document.
        all.sort_by_key(|(path, method, ..)| (path.len(), *path, *method));
        let mut taken: HashSet<String> = HashSet::new();
        let (mut out, mut open) = (HashMap::new(), Vec::new());
        for (path, method, id, own) in all {
            match id {
                Some(id) if taken.insert(id.to_owned()) => {
                    out.insert((path, method), id.to_owned());
                }
                _ => open.push((path, method, id, own)),
            }
        }
        for (path, method, id, mut own) in open {
            let at = Pointer::new("/paths").child(path).child(method);
            while !taken.insert(own.clone()) {
                own.push('_');
            }
            let (code, message, at) = match id {
                Some(id) => (
                    Code::DuplicateOperationId,
                    format!("`{id}` is the id of two operations; this one is called `{own}`"),
                    at.child("operationId"),
                ),
                None => (
                    Code::MissingOperationId,
                    format!("the operation has no operationId; it is called `{own}`"),
                    at,
                ),
            };
            let help = "give it an operationId of its own in the overlay";
            self.out.push(Diagnostic::notice(code, &self.spec.origin(&at), message).help(help));
            out.insert((path, method), own);
        }
        out
    }

    fn body(&mut self, id: &str, operation: &OasOperation, form: Option<&str>, at: &Pointer) -> Option<Body> {
        let at = at.child("requestBody");
        let components = self.document.components.as_ref();
        let body: &RequestBody =
            item(operation.request_body.as_ref()?, components, |c| &c.request_bodies, "requestBodies")?;
        let (mut content, mut constraints) = (Content::new(), BTreeMap::new());
        for (media_type, media) in forms(&body.content) {
            let at = at.child("content").child(media_type);
            let parsed = MediaType::parse(media_type);
            if form == Some(media_type.as_str()) {
                continue;
            }
            if form.is_some() && parsed.form().is_some() {
                let message = format!(
                    "a body of `{media_type}` is not sent; the form is `{}`",
                    form.unwrap_or_default()
                );
                self.not_read(&at, message, "remove the other form in the overlay to send this one");
                continue;
            }
            let ty = match parsed.form() {
                Some(_) => self.free_form(media, &at.child("schema")),
                // Each media type may have an inline type of its own.
                None => {
                    let own = if content.is_empty() || parsed.json_rank() == Some(0) {
                        "body".to_owned()
                    } else {
                        format!("body {}", parsed.word())
                    };
                    self.media(&TypeId::operation(id).member(own), media_type, media, &at)
                }
            };
            content.insert(media_type.clone(), ty);
            let nullable = media.schema.as_ref().is_some_and(|schema| self.is_nullable(schema));
            constraints.extend(of_media(media, nullable).map(|own| (media_type.clone(), own)));
        }
        if content.is_empty() {
            return None;
        }
        let described = self.described(&TypeId::operation(id).member("body"), &body.content, &content, &at);
        let envelope = self.envelope(&body.extensions, &at);
        let checked = is_true(&body.extensions, "x-checked");
        Some(Body { required: body.required, content, described, constraints, envelope, checked })
    }

    /// The types that a document gives to media types whose bodies are not taken apart, or that JSON is sent for.
    pub(super) fn described(
        &mut self,
        id: &TypeId,
        declared: &IndexMap<String, OasMediaType>,
        kept: &Content,
        at: &Pointer,
    ) -> Content {
        let sent: BTreeSet<&String> = forms(declared).map(|(name, _)| name).collect();
        let json = kept.iter().filter_map(|(name, ty)| Some((MediaType::parse(name).json_rank()?, name, ty)));
        let json = json.min().map(|(.., ty)| ty.clone());
        let mut out = Content::new();
        for (name, media) in declared {
            let parsed = MediaType::parse(name);
            let is_opaque = !parsed.reads_json() && parsed.form().is_none() && parsed.stream().is_none();
            if !sent.contains(name) {
                out.extend(json.clone().map(|ty| (name.clone(), ty)));
            } else if let Some(schema) = media
                .schema
                .as_ref()
                .filter(|_| is_opaque && (is_structure(media) || (parsed.is_text() && is_value(media))))
            {
                let id = id.member(format!("{} value", parsed.word()));
                let at = at.child("content").child(name).child("schema");
                out.insert(name.clone(), self.field(schema, &id, &at).ty);
            }
        }
        out
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

    pub(super) fn media(
        &mut self,
        id: &TypeId,
        media_type: &str,
        media: &OasMediaType,
        at: &Pointer,
    ) -> TypeRef {
        let parsed = MediaType::parse(media_type);
        match &media.schema {
            Some(schema) if parsed.reads_json() => {
                if parsed.is_any() {
                    let message = format!("`{media_type}` names no media type; the schema is read as JSON");
                    self.not_read(at, message, "write the media type in the overlay");
                }
                self.field(schema, id, &at.child("schema")).ty
            }
            None if parsed.is_json() => TypeRef::Any,
            _ if parsed.is_multipart() || parsed.form().is_some() => {
                let message = format!("a body of `{media_type}` is not taken apart; it is bytes");
                self.not_read(
                    at,
                    message,
                    "declare another media type in the overlay, if the server has one",
                );
                TypeRef::Binary
            }
            _ if parsed.is_text() => TypeRef::String,
            _ => TypeRef::Binary,
        }
    }

    /// The type of the items of a stream: those of a list, or the value that the schema describes.
    fn stream_item(
        &mut self,
        id: &str,
        media_type: &str,
        media: &OasMediaType,
        at: &Pointer,
    ) -> Option<TypeRef> {
        let parsed = MediaType::parse(media_type);
        parsed.stream()?;
        let own = TypeId::operation(id).member(format!("{} item", parsed.word()));
        let ty = self.field(media.schema.as_ref()?, &own, &at.child("schema")).ty;
        let item = match self.behind(&ty) {
            TypeRef::List(item) => item.as_ref().clone(),
            TypeRef::Named(_) | TypeRef::Map(_) => ty,
            // A text of any kind may be declared for what is a stream of anything.
            _ => return None,
        };
        Some(item).filter(|item| !matches!(self.behind(item), TypeRef::Binary))
    }

    fn responses(&mut self, id: &str, operation: &OasOperation, at: &Pointer, out: &mut Operation) {
        let components = self.document.components.as_ref();
        // Equal bodies of several statuses are one type.
        let mut known: [Vec<(Written<'_>, TypeRef)>; 2] = Default::default();
        for (text, success, response) in declared(operation) {
            let at = at.child("responses").child(&text);
            let Some(response): Option<&OasResponse> =
                item(response, components, |c| &c.responses, "responses")
            else {
                continue;
            };
            let (mut content, mut constraints, mut items) = (Content::new(), BTreeMap::new(), Content::new());
            for (media_type, media) in forms(&response.content) {
                let at = at.child("content").child(media_type);
                if success && let Some(item) = self.stream_item(id, media_type, media, &at) {
                    items.insert(media_type.clone(), item);
                }
                let [failed, succeeded] = &mut known;
                let known = if success { succeeded } else { failed };
                let shared = MediaType::parse(media_type).is_json().then(|| Written::of(media));
                let same = shared.as_ref().and_then(|own| known.iter().find(|(other, _)| other == own));
                let same = same.map(|(_, ty)| ty.clone());
                let ty = match same {
                    Some(ty) => ty,
                    None => {
                        let own = match (success, known.is_empty()) {
                            (true, true) => "response".to_owned(),
                            (true, false) => format!("response {text}"),
                            (false, true) => "error".to_owned(),
                            (false, false) => format!("error {text}"),
                        };
                        self.media(&TypeId::operation(id).member(own), media_type, media, &at)
                    }
                };
                known.extend(shared.map(|shared| (shared, ty.clone())));
                content.insert(media_type.clone(), ty);
                let nullable = media.schema.as_ref().is_some_and(|schema| self.is_nullable(schema));
                constraints.extend(of_media(media, nullable).map(|own| (media_type.clone(), own)));
            }
            let own = TypeId::operation(id).member(format!("response {text}"));
            let described = self.described(&own, &response.content, &content, &at);
            let headers = self.headers(id, &text, &response.headers, &at);
            if success {
                let envelope = self.envelope(&response.extensions, &at);
                let paged = is_true(&response.extensions, "x-paged");
                let all = Response { content, described, items, constraints, headers, ..Response::default() };
                out.responses.insert(text, Response { envelope, paged, ..all });
            } else {
                let all = Response { content, described, constraints, headers, ..Response::default() };
                out.errors.insert(text, all);
            }
        }
    }
}

/// The responses by status, each with true for a success.
fn declared(operation: &OasOperation) -> Vec<(String, bool, &ReferenceOr<OasResponse>)> {
    let is_success = |status: &StatusCode| match status {
        StatusCode::Code(code) => (200..300).contains(code),
        StatusCode::Range(range) => *range == 2,
    };
    let all = operation.responses.responses.iter();
    let mut out: Vec<_> = all.map(|(status, r)| (status.to_string(), is_success(status), r)).collect();
    // In the order of the statuses, so that the first one does not depend on the order of the document.
    out.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    // `default` is for all undeclared statuses: for success, too, if that is not declared.
    let default_is_success = !out.iter().any(|(_, success, _)| *success);
    let default = operation.responses.default.as_ref();
    out.extend(default.map(|default| ("default".to_owned(), default_is_success, default)));
    out
}

/// The facts about the stage of life that extensions say.
pub(super) fn lifecycle(extensions: &Extensions) -> Lifecycle {
    let stability = text(extensions, "x-stability-level").map(|level| level.to_lowercase());
    Lifecycle { sunset: text(extensions, "x-sunset"), stability: stability.filter(|level| level != "stable") }
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

/// The target of a reference among the components, or the thing itself.
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

pub(super) fn text(extensions: &Extensions, key: &str) -> Option<String> {
    extensions.get(key)?.as_str().map(str::to_owned)
}

fn is_true(extensions: &Extensions, key: &str) -> bool {
    extensions.get(key).is_some_and(|value| value == &serde_json::Value::Bool(true))
}

/// Method and path of an operation, which may have been moved to a path item of its own.
fn route<'k>(key: &'k str, member: &str, operation: &OasOperation) -> (String, &'k str) {
    match text(&operation.extensions, hoist::METHOD) {
        Some(method) => {
            let path = key.strip_suffix(&method).and_then(|path| path.strip_suffix('#'));
            (method, path.unwrap_or(key))
        }
        None => (member.to_uppercase(), key),
    }
}

/// The id of an operation that has none of its own: `get_things_by_id`.
fn id_of(method: &str, path: &str) -> String {
    let mut words = vec![method.to_owned()];
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let is_parameter = segment.starts_with('{') && segment.ends_with('}');
        words.extend(is_parameter.then(|| "by".to_owned()));
        words.push(segment.to_snake_case());
    }
    words.retain(|word| !word.is_empty());
    words.join("_")
}

/// Gives each distinct set of values one name: the parameter's, where all parameters of that name accept the same,
/// else that with the first operation that has the set.
fn name_values(accepted: Accepted, operations: &mut Operations) -> Values {
    let mut variety: HashMap<&str, BTreeSet<&[String]>> = HashMap::new();
    for ((name, ..), values) in &accepted {
        variety.entry(name).or_default().insert(values);
    }
    let mut names: HashMap<(&str, &[String]), String> = HashMap::new();
    let mut out = Values::new();
    for ((name, operation, place), values) in &accepted {
        let set = names.entry((name, values)).or_insert_with(|| {
            let only = variety.get(name.as_str()).is_some_and(|v| v.len() == 1);
            let own = if only { name.clone() } else { format!("{name} of {operation}") };
            // Two parameters of one operation have this name.
            let taken = out.get(&own).is_some_and(|others: &Vec<String>| others != values);
            if taken { format!("{name} in {} of {operation}", place.as_str()) } else { own }
        });
        out.entry(set.clone()).or_insert_with(|| values.clone());
        let parameters = operations.get_mut(operation).into_iter().flat_map(|o| &mut o.parameters);
        for parameter in parameters.filter(|p| p.name == *name && p.place == *place && p.values.is_some()) {
            parameter.values = Some(set.clone());
        }
    }
    out
}
