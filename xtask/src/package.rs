//! Packages the released crates and builds each from its archive alone.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use flate2::read::GzDecoder;
use serde::Deserialize;
use walkdir::WalkDir;

use crate::checkout::{LICENCES, Tree, below};
use crate::report::{fail, plural, stderr, stdout, table, tell};
use crate::{Outcome, progress};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask package                # make the archives, look into them, and build each
  cargo xtask package --list         # the crates, in the order in which they are published
  cargo xtask package --allow-dirty  # with changes that are not committed";

#[derive(Default, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Print the names of the crates, in the order in which they are published, and do nothing else.
    #[arg(long)]
    list: bool,
    /// Include uncommitted files.
    #[arg(long)]
    allow_dirty: bool,
}

impl Args {
    /// Packages the files of the checkout, committed or not.
    pub(crate) fn as_it_is() -> Self {
        Self { allow_dirty: true, ..Self::default() }
    }
}

/// The most that the registry takes.
const LIMIT: u64 = 10 * 1024 * 1024;
/// The files that an archive may contain other than sources. Cargo adds the last four.
const FILES: &[&str] =
    &["README.md", "CHANGELOG.md", "Cargo.toml", "Cargo.toml.orig", "Cargo.lock", ".cargo_vcs_info.json"];
/// Features that need something outside of all archives: a library of the system, or a choice of cryptography.
const NEEDY: &[&str] = &["default", "native-tls", "rustls-no-provider"];

/// A crate whose archive is made.
struct Package {
    name: String,
    version: String,
    /// The folder of the unpacked archive.
    folder: PathBuf,
    archive: PathBuf,
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    let names = released(tree)?;
    if args.list {
        stdout(&names.iter().map(|name| format!("{name}\n")).collect::<String>())?;
        return Ok(Outcome::Done);
    }
    let mut packages = Vec::new();
    for name in &names {
        packages.push(package(tree, name)?);
    }
    let dirty = if args.allow_dirty { &["--allow-dirty"][..] } else { &[] };
    // Every package of the workspace can be packaged, released or not. Cargo does not build it: it reuses a version
    // that it unpacked before, even if the archive has changed.
    cargo(tree, &[&["package", "--workspace", "--no-verify"], dirty].concat())?;
    packages.iter().try_for_each(|package| unpack(tree, package))?;
    let mut rows = vec![["crate", "version", "files", "KB", "archive KB"].map(str::to_owned)];
    let mut found = Vec::new();
    for package in &packages {
        let files = files(&package.folder)?;
        let archive = fs::metadata(&package.archive).with_context(|| tree.shown(&package.archive))?.len();
        found.extend(faults(tree, package, &files, archive)?);
        let bytes: u64 = files.iter().map(|(_, length)| length).sum();
        let numbers = [files.len() as u64, bytes / 1000, archive / 1000].map(|number| number.to_string());
        let [files, bytes, archive] = numbers;
        rows.push([package.name.clone(), package.version.clone(), files, bytes, archive]);
        check(tree, package, &packages)?;
    }
    stderr(&table(&rows));
    for fault in &found {
        fail(&anyhow::anyhow!("{fault}"));
    }
    tell!("{} {} in target/package, each built alone", packages.len(), plural(packages.len(), "archive"));
    Ok(if found.is_empty() { Outcome::Done } else { Outcome::Findings })
}

/// The names that the root manifest lists.
fn released(tree: &Tree) -> anyhow::Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Manifest {
        workspace: Workspace,
    }
    #[derive(Deserialize)]
    struct Workspace {
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        release: Release,
    }
    #[derive(Deserialize)]
    struct Release {
        packages: Vec<String>,
    }
    let text = fs::read_to_string(tree.root().join("Cargo.toml")).context("Cargo.toml")?;
    let manifest: Manifest = toml::from_str(&text).context("Cargo.toml: [workspace.metadata.release]")?;
    Ok(manifest.workspace.metadata.release.packages)
}

fn package(tree: &Tree, name: &str) -> anyhow::Result<Package> {
    let output = tree.cargo(&["pkgid", "--package", name]).output()?;
    let id = String::from_utf8_lossy(&output.stdout);
    // `path+file:///…#name@1.2.3`, or `…#1.2.3` where the folder has the same name.
    let Some(version) = id.trim().rsplit(['#', '@']).next().filter(|_| output.status.success()) else {
        bail!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim());
    };
    let stem = format!("{name}-{version}");
    let made = tree.root().join("target/package");
    Ok(Package {
        name: name.to_owned(),
        version: version.to_owned(),
        folder: made.join(&stem),
        archive: made.join(format!("{stem}.crate")),
    })
}

/// Unpacks an archive into its folder, where nothing else is then.
fn unpack(tree: &Tree, package: &Package) -> anyhow::Result<()> {
    let shown = || tree.shown(&package.archive);
    if package.folder.is_dir() {
        fs::remove_dir_all(&package.folder).with_context(|| tree.shown(&package.folder))?;
    }
    let archive = fs::File::open(&package.archive).with_context(shown)?;
    let around = package.archive.parent().with_context(shown)?;
    tar::Archive::new(GzDecoder::new(archive)).unpack(around).with_context(shown)
}

/// Every file of an archive with its length.
fn files(folder: &Path) -> anyhow::Result<Vec<(String, u64)>> {
    let mut out = Vec::new();
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        if !entry.file_type().is_dir() {
            out.push((below(folder, entry.path()), entry.metadata()?.len()));
        }
    }
    out.sort();
    Ok(out)
}

/// The problems of an archive.
fn faults(
    tree: &Tree,
    package: &Package,
    files: &[(String, u64)],
    archive: u64,
) -> anyhow::Result<Vec<String>> {
    let mut out = Vec::new();
    let mut say = |text: String| out.push(format!("{}: {text}", package.name));
    let names: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    for licence in LICENCES {
        let ours = fs::read(tree.root().join(licence)).with_context(|| (*licence).to_owned())?;
        if fs::read(package.folder.join(licence)).ok().as_deref() != Some(&ours) {
            say(format!("{licence} is missing, or not that of this repository"));
        }
    }
    for needed in ["README.md", "src/lib.rs"] {
        if !names.contains(needed) {
            say(format!("{needed} is missing"));
        }
    }
    for path in &names {
        let is_source = path.starts_with("src/") && path.ends_with(".rs");
        if !is_source && !FILES.contains(path) && !LICENCES.contains(path) {
            say(format!("{path} is superfluous"));
        }
    }
    if archive > LIMIT {
        say(format!("the archive has {archive} bytes, and the registry takes {LIMIT}"));
    }
    let manifest = manifest(package)?;
    for key in ["description", "license", "readme", "rust-version"] {
        if !manifest.get("package").and_then(|own| own.get(key)).is_some_and(toml::Value::is_str) {
            say(format!("the manifest has no `{key}`"));
        }
    }
    Ok(out)
}

/// The manifest as cargo wrote it into the archive.
fn manifest(package: &Package) -> anyhow::Result<toml::Table> {
    let path = package.folder.join("Cargo.toml");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    text.parse().with_context(|| path.display().to_string())
}

/// Builds a crate with its default features, and checks it with all of them and with none.
fn check(tree: &Tree, package: &Package, all: &[Package]) -> anyhow::Result<()> {
    let manifest = manifest(package)?;
    let table = |name: &str| manifest.get(name).and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let (features, dependencies) = (table("features"), table("dependencies"));
    let features: Vec<&str> = features.keys().map(String::as_str).filter(|f| !NEEDY.contains(f)).collect();
    let target = tree.root().join("target/package/target").display().to_string();
    let path = package.folder.join("Cargo.toml").display().to_string();
    let all_features = features.join(",");
    let ways: [&[&str]; 3] = [
        &["build"],
        &["check", "--no-default-features"],
        &["check", "--no-default-features", "--features", &all_features],
    ];
    for way in ways {
        let mut arguments = [way, &["--manifest-path", &path, "--target-dir", &target]].concat();
        // A crate that is not published yet comes from its own archive.
        let others = all.iter().filter(|other| dependencies.contains_key(&other.name));
        let others: Vec<String> = others.map(patch).collect();
        others.iter().for_each(|patch| arguments.extend(["--config", patch]));
        cargo(tree, &arguments)?;
    }
    Ok(())
}

fn patch(package: &Package) -> String {
    let path = package.folder.display().to_string().replace('\\', "/");
    format!("patch.crates-io.{}.path={path:?}", package.name)
}

fn cargo(tree: &Tree, arguments: &[&str]) -> anyhow::Result<()> {
    progress::clear();
    if !tree.cargo(arguments).status()?.success() {
        bail!("cargo {} failed", arguments.first().copied().unwrap_or_default());
    }
    Ok(())
}
