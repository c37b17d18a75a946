//! Finds the files of a checkout of this repository and next to it.

use std::env;
use std::ops::Deref;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::bail;
use storewright::project::Project;
pub(crate) use storewright::project::below;

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
pub(crate) struct Tree(Project);

impl Deref for Tree {
    type Target = Project;

    fn deref(&self) -> &Project {
        &self.0
    }
}

impl Tree {
    /// The checkout at `root`, else the one around the current folder.
    pub(crate) fn find(root: Option<PathBuf>) -> anyhow::Result<Self> {
        let start = match root {
            Some(root) => return Ok(Self(Project::at(&root)?)),
            None => env::current_dir()?,
        };
        let around =
            start.ancestors().find(|dir| dir.join("specs").is_dir() && dir.join("Cargo.toml").is_file());
        match around {
            Some(root) => Ok(Self(Project::at(root)?)),
            None => bail!("{} is not in a checkout of Storewright", start.display()),
        }
    }

    /// The folder of the contract tests' documents and programs, which git ignores.
    pub(crate) fn contract(&self) -> PathBuf {
        self.root().join("target/contract")
    }

    /// A vendor's file, if the vendor files are next to the checkout: never in it, since we must not distribute them.
    pub(crate) fn shared(&self, path: &str) -> Option<PathBuf> {
        Some(self.shared_path(path)).filter(|path| path.is_file())
    }

    /// The same for a folder.
    pub(crate) fn shared_folder(&self, path: &str) -> Option<PathBuf> {
        Some(self.shared_path(path)).filter(|path| path.is_dir())
    }

    fn shared_path(&self, path: &str) -> PathBuf {
        env::var_os(SHARED).map_or_else(|| self.root().join("../shared"), PathBuf::from).join(path)
    }

    /// The cargo that runs this command, in this checkout.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(self.root()).args(arguments).stdin(Stdio::null());
        command
    }
}
