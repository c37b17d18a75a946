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
    let Some(settings) = settings::parse(&tree.shown(&path), &text, out) else { return Ok(None) };
    let is_empty = settings.empty && args.from.is_none() && settings.url.is_none();
    let found = match args.from.as_ref().or(settings.url.as_ref()) {
        Some(from) => fetch::fetch(from, settings.sha256.as_deref(), out),
        None if is_empty => Some(fetch::empty()),
        None => bail!("{} names no URL: give the document with `--from FILE`", tree.shown(&path)),
    };
    let Some(document) = found else { return Ok(None) };
    let from = &document.from;
    let rules = pipeline::rules(tree, Some(&args.api))?;
    let made = pipeline::make(&document, &rules, &args.api, false, &generate::ours(&settings), out)?;
    let Some(Made { api, report, files }) = made else { return Ok(None) };
    let mut records = BTreeMap::new();
    // Nothing was read that the overlay does not say itself.
    if !is_empty {
        let record = settings::record(&text, &settings, &document, &api.info.version)?;
        records.insert("source.toml".to_owned(), record);
    }
    let changed = if args.check { None } else { changed(tree, &api, &rules, &files)? };
    let mut notes = generate::licences(tree)?;
    if let Some(diff) = &changed {
        let path = tree.generated(&args.api).join(CHANGES);
        let before = fs::read_to_string(&path).unwrap_or_default();
        notes.insert(CHANGES.to_owned(), with_section(&before, diff));
    }
    let driver = generate::driver(tree, &api, &rules, &generate::ours(&settings), out)?;
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
        if let Some(next) = next_version(&settings.crate_version, diff.bump, &api.info.version) {
            eprintln!(
                "crate_version in {} goes from {} to {next}",
                tree.shown(&path),
                settings.crate_version
            );
        }
    }
    Ok(Some(Outcome::Done))
}

/// What changed since each version, beside the crate.
const CHANGES: &str = "CHANGELOG.md";
/// What stands above its sections.
const HEAD: &str =
    "# Changelog\n\nWritten by `cargo xtask update`: what each version of the vendor's document changed.\n\n";

/// What the document changes in what is stored; none where nothing is stored yet, or nothing changed.
fn changed(
    tree: &Tree,
    api: &Api,
    rules: &pipeline::Rules,
    files: &BTreeMap<String, String>,
) -> anyhow::Result<Option<Diff>> {
    // What was stored is not asked for more than it says: an update is what mends it.
    let mut unread = Sink::new();
    let Some((old, _)) = pipeline::stored(tree, &api.info.name, &mut unread) else { return Ok(None) };
    let items = fs::read_to_string(tree.generated(&api.info.name).join("API.txt")).ok();
    let Some(old) = pipeline::version_of(old, rules, items, &mut unread)? else { return Ok(None) };
    let items = files.get("API.txt").cloned();
    let Some(new) = pipeline::version_of(api.clone(), rules, items, &mut unread)? else { return Ok(None) };
    let diff = crate::diff::compare(&old, &new);
    Ok((!diff.changes.is_empty() || diff.bump != Bump::None).then_some(diff))
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

/// The crate's next version: below 1.0 the second number breaks (semantic versioning, item 4); the vendor's version
/// stands behind it as build metadata. None where nothing changed.
fn next_version(current: &str, bump: Bump, vendor: &str) -> Option<String> {
    let plain = current.split('+').next()?;
    let numbers: Vec<u64> = plain.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [major, minor, patch] = numbers.as_slice() else { return None };
    let next = match (bump, major) {
        (Bump::None, _) => return None,
        (Bump::Major, 0) => format!("0.{}.0", minor + 1),
        (Bump::Major, _) => format!("{}.0.0", major + 1),
        (Bump::Minor, 1..) => format!("{major}.{}.0", minor + 1),
        (Bump::Minor | Bump::Patch, _) => format!("{major}.{minor}.{}", patch + 1),
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let vendor: String = vendor.chars().map(|c| if is_part(c) { c } else { '-' }).collect();
    Some(format!("{next}+{vendor}"))
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
        for (current, bump, next) in [
            ("0.1.0", Bump::Major, Some("0.2.0+4.4.1")),
            ("0.1.0", Bump::Minor, Some("0.1.1+4.4.1")),
            ("0.1.3+4.3", Bump::Patch, Some("0.1.4+4.4.1")),
            ("1.2.3", Bump::Major, Some("2.0.0+4.4.1")),
            ("1.2.3", Bump::Minor, Some("1.3.0+4.4.1")),
            ("1.2.3", Bump::Patch, Some("1.2.4+4.4.1")),
            ("1.2.3", Bump::None, None),
        ] {
            assert_eq!(next_version(current, bump, "4.4.1").as_deref(), next, "{current} {bump:?}");
        }
    }
}
