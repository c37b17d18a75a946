//! Reads a document from a URL, a file or a zip archive.

#[cfg(feature = "commands")]
use std::borrow::Cow;
use std::fs;
#[cfg(feature = "commands")]
use std::io::Cursor;
use std::io::{self, Read};
use std::net::IpAddr;
use std::path::Path;
use std::process::{Command, Stdio};

#[cfg(feature = "commands")]
use sha2::{Digest, Sha256};
use storewright_generator::diagnostic::{Code, Diagnostic, Place, Sink};
use storewright_generator::load::ReadFile;
#[cfg(feature = "commands")]
use zip::ZipArchive;

use crate::progress;

/// Nine times the size of Apple's file: anything larger is not a document, or is an archive that unpacks without end.
const LIMIT: u64 = 64 * 1024 * 1024;
/// The most seconds that a download may take.
const PATIENCE: &str = "120";
/// Begins some documents, and is not a part of their text.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A document as it was read.
#[derive(Debug, Clone)]
pub struct Document {
    /// The URL or file, as the person gave it.
    pub from: String,
    /// All of it.
    pub text: String,
    /// Its length, without an archive around it.
    pub bytes: u64,
    /// Reads the files that a document on this disk refers to; one from elsewhere refers to none.
    pub read: Option<ReadFile>,
}

impl Document {
    /// A document that is read already, and refers to no other files.
    pub fn of(from: &str, text: String) -> Self {
        Self { from: from.to_owned(), bytes: text.len() as u64, text, read: None }
    }

    /// The checksum of the document, without an archive around it.
    #[cfg(feature = "commands")]
    pub fn sha256(&self) -> String {
        let mark = if self.bytes > self.text.len() as u64 { BYTE_ORDER_MARK } else { "" };
        let digest = Sha256::new().chain_update(mark).chain_update(&self.text).finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Reads the document at `from`; none if errors were pushed.
pub fn fetch(from: &str, out: &mut Sink) -> Option<Document> {
    match read(from) {
        Ok(document) => Some(document),
        Err(diagnostic) => {
            out.push(*diagnostic);
            None
        }
    }
}

/// Reads the document at `from`, which must have this checksum.
#[cfg(feature = "commands")]
pub fn pinned(from: &str, pinned: &str, out: &mut Sink) -> Option<Document> {
    let document = fetch(from, out)?;
    let sha256 = document.sha256();
    if pinned.eq_ignore_ascii_case(&sha256) {
        return Some(document);
    }
    let message = format!("the document's sha256 is {sha256}, and {pinned} is pinned");
    let help = "if the vendor changed it on purpose, pin the new one: `sha256` in `source.toml`";
    let at = Place { file: from.to_owned(), ..Place::default() };
    out.push(Diagnostic::error(Code::ChecksumMismatch, at, message).help(help));
    None
}

/// An empty document for a vendor that publishes none: the overlay contains everything.
pub fn empty() -> Document {
    Document::of("an empty document", r#"{"openapi": "3.0.3"}"#.to_owned())
}

/// Reads a regular file: opening a pipe waits for a writer, and a device may have no end.
pub fn regular(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file; a folder, a pipe or a device cannot be read"));
    }
    bounded(fs::File::open(path)?)
}

/// Reads a regular file as text.
pub fn text(path: &Path) -> io::Result<String> {
    String::from_utf8(regular(path)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn read(from: &str) -> Result<Document, Box<Diagnostic>> {
    let at = || Place { file: from.to_owned(), ..Place::default() };
    let unreadable = |message: String| Diagnostic::error(Code::UnreadableSource, at(), message);
    let is_url = from.starts_with("https://") || from.starts_with("http://");
    let bytes = if is_url {
        progress::step(&format!("downloading {from}"));
        download(from).map_err(|error| {
            unreadable(format!("the document cannot be downloaded: {error}"))
                .help("try again, or download it by other means and give the file with `--from FILE`")
        })?
    } else {
        regular(Path::new(from)).map_err(|error| {
            unreadable(format!("the document cannot be read: {error}"))
                .help("give a URL, a JSON or YAML file, or a zip archive with one JSON file in it")
        })?
    };
    let is_archive = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06");
    let bytes = if is_archive {
        unpack(bytes)
            .map_err(|(message, help)| Diagnostic::error(Code::InvalidArchive, at(), message).help(help))?
    } else {
        bytes
    };
    let length = bytes.len() as u64;
    let text = String::from_utf8(bytes).map_err(|error| {
        unreadable(format!("the document is not UTF-8 from byte {} on", error.utf8_error().valid_up_to()))
    })?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).map(str::to_owned).unwrap_or(text);
    Ok(Document {
        from: from.to_owned(),
        text,
        bytes: length,
        read: (!is_url && !is_archive).then_some(regular),
    })
}

/// Downloads with the system's curl, which has the certificates, proxies and protocols of the machine.
fn download(url: &str) -> Result<Vec<u8>, String> {
    let mut curl = Command::new("curl");
    // `--disable` comes first: settings of the person's own could write the document somewhere.
    curl.args(["--disable", "--silent", "--show-error", "--fail", "--location", "--globoff"]);
    curl.args(["--proto", "=http,https", "--max-time", PATIENCE, "--max-filesize", &LIMIT.to_string()]);
    // A proxy that the environment names cannot reach this machine's own servers.
    if is_loopback(url) {
        curl.args(["--noproxy", "*"]);
    }
    curl.args(["--url", url]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = curl.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "curl is not installed".to_owned(),
        _ => format!("curl cannot be run: {error}"),
    })?;
    let read = child
        .stdout
        .take()
        .map(|stdout| bounded(progress::reading(stdout)))
        .unwrap_or_else(|| Ok(Vec::new()));
    if read.is_err() {
        let _ = child.kill();
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let bytes = read.map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(bytes),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().trim_start_matches("curl: ").to_owned()),
    }
}

fn is_loopback(url: &str) -> bool {
    let authority =
        url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    reader.take(LIMIT + 1).read_to_end(&mut out)?;
    if out.len() as u64 > LIMIT {
        return Err(io::Error::other(format!("it is longer than {} MiB", LIMIT >> 20)));
    }
    Ok(out)
}

/// Fails: a library that only generates has no reader of archives.
#[cfg(not(feature = "commands"))]
fn unpack(_: Vec<u8>) -> Result<Vec<u8>, (String, &'static str)> {
    let message = "the document is in an archive, which this build cannot read".to_owned();
    Err((message, "unpack it and name the document, or enable the feature `commands` of `storewright`"))
}

/// The one JSON file of an archive, or the problem and its help.
#[cfg(feature = "commands")]
fn unpack(bytes: Vec<u8>) -> Result<Vec<u8>, (String, &'static str)> {
    let broken =
        |error: &dyn std::fmt::Display| (format!("the archive cannot be read: {error}"), "download it again");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let help = "unpack it and give the file that you mean with `--from FILE`";
    let is_json = |name: &&String| {
        // Files that macOS adds to an archive have the names of the real files.
        let last = name.rsplit('/').next().unwrap_or_default();
        last.to_ascii_lowercase().ends_with(".json") && !last.starts_with("._")
    };
    let all = archive.file_names().map(|name| name.map(Cow::into_owned)).collect::<Result<Vec<_>, _>>();
    let all = all.map_err(|error| broken(&error))?;
    let shown =
        |names: &[&String]| names.iter().take(5).map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    let names: Vec<&String> = all.iter().filter(is_json).collect();
    let name = match names.as_slice() {
        [name] => name,
        [] => {
            let held =
                if all.is_empty() { "nothing".to_owned() } else { shown(&all.iter().collect::<Vec<_>>()) };
            return Err((format!("the archive contains no JSON file; it contains {held}"), help));
        }
        [..] => {
            let message = format!("the archive has {} JSON files in it: {}", names.len(), shown(&names));
            return Err((message, help));
        }
    };
    let entry = archive.by_name(name).map_err(|error| broken(&error))?;
    bounded(entry).map_err(|error| broken(&format!("{name}: {error}")))
}

#[cfg(test)]
#[cfg(feature = "commands")]
mod tests;
