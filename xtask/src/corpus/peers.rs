//! Gives each document to other generators and checks their crates, with the same limits as ours.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;

use super::process::{Limits, attempt};
use super::{Reason, Verdict};
use crate::bench::peers::{PEERS, Peer, package};
use crate::checkout::Tree;
use crate::progress;

/// The result of one other generator.
#[derive(Debug, Serialize)]
pub(super) struct Made {
    pub(super) result: Verdict,
    /// CPU time of the generator.
    pub(super) seconds: f64,
    pub(super) peak_mb: f64,
    pub(super) reason: Option<String>,
}

/// The generators that could be installed.
pub(super) struct Peers<'a> {
    tree: &'a Tree,
    /// The folder of their programs.
    programs: PathBuf,
    /// The folder of their crates and of build output.
    work: PathBuf,
    limits: Limits,
    check: bool,
}

impl<'a> Peers<'a> {
    /// Installs those that are not there yet.
    pub(super) fn install(tree: &'a Tree, work: &Path, limits: Limits, check: bool) -> anyhow::Result<Self> {
        let programs = tree.root().join("target/bench/peers");
        for peer in PEERS {
            progress::step(&format!("installing {}", peer.name));
            peer.install(tree, &programs)?;
        }
        Ok(Self { tree, programs, work: work.join("peers"), limits, check })
    }

    /// Their results for one document, by their names.
    pub(super) fn rows(&self, file: &Path) -> anyhow::Result<BTreeMap<&'static str, Made>> {
        PEERS.iter().map(|peer| Ok((peer.name, self.made(peer, file)?))).collect()
    }

    fn made(&self, peer: &Peer, file: &Path) -> anyhow::Result<Made> {
        let folder = self.work.join(peer.name);
        let out = folder.join("crate");
        if out.is_dir() {
            fs::remove_dir_all(&out)?;
        }
        fs::create_dir_all(&folder)?;
        // Their programs are given the document by its full path, from their own folder.
        let file = std::path::absolute(file)?;
        let mut command = Command::new(self.programs.join("bin").join(peer.program));
        command.args(peer.filled(&file, &out)).current_dir(&folder);
        let ended = attempt(&command, &folder.join("cost.json"), self.limits)?;
        let (result, reason) = match ended.success {
            None => (Verdict::Hangs, Some("no end of the generator".to_owned())),
            Some(true) if self.check => self.checked(peer, &folder, &out)?,
            Some(true) => (Verdict::Generates, None),
            Some(false) if ended.is_out_of_memory() => (Verdict::OutOfMemory, None),
            Some(false) if ended.stderr.contains("panicked at") => {
                (Verdict::Crashes, Some(ended.first_line()))
            }
            Some(false) => (Verdict::Refused, Some(ended.first_line())),
        };
        Ok(Made { result, seconds: ended.cost.cpu_s, peak_mb: ended.cost.peak_mb, reason })
    }

    fn checked(&self, peer: &Peer, folder: &Path, out: &Path) -> anyhow::Result<(Verdict, Reason)> {
        if let Some(why) = peer.mount(out).err() {
            return Ok((Verdict::DoesNotCompile, Some(format!("its manifest cannot be read: {why:#}"))));
        }
        let package = package(out)?;
        // The versions that an earlier crate of the same generator took.
        let lock = folder.join("Cargo.lock");
        if lock.is_file() {
            fs::copy(&lock, out.join("Cargo.lock"))?;
        }
        let mut check = self.tree.cargo(&["check", "--quiet", "--package", &package, "--manifest-path"]);
        check.arg(out.join("Cargo.toml")).env("CARGO_TARGET_DIR", folder.join("target"));
        check.env("CARGO_INCREMENTAL", "0").env("CARGO_TERM_COLOR", "never");
        let ended = attempt(&check, &folder.join("cost.json"), self.limits)?;
        if ended.success == Some(true) {
            fs::copy(out.join("Cargo.lock"), lock)?;
        }
        Ok(super::checked(&ended, Some(&format!("could not compile `{package}`"))))
    }
}
