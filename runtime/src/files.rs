//! Streams downloads to files and uploads from files; no file is held in memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use md5::Md5;
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use crate::transport::BoxError;

mod download;
mod layout;
mod rows;
mod source;
mod upload;

pub use self::download::{Checksum, Download, Downloaded};
pub use self::layout::ReportLayout;
pub use self::rows::{Columns, Row, Rows};
pub use self::upload::{Part, PartHeader, Transfer, Uploader};

/// The progress of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of bytes that were transferred.
    pub done: u64,
    /// The total number of bytes, if known.
    pub total: Option<u64>,
}

/// The callback for progress. It should be fast: the transfer waits for it.
pub(crate) type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// The maximum time without a byte of a transfer.
const IDLE: Duration = Duration::from_secs(60);

/// Size and checksums of a file; the checksums are lower-case hexadecimal digits.
#[non_exhaustive]
pub struct Digests {
    /// In bytes.
    pub size: u64,
    /// MD5.
    pub md5: String,
    /// SHA-256.
    pub sha256: String,
}
crate::object! { Digests { size: "size", md5: "md5", sha256: "sha256" } }

impl Digests {
    /// Reads a file from its beginning to its end.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn of_file(path: impl AsRef<Path>) -> Result<Digests, BoxError> {
        let path = path.as_ref();
        let failed = |error| unreadable(path, &error);
        let mut file = tokio::fs::File::open(path).await.map_err(failed)?;
        let mut digester = Digester::default();
        let mut piece = vec![0; 64 * 1024];
        loop {
            let read = file.read(&mut piece).await.map_err(failed)?;
            if read == 0 {
                return Ok(digester.finish());
            }
            digester.add(piece.get(..read).unwrap_or_default());
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> BoxError {
    format!("{} cannot be read: {error}", path.display()).into()
}

/// Computes both checksums at once: the file is read once, and the time seldom matters.
#[derive(Default)]
struct Digester {
    size: u64,
    md5: Md5,
    sha256: Sha256,
}

impl Digester {
    fn add(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.md5.update(bytes);
        self.sha256.update(bytes);
    }

    fn finish(self) -> Digests {
        Digests { size: self.size, md5: hex(&self.md5.finalize()), sha256: hex(&self.sha256.finalize()) }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A temporary file next to its target. It is removed when it is dropped, unless it was kept.
struct Unfinished {
    path: PathBuf,
    kept: bool,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.kept {
            // A cancelled download has no receiver of an error.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
