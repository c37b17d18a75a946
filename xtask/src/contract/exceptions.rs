//! Reads `tests/contract/<api>.toml`, the list of findings that the judge gets wrong, and finds unused entries.

use std::collections::BTreeSet;
use std::fs;
use std::io;

use anyhow::Context;
use serde::Deserialize;

use super::Round;
use super::verdict::Side;
use crate::checkout::Tree;

/// A finding that is excepted, and the reason.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exception {
    pub(super) operation: String,
    /// The rounds that need it.
    pub(super) rounds: Vec<Round>,
    /// The side: `request` or `answer`.
    pub(super) side: Side,
    /// Part of the finding's text.
    pub(super) says: String,
    pub(super) reason: String,
    #[serde(skip)]
    pub(super) used: BTreeSet<Round>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// True if responses that Prism generates are decoded strictly: the document's examples must then match their
    /// schemas. Those of the round of properties always are.
    #[serde(default)]
    pub(super) strict: bool,
    /// The Rust expression of the credentials; a bearer token where absent.
    pub(super) credentials: Option<String>,
    #[serde(default)]
    pub(super) exception: Vec<Exception>,
}

pub(super) fn read(tree: &Tree, api: &str) -> anyhow::Result<File> {
    let path = tree.root().join("tests/contract").join(format!("{api}.toml"));
    match fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).with_context(|| tree.shown(&path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(File::default()),
        Err(error) => Err(error).with_context(|| tree.shown(&path)),
    }
}

/// True if a finding is excepted; if so, the exception is needed.
pub(super) fn excepts(
    exceptions: &mut [Exception],
    operation: &str,
    round: Round,
    (side, message): (Side, &str),
) -> bool {
    let mut found = false;
    for exception in exceptions.iter_mut() {
        let is =
            exception.operation == operation && exception.rounds.contains(&round) && exception.side == side;
        if is && message.contains(&exception.says) {
            exception.used.insert(round);
            found = true;
        }
    }
    found
}
