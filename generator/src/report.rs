//! Writes a diff: as text for a terminal, Markdown for a comment, HTML for a browser, and as JSON, SARIF, JUnit XML and
//! annotations for programs.

mod github;
mod html;
mod junit;
mod markdown;
mod outline;
mod sarif;
mod text;
mod words;

pub use github::github;
pub use html::html;
pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;
pub use text::text;

use crate::diagnostic::shown_json;
use crate::diff::Diff;

/// The most characters that a comment may have on GitHub.
pub const COMMENT: usize = 65_536;
/// The size that Markdown needs for its head and the counts of folded rows.
pub const LEAST: usize = 3_000;

/// Everything, as `docs/diff.schema.json` describes it.
///
/// # Errors
///
/// If a value cannot be written as JSON, which none that [`crate::diff::diff`] makes has.
pub fn json(diff: &Diff) -> Result<String, serde_json::Error> {
    // Room for a row of usual size: a text that grows is copied, and is in memory twice meanwhile.
    let mut out = Vec::with_capacity(diff.changes.len() * 1_200);
    serde_json::to_writer_pretty(&mut out, diff)?;
    let out = String::from_utf8(out).map_err(serde::ser::Error::custom)?;
    Ok(shown_json(out) + "\n")
}
