{%- if 'CodePushReleaseUpload' in models or 'ReleaseUploadBeginResponse' in models -%}
// {{ mark }}; edits are lost.
//! Sends files in blocks to the upload domain.

use std::path::Path;

use storewright_runtime::{
    Answer, Digests, Method, Operation, Part, Request, Transfer, Value, serde_json,
};

use super::{Upload, UploadState};
use crate::{Client, Error};

/// Operations of the upload domain, which no document describes; the facts are those of Microsoft's own client.
const METADATA: Operation = Operation::new(Method::Post, "set_metadata", "/upload/set_metadata/{asset}");
const BLOCK: Operation = Operation::new(Method::Post, "upload_chunk", "/upload/upload_chunk/{asset}");
const FINISHED: Operation = Operation::new(Method::Post, "finished", "/upload/finished/{asset}");

/// More blocks than this no Azure blob has: a server that wants more is not to be believed.
const MOST_BLOCKS: u64 = 50_000;

/// The most times that blocks are sent which the storage says it misses.
const ROUNDS: u32 = 5;

/// The destination of the blocks of one file.
pub(super) struct Storage<'a> {
    /// The base URL of the upload domain.
    domain: &'a str,
    /// The id of the file there.
    asset: &'a str,
    /// The token of this upload, as a member of a query.
    token: String,
}

impl<'a> Storage<'a> {
    /// A token that is percent-encoded already.
    pub(super) fn encoded(domain: &'a str, asset: &'a str, token: &str) -> Self {
        Storage { domain, asset, token: format!("token={token}") }
    }

    pub(super) fn plain(domain: &'a str, asset: &'a str, token: &str) -> Self {
        let mut coded = Request::new(BLOCK, &[asset]);
        coded.text("token", token);
        Storage { domain, asset, token: coded.query() }
    }

    /// The URL of an operation of the upload domain.
    fn url(&self, operation: Operation, set: impl FnOnce(&mut Request)) -> Result<String, Error> {
        let mut request = Request::new(operation, &[self.asset]);
        set(&mut request);
        let rejected = |problem: &str| {
            Err(Error::rejected(format!("App Center did not say where the file goes: {problem}")))
        };
        if let Some(problem) = request.problem() {
            return rejected(problem);
        }
        // Either would end the path or the query before its end.
        if self.domain.contains(['?', '#']) || self.token.contains(['&', '#']) {
            return rejected("the upload domain or its token is not part of a URL");
        }
        let (domain, path, query) = (self.domain.trim_end_matches('/'), request.path(), request.query());
        let and = if query.is_empty() { "" } else { "&" };
        Ok(format!("{domain}{path}?{query}{and}{}", self.token))
    }

    /// The blocks of a file, numbered from 1. Where the upload domain goes on with an upload it lists those that it misses.
    fn blocks(&self, size: u64, answer: &Value) -> Result<Vec<Part>, Error> {
        let length = answer.get("chunk_size").and_then(Value::as_u64).filter(|length| *length > 0);
        let Some(length) = length.filter(|length| size.div_ceil(*length) <= MOST_BLOCKS) else {
            return Err(Error::rejected("the upload domain did not say how large a block is"));
        };
        let goes_on = answer.get("resume_restart").and_then(Value::as_bool) == Some(true);
        let missing = numbers(answer, "chunk_list");
        (1..=size.div_ceil(length))
            .map(|number| {
                let url = self.url(BLOCK, |request| request.text("block_number", &number.to_string()))?;
                let offset = (number - 1) * length;
                let mut part = Part::new("POST", url, offset, length.min(size - offset));
                part.done = goes_on && !missing.contains(&number);
                Ok(part)
            })
            .collect()
    }
}

impl<R> Upload<R> {
    /// The hashes of the file, which must hold something.
    pub(super) async fn digests(&self) -> Result<Digests, Error> {
        let digests = Digests::of_file(&self.file).await.map_err(Error::file)?;
        if digests.size == 0 {
            return Err(Error::file(format!("{} is empty", self.file.display())));
        }
        Ok(digests)
    }

    /// Announces the file to the upload domain.
    pub(super) async fn announce(
        &self,
        digests: Digests,
        storage: &Storage<'_>,
        id: &str,
    ) -> Result<UploadState, Error> {
        let url = storage.url(METADATA, |request| {
            request.text("file_name", self.file.file_name().and_then(|name| name.to_str()).unwrap_or("file"));
            request.text("file_size", &digests.size.to_string());
            request.text("content_type", media_type(&self.file));
        })?;
        let answer = post(&self.client, METADATA, &url).await?;
        if failed(&answer) {
            return Err(Error::rejected(format!("the upload domain refused the file: {}", reason(&answer))));
        }
        let parts = storage.blocks(digests.size, &answer)?;
        let state = UploadState {
            collection: self.begin.request().path().to_owned(),
            id: id.to_owned(),
            finish: storage.url(FINISHED, |_| {})?,
            transfer: Transfer::new(digests, parts),
            ..UploadState::default()
        };
        state.path().map(|_| state)
    }

    /// Sends the blocks, until the storage says that it misses none.
    pub(super) async fn send_blocks(&self, state: &mut UploadState) -> Result<(), Error> {
        let mut round = 1;
        while !state.finished {
            self.send_parts(state).await?;
            let answer = post(&self.client, FINISHED, &state.finish).await?;
            if !failed(&answer) && answer.get("state").and_then(Value::as_str) == Some("Done") {
                state.finished = true;
                self.keep(state);
                break;
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
        Ok(())
    }
}

/// True if the response to a block says that it was not taken. A body other than JSON comes from a proxy.
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

/// Messages to the upload domain are idempotent.
async fn post(client: &Client, operation: Operation, url: &str) -> Result<Value, Error> {
    client.runtime().foreign(operation, url).repeatable().send().await
}

fn media_type(file: &Path) -> &'static str {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "apk" | "aab" => "application/vnd.android.package-archive",
        _ => "application/octet-stream",
    }
}
{%- endif %}
