//! Generates client crates from stored Apis, or from anybody's OpenAPI or Swagger file, offline.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, bail};
use storewright_generator::api::Api;
use storewright_generator::diagnostic::{Diagnostic, Sink};
use storewright_generator::render::{MARK, Options};
use storewright_generator::select::{self, Selector};
use storewright_generator::write::{self, Root};

use crate::pipeline;
use crate::report::{print, refuse, tell};
use crate::settings::Settings;
use crate::tree::{LICENCES, Tree};
use crate::update::store;
use crate::{Outcome, fetch, progress, settings};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask generate                                                          # all crates, offline
  cargo xtask generate app47 --check                                            # say what would change
  cargo xtask generate app47 --out ../app47                                     # one crate, elsewhere
  cargo xtask generate --from my-api.json --out ../my-api --name my-api --docs  # a crate from your own document
  cargo xtask generate --from my-api.json --out ../my-api --only pets --only '/store/*'  # a part of it
  cargo xtask generate --from my-api.json --out ../my-api --api ../my-rules     # the same, with corrections and names of yours";

#[derive(Default, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The APIs, as their folders under `specs/` are called; where absent, all of them.
    #[arg(conflicts_with_all = ["from", "name", "api"])]
    apis: Vec<String>,
    /// Write nothing; say how the crates differ from what would be generated.
    #[arg(long)]
    check: bool,
    /// Generate from this OpenAPI 3 or Swagger 2.0 file instead of a stored Api.
    #[arg(long, value_name = "URL|FILE|ZIP", requires = "out")]
    from: Option<String>,
    /// The folder that the crate goes to.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Keep the document's own descriptions as documentation.
    #[arg(long, requires = "from")]
    docs: bool,
    /// The API's name, which names the crate; where absent, it is made of the file's name.
    #[arg(long, requires = "from")]
    name: Option<String>,
    /// Take the overlay, naming rules, areas and templates of this API of ours; or a folder of your own that holds any
    /// of overlay.yaml, naming.toml and areas.toml, as those under `specs/` do.
    #[arg(long, requires = "from", value_name = "API|DIR")]
    api: Option<String>,
    /// Generate these operations alone, with the types that they use: a tag, an operationId, a path in which `*` is any
    /// text (`/pets*`), or a method and a path (`GET /pets`). Repeat it for more.
    #[arg(long, value_name = "TAG|OPERATION|PATH", requires = "out")]
    only: Vec<String>,
    /// Write nothing if there is a notice: each is an error.
    #[arg(long)]
    strict: bool,
}

const MANIFEST: &str = "Cargo.toml";
/// The version of the runtime, which is that of this workspace.
const RUNTIME: &str = env!("CARGO_PKG_VERSION");

impl Args {
    /// Proves that every crate is what would be generated.
    pub(crate) fn check() -> Self {
        Self { check: true, ..Self::default() }
    }

    fn selectors(&self) -> impl Iterator<Item = Selector> + '_ {
        self.only.iter().map(|text| Selector::new(text))
    }

    /// Generates another version of one of our APIs elsewhere.
    pub(crate) fn version(api: &str, from: &Path, out: &Path) -> Self {
        Self {
            from: Some(from.display().to_string()),
            out: Some(out.to_owned()),
            api: Some(api.to_owned()),
            ..Self::default()
        }
    }
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    let _progress = progress::start("reading");
    let mut out = Sink::new();
    let roots = match (&args.from, &args.out) {
        (Some(from), Some(folder)) => foreign(tree, args, from, folder, &mut out)?.map(|root| vec![root]),
        _ => stored(tree, args, &mut out)?,
    };
    if args.strict {
        out.be_strict();
    }
    let Some(roots) = roots.filter(|_| !out.has_errors()) else {
        let outcome = refuse(out.diagnostics());
        say_where_rules_go(args, out.diagnostics());
        return Ok(outcome);
    };
    if args.out.is_some() {
        roots.iter().try_for_each(|root| check_crate(tree, root))?;
    }
    if args.check {
        progress::step("comparing");
        let found = write::compare(&roots, MARK)?;
        print(out.diagnostics());
        if found.is_empty() {
            tell!("{} files are what would be generated", count(&roots));
            return Ok(Outcome::Done);
        }
        print(&found.diagnostics(|path| tree.shown(path), &mend(args)));
        return Ok(Outcome::Findings);
    }
    if !store(tree, &roots, &mut out)? {
        return Ok(refuse(out.diagnostics()));
    }
    print(out.diagnostics());
    say_where_rules_go(args, out.diagnostics());
    for root in &roots {
        tell!("{}: {} files", tree.shown(&root.folder), root.files.len());
    }
    if let Some(folder) = &args.out
        && is_taken(tree, folder)?
    {
        tell!(
            "{} is in this checkout, so cargo looks for it in the workspace here and builds it neither with that nor by \
             itself: give a folder outside, such as `--out ../{}`",
            folder.display(),
            folder.file_name().unwrap_or_default().to_string_lossy()
        );
    }
    Ok(Outcome::Done)
}

/// What our own crates are generated with.
pub(crate) fn ours(settings: &Settings) -> Options {
    Options {
        version: settings.crate_version.clone(),
        runtime: "../../runtime".to_owned(),
        runtime_version: RUNTIME.to_owned(),
        workspace: true,
        ..Options::default()
    }
}

fn stored(tree: &Tree, args: &Args, out: &mut Sink) -> anyhow::Result<Option<Vec<Root>>> {
    let apis = if args.apis.is_empty() { tree.apis()? } else { args.apis.clone() };
    if args.out.is_some() && apis.len() != 1 {
        bail!("`--out` takes the crate of one API: name it");
    }
    let mut roots = Vec::new();
    for api in &apis {
        tree.check_api(api)?;
        let path = tree.spec(api).join("source.toml");
        let text = fetch::text(&path).with_context(|| tree.shown(&path))?;
        let Some(settings) = settings::parse(&tree.shown(&path), &text, out) else { continue };
        let Some((mut stored, _)) = pipeline::stored(tree, api, out) else { continue };
        let mut rules = pipeline::rules(tree, Some(api))?;
        rules.only.extend(args.selectors());
        if select::select(&mut stored, &rules.only, &BTreeMap::new(), out).is_none() {
            continue;
        }
        let Some(names) = pipeline::names(&stored, &rules, out) else { continue };
        let (folder, options) = match &args.out {
            Some(folder) => (folder.clone(), elsewhere(tree, folder, &settings.crate_version)?),
            None => (tree.generated(api), ours(&settings)),
        };
        let Some(files) = pipeline::crate_files(&stored, &names, &rules, &options, out)? else { continue };
        let records = if args.out.is_none() { licences(tree)? } else { BTreeMap::new() };
        roots.push(Root { folder, files, records, ..Root::default() });
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

fn foreign(
    tree: &Tree,
    args: &Args,
    from: &str,
    folder: &Path,
    out: &mut Sink,
) -> anyhow::Result<Option<Root>> {
    let apis = tree.apis()?;
    let ours = args.api.as_ref().filter(|api| apis.contains(api));
    let mut rules = match &args.api {
        Some(folder) if ours.is_none() => {
            if !Path::new(folder).is_dir() {
                bail!("there is no API `{folder}`, and no folder; the APIs are: {}", apis.join(", "));
            }
            pipeline::own_rules(tree, Path::new(folder))?
        }
        _ => pipeline::rules(tree, ours.map(String::as_str))?,
    };
    rules.only.extend(args.selectors());
    if args.name.is_some() && ours.is_some() {
        bail!("`--name` is for a document of your own: an API of ours names its crate");
    }
    let name = match args.name.as_ref().or(ours) {
        Some(name) if is_name(name) => name.clone(),
        Some(name) => {
            bail!("`{name}` cannot name a crate: use lower-case letters, digits and `-`, a letter first")
        }
        None => name_of(from),
    };
    let Some(document) = fetch::fetch(from, None, out) else { return Ok(None) };
    let options = elsewhere(tree, folder, "0.1.0")?;
    let Some(made) = pipeline::make(&document, &rules, &name, args.docs, out) else { return Ok(None) };
    let Some(files) = pipeline::crate_files(&made.api, &made.names, &rules, &options, out)? else {
        return Ok(None);
    };
    Ok(Some(Root { folder: folder.to_owned(), files, ..Root::default() }))
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
    let Some(document) = fetch::fetch(&from, None, out) else { return Ok(None) };
    let options = elsewhere(tree, folder, "0.1.0")?;
    let Some(made) = pipeline::make(&document, &rules, name, false, out) else { return Ok(None) };
    let files = pipeline::crate_files(&made.api, &made.names, &rules, &options, out)?;
    let Some(files) = files else { return Ok(None) };
    let root = Root { folder: folder.to_owned(), files, ..Root::default() };
    Ok(store(tree, &[root], out)?.then_some(made.api))
}

/// Way outs name the files of the folders under `specs/`, and who has a document alone has no such folder yet.
fn say_where_rules_go(args: &Args, diagnostics: &[Diagnostic]) {
    let is_rule =
        |help: &String| ["overlay", "naming.toml", "areas.toml"].iter().any(|word| help.contains(word));
    let helps = || diagnostics.iter().filter_map(|diagnostic| diagnostic.help.as_ref());
    if args.from.is_some() && args.api.is_none() && helps().any(is_rule) {
        tell!(
            "overlay.yaml, naming.toml and areas.toml of your own go into a folder that you give with `--api DIR`; \
             README.md, \"A crate from your own document\", has an example"
        );
    }
}

/// Fails where the folder of a crate holds another one, which would be lost without a word.
fn check_crate(tree: &Tree, root: &Root) -> anyhow::Result<()> {
    let package = |manifest: &str| -> Option<String> {
        let manifest: toml::Table = manifest.parse().ok()?;
        Some(manifest.get("package")?.get("name")?.as_str()?.to_owned())
    };
    let Some(there) = fs::read_to_string(root.folder.join(MANIFEST)).ok().as_deref().and_then(package) else {
        return Ok(());
    };
    match root.files.get(MANIFEST).map(String::as_str).and_then(package) {
        Some(own) if own != there => bail!(
            "{} holds the crate `{there}`, and this one is `{own}`: give another folder, or remove that crate",
            tree.shown(&root.folder)
        ),
        _ => Ok(()),
    }
}

/// What a crate that stands elsewhere is generated with.
pub(crate) fn elsewhere(tree: &Tree, folder: &Path, version: &str) -> anyhow::Result<Options> {
    let folder = real(folder)?;
    let runtime = tree.root().join("runtime");
    // Within the checkout the way to the runtime moves with it; from outside it does not lead anywhere for others.
    let runtime = match folder.strip_prefix(real(tree.root())?) {
        Ok(below) => below.components().map(|_| "../").collect::<String>() + "runtime",
        // In a manifest `\` begins an escape.
        Err(_) => runtime.display().to_string().replace('\\', "/"),
    };
    let (version, runtime_version) = (version.to_owned(), RUNTIME.to_owned());
    Ok(Options { version, runtime, runtime_version, workspace: false, ..Options::default() })
}

/// Whether cargo takes a crate there for a part of this workspace, which excludes `target` alone.
fn is_taken(tree: &Tree, folder: &Path) -> anyhow::Result<bool> {
    let (folder, root) = (real(folder)?, real(tree.root())?);
    Ok(folder.starts_with(&root) && !folder.starts_with(root.join("target")))
}

/// Where a folder is that need not exist: without `..`, and with what links lead to.
fn real(folder: &Path) -> io::Result<PathBuf> {
    let mut out = PathBuf::new();
    for part in std::path::absolute(folder)?.components() {
        if part == Component::ParentDir {
            out.pop();
            continue;
        }
        out.push(part);
        if let Ok(found) = out.canonicalize() {
            out = found;
        }
    }
    Ok(out)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// A crate's name made of a file's or URL's.
pub(crate) fn name_of(from: &str) -> String {
    let last = from.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem).to_lowercase();
    let words: Vec<&str> =
        stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let name = words.join("-");
    if is_name(&name) { name } else { format!("api-{name}").trim_end_matches('-').to_owned() }
}

fn count(roots: &[Root]) -> usize {
    roots.iter().map(|root| root.files.len()).sum()
}

/// The command that makes equal what a check found different.
fn mend(args: &Args) -> String {
    let mut out = "cargo xtask generate".to_owned();
    for api in &args.apis {
        out += &format!(" {api}");
    }
    let options = [("from", args.from.clone()), ("name", args.name.clone()), ("api", args.api.clone())];
    let folder = args.out.as_ref().map(|folder| folder.display().to_string());
    let only = args.only.iter().map(|text| ("only", Some(quoted(text))));
    for (option, value) in options.into_iter().chain([("out", folder)]).chain(only) {
        if let Some(value) = value {
            out += &format!(" --{option} {value}");
        }
    }
    for (flag, is_set) in [(" --docs", args.docs), (" --strict", args.strict)] {
        if is_set {
            out += flag;
        }
    }
    out
}

/// An argument as a shell takes it.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { format!("'{text}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_named_after_its_file() {
        for (from, name) in [
            ("/x/Pet Store.json", "pet-store"),
            ("4.4.1.json", "api-4-4-1"),
            ("https://example.com/v1/openapi.yaml", "openapi"),
            ("_.json", "api"),
        ] {
            assert_eq!(name_of(from), name);
            assert!(is_name(&name_of(from)));
        }
    }

    #[test]
    fn the_mending_command_is_the_same_command_without_the_check() {
        let args =
            Args { check: true, docs: true, ..Args::version("x", Path::new("a.json"), Path::new("o")) };
        assert_eq!(mend(&args), "cargo xtask generate --from a.json --api x --out o --docs");
        assert_eq!(mend(&Args::check()), "cargo xtask generate");
    }
}
