//! Releases: a file goes in, in blocks and to the upload domain; the id of the release comes out.
//!
//! {{ mark }}; edits are lost.

use std::path::Path;

use storewright_runtime::{
    Answer, Digests, Method, Operation, Part, Request, Transfer, Value, serde_json,
};

use super::{Upload, UploadState};
use crate::models::{
    ReleaseUploadBeginResponse, ReleaseUploadState, ReleaseUploadStatus, ReleaseUploadStatusRequest,
};
use crate::{Client, Error};

/// Operations of the upload domain, which no document describes; the facts are those of Microsoft's own client.
const METADATA: Operation = Operation::new(Method::Post, "set_metadata", "/upload/set_metadata/{asset}");
const BLOCK: Operation = Operation::new(Method::Post, "upload_chunk", "/upload/upload_chunk/{asset}");
const FINISHED: Operation = Operation::new(Method::Post, "finished", "/upload/finished/{asset}");

/// More blocks than this no Azure blob has: a server that wants more is not to be believed.
const MOST_BLOCKS: u64 = 50_000;

/// How often blocks are sent that the storage says it misses.
const ROUNDS: u32 = 5;

impl Upload<ReleaseUploadBeginResponse> {
    /// How often it is asked whether the release is ready, by default every five seconds, and how long altogether, by
    /// default for ever.
    pub fn poll(
        mut self,
        every: std::time::Duration,
        patience: impl Into<Option<std::time::Duration>>,
    ) -> Self {
        (self.poll, self.patience) = (every, patience.into());
        self
    }

    /// Uploads the file, and gives the id of the release, once it is ready to be published.
    ///
    /// # Errors
    /// As a call; when the file cannot be read, or was changed since the upload began; when more blocks fail than arrive,
    /// by more than twenty; and with App Center's reasons when it refused the file.
    pub async fn send(mut self) -> Result<i64, Error> {
        let digests = Digests::of_file(&self.file).await.map_err(Error::file)?;
        let mut state = match self.resumed(&digests)? {
            Some(state) => state,
            None => self.begin_release(digests).await?,
        };
        self.keep(&state);
        if !state.finished {
            self.send_blocks(&mut state).await?;
            state.finished = true;
            self.keep(&state);
        }
        if !state.committed {
            let request = ReleaseUploadStatusRequest::new(ReleaseUploadState::UploadFinished);
            self.tell::<()>(&state.path, &request).await?;
            state.committed = true;
            self.keep(&state);
        }
        self.released(&state.path).await
    }

    /// Begins the upload, and tells the upload domain what comes.
    async fn begin_release(&self, digests: Digests) -> Result<UploadState, Error> {
        if digests.size == 0 {
            return Err(Error::file(format!("{} is empty", self.file.display())));
        }
        let begun = self.begin.clone().send().await?;
        if begun.id.is_empty() {
            return Err(Error::rejected(format!("{} gave the upload no id", self.begin.request().path())));
        }
        let url = url(&begun, METADATA, |request| {
            request.text("file_name", self.file.file_name().and_then(|name| name.to_str()).unwrap_or("file"));
            request.text("file_size", &digests.size.to_string());
            request.text("content_type", media_type(&self.file));
        })?;
        let answer = post(&self.client, METADATA, &url).await?;
        if failed(&answer) {
            return Err(Error::rejected(format!("the upload domain refused the file: {}", reason(&answer))));
        }
        Ok(UploadState {
            path: format!("{}/{}", self.begin.request().path(), begun.id),
            finish: self::url(&begun, FINISHED, |_| {})?,
            md5: digests.md5,
            transfer: Transfer::new(blocks(&begun, digests.size, &answer)?),
            finished: false,
            committed: false,
        })
    }

    /// Sends the blocks, until the storage says that it misses none.
    async fn send_blocks(&self, state: &mut UploadState) -> Result<(), Error> {
        let mut round = 1;
        loop {
            self.send_parts(state).await?;
            let answer = post(&self.client, FINISHED, &state.finish).await?;
            if !failed(&answer) && answer.get("state").and_then(Value::as_str) == Some("Done") {
                return Ok(());
            }
            let missing = numbers(&answer, "missing_chunks");
            let mut again = false;
            for (part, number) in state.transfer.parts.iter_mut().zip(1..) {
                if missing.contains(&number) {
                    (part.done, again) = (false, true);
                }
            }
            if !again || round == ROUNDS {
                return Err(Error::rejected(format!("the upload domain refused the file: {}", reason(&answer))));
            }
            self.keep(state);
            round += 1;
        }
    }

    /// Waits until App Center has made a release of the file.
    async fn released(&self, path: &str) -> Result<i64, Error> {
        let clock = self.client.runtime().clock();
        let until = self.patience.map(|patience| clock.elapsed().saturating_add(patience));
        loop {
            let asked = self.client.runtime().raw::<ReleaseUploadStatus>(Method::Get, path);
            let status = asked.send().await?;
            match (status.upload_status, status.release_distinct_id) {
                (ReleaseUploadState::ReadyToBePublished, Some(id)) => return Ok(id),
                (
                    state @ (ReleaseUploadState::ReadyToBePublished
                    | ReleaseUploadState::Error
                    | ReleaseUploadState::MalwareDetected
                    | ReleaseUploadState::UploadCanceled),
                    _,
                ) => {
                    let reason = status.error_details.filter(|reason| !reason.is_empty());
                    let reason = reason.unwrap_or_else(|| "it gave no reason".to_owned());
                    let state = state.as_ref();
                    return Err(Error::rejected(format!("App Center refused {path}: {state}: {reason}")));
                }
                (state, _) => {
                    if until.is_some_and(|until| clock.elapsed().saturating_add(self.poll) > until) {
                        let state = state.as_ref();
                        return Err(Error::rejected(format!("{path} is still in the state {state}")));
                    }
                }
            }
            clock.sleep(self.poll).await;
        }
    }
}

/// Whether the body of a block's answer says that it was not taken; what is no JSON is the answer of something in between.
pub(super) fn refuses(answer: &Answer) -> bool {
    serde_json::from_slice::<Value>(answer.body()).map_or(true, |answer| failed(&answer))
}

/// The member is written in two ways.
fn failed(answer: &Value) -> bool {
    ["error", "Error"].iter().any(|name| answer.get(name).and_then(Value::as_bool) == Some(true))
}

fn reason(answer: &Value) -> String {
    let message = answer.get("message").and_then(Value::as_str).filter(|message| !message.is_empty());
    message.unwrap_or("it gave no reason").to_owned()
}

fn numbers(answer: &Value, name: &str) -> Vec<u64> {
    answer.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64).collect()
}

/// The URL of an operation of the upload domain, with the token that is good for this upload alone.
fn url(
    begun: &ReleaseUploadBeginResponse,
    operation: Operation,
    set: impl FnOnce(&mut Request),
) -> Result<String, Error> {
    let mut request = Request::new(operation, &[&begun.package_asset_id]);
    set(&mut request);
    let token = match (&begun.url_encoded_token, &begun.token) {
        (encoded, _) if !encoded.is_empty() => format!("token={encoded}"),
        (_, token) => {
            let mut coded = Request::new(operation, &[&begun.package_asset_id]);
            coded.text("token", token.as_deref().unwrap_or_default());
            coded.query()
        }
    };
    if let Some(problem) = request.problem() {
        return Err(Error::rejected(format!("App Center did not say where the file goes: {problem}")));
    }
    let (domain, path, query) = (begun.upload_domain.trim_end_matches('/'), request.path(), request.query());
    let and = if query.is_empty() { "" } else { "&" };
    Ok(format!("{domain}{path}?{query}{and}{token}"))
}

/// Neither of the two does harm when it is said twice.
async fn post(client: &Client, operation: Operation, url: &str) -> Result<Value, Error> {
    client.runtime().foreign(operation, url).repeatable().send().await
}

/// The blocks of a file, numbered from 1. Where the upload domain goes on with an upload it lists those that it misses.
fn blocks(begun: &ReleaseUploadBeginResponse, size: u64, answer: &Value) -> Result<Vec<Part>, Error> {
    let length = answer.get("chunk_size").and_then(Value::as_u64).filter(|length| *length > 0);
    let Some(length) = length.filter(|length| size.div_ceil(*length) <= MOST_BLOCKS) else {
        return Err(Error::rejected("the upload domain did not say how large a block is"));
    };
    let goes_on = answer.get("resume_restart").and_then(Value::as_bool) == Some(true);
    let missing = numbers(answer, "chunk_list");
    (1..=size.div_ceil(length))
        .map(|number| {
            let url = url(begun, BLOCK, |request| request.text("block_number", &number.to_string()))?;
            let offset = (number - 1) * length;
            let mut part = Part::new("POST", url, offset, length.min(size - offset));
            part.done = goes_on && !missing.contains(&number);
            Ok(part)
        })
        .collect()
}

fn media_type(file: &Path) -> &'static str {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "apk" | "aab" => "application/vnd.android.package-archive",
        _ => "application/octet-stream",
    }
}
