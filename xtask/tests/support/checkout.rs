//! Creates a small checkout in a temporary folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use walkdir::WalkDir;

pub(crate) struct Checkout {
    dir: TempDir,
}

impl Checkout {
    /// A checkout with the files of `tests/mini`.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        copy(&here.join("tests/mini"), &dir.path().join("checkout"));
        // Not in the repository: cargo reads each manifest of one that another crate depends on.
        fs::write(dir.path().join("checkout/Cargo.toml"), "[workspace]\n").unwrap();
        Self { dir }
    }

    /// One whose Api is stored and whose crate is generated.
    pub(crate) fn updated() -> Self {
        let out = Self::new();
        out.run(&["update", "mini", "--from", "library.json"], 0);
        out
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join("checkout").join(path)
    }

    /// Runs a command that must end with `code`; returns its messages.
    pub(crate) fn run(&self, arguments: &[&str], code: i32) -> String {
        let output = self.output(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?} said:\n{said}");
        said
    }

    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(arguments).current_dir(self.path("")).env("STOREWRIGHT_SHARED", self.path("nowhere"));
        command
    }

    /// Every file of the checkout and of the folder around it.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let all = WalkDir::new(self.dir.path()).into_iter().map(|entry| entry.unwrap());
        let files = all.filter(|entry| !entry.file_type().is_dir()).map(|entry| entry.into_path());
        files.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in WalkDir::new(from).into_iter().map(|entry| entry.unwrap()) {
        let to = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).unwrap();
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
