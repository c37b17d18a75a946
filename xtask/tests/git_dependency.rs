//! Checks that the crates can be dependencies by git: cargo reads each manifest of a repository and prints those it cannot.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use walkdir::{DirEntry, WalkDir};

#[test]
fn each_manifest_is_of_a_member_of_the_workspace() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(&root);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let paths = metadata["packages"].as_array().unwrap().iter().map(|package| &package["manifest_path"]);
    let mut members: BTreeSet<PathBuf> = paths.map(|path| path.as_str().unwrap().into()).collect();
    members.insert(root.join("Cargo.toml"));
    assert_eq!(manifests(&root), members);
}

/// The manifests below a folder, without folders that git ignores.
fn manifests(root: &Path) -> BTreeSet<PathBuf> {
    let is_ignored = |entry: &DirEntry| {
        let name = entry.file_name();
        name == ".git" || name == "node_modules" || (entry.depth() == 1 && name == "target")
    };
    let all = WalkDir::new(root).into_iter().filter_entry(|entry| !is_ignored(entry));
    let all = all.map(|entry| entry.unwrap().into_path());
    all.filter(|path| path.ends_with("Cargo.toml")).collect()
}
