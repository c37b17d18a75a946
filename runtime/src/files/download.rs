//! Downloads a call or a URL into a writer, a file, or rows.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::header::CONTENT_LENGTH;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::source::{Source, Unpacker};
use super::{Columns, Digester, Digests, IDLE, OnProgress, Progress, Rows, Unfinished};
use crate::api::Api;
use crate::call::Call;
use crate::client::{Client, Reading};
use crate::error::{ApiError, Cause, Failure};
use crate::request::{Method, Operation, Request};
use crate::retry::RetryPolicy;
use crate::transport::BoxError;

/// The default limit of unpacked bytes.
const LIMIT: u64 = 8 << 30;

/// A file to download. It is streamed: its memory does not depend on its size.
#[must_use = "a download does nothing until it has a target"]
pub struct Download<A> {
    client: Client<A>,
    request: Request,
    gunzip: bool,
    checksum: Option<Checksum>,
    size: Option<u64>,
    limit: u64,
    idle: Duration,
    progress: Option<OnProgress>,
}

/// The expected checksum of a file's bytes on the wire: hexadecimal digits in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Checksum {
    /// MD5.
    Md5(String),
    /// SHA-256.
    Sha256(String),
}

/// A file that was downloaded completely.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// The number of bytes on the wire.
    pub received: u64,
    /// The number of bytes that were written: more, if they were unpacked.
    pub written: u64,
    /// MD5 of the transferred bytes.
    pub md5: String,
    /// SHA-256 of the transferred bytes.
    pub sha256: String,
}

impl<A> fmt::Debug for Download<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("request", &self.request).finish_non_exhaustive()
    }
}

impl<A: Api, T> Call<A, T> {
    /// The response as a file, which is not kept in memory.
    pub fn download(self) -> Download<A> {
        let (client, request) = self.into_parts();
        Download::new(client, request)
    }
}

impl<A: Api> Client<A> {
    /// A file at a URL that the API returned, on any host. No credentials and no headers of the client are sent there,
    /// and if the API's address is `https`, the URL must be so too.
    pub fn download(&self, url: &str) -> Download<A> {
        let operation = const { Operation::new(Method::Get, "download", "(file)") };
        Download::new(self.clone(), Request::foreign(operation, url))
    }
}

impl<A: Api> Download<A> {
    fn new(client: Client<A>, mut request: Request) -> Self {
        // The time for a file depends on its size, so only the time without data is limited.
        request.timeout(None);
        Download {
            client,
            request,
            gunzip: false,
            checksum: None,
            size: None,
            limit: LIMIT,
            idle: IDLE,
            progress: None,
        }
    }

    /// Unpacks gzip: once, and once more if the content is gzip again, such as where storage packs (`content-encoding`)
    /// a file that is packed already. Without this the bytes are kept unchanged, with any `content-encoding`.
    pub fn gunzip(mut self) -> Self {
        self.gunzip = true;
        self
    }

    /// The checksum that the file must have on the wire; with [`Download::gunzip`], a file that storage packed once
    /// more may have it before that.
    pub fn checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = Some(checksum);
        self
    }

    /// The number of bytes on the wire, counted as for [`Download::checksum`].
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }

    /// The maximum number of unpacked bytes; by default 8 GiB.
    pub fn limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// The maximum time without a byte, before the response and within it; by default a minute.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle = timeout;
        self
    }

    /// Calls a function with the progress.
    pub fn progress(mut self, told: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(told));
        self
    }

    /// Writes the file to a writer, which is flushed at the end. After an error the writer may have received a part.
    ///
    /// # Errors
    /// As a call, and if the file has unexpected content.
    pub async fn to_writer<W: AsyncWrite + Unpin + Send + ?Sized>(
        self,
        writer: &mut W,
    ) -> Result<Downloaded, ApiError<A>> {
        let source = self.open(self.deadline()).await?;
        Ok(self.copy(source, writer).await?)
    }

    /// Writes a file, replacing one of that name. An incomplete file never has the name: the data is written to a
    /// temporary file next to it, which is removed on failure. A file that is replaced keeps its permissions. A lost
    /// connection is retried from the beginning.
    ///
    /// # Errors
    /// As a call, and if the file has unexpected content or cannot be written.
    pub async fn to_file(self, path: impl AsRef<Path>) -> Result<Downloaded, ApiError<A>> {
        let path = path.as_ref();
        let failed = |error: std::io::Error| {
            let text = format!("{} cannot be written: {error}", path.display());
            self.failure(Cause::File(text.into()))
        };
        // Two downloads do not write into the same file. The name of the file may be as long as the file system allows.
        let name = format!(".{:016x}.part", crate::retry::random_bits());
        let mut unfinished = Unfinished { path: path.with_file_name(name), kept: false };
        let permissions =
            std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|found| found.permissions());
        let clock = self.client.core().clock();
        let until = self.deadline().map(|deadline| clock.elapsed().saturating_add(deadline));
        let left = || until.map(|until| until.saturating_sub(clock.elapsed()));
        let mut attempt = 1_u32;
        let downloaded = loop {
            // Not on another thread: if this future were dropped meanwhile, the file would be created after it was removed.
            let file = create(&unfinished.path, permissions.is_some()).map_err(failed)?;
            let mut file = tokio::fs::File::from_std(file);
            // A failure before the body has been retried already.
            let source = self.open(left()).await?;
            match self.copy(source, &mut file).await {
                Ok(downloaded) => {
                    file.sync_all().await.map_err(failed)?;
                    if attempt > 1 {
                        self.client.core().budget().succeeded(attempt - 1);
                    }
                    break downloaded;
                }
                Err(failure) => {
                    let wait = self.wait(attempt, &failure);
                    let wait = wait.filter(|wait| left().is_none_or(|left| *wait < left));
                    let wait = wait.filter(|_| self.client.core().budget().take());
                    let Some(wait) = wait else { return Err(failure.into()) };
                    clock.sleep(wait).await;
                    attempt += 1;
                }
            }
        };
        if let Some(permissions) = permissions {
            std::fs::set_permissions(&unfinished.path, permissions).map_err(failed)?;
        }
        // At once, so that a cancelled download leaves no file.
        std::fs::rename(&unfinished.path, path).map_err(failed)?;
        unfinished.kept = true;
        Ok(downloaded)
    }

    /// The rows of the file, whose first line is the header row. Reports of an API may have other lines, which are kept
    /// apart ([`Rows`]).
    ///
    /// # Errors
    /// As a call, and if there is no header row.
    pub async fn rows(self, columns: Columns) -> Result<Rows<A>, ApiError<A>> {
        let source = self.open(self.deadline()).await?;
        Rows::new(source, columns, self.request.place(), self.size, self.checksum).await
    }

    fn failure(&self, cause: Cause) -> Failure {
        let (operation, path) = self.request.place();
        Failure::new(Some(operation), cause, None).at(path)
    }

    fn deadline(&self) -> Option<Duration> {
        let own = self.request.options().and_then(|options| options.deadline);
        own.unwrap_or(self.client.core().deadline())
    }

    /// The delay before the file is fetched again.
    fn wait(&self, attempt: u32, failure: &Failure) -> Option<Duration> {
        let core = self.client.core();
        let own = self.request.options().and_then(|options| options.retry.as_ref());
        let policy: &RetryPolicy = own.unwrap_or(core.retry());
        let lost = failure.is_transport() && self.request.method().is_idempotent();
        lost.then(|| policy.wait(attempt, false, None, core.clock().now())).flatten()
    }

    /// `left` is the time until the deadline.
    async fn open(&self, left: Option<Duration>) -> Result<Source, Failure> {
        let core = self.client.core();
        let mut request = self.request.clone();
        request.silence(self.idle);
        request.deadline(left);
        let (answer, body) = core.clone().open(request, |status| status.is_success(), Reading::Later).await?;
        let announced =
            answer.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(Source {
            body,
            idle: self.idle,
            total: self.size.or(announced),
            progress: self.progress.clone(),
            limit: self.limit,
            unpacker: self.gunzip.then(Unpacker::new),
            packed: bytes::Bytes::new(),
            ended: false,
            digester: Digester::default(),
            written: 0,
        })
    }

    async fn copy<W: AsyncWrite + Unpin + Send + ?Sized>(
        &self,
        mut source: Source,
        writer: &mut W,
    ) -> Result<Downloaded, Failure> {
        let unwritten = |error: std::io::Error| -> Failure {
            let text: BoxError = format!("the file cannot be written: {error}").into();
            self.failure(Cause::File(text))
        };
        while let Some(bytes) = source.next().await.map_err(|cause| self.failure(cause))? {
            writer.write_all(&bytes).await.map_err(unwritten)?;
        }
        writer.flush().await.map_err(unwritten)?;
        finish(source, self.size, self.checksum.as_ref()).map_err(|error| self.failure(Cause::File(error)))
    }
}

/// Creates a file, or empties one; a file that replaces another is private to its owner until it is complete.
fn create(path: &Path, is_private: bool) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if is_private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = is_private;
    options.open(path)
}

/// Compares the file with its expected size and checksum.
pub(super) fn finish(
    source: Source,
    size: Option<u64>,
    checksum: Option<&Checksum>,
) -> Result<Downloaded, BoxError> {
    let (sent, inner, written) = source.finish();
    let compared = compare(&sent, size, checksum);
    // For a file that storage packed once more, the vendor knows its size and checksum before that.
    compared.or_else(|error| inner.map_or(Err(error), |inner| compare(&inner, size, checksum)))?;
    Ok(Downloaded { received: sent.size, written, md5: sent.md5, sha256: sent.sha256 })
}

fn compare(file: &Digests, size: Option<u64>, checksum: Option<&Checksum>) -> Result<(), BoxError> {
    if let Some(size) = size.filter(|size| *size != file.size) {
        return Err(format!("the file should have {size} bytes and has {}", file.size).into());
    }
    let (name, wanted, found) = match checksum {
        Some(Checksum::Md5(wanted)) => ("MD5", wanted, &file.md5),
        Some(Checksum::Sha256(wanted)) => ("SHA-256", wanted, &file.sha256),
        None => return Ok(()),
    };
    if !wanted.trim().eq_ignore_ascii_case(found) {
        return Err(format!("the {name} of the file should be {wanted} and is {found}").into());
    }
    Ok(())
}
