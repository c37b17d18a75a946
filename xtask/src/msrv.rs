//! Lists locked dependencies that need a newer Rust than this workspace promises.

use ::semver::{Comparator, Version};
use anyhow::{Context, bail};
use serde::Deserialize;

use crate::checkout::Tree;

/// A part of the output of `cargo metadata`.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    rust_version: Option<String>,
    /// None for packages of this workspace.
    source: Option<String>,
}

/// The lock file's facts about the minimum supported Rust version.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The version that every package of the workspace promises.
    pub(crate) promised: String,
    /// Dependencies that declare a version.
    pub(crate) said: usize,
    /// Dependencies that do not say it.
    pub(crate) unsaid: usize,
    /// Violations of the promise.
    pub(crate) faults: Vec<String>,
}

/// Looks at every locked dependency, of every system and every feature.
pub(crate) fn look(tree: &Tree) -> anyhow::Result<Found> {
    let output = tree.cargo(&["metadata", "--format-version", "1", "--all-features", "--locked"]).output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    judge(serde_json::from_slice(&output.stdout).context("cargo metadata")?)
}

fn judge(metadata: Metadata) -> anyhow::Result<Found> {
    let (ours, theirs): (Vec<_>, Vec<_>) = metadata.packages.into_iter().partition(|p| p.source.is_none());
    let promised =
        ours.iter().find_map(|p| p.rust_version.clone()).context("no package has a rust-version")?;
    let limit = numbers(&promised)?;
    let mut out = Found { promised, said: 0, unsaid: 0, faults: Vec::new() };
    for package in &ours {
        if package.rust_version.as_ref() != Some(&out.promised) {
            let own = package.rust_version.as_deref().unwrap_or("nothing");
            out.faults.push(format!("{} promises {own}, and another package {}", package.name, out.promised));
        }
    }
    for package in &theirs {
        match &package.rust_version {
            None => out.unsaid += 1,
            Some(needed) => {
                out.said += 1;
                if numbers(needed)? > limit {
                    let Package { name, version, .. } = package;
                    out.faults
                        .push(format!("{name} {version} needs {needed}, and we promise {}", out.promised));
                }
            }
        }
    }
    Ok(out)
}

/// `1.88` is `1.88.0`.
fn numbers(version: &str) -> anyhow::Result<Version> {
    let Comparator { major, minor, patch, .. } =
        Comparator::parse(version).with_context(|| format!("rust-version {version}"))?;
    Ok(Version::new(major, minor.unwrap_or(0), patch.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_a_newer_rust_is_named() {
        let metadata = r#"{ "packages": [
            { "name": "ours", "version": "0.1.0", "rust_version": "1.88", "source": null },
            { "name": "late", "version": "0.1.0", "rust_version": "1.90", "source": null },
            { "name": "same", "version": "1.0.0", "rust_version": "1.88.0", "source": "registry" },
            { "name": "old", "version": "1.0.0", "rust_version": "1.9", "source": "registry" },
            { "name": "patch", "version": "1.0.0", "rust_version": "1.88.1", "source": "registry" },
            { "name": "quiet", "version": "1.0.0", "rust_version": null, "source": "registry" }
        ] }"#;
        let found = judge(serde_json::from_str(metadata).unwrap()).unwrap();
        assert_eq!((found.said, found.unsaid), (3, 1));
        assert_eq!(
            found.faults,
            ["late promises 1.90, and another package 1.88", "patch 1.0.0 needs 1.88.1, and we promise 1.88"]
        );
    }
}
