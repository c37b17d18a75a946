//! Finds files of the shared folder, or says loudly that they are missing.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The files next to the checkout that cannot be part of it: `STOREWRIGHT_SHARED`, else `../shared`.
pub(crate) fn shared(below: &str) -> Option<PathBuf> {
    let root = std::env::var_os("STOREWRIGHT_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| workspace().join("../shared"));
    let path = root.join(below);
    if path.exists() {
        return Some(path);
    }
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // Not `eprintln!`: the test harness hides its output in a test that passes.
    let _ = writeln!(
        std::io::stderr(),
        "NOT RUN: {test}: {} is missing (STOREWRIGHT_SHARED names its folder)",
        path.display()
    );
    None
}

/// The text of a shared file.
pub(crate) fn read_shared(below: &str) -> Option<Vec<u8>> {
    shared(below).map(|path| std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

/// The root of the checkout.
pub(crate) fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The entries of a folder, sorted.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries
}
