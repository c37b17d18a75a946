//! Uploads a file in the parts that a server requests.

use std::fmt;
use std::io::{ErrorKind, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::task::JoinSet;

use super::{Digests, OnProgress, Progress, unreadable};
use crate::api::Api;
use crate::call::Answer;
use crate::client::{Client, Core, Reading};
use crate::clock::Clock;
use crate::error::{ApiError, Cause, Failure};
use crate::request::{Method, Operation, Request};
use crate::retry::RetryPolicy;
use crate::transport::BoxError;

mod parts;

/// A part without progress for this time is retried.
const PART_TIMEOUT: Duration = Duration::from_secs(600);

/// One request of an upload: a range of the file, and its target.
#[non_exhaustive]
pub struct Part {
    /// The method, such as `PUT`.
    pub method: String,
    /// The URL that the part is sent to, on any host. It often contains a signature, and so is a secret.
    pub url: String,
    /// The offset of the first byte in the file.
    pub offset: u64,
    /// The number of bytes.
    pub length: u64,
    /// The headers of the part.
    pub headers: Vec<PartHeader>,
    /// True if the server has it.
    pub done: bool,
    /// The SHA-256 of the sent bytes.
    pub sha256: Option<String>,
}
crate::object! { Part {
    method: "method", url: "url", offset: "offset", length: "length", headers: "headers", done: "done", sha256: "sha256",
} }

/// A header of a [`Part`].
#[non_exhaustive]
pub struct PartHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}
crate::object! { PartHeader { name: "name", value: "value" } }

impl PartHeader {
    /// A header with a name and a value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        PartHeader { name: name.into(), value: value.into() }
    }
}

impl Part {
    /// A part of a file, with its URL and a method such as `PUT`.
    pub fn new(method: impl Into<String>, url: impl Into<String>, offset: u64, length: u64) -> Self {
        let (method, url) = (method.into(), url.into());
        Part { method, url, offset, length, headers: Vec::new(), done: false, sha256: None }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push(PartHeader::new(name, value));
        self
    }

    fn request(&self, policy: &RetryPolicy, timeout: Duration, body: Bytes) -> Result<Request, BoxError> {
        let operation = match Method::from_name(&self.method) {
            Some(Method::Put) => const { Operation::new(Method::Put, "upload", "(part of a file)") },
            Some(Method::Post) => const { Operation::new(Method::Post, "upload", "(part of a file)") },
            Some(Method::Patch) => const { Operation::new(Method::Patch, "upload", "(part of a file)") },
            _ => return Err(format!("a part cannot be sent by the method `{}`", self.method).into()),
        };
        let mut request = Request::foreign(operation, &self.url);
        for header in &self.headers {
            // These describe the connection and the body, which the transport sets.
            let is_of_transport = ["content-length", "transfer-encoding"]
                .iter()
                .any(|name| header.name.eq_ignore_ascii_case(name));
            if !is_of_transport {
                request.header(&header.name, &header.value);
            }
        }
        request.bytes("application/octet-stream", body);
        request.retry(policy.clone());
        // Sending the same bytes to the same place is idempotent.
        request.repeatable();
        request.timeout(timeout);
        Ok(request)
    }
}

/// The parts of one upload, and which of them the server has. It can be saved as JSON to resume later. It contains URLs
/// that are secret, since their queries sign them: `Debug` omits the queries, JSON cannot.
#[non_exhaustive]
pub struct Transfer {
    /// Size and checksums of the file when the upload began.
    pub file: Digests,
    /// The parts.
    pub parts: Vec<Part>,
}
crate::object! { Transfer { file: "file", parts: "parts" } }

impl Transfer {
    /// An upload of a file, with nothing sent yet.
    pub fn new(file: Digests, parts: Vec<Part>) -> Self {
        Transfer { file, parts }
    }

    /// True if the server has all parts.
    pub fn is_done(&self) -> bool {
        self.parts.iter().all(|part| part.done)
    }

    fn progress(&self) -> Progress {
        let done = self.parts.iter().filter(|part| part.done).map(|part| part.length).sum();
        Progress { done, total: Some(self.parts.iter().map(|part| part.length).sum()) }
    }
}

type OnPart = Arc<dyn Fn(&Transfer) + Send + Sync>;
type Refuses = Arc<dyn Fn(&Answer) -> bool + Send + Sync>;

/// The data that sending one part needs.
#[derive(Clone)]
struct Plan {
    core: Arc<Core>,
    path: Arc<PathBuf>,
    /// The size of the file when the upload began.
    size: u64,
    policy: RetryPolicy,
    timeout: Duration,
    refuses: Option<Refuses>,
}

/// Uploads the parts of files. No credentials are sent: the host of the parts is often another one.
#[must_use = "nothing is sent before `send`"]
pub struct Uploader<A> {
    client: Client<A>,
    parallel: usize,
    policy: Option<RetryPolicy>,
    timeout: Duration,
    budget: Option<u32>,
    refuses: Option<Refuses>,
    progress: Option<OnProgress>,
    on_part: Option<OnPart>,
}

// A derived implementation would require the same of the API type, which has no values.
impl<A> Clone for Uploader<A> {
    fn clone(&self) -> Self {
        Uploader {
            client: self.client.clone(),
            parallel: self.parallel,
            policy: self.policy.clone(),
            timeout: self.timeout,
            budget: self.budget,
            refuses: self.refuses.clone(),
            progress: self.progress.clone(),
            on_part: self.on_part.clone(),
        }
    }
}

impl<A> fmt::Debug for Uploader<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uploader").field("parallel", &self.parallel).finish_non_exhaustive()
    }
}

impl<A: Api> Client<A> {
    /// Starts to configure uploads.
    pub fn uploader(&self) -> Uploader<A> {
        Uploader {
            client: self.clone(),
            parallel: 4,
            policy: None,
            timeout: PART_TIMEOUT,
            budget: None,
            refuses: None,
            progress: None,
            on_part: None,
        }
    }
}

impl<A: Api> Uploader<A> {
    /// The maximum number of parts that are sent at once, each of which is in memory meanwhile; by default 4, and 0
    /// counts as 1.
    pub fn parallel(mut self, parts: usize) -> Self {
        self.parallel = parts.max(1);
        self
    }

    /// The retry policy of parts; by default the client's, for every method.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// The number of failures that all parts share, in place of a number of attempts for each: a failure takes one from
    /// the budget, a part that arrives adds one. The delays are the policy's, and the client's
    /// [`RetryBudget`](crate::RetryBudget) is not used. By default there is no error budget, and parts share the
    /// client's.
    pub fn error_budget(mut self, failures: u32) -> Self {
        self.budget = Some(failures);
        self
    }

    /// Sets a check for responses with a success status whose body reports that the part was refused. Such a part is
    /// retried if there is an [error budget](Self::error_budget), and is an error otherwise. By default no body is
    /// read.
    pub fn refuses(mut self, refuses: impl Fn(&Answer) -> bool + Send + Sync + 'static) -> Self {
        self.refuses = Some(Arc::new(refuses));
        self
    }

    /// The time limit of one attempt to send a part; by default 10 minutes.
    pub fn part_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Calls a function with the progress after each part.
    pub fn progress(mut self, told: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(told));
        self
    }

    /// Calls a function with the state after each part, to save it.
    pub fn on_part(mut self, given: impl Fn(&Transfer) + Send + Sync + 'static) -> Self {
        self.on_part = Some(Arc::new(given));
        self
    }

    /// Sends the parts that the server does not have yet, and then reads the file once more to check that it has not
    /// changed. `transfer` always knows which parts the server has: after an error, or after the future was dropped,
    /// the same call sends the rest.
    ///
    /// # Errors
    /// Before anything is sent: if the file cannot be read, the parts do not cover all of its bytes once each, or one
    /// of them cannot be sent. Later: if a part is refused or fails too often, and if the file changed since the upload
    /// began.
    pub async fn send(&self, file: impl AsRef<Path>, transfer: &mut Transfer) -> Result<(), ApiError<A>> {
        let path: Arc<PathBuf> = Arc::new(file.as_ref().to_owned());
        let plan = self.plan(&path, transfer).await?;
        self.send_parts(&plan, transfer).await?;
        let verified = parts::verify(&path, transfer).await;
        if let (Err(_), Some(on_part)) = (&verified, &self.on_part) {
            // A part may count as unsent now.
            on_part(transfer);
        }
        Ok(verified.map_err(of_file)?)
    }

    /// Checks everything that can be checked before the first part is sent.
    async fn plan(&self, path: &Arc<PathBuf>, transfer: &Transfer) -> Result<Plan, Failure> {
        let found = tokio::fs::metadata(&**path).await;
        let size = found.map_err(|error| of_file(unreadable(path, &error)))?.len();
        if size != transfer.file.size {
            return Err(of_file(parts::changed(path)));
        }
        parts::check(&transfer.parts, size)
            .map_err(|problem| of_file(format!("{}: {problem}", path.display()).into()))?;
        let plan = Plan {
            core: Arc::clone(self.client.core()),
            path: Arc::clone(path),
            size,
            policy: if self.budget.is_some() { RetryPolicy::none() } else { self.policy() },
            timeout: self.timeout,
            refuses: self.refuses.clone(),
        };
        for part in transfer.parts.iter().filter(|part| !part.done) {
            let request = part.request(&plan.policy, plan.timeout, Bytes::new()).map_err(of_file)?;
            plan.core
                .check(&request)
                .map_err(|problem| Failure::new(Some(*request.operation()), Cause::Build(problem), None))?;
        }
        Ok(plan)
    }

    fn policy(&self) -> RetryPolicy {
        self.policy.clone().unwrap_or_else(|| self.client.core().retry().clone())
    }

    /// Sends the parts, and those that fail again as long as the error budget lasts.
    async fn send_parts(&self, plan: &Plan, transfer: &mut Transfer) -> Result<(), Failure> {
        let (policy, mut budget) = (self.policy(), self.budget);
        // The number of failures of each part, and its delay.
        let mut waiting: Vec<(usize, u32, Duration)> =
            (0..transfer.parts.len()).rev().map(|index| (index, 0, Duration::ZERO)).collect();
        // Dropped with this future, and with it all requests on their way.
        let mut sending = JoinSet::new();
        loop {
            while sending.len() < self.parallel {
                let Some((index, failures, wait)) = waiting.pop() else { break };
                let Some(part) = transfer.parts.get(index).filter(|part| !part.done).cloned() else {
                    continue;
                };
                let plan = plan.clone();
                sending.spawn(async move {
                    if !wait.is_zero() {
                        plan.core.clock().sleep(wait).await;
                    }
                    (index, failures, send_part(plan, &part).await)
                });
            }
            let Some(sent) = sending.join_next().await else { break };
            let (index, failures, sent) =
                sent.map_err(|error| of_file(format!("a part was not sent: {error}").into()))?;
            let checksum = match sent {
                Ok(checksum) => checksum,
                Err(failure) => {
                    let failures = failures.saturating_add(1);
                    let left = budget.and_then(|budget| budget.checked_sub(1));
                    let wait = left.and_then(|_| wait_after(&failure, failures, &policy, plan.core.clock()));
                    let Some(wait) = wait else { return Err(failure) };
                    budget = left;
                    waiting.push((index, failures, wait));
                    continue;
                }
            };
            budget = budget.map(|budget| budget.saturating_add(1));
            if let Some(part) = transfer.parts.get_mut(index) {
                (part.done, part.sha256) = (true, Some(checksum));
            }
            if let Some(progress) = &self.progress {
                progress(transfer.progress());
            }
            if let Some(on_part) = &self.on_part {
                on_part(transfer);
            }
        }
        Ok(())
    }
}

fn of_file(error: BoxError) -> Failure {
    Failure::new(None, Cause::File(error), None)
}

/// The delay before a part is retried, if a retry may help.
fn wait_after(
    failure: &Failure,
    failures: u32,
    policy: &RetryPolicy,
    clock: &Arc<dyn Clock>,
) -> Option<Duration> {
    let status = failure.status();
    let refused = status.is_some_and(|status| status.is_success());
    if !refused && !failure.is_retryable(true) {
        return None;
    }
    let headers = failure.answer().map(Answer::headers);
    let throttled = status == Some(StatusCode::TOO_MANY_REQUESTS);
    // The budget limits the number of retries.
    policy.pause(failures, throttled, headers, clock.now())
}

/// Sends a part, and returns the checksum of its bytes.
async fn send_part(plan: Plan, part: &Part) -> Result<String, Failure> {
    let body = read(&plan, part).await.map_err(of_file)?;
    let checksum = parts::checksum(&body);
    let request = part.request(&plan.policy, plan.timeout, body).map_err(of_file)?;
    let operation = *request.operation();
    let reading = if plan.refuses.is_some() { Reading::Whole } else { Reading::Nothing };
    let (answer, _) = plan.core.open(request, |status| status.is_success(), reading).await?;
    match plan.refuses {
        Some(refuses) if refuses(&answer) => {
            Err(Failure::new(Some(operation), Cause::Status, Some(answer.cut())))
        }
        _ => Ok(checksum),
    }
}

async fn read(plan: &Plan, part: &Part) -> Result<Bytes, BoxError> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::UnexpectedEof => parts::changed(&plan.path),
        _ => unreadable(&plan.path, &error),
    };
    let length = usize::try_from(part.length)?;
    let mut file = tokio::fs::File::open(&*plan.path).await.map_err(failed)?;
    // The rest of a file that changed its size need not be sent.
    if file.metadata().await.map_err(failed)?.len() != plan.size {
        return Err(parts::changed(&plan.path));
    }
    file.seek(SeekFrom::Start(part.offset)).await.map_err(failed)?;
    let mut bytes = vec![0; length];
    file.read_exact(&mut bytes).await.map_err(failed)?;
    Ok(bytes.into())
}
