//! Generates and checks a crate from each document of a folder, one process per document, and prints one table.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use storewright_generator::diagnostic::{Diagnostic, Severity, Sink, shown};
use storewright_generator::load::{Source, text};

use crate::measure::{self, Cost};
use crate::report::{plural, stdout, stdout_json, table};
use crate::tree::{SHARED, Tree};
use crate::{Outcome, generate, progress};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask corpus ../documents                    # generate and check every document of a folder
  cargo xtask corpus ../documents --no-check         # generate only
  cargo xtask corpus ../documents --only petstore    # the documents whose names contain a text";

/// The folder of documents next to the vendor files.
const DOCUMENTS: &str = "corpus/docs";
/// The names of files that are read as documents.
const ENDINGS: &[&str] = &["json", "yaml", "yml"];

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The folder of documents; where absent, `corpus/docs` below `STOREWRIGHT_SHARED`.
    folder: Option<PathBuf>,
    /// Only the documents whose file names contain this text.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Generate the crates, but do not check them.
    #[arg(long)]
    no_check: bool,
    /// The seconds after which a document, or the check of its crate, counts as hanging.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    timeout: u64,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// The hidden command that a process per document runs.
#[derive(clap::Args)]
pub(crate) struct Document {
    file: PathBuf,
    #[arg(long)]
    out: PathBuf,
    #[arg(long)]
    name: String,
    /// Where the outcome is written.
    #[arg(long)]
    into: PathBuf,
}

/// The outcome of generating one crate.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Generated {
    operations: usize,
    /// The number of diagnostics, by code.
    notices: BTreeMap<String, usize>,
    errors: BTreeMap<String, usize>,
    /// The first error, for the table.
    first: Option<String>,
}

/// One row.
#[derive(Debug, Serialize)]
struct Row {
    document: String,
    dialect: String,
    operations: usize,
    notices: BTreeMap<String, usize>,
    /// CPU time of the generator.
    seconds: f64,
    peak_mb: f64,
    result: Verdict,
    /// The reason, where the result is not a crate that compiles.
    reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    Compiles,
    Generates,
    DoesNotCompile,
    Refused,
    Crashes,
    Hangs,
}

impl Verdict {
    const ALL: &[Self] =
        &[Self::Compiles, Self::Generates, Self::DoesNotCompile, Self::Refused, Self::Crashes, Self::Hangs];

    fn text(self) -> &'static str {
        match self {
            Self::Compiles => "compiles",
            Self::Generates => "generates",
            Self::DoesNotCompile => "does not compile",
            Self::Refused => "refused",
            Self::Crashes => "crashes",
            Self::Hangs => "hangs",
        }
    }
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    let folder = match &args.folder {
        Some(folder) => folder.clone(),
        None => tree.shared_folder(DOCUMENTS).with_context(|| {
            format!("{DOCUMENTS} is not beside the checkout: name a folder, or set {SHARED}")
        })?,
    };
    let documents = documents(&folder, args.only.as_deref())?;
    if documents.is_empty() {
        bail!("{} has no JSON or YAML file with such a name", folder.display());
    }
    let progress = progress::start("documents");
    progress.count(documents.len());
    let corpus = Corpus {
        tree,
        work: tree.root().join("target/corpus"),
        limit: Duration::from_secs(args.timeout),
        check: !args.no_check,
    };
    fs::create_dir_all(&corpus.work)?;
    let mut rows = Vec::new();
    for (name, file) in &documents {
        progress::step(name);
        rows.push(corpus.row(name, file)?);
        progress.done();
    }
    progress::clear();
    match args.json {
        true => stdout_json(&rows)?,
        false => stdout(&text_of(&rows))?,
    }
    let good = |row: &Row| matches!(row.result, Verdict::Compiles | Verdict::Generates);
    Ok(if rows.iter().all(good) { Outcome::Done } else { Outcome::Findings })
}

/// The documents by the names of their crates.
fn documents(folder: &Path, only: Option<&str>) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        files.push(entry?.path());
    }
    files.sort();
    let mut out = BTreeMap::new();
    for file in files {
        let shown = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_document = file.extension().is_some_and(|e| ENDINGS.iter().any(|known| e == *known));
        if !file.is_file() || !is_document || only.is_some_and(|text| !shown.contains(text)) {
            continue;
        }
        let base = generate::name_of(&shown);
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
    Ok(out)
}

struct Corpus<'a> {
    tree: &'a Tree,
    /// The workspace of the generated crates.
    work: PathBuf,
    limit: Duration,
    check: bool,
}

/// The end of a process.
struct Ended {
    cost: Cost,
    stderr: String,
    /// Whether it ended with 0; none where it was stopped.
    success: Option<bool>,
}

impl Corpus<'_> {
    fn row(&self, name: &str, file: &Path) -> anyhow::Result<Row> {
        let crates = self.work.join("crates").join(name);
        if crates.is_dir() {
            fs::remove_dir_all(&crates)?;
        }
        let into = self.work.join("outcome.json");
        let _ = fs::remove_file(&into);
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--root").arg(self.tree.root()).arg("corpus-document").arg(file);
        command.args(["--name", name]).arg("--out").arg(&crates).arg("--into").arg(&into);
        let ended = self.attempt(&command)?;
        let outcome: Option<Generated> =
            fs::read_to_string(&into).ok().and_then(|text| serde_json::from_str(&text).ok());
        let generated = outcome.unwrap_or_default();
        let refusal = || {
            let codes: Vec<String> =
                generated.errors.iter().map(|(code, count)| format!("{count} {code}")).collect();
            format!("{}: {}", codes.join(", "), generated.first.clone().unwrap_or_default())
        };
        let (result, reason) = match ended.success {
            None => (Verdict::Hangs, Some(format!("no end after {} s", self.limit.as_secs()))),
            Some(true) if self.check => self.check(name, &crates)?,
            Some(true) => (Verdict::Generates, None),
            Some(false) if !generated.errors.is_empty() => (Verdict::Refused, Some(refusal())),
            Some(false) => (Verdict::Crashes, Some(first_line(&ended.stderr))),
        };
        Ok(Row {
            document: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            dialect: dialect(file)?,
            operations: generated.operations,
            notices: generated.notices,
            seconds: ended.cost.cpu_s,
            peak_mb: ended.cost.peak_mb,
            result,
            reason,
        })
    }

    /// Checks a crate alone; the dependencies are compiled once, in a folder that all crates share.
    fn check(&self, name: &str, crates: &Path) -> anyhow::Result<(Verdict, Option<String>)> {
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
        let ended = self.attempt(&command)?;
        Ok(match ended.success {
            None => (Verdict::Hangs, Some(format!("{name}: no end of the check"))),
            Some(true) => (Verdict::Compiles, None),
            Some(false) => {
                let errors: Vec<&str> =
                    ended.stderr.lines().filter(|line| line.starts_with("error")).collect();
                let first = errors.first().copied().unwrap_or_default();
                let count = errors.iter().filter(|line| !line.contains("could not compile")).count();
                (Verdict::DoesNotCompile, Some(format!("{count} {}, first: {first}", plural(count, "error"))))
            }
        })
    }

    fn attempt(&self, command: &Command) -> anyhow::Result<Ended> {
        let into = self.work.join("cost.json");
        let mut child = grouped(measure::wrapped(command, &into)?)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = child.stderr.take();
        let reader = thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut stderr) = stderr {
                let _ = stderr.read_to_end(&mut bytes);
            }
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let success = wait(&mut child, self.limit)?;
        let stderr = reader.join().unwrap_or_default();
        Ok(Ended { cost: measure::read(&into)?.unwrap_or_default(), stderr, success })
    }
}

/// Whether the process ended with 0; none where it took too long and was stopped with all its children.
fn wait(child: &mut Child, limit: Duration) -> anyhow::Result<Option<bool>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        if start.elapsed() > limit {
            stop(child)?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
fn stop(child: &mut Child) -> anyhow::Result<()> {
    use nix::sys::signal::{Signal, killpg};
    use nix::unistd::Pid;

    // The child leads a group of its own, which the generator and the compiler are in.
    Ok(killpg(Pid::from_raw(i32::try_from(child.id())?), Signal::SIGKILL)?)
}

#[cfg(not(unix))]
fn stop(child: &mut Child) -> anyhow::Result<()> {
    Ok(child.kill()?)
}

/// Lets a command lead a group of its own, where the system has groups.
fn grouped(command: Command) -> Command {
    #[cfg(unix)]
    let command = {
        let mut command = command;
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    };
    command
}

fn first_line(stderr: &str) -> String {
    let mut lines = stderr.lines().filter(|line| !line.trim().is_empty());
    lines.next().unwrap_or("no message").to_owned()
}

/// The version that a document's root names.
fn dialect(file: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(file)?;
    let name = file.display().to_string();
    let tree = text::parse(&Source { name: &name, text: &bytes }, &mut Sink::new());
    let version = tree.as_ref().and_then(|tree| tree.get("openapi").or_else(|| tree.get("swagger")));
    Ok(version.map_or_else(|| "?".to_owned(), |v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)))
}

/// Generates one crate and writes down the outcome, in the process that is measured.
pub(crate) fn document(tree: &Tree, args: &Document) -> anyhow::Result<Outcome> {
    let mut out = Sink::new();
    let operations = generate::document(tree, &args.file, &args.out, &args.name, &mut out)?;
    let count = |severity: Severity| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for diagnostic in out.diagnostics().iter().filter(|d| d.severity == severity) {
            *counts.entry(diagnostic.code.to_string()).or_default() += 1;
        }
        counts
    };
    let first = out.diagnostics().iter().find(|d| d.severity == Severity::Error);
    let generated = Generated {
        operations: operations.unwrap_or_default(),
        notices: count(Severity::Notice),
        errors: count(Severity::Error),
        first: first.map(|d: &Diagnostic| format!("{} at {}", d.message, d.at.pointer)),
    };
    fs::write(&args.into, serde_json::to_string(&generated)?)?;
    Ok(if operations.is_some() { Outcome::Done } else { Outcome::Findings })
}

fn text_of(rows: &[Row]) -> String {
    let heads =
        ["document", "dialect", "operations", "notices", "seconds", "MB", "result"].map(str::to_owned);
    let mut cells = vec![heads];
    for row in rows {
        let notices: usize = row.notices.values().sum();
        cells.push([
            row.document.clone(),
            row.dialect.clone(),
            row.operations.to_string(),
            notices.to_string(),
            format!("{:.1}", row.seconds),
            format!("{:.0}", row.peak_mb),
            row.result.text().to_owned(),
        ]);
    }
    let mut out = table(&cells);
    let reasons = rows.iter().filter_map(|row| Some((row, row.reason.as_ref()?)));
    for (index, (row, reason)) in reasons.enumerate() {
        if index == 0 {
            out += "\nreasons:\n";
        }
        let line = format!("{}: {}: {reason}", row.document, row.result.text());
        out += &format!("  {}\n", shown(&line));
    }
    let mut notices: BTreeMap<&String, (usize, usize)> = BTreeMap::new();
    for (code, count) in rows.iter().flat_map(|row| &row.notices) {
        let (documents, all) = notices.entry(code).or_default();
        *documents += 1;
        *all += count;
    }
    if !notices.is_empty() {
        out += "\nnotices:\n";
        for (code, (documents, all)) in notices {
            out += &format!("  {code}: {all} in {documents} {}\n", plural(documents, "document"));
        }
    }
    let totals = Verdict::ALL.iter().filter_map(|verdict| {
        let count = rows.iter().filter(|row| row.result == *verdict).count();
        (count > 0).then(|| format!("{count} {}", verdict.text()))
    });
    out += &format!(
        "\n{} {}: {}\n",
        rows.len(),
        plural(rows.len(), "document"),
        Vec::from_iter(totals).join(", ")
    );
    out
}
