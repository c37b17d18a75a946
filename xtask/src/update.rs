//! Reads a vendor's document and updates the stored Api, the crate and the record of the source.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use storewright::generate::store;
use storewright_generator::api::{Api, Shape};
use storewright_generator::diagnostic::{Sink, shown};
use storewright_generator::diff::{Bump, Diff};
use storewright_generator::load::overlay::compare_versions;
use storewright_generator::render::MARK;
use storewright_generator::report;
use storewright_generator::write::{self, Root};

use crate::checkout::Tree;
use crate::fetch::Document;
use crate::pipeline::{self, Crate, Made, Report, Rules, Unplanned, Version};
use crate::report::{plural, print, refuse, tell};
use crate::source_toml::Settings;
use crate::{Outcome, fetch, generate, progress, record, source_toml};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask update app-store-connect                            # download Apple's newest document
  cargo xtask update app-store-connect --from openapi.zip         # the same from a file, a URL or an archive
  cargo xtask update app-store-connect --check --from 4.4.1.json  # prove that the file gives what is stored
  cargo xtask update app47                                        # an API whose overlay says all";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The API, by the name of its folder under `specs/`.
    api: String,
    /// The document: a URL, a JSON or YAML file, or a zip archive with one JSON file in it. By default it is downloaded
    /// from the URL in `source.toml`; an API without a document needs none.
    #[arg(long, value_name = "URL|FILE|ZIP")]
    from: Option<String>,
    /// Write nothing; print the differences between the stored files and those that the document gives.
    #[arg(long)]
    check: bool,
    /// Treat each notice as an error, and write nothing if there is one.
    #[arg(long)]
    strict: bool,
}

impl Args {
    /// Checks that the stored files match a file, or an empty document if there is none.
    pub(crate) fn check(api: &str, from: Option<&Path>) -> Self {
        Self {
            api: api.to_owned(),
            from: from.map(|path| path.display().to_string()),
            check: true,
            strict: false,
        }
    }
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    tree.check_api(&args.api)?;
    let _progress = progress::start(&args.api);
    let mut out = Sink::new();
    match update(tree, args, &mut out)? {
        Some(outcome) => Ok(outcome),
        None => Ok(refuse(out.diagnostics())),
    }
}

fn update(tree: &Tree, args: &Args, out: &mut Sink) -> anyhow::Result<Option<Outcome>> {
    let spec = tree.spec(&args.api);
    let path = spec.join("source.toml");
    let text = fetch::text(&path).with_context(|| tree.shown(&path))?;
    let Some(mut settings) = source_toml::parse(&tree.shown(&path), &text, out) else { return Ok(None) };
    let is_empty = settings.has_no_document();
    let Some(document) = document(args, &settings, &tree.shown(&path), out)? else { return Ok(None) };
    let mut rules = pipeline::rules(tree, Some(&args.api))?;
    let (overlay, source) = (tree.shown(&spec.join("overlay.yaml")), tree.shown(&path));
    let needed = "the overlay says all of such an API; write it, or give a `url`";
    let has_content = !is_empty || rules.overlay.is_some();
    ensure!(has_content, "{overlay} is not there, and {source} says `empty = true`: {needed}");
    let known = pipeline::info(tree, &args.api);
    rules.title = known.as_ref().map(|known| known.title.clone());
    let made = pipeline::make(&document, &rules, &args.api, false, out);
    let Some(Made { api, model, names, report, .. }) = made else { return Ok(None) };
    let rendered = pipeline::render_crate(&model, &names, &rules, &generate::ours(&settings), out)?;
    if args.strict {
        out.be_strict();
    }
    let Some(Crate { mut files, items }) = rendered.filter(|_| !out.has_errors()) else { return Ok(None) };
    let committed = committed(tree, &args.api);
    let new = Version { items, api, model, names, corrections: Default::default(), faults: Vec::new() };
    let base = base(tree, &args.api, &rules, &settings, committed.as_ref())?;
    let before = settings.crate_version.clone();
    let diff = base.old.as_ref().map(|old| crate::diff::compare(old, &new));
    settings.crate_version = base.next(&before, diff.as_ref(), &new);
    let changed = diff.filter(|diff| !diff.changes.is_empty() || diff.bump != Bump::None);
    let Version { api, model, names, .. } = new;
    let mut record = text.clone();
    if settings.crate_version != before {
        record = record::with_version(&record, &settings.crate_version)?;
        // It is the same crate in another version, so there is nothing to report that was not reported.
        let again =
            pipeline::render_crate(&model, &names, &rules, &generate::ours(&settings), &mut Sink::new())?;
        files = again.map(|again| again.files).unwrap_or_default();
    }
    // Nothing was read where the overlay says all.
    if !is_empty {
        let read = committed.as_ref().and_then(|committed| committed.settings.read.as_ref());
        record = record::record(&record, &settings, read, &document, &api.info.version)?;
    }
    let records = BTreeMap::from([("source.toml".to_owned(), record)]);
    let crate_root = crate_root(tree, &args.api, (files, committed.as_ref(), changed.as_ref()))?;
    // Replaced last: an update that was killed before finds the old Api and the old record when it is run again.
    let stored = pipeline::stored_files(&api, &report)?;
    let roots = [crate_root, Root { folder: spec, files: stored, records, ..Root::default() }];
    if let Some(known) = known {
        warn_of_older(&args.api, &api.info.version, &known.version);
    }
    if args.check {
        print(out.diagnostics());
        let raised = (settings.crate_version != before).then_some(path);
        return checked(tree, args, &roots, raised, &document.from).map(Some);
    }
    if !store(tree, &roots, out)? {
        return Ok(None);
    }
    told(&api, &report, changed.as_ref(), out);
    let after = &settings.crate_version;
    if *after != before {
        tell!("crate_version in {} went from {before} to {after}", tree.shown(&path));
    }
    Ok(Some(Outcome::Done))
}

/// The document to update to; none if errors were pushed.
fn document(
    args: &Args,
    settings: &Settings,
    source: &str,
    out: &mut Sink,
) -> anyhow::Result<Option<Document>> {
    let is_empty = settings.has_no_document();
    if is_empty && args.from.is_some() {
        bail!(
            "{source} says `empty = true`: {} is made of its overlay alone, and takes no document; leave `--from` out",
            args.api
        );
    }
    Ok(match args.from.as_ref().or(settings.url.as_ref()) {
        Some(from) => match &settings.sha256 {
            Some(sha256) => fetch::pinned(from, sha256, out),
            None => fetch::fetch(from, out),
        },
        None if is_empty => Some(fetch::empty()),
        None => bail!("{source} names no URL: give the document with `--from FILE`"),
    })
}

/// The folder of the crate, with its licences and its list of changes.
fn crate_root(
    tree: &Tree,
    api: &str,
    (files, committed, changed): (BTreeMap<String, String>, Option<&Committed>, Option<&Diff>),
) -> anyhow::Result<Root> {
    let folder = tree.generated(api);
    let mut records = generate::licences(tree)?;
    let mut gone = BTreeSet::new();
    let changes = fs::read_to_string(folder.join(CHANGES)).unwrap_or_default();
    match with_section(&changes, committed.map(|committed| committed.changes.as_str()), api, changed) {
        Some(text) => records.insert(CHANGES.to_owned(), text).is_none(),
        None => gone.insert(CHANGES.to_owned()),
    };
    Ok(Root { folder, files, records, gone })
}

/// Says that the version of an update is older than the stored one.
fn warn_of_older(api: &str, new: &str, stored: &str) {
    if is_older(new, stored) {
        progress::say(&format!("{api}: {new} is older than {stored}, which is stored"));
    }
}

/// Prints the result of an update.
fn told(api: &Api, report: &Report, diff: Option<&Diff>, out: &Sink) {
    print(out.diagnostics());
    summarise(api, report, pipeline::notices(out.diagnostics()).len());
    if let Some(diff) = diff {
        tell!("\n{}", report::text(diff, true));
    }
}

/// Compares what an update would write with what is there; `raised` is the file of a version that would change.
fn checked(
    tree: &Tree,
    args: &Args,
    roots: &[Root],
    raised: Option<PathBuf>,
    from: &str,
) -> anyhow::Result<Outcome> {
    let mut found = write::compare(roots, MARK)?;
    found.edited.extend(raised);
    if found.is_empty() {
        tell!("{}: the stored Api and the crate match {}", args.api, shown(from));
        return Ok(Outcome::Done);
    }
    let given = args.from.as_ref().map(|from| format!(" --from {from}")).unwrap_or_default();
    let mend = format!("cargo xtask update {}{given}", args.api);
    print(&found.diagnostics(|path| tree.shown(path), &mend));
    Ok(Outcome::Findings)
}

/// The name of the committed settings in messages.
const HEAD_SOURCE: &str = "HEAD:source.toml";
/// The changes since each version, next to the crate.
const CHANGES: &str = "CHANGELOG.md";
/// The text above its sections.
const HEAD: &str =
    "# Changelog\n\nWritten by `cargo xtask update`: what each version of the vendor's document changed.\n\n";

/// The committed state of an API.
struct Committed {
    settings: Settings,
    /// Its CHANGELOG.md; empty where there is none.
    changes: String,
}

/// None if no readable commit of it exists.
fn committed(tree: &Tree, api: &str) -> Option<Committed> {
    let at_head = |path: String| tree.at_revision("HEAD", &path).ok().flatten();
    let source = at_head(format!("specs/{api}/source.toml"))?;
    let settings = source_toml::parse(HEAD_SOURCE, &source, &mut Sink::new())?;
    Some(Committed { settings, changes: at_head(format!("generated/{api}/{CHANGES}")).unwrap_or_default() })
}

/// The base of an update's comparison: the commit, or the stored state if there is no commit.
struct Base {
    old: Option<Version>,
    /// The crate's version there.
    version: String,
    /// The version that an earlier try gave the crate, which is stored and not committed.
    tried: Option<String>,
}

fn base(
    tree: &Tree,
    api: &str,
    rules: &Rules,
    settings: &Settings,
    committed: Option<&Committed>,
) -> anyhow::Result<Base> {
    // Errors of the stored state are ignored here: an update fixes them.
    let mut unread = Sink::new();
    let mut stored = || {
        let (stored, _) = pipeline::read_stored(tree, api, &mut unread)?;
        // The crate of a killed update may be newer than the stored Api.
        let items = match write::unfinished(&tree.generated(api)) {
            Some(_) => None,
            None => fs::read_to_string(tree.generated(api).join("API.txt")).ok(),
        };
        Unplanned::stored(stored, items).plan(None, rules, &mut unread)
    };
    let Some(committed) = committed else {
        return Ok(Base { old: stored(), version: settings.crate_version.clone(), tried: None });
    };
    let version = committed.settings.crate_version.clone();
    let tried = if settings.crate_version == version { None } else { stored() };
    let mut base =
        Base { old: pipeline::at_revision(tree, "HEAD", api, &mut Sink::new())?, version, tried: None };
    base.tried = tried.map(|tried| {
        let diff = base.old.as_ref().map(|old| crate::diff::compare(old, &tried));
        base.next(&base.version, diff.as_ref(), &tried)
    });
    Ok(base)
}

impl Base {
    /// The version that the crate has after an update to `new`, where it has `current` now.
    ///
    /// An earlier attempt's raise is not kept: the version counts the changes since the commit once.
    fn next(&self, current: &str, diff: Option<&Diff>, new: &Version) -> String {
        let current = if self.tried.as_deref() == Some(current) { &self.version } else { current };
        let bump = diff.map_or(Bump::None, |diff| diff.bump);
        next_version(&self.version, current, bump, &new.api.info.version)
    }
}

/// True if a version comes before another, if both are numbers with dots between them.
fn is_older(version: &str, other: &str) -> bool {
    let is_number = |text: &str| text.split('.').all(|part| part.parse::<u64>().is_ok());
    is_number(version) && is_number(other) && compare_versions(version, other).is_lt()
}

/// The text with a section about the changes on top, if there are any; none if no section is left.
///
/// A section on top that an earlier try of the same update wrote goes: it is about the same step, or not committed.
fn with_section(before: &str, committed: Option<&str>, api: &str, diff: Option<&Diff>) -> Option<String> {
    let title = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let section = diff.map(|diff| report::markdown(diff, report::COMMENT)).unwrap_or_default();
    let is_tried = |top: &str| {
        let is_committed = committed.is_none_or(|text| text.lines().any(|line| line == top));
        top.starts_with(&format!("## {api}: ")) && (!is_committed || top == title(&section))
    };
    let all = before.strip_prefix(HEAD).unwrap_or(before);
    let mut rest = all.to_owned();
    while is_tried(&title(&rest)) {
        rest = rest.split_once("\n## ").map(|(_, rest)| format!("## {rest}")).unwrap_or_default();
    }
    if section.is_empty() && rest == all && !before.is_empty() {
        return Some(before.to_owned());
    }
    let text = match section.as_str() {
        "" => rest,
        section => format!("{section}\n{rest}"),
    };
    let is_empty = text.is_empty() && committed.is_none_or(str::is_empty);
    (!is_empty).then(|| format!("{HEAD}{text}").trim_end().to_owned() + "\n")
}

/// The crate's next version: below 1.0 the second number breaks (semantic versioning, item 4); the vendor's version
/// follows as build metadata. A version that a person raised further stays; so does any other form of version.
fn next_version(base: &str, current: &str, bump: Bump, vendor: &str) -> String {
    let numbers = |text| match ::semver::Version::parse(text) {
        Ok(::semver::Version { major, minor, patch, pre, .. }) if pre.is_empty() => {
            Some((major, minor, patch))
        }
        _ => None,
    };
    let (Some(base), Some(now)) = (numbers(base), numbers(current)) else { return current.to_owned() };
    let (major, minor, patch) = base;
    let next = match (bump, major) {
        (Bump::None, _) => base,
        (Bump::Major, 0) => (0, minor + 1, 0),
        (Bump::Major, _) => (major + 1, 0, 0),
        (Bump::Minor, 1..) => (major, minor + 1, 0),
        (Bump::Minor | Bump::Patch, _) => (major, minor, patch + 1),
    };
    let (major, minor, patch) = next.max(now);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let vendor: String = vendor.chars().map(|c| if is_part(c) { c } else { '-' }).collect();
    // A text such as `1..2` is not build metadata, and cargo would refuse the crate.
    let build = ::semver::BuildMetadata::new(&vendor).unwrap_or_default();
    ::semver::Version { build, ..::semver::Version::new(major, minor, patch) }.to_string()
}

fn summarise(api: &Api, report: &Report, notices: usize) {
    let deprecated = api.operations.values().filter(|operation| operation.deprecated).count();
    let enums = api.types.values().filter(|ty| matches!(ty.shape, Shape::Enum(_))).count();
    tell!("{}", shown(&format!("{} {}", api.info.name, api.info.version)));
    tell!("  {} operations ({deprecated} deprecated)", api.operations.len());
    tell!("  {} types ({enums} enums)", api.types.len());
    tell!("  {} overlay actions", report.overlay.len());
    if !api.info.skipped.is_empty() {
        tell!("  {} skipped, as the overlay says", api.info.skipped.len());
    }
    if notices > 0 {
        tell!("  {notices} {} above: a safe default was taken for each", plural(notices, "notice"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_one_the_second_number_breaks() {
        for (base, current, bump, next) in [
            ("0.1.0", "0.1.0", Bump::Major, "0.2.0+4.4.1"),
            ("0.1.0", "0.1.0", Bump::Minor, "0.1.1+4.4.1"),
            ("0.1.3+4.3", "0.1.3+4.3", Bump::Patch, "0.1.4+4.4.1"),
            ("1.2.3", "1.2.3", Bump::Major, "2.0.0+4.4.1"),
            ("1.2.3", "1.2.3", Bump::Minor, "1.3.0+4.4.1"),
            ("1.2.3", "1.2.3", Bump::Patch, "1.2.4+4.4.1"),
            ("1.2.3", "1.2.3", Bump::None, "1.2.3+4.4.1"),
            ("0.1.0+4.3", "0.2.0+4.4.1", Bump::Major, "0.2.0+4.4.1"),
            ("0.1.0+4.3", "1.0.0", Bump::Major, "1.0.0+4.4.1"),
            ("0.1.0-beta", "0.1.0-beta", Bump::Major, "0.1.0-beta"),
        ] {
            assert_eq!(next_version(base, current, bump, "4.4.1"), next, "{base} {current} {bump:?}");
        }
    }

    #[test]
    fn any_version_of_a_vendor_gives_a_version_that_cargo_reads() {
        for (vendor, next) in
            [("2024 beta", "0.1.1+2024-beta"), ("", "0.1.1"), ("1..2", "0.1.1"), ("v1.", "0.1.1")]
        {
            assert_eq!(next_version("0.1.0", "0.1.0", Bump::Patch, vendor), next, "{vendor}");
        }
    }

    #[test]
    fn a_version_without_a_last_zero_is_not_older() {
        for (version, other, expected) in [
            ("4.3", "4.4.1", true),
            ("4.9", "4.10", true),
            ("4.4.1", "4.3", false),
            ("4.3", "4.3.0", false),
            ("2", "preview", false),
        ] {
            assert_eq!(is_older(version, other), expected, "{version} {other}");
        }
    }
}
