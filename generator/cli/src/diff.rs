//! Compares versions of an API, given as files, stored or at a revision, and reports the changes.

mod driver;
mod history;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use storewright_generator::api::Info;
use storewright_generator::diagnostic::{Diagnostic, Pointer, Severity, Sink, shown};
use storewright_generator::diff::{self, Bump, Diff, Policy, Side, Wire};
use storewright_generator::load::{Places, resolve};
use storewright_generator::report;

use crate::fetch::Document;
use crate::pipeline::{self, Rules, Unplanned, Version};
use crate::project::{Project, SETTINGS};
use crate::report::{plural, print as print_all, stdout, tell};
use crate::title::title_of;
use crate::{Outcome, fetch, interrupt, progress, today};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  storewright diff old.json new.json                                # two files or URLs
  storewright diff main:openapi.json openapi.json                   # the file on a git revision, and now
  storewright diff old.json new.json --format html --out diff.html  # for a browser
  storewright diff old.json new.json --fail-on rust                 # exit with 1 if users' code breaks
  storewright diff old.json new.json --only pets                    # one area or tag only
  storewright diff old.json new.json --policy review.toml           # with accepted changes and severities of your own
  storewright diff --history 1.0.json 1.1.json 2.0.json             # a timeline of several versions";

/// The options of `diff`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The old version: a vendor's file or URL, a stored API (`app-store-connect`), or an API as it was stored at a
    /// revision (`main:app-store-connect`).
    #[arg(required_unless_present_any = ["history", "git"])]
    from: Option<String>,
    /// The new version; if absent, the stored version of the same API.
    to: Option<String>,
    /// Report each step of a series of versions, oldest first, and changes that were taken back.
    #[arg(long, num_args = 2.., value_name = "VERSION", conflicts_with_all = ["from", "only", "policy"])]
    history: Vec<String>,
    /// Act as an external diff driver of git, which passes seven arguments; docs/review.md has the setup.
    #[arg(long, num_args = 1.., value_name = "ARGUMENT", conflicts_with_all = ["from", "history", "only", "policy"], allow_hyphen_values = true)]
    git: Vec<String>,
    /// A file with accepted changes (`[[accept]]`: `id` or `group`, `reason`, `until`) and verdicts by kind of change (`[severity]`).
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The format of the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the report into this file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Exit with 1 if anything breaks on the wire, in Rust, or if anything changed at all.
    #[arg(long, value_enum, value_name = "wire|rust|any")]
    fail_on: Option<FailOn>,
    /// Show only changes of this area or tag.
    #[arg(long, value_name = "AREA|TAG")]
    only: Option<String>,
    /// The maximum number of characters of the Markdown, by default 65,536; the least important changes are folded first.
    #[arg(long, value_name = "N")]
    max_chars: Option<usize>,
    /// Compare the vendor's files unchanged, without our corrections.
    #[arg(long)]
    no_overlay: bool,
    /// The API whose overlay, names and areas apply to files; by default the one with the same title.
    #[arg(long)]
    api: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal.
    Text,
    /// For a comment.
    Markdown,
    /// For programs; docs/diff.schema.json describes it.
    Json,
    /// For a browser: one file, with filters.
    Html,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For CI services that show test results.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Wire,
    Rust,
    Any,
}

/// Compares two versions, or a series of them, and reports the changes.
pub fn run(project: &Project, args: &Args) -> anyhow::Result<Outcome> {
    match args.max_chars {
        Some(_) if args.format != Format::Markdown => bail!("`--max-chars` is for `--format markdown`"),
        Some(max) if max < report::LEAST => {
            bail!("Markdown needs at least {} characters: give `--max-chars` more", report::LEAST)
        }
        _ => {}
    }
    if !args.git.is_empty() {
        return driver::run(project, args);
    }
    if !args.history.is_empty() {
        return history::run(project, args);
    }
    let Some(from) = args.from.as_deref() else { bail!("give two versions to compare") };
    let policy = args.policy.as_deref().map(policy).transpose()?;
    let policy = match policy {
        Some(None) => return Ok(Outcome::Refused),
        Some(policy) => policy,
        None => None,
    };
    let mut out = Sink::new();
    let progress = progress::start("reading both versions");
    let Some([old, new]) = versions(project, from, args.to.as_deref(), args, &mut out)? else {
        drop(progress);
        return Ok(refuse(out));
    };
    let mut found = located(&old, &new);
    drop(progress);
    if let Some(policy) = policy {
        let mut notices = Sink::new();
        policy.apply(&mut found, today(), &mut notices);
        print_all(notices.diagnostics());
    }
    if let Some(only) = &args.only {
        let is_known = [&old, &new].iter().any(|side| knows(&side.version, only));
        if !is_known {
            bail!("neither version has an area or a tag `{only}`");
        }
        found.retain(|change| [&change.area, &change.tag].contains(&&Some(only.clone())));
    }
    let text = match args.format {
        // Colours stay where standard output is a terminal, or as the environment says.
        Format::Text => report::text(&found, args.out.is_none()),
        Format::Markdown => report::markdown(&found, args.max_chars.unwrap_or(report::COMMENT)),
        Format::Json => report::json(&found)?,
        Format::Html => report::html(&found).map_err(anyhow::Error::msg)?,
        Format::Sarif => report::sarif(&found)?,
        Format::Junit => report::junit(&found),
        Format::Github => report::github(&found),
    };
    put(args, &text)?;
    // The process ends: freeing each name of both versions first would take a fortieth of its time.
    std::mem::forget([old, new]);
    Ok(if args.fail_on.is_some_and(|on| is_met(on, &found)) { Outcome::Findings } else { Outcome::Done })
}

/// Writes a report to where the person wants it.
fn put(args: &Args, text: &str) -> anyhow::Result<()> {
    match &args.out {
        Some(path) => interrupt::replace(path, text).map(drop),
        None => stdout(text),
    }
}

/// Says why a version cannot be read.
fn refuse(out: Sink) -> Outcome {
    // Unmatched rules concern `update`; here they would only hide the errors.
    let mut errors: Vec<Diagnostic> = Vec::new();
    for error in out.into_diagnostics().into_iter().filter(|d| d.severity == Severity::Error) {
        // Both sides may have the same rules, and fail by them.
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    print_all(&errors);
    tell!("{} {}; there is nothing to compare", errors.len(), plural(errors.len(), "error"));
    Outcome::Refused
}

/// Reads a policy file; none if it has errors, which are printed.
fn policy(path: &Path) -> anyhow::Result<Option<Policy>> {
    let text = fetch::text(path).with_context(|| path.display().to_string())?;
    let mut out = Sink::new();
    let policy = Policy::parse(&path.display().to_string(), &text, &mut out);
    print_all(out.diagnostics());
    Ok(policy)
}

/// A version, with the document that it was read from, if it was, and the rules for it.
struct Compared {
    version: Version,
    document: Option<(Document, Rules)>,
}

/// The changes between two versions, with the locations of documents.
fn located(old: &Compared, new: &Compared) -> Diff {
    let mut places = [old, new].map(|side| {
        side.document.as_ref().map(|(document, _)| Places::new(pipeline::document_source(document)))
    });
    let [old_places, new_places] = &mut places;
    let part = |side: &Compared, places: &mut Option<Places<'_>>, other: &Compared| {
        let (document, rules) = side.document.as_ref()?;
        pipeline::part(&side.version, document, rules, places.as_mut()?, &other.version.corrections)
    };
    // The corrections of a stored Api are not known.
    let parts = match old.version.corrections.is_empty() && new.version.corrections.is_empty() {
        true => None,
        false => {
            progress::step("reading without corrections");
            part(old, old_places, new).zip(part(new, new_places, old))
        }
    };
    progress::step("comparing");
    let given = parts.as_ref().map(|(a, b)| [a.of(&old.version), b.of(&new.version)]);
    let mut found = diff::diff(&side(&old.version), &side(&new.version), given);
    drop(parts);
    found.add_faults([&old.version.faults, &new.version.faults]);
    let [mut a, mut b] = places
        .each_mut()
        .map(|places| places.as_mut().map(|places| |pointers: &[Pointer]| resolve(places, pointers)));
    found.locate([a.as_mut().map(|f| f as diff::Resolve<'_>), b.as_mut().map(|f| f as diff::Resolve<'_>)]);
    found
}

/// The changes between two versions.
pub fn compare(old: &Version, new: &Version) -> Diff {
    diff::diff(&side(old), &side(new), None)
}

fn side(version: &Version) -> Side<'_> {
    let Version { api, model, names, items, .. } = version;
    Side { api, model, names, items: Some(items) }
}

/// True if it applies to the rows that are shown: changes outside of the requested area do not count.
fn is_met(on: FailOn, diff: &Diff) -> bool {
    match on {
        FailOn::Wire => diff.changes.iter().any(|change| change.wire == Wire::Breaking),
        FailOn::Rust => {
            let alone = || diff.summary.rust_only.iter().any(|item| item.rust == Bump::Major);
            (!diff.is_part && diff.bump == Bump::Major && alone())
                || diff.changes.iter().any(|change| change.rust == Bump::Major)
                // The crate changes with a correction.
                || diff.corrected.iter().any(|corrected| corrected.change.rust == Bump::Major)
        }
        FailOn::Any => {
            !diff.changes.is_empty()
                || !diff.corrected.is_empty()
                || (!diff.is_part && diff.bump != Bump::None)
        }
    }
}

fn knows(side: &Version, word: &str) -> bool {
    side.names.areas.iter().any(|area| area.feature == word)
        || side.api.operations.values().any(|o| o.tags.iter().any(|tag| tag == word))
}

/// The location of a version.
enum Place<'a> {
    File(&'a str),
    Stored(&'a str),
    Revision(&'a str, &'a str),
    /// A document at a revision.
    Committed(String),
}

fn place<'a>(project: &Project, text: &'a str, apis: &[String]) -> anyhow::Result<Place<'a>> {
    let is_api = |name: &str| apis.iter().any(|api| api == name);
    if is_api(text) {
        return Ok(Place::Stored(text));
    }
    if text.contains("://") || Path::new(text).exists() {
        return Ok(Place::File(text));
    }
    match text.rsplit_once(':') {
        // An API may have been there once that is there no longer.
        Some((revision, api))
            if is_api(api)
                || project.at_revision(revision, &format!("specs/{api}/source.toml"))?.is_some() =>
        {
            Ok(Place::Revision(revision, api))
        }
        Some((revision, path)) if apis.is_empty() => match project.at_revision(revision, path)? {
            Some(document) => Ok(Place::Committed(document)),
            None => {
                bail!("there is no file `{path}` at `{revision}`, as seen from {}", project.root().display())
            }
        },
        None if apis.is_empty() => bail!("there is no file `{text}`"),
        Some((revision, api)) => {
            bail!("there is no API `{api}` at `{revision}`; there are: {}", apis.join(", "))
        }
        None => {
            bail!("`{text}` is neither a file nor an API of ours, of which there are: {}", apis.join(", "))
        }
    }
}

/// One side: its location, the file that was read, if any, and its API.
struct Given<'a> {
    place: Place<'a>,
    document: Option<Document>,
    /// The API of ours.
    api: Option<String>,
    /// None where it cannot be read, which is said later.
    title: Option<String>,
}

fn given<'a>(
    project: &Project,
    text: &'a str,
    args: &Args,
    apis: &[String],
    out: &mut Sink,
) -> anyhow::Result<Option<Given<'a>>> {
    let place = place(project, text, apis)?;
    let title = |info: Option<Info>| info.map(|info| info.title);
    let (document, api, title) = match &place {
        Place::Stored(api) => (None, Some((*api).to_owned()), title(pipeline::info(project, api))),
        Place::Revision(revision, api) => {
            let text = project.at_revision(revision, &format!("specs/{api}/api/info.yaml"))?;
            let info = text.and_then(|text| serde_yaml::from_str(&text).ok());
            (None, Some((*api).to_owned()), title(info))
        }
        Place::File(file) => {
            let Some(document) = fetch::fetch(file, out) else { return Ok(None) };
            of_document(project, document, args)?
        }
        Place::Committed(document) => {
            let document = Document::of(text, document.clone());
            of_document(project, document, args)?
        }
    };
    Ok(Some(Given { place, document, api, title }))
}

/// A document with its API of ours and its title, where it has them.
type Known = (Option<Document>, Option<String>, Option<String>);

fn of_document(project: &Project, document: Document, args: &Args) -> anyhow::Result<Known> {
    let title = title_of(&document.text);
    let api = match (&args.api, &title) {
        (Some(api), _) => Some(api.clone()),
        (None, Some(title)) => titled(project, title)?,
        (None, None) => None,
    };
    Ok((Some(document), api, title))
}

fn versions(
    project: &Project,
    from: &str,
    to: Option<&str>,
    args: &Args,
    out: &mut Sink,
) -> anyhow::Result<Option<[Compared; 2]>> {
    let apis = project.apis()?;
    if let Some(api) = &args.api {
        project.check_api(api)?;
    }
    let name = from;
    let Some(from) = given(project, from, args, &apis, out)? else { return Ok(None) };
    let own = from.api.clone();
    let to = match (to, &own) {
        (Some(to), _) => given(project, to, args, &apis, out)?,
        (None, Some(api)) if apis.contains(api) => given(project, api, args, &apis, out)?,
        (None, _) => bail!("give a second version to compare `{name}` with"),
    };
    let Some(to) = to else { return Ok(None) };
    match (&from.api, &to.api) {
        (Some(a), Some(b)) if a != b => bail!("{a} and {b} are two APIs: compare two versions of one"),
        (Some(_), Some(_)) => {}
        _ => {
            // A vendor may rename its API; two APIs compared by mistake have nothing in common, which the report shows.
            if let (Some(a), Some(b)) = (&from.title, &to.title)
                && a != b
            {
                tell!(
                    "the titles differ: \"{}\" and \"{}\"; they are compared as two versions of one API",
                    shown(a),
                    shown(b)
                );
            }
        }
    }
    // An API may be gone that one of them was stored for.
    let api = from.api.clone().or_else(|| to.api.clone());
    let api = api.as_deref();
    let old = read(project, &from, api, args, out)?;
    let new = read(project, &to, api, args, out)?;
    let old = old.and_then(|old| old.plan(from.document, out));
    let new = new.and_then(|new| new.plan(to.document, out));
    Ok(old.zip(new).map(<[Compared; 2]>::from))
}

/// A side that was read, and its rules.
struct Read {
    unplanned: Unplanned,
    rules: Rules,
}

impl Read {
    /// The side with its names and items; none if errors were pushed.
    fn plan(self, document: Option<Document>, out: &mut Sink) -> Option<Compared> {
        let version = self.unplanned.plan(document.as_ref(), &self.rules, out)?;
        Some(Compared { version, document: document.map(|document| (document, self.rules)) })
    }
}

fn read(
    project: &Project,
    side: &Given<'_>,
    api: Option<&str>,
    args: &Args,
    out: &mut Sink,
) -> anyhow::Result<Option<Read>> {
    let (unplanned, rules) = match (&side.place, &side.document) {
        (Place::Stored(api), _) => {
            let Some((stored, _)) = pipeline::stored(project, api, out) else { return Ok(None) };
            let rules = pipeline::rules(project, Some(api))?;
            (Some(Unplanned::stored(stored, None)), rules)
        }
        (Place::Revision(revision, api), _) => {
            let found = pipeline::unplanned_at_revision(project, revision, api, out)?;
            return Ok(found.map(|(unplanned, rules)| Read { unplanned, rules }));
        }
        (Place::File(_) | Place::Committed(_), None) => return Ok(None),
        (Place::File(_) | Place::Committed(_), Some(document)) => {
            // An API may be gone whose versions at a revision are compared with.
            let ours = api.filter(|api| project.check_api(api).is_ok());
            let mut rules = match project.root().join(SETTINGS).is_file() {
                true => pipeline::rules_in(project, project.root())?,
                false => pipeline::rules(project, ours)?,
            };
            if args.no_overlay {
                rules.overlay = None;
            }
            (Unplanned::read(document, &rules, api.unwrap_or("api"), out), rules)
        }
    };
    Ok(unplanned.map(|unplanned| Read { unplanned, rules }))
}

/// The API of ours that has this title.
fn titled(project: &Project, title: &str) -> anyhow::Result<Option<String>> {
    let is_titled = |api: &String| pipeline::info(project, api).is_some_and(|info| info.title == title);
    Ok(project.apis()?.into_iter().find(is_titled))
}
