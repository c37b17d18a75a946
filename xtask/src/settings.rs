//! Reads and updates `specs/<api>/source.toml`, the source of a document.

use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use storewright_generator::diagnostic::{Code, Diagnostic, Place, Sink};
use toml_edit::{DocumentMut, Item, Table, value};

use crate::fetch::{self, Document};
use crate::tree::Tree;

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

/// The same text with another version of the crate; the rest stays as a person wrote it.
pub(crate) fn with_version(text: &str, version: &str) -> anyhow::Result<String> {
    let mut toml: DocumentMut = text.parse()?;
    // The key is kept, and with it the comments above it.
    let item = toml.entry("crate_version").or_insert(Item::None);
    let old = item.as_value().map(|old| old.decor().clone());
    let mut new = toml_edit::Value::from(version);
    if let Some(decor) = old {
        *new.decor_mut() = decor;
    }
    *item = Item::Value(new);
    Ok(toml.to_string())
}

/// The same text with its `[read]` table replaced; the rest stays as a person wrote it.
///
/// A document that was read before keeps its date, so that reading it again changes nothing; and so does the one that is
/// committed.
pub(crate) fn record(
    text: &str,
    settings: &Settings,
    committed: Option<&Read>,
    document: &Document,
    version: &str,
) -> anyhow::Result<String> {
    let same = |read: &Read| {
        (read.version.as_str(), read.bytes, read.sha256.as_str())
            == (version, document.bytes, document.sha256().as_str())
    };
    if settings.read.as_ref().is_some_and(same) {
        return Ok(text.to_owned());
    }
    let mut toml: DocumentMut = text.parse()?;
    if !toml.contains_key("read") {
        let mut table = Table::new();
        table.decor_mut().set_prefix("\n# Written by `cargo xtask update`.\n");
        toml.insert("read", Item::Table(table));
    }
    let (from, date) = match committed.filter(|read| same(read)) {
        Some(read) => (read.from.clone(), read.date.to_string()),
        None => {
            // The path to it is of one machine.
            let file = || Path::new(&document.from).file_name().unwrap_or_default().to_string_lossy();
            let is_url = document.from.contains("://");
            let from = if is_url { document.from.clone() } else { file().into_owned() };
            (from, storewright::today().to_string())
        }
    };
    let date: toml_edit::Datetime = date.parse()?;
    if let Some(read) = toml.get_mut("read").and_then(Item::as_table_mut) {
        for (key, new) in [
            ("from", value(from)),
            ("version", value(version)),
            ("bytes", value(i64::try_from(document.bytes)?)),
            ("sha256", value(document.sha256().as_str())),
            ("date", value(date)),
        ] {
            read.insert(key, new);
        }
    }
    Ok(toml.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# ours\nurl = \"https://example.com/x.zip\" # theirs\ncrate_version = \"0.1.0\"\n";

    fn document() -> Document {
        Document::of("/somewhere/4.4.1.json", "a: text".to_owned())
    }

    #[test]
    fn a_record_keeps_what_a_person_wrote() {
        let mut out = Sink::new();
        let settings = parse("source.toml", TEXT, &mut out).unwrap();
        let text = record(TEXT, &settings, None, &document(), "4.4.1").unwrap();
        let (kept, read) = text.split_at(TEXT.len());
        assert_eq!(kept, TEXT);
        let (fields, date) = read.split_once("date = ").unwrap();
        assert_eq!(
            fields,
            format!(
                "\n# Written by `cargo xtask update`.\n[read]\nfrom = \"4.4.1.json\"\nversion = \"4.4.1\"\nbytes = 7\nsha256 = \"{}\"\n",
                document().sha256()
            )
        );
        assert_eq!(date.trim().len(), "2026-01-01".len());

        let settings = parse("source.toml", &text, &mut out).unwrap();
        assert_eq!(record(&text, &settings, None, &document(), "4.4.1").unwrap(), text, "read again");
        let newer = record(&text, &settings, None, &document(), "4.5").unwrap();
        assert_eq!(newer.replace("4.5", "4.4.1"), text);

        let committed = text.replace(date.trim(), "2026-01-02");
        let read = parse("source.toml", &committed, &mut out).unwrap().read;
        let settings = parse("source.toml", &newer, &mut out).unwrap();
        let back = record(&newer, &settings, read.as_ref(), &document(), "4.4.1").unwrap();
        assert_eq!(back, committed, "what is committed is read again");
    }

    #[test]
    fn another_version_is_all_that_changes() {
        let text = "# ours\ncrate_version = \"0.1.0\" # theirs\nlicence = \"x\"\n";
        assert_eq!(with_version(text, "0.2.0+4.5").unwrap(), text.replace("0.1.0", "0.2.0+4.5"));
    }

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
