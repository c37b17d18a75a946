//! Checks that the crates can be dependencies by git: cargo reads each manifest of a repository and prints those it cannot.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    let mut found = BTreeSet::new();
    manifests(&root, &root, &mut found);
    assert_eq!(found, members);
}

/// The manifests of a folder and those below it, without folders that git ignores.
fn manifests(root: &Path, folder: &Path, out: &mut BTreeSet<PathBuf>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap_or_default();
        let ignored = name == ".git" || name == "node_modules" || (folder == root && name == "target");
        match path.is_dir() {
            true if !ignored => manifests(root, &path, out),
            false if name == "Cargo.toml" => _ = out.insert(path),
            _ => {}
        }
    }
}
