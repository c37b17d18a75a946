//! Runs the judge, a server made from a document, on a free port of loopback.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::checkout::Tree;
use crate::measure::{self, Cost};
use crate::report::tell;

/// A running judge.
#[derive(Debug)]
pub(super) struct Judge {
    child: Option<Child>,
    pub(super) url: String,
    cost: PathBuf,
}

#[derive(Deserialize)]
struct Started {
    address: String,
    operations: usize,
}

/// The minimum version of Node. The lock file's packages need an older one, which is no longer maintained.
const NODE: u32 = 20;
/// npm's codes for errors of the lock file rather than the registry.
const FAULTS: &[&str] = &["EUSAGE", "EINTEGRITY"];
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// A program's version, if it can be run.
fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Makes sure that a judge can be started, and installs the lock file's packages for it; else returns the reason.
pub(super) fn prepare(tree: &Tree) -> anyhow::Result<Option<String>> {
    let is_installed = is_installed(tree);
    let problem = problem(version("node").as_deref(), || is_installed || version(NPM).is_some());
    if problem.is_some() || is_installed {
        return Ok(problem);
    }
    tell!("npm ci, in tests/contract");
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    let mut npm = Command::new(NPM);
    npm.args(arguments).current_dir(tree.root().join("tests/contract")).stdin(Stdio::null());
    let output = npm.output().context("npm cannot be run")?;
    if output.status.success() {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    if FAULTS.iter().any(|code| said.contains(code)) {
        bail!("`npm ci` failed in tests/contract:\n{said}");
    }
    Ok(Some(format!("npm cannot fetch the judge's packages:\n{}", said.trim_end())))
}

fn problem(node: Option<&str>, has_packages: impl FnOnce() -> bool) -> Option<String> {
    let Some(node) = node else {
        return Some(format!("node is not installed: the judge is a program of node {NODE} or newer"));
    };
    let major = node.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE) {
        return Some(format!("node {node} is too old: the judge needs {NODE} or newer"));
    }
    (!has_packages()).then(|| "npm is not installed: it brings the judge's packages".to_owned())
}

/// True if the lock file's packages are installed.
fn is_installed(tree: &Tree) -> bool {
    let folder = tree.root().join("tests/contract");
    let written = |path: &str| fs::metadata(folder.join(path)).and_then(|m| m.modified()).ok();
    let installed = written("node_modules/.package-lock.json");
    installed.is_some() && installed >= written("package-lock.json")
}

impl Judge {
    /// One that somebody else runs.
    pub(super) fn at(url: &str) -> Self {
        Self { child: None, url: url.trim_end_matches('/').to_owned(), cost: PathBuf::new() }
    }

    /// Starts the judge of a document, which must contain this number of operations.
    pub(super) fn start(tree: &Tree, document: &Path, operations: usize) -> anyhow::Result<Self> {
        let cost = document.with_extension("judge.cost");
        let mut command = Command::new("node");
        command.arg(tree.root().join("tests/contract/judge.mjs")).arg(document);
        let mut child = measure::wrapped(&command, &cost)?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("node cannot be run")?;
        let mut line = String::new();
        let output = child.stdout.take().context("the judge has no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let mut judge = Self { child: Some(child), url: String::new(), cost };
        let started: Started = serde_json::from_str(&line).context("the judge did not start")?;
        if started.operations != operations {
            bail!("the judge knows {} operations, and the document has {operations}", started.operations);
        }
        judge.url = started.address;
        Ok(judge)
    }

    /// Ends the judge if it is ours; returns its CPU time and peak memory, if the system reports them.
    pub(super) fn end(mut self) -> anyhow::Result<Option<Cost>> {
        let Some(mut child) = self.child.take() else { return Ok(None) };
        // It ends with its input.
        drop(child.stdin.take());
        child.wait()?;
        measure::read(&self.cost)
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It has ended already, or ends now; both are fine.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said() {
        let said = |node, npm| problem(node, || npm).unwrap_or_default();
        assert_eq!(said(Some("v20.20.2"), true), "");
        assert_eq!(said(Some("v100.0.0"), true), "");
        assert!(said(None, true).starts_with("node is not installed"));
        assert!(said(Some("v18.20.4"), true).starts_with("node v18.20.4 is too old"));
        assert!(said(Some(""), true).contains("too old"));
        assert!(said(Some("v20.0.0"), false).starts_with("npm is not installed"));
        assert_eq!(version("a-program-that-is-not-there"), None);
    }
}
