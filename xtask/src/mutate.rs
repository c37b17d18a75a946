//! Makes deliberate faults one by one and reports those that the contract or the runtime's tests catch.

mod affected;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use anyhow::{Context, bail};
use regex::Regex;
use serde::Deserialize;

use crate::checkout::{SHARED, Tree};
use crate::report::{stderr, table, tell};
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
    /// Only faults whose name contains this; may be repeated.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Only faults of this part.
    #[arg(long = "in", value_enum)]
    part: Option<Part>,
    /// Make this many of them, chosen by the seed, without generator faults, which compile longest.
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// The seed for the place of each bug and for the sample.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the rows of these faults to docs/mutations.md.
    #[arg(long)]
    write: bool,
}

impl Args {
    /// A sample, as continuous integration takes it.
    pub(crate) fn sample(count: usize) -> Self {
        Self { sample: Some(count), seed: 1, ..Self::default() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Part {
    /// The client of the small document.
    Client,
    /// One of the three crates.
    Crates,
    Runtime,
    Generator,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    name: String,
    r#in: Part,
    /// The crate, where the code of another one has no caller.
    api: Option<String>,
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

/// The check that should notice a fault.
enum Check {
    /// The contract of the small document.
    Small(Part),
    /// The contract of some operations of an API.
    Operations(String, Vec<String>),
}

/// A copy of the checkout that faults are made in.
struct Copy<'t> {
    tree: &'t Tree,
    root: PathBuf,
    program: PathBuf,
    /// The build output of the checkout, which has the dependencies.
    target: PathBuf,
    /// The APIs whose documents are here.
    apis: Vec<String>,
}

/// Sources that a fault is made in.
struct Sources {
    folder: PathBuf,
    /// The API of a client crate.
    api: Option<String>,
    /// Of each file, the starts of places for the fault.
    places: Vec<(String, Rc<str>, usize)>,
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    if let Some(why) = contract::prepare(tree)? {
        bail!(why);
    }
    let all = read(tree)?;
    let mutations = chosen(&all, args);
    let table_file = tree.root().join(TABLE);
    let copy = Copy::of(tree)?;
    let is_small = |mutation: &Mutation| mutation.r#in != Part::Crates;
    if mutations.iter().any(is_small)
        && copy.contract(&copy.program, &["--from", DOCUMENT])? != Caught::Nothing
    {
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
        if args.write {
            let before = fs::read_to_string(&table_file).unwrap_or_default();
            fs::write(&table_file, page(&all, &rows, &before))?;
        }
        progress.done();
    }
    drop(progress);
    let caught = rows.iter().filter(|(.., caught)| *caught != Caught::Nothing).count();
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

fn read(tree: &Tree) -> anyhow::Result<Vec<Mutation>> {
    let path = tree.root().join("tests/contract/mutations.toml");
    let file: File = toml::from_str(&fs::read_to_string(&path)?).with_context(|| tree.shown(&path))?;
    Ok(file.mutation)
}

fn chosen(all: &[Mutation], args: &Args) -> Vec<Mutation> {
    let mut out = all.to_vec();
    let is_named = |name: &str| args.only.iter().any(|only| name.contains(only.as_str()));
    out.retain(|mutation| args.only.is_empty() || is_named(&mutation.name));
    if let Some(part) = args.part {
        out.retain(|mutation| mutation.r#in == part);
    }
    if let Some(count) = args.sample {
        out.retain(|mutation| mutation.r#in != Part::Generator);
        out.sort_by_key(|mutation| mix(args.seed, &mutation.name));
        out.truncate(count);
    }
    out
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
            Self::Crates => "crates",
            Self::Runtime => "runtime",
            Self::Generator => "generator",
        }
    }
}

impl Caught {
    fn word(self) -> &'static str {
        match self {
            Self::Compiler => "the compiler",
            Self::Contract => "`contract`",
            Self::Tests => "`cargo test`",
            Self::Nothing => "NOTHING",
        }
    }
}

impl<'t> Copy<'t> {
    /// Copies the files that git knows to `target/mutate/checkout`; build output of an earlier run stays.
    fn of(tree: &'t Tree) -> anyhow::Result<Self> {
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
        let own = || tree.root().join("target");
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(own, PathBuf::from);
        let (apis, away) = contract::documents(tree)?;
        if !away.is_empty() {
            tell!("without the document of {}, its crate has no faults", away.join(", "));
        }
        Ok(Self { tree, root, program: std::env::current_exe()?, target, apis })
    }

    /// The sources of a part with a place for the fault; of the crates, the seed chooses one.
    fn sources(&self, mutation: &Mutation, seed: u64) -> anyhow::Result<Sources> {
        let mut all = sources(&self.root, &self.apis, mutation)?;
        let pick = pick(all.len(), seed, &format!("{} crate", mutation.name))
            .context("there is no such place: the fault needs a new `find`")?;
        Ok(all.swap_remove(pick))
    }

    /// Makes one fault, and undoes it.
    fn judge(&self, mutation: &Mutation, seed: u64) -> anyhow::Result<(String, Caught)> {
        let Sources { folder, api, places } = self.sources(mutation, seed)?;
        let pick = pick(places.len(), seed, &mutation.name).context("no place")?;
        let (path, text, start) = places.get(pick).context("no place")?;
        let (before, after) = text.split_at(*start);
        let line = before.lines().count().max(1);
        let mutated = Regex::new(&mutation.find)?.replace(after, mutation.replace.as_str());
        let check = match &api {
            Some(api) => {
                Check::Operations(api.clone(), affected::operations(self.tree, api, path, text, *start)?)
            }
            None => Check::Small(mutation.r#in),
        };
        fs::write(folder.join(path), format!("{before}{mutated}"))?;
        let caught = self.caught(&check);
        fs::write(folder.join(path), &**text)?;
        let path = api.map_or_else(|| path.clone(), |api| format!("{api}/{path}"));
        Ok((format!("{path}:{line}"), caught?))
    }

    /// Runs the contract, then the tests of the part, until one notices the fault.
    fn caught(&self, check: &Check) -> anyhow::Result<Caught> {
        let cargo = |arguments: &[&str], target: &Path| -> anyhow::Result<bool> {
            let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
            cargo.args(arguments).current_dir(&self.root).env("CARGO_TARGET_DIR", target);
            cargo.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            Ok(cargo.status()?.success())
        };
        let tests = match check {
            Check::Small(Part::Generator) => {
                // Not in the checkout's build output, whose xtask is this program.
                let target = self.tree.root().join("target/mutate/target");
                if !cargo(&["build", "-p", "xtask"], &target)? {
                    return Ok(Caught::Compiler);
                }
                let name = format!("xtask{}", std::env::consts::EXE_SUFFIX);
                return self.contract(&target.join("debug").join(name), &["--from", DOCUMENT]);
            }
            Check::Small(Part::Client | Part::Crates) => {
                return self.contract(&self.program, &["--from", DOCUMENT, "--keep-client"]);
            }
            Check::Small(Part::Runtime) => {
                let found = self.contract(&self.program, &["--from", DOCUMENT])?;
                if found != Caught::Nothing {
                    return Ok(found);
                }
                vec!["storewright-runtime".to_owned(), "--all-features".to_owned()]
            }
            Check::Operations(api, operations) => {
                let operations = operations.iter().flat_map(|id| ["--operation", id]);
                let arguments: Vec<&str> = std::iter::once(api.as_str()).chain(operations).collect();
                let found = self.contract(&self.program, &arguments)?;
                if found != Caught::Nothing {
                    return Ok(found);
                }
                vec!["storewright-tests".to_owned(), "--test".to_owned(), api.replace('-', "_")]
            }
        };
        let tests: Vec<&str> = ["test", "-p"].into_iter().chain(tests.iter().map(String::as_str)).collect();
        Ok(if cargo(&tests, &self.target)? { Caught::Nothing } else { Caught::Tests })
    }

    /// Runs the contract in the copy.
    fn contract(&self, program: &Path, arguments: &[&str]) -> anyhow::Result<Caught> {
        let mut command = Command::new(program);
        command.arg("--root").arg(&self.root).arg("contract").args(arguments).current_dir(&self.root);
        let shared = self.tree.shared_folder("").unwrap_or_default();
        command
            .env("CARGO_TARGET_DIR", &self.target)
            .env(SHARED, fs::canonicalize(shared).unwrap_or_default());
        command.stdin(Stdio::null());
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

/// A number below a count that looks random; none below 0.
fn pick(count: usize, seed: u64, text: &str) -> Option<usize> {
    let pick = mix(seed, text).checked_rem(u64::try_from(count).ok()?)?;
    usize::try_from(pick).ok()
}

/// The sources of a part that have places for the fault; those of each crate that has some.
fn sources(root: &Path, apis: &[String], mutation: &Mutation) -> anyhow::Result<Vec<Sources>> {
    let folders: Vec<(String, Option<&String>)> = match mutation.r#in {
        Part::Client => vec![("target/contract/client/library/src".to_owned(), None)],
        Part::Crates => {
            let own = apis.iter().filter(|api| mutation.api.as_ref().is_none_or(|own| own == *api));
            own.map(|api| (format!("generated/{api}/src"), Some(api))).collect()
        }
        Part::Runtime => vec![("runtime/src".to_owned(), None)],
        Part::Generator => vec![("generator/src".to_owned(), None)],
    };
    let find = Regex::new(&mutation.find)?;
    let mut all = Vec::new();
    for (folder, api) in folders {
        let folder = root.join(folder);
        let mut files = BTreeMap::new();
        read_sources(&folder, &folder, &mutation.files, &mut files)?;
        let mut places = Vec::new();
        for (path, text) in files {
            let text: Rc<str> = text.into();
            places.extend(find.find_iter(&text).map(|found| (path.clone(), Rc::clone(&text), found.start())));
        }
        if !places.is_empty() {
            all.push(Sources { folder, api: api.cloned(), places });
        }
    }
    Ok(all)
}

fn read_sources(
    base: &Path,
    folder: &Path,
    prefix: &str,
    out: &mut BTreeMap<String, String>,
) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = crate::checkout::below(base, &path);
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

/// The page with the table: rows of this run, and those of earlier runs for the other faults.
fn page(all: &[Mutation], rows: &[(&Mutation, String, Caught)], before: &str) -> String {
    let mut lines: BTreeMap<&str, String> = BTreeMap::new();
    for line in before.lines() {
        let name = line.strip_prefix("| ").and_then(|rest| rest.split_once(" | ")).map(|(name, _)| name);
        if let Some(name) = name.filter(|_| !line.ends_with("| not made yet |")) {
            lines.insert(name, line.to_owned());
        }
    }
    for (mutation, place, caught) in rows {
        let word = match (&mutation.survives, caught) {
            (Some(reason), Caught::Nothing) => format!("nothing: {reason}"),
            _ => caught.word().to_owned(),
        };
        let line = format!("| {} | {}, `{place}` | {word} |", mutation.name, mutation.r#in.word());
        lines.insert(&mutation.name, line);
    }
    let made: Vec<&String> = all.iter().filter_map(|mutation| lines.get(mutation.name.as_str())).collect();
    let survivors = made.iter().filter(|line| line.to_lowercase().contains("| nothing")).count();
    let mut out = format!(
        "# Deliberate faults\n\n`cargo xtask mutate --write` makes the faults of `tests/contract/mutations.toml`, each in a \
         copy of the checkout,\nand writes this page. It runs the contract of `{DOCUMENT}`, for a fault of a crate that \
         of the\noperations at its place, and then the tests of the part. {} of {} faults were made; {} of them are \
         caught.\n\n| fault | place | caught by |\n|---|---|---|\n",
        made.len(),
        all.len(),
        made.len() - survivors
    );
    for line in made {
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_written_code_has_a_place() {
        let tree = Tree::find(None).unwrap();
        // Generated code changes as a whole; in code that people write, a name changes and nobody thinks of its fault.
        let is_written = |mutation: &Mutation| matches!(mutation.r#in, Part::Runtime | Part::Generator);
        let all = read(&tree).unwrap().into_iter().filter(is_written);
        let lost: Vec<String> = all
            .filter(|mutation| sources(tree.root(), &[], mutation).unwrap().is_empty())
            .map(|mutation| mutation.name)
            .collect();
        assert!(lost.is_empty(), "these need a new `find`: {lost:?}");
    }
}
