//! Runs other generators on a vendor's document and measures them next to ours.
//!
//! The others are installed from crates.io into the folder of build output, at the versions below, and read the
//! vendor's file unchanged.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde::Serialize;

use super::{Bench, count_lines, quietly, remove};
use crate::checkout::{API, CRATE, DOCUMENT, SHARED, Tree};
use crate::measure::{Cost, attempt};
use crate::progress;
use crate::report::{plural, stdout, stdout_json};
use crate::{Outcome, generate};

/// A generator that crates.io has.
pub(crate) struct Peer {
    /// The crate that installs it, and the name of its program.
    pub(crate) name: &'static str,
    pub(crate) program: &'static str,
    pub(crate) version: &'static str,
    /// Its arguments; `{in}` and `{out}` are the document and the crate's folder.
    arguments: &'static [&'static str],
    /// The location of its list of dependencies, if it writes modules without a crate: they are mounted as it requires.
    dependencies: Option<&'static str>,
}

pub(crate) const PEERS: &[Peer] = &[
    Peer {
        name: "cargo-progenitor",
        program: "cargo-progenitor",
        version: "0.15.1",
        arguments: &[
            "progenitor",
            "--input",
            "{in}",
            "--output",
            "{out}",
            "--name",
            "peer",
            "--version",
            "0.1.0",
        ],
        dependencies: None,
    },
    Peer {
        name: "oas3-gen",
        program: "oas3-gen",
        version: "0.29.0",
        arguments: &[
            "generate",
            "client-mod",
            "--workspace",
            "--quiet",
            "--input",
            "{in}",
            "--output",
            "{out}",
        ],
        dependencies: None,
    },
    Peer {
        name: "openapi-to-rust",
        program: "openapi-to-rust",
        version: "0.23.0",
        arguments: &["generate", "{in}", "--output-dir", "{out}/src/api", "--module-name", "api", "--quiet"],
        dependencies: Some("src/api/REQUIRED_DEPS.toml"),
    },
    Peer {
        name: "ploidy",
        program: "ploidy",
        version: "0.15.0",
        arguments: &["generate", "rust", "{in}", "--output", "{out}", "--name", "peer"],
        dependencies: None,
    },
];

impl Peer {
    /// Installs it into a folder, where it is not there already.
    pub(crate) fn install(&self, tree: &Tree, folder: &Path) -> anyhow::Result<()> {
        let version = format!("{}@={}", self.name, self.version);
        let mut cargo = tree.cargo(&["install", "--locked", "--quiet", "--root"]);
        cargo.arg(folder).arg("--target-dir").arg(folder.join("install")).arg(&version);
        quietly(&mut cargo).map(drop)
    }

    /// Its arguments for a document and the folder of a crate.
    pub(crate) fn filled(&self, document: &Path, out: &Path) -> Vec<String> {
        let fill = |text: &&str| {
            text.replace("{in}", &document.display().to_string()).replace("{out}", &out.display().to_string())
        };
        self.arguments.iter().map(fill).collect()
    }

    /// Makes a crate of its output, if that is only modules, and a workspace of it.
    pub(crate) fn mount(&self, out: &Path) -> anyhow::Result<()> {
        if let Some(list) = self.dependencies {
            let list = fs::read_to_string(out.join(list))?;
            let package = "[package]\nname = \"peer\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
            fs::write(out.join("Cargo.toml"), format!("{package}\n{list}"))?;
            fs::write(out.join("src/lib.rs"), "pub mod api;\n")?;
        }
        own_workspace(out)
    }
}

/// Makes a workspace of a crate that is below another workspace.
fn own_workspace(folder: &Path) -> anyhow::Result<()> {
    let manifest = folder.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).with_context(|| manifest.display().to_string())?;
    if !text.contains("[workspace]") {
        fs::write(&manifest, format!("{text}\n[workspace]\n"))?;
    }
    Ok(())
}

/// The output of one generator.
#[derive(Debug, Default, Serialize)]
struct Made {
    name: String,
    version: String,
    /// From the vendor's file to a crate.
    generate_cpu_s: Option<f64>,
    generate_peak_mb: Option<f64>,
    /// Of Rust.
    lines: Option<usize>,
    /// `cargo check` of the crate alone, up to the first errors where it does not compile.
    check_cpu_s: Option<f64>,
    check_peak_mb: Option<f64>,
    /// Errors of the compiler in the crate as it was generated.
    errors: Option<usize>,
    /// The problem that occurred, such as a refused document.
    problem: Option<String>,
}

/// The output of `bench --peers --json`.
#[derive(Debug, Serialize)]
struct Table {
    document: String,
    peers: Vec<Made>,
}

pub(super) fn run(bench: &Bench<'_>, json: bool) -> anyhow::Result<Outcome> {
    let Some(document) = bench.tree.shared(DOCUMENT) else {
        bail!("{DOCUMENT} is not next to the checkout: set {SHARED}");
    };
    let work = Work { bench, folder: bench.target.join("peers"), document };
    fs::create_dir_all(&work.folder)?;
    let progress = progress::start("ours");
    progress.count(PEERS.len() + 1);
    let mut made = vec![work.ours()?];
    for peer in PEERS {
        progress.done();
        made.push(work.peer(peer)?);
    }
    drop(progress);
    let is_well = made.first().is_some_and(|ours| ours.errors == Some(0));
    if json {
        let document = DOCUMENT.rsplit('/').next().unwrap_or_default().to_owned();
        stdout_json(&Table { document, peers: made })?;
    } else {
        stdout(&table(&made))?;
    }
    Ok(if is_well { Outcome::Done } else { Outcome::Findings })
}

struct Work<'a> {
    bench: &'a Bench<'a>,
    folder: PathBuf,
    document: PathBuf,
}

impl Work<'_> {
    fn ours(&self) -> anyhow::Result<Made> {
        progress::step("ours");
        let out = self.bench.tree.root().join("target/bench/peers/storewright");
        let mut command = self.bench.xtask(&["generate", "--api", API, "--from"])?;
        command.arg(&self.document).arg("--out").arg(&out);
        command.args(["--runtime", &generate::trial(self.bench.tree).runtime.to_string()]);
        let mut made = Made {
            name: "storewright".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Made::default()
        };
        self.generate(&command, &out, &mut made)?;
        own_workspace(&out)?;
        self.check(&out, CRATE, &["--no-default-features", "--features", "full"], &mut made)?;
        Ok(made)
    }

    fn peer(&self, peer: &Peer) -> anyhow::Result<Made> {
        progress::step(peer.name);
        let mut made =
            Made { name: peer.name.to_owned(), version: peer.version.to_owned(), ..Made::default() };
        if let Err(error) = peer.install(self.bench.tree, &self.folder) {
            made.problem = Some(format!("it cannot be installed: {error:#}"));
            return Ok(made);
        }
        let out = self.folder.join(format!("{}-crate", peer.name));
        let mut command = Command::new(self.folder.join("bin").join(peer.program));
        command.args(peer.filled(&self.document, &out));
        self.generate(&command, &out, &mut made)?;
        if made.problem.is_some() {
            return Ok(made);
        }
        peer.mount(&out)?;
        let package = package(&out)?;
        self.check(&out, &package, &[], &mut made)?;
        Ok(made)
    }

    /// From the document to a crate, from nothing.
    fn generate(&self, command: &Command, out: &Path, made: &mut Made) -> anyhow::Result<()> {
        let mut failed = None;
        let cost = self.bench.median(|| {
            remove(out)?;
            let (cost, failure) = attempt(command, &self.folder.join("cost.json"))?;
            failed = failure;
            Ok(cost)
        })?;
        (made.generate_cpu_s, made.generate_peak_mb) = (Some(cost.cpu_s), Some(cost.peak_mb));
        match failed {
            Some(text) => made.problem = Some(format!("it refuses the document: {}", last_line(&text))),
            None => made.lines = Some(count_lines(out)?),
        }
        Ok(())
    }

    /// `cargo check` of a crate whose dependencies are built.
    fn check(&self, folder: &Path, package: &str, features: &[&str], made: &mut Made) -> anyhow::Result<()> {
        let manifest = folder.join("Cargo.toml");
        let cargo = |arguments: &[&str]| {
            let mut cargo = self.bench.cargo(arguments);
            cargo.arg("--manifest-path").arg(&manifest);
            // A folder of its own: others may want the same dependencies with other features.
            cargo.env("CARGO_TARGET_DIR", folder.join("target"));
            cargo
        };
        let check = || {
            let mut check = cargo(&["check", "--quiet", "--package", package]);
            check.args(features);
            check
        };
        let cost = self.folder.join("cost.json");
        let (_, first) = attempt(&check(), &cost)?;
        let own = format!("could not compile `{package}`");
        if let Some(text) = first.filter(|text| !text.contains(&own)) {
            made.problem = Some(format!("its dependencies do not build: {}", last_line(&text)));
            return Ok(());
        }
        quietly(&mut cargo(&["clean", "--package", package]))?;
        // Once: some take minutes, and the differences are greater than the noise.
        let (Cost { cpu_s, peak_mb }, failed) = attempt(&check(), &cost)?;
        (made.check_cpu_s, made.check_peak_mb) = (Some(cpu_s), Some(peak_mb));
        made.errors = Some(failed.as_deref().map_or(0, errors));
        Ok(())
    }
}

/// The package that a manifest is of.
pub(crate) fn package(folder: &Path) -> anyhow::Result<String> {
    let path = folder.join("Cargo.toml");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let manifest: toml::Table = text.parse().with_context(|| path.display().to_string())?;
    let name = manifest.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
    name.map(str::to_owned).with_context(|| format!("{} names no package", path.display()))
}

/// The number of errors that the compiler reports; it may have stopped before it saw all.
fn errors(stderr: &str) -> usize {
    let count = stderr.lines().rev().find_map(|line| {
        let (_, tail) = line.split_once(" due to ")?;
        tail.split(' ').next()?.parse().ok()
    });
    count.unwrap_or(1)
}

fn last_line(text: &str) -> String {
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned()
}

/// Numbers of others are shown with their ratio to ours, except for a check that ended with errors: it did not do the
/// same work.
fn table(made: &[Made]) -> String {
    let head = ["generator", "version", "generate s", "MB", "lines", "check s", "MB", "compiles"];
    let mut cells = vec![head.map(str::to_owned)];
    let ours = made.first();
    let cell = |one: &Made, number: fn(&Made) -> Option<f64>, digits: usize, is_same_work: bool| {
        let Some(value) = number(one) else { return String::new() };
        match ours.filter(|ours| is_same_work && !std::ptr::eq(*ours, one)).and_then(number) {
            Some(ours) => format!("{value:.digits$} ({:.1}x)", value / ours),
            None => format!("{value:.digits$}"),
        }
    };
    for one in made {
        let compiles = one.errors == Some(0);
        cells.push([
            one.name.clone(),
            one.version.clone(),
            cell(one, |one| one.generate_cpu_s, 2, true),
            cell(one, |one| one.generate_peak_mb, 0, true),
            one.lines.map(|lines| lines.to_string()).unwrap_or_default(),
            cell(one, |one| one.check_cpu_s, 1, compiles),
            cell(one, |one| one.check_peak_mb, 0, compiles),
            match one.errors {
                Some(0) => "yes".to_owned(),
                Some(count) => format!("NO: {count} {}", plural(count, "error")),
                None => "NO".to_owned(),
            },
        ]);
    }
    let mut out = crate::report::table(&cells);
    for one in made {
        if let Some(problem) = &one.problem {
            out += &format!("{}: {problem}\n", one.name);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_counted_as_the_compiler_counts_them() {
        let text = "error[E0425]: x\nerror: could not compile `peer` (lib) due to 31 previous errors; 2 warnings emitted\n";
        assert_eq!(errors(text), 31);
        assert_eq!(errors("error: could not compile `peer` (lib) due to 1 previous error"), 1);
        assert_eq!(errors("rustc was killed"), 1);
    }

    #[test]
    fn the_table_has_a_row_for_each_and_says_what_went_wrong() {
        let ours = Made {
            name: "a".into(),
            version: "1".into(),
            generate_cpu_s: Some(0.5),
            check_cpu_s: Some(2.0),
            errors: Some(0),
            ..Made::default()
        };
        let made = |name: &str, errors| Made {
            name: name.into(),
            version: "2".into(),
            generate_cpu_s: Some(1.0),
            check_cpu_s: Some(5.0),
            errors,
            ..Made::default()
        };
        let none = Made { name: "d".into(), problem: Some("it refuses".into()), ..Made::default() };
        let text = table(&[ours, made("b", Some(0)), made("c", Some(2)), none]);
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[1], ["a", "1", "0.50", "2.0", "yes"]);
        assert_eq!(rows[2], ["b", "2", "1.00", "(2.0x)", "5.0", "(2.5x)", "yes"]);
        assert_eq!(rows[3], ["c", "2", "1.00", "(2.0x)", "5.0", "NO:", "2", "errors"]);
        assert_eq!(rows[4..], [vec!["d", "NO"], vec!["d:", "it", "refuses"]]);
    }
}
