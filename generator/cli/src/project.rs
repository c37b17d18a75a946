//! Finds the files of a project: a folder with a storewright.toml, or one with stored APIs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, bail};
use serde::Deserialize;
use storewright_generator::diagnostic::{Code, Diagnostic, Place, Sink};
use storewright_generator::render::Runtime;

use crate::fetch;

/// The settings of a project with one document.
pub const SETTINGS: &str = "storewright.toml";

/// A folder that commands work on.
#[derive(Debug, Clone)]
pub struct Project {
    root: PathBuf,
}

/// The settings in storewright.toml. Paths are relative to its folder, which contains the rules (overlay.yaml,
/// naming.toml, areas.toml and crate.toml), too.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The name of the API, which names the crate.
    pub name: String,
    /// The document: a path or a URL.
    pub document: String,
    /// The folder of the crate.
    pub out: PathBuf,
    /// The version of the crate.
    #[serde(default = "first")]
    pub version: String,
    /// The source of the runtime, as `--runtime` takes it.
    #[serde(default = "released")]
    pub runtime: String,
    /// True if the document's descriptions are kept as documentation.
    #[serde(default)]
    pub docs: bool,
    /// The operations to generate; all where empty.
    #[serde(default)]
    pub only: Vec<String>,
    /// True if each notice is an error.
    #[serde(default)]
    pub strict: bool,
}

fn first() -> String {
    crate::generate::FIRST.to_owned()
}

fn released() -> String {
    Runtime::default().to_string()
}

impl Project {
    /// The project at `root`.
    ///
    /// # Errors
    ///
    /// If the current folder cannot be read.
    pub fn at(root: &Path) -> anyhow::Result<Self> {
        Ok(Self { root: std::path::absolute(root)? })
    }

    /// The project around the current folder, which is the project itself where there is none around it.
    ///
    /// # Errors
    ///
    /// If the current folder cannot be read.
    pub fn find() -> anyhow::Result<Self> {
        let here = env::current_dir()?;
        let is_project = |folder: &Path| {
            folder.join(SETTINGS).is_file()
                || (folder.join("specs").is_dir() && folder.join("Cargo.toml").is_file())
        };
        let found = here.ancestors().find(|folder| is_project(folder)).unwrap_or(&here);
        Ok(Self { root: found.to_owned() })
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The settings; none where the project has no file of them, or errors were pushed.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn settings(&self, out: &mut Sink) -> anyhow::Result<Option<Settings>> {
        let path = self.root.join(SETTINGS);
        if !path.is_file() {
            return Ok(None);
        }
        let text = fetch::text(&path).with_context(|| self.shown(&path))?;
        let (span, message) = match toml::from_str::<Settings>(&text) {
            Ok(settings) => match settings.runtime.parse::<Runtime>() {
                Ok(_) => return Ok(Some(settings)),
                Err(error) => (text.find("\nruntime").map_or(0, |at| at + 1), format!("`runtime`: {error}")),
            },
            Err(error) => (error.span().map_or(0, |span| span.start), error.message().to_owned()),
        };
        let before = text.get(..span).unwrap_or_default();
        let at = Place {
            file: self.shown(&path),
            line: Some(before.matches('\n').count() + 1),
            column: Some(before.rsplit('\n').next().unwrap_or_default().chars().count() + 1),
            ..Place::default()
        };
        let file = at.file.clone();
        out.push(
            Diagnostic::error(Code::InvalidConfig, at, message).help(
                "`storewright init --help` describes the keys, and `storewright init` writes all of them",
            ),
        );
        out.quote(&file, text.as_bytes());
        Ok(None)
    }

    /// The folder of a stored API.
    pub fn spec(&self, api: &str) -> PathBuf {
        self.root.join("specs").join(api)
    }

    /// The crate of a stored API.
    pub fn generated(&self, api: &str) -> PathBuf {
        self.root.join("generated").join(api)
    }

    /// The stored APIs, by name.
    ///
    /// # Errors
    ///
    /// If their folder cannot be read.
    pub fn apis(&self) -> anyhow::Result<Vec<String>> {
        let specs = self.root.join("specs");
        let mut out = Vec::new();
        if !specs.is_dir() {
            return Ok(out);
        }
        for entry in fs::read_dir(&specs).with_context(|| specs.display().to_string())? {
            let entry = entry?;
            if entry.path().join("source.toml").is_file() {
                out.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        out.sort();
        Ok(out)
    }

    /// Succeeds if the API is stored.
    ///
    /// # Errors
    ///
    /// If it is not; the message lists those that are.
    pub fn check_api(&self, api: &str) -> anyhow::Result<()> {
        let apis = self.apis()?;
        if !apis.iter().any(|known| known == api) {
            bail!("there is no API `{api}`; there are: {}", apis.join(", "));
        }
        Ok(())
    }

    /// The text of a file at a revision; none where the revision has no such file.
    ///
    /// # Errors
    ///
    /// If there is no such revision, or git is missing.
    pub fn at_revision(&self, revision: &str, path: &str) -> anyhow::Result<Option<String>> {
        let git = |arguments: &[&str]| {
            let mut command = Command::new("git");
            command.current_dir(&self.root).args(arguments).stdin(Stdio::null());
            command.output().context("git cannot be run")
        };
        let commit = format!("{revision}^{{commit}}");
        if !git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?.status.success() {
            let is_there = git(&["rev-parse", "--git-dir"])?;
            if !is_there.status.success() {
                let said = String::from_utf8_lossy(&is_there.stderr);
                bail!("`{revision}` cannot be looked up, as git says: {}", said.trim());
            }
            bail!("there is no revision `{revision}`");
        }
        let output = git(&["show", "--end-of-options", &format!("{revision}:./{path}")])?;
        match output.status.success() {
            true => Ok(Some(String::from_utf8(output.stdout).with_context(|| format!("{revision}:{path}"))?)),
            false => Ok(None),
        }
    }

    /// A path as a person in the checkout would write it.
    pub fn shown(&self, path: &Path) -> String {
        if path.starts_with(&self.root) { below(&self.root, path) } else { path.display().to_string() }
    }
}

/// The path from `folder` to a path below it, with `/` on every system.
pub fn below(folder: &Path, path: &Path) -> String {
    let path = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
