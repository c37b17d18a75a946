//! Finds the Rust name of a vendor's name and the reverse, with area, file and line.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::bail;

use storewright_generator::api::{Api, TypeId};
use storewright_generator::diagnostic::{Sink, shown};
use storewright_generator::name::Names;

use crate::generate::Job;
use crate::pipeline::{self, Version};
use crate::project::{Project, SETTINGS};
use crate::report::{plural, refuse, stdout, tell};
use crate::{Outcome, fetch};

/// The number of items that are shown.
const SHOWN: usize = 40;

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  storewright find \"GET /pets/{petId}\"  # the Rust call
  storewright find Pet.photoUrls          # a field, by the document's name
  storewright find pets::list             # and the other way round";

/// The options of `find`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A path (`/v1/apps/{id}`), an operation id, a schema, a field (`App.attributes.name`, `bundleId`), a parameter
    /// (`filter[name]`, `GET /v1/apps ?limit`), or a Rust name (`AppAttributes.name`, `apps::list`, `client.apps().list`).
    name: String,
}

/// The meaning of a name: locations in the vendor's document, and the Rust member there.
struct Wanted {
    origin: String,
    ends: Option<String>,
}

/// Prints the items of a name, on both sides.
pub fn run(project: &Project, args: &Args) -> anyhow::Result<Outcome> {
    let mut out = Sink::new();
    let mut count = 0;
    let mut text = String::new();
    let Some(crates) = crates(project, &mut out)? else { return Ok(refuse(out.diagnostics())) };
    for (name, version, generated) in crates {
        let wanted = wanted(&version.api, &version.names, &args.name);
        for item in &version.items {
            let (path, origin) = (item.path.as_str(), item.origin.as_str());
            let is_wanted = wanted.iter().any(|w| w.fits(path, origin));
            let is_own = is_rust(path, &version.names, &args.name) || is_call(path, &args.name);
            if !is_wanted && !is_own {
                continue;
            }
            count += 1;
            if count > SHOWN {
                continue;
            }
            let own = path.trim_start_matches("::");
            text += &format!("{own} {}\n    {name}: {}\n", item.shown(), shown(origin));
            if !item.areas.is_empty() {
                let areas: Vec<&str> = item.areas.iter().map(String::as_str).collect();
                text += &format!("    feature: {}\n", areas.join(" or "));
            }
            if let Some((file, line)) = defined(&generated, path) {
                text += &format!("    {}:{line}\n", project.shown(&file));
            }
        }
    }
    if count > SHOWN {
        text += &format!("and {} more: give more of the name\n", count - SHOWN);
    }
    stdout(&text)?;
    match count {
        0 => tell!(
            "0 items: give a name as the vendor's document or the crate has it, or only its end; \
             `{} find --help` lists what is found",
            crate::report::program()
        ),
        _ => tell!("{count} {}", plural(count, "item")),
    }
    Ok(if count == 0 { Outcome::Findings } else { Outcome::Done })
}

/// The crates of a project: names of their APIs, items, and folders; none if errors were pushed.
fn crates(project: &Project, out: &mut Sink) -> anyhow::Result<Option<Vec<(String, Version, PathBuf)>>> {
    if let Some(settings) = project.settings(out)? {
        let job = Job::of(project, &settings)?;
        let Some(document) = fetch::fetch(&job.document, None, out) else { return Ok(None) };
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
        let Some(version) = pipeline::version_of(api, &rules, None, out) else { return Ok(None) };
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
        Some((label.len(), *id, names.types.get(id)?.members.get(field)?))
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
