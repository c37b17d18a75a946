//! Generates and checks a crate from each document of a folder, one process per document, and prints one table.

pub(crate) mod document;
mod peers;
mod process;
mod report;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Serialize;
use storewright_generator::diagnostic::Sink;
use storewright_generator::load::{Source, text};

use self::document::Generated;
use self::peers::Peers;
use self::process::{Ended, Limits, attempt};
use crate::checkout::{SHARED, Tree};
use crate::report::{plural, stdout, stdout_json};
use crate::{Outcome, generate, progress};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask corpus ../documents                        # generate and check every document of a folder
  cargo xtask corpus ../documents --no-check             # generate only
  cargo xtask corpus ../documents --only petstore        # the documents whose names contain a text
  cargo xtask corpus ../documents --peers --markdown     # next to other generators, as a table for a page";

/// The folder of documents next to the vendor files.
const DOCUMENTS: &str = "corpus/docs";
/// The names of files that are read as documents.
const ENDINGS: &[&str] = &["json", "yaml", "yml"];

/// Documents of our own for a quick run, below `generator/tests/fixtures/`.
const FIXTURES: &[&str] = &[
    "stages/approximations",
    "stages/colliding-names",
    "stages/openapi-3-1",
    "stages/parameter-styles",
    "stages/swagger",
    "wire",
];
/// Small public documents of every dialect, below [`DOCUMENTS`].
const SAMPLE: &[&str] = &[
    "gotify--spec.json",
    "oas-examples--3.0-json-polymorphism.json",
    "openapi-python-client--baseline_openapi_3.1.yaml",
    "resend-openapi--resend.yaml",
    "swagger-petstore--openapi.yaml",
];

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The folder of documents; by default `corpus/docs` below `STOREWRIGHT_SHARED`.
    folder: Option<PathBuf>,
    /// Only the documents whose file names contain this text.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Generate the crates, but do not check them.
    #[arg(long)]
    no_check: bool,
    /// Run other generators on each document, too; they are installed below `target/`.
    #[arg(long)]
    peers: bool,
    /// The time limit of a document, and of the check of its crate, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    timeout: u64,
    /// The address space that a generator or compiler may have (Linux and macOS).
    #[arg(long, value_name = "MB", default_value_t = 6000)]
    memory: u64,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Print a Markdown table.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

/// One row.
#[derive(Debug, Serialize)]
struct DocumentRow {
    document: String,
    dialect: String,
    /// The operations of the document.
    declared: usize,
    /// The operations of the crate.
    operations: usize,
    /// The operations that a notice skips.
    skipped: usize,
    notices: BTreeMap<String, usize>,
    /// CPU time of the generator.
    seconds: f64,
    peak_mb: f64,
    result: Verdict,
    /// The reason, where the result is not a crate that compiles.
    reason: Option<String>,
    /// The results of other generators.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    peers: BTreeMap<&'static str, peers::Made>,
}

/// The reason for which a result is not the best one.
type Reason = Option<String>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    Compiles,
    Generates,
    LosesOperations,
    DocsChangeTheApi,
    DoesNotCompile,
    Refused,
    Crashes,
    OutOfMemory,
    Hangs,
}

impl Verdict {
    const ALL: &[Self] = &[
        Self::Compiles,
        Self::Generates,
        Self::LosesOperations,
        Self::DocsChangeTheApi,
        Self::DoesNotCompile,
        Self::Refused,
        Self::Crashes,
        Self::OutOfMemory,
        Self::Hangs,
    ];

    fn text(self) -> &'static str {
        match self {
            Self::Compiles => "compiles",
            Self::Generates => "generates",
            Self::LosesOperations => "loses operations",
            Self::DocsChangeTheApi => "docs change the API",
            Self::DoesNotCompile => "does not compile",
            Self::Refused => "refused",
            Self::Crashes => "crashes",
            Self::OutOfMemory => "out of memory",
            Self::Hangs => "hangs",
        }
    }
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    let folder = match &args.folder {
        Some(folder) => folder.clone(),
        None => tree.shared_folder(DOCUMENTS).with_context(|| {
            format!("{DOCUMENTS} is not next to the checkout: name a folder, or set {SHARED}")
        })?,
    };
    let documents = named(files(&folder, args.only.as_deref())?);
    if documents.is_empty() {
        bail!("{} has no JSON or YAML file with such a name", folder.display());
    }
    let limits = Limits { time: Duration::from_secs(args.timeout), memory: args.memory };
    let mut corpus = Corpus::new(tree, limits, !args.no_check)?;
    let progress = progress::start("documents");
    if args.peers {
        corpus.peers = Some(Peers::install(tree, &corpus.work, limits, !args.no_check)?);
    }
    progress.count(documents.len());
    let rows = corpus.rows(&documents, || progress.done())?;
    drop(progress);
    match (args.json, args.markdown) {
        (true, _) => stdout_json(&rows)?,
        (_, true) => stdout(&report::markdown(&rows))?,
        _ => stdout(&report::text(&rows))?,
    }
    Ok(if rows.iter().all(is_good) { Outcome::Done } else { Outcome::Findings })
}

/// Checks a few small documents, those of this repository and public ones; the second part is whether the public ones
/// were there.
pub(crate) fn sample(tree: &Tree) -> anyhow::Result<(Outcome, bool)> {
    let mut found = Vec::new();
    for folder in FIXTURES {
        found.extend(files(&tree.root().join("generator/tests/fixtures").join(folder), Some("document"))?);
    }
    let public: Vec<PathBuf> =
        SAMPLE.iter().filter_map(|name| tree.shared(&format!("{DOCUMENTS}/{name}"))).collect();
    let is_whole = public.len() == SAMPLE.len();
    found.extend(public);
    let limits = Limits { time: Duration::from_secs(300), memory: 6000 };
    let rows = Corpus::new(tree, limits, true)?.rows(&named(found), || {})?;
    stdout(&report::text(&rows))?;
    Ok((if rows.iter().all(is_good) { Outcome::Done } else { Outcome::Findings }, is_whole))
}

fn is_good(row: &DocumentRow) -> bool {
    matches!(row.result, Verdict::Compiles | Verdict::Generates)
}

/// The documents of a folder whose file names contain a text.
fn files(folder: &Path, only: Option<&str>) -> anyhow::Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_document = file.extension().is_some_and(|e| ENDINGS.iter().any(|known| e == *known));
        if file.is_file() && is_document && only.is_none_or(|text| name.contains(text)) {
            out.push(file);
        }
    }
    out.sort();
    Ok(out)
}

/// Documents by the names of their crates.
fn named(files: Vec<PathBuf>) -> BTreeMap<String, PathBuf> {
    let mut out = BTreeMap::new();
    for file in files {
        let base = generate::name_of(&label(&file));
        let mut name = base.clone();
        // `a.b.json` and `a-b.json` are two documents.
        for again in 2.. {
            if !out.contains_key(&name) {
                break;
            }
            name = format!("{base}-{again}");
        }
        out.insert(name, file);
    }
    out
}

/// The name of a document in the table: its file, or its folder where each document has one.
fn label(file: &Path) -> String {
    let folder = file.parent().filter(|_| file.file_stem().is_some_and(|stem| stem == "document"));
    let part = folder.and_then(Path::file_name).or_else(|| file.file_name());
    part.unwrap_or_default().to_string_lossy().into_owned()
}

struct Corpus<'a> {
    tree: &'a Tree,
    /// The folder of the generated crates and of build output.
    work: PathBuf,
    limits: Limits,
    check: bool,
    peers: Option<Peers<'a>>,
}

impl<'a> Corpus<'a> {
    fn new(tree: &'a Tree, limits: Limits, check: bool) -> anyhow::Result<Self> {
        let work = tree.root().join("target/corpus");
        fs::create_dir_all(&work)?;
        Ok(Self { tree, work, limits, check, peers: None })
    }

    fn rows(
        &self,
        documents: &BTreeMap<String, PathBuf>,
        mut done: impl FnMut(),
    ) -> anyhow::Result<Vec<DocumentRow>> {
        let mut rows = Vec::new();
        for (name, file) in documents {
            progress::step(name);
            rows.push(self.row(name, file)?);
            done();
        }
        Ok(rows)
    }

    fn row(&self, name: &str, file: &Path) -> anyhow::Result<DocumentRow> {
        let crates = self.work.join("crates").join(name);
        if crates.is_dir() {
            fs::remove_dir_all(&crates)?;
        }
        let into = self.work.join("outcome.json");
        let _ = fs::remove_file(&into);
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--root").arg(self.tree.root()).arg("corpus-document").arg(file);
        command.args(["--name", name]).arg("--out").arg(&crates).arg("--into").arg(&into);
        let ended = attempt(&command, &self.work.join("cost.json"), self.limits)?;
        let outcome: Option<Generated> =
            fs::read_to_string(&into).ok().and_then(|text| serde_json::from_str(&text).ok());
        let generated = outcome.unwrap_or_else(|| Generated { cost: ended.cost, ..Generated::default() });
        let (result, reason) = match verdict(&generated, &ended, self.limits) {
            (Verdict::Generates, None) if self.check => self.check(&crates)?,
            other => other,
        };
        Ok(DocumentRow {
            document: label(file),
            dialect: dialect(file)?,
            declared: generated.declared,
            operations: generated.operations,
            skipped: generated.skipped,
            notices: generated.notices,
            seconds: generated.cost.cpu_s,
            peak_mb: generated.cost.peak_mb,
            result,
            reason,
            peers: self.peers.as_ref().map(|peers| peers.rows(file)).transpose()?.unwrap_or_default(),
        })
    }

    /// Checks a crate alone; the dependencies are compiled once, in a folder that all crates share.
    fn check(&self, crates: &Path) -> anyhow::Result<(Verdict, Reason)> {
        let manifest = crates.join("Cargo.toml");
        let mut text = fs::read_to_string(&manifest)?;
        // Every area, and no transport: its dependencies take longer than most crates.
        let has_areas = text.contains("\nfull = [");
        // A workspace of its own: `target` is below the workspace of this checkout.
        text += "\n[workspace]\n";
        fs::write(&manifest, text)?;
        // The versions that are there already, so that nothing is asked of the network.
        fs::copy(self.tree.root().join("Cargo.lock"), crates.join("Cargo.lock"))?;
        let mut command = self.tree.cargo(&["check", "--quiet", "--offline", "--no-default-features"]);
        if has_areas {
            command.args(["--features", "full"]);
        }
        command.current_dir(crates).env("CARGO_TARGET_DIR", self.work.join("target"));
        command.env("RUSTFLAGS", "-D warnings").env("CARGO_TERM_COLOR", "never");
        let ended = attempt(&command, &self.work.join("cost.json"), self.limits)?;
        Ok(checked(&ended, None))
    }
}

/// The result of generating a crate.
fn verdict(generated: &Generated, ended: &Ended, limits: Limits) -> (Verdict, Reason) {
    let refusal = || {
        let codes: Vec<String> =
            generated.errors.iter().map(|(code, count)| format!("{count} {code}")).collect();
        format!("{}: {}", codes.join(", "), generated.first.clone().unwrap_or_default())
    };
    match ended.success {
        None => (Verdict::Hangs, Some(format!("no end after {} s", limits.time.as_secs()))),
        Some(true) if !generated.lost.is_empty() => {
            let first = generated.lost.first().cloned().unwrap_or_default();
            (Verdict::LosesOperations, Some(format!("{}, first: {first}", generated.lost.len())))
        }
        Some(true) => match &generated.docs {
            Some(item) => (Verdict::DocsChangeTheApi, Some(item.clone())),
            None => (Verdict::Generates, None),
        },
        Some(false) if !generated.errors.is_empty() => (Verdict::Refused, Some(refusal())),
        Some(false) if ended.is_out_of_memory() => (Verdict::OutOfMemory, Some(ended.first_line())),
        Some(false) => (Verdict::Crashes, Some(ended.first_line())),
    }
}

/// The result of a check; `own` is the compiler's last line about the crate, where its dependencies are new.
fn checked(ended: &Ended, own: Option<&str>) -> (Verdict, Reason) {
    match ended.success {
        None => (Verdict::Hangs, Some("no end of the check".to_owned())),
        Some(true) => (Verdict::Compiles, None),
        Some(false) if ended.is_out_of_memory() => (Verdict::OutOfMemory, Some("the compiler".to_owned())),
        Some(false) if own.is_some_and(|own| !ended.stderr.contains(own)) => {
            (Verdict::DoesNotCompile, Some(format!("before the crate: {}", ended.first_line())))
        }
        Some(false) => {
            let errors: Vec<&str> = ended.stderr.lines().filter(|line| line.starts_with("error")).collect();
            let first = errors.first().copied().unwrap_or_default();
            let count = errors.iter().filter(|line| !line.contains("could not compile")).count();
            (Verdict::DoesNotCompile, Some(format!("{count} {}, first: {first}", plural(count, "error"))))
        }
    }
}

/// The version that a document's root names.
fn dialect(file: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(file)?;
    let name = file.display().to_string();
    let tree = text::parse(&Source { name: &name, text: &bytes }, &mut Sink::new());
    let version = tree.as_ref().and_then(|tree| tree.get("openapi").or_else(|| tree.get("swagger")));
    Ok(version.map_or_else(|| "?".to_owned(), |v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)))
}
