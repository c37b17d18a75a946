//! Generates the crates of stored APIs, offline, or a crate of any document as `storewright generate` does.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
pub(crate) use storewright::generate::name_of;
use storewright::generate::{FIRST, Finish, finish, real, store};
use storewright_generator::api::Api;
use storewright_generator::diagnostic::Sink;
use storewright_generator::render::{Options, Runtime};
use storewright_generator::select;
use storewright_generator::write::Root;

use crate::checkout::{LICENCES, Tree};
use crate::report::tell;
use crate::source_toml::Settings;
use crate::{Outcome, fetch, pipeline, progress, source_toml};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask generate                                                          # all crates, offline
  cargo xtask generate app47 --check                                            # print the differences
  cargo xtask generate app47 --out ../app47                                     # one crate, elsewhere
  cargo xtask generate --from my-api.json --out ../my-api --name my-api --docs  # a crate from your own document
  cargo xtask generate --from my-api.json --out ../my-api --only pets --only '/store/*'  # a part of it
  cargo xtask generate --from my-api.json --out ../my-api --api ../my-rules     # the same, with your corrections and names
  cargo xtask generate --from my-api.json --out ../my-api --runtime path=runtime  # with the runtime of this checkout";

#[derive(Default, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The APIs, by the names of their folders under `specs/`; by default all of them.
    #[arg(conflicts_with_all = ["from", "name", "api"])]
    apis: Vec<String>,
    #[command(flatten)]
    document: storewright::generate::Args,
}

impl Args {
    /// Checks that every crate matches the generator's output.
    pub(crate) fn check() -> Self {
        Self {
            document: storewright::generate::Args { check: true, ..Default::default() },
            ..Self::default()
        }
    }

    /// Generates another version of one of our APIs elsewhere, for a trial.
    pub(crate) fn version(tree: &Tree, api: &str, from: &Path, out: &Path) -> Self {
        let document = storewright::generate::Args {
            from: Some(from.display().to_string()),
            out: Some(out.to_owned()),
            api: Some(api.to_owned()),
            runtime: trial(tree).runtime,
            ..Default::default()
        };
        Self { document, ..Self::default() }
    }
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    let outcome = match &args.document.from {
        Some(_) => storewright::generate::run(tree, &args.document)?,
        None => {
            let _progress = progress::start("reading");
            let mut out = Sink::new();
            let roots = stored(tree, args, &mut out)?;
            finish(tree, roots, &Finish::of(&args.document, &args.apis), &mut out)?
        }
    };
    if let (Outcome::Done, false, Some(folder)) = (outcome, args.document.check, &args.document.out)
        && is_taken(tree, folder)?
    {
        tell!(
            "{} is in this checkout, so cargo looks for it in the workspace here and cannot build it: \
             give a folder outside, such as `--out ../{}`",
            folder.display(),
            folder.file_name().unwrap_or_default().to_string_lossy()
        );
    }
    Ok(outcome)
}

/// The options for our own crates.
pub(crate) fn ours(settings: &Settings) -> Options {
    Options {
        version: settings.crate_version.clone(),
        runtime: Runtime::Path("../../runtime".into()),
        workspace: true,
        ..Options::default()
    }
}

/// The options for a crate that is tried and thrown away: the runtime of the checkout.
pub(crate) fn trial(tree: &Tree) -> Options {
    let runtime = Runtime::Path(tree.root().join("runtime"));
    Options { version: FIRST.to_owned(), runtime, ..Options::default() }
}

fn stored(tree: &Tree, args: &Args, out: &mut Sink) -> anyhow::Result<Option<Vec<Root>>> {
    let apis = if args.apis.is_empty() { tree.apis()? } else { args.apis.clone() };
    if args.document.out.is_some() && apis.len() != 1 {
        bail!("`--out` takes the crate of one API: name it");
    }
    let mut roots = Vec::new();
    for api in &apis {
        tree.check_api(api)?;
        let path = tree.spec(api).join("source.toml");
        let text = fetch::text(&path).with_context(|| tree.shown(&path))?;
        let Some(settings) = source_toml::parse(&tree.shown(&path), &text, out) else { continue };
        let Some((mut stored, _)) = pipeline::stored(tree, api, out) else { continue };
        let mut rules = pipeline::rules(tree, Some(api))?;
        rules.only.extend(args.document.selectors());
        if select::select(&mut stored, &rules.only, &BTreeMap::new(), out).is_none() {
            continue;
        }
        let model = stored.model();
        let Some(names) = pipeline::names(&model, &rules, out) else { continue };
        let (folder, options) = match &args.document.out {
            Some(folder) => (folder.clone(), args.document.options(folder, &settings.crate_version)?),
            None => (tree.generated(api), ours(&settings)),
        };
        let Some(made) = pipeline::render_crate(&model, &names, &rules, &options, out)? else { continue };
        let records = if args.document.out.is_none() { licences(tree)? } else { BTreeMap::new() };
        roots.push(Root { folder, files: made.files, records, ..Root::default() });
    }
    Ok((!out.has_errors()).then_some(roots))
}

/// The licences of this repository, which each crate that is published has a copy of.
pub(crate) fn licences(tree: &Tree) -> anyhow::Result<BTreeMap<String, String>> {
    let mut out = BTreeMap::new();
    for name in LICENCES {
        if let Some(text) = pipeline::read_optional(&tree.root().join(name))? {
            out.insert((*name).to_owned(), text);
        }
    }
    Ok(out)
}

/// Writes a crate from a document without rules; none if errors were pushed.
pub(crate) fn document(
    tree: &Tree,
    from: &Path,
    folder: &Path,
    name: &str,
    out: &mut Sink,
) -> anyhow::Result<Option<Api>> {
    let from = from.display().to_string();
    let rules = pipeline::rules(tree, None)?;
    let Some(document) = fetch::fetch(&from, out) else { return Ok(None) };
    let options = trial(tree);
    let Some(made) = pipeline::make(&document, &rules, name, false, out) else { return Ok(None) };
    let rendered = pipeline::render_crate(&made.model, &made.names, &rules, &options, out)?;
    let Some(rendered) = rendered else { return Ok(None) };
    let root = Root { folder: folder.to_owned(), files: rendered.files, ..Root::default() };
    Ok(store(tree, &[root], out)?.then_some(made.api))
}

/// True if cargo takes a crate there for a part of this workspace, which only excludes `target`.
fn is_taken(tree: &Tree, folder: &Path) -> anyhow::Result<bool> {
    let (folder, root) = (real(folder)?, real(tree.root())?);
    Ok(folder.starts_with(&root) && !folder.starts_with(root.join("target")))
}
