//! Compares the findings of `cargo-semver-checks` on three crate versions with our diff.
//!
//! The two know nothing of each other: the tool reads rustdoc of compiled crates, the diff reads `API.txt`.

mod calls;
mod finding;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use storewright_generator::diagnostic::Sink;
use storewright_generator::diff::{Bump, ItemChange, Items};
use storewright_generator::plan::Item;

use crate::checkout::{API, SHARED, Tree, VERSIONS};
use crate::pipeline::{self, Version};
use crate::report::{plural, refuse, stdout, tell};
use crate::{Outcome, diff, fetch, generate, interrupt};
use calls::Calls;
use finding::Finding;

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask semver --out docs/semver.md  # all features and each area, both steps
  cargo xtask semver full                  # all features together
  cargo xtask semver testflight pricing    # two areas";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The features to check: `full`, or areas; by default all of them that both crates of a step have.
    features: Vec<String>,
    /// Write the table into this file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// One version, and where its crate is.
struct Side {
    label: String,
    /// The vendor's document.
    file: PathBuf,
    version: Version,
    folder: PathBuf,
    /// Read from the generated crate.
    calls: Calls,
}

/// One version with one set of features.
struct Known<'a> {
    /// The paths of its items.
    items: BTreeSet<&'a str>,
    calls: &'a Calls,
}

/// Items that rows of the diff call broken, or that the compiler warns of by them.
struct Listed {
    broken: BTreeSet<String>,
    warned: BTreeSet<String>,
}

/// The reason for which the tool reports nothing about an item that we call broken, in the tool's own words if it has any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Blind {
    /// It reports the owner of the item, which was removed.
    Owner,
    /// "breaking type changes, for example in the type of a field or function parameter"
    Type,
    /// No lint is about another name of a type.
    Alias,
    /// "breaking changes in generics": it knows the methods of a type, not those of `Call<T, operation>`.
    Generic,
    /// None that is known.
    Unknown,
}

/// The result of one step with one set of features.
struct Compared {
    features: String,
    /// Findings by lint.
    lints: BTreeMap<String, usize>,
    /// Findings that no row has.
    missing: Vec<Finding>,
    /// Findings that compare a method with that of another operation.
    mixed: usize,
    /// Items that we call broken, and those of them that the tool names.
    ours: usize,
    seen: usize,
    /// The others by reason.
    blind: BTreeMap<Blind, Vec<String>>,
}

/// A step from one version to the next.
struct Step {
    from: String,
    to: String,
    compared: Vec<Compared>,
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    let tool = tool(tree)?;
    let lints = lints(tree)?;
    let mut out = Sink::new();
    let mut sides = Vec::new();
    for (label, file) in VERSIONS {
        match side(tree, label, file, &mut out)? {
            Some(side) => sides.push(side),
            None => return Ok(refuse(out.diagnostics())),
        }
    }
    // A feature that is none is said before anything is made.
    let known = pairs(&sides).map(|(old, new)| features(old, new, args)).collect::<Result<Vec<_>, _>>()?;
    for side in &mut sides {
        generate(tree, side)?;
    }
    let mut steps = Vec::new();
    for ((old, new), features) in pairs(&sides).zip(&known) {
        steps.push(step(tree, old, new, &lints, features)?);
    }
    let text = table::table(&tool, &steps);
    match &args.out {
        Some(path) => interrupt::replace(path, &text)?,
        None => stdout(&text)?,
    }
    let all = || steps.iter().flat_map(|step| &step.compared);
    let missing: usize = all().map(|compared| compared.missing.len()).sum();
    let unknown: usize = all().filter_map(|c| c.blind.get(&Blind::Unknown)).map(Vec::len).sum();
    tell!(
        "{missing} {} not in our list; {unknown} of ours unseen for no known reason",
        plural(missing, "finding")
    );
    Ok(if missing + unknown == 0 { Outcome::Done } else { Outcome::Findings })
}

/// Each version with the next.
fn pairs(sides: &[Side]) -> impl Iterator<Item = (&Side, &Side)> {
    sides.iter().zip(sides.iter().skip(1))
}

/// The tool and its version.
fn tool(tree: &Tree) -> anyhow::Result<String> {
    let output = tree.cargo(&["semver-checks", "--version"]).output().context("cargo cannot be run")?;
    if !output.status.success() {
        bail!("cargo-semver-checks is not there: `cargo install cargo-semver-checks --locked` installs it");
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The version bump that each lint requires.
fn lints(tree: &Tree) -> anyhow::Result<BTreeMap<String, Bump>> {
    let output = tree.cargo(&["semver-checks", "--list"]).output().context("cargo cannot be run")?;
    let mut out = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut words = line.split_whitespace();
        let bump = match (words.next(), words.next()) {
            (Some(lint), Some("major")) => (lint, Bump::Major),
            (Some(lint), Some("minor")) => (lint, Bump::Minor),
            _ => continue,
        };
        out.insert(bump.0.to_owned(), bump.1);
    }
    if out.is_empty() {
        bail!("`cargo semver-checks --list` lists no lint");
    }
    Ok(out)
}

/// Reads a version.
fn side(tree: &Tree, label: &str, file: &str, out: &mut Sink) -> anyhow::Result<Option<Side>> {
    let Some(file) = tree.shared(file) else {
        bail!("{file} is not next to the checkout; set {SHARED}");
    };
    let Some(document) = fetch::fetch(&file.display().to_string(), out) else { return Ok(None) };
    let version = pipeline::version(&document, &pipeline::rules(tree, Some(API))?, API, out);
    let folder = folder(tree).join(label);
    Ok(version.map(|version| Side {
        label: label.to_owned(),
        file,
        version,
        folder,
        calls: Calls::default(),
    }))
}

/// Generates its crate.
fn generate(tree: &Tree, side: &mut Side) -> anyhow::Result<()> {
    if generate::run(tree, &generate::Args::version(tree, API, &side.file, &side.folder))? != Outcome::Done {
        bail!("the crate of {} is not generated", side.label);
    }
    // The same versions of dependencies as this workspace has.
    fs::copy(tree.root().join("Cargo.lock"), side.folder.join("Cargo.lock"))?;
    side.calls = Calls::of(&side.folder)?;
    // The tool does not tell methods of calls apart, so it would not find this.
    if let Some(path) = side.calls.difference(&side.version.items) {
        bail!("`API.txt` of {} and its source differ about `{path}`", side.label);
    }
    Ok(())
}

/// The areas of a version, each with the areas that it enables.
fn areas(side: &Side) -> BTreeMap<String, BTreeSet<String>> {
    let all = side.version.names.areas.iter();
    all.map(|area| (area.feature.clone(), area.implies.clone())).collect()
}

/// The features to look at, which both crates of a step have.
fn features(old: &Side, new: &Side, args: &Args) -> anyhow::Result<Vec<String>> {
    let (before, now) = (areas(old), areas(new));
    let mut known = vec![FULL.to_owned()];
    known.extend(before.into_keys().filter(|area| now.contains_key(area)));
    if let Some(wrong) = args.features.iter().find(|feature| !known.contains(feature)) {
        bail!("`{wrong}` is not a feature of both crates; there are: {}", known.join(", "));
    }
    known.retain(|feature| args.features.is_empty() || args.features.contains(feature));
    Ok(known)
}

fn folder(tree: &Tree) -> PathBuf {
    tree.root().join("target/semver")
}

fn step(
    tree: &Tree,
    old: &Side,
    new: &Side,
    lints: &BTreeMap<String, Bump>,
    features: &[String],
) -> anyhow::Result<Step> {
    let (before, now) = (areas(old), areas(new));
    let listed = listed(&old.version, &new.version);
    let mut compared = Vec::new();
    for feature in features {
        let start = Instant::now();
        let findings = findings(tree, [old, new], feature)?;
        let brought = |areas: &BTreeMap<String, BTreeSet<String>>| -> BTreeSet<String> {
            match areas.get(feature) {
                Some(implied) => implied.iter().cloned().chain([feature.to_owned()]).collect(),
                None => areas.keys().cloned().collect(),
            }
        };
        let old_items = Items::with_features(&old.version.items, &brought(&before));
        let new_items = Items::with_features(&new.version.items, &brought(&now));
        let items = Items::compare(Some(&old_items), Some(&new_items));
        let known = [Known::of(&old_items, &old.calls), Known::of(&new_items, &new.calls)];
        let result = hold(feature, findings, &items.changes, &known, &listed, lints);
        tell!(
            "{} → {} {feature}: {} {}, {} of ours ({} s)",
            old.label,
            new.label,
            result.lints.values().sum::<usize>(),
            plural(result.lints.values().sum(), "finding"),
            result.ours,
            start.elapsed().as_secs()
        );
        for finding in &result.missing {
            tell!("  not in our list: {}: {}", finding.lint, finding.item.as_ref().unwrap_or(&finding.text));
        }
        for item in result.blind.get(&Blind::Unknown).into_iter().flatten() {
            tell!("  unseen: {item}");
        }
        compared.push(result);
    }
    Ok(Step { from: old.label.clone(), to: new.label.clone(), compared })
}

/// Every area.
const FULL: &str = "full";

/// The verdicts of the diff's rows on items, and the verdicts on items without a row.
fn listed(old: &Version, new: &Version) -> Listed {
    let diff = diff::compare(old, new);
    let of = |bump: Bump| -> BTreeSet<String> {
        let rows = diff.changes.iter().filter(|change| change.rust == bump);
        let alone =
            diff.summary.rust_only.iter().filter(|item| item.rust == bump).map(|item| item.path.clone());
        rows.flat_map(|change| change.rust_items.iter().cloned()).chain(alone).collect()
    };
    Listed { broken: of(Bump::Major), warned: of(Bump::Minor) }
}

/// The findings of the tool with one set of features.
fn findings(tree: &Tree, [old, new]: [&Side; 2], feature: &str) -> anyhow::Result<Vec<Finding>> {
    let manifest = new.folder.join("Cargo.toml");
    let mut command = tree.cargo(&["semver-checks", "--only-explicit-features", "--color", "never"]);
    // As for a release that may change nothing, so that every larger bump is reported.
    command.args(["--release-type", "patch", "--features", feature, "--manifest-path"]).arg(&manifest);
    command.arg("--baseline-root").arg(&old.folder).env("CARGO_TARGET_DIR", folder(tree).join("target"));
    let output = command.output().context("cargo cannot be run")?;
    let (text, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let of_call = |file: &str, line: usize, method: &str| {
        let side = [old, new].into_iter().find(|side| Path::new(file).starts_with(&side.folder))?;
        side.calls.path(file, line, method)
    };
    let found = finding::read(&text, &of_call)?;
    // It fails both where it found something and where it could not look.
    if output.status.success() != found.is_empty() || !said.contains("Summary") {
        bail!("cargo-semver-checks with the feature {feature} did not end as it should:\n{said}{text}");
    }
    Ok(found)
}

/// Compares the tool's findings with the items that changed with these features.
fn hold(
    feature: &str,
    findings: Vec<Finding>,
    changes: &[ItemChange],
    known: &[Known<'_>; 2],
    listed: &Listed,
    lints: &BTreeMap<String, Bump>,
) -> Compared {
    let broken: BTreeMap<&str, &ItemChange> = changes
        .iter()
        .filter(|change| change.rust == Bump::Major)
        .map(|change| (change.path.as_str(), change))
        .collect();
    let mut out = Compared {
        features: feature.to_owned(),
        lints: BTreeMap::new(),
        missing: Vec::new(),
        mixed: 0,
        ours: broken.len(),
        seen: 0,
        blind: BTreeMap::new(),
    };
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut owners: BTreeSet<String> = BTreeSet::new();
    for finding in findings {
        *out.lints.entry(finding.lint.clone()).or_default() += 1;
        if lints.get(&finding.lint) == Some(&Bump::Minor) {
            if is_mixed(&finding, &known[0]) {
                out.mixed += 1;
            } else if !listed.warned.iter().any(|path| finding.is_about(path)) {
                out.missing.push(finding);
            }
            continue;
        }
        let own: Vec<&str> = broken.keys().copied().filter(|path| finding.is_about(path)).collect();
        if own.is_empty() || !own.iter().all(|path| listed.broken.contains(*path)) {
            out.missing.push(finding);
            continue;
        }
        // A type or a module that is gone takes its members along.
        if own.iter().all(|path| broken.get(path).is_some_and(|change| change.new.is_none())) {
            owners.extend(finding.item);
        }
        seen.extend(own);
    }
    out.seen = seen.len();
    for (path, change) in broken.into_iter().filter(|(path, _)| !seen.contains(path)) {
        out.blind.entry(blind(change, &owners, known)).or_default().push(path.to_owned());
    }
    out
}

impl<'a> Known<'a> {
    fn of(items: &'a [Item], calls: &'a Calls) -> Self {
        Self { items: items.iter().map(|item| item.path.as_str()).collect(), calls }
    }

    /// The methods with this name that calls of other operations have.
    fn others(&self, path: &str) -> Vec<(String, bool)> {
        self.calls.others(path, |path| self.items.contains(path))
    }
}

/// True if a method was deprecated before or is new, so that the tool compares it with that of another operation.
fn is_mixed(finding: &Finding, old: &Known<'_>) -> bool {
    let Some(item) = finding.item.as_ref().filter(|_| finding.lint == "type_method_marked_deprecated") else {
        return false;
    };
    let was_used = old.items.contains(item.as_str()) && old.calls.is_deprecated(item) == Some(false);
    !was_used && old.others(item).iter().any(|(_, deprecated)| !deprecated)
}

fn blind(change: &ItemChange, owners: &BTreeSet<String>, [old, new]: &[Known<'_>; 2]) -> Blind {
    let is_owned = |owner: &String| {
        change.path.strip_prefix(owner.as_str()).is_some_and(|rest| rest.starts_with(['.', ':']))
    };
    let is_alias = |side: &Option<String>| side.as_deref().is_some_and(|text| shape(text).0 == "type");
    let of_call = old.calls.is_deprecated(&change.path).is_some();
    match (&change.old, &change.new) {
        _ if owners.iter().any(is_owned) => Blind::Owner,
        (before, now) if is_alias(before) || is_alias(now) => Blind::Alias,
        (Some(before), Some(now)) if shape(before) == shape(now) => Blind::Type,
        (Some(_), None) if of_call && !new.others(&change.path).is_empty() => Blind::Generic,
        _ => Blind::Unknown,
    }
}

/// The parts of an item that the tool sees: its kind, and the number of its arguments.
fn shape(item: &str) -> (&str, usize) {
    let (kind, signature) = item.split_once(' ').unwrap_or((item, ""));
    let arguments = signature.split("=>").next().unwrap_or_default().trim();
    let mut depth = 0_usize;
    let commas = arguments.chars().filter(|c| {
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            '>' | ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *c == ',' && depth == 0
    });
    (kind, if kind == "fn" && !arguments.is_empty() { commas.count() + 1 } else { 0 })
}

#[cfg(test)]
mod tests {
    use storewright_generator::plan::Item;

    use super::*;

    const OLD: &str = "# head
models::Book struct | /a
models::Book.pages field Option<i64> | /a
models::Book.title field String | /a
models::Book::new fn title : impl Into<String> | /a
models::Loan struct | /b
models::Loan.until field String | /b
models::Loans type Vec<Loan> | /b
models::Shelf::new fn ShelfNew { title : String, books : Vec<Book> } | /b
operations::books::Books::list fn a : Map<A, B> => Loans | /c
operations::books::Find type | /c
operations::books::Find::genre fn value : i64 | /c
operations::books::Find::shelf fn value : i64 | /c
operations::books::List type | /c
operations::books::List::genre fn value : i64 | /c
operations::books::List::limit fn value : i64 | /c
operations::books::List::page fn value : i64 | /c
operations::books::List::shelf fn value : i64 | /c
operations::books::Recent type | /c
";
    const NEW: &str = "# head
models::Book struct | /a
models::Book.title field i64 | /a
models::Book::new fn | /a
models::Shelf::new fn title : String | /b
operations::books::Books::list fn a : Map<A, C> => () | /c
operations::books::Find type | /c
operations::books::Find::genre fn value : i64 | /c
operations::books::Find::shelf fn value : i64 | /c
operations::books::List type | /c
operations::books::List::genre fn value : i64 | /c
operations::books::Recent type | /c
operations::books::Recent::genre fn value : i64 | /c
";
    const CALL: &str = "\
impl<T, O: rt::HasLimit> Call<T, O> {
    pub fn limit(mut self, value: i64) -> Self {
    }
}
";

    /// Calls with a method each; a `!` before the method says that it is deprecated.
    fn calls(methods: &[(&str, &str)]) -> Calls {
        let block = |(operation, method): &(&str, &str)| {
            let (mark, name) = match method.strip_prefix('!') {
                Some(name) => ("    #[deprecated]\n", name),
                None => ("", *method),
            };
            match name {
                "limit" => format!("    NAME: {operation} = Get \"list\" \"/books\" with limit,\n"),
                _ => {
                    format!("impl<T> crate::Call<T, op::{operation}> {{\n{mark}    pub fn {name}(self)\n}}\n")
                }
            }
        };
        let mut out = Calls::default();
        out.add("operations/books.rs", &methods.iter().map(block).collect::<String>());
        out.add("call.rs", CALL);
        out
    }

    fn held(findings: &[(&str, &str)], listed: &[&str]) -> Compared {
        let found = findings.iter().map(|(lint, item)| Finding {
            lint: (*lint).to_owned(),
            text: (*item).to_owned(),
            item: Some((*item).to_owned()),
        });
        let broken = listed.iter().map(|path| (*path).to_owned()).collect();
        let warned = BTreeSet::from(["models::Book".to_owned()]);
        let warnings = ["type_marked_deprecated", "type_method_marked_deprecated"];
        let lints = warnings.iter().map(|lint| ((*lint).to_owned(), Bump::Minor)).collect();
        let [old, new] = [OLD, NEW].map(Item::read_all);
        let items = Items::compare(Some(&old), Some(&new));
        let of_list = [("List", "!genre"), ("List", "limit"), ("List", "page"), ("List", "shelf")];
        let before = [&[("Find", "genre"), ("Find", "shelf")], &of_list[..]].concat();
        let now = [("Find", "!genre"), ("Find", "shelf"), ("List", "!genre"), ("Recent", "!genre")];
        let [before, now] = [calls(&before), calls(&now)];
        let known = [Known::of(&old, &before), Known::of(&new, &now)];
        hold(FULL, found.collect(), &items.changes, &known, &Listed { broken, warned }, &lints)
    }

    #[test]
    fn what_the_tool_finds_must_be_in_our_list() {
        let field = [("struct_pub_field_missing", "models::Book.pages")];
        assert_eq!(held(&field, &["models::Book.pages"]).missing.len(), 0);
        assert_eq!(held(&field, &[]).missing.len(), 1, "no row says it");
        assert_eq!(
            held(&[("struct_missing", "models::Shelf")], &["models::Shelf"]).missing.len(),
            1,
            "it is there"
        );
        assert_eq!(held(&[("type_marked_deprecated", "models::Book")], &[]).missing.len(), 0);
        assert_eq!(held(&[("type_marked_deprecated", "models::Loan")], &[]).missing.len(), 1);
    }

    #[test]
    fn what_the_tool_does_not_see_has_a_reason_or_none() {
        let listed = ["models::Book.pages", "models::Loan"];
        let found = held(&[("struct_pub_field_missing", listed[0]), ("struct_missing", listed[1])], &listed);
        assert_eq!((found.ours, found.seen), (11, 2));
        let of = |kind| found.blind.get(&kind).cloned().unwrap_or_default();
        assert_eq!(of(Blind::Owner), ["models::Loan.until"]);
        assert_eq!(
            of(Blind::Type),
            [
                "models::Book.title",
                "models::Shelf::new", // a struct is one argument
                "operations::books::Books::list",
            ]
        );
        assert_eq!(of(Blind::Alias), ["models::Loans"]);
        // Another operation, or every call, still has a method of that name.
        assert_eq!(of(Blind::Generic), ["operations::books::List::limit", "operations::books::List::shelf"]);
        let unknown = ["models::Book::new", "operations::books::List::page"];
        assert_eq!(of(Blind::Unknown), unknown, "it counts arguments, and no call has `page`");
    }

    #[test]
    fn a_method_that_was_not_deprecated_before_is_one_of_ours() {
        let of = |operation: &str| {
            let found = held(&[("type_method_marked_deprecated", operation)], &[]);
            (found.mixed, found.missing.len())
        };
        assert_eq!(of("operations::books::Find::genre"), (0, 1), "no row says it");
        assert_eq!(of("operations::books::List::genre"), (1, 0), "it was deprecated, that of `Find` was not");
        assert_eq!(
            of("operations::books::Recent::genre"),
            (1, 0),
            "it is new, that of `Find` was not deprecated"
        );
        assert_eq!(of("operations::books::Find::shelf"), (0, 1), "it was not deprecated");
    }
}
