//! Two versions of an API go in, as files, stored or at a revision; the report of what changed comes out.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ValueEnum;
use serde::Deserialize;
use storewright_generator::api::Info;
use storewright_generator::diagnostic::Sink;
use storewright_generator::diff::{self, Bump, Diff, Side, Wire};
use storewright_generator::report;

use crate::pipeline::{self, Version};
use crate::report::refuse;
use crate::tree::Tree;
use crate::{Outcome, fetch, interrupt, progress};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask diff main:app-store-connect                             # what is stored on main, against what is stored here
  cargo xtask diff 4.3.json 4.4.1.json --format html --out diff.html  # two files, for a browser
  cargo xtask diff v0.1.0:app47 app47 --fail-on rust                  # end with 1 where a consumer's code breaks
  cargo xtask diff old.json new.json --only testflight                # one area or tag alone";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The old version: a vendor's file or URL, an API of ours as it is stored (`app-store-connect`), or as it was
    /// stored at a revision (`main:app-store-connect`).
    from: String,
    /// The new version; where absent, what is stored of the same API.
    to: Option<String>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write it into this file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// End with 1 where something breaks on the wire, in Rust, or where anything changed at all.
    #[arg(long, value_enum, value_name = "wire|rust|any")]
    fail_on: Option<FailOn>,
    /// Only what belongs to this area, or has this tag.
    #[arg(long, value_name = "AREA|TAG")]
    only: Option<String>,
    /// The most characters that Markdown may have; what matters least is folded first.
    #[arg(long, value_name = "N", default_value_t = report::COMMENT, value_parser = clap::value_parser!(usize))]
    max_chars: usize,
    /// Compare the vendor's files as they are, without our corrections.
    #[arg(long)]
    no_overlay: bool,
    /// The API whose overlay, names and areas apply to files; where absent, the one with the same title.
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Wire,
    Rust,
    Any,
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    if args.format == Format::Markdown && args.max_chars < report::LEAST {
        bail!("Markdown needs at least {} characters: give `--max-chars` more", report::LEAST);
    }
    let mut out = Sink::new();
    let progress = progress::start("reading both versions");
    let Some((old, new)) = versions(tree, args, &mut out)? else { return Ok(refuse(out.diagnostics())) };
    progress::step("comparing");
    let mut found = compare(&old, &new);
    drop(progress);
    if let Some(only) = &args.only {
        let is_known = [&old, &new].iter().any(|side| knows(side, only));
        if !is_known {
            bail!("neither version has an area or a tag `{only}`");
        }
        found.retain(|change| [&change.area, &change.tag].contains(&&Some(only.clone())));
    }
    let text = match args.format {
        // Colours stay where standard output is a terminal, or as the environment says.
        Format::Text => report::text(&found, args.out.is_none()),
        Format::Markdown => report::markdown(&found, args.max_chars),
        Format::Json => report::json(&found)?,
        Format::Html => report::html(&found).map_err(anyhow::Error::msg)?,
    };
    match &args.out {
        Some(path) => interrupt::replace(path, &text)?,
        None => print(&text)?,
    }
    Ok(if args.fail_on.is_some_and(|on| is_met(on, &found)) { Outcome::Findings } else { Outcome::Done })
}

/// What changed between two versions.
pub(crate) fn compare(old: &Version, new: &Version) -> Diff {
    let [old, new] = [old, new].map(|v| Side { api: &v.api, names: &v.names, items: &v.items });
    diff::diff(&old, &new)
}

/// A reader that has seen enough closes the pipe, which is no fault.
fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    match anstream::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

fn is_met(on: FailOn, diff: &Diff) -> bool {
    match on {
        FailOn::Wire => diff.changes.iter().any(|change| change.wire == Wire::Breaking),
        FailOn::Rust => {
            diff.bump == Bump::Major && diff.summary.rust_only.iter().any(|c| c.rust == Bump::Major)
                || diff.changes.iter().any(|change| change.rust == Bump::Major)
        }
        FailOn::Any => !diff.changes.is_empty() || diff.bump != Bump::None,
    }
}

fn knows(side: &Version, word: &str) -> bool {
    side.names.areas.iter().any(|area| area.feature == word)
        || side.api.operations.values().any(|o| o.tags.iter().any(|tag| tag == word))
}

/// Where a version is.
enum Place<'a> {
    File(&'a str),
    Stored(&'a str),
    Revision(&'a str, &'a str),
}

fn place<'a>(tree: &Tree, text: &'a str, apis: &[String]) -> anyhow::Result<Place<'a>> {
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
            if is_api(api) || tree.at_revision(revision, &format!("specs/{api}/source.toml"))?.is_some() =>
        {
            Ok(Place::Revision(revision, api))
        }
        Some((revision, api)) => {
            bail!("there is no API `{api}` at `{revision}`; there are: {}", apis.join(", "))
        }
        None => {
            bail!("`{text}` is neither a file nor an API of ours, of which there are: {}", apis.join(", "))
        }
    }
}

fn versions(tree: &Tree, args: &Args, out: &mut Sink) -> anyhow::Result<Option<(Version, Version)>> {
    let apis = tree.apis()?;
    if let Some(api) = &args.api {
        tree.check_api(api)?;
    }
    let from = place(tree, &args.from, &apis)?;
    let to = args.to.as_deref().map(|to| place(tree, to, &apis)).transpose()?;
    let named = |place: &Place<'_>| match place {
        Place::Stored(api) | Place::Revision(_, api) => Some((*api).to_owned()),
        Place::File(_) => None,
    };
    let given = args.api.clone().or_else(|| named(&from)).or_else(|| to.as_ref().and_then(named));
    let old = read(tree, &from, given.as_deref(), args, out)?;
    let to = match (&to, &old) {
        (Some(to), _) => to,
        (None, Some(old)) if apis.contains(&old.api.info.name) => &Place::Stored(&old.api.info.name),
        (None, Some(_)) => bail!("give a second version to compare `{}` with", args.from),
        (None, None) => return Ok(None),
    };
    let same = old.as_ref().map(|old| old.api.info.name.clone());
    let new = read(tree, to, given.as_deref().or(same.as_deref()), args, out)?;
    Ok(old.zip(new))
}

fn read(
    tree: &Tree,
    place: &Place<'_>,
    api: Option<&str>,
    args: &Args,
    out: &mut Sink,
) -> anyhow::Result<Option<Version>> {
    match place {
        Place::Stored(api) => {
            let Some((stored, _)) = pipeline::stored(tree, api, out) else { return Ok(None) };
            pipeline::version_of(stored, &pipeline::rules(tree, Some(api))?, None, out)
        }
        Place::Revision(revision, api) => pipeline::at_revision(tree, revision, api, out),
        Place::File(file) => {
            let Some(document) = fetch::fetch(file, None, out) else { return Ok(None) };
            let found = match api {
                Some(api) => Some(api.to_owned()),
                None => titled(tree, &document.text)?,
            };
            // The rules of an API that is only named to call the crate something are not there.
            let ours = found.as_deref().filter(|api| tree.check_api(api).is_ok());
            let mut rules = pipeline::rules(tree, ours)?;
            if args.no_overlay {
                rules.overlay = None;
            }
            pipeline::version(&document, &rules, found.as_deref().unwrap_or("api"), out)
        }
    }
}

/// The API of ours that has the document's title.
fn titled(tree: &Tree, text: &str) -> anyhow::Result<Option<String>> {
    #[derive(Deserialize)]
    struct Head {
        info: Title,
    }
    #[derive(Deserialize)]
    struct Title {
        title: String,
    }
    let head: Option<Head> = match text.trim_start().starts_with('{') {
        true => serde_json::from_str(text).ok(),
        false => serde_yaml::from_str(text).ok(),
    };
    let Some(head) = head else { return Ok(None) };
    for api in tree.apis()? {
        let Ok(text) = fs::read_to_string(tree.spec(&api).join("api/info.yaml")) else { continue };
        if serde_yaml::from_str::<Info>(&text).is_ok_and(|info| info.title == head.info.title) {
            return Ok(Some(api));
        }
    }
    Ok(None)
}
