//! Finds the folders and files of a checkout.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, bail};

/// The variable that says where the vendor files are.
pub(crate) const SHARED: &str = "STOREWRIGHT_SHARED";

/// The API that continuous integration and the budgets are about, and its crate.
pub(crate) const API: &str = "app-store-connect";
pub(crate) const CRATE: &str = "app-store-connect-client";
/// The vendor's file that is stored, below the folder of vendor files.
pub(crate) const DOCUMENT: &str = "specs/app-store-connect/4.5.1.json";
/// The same for every API that has such a file.
pub(crate) const DOCUMENTS: &[(&str, &str)] =
    &[(API, DOCUMENT), ("app-center", "specs/app-center/2023-08.json")];

/// The versions of that API whose crates are compared, the oldest first.
pub(crate) const VERSIONS: &[(&str, &str)] = &[
    ("3.7.0", OLDEST),
    ("4.3", "specs/app-store-connect/4.3.json"),
    ("4.4.1", "specs/app-store-connect/4.4.1.json"),
    ("4.5", "specs/app-store-connect/4.5.json"),
    ("4.5.1", DOCUMENT),
];
/// The oldest of them.
pub(crate) const OLDEST: &str = "specs/app-store-connect/3.7.0.json";

/// The licences, of which the user of a crate chooses one.
pub(crate) const LICENCES: &[&str] = &["LICENSE-APACHE", "LICENSE-MIT"];

/// A checkout.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    root: PathBuf,
}

impl Tree {
    /// The checkout at `root`, else the one around the current folder.
    pub(crate) fn find(root: Option<PathBuf>) -> anyhow::Result<Self> {
        let start = match root {
            Some(root) => return Ok(Self { root: std::path::absolute(root)? }),
            None => env::current_dir()?,
        };
        let around =
            start.ancestors().find(|dir| dir.join("specs").is_dir() && dir.join("Cargo.toml").is_file());
        match around {
            Some(root) => Ok(Self { root: root.to_owned() }),
            None => bail!("{} is not in a checkout of Storewright", start.display()),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// What is known of one API.
    pub(crate) fn spec(&self, api: &str) -> PathBuf {
        self.root.join("specs").join(api)
    }

    /// The crate of one API.
    pub(crate) fn generated(&self, api: &str) -> PathBuf {
        self.root.join("generated").join(api)
    }

    /// The folder of the contract tests' documents and programs, which git ignores.
    pub(crate) fn contract(&self) -> PathBuf {
        self.root.join("target/contract")
    }

    /// The APIs, by name.
    pub(crate) fn apis(&self) -> anyhow::Result<Vec<String>> {
        let specs = self.root.join("specs");
        let mut out = Vec::new();
        for entry in fs::read_dir(&specs).with_context(|| specs.display().to_string())? {
            let entry = entry?;
            if entry.path().join("source.toml").is_file() {
                out.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        out.sort();
        Ok(out)
    }

    /// The same API, or an error that lists those that there are.
    pub(crate) fn check_api(&self, api: &str) -> anyhow::Result<()> {
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
    /// If there is no such revision, or no git.
    pub(crate) fn at_revision(&self, revision: &str, path: &str) -> anyhow::Result<Option<String>> {
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

    /// A vendor's file, where the vendor files are beside the checkout: never in it, they are not ours to spread.
    pub(crate) fn shared(&self, path: &str) -> Option<PathBuf> {
        Some(self.shared_path(path)).filter(|path| path.is_file())
    }

    /// The same for a folder.
    pub(crate) fn shared_folder(&self, path: &str) -> Option<PathBuf> {
        Some(self.shared_path(path)).filter(|path| path.is_dir())
    }

    fn shared_path(&self, path: &str) -> PathBuf {
        env::var_os(SHARED).map_or_else(|| self.root.join("../shared"), PathBuf::from).join(path)
    }

    /// The cargo that runs this command, in this checkout.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root).args(arguments).stdin(Stdio::null());
        command
    }

    /// A path as a person in the checkout would write it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        if path.starts_with(&self.root) { below(&self.root, path) } else { path.display().to_string() }
    }
}

/// The way from `folder` to what is below it, with `/` on every system.
pub(crate) fn below(folder: &Path, path: &Path) -> String {
    let path = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
