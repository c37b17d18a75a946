//! Finds the Rust names of a document's names, and the other way round.

mod search;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::bail;
use serde::Serialize;
use storewright_generator::api::{Api, TypeId};
use storewright_generator::diagnostic::{Sink, shown};
use storewright_generator::name::Names;
use storewright_generator::plan::{Item, ItemKind, RustType, Signature};

use crate::generate::Job;
use crate::pipeline::{self, Unplanned, Version};
use crate::project::{Project, SETTINGS};
use crate::report::{plural, program, refuse, stdout, stdout_json, tell};
use crate::{Outcome, fetch};

/// The number of items that are shown.
const SHOWN: usize = 40;

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  storewright find \"GET /pets/{petId}\"  # the Rust call
  storewright find Pet.photoUrls          # a field, by the document's name
  storewright find pets::list             # or the reverse
  storewright find add pet --format json  # words of names, in any order, for programs";

/// The options of `find`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A path (`/v1/apps/{id}`), an operation id, a schema, a field (`App.attributes.name`, `bundleId`), a parameter
    /// (`filter[name]`, `GET /v1/apps ?limit`), a Rust name (`AppAttributes.name`, `apps::list`, `client.apps().list`), or
    /// words of any of them (`submit review`).
    #[arg(required = true, num_args = 1.., value_name = "NAME|WORDS")]
    name: Vec<String>,
    /// The format of the list.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal.
    Text,
    /// For programs: a list of objects.
    Json,
}

/// A name's locations in the document, and the Rust member that is meant there.
struct Wanted {
    origin: String,
    ends: Option<String>,
}

/// An item in its printed form.
#[derive(Serialize)]
struct Found {
    api: String,
    /// The Rust path.
    path: String,
    /// Kind and signature.
    item: String,
    /// The call of an operation, or of a setter on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<String>,
    /// JSON Pointer into the document.
    origin: String,
    /// Any of these features brings the item; all do if empty.
    features: BTreeSet<String>,
    /// The first line of its documentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    docs: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

/// Prints the items with a name, on either side, or those that match words.
pub fn run(project: &Project, args: &Args) -> anyhow::Result<Outcome> {
    let mut out = Sink::new();
    let Some(crates) = crates(project, &mut out)? else { return Ok(refuse(out.diagnostics())) };
    let name = args.name.join(" ");
    let all = || crates.iter().flat_map(|one| one.1.items.iter().map(move |item| (one, item)));
    let mut items: Vec<_> = crates
        .iter()
        .flat_map(|one| {
            let (_, version, _) = one;
            let wanted = wanted(&version.api, &version.names, &name);
            let is_found = |item: &&Item| {
                let (path, origin) = (item.path.as_str(), &*item.origin);
                wanted.iter().any(|w| w.fits(path, origin))
                    || is_rust(path, &version.names, &name)
                    || is_call(path, &name)
                    || (item.returns.is_some() && is_of(path, &version.names, &name))
            };
            version.items.iter().filter(is_found).map(|item| (one, item)).collect::<Vec<_>>()
        })
        .collect();
    // A call is sought more often than its setters, and these more often than types. The order is otherwise that of API.txt.
    items.sort_by_key(|((_, version, _), item)| match call(version, item) {
        Some(_) if item.returns.is_some() => 0,
        Some(_) => 1,
        None => 2,
    });
    if items.is_empty() {
        items = search::search(&name, all());
    }
    let count = items.len();
    let found = items.into_iter().take(SHOWN).map(|(of, item)| found(project, of, item)).collect::<Vec<_>>();
    match args.format {
        Format::Json => stdout_json(&found)?,
        Format::Text => {
            let mut text: String = found.iter().map(Found::text).collect();
            if count > SHOWN {
                text += &format!("and {} more: give more of the name\n", count - SHOWN);
            }
            stdout(&text)?;
        }
    }
    match count {
        0 => tell!(
            "0 items: give a name as the vendor's document or the crate has it, only its end, or some of its words; \
             `{} find --help` lists the forms",
            program()
        ),
        _ => tell!("{count} {}", plural(count, "item")),
    }
    Ok(if count == 0 { Outcome::Findings } else { Outcome::Done })
}

/// Completes an item by its call, and by the file that defines it.
fn found(project: &Project, (api, version, folder): &Crate, item: &Item) -> Found {
    let place = defined(folder, &item.path);
    let docs = place.as_ref().and_then(|(file, line)| docs(&fs::read_to_string(file).ok()?, *line));
    Found {
        api: api.clone(),
        path: item.path.trim_start_matches("::").to_owned(),
        item: item.shown(),
        call: call(version, item),
        origin: item.origin.to_string(),
        features: (*item.areas).clone(),
        docs,
        line: place.as_ref().map(|(_, line)| *line),
        file: place.map(|(file, _)| project.shown(&file)),
    }
}

impl Found {
    fn text(&self) -> String {
        let Self { api, path, item, call, origin, features, docs, file, line } = self;
        let origin = if origin.is_empty() { String::new() } else { format!(": {}", shown(origin)) };
        let mut text = format!("{path} {item}\n    {api}{origin}\n");
        if let Some(call) = call {
            text += &format!("    call: {call}\n");
        }
        if !features.is_empty() {
            let features: Vec<&str> = features.iter().map(String::as_str).collect();
            text += &format!("    feature: {}\n", features.join(" or "));
        }
        if let Some(docs) = docs {
            text += &format!("    docs: {}\n", shown(docs));
        }
        if let (Some(file), Some(line)) = (file, line) {
            text += &format!("    {file}:{line}\n");
        }
        text
    }
}

/// The Rust call of an operation; for a setter, with the call before it.
fn call(version: &Version, item: &Item) -> Option<String> {
    let parts = |item: &Item| {
        let mut parts = item.path.split("::").map(str::to_owned);
        match (parts.next()?.as_str(), parts.next(), parts.next(), parts.next()) {
            ("operations", Some(module), Some(ty), Some(method)) if item.kind == ItemKind::Fn => {
                Some((module, ty, method))
            }
            _ => None,
        }
    };
    let is_handle =
        |module: &str, ty: &str| version.names.handles.get(module).is_some_and(|handle| handle.ident == ty);
    let arguments = |item: &Item| match &item.signature {
        Signature::Function(arguments, _) => {
            arguments.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
        }
        Signature::Literal(name, _) => format!("{name} {{ … }}"),
        Signature::None | Signature::Type(_) => String::new(),
    };
    if let Some(handle) = item.path.strip_prefix("::Client::").or(item.path.strip_prefix("Client::"))
        && version.names.handles.contains_key(handle)
    {
        return Some(format!("client.{handle}()"));
    }
    let (module, ty, method) = parts(item)?;
    if is_handle(&module, &ty) {
        return Some(format!("client.{module}().{method}({})", arguments(item)));
    }
    // A setter is a method of the type that the call returns.
    let (start, from) = version.items.iter().find_map(|start| {
        let (own, handle, method) = parts(start)?;
        let returns = matches!(&start.returns, Some(RustType::Own(own)) if *own == ty);
        (returns && own == module && is_handle(&own, &handle)).then_some((method, start))
    })?;
    Some(format!("client.{module}().{start}({}).{method}({})", arguments(from), arguments(item)))
}

/// The first line of the documentation of the item that a line defines.
fn docs(text: &str, line: usize) -> Option<String> {
    let before: Vec<&str> = text.lines().take(line.checked_sub(1)?).map(str::trim_start).collect();
    let of_item =
        before.into_iter().rev().take_while(|line| line.starts_with("///") || line.starts_with("#["));
    of_item.filter_map(|line| line.strip_prefix("///")).last().map(|line| line.trim().to_owned())
}

/// A crate: its API's name, its items, and its folder.
type Crate = (String, Version, PathBuf);

/// The crates of a project; none if errors were pushed.
fn crates(project: &Project, out: &mut Sink) -> anyhow::Result<Option<Vec<Crate>>> {
    if let Some(settings) = project.settings(out)? {
        let job = Job::of(project, &settings)?;
        let Some(document) = fetch::fetch(&job.document, out) else { return Ok(None) };
        let version = pipeline::version(&document, &job.rules, &job.name, out);
        return Ok(version.map(|version| vec![(job.name, version, job.out)]));
    }
    let apis = project.apis()?;
    if apis.is_empty() && !out.has_errors() {
        bail!("there is no {SETTINGS} here: make one with `storewright init DOCUMENT`");
    }
    let mut crates = Vec::new();
    for name in apis {
        let rules = pipeline::rules(project, Some(&name))?;
        let Some((api, _)) = pipeline::stored(project, &name, out) else { return Ok(None) };
        let Some(version) = Unplanned::stored(api, None).plan(None, &rules, out) else { return Ok(None) };
        let generated = project.generated(&name);
        crates.push((name, version, generated));
    }
    Ok((!out.has_errors()).then_some(crates))
}

impl Wanted {
    fn fits(&self, path: &str, origin: &str) -> bool {
        let part = |end: &String| path.rsplit(['.', ':']).next() == Some(end);
        self.origin == origin && self.ends.as_ref().is_none_or(part)
    }
}

fn wanted(api: &Api, names: &Names, name: &str) -> Vec<Wanted> {
    let mut out = Vec::new();
    // Reports write `GET /v1/apps ?limit`.
    let (call, parameter) = match name.split_once(" ?") {
        Some((call, parameter)) => (Some(call), parameter),
        None => (None, name),
    };
    // `GET /v1/apps` says which of a path's operations is meant.
    let call = call.unwrap_or(name);
    let (method, path) = call.split_once(' ').map_or((None, call), |(method, path)| (Some(method), path));
    for (id, operation) in &api.operations {
        let is_path = operation.path == path || blank(&operation.path) == path;
        let is_call = is_path && method.is_none_or(|m| operation.method == m.to_uppercase());
        let origin = operation.pointer().to_string();
        let named = names.operations.get(id).into_iter().flat_map(|own| &own.parameters);
        let own = named.filter(|((name, _), _)| name == parameter).map(|(_, own)| own).next();
        match own.filter(|_| is_call || call == parameter) {
            Some(own) => out.push(Wanted { origin, ends: Some(own.ident.clone()) }),
            None if call == name && (is_call || id == name) => out.push(Wanted { origin, ends: None }),
            None => {}
        }
    }
    // A field's name alone is that of every type.
    for (id, ty) in &names.types {
        if let Some(member) = ty.members.get(name) {
            out.push(Wanted { origin: api.type_pointer(id).to_string(), ends: Some(member.clone()) });
        }
    }
    let types: Vec<(String, &TypeId)> = api.types.keys().map(|id| (id.label(), id)).collect();
    for (_, id) in types.iter().filter(|(label, _)| label == name) {
        out.push(Wanted { origin: api.type_pointer(id).to_string(), ends: None });
    }
    // The longest type in front of a field is the one that has it.
    let fields = types.iter().filter_map(|(label, id)| {
        let field = name.strip_prefix(label.as_str())?.strip_prefix('.')?;
        Some((label.len(), *id, names.types.get(*id)?.members.get(field)?))
    });
    if let Some((_, id, member)) = fields.max_by_key(|(length, ..)| *length) {
        out.push(Wanted { origin: api.type_pointer(id).to_string(), ends: Some(member.clone()) });
    }
    out
}

/// A path as reports have it, without the names of its parameters.
fn blank(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// True if a Rust path is the last call of `client.apps().list(…)`.
fn is_call(path: &str, name: &str) -> bool {
    let name = name.strip_prefix("client.").unwrap_or(name);
    let Some((handle, rest)) = name.split_once("().") else { return false };
    let last = rest.rsplit(").").next().and_then(|last| last.split('(').next());
    let own =
        path.strip_prefix("operations::").and_then(|path| path.strip_prefix(handle)?.strip_prefix("::"));
    own.is_some_and(|own| own.rsplit("::").next() == last)
}

/// True if a Rust path is a method of the handle of this name.
fn is_of(path: &str, names: &Names, handle: &str) -> bool {
    names.handles.contains_key(handle)
        && path.strip_prefix("operations::").and_then(|path| path.split("::").next()) == Some(handle)
}

/// True if a Rust path ends with a person's text, from the start of a name on. Rust writes `::` before a variant and
/// `.` before a field, and a method is found by its module too: `apps::list`.
fn is_rust(path: &str, names: &Names, name: &str) -> bool {
    let (path, name) = (path.replace('.', "::"), name.replace('.', "::"));
    let ends = |path: &str| {
        path.strip_suffix(&name).is_some_and(|before| before.is_empty() || before.ends_with("::"))
    };
    let in_module = || match path.split("::").collect::<Vec<_>>().as_slice() {
        ["operations", module, ty, method] => {
            let is_handle = names.handles.get(*module).is_some_and(|handle| handle.ident == *ty);
            is_handle && ends(&format!("operations::{module}::{method}"))
        }
        _ => false,
    };
    ends(&path) || in_module()
}

/// The file and line that define an item.
fn defined(generated: &Path, path: &str) -> Option<(PathBuf, usize)> {
    let parts: Vec<&str> = path.split("::").flat_map(|part| part.split('.')).collect();
    let (files, own, member) = match parts.as_slice() {
        ["models", ty, rest @ ..] => (files(&generated.join("src/models")), *ty, rest.first()),
        ["operations", module, rest @ ..] => {
            let file = generated.join(format!("src/operations/{module}.rs"));
            (vec![file], *rest.first()?, rest.get(1))
        }
        _ => (vec![generated.join("src/client.rs")], "Client", parts.last()),
    };
    let defines = |line: &str, name: &str| {
        let words: Vec<&str> =
            line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
        ["struct", "enum", "type", "fn"].iter().any(|kind| words.windows(2).any(|w| w == [*kind, name]))
    };
    files.into_iter().find_map(|file| {
        let text = fs::read_to_string(&file).ok()?;
        let start = text.lines().position(|line| defines(line, own))?;
        let inner = member.and_then(|member| {
            let is = |line: &str| {
                let code = line.trim_start();
                defines(code, member)
                    || code.starts_with(&format!("pub {member}:"))
                    || code.starts_with(&format!("{member}("))
                    || code.starts_with(&format!("{member},"))
                    || code.starts_with(&format!("{member} ="))
            };
            text.lines().enumerate().skip(start).find(|(_, line)| is(line)).map(|(at, _)| at)
        });
        Some((file, inner.unwrap_or(start) + 1))
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    out.sort();
    out
}
