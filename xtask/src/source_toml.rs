//! Reads `specs/<api>/source.toml`, the source of a document.

use anyhow::Context;
use serde::Deserialize;
use storewright_generator::diagnostic::{Code, Diagnostic, Place, Sink};

use crate::checkout::Tree;
use crate::fetch;

/// The content of `source.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The vendor's document: JSON, or a zip archive with one JSON file in it.
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// True if the vendor publishes none, so that the overlay is applied to an empty one.
    #[serde(default)]
    pub(crate) empty: bool,
    /// The required sha256 of the document.
    #[serde(default)]
    pub(crate) sha256: Option<String>,
    /// The vendor's terms of publication, in our own words.
    #[serde(default, rename = "licence")]
    _licence: Option<String>,
    /// The version of the generated crate.
    pub(crate) crate_version: String,
    /// The document that was read last.
    #[serde(default)]
    pub(crate) read: Option<Read>,
}

impl Settings {
    /// True if the API is made of its overlay alone.
    pub(crate) fn has_no_document(&self) -> bool {
        self.empty && self.url.is_none()
    }
}

/// The document that was read last.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Read {
    /// The URL, or the name of the file.
    pub(crate) from: String,
    /// The vendor's version.
    pub(crate) version: String,
    /// The document's length.
    pub(crate) bytes: u64,
    /// The document's own, not that of the archive around it.
    pub(crate) sha256: String,
    /// The day on which this document was first read.
    pub(crate) date: toml::value::Datetime,
}

/// Reads those of an API, which must be right.
pub(crate) fn read(tree: &Tree, api: &str) -> anyhow::Result<Settings> {
    let path = tree.spec(api).join("source.toml");
    let shown = tree.shown(&path);
    let text = fetch::text(&path).with_context(|| shown.clone())?;
    let mut out = Sink::new();
    parse(&shown, &text, &mut out).with_context(|| {
        let said: Vec<String> = out.diagnostics().iter().map(ToString::to_string).collect();
        said.join("\n")
    })
}

/// Reads the text of `path`.
pub(crate) fn parse(path: &str, text: &str, out: &mut Sink) -> Option<Settings> {
    let (start, message, help) = match toml::from_str::<Settings>(text) {
        Ok(settings) if ::semver::Version::parse(&settings.crate_version).is_ok() => return Some(settings),
        Ok(settings) => (
            text.find("\ncrate_version").map_or(0, |end| end + 1),
            format!("`{}` is not a crate version: cargo does not accept it", settings.crate_version),
            "write three numbers, such as `0.1.0`; keep the part that an update adds after a `+`",
        ),
        Err(error) => (
            error.span().map(|span| span.start).unwrap_or_default(),
            error.message().to_owned(),
            "CONTRIBUTING.md, \"Add an API\", shows the keys",
        ),
    };
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let at = Place { file: path.to_owned(), line: Some(line), column: Some(column), ..Place::default() };
    out.push(Diagnostic::error(Code::InvalidConfig, at, message).help(help));
    out.quote(path, text.as_bytes());
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_cargo_does_not_take_is_refused() {
        for version in ["0.1.0", "10.0.3-beta.1", "0.2.0+4.4.1", "1.0.0-a+preview"] {
            let text = format!("crate_version = \"{version}\"\n");
            assert!(parse("source.toml", &text, &mut Sink::new()).is_some(), "{version}");
        }
        for version in
            ["", "abc", "1", "1.0", "01.0.0", "1.0.0-", "1.0.0+", "1.0.0-01", "1.0.0.0", "+1.0.0", "1.0.0 "]
        {
            let mut out = Sink::new();
            let text = format!("# ours\ncrate_version = \"{version}\"\n");
            assert!(parse("source.toml", &text, &mut out).is_none(), "{version}");
            let said = out.diagnostics()[0].to_string();
            assert!(
                said.starts_with("error[invalid-config]: `") && said.contains("--> source.toml:2:1"),
                "{said}"
            );
        }
    }

    #[test]
    fn a_wrong_key_is_named_with_its_place() {
        let mut out = Sink::new();
        assert!(parse("source.toml", "crate_version = \"0.1.0\"\nurll = \"\"\n", &mut out).is_none());
        let text = out.diagnostics()[0].to_string();
        assert!(text.starts_with("error[invalid-config]: unknown field `urll`"), "{text}");
        assert!(text.contains("--> source.toml:2:1"), "{text}");
    }
}
