//! Runs the stages in order on a document or a stored Api. Nobody else calls them.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use storewright_generator::api::{Api, Info, Model, TypeId, stored};
use storewright_generator::diagnostic::{Code, Diagnostic, Place, Pointer, Severity, Sink};
use storewright_generator::name::{Custom, Names};
use storewright_generator::plan::Item;
use storewright_generator::render::{MARK, MissingModel, Options};
use storewright_generator::select::{self, Selector};
use storewright_generator::{load, lower, name, plan, render, write};
use walkdir::WalkDir;

use crate::fetch::{self, Document};
use crate::progress;
use crate::project::{Project, below};

/// Name of the stored report, next to the stored Api.
const REPORT: &str = "report.yaml";

/// The handwritten rules of one API.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The folder of the API, as messages show it.
    pub folder: String,
    /// `overlay.yaml`, by the path that messages show.
    pub overlay: Option<(String, String)>,
    /// Text of `naming.toml`.
    pub naming: Option<String>,
    /// Text of `areas.toml`.
    pub areas: Option<String>,
    /// Text of `crate.toml`.
    pub custom: Option<String>,
    /// The operations to generate; empty for all of them.
    pub only: Vec<Selector>,
    /// The title that a document must have, after the overlay; any where absent.
    pub title: Option<String>,
    /// By path below `templates/`.
    pub templates: BTreeMap<String, String>,
}

/// The diagnostics of an update, stored so that they can be queried offline.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The actions that apply to the version.
    pub overlay: Vec<Matched>,
    /// The safe defaults.
    pub notices: Vec<Notice>,
}

/// The number of matches of an overlay action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matched {
    /// The action's `x-id`, else its index.
    pub id: String,
    /// The number of matches.
    pub matched: usize,
}

/// A safe default that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The stable code.
    pub code: String,
    /// The JSON Pointer.
    pub at: String,
    /// The problem.
    pub message: String,
}

/// The results for a document.
pub struct Made {
    /// Operations and types.
    pub api: Api,
    /// The types of the crate.
    pub model: Model,
    /// Rust names.
    pub names: Names,
    /// Overlay actions and notices.
    pub report: Report,
    /// The parts of the document that the overlay changed.
    pub corrections: load::Corrections,
}

/// One version of an API, as `diff` compares it.
pub struct Version {
    /// Operations and types.
    pub api: Api,
    /// The types of the crate.
    pub model: Model,
    /// Rust names.
    pub names: Names,
    /// The parts of the document that the overlay changes.
    pub corrections: load::Corrections,
    /// The public items of the crate.
    pub items: Vec<Item>,
    /// The faults of the document, without lines.
    pub faults: Vec<Diagnostic>,
}

/// The files that people write about an API, in one folder.
pub const WRITTEN: [&str; 4] = ["overlay.yaml", "naming.toml", "areas.toml", "crate.toml"];

/// Reads the rules and templates of one of our APIs; those of any other document are empty.
pub fn rules(project: &Project, api: Option<&str>) -> anyhow::Result<Rules> {
    let Some(api) = api else { return Ok(Rules::default()) };
    let mut out = rules_in(project, &project.spec(api))?;
    let templates = project.root().join("templates");
    read_folder(&templates, &templates.join(api), &mut out.templates)?;
    Ok(out)
}

/// Reads the rules in a folder of the person's own.
pub fn own_rules(project: &Project, folder: &Path) -> anyhow::Result<Rules> {
    if !WRITTEN.iter().any(|name| folder.join(name).is_file()) {
        bail!("{} contains none of {}", folder.display(), WRITTEN.join(", "));
    }
    rules_in(project, folder)
}

/// Reads the rules in a folder, which may have none.
pub fn rules_in(project: &Project, folder: &Path) -> anyhow::Result<Rules> {
    let [overlay, naming, areas, custom] = WRITTEN.map(|name| folder.join(name));
    Ok(Rules {
        folder: project.shown(folder),
        overlay: read_optional(&overlay)?.map(|text| (project.shown(&overlay), text)),
        naming: read_optional(&naming)?,
        areas: read_optional(&areas)?,
        custom: read_optional(&custom)?,
        ..Rules::default()
    })
}

/// Document → `Spec` → `Api` → `Names`; none if errors were pushed.
pub fn make(
    document: &Document,
    rules: &Rules,
    name: &str,
    keep_prose: bool,
    out: &mut Sink,
) -> Option<Made> {
    let made = selected(document, rules, name, keep_prose, out).and_then(|(api, corrections, report)| {
        let model = api.model();
        Some(Made { names: names(&model, rules, out)?, api, model, report, corrections })
    });
    load::locate(document_source(document), out);
    made
}

/// Document → `Spec` → `Api`, with the operations alone that the rules select; none if errors were pushed.
fn selected(
    document: &Document,
    rules: &Rules,
    name: &str,
    keep_prose: bool,
    out: &mut Sink,
) -> Option<(Api, load::Corrections, Report)> {
    let options = load::Options { keep_prose, read: document.read };
    let (mut api, mut spec, report) = lowered(document_source(document), rules, name, &options, out)?;
    let only = custom(rules, out)?.only;
    let only: Vec<Selector> =
        rules.only.iter().cloned().chain(only.iter().map(|text| Selector::new(text))).collect();
    let uses = if only.is_empty() { BTreeMap::new() } else { spec.uses() };
    let dropped = select::select(&mut api, &only, &uses, out)?;
    if !dropped.is_empty() {
        let dropped = dropped.located(|at| spec.origin(at));
        out.retain_notices(|notice| !dropped.contains(&notice.at.pointer));
    }
    Some((api, std::mem::take(&mut spec.corrections), report))
}

/// A version whose crate is not planned yet. A comparison plans none before it has read both documents, which take the
/// most memory.
pub struct Unplanned {
    api: Api,
    corrections: load::Corrections,
    /// The text of `API.txt`, where that is known.
    items: Option<String>,
    faults: Vec<Diagnostic>,
}

impl Unplanned {
    /// Document → `Spec` → `Api`; none if errors were pushed. A comparison prints the faults alone of all notices.
    pub fn read(document: &Document, rules: &Rules, name: &str, out: &mut Sink) -> Option<Self> {
        let read = selected(document, rules, name, false, out);
        let faults = take_faults(out);
        if read.is_none() {
            load::locate(document_source(document), out);
        }
        let (api, corrections, _) = read?;
        Some(Self { api, corrections, items: None, faults })
    }

    /// A stored Api, with the text of `API.txt`, where that is known.
    pub fn stored(api: Api, items: Option<String>) -> Self {
        Self { api, corrections: load::Corrections::default(), items, faults: Vec::new() }
    }

    /// `Api` → `Names` → public items, where those are not known already; none if errors were pushed, which have lines
    /// of the document.
    pub fn plan(self, document: Option<&Document>, rules: &Rules, out: &mut Sink) -> Option<Version> {
        let Self { api, corrections, items, mut faults } = self;
        let mut model = api.model();
        let Some(names) = names(&model, rules, out) else {
            document.into_iter().for_each(|document| load::locate(document_source(document), out));
            return None;
        };
        faults.extend(take_faults(out));
        let items = match items {
            Some(text) => Item::read_all(&text),
            None => plan::items(&model, &names),
        };
        model.forget_operations();
        Some(Version { api, model, names, corrections, items, faults })
    }
}

/// Takes out all notices, and returns those of them that are faults of the document.
fn take_faults(out: &mut Sink) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    out.retain_notices(|notice| {
        faults.extend(notice.is_fault().then(|| notice.clone()));
        false
    });
    faults
}

/// Document → `Spec` → `Api` → `Names` → public items; none if errors were pushed.
pub fn version(document: &Document, rules: &Rules, name: &str, out: &mut Sink) -> Option<Version> {
    Unplanned::read(document, rules, name, out)?.plan(Some(document), rules, out)
}

/// The part of a version that corrections can affect.
pub struct Part {
    /// Without the corrections.
    pub raw: Api,
    /// With them; none if that is all of the version.
    pub corrected: Option<Api>,
}

#[cfg(feature = "commands")]
impl Part {
    /// The part as `diff` compares it.
    pub fn of<'a>(&'a self, version: &'a Version) -> storewright_generator::diff::Part<'a> {
        storewright_generator::diff::Part {
            raw: &self.raw,
            corrected: self.corrected.as_ref().unwrap_or(&version.api),
        }
    }
}

/// The part of a version that its corrections, or those of the other version, can affect; none if it cannot be read.
pub fn part(
    version: &Version,
    document: &Document,
    rules: &Rules,
    places: &mut load::Places<'_>,
    other: &load::Corrections,
) -> Option<Part> {
    let whole = document_source(document);
    let options = load::Options { keep_prose: false, read: document.read };
    let is_kept = |id: &TypeId| !id.is_inline() && version.api.types.contains_key(id);
    let api = |text: &[u8]| {
        // The faults that the overlay corrects are not faults of the version, whose own are known.
        let out = &mut Sink::new();
        let mut spec = load::load(load::Source { text, ..whole }, None, &options, out)?;
        spec.definitions = config(rules, out)?.naming.definition;
        lower::lower_part(&spec, &version.api.info.name, is_kept, out)
    };
    match load::excerpt(places, &version.corrections, other) {
        None => Some(Part { raw: api(whole.text)?, corrected: None }),
        Some(excerpt) => {
            let corrected = excerpt.of(&version.api);
            Some(Part { raw: api(excerpt.text.as_bytes())?, corrected: Some(corrected) })
        }
    }
}

/// The text and the name of a document.
pub fn document_source(document: &Document) -> load::Source<'_> {
    load::Source { name: &document.from, text: document.text.as_bytes() }
}

/// The overlay of the rules, if they have one; none if errors were pushed.
fn overlay_of(rules: &Rules, out: &mut Sink) -> Option<Option<load::Overlay>> {
    let Some((path, text)) = &rules.overlay else { return Some(None) };
    Some(Some(load::Overlay::parse(load::Source { name: path, text: text.as_bytes() }, out)?))
}

fn lowered(
    source: load::Source<'_>,
    rules: &Rules,
    name: &str,
    options: &load::Options,
    out: &mut Sink,
) -> Option<(Api, load::Spec, Report)> {
    let overlay = overlay_of(rules, out)?;
    progress::step(&format!("{name}: reading {}", source.name));
    let mut spec = load::load(source, overlay.as_ref(), options, out)?;
    let title = &spec.document.info.title;
    if let Some(known) = rules.title.as_ref().filter(|known| *known != title) {
        let message = format!("the document is titled \"{title}\", and {name} is \"{known}\"");
        let help = format!(
            "give a document of {name}; where its vendor renamed it, an action on `$.info` in {}/overlay.yaml keeps \
             the title: `update: {{ title: {known:?} }}`",
            rules.folder
        );
        out.push(Diagnostic::error(Code::ForeignDocument, &Pointer::new("/info/title"), message).help(help));
        return None;
    }
    spec.definitions = config(rules, out)?.naming.definition;
    let before = out.diagnostics().len();
    progress::step(&format!("{name}: recognising operations and types"));
    let api = lower::lower(&spec, name, out);
    show_folder(rules, before, out);
    let api = api?;
    let applied = spec.overlay.iter().filter(|action| action.applies);
    let overlay = applied.map(|action| Matched { id: action.id.clone(), matched: action.matched }).collect();
    Some((api, spec, Report { overlay, notices: notices(out.diagnostics()) }))
}

/// The files of the stored form, by path below `specs/<api>/`.
pub fn stored_files(api: &Api, report: &Report) -> anyhow::Result<BTreeMap<String, String>> {
    let head = format!("# {MARK}: `cargo xtask update {}` writes this file.\n", api.info.name);
    let mut out = BTreeMap::new();
    for (name, text) in stored::files(api)? {
        out.insert(format!("api/{name}"), format!("{head}{text}"));
    }
    out.insert(format!("api/{REPORT}"), format!("{head}{}", serde_yaml::to_string(report)?));
    Ok(out)
}

/// The version that was stored at a revision; none if errors were pushed.
pub fn at_revision(
    project: &Project,
    revision: &str,
    api: &str,
    out: &mut Sink,
) -> anyhow::Result<Option<Version>> {
    let found = unplanned_at_revision(project, revision, api, out)?;
    Ok(found.and_then(|(unplanned, rules)| unplanned.plan(None, &rules, out)))
}

/// The Api as it was stored at a revision, its public items, and its rules; none if errors were pushed.
pub fn unplanned_at_revision(
    project: &Project,
    revision: &str,
    api: &str,
    out: &mut Sink,
) -> anyhow::Result<Option<(Unplanned, Rules)>> {
    let spec = format!("specs/{api}");
    let shown = |path: &str| format!("{revision}:{spec}/{path}");
    let optional = |path: String| -> anyhow::Result<Option<String>> { project.at_revision(revision, &path) };
    let rules = Rules {
        folder: format!("{revision}:{spec}"),
        naming: optional(format!("{spec}/naming.toml"))?,
        areas: optional(format!("{spec}/areas.toml"))?,
        ..Rules::default()
    };
    let before = out.diagnostics().len();
    let read = |name: &str| match project.at_revision(revision, &format!("{spec}/api/{name}")) {
        Ok(Some(text)) => Ok(text),
        Ok(None) => Err(io::Error::from(io::ErrorKind::NotFound)),
        Err(error) => Err(io::Error::other(format!("{error:#}"))),
    };
    let found = stored::from_files(read, out);
    for diagnostic in out.diagnostics_mut().iter_mut().skip(before) {
        diagnostic.at.file = shown(&format!("api/{}", diagnostic.at.file));
    }
    let Some(found) = found else { return Ok(None) };
    // The output of that revision's own generator is the API that its users have.
    let items = optional(format!("generated/{api}/API.txt"))?;
    Ok(Some((Unplanned::stored(found, items), rules)))
}

/// The stored Api and its report; none if errors were pushed, also where an update was killed while it wrote them.
pub fn stored(project: &Project, api: &str, out: &mut Sink) -> Option<(Api, Report)> {
    let Some(lock) = write::unfinished(&project.spec(api)) else { return read_stored(project, api, out) };
    let at = Place { file: project.shown(&lock), ..Place::default() };
    let message = "an update was stopped while it wrote, so the stored Api may be partly new";
    let help = format!(
        "run `cargo xtask update {api}` again with the same document, or restore specs/{api} and remove this file"
    );
    out.push(Diagnostic::error(Code::InvalidApi, at, message).help(help));
    None
}

/// The same from files that may be partly new.
pub fn read_stored(project: &Project, api: &str, out: &mut Sink) -> Option<(Api, Report)> {
    let folder = project.spec(api).join("api");
    let before = out.diagnostics().len();
    let read = |name: &str| fs::read_to_string(folder.join(name));
    progress::step(&format!("{api}: reading the stored Api"));
    let found = stored::from_files(read, out);
    // The stage knows the names alone.
    for diagnostic in out.diagnostics_mut().iter_mut().skip(before) {
        diagnostic.at.file = project.shown(&folder.join(&diagnostic.at.file));
    }
    let report = match read(REPORT) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Report::default()),
        Err(error) => Err(error.to_string()),
        Ok(text) => serde_yaml::from_str(&text).map_err(|error| error.to_string()),
    };
    match report {
        Ok(report) => Some((found?, report)),
        Err(message) => {
            let file = project.shown(&folder.join(REPORT));
            let at = Place { file, ..Place::default() };
            out.push(
                Diagnostic::error(Code::InvalidApi, at, message)
                    .help(format!("store it again with `cargo xtask update {api}`")),
            );
            None
        }
    }
}

/// The info of the stored Api; none if nothing readable is stored.
pub fn info(project: &Project, api: &str) -> Option<Info> {
    let text = fs::read_to_string(project.spec(api).join("api/info.yaml")).ok()?;
    serde_yaml::from_str(&text).ok()
}

/// `Api` → `Names`; none if errors were pushed.
pub fn names(api: &Model, rules: &Rules, out: &mut Sink) -> Option<Names> {
    let before = out.diagnostics().len();
    let names = config(rules, out).and_then(|config| name::name(api, &config, out));
    if !rules.only.is_empty() {
        // A rule may be about an operation that is not selected.
        out.retain_notices(|notice| notice.code != Code::UnusedException);
    }
    show_folder(rules, before, out);
    names
}

/// Reads `crate.toml`; none if errors were pushed.
fn custom(rules: &Rules, out: &mut Sink) -> Option<Custom> {
    let Some(text) = &rules.custom else { return Some(Custom::default()) };
    let before = out.diagnostics().len();
    let custom = Custom::parse(text, out);
    show_folder(rules, before, out);
    custom
}

fn config(rules: &Rules, out: &mut Sink) -> Option<name::Config> {
    let before = out.diagnostics().len();
    let config =
        name::Config::parse(rules.naming.as_deref().unwrap_or_default(), rules.areas.as_deref(), out);
    show_folder(rules, before, out);
    config
}

/// The stages know the names of their files alone.
fn show_folder(rules: &Rules, before: usize, out: &mut Sink) {
    for diagnostic in out.diagnostics_mut().iter_mut().skip(before) {
        let file = &mut diagnostic.at.file;
        if file.ends_with(".toml") && !file.contains('/') {
            *file = format!("{}/{file}", rules.folder);
        }
    }
}

/// A crate that was rendered.
pub struct Crate {
    /// Files by path below its folder.
    pub files: BTreeMap<String, String>,
    /// Public items.
    pub items: Vec<Item>,
}

/// Renders a crate; none if errors were pushed.
pub fn render_crate(
    api: &Model,
    names: &Names,
    rules: &Rules,
    options: &Options,
    out: &mut Sink,
) -> anyhow::Result<Option<Crate>> {
    progress::step(&format!("{}: writing Rust", api.info.name));
    let Some(custom) = custom(rules, out) else { return Ok(None) };
    let before = out.diagnostics().len();
    custom.unused(api, out);
    show_folder(rules, before, out);
    let options = Options { templates: rules.templates.clone(), custom, ..options.clone() };
    let plan = plan::plan(api, names, &options.custom);
    let render::Rendered { files, items } = render::render(&plan, &options).map_err(anyhow::Error::msg)?;
    let files = files.into_iter().map(|file| (file.path, file.text)).collect();
    let missing = render::missing_models(&api.info.name, &options.templates, &files);
    let mut compiles = true;
    for MissingModel { template, line, column, name } in missing {
        let at = Place {
            file: format!("templates/{template}"),
            line: Some(line),
            column: Some(column),
            ..Place::default()
        };
        let message = format!("the template names the model `{name}`, which this document does not have");
        // A sample that does not compile stops nobody from using the crate.
        let diagnostic = match template.ends_with(".rs") {
            true => Diagnostic::error(Code::MissingModel, at, message),
            false => Diagnostic::notice(Code::MissingModel, at, message),
        };
        compiles &= diagnostic.severity == Severity::Notice;
        out.push(diagnostic.help("name a type so in naming.toml, or change the template"));
    }
    Ok(compiles.then_some(Crate { files, items }))
}

/// Reads an overlay, with the path that messages show.
pub fn overlay(path: &Path) -> anyhow::Result<(String, String)> {
    let shown = path.display().to_string();
    let text = fetch::text(path).with_context(|| shown.clone())?;
    Ok((shown, text))
}

/// The actions of the overlay after their application to a document; none if errors were pushed.
pub fn actions(document: &Document, rules: &Rules, out: &mut Sink) -> Option<Vec<load::ActionOutcome>> {
    let (path, text) = rules.overlay.as_ref()?;
    let overlay = load::Overlay::parse(load::Source { name: path, text: text.as_bytes() }, out)?;
    let source = load::Source { name: &document.from, text: document.text.as_bytes() };
    let options = load::Options { keep_prose: true, read: document.read };
    let spec = load::load(source, Some(&overlay), &options, out);
    load::locate(source, out);
    spec.map(|spec| spec.overlay)
}

/// The document as its vendor means it, corrected and otherwise unchanged; none if errors were pushed.
pub fn mended(document: &Document, rules: &Rules, out: &mut Sink) -> Option<serde_json::Value> {
    let overlay = overlay_of(rules, out)?;
    let source = document_source(document);
    let tree = load::mended(source, overlay.as_ref(), out);
    load::locate(source, out);
    tree
}

/// The notices among the diagnostics of stages.
pub fn notices(diagnostics: &[Diagnostic]) -> Vec<Notice> {
    let is_open = |d: &&Diagnostic| d.severity == Severity::Notice;
    let notice = |d: &Diagnostic| Notice {
        code: d.code.to_string(),
        at: d.at.pointer.to_string(),
        message: d.message.clone(),
    };
    diagnostics.iter().filter(is_open).map(notice).collect()
}

/// Reads a file; none if there is no such file.
pub fn read_optional(path: &Path) -> anyhow::Result<Option<String>> {
    match fetch::text(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn read_folder(base: &Path, folder: &Path, out: &mut BTreeMap<String, String>) -> anyhow::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    // Links are followed, and one to a folder around it is an error.
    for entry in WalkDir::new(folder).follow_links(true) {
        let entry = entry?;
        let path = entry.path();
        if !entry.file_type().is_dir() {
            let text = fetch::text(path).with_context(|| path.display().to_string())?;
            out.insert(below(base, path), text);
        }
    }
    Ok(())
}
