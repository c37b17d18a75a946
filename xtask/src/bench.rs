//! Measures the generator and the crates against their budgets.

pub(crate) mod baseline;
pub(crate) mod peers;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

use anyhow::{Context, bail};
use serde::Serialize;
use walkdir::WalkDir;

use crate::Outcome;
use crate::checkout::{API, CRATE, DOCUMENT, OLDEST, SHARED, Tree};
use crate::measure::{Cost, measure};
use crate::progress;
use crate::report::{stdout, stdout_json};

/// The number of measurements; the median counts.
const RUNS: usize = 3;

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask bench                            # every row
  cargo xtask bench generate check-full lines  # some of them
  cargo xtask bench --peers                    # other generators on the same file
  cargo xtask bench --json                     # for programs";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The rows to measure; by default all of them.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(NAMES))]
    names: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Measure other generators on the vendor's file instead, next to ours: they are installed from crates.io, and some
    /// take minutes and gigabytes.
    #[arg(long, conflicts_with = "names")]
    peers: bool,
}

/// Every row, in the order in which they are printed.
const NAMES: &[&str] = &[
    "generate",
    "update",
    "diff",
    "check-full",
    "check-testflight",
    "check-app47",
    "check-app-center",
    "build-dev",
    "build-release",
    "lines",
    "decode",
    "binary",
    "overhead",
    "calls",
    "paging",
    "floor-json",
    "floor-print",
    "floor-check",
];

/// The output of `bench --json`.
#[derive(Debug, Serialize)]
struct Rows {
    rows: Vec<Measurement>,
}

/// One measured thing.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Measurement {
    name: String,
    /// The measured subject.
    subject: String,
    /// User and system time of the whole tree of processes.
    cpu_s: Option<f64>,
    /// Resident set of the largest process in the tree.
    peak_mb: Option<f64>,
    /// The value that the budget limits, if it is not CPU time.
    value: Option<f64>,
    unit: Option<String>,
    budget: Option<String>,
    ok: bool,
}

/// The most that a thing may cost.
struct Budget {
    cpu_s: f64,
    peak_mb: Option<f64>,
}

/// A crate that is compiled alone, with its dependencies built before.
struct Compiled {
    name: &'static str,
    subject: &'static str,
    command: &'static [&'static str],
    package: &'static str,
    areas: &'static str,
    budget: Budget,
}

const COMPILED: &[Compiled] = &[
    Compiled {
        name: "check-full",
        subject: "cargo check of the crate alone, all areas",
        command: &["check"],
        package: CRATE,
        areas: "full",
        budget: Budget { cpu_s: 10.0, peak_mb: Some(1000.0) },
    },
    Compiled {
        name: "check-testflight",
        subject: "cargo check of the crate alone, one area",
        command: &["check"],
        package: CRATE,
        areas: "testflight",
        budget: Budget { cpu_s: 1.5, peak_mb: None },
    },
    Compiled {
        name: "check-app47",
        subject: "cargo check of app47-client alone",
        command: &["check"],
        package: "app47-client",
        areas: "",
        budget: Budget { cpu_s: 0.5, peak_mb: None },
    },
    Compiled {
        name: "check-app-center",
        subject: "cargo check of app-center-client alone",
        command: &["check"],
        package: "app-center-client",
        areas: "",
        budget: Budget { cpu_s: 5.0, peak_mb: None },
    },
    Compiled {
        name: "build-dev",
        subject: "cargo build of the crate alone, all areas",
        command: &["build"],
        package: CRATE,
        areas: "full",
        budget: Budget { cpu_s: 12.0, peak_mb: None },
    },
    Compiled {
        name: "build-release",
        subject: "cargo build --release of the crate alone, all areas",
        command: &["build", "--release"],
        package: CRATE,
        areas: "full",
        budget: Budget { cpu_s: 16.0, peak_mb: None },
    },
];

/// Runs this command as the programs of a release are built: numbers of any other build mean nothing.
fn optimised(tree: &Tree) -> anyhow::Result<Outcome> {
    let mut cargo = tree.cargo(&[
        "run",
        "--profile",
        "dist",
        "--package",
        "xtask",
        "--features",
        "mimalloc",
        "--manifest-path",
    ]);
    cargo.arg(tree.root().join("Cargo.toml")).arg("--").args(std::env::args_os().skip(1));
    let status = cargo.current_dir(std::env::current_dir()?).status()?;
    Ok(match status.code() {
        Some(0) => Outcome::Done,
        Some(1) => Outcome::Findings,
        _ => Outcome::Refused,
    })
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    if !std::env::current_exe()?.parent().is_some_and(|folder| folder.ends_with("dist")) {
        return optimised(tree);
    }
    let bench = Bench { tree, target: tree.root().join("target/bench") };
    fs::create_dir_all(&bench.target)?;
    if args.peers {
        return peers::run(&bench, args.json);
    }
    let mut rows = Vec::new();
    let mut failed = false;
    let is_asked = |name: &&&str| args.names.is_empty() || args.names.iter().any(|n| n == **name);
    let progress = progress::start("measuring");
    progress.count(NAMES.iter().filter(is_asked).count());
    for name in NAMES.iter().filter(is_asked) {
        progress::step(name);
        match bench.row(name) {
            Ok(Some(row)) => rows.push(row),
            Ok(None) => {
                failed |= !args.names.is_empty();
                progress::say(&format!(
                    "{name} DID NOT RUN: {DOCUMENT} is not next to the checkout; set {SHARED}"
                ));
            }
            Err(error) => {
                failed = true;
                progress::say(&format!("{name} DID NOT RUN: {error:#}"));
            }
        }
        progress.done();
    }
    drop(progress);
    if args.json {
        stdout_json(&Rows { rows: rows.iter().map(Measurement::rounded).collect() })?;
    } else {
        stdout(&table(&rows))?;
    }
    Ok(if failed || rows.iter().any(|row| !row.ok) { Outcome::Findings } else { Outcome::Done })
}

struct Bench<'a> {
    tree: &'a Tree,
    /// Its own, so that measuring disturbs no other build.
    target: PathBuf,
}

impl Bench<'_> {
    /// Measures one row; none where a vendor file is missing.
    fn row(&self, name: &str) -> anyhow::Result<Option<Measurement>> {
        if let Some(compiled) = COMPILED.iter().find(|compiled| compiled.name == name) {
            return self.compile(compiled).map(Some);
        }
        let row = match name {
            "generate" => self.generate()?,
            "update" => match self.tree.shared(DOCUMENT) {
                Some(document) => self.update(&document)?,
                None => return Ok(None),
            },
            "diff" => match (self.tree.shared(OLDEST), self.tree.shared(DOCUMENT)) {
                (Some(old), Some(new)) => self.diff(&old, &new)?,
                _ => return Ok(None),
            },
            "lines" => self.lines()?,
            "decode" => self.decode()?,
            "binary" => self.binary()?,
            "overhead" => {
                let subject = "CPU of a typed call for 50 apps over reqwest with serde derive, loopback";
                at_most(name, subject, self.load(name, "overhead_percent")?, "% CPU", 5.0)
            }
            "calls" => {
                let subject = "memory that 100,000 calls leave behind";
                at_most(name, subject, self.load(name, "growth_mb")?, "MB", 1.0)
            }
            "floor-json" => match self.tree.shared(DOCUMENT) {
                Some(document) => self.floor(
                    name,
                    "serde_json alone, on the document that `update` reads",
                    "json",
                    &document,
                )?,
                None => return Ok(None),
            },
            "floor-print" => {
                let subject =
                    "syn and prettyplease alone, on the Rust that `generate` writes for App Store Connect";
                self.floor(name, subject, "print", &self.tree.generated(API))?
            }
            "floor-check" => self.plain_types()?,
            _ => {
                let subject = "peak memory of a process that pages through 1,000,000 apps";
                at_most(name, subject, self.load(name, "peak_mb")?, "MB", 60.0)
            }
        };
        Ok(Some(row))
    }

    fn generate(&self) -> anyhow::Result<Measurement> {
        let out = self.target.join("generated");
        let apis = self.tree.apis()?;
        let cost = self.median(|| {
            let mut all = Cost::default();
            for api in &apis {
                // Without the crate of the run before, so that every file is written.
                remove(&out)?;
                let mut command = self.xtask(&["generate", api, "--out"])?;
                command.arg(&out);
                let cost = self.cost(&command)?;
                all.cpu_s += cost.cpu_s;
                all.peak_mb = all.peak_mb.max(cost.peak_mb);
            }
            Ok(all)
        })?;
        let subject = "stored Apis to written crates, all of them, release";
        Ok(costs("generate", subject, cost, &Budget { cpu_s: 1.5, peak_mb: Some(350.0) }))
    }

    fn update(&self, document: &Path) -> anyhow::Result<Measurement> {
        let cost = self.median(|| {
            let mut command = self.xtask(&["update", API, "--check", "--from"])?;
            command.arg(document);
            self.cost(&command)
        })?;
        let subject = "vendor document to Api and crate, compared, release";
        Ok(costs("update", subject, cost, &Budget { cpu_s: 2.0, peak_mb: None }))
    }

    fn diff(&self, old: &Path, new: &Path) -> anyhow::Result<Measurement> {
        let cost = self.median(|| {
            let mut command = self.xtask(&["diff", "--format", "json"])?;
            command.arg(old).arg(new).arg("--out").arg(self.target.join("diff.json"));
            self.cost(&command)
        })?;
        let subject = "two vendor documents, 3.7.0 and 4.4.1, to JSON, release";
        Ok(costs("diff", subject, cost, &Budget { cpu_s: 0.8, peak_mb: Some(250.0) }))
    }

    fn compile(&self, compiled: &Compiled) -> anyhow::Result<Measurement> {
        let Compiled { name, subject, command, package, areas, budget } = compiled;
        let compile = || {
            let mut cargo = self.cargo(command);
            cargo.args(["--package", package, "--no-default-features", "--features", areas]);
            cargo
        };
        quietly(&mut compile())?;
        let cost = self.median(|| {
            // The dependencies stay built.
            let mut clean = self.cargo(&["clean", "--package", package]);
            if command.contains(&"--release") {
                clean.arg("--release");
            }
            quietly(&mut clean)?;
            self.cost(&compile())
        })?;
        Ok(costs(name, subject, cost, budget))
    }

    /// Measures the work that no generator can avoid.
    fn floor(&self, name: &str, subject: &str, work: &str, path: &Path) -> anyhow::Result<Measurement> {
        let cost = self.median(|| {
            let mut command = self.xtask(&["floor", work])?;
            command.arg(path);
            self.cost(&command)
        })?;
        Ok(limit(name, subject, cost))
    }

    /// `cargo check` of the crate's structs and enums with nothing around them.
    fn plain_types(&self) -> anyhow::Result<Measurement> {
        let folder = self.target.join("plain");
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("src/lib.rs"), baseline::plain(&self.tree.generated(API))?)?;
        let manifest = "[package]\nname = \"plain\"\nedition = \"2024\"\n\n[workspace]\n";
        fs::write(folder.join("Cargo.toml"), manifest)?;
        let cost = self.median(|| {
            let run = |arguments: &[&str]| {
                let mut cargo = self.cargo(arguments);
                cargo.arg("--manifest-path").arg(folder.join("Cargo.toml"));
                cargo
            };
            quietly(&mut run(&["clean", "--package", "plain"]))?;
            self.cost(&run(&["check"]))
        })?;
        Ok(limit(
            "floor-check",
            "cargo check of the crate's structs and enums alone, without codec or methods",
            cost,
        ))
    }

    fn lines(&self) -> anyhow::Result<Measurement> {
        let lines = count_lines(&self.tree.generated(API))?;
        Ok(at_most("lines", "Rust lines of generated/app-store-connect", lines as f64, "lines", 120_000.0))
    }

    fn decode(&self) -> anyhow::Result<Measurement> {
        let mut ratios = Vec::new();
        let example = ["run", "--release", "--package", "storewright-runtime", "--example", "decode_speed"];
        for _ in 0..RUNS {
            let output = quietly(&mut self.cargo(&example))?;
            let json: serde_json::Value =
                serde_json::from_slice(&output).context("decode_speed prints no JSON")?;
            let speed = |of: &str| {
                let speed = json.pointer(&format!("/decode_mb_per_s/{of}"));
                speed
                    .and_then(serde_json::Value::as_f64)
                    .with_context(|| format!("decode_speed names no {of}"))
            };
            ratios.push(speed("codec")? / speed("derive")?);
        }
        let ratio = median(&mut ratios).context("nothing was measured")?;
        Ok(Measurement {
            value: Some(ratio),
            unit: Some("times serde derive".to_owned()),
            budget: Some(">= 1".to_owned()),
            ok: ratio >= 1.0,
            ..Measurement::named(
                "decode",
                "speed on a page of 200 builds with apps, over that of derived structs",
            )
        })
    }

    fn binary(&self) -> anyhow::Result<Measurement> {
        let size = |package: &str| -> anyhow::Result<f64> {
            let mut cargo = self.cargo(&["build", "--release", "--package", package]);
            cargo.env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
            quietly(&mut cargo)?;
            let path =
                self.target.join("release").join(package).with_extension(std::env::consts::EXE_EXTENSION);
            Ok(fs::metadata(&path).with_context(|| path.display().to_string())?.len() as f64 / 1e6)
        };
        let more = size("binary-typed")? - size("binary-plain")?;
        let subject = "stripped release binary that lists apps, over one with plain reqwest";
        Ok(at_most("binary", subject, more, "MB", 0.6))
    }

    /// Runs a load of the program that calls a server very often, and reads its one number.
    fn load(&self, load: &str, number: &str) -> anyhow::Result<f64> {
        let run = || {
            let mut cargo = self.cargo(&["run", "--release", "--package", "binary-load", "--", load]);
            let output = quietly(&mut cargo)?;
            let json: serde_json::Value =
                serde_json::from_slice(&output).context("binary-load prints no JSON")?;
            json.get(number)
                .and_then(serde_json::Value::as_f64)
                .with_context(|| format!("binary-load names no {number}"))
        };
        let mut values = (0..RUNS).map(|_| run()).collect::<anyhow::Result<Vec<f64>>>()?;
        median(&mut values).context("nothing was measured")
    }

    fn median(&self, mut run: impl FnMut() -> anyhow::Result<Cost>) -> anyhow::Result<Cost> {
        let costs = (0..RUNS).map(|_| run()).collect::<anyhow::Result<Vec<Cost>>>()?;
        let mut cpu: Vec<f64> = costs.iter().map(|cost| cost.cpu_s).collect();
        let mut peak: Vec<f64> = costs.iter().map(|cost| cost.peak_mb).collect();
        let nothing = "nothing was measured";
        Ok(Cost { cpu_s: median(&mut cpu).context(nothing)?, peak_mb: median(&mut peak).context(nothing)? })
    }

    fn cost(&self, command: &Command) -> anyhow::Result<Cost> {
        measure(command, &self.target.join("cost.json"))
    }

    fn xtask(&self, arguments: &[&str]) -> anyhow::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--root").arg(self.tree.root()).args(arguments);
        Ok(command)
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.tree.cargo(arguments);
        command.env("CARGO_TARGET_DIR", &self.target).env("CARGO_INCREMENTAL", "0");
        command
    }
}

impl Measurement {
    fn named(name: &str, subject: &str) -> Self {
        Self { name: name.to_owned(), subject: subject.to_owned(), ..Self::default() }
    }

    /// With as many digits as mean anything.
    fn rounded(&self) -> Self {
        let round = |value: f64| (value * 100.0).round() / 100.0;
        Self {
            name: self.name.clone(),
            subject: self.subject.clone(),
            cpu_s: self.cpu_s.map(round),
            peak_mb: self.peak_mb.map(f64::round),
            value: self.value.map(round),
            unit: self.unit.clone(),
            budget: self.budget.clone(),
            ok: self.ok,
        }
    }
}

fn costs(name: &str, subject: &str, cost: Cost, budget: &Budget) -> Measurement {
    let memory = budget.peak_mb.map(|mb| format!(", {mb} MB")).unwrap_or_default();
    Measurement {
        cpu_s: Some(cost.cpu_s),
        peak_mb: Some(cost.peak_mb),
        value: Some(cost.cpu_s),
        unit: Some("s CPU".to_owned()),
        budget: Some(format!("<= {} s{memory}", budget.cpu_s)),
        ok: cost.cpu_s <= budget.cpu_s && budget.peak_mb.is_none_or(|mb| cost.peak_mb <= mb),
        ..Measurement::named(name, subject)
    }
}

/// A row without a budget, because budgets are compared with it.
fn limit(name: &str, subject: &str, cost: Cost) -> Measurement {
    let budget = Budget { cpu_s: f64::INFINITY, peak_mb: None };
    Measurement { budget: None, ..costs(name, subject, cost, &budget) }
}

fn at_most(name: &str, subject: &str, value: f64, unit: &str, budget: f64) -> Measurement {
    Measurement {
        value: Some(value),
        unit: Some(unit.to_owned()),
        budget: Some(format!("<= {budget}")),
        ok: value <= budget,
        ..Measurement::named(name, subject)
    }
}

fn table(rows: &[Measurement]) -> String {
    let mut cells = vec![["name", "value", "unit", "peak MB", "budget", "ok"].map(str::to_owned)];
    for row in rows {
        cells.push([
            row.name.clone(),
            row.value.map(|value| format!("{:.2}", value)).unwrap_or_default(),
            row.unit.clone().unwrap_or_default(),
            row.peak_mb.map(|mb| format!("{mb:.0}")).unwrap_or_default(),
            row.budget.clone().unwrap_or_default(),
            if row.ok { "yes" } else { "NO" }.to_owned(),
        ]);
    }
    crate::report::table(&cells)
}

/// Runs a command whose cost does not matter; returns its stdout.
fn quietly(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        bail!("{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.stdout)
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

fn count_lines(folder: &Path) -> anyhow::Result<usize> {
    let mut out = 0;
    for entry in WalkDir::new(folder).into_iter().filter_entry(|entry| entry.file_name() != "target") {
        let path = entry?.into_path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            out += fs::read_to_string(&path)?.lines().count();
        }
    }
    Ok(out)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_keys_that_readers_of_the_json_know() {
        let row = costs(
            "generate",
            "x",
            Cost { cpu_s: 0.5, peak_mb: 301.0 },
            &Budget { cpu_s: 1.0, peak_mb: Some(300.0) },
        );
        assert_eq!(
            serde_json::to_string(&Rows { rows: vec![row.rounded()] }).unwrap(),
            r#"{"rows":[{"name":"generate","subject":"x","cpu_s":0.5,"peak_mb":301.0,"value":0.5,"unit":"s CPU","budget":"<= 1 s, 300 MB","ok":false}]}"#
        );
        let row = at_most("lines", "y", 120_000.0, "lines", 120_000.0);
        assert_eq!(
            serde_json::to_string(&row).unwrap(),
            r#"{"name":"lines","subject":"y","cpu_s":null,"peak_mb":null,"value":120000.0,"unit":"lines","budget":"<= 120000","ok":true}"#
        );
    }

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut []), None);
    }
}
