//! A vendor's document goes in; the stored Api, the crate and the record of what was read come out.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use storewright_generator::api::{Api, Shape};
use storewright_generator::diagnostic::{Code, Diagnostic, Place, Sink};
use storewright_generator::render::MARK;
use storewright_generator::write::{self, Root};

use crate::pipeline::{self, Made, Report};
use crate::report::{plural, print, refuse};
use crate::tree::Tree;
use crate::{Outcome, fetch, generate, settings};

#[derive(clap::Args)]
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
    let roots = [
        Root { folder: spec, files: pipeline::stored_files(&api, &report)?, records },
        Root { folder: tree.generated(&args.api), files, records: BTreeMap::new() },
    ];
    let found = write::compare(&roots, MARK)?;
    if args.check {
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
    if !store(tree, &roots, &found, out) {
        return Ok(None);
    }
    print(out.diagnostics());
    summarise(&api, &report, pipeline::notices(out.diagnostics()).len());
    Ok(Some(Outcome::Done))
}

/// Makes the folders equal; false if errors were pushed, and then every file is as it was.
pub(crate) fn store(tree: &Tree, roots: &[Root], found: &write::Comparison, out: &mut Sink) -> bool {
    if !found.foreign.is_empty() {
        found.foreign(|path| tree.shown(path)).into_iter().for_each(|diagnostic| out.push(diagnostic));
        return false;
    }
    if let Err(error) = write::write(roots, found) {
        out.push(
            Diagnostic::error(
                Code::FailedWrite,
                Place::default(),
                format!("a file cannot be written: {error}"),
            )
            .help("mend that and run the command again: every file is as it was"),
        );
        return false;
    }
    true
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
