//! Runs the checks of continuous integration and lists those that failed.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, bail};
use storewright_generator::diagnostic::{Sink, shown};

use crate::checkout::{API, CRATE, DOCUMENT, DOCUMENTS, OLDEST, SHARED, Tree, VERSIONS};
use crate::report::{plural, refuse, tell};
use crate::{Outcome, contract, corpus, generate, msrv, mutate, package, source_toml, status, tidy, update};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask ci                              # every check
  cargo xtask ci tidy fmt generate            # the quickest steps
  cargo xtask ci --skip test --skip contract  # all but these";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The steps to run; by default all but `stranger`.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(STEPS))]
    steps: Vec<String>,
    /// Steps to skip.
    #[arg(long, value_name = "STEP", value_parser = clap::builder::PossibleValuesParser::new(STEPS))]
    skip: Vec<String>,
}

/// In the order in which they run: quick steps that fail often come first.
const STEPS: &[&str] = &[
    "tidy",
    "fmt",
    "generate",
    "update",
    "notices",
    "rust-version",
    "deny",
    "robustness",
    "test",
    "clippy",
    "doc",
    "features",
    "areas",
    "older",
    "corpus",
    "package",
    "contract",
    "calls",
    "sarif",
    "mutate",
    "stranger",
];

/// Steps that run only if they are named: they take long, and need a network.
const ON_REQUEST: &[&str] = &["stranger"];

/// Has tests of many inputs try all of them; `cargo test` tries a sample (`generator/tests/support/sample.rs`).
const THOROUGH: (&str, &str) = ("STOREWRIGHT_THOROUGH", "1");

/// The number of deliberate faults that are tried.
const SAMPLE: usize = 10;

/// Of versions between the oldest and the stored one, one of so many operations is judged.
const JUDGED: usize = 12;

/// The outcome of a step.
enum Step {
    Passed,
    Failed(String),
    /// A tool or file that it needs is missing.
    Skipped(String),
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    let chosen = |step: &&&str| {
        let is = |name: &String| name == **step;
        let is_default = args.steps.is_empty() && !ON_REQUEST.contains(*step);
        (is_default || args.steps.iter().any(is)) && !args.skip.iter().any(is)
    };
    let mut failed = 0;
    let mut summary = Vec::new();
    for name in STEPS.iter().filter(chosen) {
        tell!("── {name}");
        let start = Instant::now();
        let outcome = match step(tree, name).unwrap_or_else(|error| Step::Failed(format!("{error:#}"))) {
            Step::Passed => "passed".to_owned(),
            Step::Skipped(why) => format!("DID NOT RUN: {why}"),
            Step::Failed(why) => {
                failed += 1;
                format!("FAILED: {why}")
            }
        };
        let line = format!("{name} {outcome} ({} s)", start.elapsed().as_secs());
        tell!("── {line}\n");
        summary.push(line);
    }
    for line in summary {
        tell!("{line}");
    }
    tell!("ci: {failed} {} failed", plural(failed, "step"));
    Ok(if failed == 0 { Outcome::Done } else { Outcome::Findings })
}

fn step(tree: &Tree, name: &str) -> anyhow::Result<Step> {
    Ok(match name {
        "tidy" => ended(tidy::run(tree)?),
        "fmt" => cargo(tree, &["fmt", "--all", "--check"], &[])?,
        "generate" => ended(generate::run(tree, &generate::Args::check())?),
        "update" => updates(tree)?,
        "notices" => notices(tree)?,
        "rust-version" => rust_version(tree)?,
        "deny" => deny(tree)?,
        "robustness" => robustness(tree)?,
        "test" => cargo(tree, &["test", "--workspace"], &[THOROUGH])?,
        "clippy" => cargo(tree, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])?,
        "doc" => cargo(tree, &["doc", "--workspace", "--no-deps"], &[("RUSTDOCFLAGS", "-D warnings")])?,
        "features" => lone_features(tree)?,
        "areas" => areas(tree)?,
        "older" => older(tree)?,
        "corpus" => documents(tree)?,
        "package" => ended(package::run(tree, &package::Args::as_it_is())?),
        "contract" => contracts(tree)?,
        "calls" => calls(tree)?,
        "sarif" => sarif(tree)?,
        "mutate" => match contract::prepare(tree)? {
            Some(why) => Step::Skipped(why),
            None => ended(mutate::run(tree, &mutate::Args::sample(SAMPLE))?),
        },
        "stranger" => stranger(tree)?,
        _ => bail!("there is no step `{name}`"),
    })
}

fn ended(outcome: Outcome) -> Step {
    match outcome {
        Outcome::Done => Step::Passed,
        Outcome::Findings | Outcome::Refused => Step::Failed("see above".to_owned()),
    }
}

fn missing(file: &str) -> Step {
    Step::Skipped(format!("{file} is not next to the checkout; set {SHARED}"))
}

/// Checks that the stored Apis match their documents; an API without a document is checked everywhere.
fn updates(tree: &Tree) -> anyhow::Result<Step> {
    for api in tree.apis()? {
        if source_toml::read(tree, &api)?.empty
            && update::run(tree, &update::Args::check(&api, None))? != Outcome::Done
        {
            return Ok(Step::Failed("see above".to_owned()));
        }
    }
    let mut skipped = Vec::new();
    for (api, file) in DOCUMENTS {
        let Some(document) = tree.shared(file) else {
            skipped.push(*file);
            continue;
        };
        if update::run(tree, &update::Args::check(api, Some(&document)))? != Outcome::Done {
            return Ok(Step::Failed(format!("{api}: see above")));
        }
    }
    Ok(match skipped.as_slice() {
        [] => Step::Passed,
        _ => missing(&skipped.join(", ")),
    })
}

/// Checks that no notice of a stored version is unsettled.
fn notices(tree: &Tree) -> anyhow::Result<Step> {
    let mut out = Sink::new();
    let Some(status) = status::status(tree, &mut out)? else { return Ok(ended(refuse(out.diagnostics()))) };
    let mut count = 0;
    for api in &status.apis {
        for notice in &api.notices {
            let text = format!("{}: {}: {} {}", api.name, notice.code, notice.message, notice.at);
            tell!("{}", shown(&text));
            count += 1;
        }
    }
    Ok(match count {
        0 => Step::Passed,
        _ => {
            Step::Failed(format!("{count} {} to settle in the overlay or the rules", plural(count, "notice")))
        }
    })
}

/// Checks that no dependency needs a newer Rust than the manifests promise; clippy checks the sources' use of `std`.
fn rust_version(tree: &Tree) -> anyhow::Result<Step> {
    let found = msrv::look(tree)?;
    for fault in &found.faults {
        tell!("{fault}");
    }
    tell!("Rust {}: {} dependencies declare a version, {} do not", found.promised, found.said, found.unsaid);
    let count = found.faults.len();
    Ok(match count {
        0 => Step::Passed,
        _ => Step::Failed(format!("{count} {} above", plural(count, "finding"))),
    })
}

/// Licences, sources and advisories of dependencies, by the rules of deny.toml.
fn deny(tree: &Tree) -> anyhow::Result<Step> {
    if !tree.cargo(&["deny", "--version"]).output()?.status.success() {
        return Ok(Step::Skipped(
            "cargo-deny is not installed: `cargo install cargo-deny --locked`".to_owned(),
        ));
    }
    let check = ["check", "--hide-inclusion-graph"];
    let known = cargo(tree, &[&["deny"], &check[..], &["licenses", "bans", "sources"]].concat(), &[])?;
    if let Step::Failed(_) = known {
        return Ok(known);
    }
    // A missing database would be fetched, and without a network that fails for no reason of ours.
    if !has_advisories() {
        let why =
            "advisories alone: no copy of the RustSec database is here, `cargo deny fetch db` makes one";
        return Ok(Step::Skipped(why.to_owned()));
    }
    cargo(tree, &[&["deny", "--offline"], &check[..], &["advisories"]].concat(), &[])
}

/// True if cargo-deny has fetched the RustSec database at some time.
fn has_advisories() -> bool {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let folders = home.and_then(|home| fs::read_dir(home.join("advisory-dbs")).ok());
    folders.into_iter().flatten().flatten().any(|entry| entry.path().is_dir())
}

/// Hostile documents, overlays, files and outputs, and a bounded number of documents of random structure. The tests of the
/// clients and the fuzz targets that need them compiled are part of `test`.
fn robustness(tree: &Tree) -> anyhow::Result<Step> {
    let generator = ["hostile::", "growth::", "robustness::", "random_documents::"];
    let xtask = ["hostile_cases::", "special_files::", "terminal::", "interrupt::"];
    let mut failed = Vec::new();
    for (package, tests) in [("storewright-generator", &generator[..]), ("xtask", &xtask[..])] {
        let arguments = [&["test", "--quiet", "--package", package, "--test", "all", "--"], tests].concat();
        if let Step::Failed(why) = cargo(tree, &arguments, &[THOROUGH])? {
            failed.push(why);
        }
    }
    Ok(if failed.is_empty() { Step::Passed } else { Step::Failed(failed.join("; ")) })
}

/// Calls every operation of every API whose document is here, and fails if a judge reports anything.
fn contracts(tree: &Tree) -> anyhow::Result<Step> {
    if let Some(why) = contract::prepare(tree)? {
        return Ok(Step::Skipped(why));
    }
    let (here, away) = contract::documents(tree)?;
    let outcome = contract::run(tree, &contract::Args::of(here))?;
    Ok(match (outcome, away.as_slice()) {
        (Outcome::Done, []) => Step::Passed,
        (Outcome::Done, away) => missing(&format!("the document of {}", away.join(", "))),
        _ => ended(outcome),
    })
}

/// Documents in the forms that frameworks write, in this repository.
const CALLED: &[&str] = &[
    "tests/stranger/shop.json",
    "tests/stranger/tasks.json",
    "tests/contract/documents/springdoc.yaml",
    "tests/contract/documents/aspnet.yaml",
    "tests/contract/documents/dotnet.yaml",
];

/// Documents next to the repository: those of frameworks, and large ones, of which the operations are called whose ids contain
/// a text.
const CALLED_NEXT: &[(&str, Option<&str>)] = &[
    ("corpus/docs/oas-examples--2.0-json-petstore.json", None),
    ("corpus/docs/swagger-petstore--openapi.yaml", None),
    ("cases/generator/frameworks/fastapi31.json", None),
    ("cases/generator/frameworks/spring.yaml", None),
    ("corpus/docs/box-openapi--openapi.json", Some("files")),
    ("corpus/docs/discord-api-spec--openapi.json", Some("channel")),
    ("corpus/docs/twilio-oai--json-twilio_api_v2010.json", Some("Message")),
];

/// Calls the operations of other documents through their generated clients; Prism validates the requests.
fn calls(tree: &Tree) -> anyhow::Result<Step> {
    if let Some(why) = contract::prepare(tree)? {
        return Ok(Step::Skipped(why));
    }
    let own = CALLED.iter().map(|path| (Some(tree.root().join(path)), *path, None));
    let next = CALLED_NEXT.iter().map(|(path, only)| (tree.shared(path), *path, *only));
    let (mut failed, mut away) = (Vec::new(), Vec::new());
    for (file, path, only) in own.chain(next) {
        let Some(file) = file else {
            away.push(path);
            continue;
        };
        if contract::run(tree, &contract::Args::document(file, only))? != Outcome::Done {
            failed.push(path);
        }
    }
    Ok(match (failed.as_slice(), away.as_slice()) {
        ([], []) => Step::Passed,
        ([], away) => missing(&away.join(", ")),
        (failed, _) => Step::Failed(failed.join(", ")),
    })
}

/// Pairs of documents whose changes are written as SARIF.
const COMPARED: &[[&str; 2]] = &[
    ["tests/stranger/shop.json", "tests/stranger/tasks.json"],
    ["tests/contract/documents/springdoc.yaml", "tests/contract/documents/aspnet.yaml"],
];
const COMPARED_NEXT: &[[&str; 2]] =
    &[["specs/app-store-connect/4.4.1.json", "specs/app-store-connect/4.5.1.json"]];

/// Validates SARIF reports against the schema of SARIF, with open and with accepted changes.
fn sarif(tree: &Tree) -> anyhow::Result<Step> {
    if let Some(why) = contract::prepare(tree)? {
        return Ok(Step::Skipped(why));
    }
    let folder = tree.root().join("target/sarif");
    fs::create_dir_all(&folder)?;
    let own = COMPARED.iter().map(|pair| Some(pair.map(|path| tree.root().join(path))));
    let next = COMPARED_NEXT.iter().map(|[a, b]| Some([tree.shared(a)?, tree.shared(b)?]));
    let (mut logs, mut away) = (Vec::new(), false);
    for (number, pair) in own.chain(next).enumerate() {
        let Some([old, new]) = pair else {
            away = true;
            continue;
        };
        let [open, accepted] = ["open", "accepted"].map(|name| folder.join(format!("{number}-{name}.sarif")));
        let write = |to: &Path, policy: Option<&Path>| -> anyhow::Result<()> {
            let mut command = Command::new(env::current_exe()?);
            command.arg("diff").args([&old, &new]).args(["--format", "sarif", "--out"]).arg(to);
            command.args(policy.iter().flat_map(|policy| [Path::new("--policy"), *policy]));
            let output = command.stdin(Stdio::null()).output()?;
            anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Ok(())
        };
        write(&open, None)?;
        let log: serde_json::Value = serde_json::from_slice(&fs::read(&open)?)?;
        let id = log.pointer("/runs/0/results/0/partialFingerprints/change~1v1");
        let id = id.and_then(serde_json::Value::as_str).context("the first result has no fingerprint")?;
        let policy = folder.join("policy.toml");
        fs::write(&policy, format!("[[accept]]\nid = \"{id}\"\nreason = \"nobody calls it\"\n"))?;
        write(&accepted, Some(&policy))?;
        logs.extend([open, accepted]);
    }
    let mut command = Command::new("node");
    command.arg(tree.root().join("tests/contract/sarif.mjs")).args(logs).stdin(Stdio::null());
    Ok(match (command.status().context("node cannot be run")?.success(), away) {
        (true, false) => Step::Passed,
        (true, true) => missing("specs/app-store-connect"),
        (false, _) => Step::Failed("see above".to_owned()),
    })
}

/// A stranger's path, outside of the checkout and of its build output.
fn stranger(tree: &Tree) -> anyhow::Result<Step> {
    let mut command = Command::new("bash");
    command.arg(tree.root().join("tests/stranger/run.sh")).stdin(Stdio::null());
    Ok(match command.status().context("bash cannot be run")?.success() {
        true => Step::Passed,
        false => Step::Failed("tests/stranger/run.sh".to_owned()),
    })
}

/// Each feature of the runtime compiles alone, and each choice of TLS library calls a server.
fn lone_features(tree: &Tree) -> anyhow::Result<Step> {
    let mut failed = Vec::new();
    for feature in ["", "jwt", "files", "webhooks", "blocking", "test-util", "reqwest"] {
        let alone = ["--no-default-features", "--features", feature];
        let arguments =
            [&["clippy", "--package", "storewright-runtime"], &alone[..], &["--", "-D", "warnings"]].concat();
        if let Step::Failed(why) = cargo(tree, &arguments, &[])? {
            failed.push(why);
        }
    }
    for library in ["reqwest", "native-tls", "rustls-no-provider"] {
        let arguments = ["test", "--package", "tls-choice", "--no-default-features", "--features", library];
        if let Step::Failed(why) = cargo(tree, &arguments, &[])? {
            failed.push(why);
        }
    }
    Ok(if failed.is_empty() { Step::Passed } else { Step::Failed(failed.join("; ")) })
}

/// Each area compiles alone, and none at all does.
fn areas(tree: &Tree) -> anyhow::Result<Step> {
    let features = features(tree)?;
    let mut failed = Vec::new();
    for feature in std::iter::once("").chain(features.iter().map(String::as_str)) {
        let area = ["clippy", "--package", CRATE, "--no-default-features", "--features", feature];
        // Warnings count: code that is unused with only one area is seen nowhere else.
        let arguments = [&area[..], &["--", "-D", "warnings"]].concat();
        if let Step::Failed(_) = cargo(tree, &arguments, &[])? {
            failed.push(if feature.is_empty() { "(none)" } else { feature });
        }
    }
    Ok(match failed.as_slice() {
        [] => Step::Passed,
        _ => Step::Failed(format!("these areas do not compile alone: {}", failed.join(", "))),
    })
}

/// The features of the crate that are areas or sets of areas.
fn features(tree: &Tree) -> anyhow::Result<Vec<String>> {
    let path = tree.generated(API).join("Cargo.toml");
    let text = fs::read_to_string(&path).with_context(|| tree.shown(&path))?;
    let manifest: toml::Table = text.parse()?;
    let features: BTreeMap<String, toml::Value> =
        manifest.get("features").cloned().map(toml::Value::try_into).transpose()?.unwrap_or_default();
    Ok(features.into_keys().filter(|feature| feature != "default").collect())
}

/// Crates of older versions compile, and operations of theirs are judged: all of the oldest version, and some of the others,
/// which differ less.
fn older(tree: &Tree) -> anyhow::Result<Step> {
    let mut skipped = Vec::new();
    let judge = contract::prepare(tree)?;
    for (version, file) in VERSIONS.iter().filter(|(_, file)| *file != DOCUMENT) {
        let Some(document) = tree.shared(file) else {
            skipped.push(*file);
            continue;
        };
        if judge.is_some() {
            if let Step::Failed(why) = compiles(tree, version, &document)? {
                return Ok(Step::Failed(format!("the crate of {version}: {why}")));
            }
            continue;
        }
        let every = if *file == OLDEST { None } else { NonZeroUsize::new(JUDGED) };
        if contract::run(tree, &contract::Args::version(API, &document, every))? != Outcome::Done {
            return Ok(Step::Failed(format!("{version}: see above")));
        }
    }
    Ok(match (skipped.as_slice(), judge) {
        ([], None) => Step::Passed,
        ([], Some(why)) => Step::Skipped(format!("the crates compile and were not judged: {why}")),
        _ => missing(&skipped.join(", ")),
    })
}

/// The crate of a version compiles, in a folder of build output that versions share.
fn compiles(tree: &Tree, version: &str, document: &Path) -> anyhow::Result<Step> {
    let folder = tree.root().join("target/older").join(version);
    if generate::run(tree, &generate::Args::version(tree, API, document, &folder))? != Outcome::Done {
        return Ok(Step::Failed("it is not generated".to_owned()));
    }
    let manifest = folder.join("Cargo.toml").display().to_string();
    let target = tree.root().join("target/older/target").display().to_string();
    // The same versions of dependencies as this workspace has.
    fs::copy(tree.root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let arguments = ["check", "--manifest-path", &manifest, "--no-default-features", "--features", "full"];
    cargo(tree, &arguments, &[("CARGO_TARGET_DIR", &target)])
}

/// A few small documents of every dialect give crates that compile.
fn documents(tree: &Tree) -> anyhow::Result<Step> {
    Ok(match corpus::sample(tree)? {
        (Outcome::Done, false) => missing("corpus/docs"),
        (outcome, _) => ended(outcome),
    })
}

fn cargo(tree: &Tree, arguments: &[&str], environment: &[(&str, &str)]) -> anyhow::Result<Step> {
    tell!("cargo {}", arguments.join(" "));
    let status = tree.cargo(arguments).envs(environment.iter().copied()).status()?;
    Ok(match status.success() {
        true => Step::Passed,
        false => Step::Failed(format!("cargo {}", arguments.join(" "))),
    })
}
