//! Checks the rules of this repository that no compiler checks.

mod codes;
mod files;
mod links;
mod modules;
mod words;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use walkdir::WalkDir;

use crate::Outcome;
use crate::checkout::{Tree, below};
use crate::report::{plural, tell};

/// A file of the checkout.
#[derive(Debug, Clone)]
struct File {
    /// Below the checkout, with `/`.
    path: String,
    /// Empty where it is not text.
    text: String,
}

pub(crate) fn run(tree: &Tree) -> anyhow::Result<Outcome> {
    let files = read(tree.root())?;
    let mut found = modules::check(&files);
    found.extend(files::check(&files, &machine_paths(tree.root())));
    found.extend(codes::check(&files));
    found.extend(links::check(&files));
    found.extend(words::check(&files));
    found.sort();
    for finding in &found {
        tell!("{finding}");
    }
    let count = found.len();
    tell!("tidy: {} files, {count} {}", files.len(), plural(count, "finding"));
    Ok(if found.is_empty() { Outcome::Done } else { Outcome::Findings })
}

/// Paths that would reveal the location of this checkout.
fn machine_paths(root: &Path) -> Vec<String> {
    // Folders that contain only a system's own ones would be found in any text.
    let telling = |path: &Path| path.components().count() > 1 && path != std::env::temp_dir();
    let around = [Some(root), root.parent()];
    around
        .into_iter()
        .flatten()
        .filter(|path| telling(path))
        .map(|path| format!("{}/", path.display()))
        .collect()
}

/// The files that version control has or would add; without version control, all files.
fn read(root: &Path) -> anyhow::Result<Vec<File>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output();
    let mut paths: Vec<String> = match listed {
        Ok(listed) if listed.status.success() => {
            String::from_utf8_lossy(&listed.stdout).split_terminator('\0').map(str::to_owned).collect()
        }
        _ => walk(root)?,
    };
    paths.sort();
    paths.dedup();
    let mut out = Vec::new();
    for path in paths {
        // A listed file that is missing is about to be deleted.
        let Ok(bytes) = fs::read(root.join(&path)) else { continue };
        out.push(File { path, text: String::from_utf8(bytes).unwrap_or_default() });
    }
    Ok(out)
}

fn walk(root: &Path) -> Result<Vec<String>, walkdir::Error> {
    let is_skipped = |name: &OsStr| [".git", "target", "node_modules"].iter().any(|skipped| name == *skipped);
    let all = WalkDir::new(root).min_depth(1).into_iter();
    let all = all.filter_entry(|entry| !entry.file_type().is_dir() || !is_skipped(entry.file_name()));
    let files = all.filter(|entry| entry.as_ref().map_or(true, |entry| !entry.file_type().is_dir()));
    files.map(|entry| Ok(below(root, entry?.path()))).collect()
}

#[cfg(test)]
fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}
