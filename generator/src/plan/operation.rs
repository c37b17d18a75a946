//! Plans handles: their methods, the builders of methods with optional arguments, and the enums of their responses.

use std::collections::BTreeSet;

use super::doc::code;
use super::example::example;
use super::parameter::{Argument, Put, Segment};
use super::sentence::{Reply, sentence};
use super::{Context, RustType};
use crate::api::{
    Action, Api, Arity, Combination, Form, In, Linkage, MediaType, Operation, Paging, Parameter, Pointer,
    Response, Role, Shape, Stream, Type, TypeId, TypeRef,
};
use crate::name::{self, OperationName};

/// A group of operations: `client.apps()`.
#[derive(Debug, Clone, PartialEq)]
pub struct Handle {
    /// Its module, and the method of the client that gives it.
    pub module: String,
    /// Its type.
    pub ident: String,
    /// Its documentation.
    pub docs: Vec<String>,
    /// A call of one of its methods.
    pub example: Option<String>,
    /// The documentation of that method.
    pub accessor_docs: Vec<String>,
    /// The features that bring it; empty where the crate has none.
    pub features: BTreeSet<String>,
    /// Its methods.
    pub methods: Vec<Method>,
}

/// A method that calls an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Method {
    /// The operationId.
    pub operation: String,
    /// The operation's location in the vendor's document.
    pub origin: Pointer,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path with placeholders.
    pub path: String,
    /// The address that the operation has instead of the crate's.
    pub server: Option<String>,
    /// The alternatives of credentials that the operation has instead of the crate's.
    pub security: Option<Vec<Combination>>,
    /// The rule by which pages continue.
    pub paging: Option<Paging>,
    /// Its name.
    pub ident: String,
    /// The type of the call that it returns, whose methods set optional arguments.
    pub builder: String,
    /// A sentence of facts, if the document does not describe it.
    pub sentence: Option<String>,
    /// Its documentation.
    pub docs: Vec<String>,
    /// The feature that brings it.
    pub features: BTreeSet<String>,
    /// The message where it is deprecated.
    pub deprecated: Option<String>,
    /// The media type that it requests, if it is not JSON.
    pub accept: Option<String>,
    /// The placeholders of the path, in order.
    pub segments: Vec<Segment>,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// True if the path's only argument is the id of the request.
    pub updates: bool,
    /// The type of the response.
    pub payload: Payload,
    /// True if the response is a page of a list.
    pub paged: bool,
    /// True if `limit`, which all lists share, sets the page size.
    pub limited: bool,
    /// The style of the response's items as they arrive, and their type.
    pub stream: Option<(Stream, RustType)>,
    /// Optional arguments.
    pub options: Vec<Setter>,
    /// The enum that it alone defines for its response.
    pub by_status: Option<ByStatus>,
}

impl Method {
    /// The type that it returns.
    pub fn returned(&self) -> RustType {
        RustType::Own(self.builder.clone())
    }
}

/// The type of a response.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// Its status only: true for a success.
    Flag,
    /// Nothing.
    Nothing,
    /// A type that decodes itself.
    Type(RustType),
    /// JSON that is not an object.
    Json(RustType),
    /// A type inside of members that the crate's own type reads.
    Envelope(String, RustType),
    /// Any of these, or nothing.
    Optional(Box<Payload>),
}

impl Payload {
    /// The Rust type.
    pub fn ty(&self) -> RustType {
        match self {
            Self::Flag => RustType::plain("bool"),
            Self::Nothing => RustType::unit(),
            Self::Type(ty) => ty.clone(),
            Self::Json(ty) => RustType::runtime_of("Json", vec![ty.clone()]),
            Self::Envelope(own, ty) => RustType::Root(own.clone(), vec![ty.clone()]),
            Self::Optional(inner) => inner.ty().option(),
        }
    }
}

/// A method of a builder that sets an optional argument.
#[derive(Debug, Clone, PartialEq)]
pub struct Setter {
    /// The vendor's parameter.
    pub parameter: String,
    /// Its name.
    pub ident: String,
    /// True if it is the method that all lists share.
    pub shared: bool,
    /// Its documentation.
    pub docs: Vec<String>,
    /// True if it is deprecated.
    pub deprecated: bool,
    /// Its argument.
    pub argument: Argument,
}

/// The enum of a response whose body differs by status.
#[derive(Debug, Clone, PartialEq)]
pub struct ByStatus {
    /// Its name.
    pub ident: String,
    /// Its variants.
    pub variants: Vec<StatusVariant>,
    /// The variant that reads all other statuses.
    pub rest: String,
}

/// A variant of such an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusVariant {
    /// Its name.
    pub ident: String,
    /// The vendor's status: a code or a range.
    pub status: String,
    /// The status, where it is a code.
    pub code: Option<u16>,
    /// The type of its body.
    pub payload: Payload,
}

/// The order of setters: those that choose results come before those that choose parts of a result.
fn rank(parameter: &Parameter) -> u8 {
    match parameter.role() {
        Role::Other | Role::Filter(_) | Role::Exists(_) | Role::Limit => 0,
        Role::Sort => 1,
        Role::Include => 2,
        Role::LimitOf(_) => 3,
        Role::Fields(_) => 4,
    }
}

impl Context<'_> {
    /// A handle and its methods.
    pub(super) fn handle(&self, module: &str, handle: &name::Handle) -> Handle {
        let with_note = |line: String| {
            let note = self.feature_note(&handle.areas).into_iter();
            std::iter::once(line).chain(note.flat_map(|note| [String::new(), note])).collect()
        };
        let docs = with_note(format!(
            "Operations of `{module}`, from [`Client::{module}`](crate::Client::{module})."
        ));
        let accessor_docs = with_note(format!("Operations of `{module}`."));
        let operations = handle.operations.iter();
        let named = operations
            .filter_map(|id| Some((id, self.api.operations.get(id)?, self.names.operations.get(id)?)));
        let methods = named.flat_map(|(id, operation, name)| {
            name.methods.iter().map(|method| self.method(id, operation, name, method))
        });
        let (module, ident) = (module.to_owned(), handle.ident.clone());
        let (features, methods): (BTreeSet<String>, Vec<Method>) = (handle.areas.clone(), methods.collect());
        let library = self.names.package.replace('-', "_");
        let differ = features.len() > 1;
        let example = self.documented.then(|| example(&library, &module, &methods, differ)).flatten();
        Handle { module, ident, docs, example, accessor_docs, features, methods }
    }

    /// The setter of a parameter that a call may leave out; pages have one setter for their size.
    fn setter(
        &self,
        operation: &Operation,
        parameter: &Parameter,
        name: &OperationName,
        paged: bool,
    ) -> Setter {
        let value = if matches!(parameter.ty, TypeRef::List(_)) { "values" } else { "value" };
        let shared = paged && is_page_size(parameter);
        let own = name.parameter(parameter).map_or("value", |p| &p.ident);
        Setter {
            parameter: parameter.name.clone(),
            ident: if shared { PAGE_SIZE } else { own }.to_owned(),
            shared,
            docs: self.parameter_docs(operation, parameter),
            deprecated: parameter.deprecated,
            argument: self.sent_argument(operation, parameter, value, name),
        }
    }

    fn method(&self, id: &str, operation: &Operation, name: &OperationName, method: &name::Method) -> Method {
        let (payload, paged) = self.answer(operation, name, method);
        let (body, updates) = self.body(operation, method).unzip();
        let updates = updates.unwrap_or(false);
        let path = || operation.parameters.iter().filter(|p| p.place == In::Path);
        let (mut arguments, segments): (Vec<Argument>, Vec<Segment>) =
            path().map(|parameter| self.path_argument(parameter, name)).unzip();
        // One argument may give several parts of the path.
        let mut seen = BTreeSet::new();
        arguments.retain(|argument| seen.insert(argument.ident.clone()));
        if updates {
            arguments.clear();
        }
        // The arguments are in the order of the template; a name may occur twice in it.
        let named = placeholders(&operation.path).map(|place| path().position(|p| p.name == place));
        let segments = named.flatten().filter_map(|at| segments.get(at).cloned()).collect();
        let own = |parameter| name.parameter(parameter).map_or("value", |p| &p.ident);
        let (required, mut optional): (Vec<&Parameter>, Vec<&Parameter>) =
            sent_parameters(operation, method).partition(|p| p.required);
        optional.sort_by_key(|p| rank(p));
        arguments.extend(required.into_iter().map(|p| self.sent_argument(operation, p, own(p), name)));
        arguments.extend(body);
        let limited = paged && optional.iter().any(|parameter| is_page_size(parameter));
        let options = optional.iter().map(|parameter| self.setter(operation, parameter, name, paged));
        let deprecation = operation.deprecation.as_deref().unwrap_or("deprecated by the vendor");
        // Methods that differ in their body share one enum, which the first defines.
        let by_status = self.by_status(operation, name, method);
        let sentence = sentence(operation, &method.ident, self.reply(operation, method, paged));
        // The document's own words are better.
        let sentence = sentence.filter(|_| operation.doc.is_none());
        let docs = self.operation_docs(operation, method, name, (updates, paged), sentence.as_deref());
        Method {
            operation: id.to_owned(),
            origin: operation.pointer(),
            method: operation.method.clone(),
            // The text after `#` distinguishes operations of one path, and is not sent.
            path: operation.path.split('#').next().unwrap_or_default().to_owned(),
            server: operation.server.clone(),
            security: operation.security.clone(),
            paging: operation.paging.clone(),
            ident: method.ident.clone(),
            builder: method.builder.clone(),
            sentence,
            docs,
            features: name.area.iter().cloned().collect(),
            deprecated: operation.deprecated.then(|| deprecation.to_owned()),
            accept: method.media_type.clone().filter(|media_type| media_type != "application/json"),
            segments,
            arguments,
            updates,
            payload,
            paged,
            limited,
            stream: self.stream(operation, method),
            options: options.collect(),
            by_status: by_status.filter(|own| own.ident == format!("{}{BY_STATUS}", method.builder)),
        }
    }

    fn operation_docs(
        &self,
        operation: &Operation,
        method: &name::Method,
        name: &OperationName,
        (updates, paged): (bool, bool),
        sentence: Option<&str>,
    ) -> Vec<String> {
        let route = code(&format!("{} {}", operation.method, operation.path));
        let route = match &self.names.operation_link {
            Some(template) => format!("[{route}]({})", template.replace("{slug}", &slug(operation))),
            None => route,
        };
        let mut lines = match (&operation.doc, sentence) {
            (Some(doc), _) => vec![doc.trim().to_owned(), String::new(), route],
            (None, Some(sentence)) => vec![format!("{sentence} {route}")],
            (None, None) => vec![route],
        };
        if let Some(media_type) = method.media_type.as_ref().filter(|t| *t != "application/json") {
            lines.extend([String::new(), format!("The response is {}.", code(media_type))]);
            let typed = self.stream(operation, method).is_some().then_some(method.builder.as_str());
            lines.extend(stream_docs(media_type, typed));
        }
        lines.extend(self.error_docs(operation).into_iter().flat_map(|line| [String::new(), line]));
        // Optional ones have methods with docs of their own.
        for required in sent_parameters(operation, method).filter(|p| p.required) {
            if let (Some(doc), Some(argument)) = (&required.doc, name.parameter(required)) {
                lines.extend([String::new(), format!("{}: {}", code(&argument.ident), doc.trim())]);
            }
        }
        let mut optional = sent_parameters(operation, method).filter(|p| !p.required);
        if let Some(limit) = optional.find(|parameter| paged && is_page_size(parameter)) {
            lines.extend([String::new(), self.parameter_docs(operation, limit).join("\n")]);
        }
        if updates {
            lines.extend([String::new(), "The request has the id of the resource.".to_owned()]);
        }
        let several = self.names.handles.get(&name.handle).is_some_and(|h| h.areas.len() > 1);
        if let (Some(area), true) = (&name.area, several) {
            lines.extend([String::new(), format!("Feature: `{area}`.")]);
        }
        lines
    }

    fn reply(&self, operation: &Operation, method: &name::Method, paged: bool) -> Reply {
        let Some(media_type) = &method.media_type else { return Reply::Other };
        let kind = MediaType::parse(media_type);
        let ty = operation.responses.values().find_map(|response| response.content.get(media_type));
        match ty.map(|ty| self.through(ty)) {
            _ if paged => Reply::List,
            _ if kind.stream().is_some() => Reply::Stream,
            _ if !kind.reads_json() => Reply::File,
            Some(TypeRef::List(_)) => Reply::List,
            Some(TypeRef::Binary) => Reply::File,
            _ => Reply::Other,
        }
    }

    /// The items of a response that is a stream.
    fn stream(&self, operation: &Operation, method: &name::Method) -> Option<(Stream, RustType)> {
        let media_type = method.media_type.as_ref()?;
        let item = operation.responses.values().find_map(|response| response.items.get(media_type))?;
        Some((MediaType::parse(media_type).stream()?, self.ty(item)))
    }

    /// The types of error bodies, by status.
    fn error_docs(&self, operation: &Operation) -> Option<String> {
        let mut statuses: Vec<(&TypeRef, Vec<String>)> = Vec::new();
        for (status, response) in operation.errors.iter().filter(|_| !self.names.own_errors) {
            let body = response.content.values().next();
            let Some(ty) = body.filter(|ty| ty.named().is_some()) else { continue };
            let status = code(&status.to_uppercase().replace("DEFAULT", "default"));
            match statuses.iter_mut().find(|(known, _)| *known == ty) {
                Some((_, all)) => all.push(status),
                None => statuses.push((ty, vec![status])),
            }
        }
        let types = statuses.iter().filter_map(|(ty, statuses)| {
            let name = self.type_ident(ty.named()?);
            Some(format!("{} [`{name}`](crate::models::{name})", statuses.join(", ")))
        });
        let types = types.collect::<Vec<_>>().join("; ");
        (!types.is_empty()).then(|| format!("Error bodies, for [`body_as`](rt::Error::body_as): {types}."))
    }

    /// The type of the response, and true if it is a page of a list.
    fn answer(&self, operation: &Operation, name: &OperationName, method: &name::Method) -> (Payload, bool) {
        if operation.method == "HEAD" {
            return (Payload::Flag, false);
        }
        let Some(media_type) = &method.media_type else { return (Payload::Nothing, false) };
        // A status without a body next to one with a body, or a body that may be null.
        let is_null = |r: &Response| r.constraints.get(media_type).is_some_and(|own| own.nullable);
        let sometimes = operation.responses.values().any(|r| r.content.is_empty() || is_null(r));
        let whole = |payload, paged| match sometimes {
            true => (Payload::Optional(Box::new(payload)), false),
            false => (payload, paged),
        };
        if let Some(own) = self.by_status(operation, name, method) {
            return whole(Payload::Type(RustType::Own(own.ident)), false);
        }
        let found = operation.responses.values().find_map(|r| Some((r.content.get(media_type)?, r)));
        let Some((ty, response)) = found else { return (Payload::Nothing, false) };
        let paged = response.paged || operation.paging.is_some() || self.is_paged(ty);
        if let (Some(_), Some(envelope)) = (&response.envelope, &name.envelope) {
            return (Payload::Envelope(envelope.clone(), self.ty(ty)), paged);
        }
        whole(self.payload(ty, response, media_type), paged)
    }

    /// The type of a response body.
    fn payload(&self, ty: &TypeRef, response: &Response, media_type: &str) -> Payload {
        let media_type = MediaType::parse(media_type);
        // A text of any media type is more often plain than JSON; the runtime reads both.
        let json = media_type.reads_json() && !(media_type.is_any() && *self.through(ty) == TypeRef::String);
        let own = self.ty(ty);
        match (ty, response.null_data) {
            (TypeRef::Named(id), true) => Payload::Type(self.nullable_document(id).unwrap_or(own)),
            (ty, _) if matches!(self.through(ty), TypeRef::Binary) => {
                Payload::Type(RustType::runtime("Bytes"))
            }
            (TypeRef::Named(id), _) if json && self.needs_wrapper(id) => Payload::Json(own),
            (TypeRef::List(_) | TypeRef::Map(_) | TypeRef::Any | TypeRef::Named(_), _) => Payload::Type(own),
            (_, _) if json => Payload::Json(own),
            _ => Payload::Type(own),
        }
    }

    /// The enum that reads a response whose statuses have different bodies.
    fn by_status(
        &self,
        operation: &Operation,
        name: &OperationName,
        method: &name::Method,
    ) -> Option<ByStatus> {
        let media_type = method.media_type.as_ref()?;
        let found: Vec<(&String, &TypeRef, &Response)> = operation
            .responses
            .iter()
            .filter_map(|(status, response)| Some((status, response.content.get(media_type)?, response)))
            .collect();
        let (_, first, _) = found.first()?;
        let plain = |r: &Response| !r.null_data && !r.paged && r.envelope.is_none();
        let differ = found.iter().any(|(_, ty, _)| ty != first);
        if !differ || operation.paging.is_some() || !found.iter().all(|(.., r)| plain(r)) {
            return None;
        }
        let variants = found.into_iter().map(|(status, ty, response)| StatusVariant {
            ident: format!("Status{}", status.to_uppercase()),
            status: status.clone(),
            code: status.parse().ok(),
            payload: self.payload(ty, response, media_type),
        });
        let variants: Vec<StatusVariant> = variants.collect();
        // Codes first; a range, or the first of all, takes the rest.
        let range = variants.iter().find(|variant| variant.code.is_none());
        let rest = range.or(variants.first())?.ident.clone();
        let first = name.methods.iter().find(|other| other.media_type == method.media_type)?;
        Some(ByStatus { ident: format!("{}{BY_STATUS}", first.builder), variants, rest })
    }

    fn nullable_document(&self, id: &TypeId) -> Option<RustType> {
        let Some((_, Type { shape: Shape::Document(document), .. })) = self.api.resolve(id) else {
            return None;
        };
        let included = document.included.as_ref().map(|included| self.ty(included));
        let arguments = std::iter::once(self.ty(&document.data).option()).chain(included);
        Some(RustType::runtime_of("Document", arguments.collect()))
    }

    /// True if a JSON response of this type is not an object.
    fn needs_wrapper(&self, id: &TypeId) -> bool {
        match self.api.resolve(id).map(|(_, t)| &t.shape) {
            Some(Shape::Enum(_) | Shape::Union(_)) => true,
            Some(Shape::Alias(ty)) => !matches!(ty, TypeRef::List(_) | TypeRef::Map(_) | TypeRef::Any),
            _ => false,
        }
    }

    /// True if `limit` has its JSON:API meaning, or the overlay has a paging rule for the response.
    pub(super) fn has_pages(&self, operation: &Operation) -> bool {
        operation.paging.is_some() || operation.responses.values().any(|r| r.paged) || self.has_json_api_pages
    }

    fn is_paged(&self, answer: &TypeRef) -> bool {
        let TypeRef::Named(id) = answer else { return false };
        match self.api.resolve(id).map(|(_, t)| &t.shape) {
            Some(Shape::Page(_)) => true,
            Some(Shape::Linkage(l)) => l.to == Arity::Many && !l.request,
            _ => false,
        }
    }

    /// The argument that is sent as the body, and true if it contains the id of the path.
    fn body(&self, operation: &Operation, method: &name::Method) -> Option<(Argument, bool)> {
        let body = operation.body.as_ref()?;
        let media_type = method.sends.as_ref()?;
        let ty = body.content.get(media_type)?;
        let parsed = MediaType::parse(media_type);
        let plain = |ident: &str, ty, put| (Argument { ident: ident.to_owned(), ty, puts: vec![put] }, false);
        if let (Some(form), TypeRef::Map(_)) = (parsed.form(), ty) {
            let pair = RustType::Tuple(vec![RustType::text(), RustType::text()]);
            let add = if form == Form::Multipart { "part" } else { "field" };
            return Some(plain("fields", pair.iterator(), Put::Fields(add)));
        }
        // A body that is not required may be omitted.
        let whole = |ident: &str, ty: RustType, puts: Vec<Put>| {
            let optional = || vec![Put::Optional(ty.clone(), puts.clone())];
            let puts = if body.required { puts.clone() } else { optional() };
            let ty = if body.required { ty } else { ty.option().into_arg() };
            (Argument { ident: ident.to_owned(), ty, puts }, false)
        };
        if !parsed.reads_json() || *self.through(ty) == TypeRef::Binary {
            let sent = match parsed.is_range() {
                true if parsed.is_text() => "text/plain",
                true => "application/octet-stream",
                false => media_type,
            };
            let (mut argument, updates) =
                whole("body", RustType::runtime("Bytes"), vec![Put::Bytes(sent.to_owned())]);
            if body.required {
                argument.ty = argument.ty.into_arg();
            }
            return Some((argument, updates));
        }
        // The runtime sends `application/json` by default.
        let says = Some(parsed.sent(media_type)).filter(|sent| *sent != "application/json");
        let says = says.map(|sent| Put::ContentType(sent.to_owned()));
        let is_nullable = body.required && body.constraints.get(media_type).is_some_and(|own| own.nullable);
        let own = if is_nullable { self.ty(ty).option() } else { self.ty(ty) };
        let TypeRef::Named(id) = ty else {
            return Some(whole("body", own, std::iter::once(Put::Json(Vec::new())).chain(says).collect()));
        };
        match self.api.resolve(id).map(|(_, t)| &t.shape) {
            Some(Shape::Linkage(l)) => {
                let (ident, ty, put) = linkage_argument(l);
                Some(plain(ident, ty, put))
            }
            shape => {
                let request = match shape {
                    Some(Shape::Request(request)) => Some(request),
                    _ => None,
                };
                let update = request.is_some_and(|r| r.action == Action::Update);
                let one = operation.parameters.iter().filter(|p| p.place == In::Path).count() == 1;
                let updates = update && one && operation.path.ends_with('}');
                let has_rule = body.checked || request.is_some_and(|r| !r.one_of.is_empty());
                let members = body.envelope.iter().flat_map(|path| path.split('.')).map(str::to_owned);
                let put = Put::Json(members.collect());
                let puts = has_rule.then_some(Put::Check).into_iter().chain([put]).chain(says).collect();
                Some(match updates {
                    // The id of the resource is in the request.
                    true => (Argument { ident: "request".to_owned(), ty: own, puts }, true),
                    false => whole("request", own, puts),
                })
            }
        }
    }
}

/// The method that all lists share.
const PAGE_SIZE: &str = "limit";

/// The method that reads the items of a stream.
pub(crate) const STREAM_ITEMS: &str = "stream_items";

/// The suffix of the enum for a response whose body differs by status.
const BY_STATUS: &str = "ByStatus";

/// The parameters of a method outside of the path: the fields of the form only if the form is the body.
fn sent_parameters<'o>(
    operation: &'o Operation,
    method: &name::Method,
) -> impl Iterator<Item = &'o Parameter> {
    let is_form = operation.form.is_some() && operation.form == method.sends;
    operation.parameters.iter().filter(move |p| match p.place {
        In::Path => false,
        In::Form => is_form,
        In::Query | In::Header | In::Cookie => true,
    })
}

/// The argument for resource identifiers: ids alone, since all of them have one `type`.
fn linkage_argument(l: &Linkage) -> (&'static str, RustType, Put) {
    let kind = l.kind.clone();
    match (l.to, l.nullable) {
        (Arity::Many, _) => ("ids", RustType::string().into_arg().iterator(), Put::Linkages(kind)),
        (_, true) => {
            let ty = RustType::plain("str").reference().option();
            ("to", ty, Put::Linkage { kind, nullable: true })
        }
        (_, false) => ("to", RustType::text(), Put::Linkage { kind, nullable: false }),
    }
}

/// The names in the braces of a path template, in order.
pub(super) fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// True if it is the page size without further facts.
fn is_page_size(parameter: &Parameter) -> bool {
    parameter.role() == Role::Limit && parameter.ty == TypeRef::Integer && !parameter.deprecated
}

/// Method and path as vendors write them into addresses: `get-v1-apps-_id_-builds`.
fn slug(operation: &Operation) -> String {
    let text = format!("{}{}", operation.method.to_lowercase(), operation.path);
    text.replace(['{', '}'], "_").replace('/', "-")
}

/// Types that responses use.
pub(super) fn received(api: &Api) -> Vec<&TypeId> {
    let all = api.operations.values();
    all.flat_map(|o| {
        let answers = o.responses.values().flat_map(|r| r.content.values().chain(r.items.values()));
        answers.chain(o.failures()).filter_map(TypeRef::named)
    })
    .chain(api.payloads().filter_map(|payload| payload.ty.named()))
    .collect()
}

/// Documents how a streamed response is read as it arrives: by the method of its own call if its items have a type.
fn stream_docs(media_type: &str, typed: Option<&str>) -> Option<String> {
    let media_type = MediaType::parse(media_type);
    let method = match media_type.stream()? {
        Stream::Events => "events",
        Stream::Values => "json_lines",
    };
    Some(match typed {
        Some(builder) => {
            format!("[`{STREAM_ITEMS}`]({builder}::{STREAM_ITEMS}) of the call reads it as it arrives.")
        }
        None => format!("[`{method}`](rt::Call::{method}) of the call reads it as it arrives."),
    })
}
