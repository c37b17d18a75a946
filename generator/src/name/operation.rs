//! Names handles, methods, arguments and setters.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToShoutySnakeCase;

use super::area::Placed;
use super::case::{file, joined, others, pascal, singular, snake};
use super::config::HandleFrom;
use super::types::TYPES;
use super::{Exceptions, Handle, Method, Names, OperationName, ParameterName, Part, Scope, Section, quoted};
use crate::api::{Api, In, MediaType, Operation};
use crate::diagnostic::{Code, Diagnostic, Sink};

/// Methods that every type that collects arguments has already.
const SETTERS: &[&str] = &[
    "send",
    "full",
    "pages",
    "items",
    "into_call",
    "request",
    "header",
    "clone",
    "self_",
    "answering",
    "stream",
    "stream_items",
    "download",
    "with_header",
    "with_parameter",
    "with_retry",
    "repeatable",
    "with_timeout",
    "with_deadline",
    "with_read_only",
    // Not public, but in the same `impl`.
    "new",
    "at",
    "with",
];
/// Methods that every handle has already.
const METHODS: &[&str] = &["clone"];
/// Methods of the client that are not handles.
const CLIENT: &[&str] = &["builder", "runtime", "clone"];

pub(super) fn name(
    api: &Api,
    exceptions: &mut Exceptions<'_>,
    placed: &Placed,
    names: &mut Names,
    out: &mut Sink,
) {
    let mut methods: BTreeMap<String, Scope> = BTreeMap::new();
    let mut builders: BTreeMap<String, Builders> = BTreeMap::new();
    let mut handles: BTreeMap<String, String> = BTreeMap::new();
    let mut client = Scope::reserving(CLIENT);
    // An operation whose id is a method unchanged keeps that name, then one whose id is not shortened.
    let mut order: Vec<(bool, bool, &String, &Operation)> = Vec::new();
    for (id, operation) in &api.operations {
        let (_, handle) = handle(id, operation, exceptions);
        let plain = plain_method(id, operation, &handle, exceptions.naming.handle.from);
        let whole = snake(id);
        order.push((plain != whole, whole != *id, id, operation));
    }
    order.sort_by_key(|(shortened, other, id, _)| (*shortened, *other, *id));
    for (.., id, operation) in order {
        let (word, wanted) = handle(id, operation, exceptions);
        let at = || operation.pointer();
        // Two spellings of one handle are one handle; it conflicts only with the client's own methods.
        let handle = match handles.get(&wanted) {
            Some(handle) => handle.clone(),
            None => {
                let handle = client.take(&wanted, Vec::new, (&at, Section::Alias, word), out);
                handles.insert(wanted, handle.clone());
                handle
            }
        };
        let main = method(id, operation, &handle, exceptions, out);
        let area = placed.get(id).cloned();
        let ident = handle_type(&handle);
        let scope = methods.entry(handle.clone()).or_insert_with(|| Scope::reserving(METHODS));
        let built = builders.entry(handle.clone()).or_insert_with(|| Builders::new(&ident));
        let all = methods_of(operation, &main).into_iter().map(|mut method| {
            let alternatives = || {
                let whole = match method.ident == main {
                    true => snake(id),
                    false => format!("{}_{}", snake(id).trim_end_matches('_'), method.ident),
                };
                let own = method.ident.trim_end_matches('_');
                let verb = format!("{own}_{}", operation.method.to_lowercase());
                [whole, verb].into_iter().filter(|other| *other != method.ident).collect()
            };
            method.ident =
                scope.take(&method.ident, alternatives, (&at, Section::Operation, id.clone()), out);
            method.builder = built.take(&method.ident);
            method
        });
        let name = OperationName {
            methods: all.collect(),
            parameters: parameters(id, operation, exceptions, out),
            handle: handle.clone(),
            area: area.clone(),
            envelope: envelope(operation),
        };
        let entry = names.handles.entry(handle).or_insert_with(|| Handle { ident, ..Handle::default() });
        entry.areas.extend(area);
        entry.operations.push(id.clone());
        names.operations.insert(id.clone(), name);
    }
    for handle in names.handles.values_mut() {
        let method =
            |id: &String| names.operations.get(id).and_then(|o| o.methods.first()).map(|m| m.ident.clone());
        handle.operations.sort_by_cached_key(method);
    }
}

/// The type of a handle; one that Rust's own types would be hidden by is called otherwise.
fn handle_type(handle: &str) -> String {
    let ident = pascal(handle);
    if TYPES.contains(&ident.as_str()) { joined(&ident, "Handle") } else { ident }
}

/// The types that collect arguments in the module of one handle, and the constants of its operations.
struct Builders {
    handle: String,
    taken: BTreeSet<String>,
    constants: BTreeSet<String>,
}

impl Builders {
    fn new(handle: &str) -> Self {
        Self { handle: handle.to_owned(), taken: BTreeSet::new(), constants: BTreeSet::new() }
    }

    /// The builder of a method.
    fn take(&mut self, method: &str) -> String {
        let own = pascal(method);
        let call = joined(&own, "Call");
        let numbered = (2_u32..).map(|n| joined(&own, &format!("Call{n}")));
        let is_free = |name: &String| {
            // The handle's own type is in the same module.
            *name != self.handle
                && !TYPES.contains(&name.as_str())
                && !self.taken.contains(name)
                // A constant of the operation is called so, and a letter without a case is its own capital.
                && name.to_shouty_snake_case() != *name
                && !self.constants.contains(&name.to_shouty_snake_case())
        };
        let found = [own.clone(), call].into_iter().chain(numbered).find(is_free).unwrap_or(own);
        self.constants.insert(found.to_shouty_snake_case());
        self.taken.insert(found.clone());
        found
    }
}

/// The vendor's word for a handle, and its name in Rust.
fn handle(id: &str, operation: &Operation, exceptions: &mut Exceptions<'_>) -> (String, String) {
    let word = match exceptions.naming.handle.from {
        HandleFrom::Id => id.split('_').next().unwrap_or(id),
        HandleFrom::Tag => match operation.tags.first() {
            Some(tag) => tag,
            None => subject(&operation.path),
        },
    };
    let handle = exceptions.get(Section::Alias, word).unwrap_or_else(|| file(word));
    (word.to_owned(), handle)
}

/// The first segment of a path that names something: no parameter, no version, and not `api`.
fn subject(path: &str) -> &str {
    let is_version = |segment: &str| {
        let rest = segment.strip_prefix(['v', 'V']).unwrap_or(segment);
        rest.starts_with(|c: char| c.is_ascii_digit()) && rest.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    let names = |segment: &&str| {
        let plain = segment.chars().any(char::is_alphanumeric) && !segment.contains('{');
        plain && !is_version(segment) && *segment != "api"
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    path.split('/').find(names).unwrap_or("api")
}

fn method(
    id: &str,
    operation: &Operation,
    handle: &str,
    exceptions: &mut Exceptions<'_>,
    out: &mut Sink,
) -> String {
    if let Some(method) = exceptions.get(Section::Operation, id) {
        return method;
    }
    let naming = exceptions.naming;
    let mut segments: Vec<&str> = id.split('_').collect();
    let last = segments.pop().unwrap_or(id);
    if naming.handle.from == HandleFrom::Id && !segments.is_empty() {
        segments.remove(0);
    }
    let middle = segments.join("_");
    match naming.method.get(last) {
        // A rule without a place for the middle segment is a rule for ids that have none.
        Some(rule) if rule.contains('{') != middle.is_empty() => {
            rule.replace("{x}", &snake(&middle)).replace("{x1}", &snake(&singular(&middle)))
        }
        _ => {
            if !naming.method.is_empty() {
                let message =
                    format!("operationId `{id}` fits no rule of [method]; it is called by its snake case");
                let help = format!(
                    "in naming.toml, give `{last}` a rule under [method], or the operation a name under [operation]: {} = {}",
                    quoted(id),
                    quoted(&plain_method(id, operation, handle, naming.handle.from))
                );
                out.push(Diagnostic::notice(Code::UnruledId, &operation.pointer(), message).help(help));
            }
            plain_method(id, operation, handle, naming.handle.from)
        }
    }
}

/// The type that is named after the outermost member around the response.
fn envelope(operation: &Operation) -> Option<String> {
    let path = operation.responses.values().find_map(|response| response.envelope.as_deref())?;
    path.split('.').next().map(pascal)
}

/// The operationId without the parts that its handle and its route repeat.
fn plain_method(id: &str, operation: &Operation, handle: &str, from: HandleFrom) -> String {
    let id = match (from, id.split_once('_')) {
        (HandleFrom::Id, Some((_, rest))) => return snake(rest),
        (HandleFrom::Id, None) => return snake(id),
        _ => id,
    };
    let name = without_route(id, operation);
    let method = snake(name);
    let mut rest = method.as_str();
    // Some say it twice: tag, then path.
    while let Some(inner) = rest.strip_prefix(handle).and_then(|rest| rest.strip_prefix('_'))
        && !inner.is_empty()
    {
        rest = inner;
    }
    if rest.len() < method.len() { snake(rest) } else { method }
}

/// The operationId without its route: FastAPI puts path and method behind the name of the function.
pub(super) fn without_route<'i>(id: &'i str, operation: &Operation) -> &'i str {
    let route: String =
        operation.path.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
    let suffix = format!("{route}_{}", operation.method.to_lowercase());
    id.strip_suffix(&suffix).filter(|rest| !rest.is_empty()).unwrap_or(id)
}

/// One for each media type of the response, then one for each further media type of the body: JSON goes first, others are
/// named after their media type: `download_price_points_csv`, `create_multipart`.
fn methods_of(operation: &Operation, main: &str) -> Vec<Method> {
    let mut types: Vec<&String> = operation.responses.values().flat_map(|r| r.content.keys()).collect();
    types.sort_by_key(|t| (MediaType::parse(t).json_rank().unwrap_or(u8::MAX), t.as_str()));
    types.dedup();
    let sends = operation.sends();
    let one = |ident: String, media_type: Option<&String>, sends: Option<&String>| Method {
        builder: String::new(),
        ident,
        media_type: media_type.cloned(),
        sends: sends.cloned(),
    };
    let mut out = vec![one(main.to_owned(), types.first().copied(), sends.first().copied())];
    for media_type in types.iter().skip(1) {
        let parsed = MediaType::parse(media_type);
        let subtype = snake(if parsed.is_range() { parsed.word() } else { parsed.subtype() });
        let noun = match main.split_once('_') {
            Some(("list" | "get" | "download", noun)) => format!("_{noun}"),
            _ if ["list", "get", "download"].contains(&main) => String::new(),
            _ => format!("_{main}"),
        };
        out.push(one(format!("download{noun}_{subtype}"), Some(media_type), sends.first().copied()));
    }
    for sent in sends.iter().skip(1) {
        let word = snake(MediaType::parse(sent).word());
        let base = main.trim_end_matches('_');
        out.push(one(format!("{base}_{word}"), types.first().copied(), Some(sent)));
    }
    out
}

fn parameters(
    id: &str,
    operation: &Operation,
    exceptions: &mut Exceptions<'_>,
    out: &mut Sink,
) -> BTreeMap<(String, In), ParameterName> {
    let mut setters = Scope::reserving(SETTERS);
    // Names that the method itself uses.
    let own: &[&str] = if operation.body.is_some() {
        &["call", "body", "request", "ids", "to", "fields"]
    } else {
        &["call"]
    };
    let mut arguments = Scope::reserving(own);
    let mut names = BTreeMap::new();
    let at = || operation.pointer();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    operation.parameters.iter().for_each(|p| *counts.entry(&p.name).or_default() += 1);
    let repeated = |name: &str| counts.get(name).is_some_and(|count| *count > 1);
    // The path's own come first, then those whose Rust name is the vendor's.
    let mut order: Vec<_> = operation.parameters.iter().collect();
    order.sort_by_cached_key(|p| (p.place, snake(&p.name) != p.name, p.name.as_str()));
    for parameter in order {
        let (name, place) = (&parameter.name, parameter.place.as_str());
        let key = match repeated(name) && parameter.place != In::Path {
            true => format!("{id}.{name} in {place}"),
            false => format!("{id}.{name}"),
        };
        let wanted = exceptions.get(Section::Field, &key).unwrap_or_else(|| snake(name));
        let is_path = parameter.place == In::Path;
        let alternatives = || -> Vec<String> {
            if SETTERS.contains(&wanted.as_str()) || own.contains(&wanted.as_str()) {
                return vec![format!("{wanted}_")];
            }
            let placed = (!is_path).then(|| format!("{}_{place}", wanted.trim_end_matches('_')));
            match repeated(name) {
                true => placed.into_iter().chain(others(name, &wanted)).collect(),
                false => others(name, &wanted).into_iter().chain(placed).collect(),
            }
        };
        // An argument needs a name that neither arguments nor setters have.
        let is_free = |name: &String, setters: &Scope, arguments: &Scope| {
            let argument = is_path || parameter.required;
            (is_path || !setters.taken.contains_key(name))
                && (!argument || !arguments.taken.contains_key(name))
        };
        let ident = match is_free(&wanted, &setters, &arguments) {
            true => wanted,
            false => {
                let mut alternatives = alternatives();
                alternatives.retain(|name| is_free(name, &setters, &arguments));
                let taken = if setters.taken.contains_key(&wanted) && !is_path {
                    &mut setters
                } else {
                    &mut arguments
                };
                taken.take(&wanted, || alternatives, (&at, Section::Field, key.clone()), out)
            }
        };
        if !is_path {
            setters.reserve(ident.clone(), &key);
        }
        if is_path || parameter.required {
            arguments.reserve(ident.clone(), &key);
        }
        names.insert((name.clone(), parameter.place), ParameterName { ident, ..ParameterName::default() });
    }
    composites(operation, &mut names, &arguments, exceptions, out);
    names
}

/// Finds the parameters of a path that one argument gives; its name must be free.
fn composites(
    operation: &Operation,
    names: &mut BTreeMap<(String, In), ParameterName>,
    arguments: &Scope,
    exceptions: &mut Exceptions<'_>,
    out: &mut Sink,
) {
    for (argument, composite) in &exceptions.naming.argument {
        let mut parameters = composite.fields.keys().map(|name| (name.clone(), In::Path));
        let is_there = parameters.all(|key| names.get(&key).is_some_and(|name| name.part.is_none()));
        let own = |(name, _): &(String, In)| composite.fields.contains_key(name);
        let is_own = names.iter().any(|(key, name)| own(key) && name.ident == *argument);
        if !is_there {
            continue;
        }
        exceptions.used_arguments.insert(argument);
        if arguments.taken.contains_key(argument) && !is_own {
            let message = format!("`{argument}` of [argument] is also another argument of this operation");
            let help = "give the argument another name in naming.toml";
            out.push(Diagnostic::error(Code::InvalidConfig, &operation.pointer(), message).help(help));
            continue;
        }
        for (name, field) in &composite.fields {
            if let Some(parameter) = names.get_mut(&(name.clone(), In::Path)) {
                let (argument, of) = (argument.clone(), composite.r#type.clone());
                parameter.part = Some(Part { argument, of, field: field.clone() });
            }
        }
    }
}
