//! Updates `specs/<api>/source.toml` after a document was read.

use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, value};

use crate::fetch::Document;
use crate::source_toml::{Read, Settings};

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
    let sha256 = document.sha256();
    let same = |read: &Read| {
        (read.version.as_str(), read.bytes, read.sha256.as_str())
            == (version, document.bytes, sha256.as_str())
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
            ("sha256", value(sha256.as_str())),
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
    use crate::source_toml::parse;
    use storewright_generator::diagnostic::Sink;

    const TEXT: &str = "# ours\nurl = \"https://example.com/x.zip\" # theirs\ncrate_version = \"0.1.0\"\n";

    fn document() -> Document {
        Document::of("/somewhere/4.4.1.json", "{}".to_owned())
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
                "\n# Written by `cargo xtask update`.\n[read]\nfrom = \"4.4.1.json\"\nversion = \"4.4.1\"\nbytes = 2\nsha256 = \"{}\"\n",
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
}
