//! A vendor's document goes in; the stored Api, the crate and the record of what was read come out.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use storewright_generator::api::{Api, Shape};
use storewright_generator::diagnostic::{Code, Diagnostic, Place, Sink};
use storewright_generator::diff::{Bump, Diff};
use storewright_generator::render::MARK;
use storewright_generator::report;
use storewright_generator::write::{self, Root};

use crate::pipeline::{self, Made, Report};
use crate::report::{plural, print, refuse};
use crate::tree::Tree;
use crate::{Outcome, fetch, generate, interrupt, progress, settings};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask update app-store-connect                            # download Apple's newest document
  cargo xtask update app-store-connect --from openapi.zip         # the same from a file, a URL or an archive
  cargo xtask update app-store-connect --check --from 4.4.1.json  # prove that the file gives what is stored
  cargo xtask update app47                                        # an API whose overlay says all";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The API, as its folder under `specs/` is called.
    api: String,
    /// Where the document is: a URL, a JSON or YAML file, or a zip archive with one JSON file in it. Where absent,
    /// it is downloaded from the URL in `source.toml`; an API without a document needs none.
    #[arg(long, value_name = "URL|FILE|ZIP")]
    from: Option<String>,
    /// Write nothing; say how the stored Api and the crate differ from what the document gives.
    #[arg(long)]
    check: bool,
}

impl Args {
    /// Proves that what is stored is what a file gives, or an empty document where there is none.
    pub(crate) fn check(api: &str, from: Option<&Path>) -> Self {
        Self { api: api.to_owned(), from: from.map(|path| path.display().to_string()), check: true }
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
    let text = fs::read_to_string(&path).with_context(|| tree.shown(&path))?;
    let Some(mut settings) = settings::parse(&tree.shown(&path), &text, out) else { return Ok(None) };
    let is_empty = settings.empty && settings.url.is_none();
    if is_empty && args.from.is_some() {
        bail!(
            "{} says `empty = true`: {} is made of its overlay alone, and takes no document; leave `--from` out",
            tree.shown(&path),
            args.api
        );
    }
    let found = match args.from.as_ref().or(settings.url.as_ref()) {
        Some(from) => fetch::fetch(from, settings.sha256.as_deref(), out),
        None if is_empty => Some(fetch::empty()),
        None => bail!("{} names no URL: give the document with `--from FILE`", tree.shown(&path)),
    };
    let Some(document) = found else { return Ok(None) };
    let from = &document.from;
    let mut rules = pipeline::rules(tree, Some(&args.api))?;
    rules.title = pipeline::info(tree, &args.api).map(|info| info.title);
    let made = pipeline::make(&document, &rules, &args.api, false, out);
    let Some(Made { api, names, report }) = made else { return Ok(None) };
    let mut files = pipeline::crate_files(&api, &names, &rules, &generate::ours(&settings))?;
    let changed = if args.check { None } else { changed(tree, &api, &rules, &files, &settings)? };
    let before = settings.crate_version.clone();
    if !args.check {
        let bump = changed.as_ref().map_or(Bump::None, |changed| changed.diff.bump);
        let base = changed.as_ref().map_or(&before, |changed| &changed.version);
        settings.crate_version = next_version(base, &before, bump, &api.info.version);
    }
    let mut record = text.clone();
    if settings.crate_version != before {
        record = settings::with_version(&record, &settings.crate_version)?;
        files = pipeline::crate_files(&api, &names, &rules, &generate::ours(&settings))?;
    }
    // Nothing was read where the overlay says all.
    if !is_empty {
        record = settings::record(&record, &settings, &document, &api.info.version)?;
    }
    let records = BTreeMap::from([("source.toml".to_owned(), record)]);
    let changed = changed.map(|changed| changed.diff);
    let mut notes = generate::licences(tree)?;
    if let Some(diff) = &changed {
        let path = tree.generated(&args.api).join(CHANGES);
        let before = fs::read_to_string(&path).unwrap_or_default();
        notes.insert(CHANGES.to_owned(), with_section(&before, diff));
    }
    let driver = generate::driver(tree, &api, &names, &rules, &generate::ours(&settings))?;
    let mut roots = vec![
        Root { folder: spec, files: pipeline::stored_files(&api, &report)?, records },
        Root { folder: tree.generated(&args.api), files, records: notes },
    ];
    roots.extend(driver);
    if args.check {
        let found = write::compare(&roots, MARK)?;
        print(out.diagnostics());
        if found.is_empty() {
            eprintln!("{}: the stored Api and the crate are exactly what {from} gives", args.api);
            return Ok(Some(Outcome::Done));
        }
        let given = args.from.as_ref().map(|from| format!(" --from {from}")).unwrap_or_default();
        let mend = format!("cargo xtask update {}{given}", args.api);
        print(&found.diagnostics(|path| tree.shown(path), &mend));
        return Ok(Some(Outcome::Findings));
    }
    if !store(tree, &roots, out)? {
        return Ok(None);
    }
    print(out.diagnostics());
    summarise(&api, &report, pipeline::notices(out.diagnostics()).len());
    if let Some(diff) = &changed {
        anstream::eprintln!("\n{}", report::text(diff, true));
    }
    if settings.crate_version != before {
        eprintln!("crate_version in {} went from {before} to {}", tree.shown(&path), settings.crate_version);
    }
    Ok(Some(Outcome::Done))
}

/// How messages call the settings that are committed.
const HEAD_SOURCE: &str = "HEAD:source.toml";
/// What changed since each version, beside the crate.
const CHANGES: &str = "CHANGELOG.md";
/// What stands above its sections.
const HEAD: &str =
    "# Changelog\n\nWritten by `cargo xtask update`: what each version of the vendor's document changed.\n\n";

/// What the document changes, and the crate's version before.
struct Changed {
    diff: Diff,
    version: String,
}

/// What the document changes in what is committed, or stored where there is no commit; none where that is nothing.
///
/// What is stored but not committed is an earlier try of the same update, which must not raise the version twice.
fn changed(
    tree: &Tree,
    api: &Api,
    rules: &pipeline::Rules,
    files: &BTreeMap<String, String>,
    settings: &settings::Settings,
) -> anyhow::Result<Option<Changed>> {
    // What was stored is not asked for more than it says: an update is what mends it.
    let mut unread = Sink::new();
    let name = &api.info.name;
    let source = tree.at_revision("HEAD", &format!("specs/{name}/source.toml")).ok().flatten();
    let committed = source.and_then(|text| settings::parse(HEAD_SOURCE, &text, &mut unread));
    let (old, version) = match committed {
        Some(committed) => (pipeline::at_revision(tree, "HEAD", name, &mut unread)?, committed.crate_version),
        None => {
            let Some((old, _)) = pipeline::stored(tree, name, &mut unread) else { return Ok(None) };
            let items = fs::read_to_string(tree.generated(name).join("API.txt")).ok();
            (pipeline::version_of(old, rules, items, &mut unread), settings.crate_version.clone())
        }
    };
    let Some(old) = old else { return Ok(None) };
    let items = files.get("API.txt").cloned();
    let Some(new) = pipeline::version_of(api.clone(), rules, items, &mut unread) else { return Ok(None) };
    let diff = crate::diff::compare(&old, &new);
    Ok((!diff.changes.is_empty() || diff.bump != Bump::None).then_some(Changed { diff, version }))
}

/// The text with a section about the newest version on top; one that is about the same step already is replaced.
fn with_section(before: &str, diff: &Diff) -> String {
    let section = report::markdown(diff, report::COMMENT);
    let title = section.lines().next().unwrap_or_default().to_owned();
    let rest = before.strip_prefix(HEAD).unwrap_or(before);
    let rest = match rest.strip_prefix(title.as_str()) {
        Some(same) if !title.is_empty() => {
            same.split_once("\n## ").map_or(String::new(), |(_, rest)| format!("## {rest}"))
        }
        _ => rest.to_owned(),
    };
    format!("{HEAD}{section}\n{rest}").trim_end().to_owned() + "\n"
}

/// The three numbers of a version.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let plain = version.split('+').next()?;
    let numbers: Vec<u64> = plain.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    numbers.try_into().ok()
}

/// The crate's next version: below 1.0 the second number breaks (semantic versioning, item 4); the vendor's version
/// stands behind it as build metadata. What a person raised further by hand stays; what is no such version stays as well.
fn next_version(base: &str, current: &str, bump: Bump, vendor: &str) -> String {
    let (Some(base), Some(now)) = (numbers(base), numbers(current)) else { return current.to_owned() };
    let [major, minor, patch] = base;
    let next = match (bump, major) {
        (Bump::None, _) => base,
        (Bump::Major, 0) => [0, minor + 1, 0],
        (Bump::Major, _) => [major + 1, 0, 0],
        (Bump::Minor, 1..) => [major, minor + 1, 0],
        (Bump::Minor | Bump::Patch, _) => [major, minor, patch + 1],
    };
    let [major, minor, patch] = next.max(now);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let vendor: String = vendor.chars().map(|c| if is_part(c) { c } else { '-' }).collect();
    format!("{major}.{minor}.{patch}+{vendor}")
}

/// Makes the folders equal; false if errors were pushed, and then every file is as it was.
pub(crate) fn store(tree: &Tree, roots: &[Root], out: &mut Sink) -> anyhow::Result<bool> {
    progress::step("writing");
    for root in roots {
        interrupt::recover_folder(tree, &root.folder)?;
    }
    let found = write::compare(roots, MARK)?;
    if !found.foreign.is_empty() {
        found.foreign(|path| tree.shown(path)).into_iter().for_each(|diagnostic| out.push(diagnostic));
        return Ok(false);
    }
    if let Err(error) = interrupt::whole(|| write::write(roots, &found)) {
        out.push(
            Diagnostic::error(
                Code::FailedWrite,
                Place::default(),
                format!("a file cannot be written: {error}"),
            )
            .help("mend that and run the command again: every file is as it was"),
        );
        return Ok(false);
    }
    Ok(true)
}

fn summarise(api: &Api, report: &Report, notices: usize) {
    let deprecated = api.operations.values().filter(|operation| operation.deprecated).count();
    let enums = api.types.values().filter(|ty| matches!(ty.shape, Shape::Enum(_))).count();
    eprintln!("{} {}", api.info.name, api.info.version);
    eprintln!("  {} operations ({deprecated} deprecated)", api.operations.len());
    eprintln!("  {} types ({enums} enums)", api.types.len());
    eprintln!("  {} overlay actions", report.overlay.len());
    if !api.info.skipped.is_empty() {
        eprintln!("  {} skipped, as the overlay says", api.info.skipped.len());
    }
    if notices > 0 {
        eprintln!("  {notices} {} above: a safe default was taken for each", plural(notices, "notice"));
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
}
