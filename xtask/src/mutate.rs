//! Makes deliberate faults one by one and reports those that the contract or the runtime's tests catch.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use regex::Regex;
use serde::Deserialize;

use crate::report::{stderr, table, tell};
use crate::tree::Tree;
use crate::{Outcome, contract, progress};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask mutate --write            # all faults, and docs/mutations.md
  cargo xtask mutate --only linkage     # those whose name contains a text
  cargo xtask mutate --sample 10        # some of them, as continuous integration does";

/// The document whose client the faults are tried on, below the checkout.
const DOCUMENT: &str = "tests/contract/library.yaml";
const TABLE: &str = "docs/mutations.md";
/// The share that must be caught, in hundredths.
const WANTED: usize = 95;

#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Only faults whose name contains this.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Make this many of them, chosen by the seed, without generator faults, which compile longest.
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// The seed for the place of each bug and for the sample.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the table to docs/mutations.md.
    #[arg(long, conflicts_with_all = ["only", "sample"])]
    write: bool,
}

impl Args {
    /// A sample, as continuous integration takes it.
    pub(crate) fn sample(count: usize) -> Self {
        Self { sample: Some(count), seed: 1, ..Self::default() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Part {
    Client,
    Runtime,
    Generator,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    name: String,
    r#in: Part,
    /// A prefix of paths below the part's `src`.
    files: String,
    find: String,
    replace: String,
    /// The reason for which no test notices it.
    survives: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mutation: Vec<Mutation>,
}

/// The check that noticed a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caught {
    Compiler,
    Contract,
    Tests,
    Nothing,
}

/// A copy of the checkout that faults are made in.
struct Copy {
    root: PathBuf,
    program: PathBuf,
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    if let Some(why) = contract::prepare(tree)? {
        bail!(why);
    }
    let mutations = chosen(tree, args)?;
    let copy = Copy::of(tree)?;
    if copy.contract(&copy.program, false)? != Caught::Nothing {
        bail!(
            "the contract of {DOCUMENT} finds something without a fault: `cargo xtask contract --from {DOCUMENT}`"
        );
    }
    let progress = progress::start("faults");
    progress.count(mutations.len());
    let mut rows = Vec::new();
    for mutation in &mutations {
        progress::step(&mutation.name);
        let (place, caught) = copy.judge(mutation, args.seed).with_context(|| mutation.name.clone())?;
        tell!("{}: {place}: {}", mutation.name, caught.word());
        rows.push((mutation, place, caught));
        progress.done();
    }
    drop(progress);
    let caught = rows.iter().filter(|(.., caught)| *caught != Caught::Nothing).count();
    if args.write {
        fs::write(tree.root().join(TABLE), markdown(&rows, caught))?;
    }
    let mut shown = vec![["fault", "in", "caught by"].map(str::to_owned)];
    shown.extend(
        rows.iter()
            .map(|(m, _, caught)| [m.name.clone(), m.r#in.word().to_owned(), caught.word().to_owned()]),
    );
    stderr(&table(&shown));
    tell!("{caught} of {} faults are caught", rows.len());
    let unexplained = rows.iter().any(|(m, _, caught)| *caught == Caught::Nothing && m.survives.is_none());
    let unneeded = rows.iter().find(|(m, _, caught)| *caught != Caught::Nothing && m.survives.is_some());
    if let Some((mutation, ..)) = unneeded {
        tell!("{}: it is caught, so take out the reason why it is not", mutation.name);
    }
    // Of a few faults, one explained survivor would be too large a share.
    let enough = args.sample.is_some() || caught * 100 >= WANTED * rows.len();
    Ok(if enough && !unexplained && unneeded.is_none() { Outcome::Done } else { Outcome::Findings })
}

fn chosen(tree: &Tree, args: &Args) -> anyhow::Result<Vec<Mutation>> {
    let path = tree.root().join("tests/contract/mutations.toml");
    let file: File = toml::from_str(&fs::read_to_string(&path)?).with_context(|| tree.shown(&path))?;
    let mut out = file.mutation;
    out.retain(|mutation| args.only.as_ref().is_none_or(|only| mutation.name.contains(only.as_str())));
    if let Some(count) = args.sample {
        out.retain(|mutation| mutation.r#in != Part::Generator);
        out.sort_by_key(|mutation| mix(args.seed, &mutation.name));
        out.truncate(count);
    }
    Ok(out)
}

/// A number that looks random, the same for the same input.
fn mix(seed: u64, text: &str) -> u64 {
    text.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(7)
    })
}

impl Part {
    fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Runtime => "runtime",
            Self::Generator => "generator",
        }
    }

    /// The folder of the part's sources in a checkout.
    fn sources(self) -> &'static str {
        match self {
            Self::Client => "target/contract/client/library/src",
            Self::Runtime => "runtime/src",
            Self::Generator => "generator/src",
        }
    }
}

impl Caught {
    fn word(self) -> &'static str {
        match self {
            Self::Compiler => "the compiler",
            Self::Contract => "`contract`",
            Self::Tests => "tests of the runtime",
            Self::Nothing => "NOTHING",
        }
    }
}

impl Copy {
    /// Copies the files that git knows to `target/mutate/checkout`; build output of an earlier run stays.
    fn of(tree: &Tree) -> anyhow::Result<Self> {
        let root = tree.root().join("target/mutate/checkout");
        let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(tree.root()).output()?;
        if !listed.status.success() {
            bail!("git cannot list the files of the checkout");
        }
        for name in String::from_utf8(listed.stdout)?.split('\0').filter(|name| !name.is_empty()) {
            let (from, to) = (tree.root().join(name), root.join(name));
            let Ok(text) = fs::read(&from) else { continue };
            // Equal files keep their time, so that nothing is compiled twice.
            if fs::read(&to).ok().as_ref() != Some(&text) {
                fs::create_dir_all(to.parent().context("a file without a folder")?)?;
                fs::write(&to, text)?;
            }
        }
        let packages = root.join("tests/contract/node_modules");
        if !packages.exists() {
            copy_folder(&tree.root().join("tests/contract/node_modules"), &packages)?;
        }
        Ok(Self { root, program: std::env::current_exe()? })
    }

    /// Makes one fault, and undoes it.
    fn judge(&self, mutation: &Mutation, seed: u64) -> anyhow::Result<(String, Caught)> {
        let sources = self.root.join(mutation.r#in.sources());
        let find = Regex::new(&mutation.find)?;
        let mut places = Vec::new();
        let mut files = BTreeMap::new();
        read_sources(&sources, &sources, &mutation.files, &mut files)?;
        for (path, text) in &files {
            places.extend(find.find_iter(text).map(|found| (path, text, found.start())));
        }
        let count = u64::try_from(places.len())?;
        let pick = mix(seed, &mutation.name)
            .checked_rem(count)
            .context("there is no such place: the fault needs a new `find`")?;
        let (path, text, start) = places.get(usize::try_from(pick)?).copied().context("no place")?;
        let (before, after) = text.split_at(start);
        let line = before.lines().count().max(1);
        fs::write(sources.join(path), format!("{before}{}", find.replace(after, mutation.replace.as_str())))?;
        let caught = self.caught(mutation.r#in);
        fs::write(sources.join(path), text)?;
        Ok((format!("{path}:{line}"), caught?))
    }

    fn caught(&self, part: Part) -> anyhow::Result<Caught> {
        let cargo = |arguments: &[&str]| -> anyhow::Result<bool> {
            let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
            cargo.args(arguments).current_dir(&self.root).env_remove("CARGO_TARGET_DIR");
            cargo.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            Ok(cargo.status()?.success())
        };
        if part == Part::Generator {
            if !cargo(&["build", "-p", "xtask"])? {
                return Ok(Caught::Compiler);
            }
            let name = format!("xtask{}", std::env::consts::EXE_SUFFIX);
            return self.contract(&self.root.join("target/debug").join(name), false);
        }
        let found = self.contract(&self.program, part == Part::Client)?;
        if found != Caught::Nothing || part == Part::Client {
            return Ok(found);
        }
        let passes = cargo(&["test", "-p", "storewright-runtime", "--all-features"])?;
        Ok(if passes { Caught::Nothing } else { Caught::Tests })
    }

    /// Runs the contract of the small document, with the crate unchanged or generated anew.
    fn contract(&self, program: &Path, kept: bool) -> anyhow::Result<Caught> {
        let mut command = Command::new(program);
        command.arg("--root").arg(&self.root).args(["contract", "--from"]).arg(self.root.join(DOCUMENT));
        if kept {
            command.arg("--keep-client");
        }
        command.env_remove("CARGO_TARGET_DIR").stdin(Stdio::null());
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        Ok(match output.status.code() {
            Some(0) => Caught::Nothing,
            Some(1) => Caught::Contract,
            _ if said.contains("does not compile") => Caught::Compiler,
            // The program called, and ended.
            _ if said.contains("the program ended") => Caught::Contract,
            _ => bail!("the contract did not run:\n{said}"),
        })
    }
}

fn read_sources(
    base: &Path,
    folder: &Path,
    prefix: &str,
    out: &mut BTreeMap<String, String>,
) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = crate::tree::below(base, &path);
        if path.is_dir() {
            read_sources(base, &path, prefix, out)?;
        } else if name.starts_with(prefix) {
            out.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match from.is_dir() {
            true => copy_folder(&from, &to)?,
            false => drop(fs::copy(&from, &to)?),
        }
    }
    Ok(())
}

fn markdown(rows: &[(&Mutation, String, Caught)], caught: usize) -> String {
    let mut out = format!(
        "# Deliberate faults\n\n`cargo xtask mutate --write` makes each of these faults in a copy of the checkout, runs the \
         contract of `{DOCUMENT}`\nand, for the runtime, its tests, and writes this page. {caught} of {} faults are caught.\n\n\
         | fault | place | caught by |\n|---|---|---|\n",
        rows.len()
    );
    for (mutation, place, caught) in rows {
        let word = match (&mutation.survives, caught) {
            (Some(reason), Caught::Nothing) => format!("nothing: {reason}"),
            _ => caught.word().to_owned(),
        };
        let _ = writeln!(out, "| {} | {}, `{place}` | {word} |", mutation.name, mutation.r#in.word());
    }
    out
}
