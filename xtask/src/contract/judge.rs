//! A document goes in; a server that judges by it comes out, on a free port of loopback, until it is dropped.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::tree::Tree;

/// A running judge.
#[derive(Debug)]
pub(super) struct Judge {
    child: Option<Child>,
    pub(super) url: String,
}

#[derive(Deserialize)]
struct Started {
    address: String,
    operations: usize,
}

/// Why there can be no judge here, if so.
pub(super) fn missing() -> Option<String> {
    let version = Command::new("node").arg("--version").stderr(Stdio::null()).output().ok();
    let Some(version) = version.filter(|v| v.status.success()) else {
        return Some(
            "node is not installed: the judge is a program of node 18.20 or newer, with npm".to_owned(),
        );
    };
    let version = String::from_utf8_lossy(&version.stdout).trim().trim_start_matches('v').to_owned();
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok()).unwrap_or(0);
    (major < 18).then(|| format!("node {version} is too old: the judge needs 18.20 or newer"))
}

/// Installs exactly what the lock file says, unless that is there.
pub(super) fn install(tree: &Tree) -> anyhow::Result<()> {
    let folder = tree.root().join("tests/contract");
    let written = |path: &str| fs::metadata(folder.join(path)).and_then(|m| m.modified()).ok();
    let (lock, installed) = (written("package-lock.json"), written("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= lock {
        return Ok(());
    }
    eprintln!("npm ci, in tests/contract");
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    let status = Command::new("npm").args(arguments).current_dir(&folder).stdin(Stdio::null()).status();
    if !status.context("npm cannot be run: it comes with node")?.success() {
        bail!("`npm ci` failed in tests/contract");
    }
    Ok(())
}

impl Judge {
    /// One that somebody else runs.
    pub(super) fn at(url: &str) -> Self {
        Self { child: None, url: url.trim_end_matches('/').to_owned() }
    }

    /// One of a document, which must hold so many operations.
    pub(super) fn start(tree: &Tree, document: &Path, operations: usize) -> anyhow::Result<Self> {
        let mut child = Command::new("node")
            .arg(tree.root().join("tests/contract/judge.mjs"))
            .arg(document)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("node cannot be run")?;
        let mut line = String::new();
        let output = child.stdout.take().context("the judge has no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let mut judge = Self { child: Some(child), url: String::new() };
        let started: Started = serde_json::from_str(&line).context("the judge did not start")?;
        if started.operations != operations {
            bail!("the judge knows {} operations, and the document has {operations}", started.operations);
        }
        judge.url = started.address;
        Ok(judge)
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It is gone already, or is now; either is what is wanted.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
