// {{ mark }}; edits are lost.
//! Uploads files of assets, and waits until Apple has processed them.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use storewright_runtime::{
    Answer, DecodeError, Digests, Method, Part, Payload, Transfer, Uploader, Value, object, resource_path,
};

use crate::{Client, Error};

/// The time between two looks at an asset that is not ready.
const POLL: Duration = Duration::from_secs(5);

/// Collections whose assets are committed with the MD5 of the file; other assets take no checksum, or several.
const WITH_CHECKSUM: &[&str] = &[
{%- for update in updates if 'uploaded' in update.attributes
    and 'sourceFileChecksum' in update.attributes and 'sourceFileChecksums' not in update.attributes %}
    "{{ update.collection }}",
{%- endfor %}
];

/// Collections whose assets are committed with checksums that name their algorithm.
const WITH_CHECKSUMS: &[&str] = &[
{%- for update in updates if 'uploaded' in update.attributes and 'sourceFileChecksums' in update.attributes %}
    "{{ update.collection }}",
{%- endfor %}
];

/// Attributes with the state of an asset or upload. Of two in one resource the one with more values says more: a video is
/// delivered before it is processed.
const STATES: &[&str] = &[
{%- set states = namespace(all=[]) %}
{%- for attribute in attributes if not attribute.list %}
{%- set values = attribute.members.state|default(attribute.values) %}
{%- if 'FAILED' in values %}
{%- set states.all = states.all + [{'name': attribute.name, 'values': values|length}] %}
{%- endif %}
{%- endfor %}
{%- for state in states.all|sort(attribute='values', reverse=true)|unique(attribute='name') %}
    "{{ state.name }}",
{%- endfor %}
];

/// Attributes that list the reasons for a state.
const REASONS: &[&str] = &[
{%- set reasons = namespace(all=[]) %}
{%- for attribute in attributes if (attribute.list and 'code' in attribute.members)
    or ('errors' in attribute.members and 'state' not in attribute.members) %}
{%- set reasons.all = reasons.all + [attribute.name] %}
{%- endfor %}
{%- for name in reasons.all|unique %}
    "{{ name }}",
{%- endfor %}
];

/// The state of an upload. It can be kept, as JSON, to go on with it later; the JSON contains URLs that are secrets, because
/// their queries sign them.
#[non_exhaustive]
pub struct UploadState {
    /// The path of the call that reserved the asset, such as `/v1/appScreenshots`.
    pub collection: String,
    /// The type of the asset.
    pub kind: String,
    /// The identifier of the asset.
    pub id: String,
    /// The file, its parts, and which of them are sent.
    pub transfer: Transfer,
    /// True if Apple was told that all parts are sent.
    pub committed: bool,
}
object! { UploadState {
    collection: "collection", kind: "type", id: "id", transfer: "transfer", committed: "committed",
} }

impl UploadState {
    /// The path of the asset. The id is the server's, or from a file, and cannot leave the collection.
    fn path(&self) -> Result<String, Error> {
        resource_path(&self.collection, &self.id)
            .map_err(|problem| Error::rejected(format!("{} did not say where the file goes: {problem}", self.collection)))
    }
}

type OnState = Arc<dyn Fn(&UploadState) + Send + Sync>;

/// An upload of one file: [`Client::upload`].
#[must_use = "nothing is sent before `send`"]
pub struct Upload<T> {
    client: Client,
    file: PathBuf,
    reserve: storewright_runtime::Call<super::Api, T>,
    state: Option<UploadState>,
    uploader: Uploader<super::Api>,
    on_state: Option<OnState>,
    poll: Duration,
    patience: Option<Duration>,
}

impl<T> fmt::Debug for Upload<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Client {
    /// Uploads a file for an asset, such as a screenshot or the file of a build: reserves the asset, sends the file's
    /// parts, commits them, and waits until Apple has taken or refused it.
    ///
    /// `reserve` is the call that creates the asset.
    pub fn upload<T: Payload>(
        &self,
        reserve: impl Into<storewright_runtime::Call<super::Api, T>>,
        file: impl Into<PathBuf>,
    ) -> Upload<T> {
        Upload {
            client: self.clone(),
            file: file.into(),
            reserve: reserve.into(),
            state: None,
            uploader: self.runtime().uploader(),
            on_state: None,
            poll: POLL,
            patience: None,
        }
    }

    /// Asks for a resource again and again, every five seconds, until Apple is done with it, such as
    /// `/v1/buildUploads/123`.
    ///
    /// # Errors
    /// As a call; and with Apple's reasons when it refused the resource.
    pub async fn wait_until_processed<T: Payload>(&self, path: &str) -> Result<T, Error> {
        self.processed(path, POLL, None).await
    }

    async fn processed<T: Payload>(
        &self,
        path: &str,
        poll: Duration,
        patience: Option<Duration>,
    ) -> Result<T, Error> {
        let clock = self.runtime().clock();
        let until = patience.map(|patience| clock.elapsed().saturating_add(patience));
        loop {
            let Watched { json, answer } = self.runtime().raw(Method::Get, path).send().await?;
            match outcome(&json) {
                Outcome::Done => return Ok(answer),
                Outcome::Failed(reason) => return Err(Error::rejected(format!("Apple refused {path}: {reason}"))),
                Outcome::Waiting(state) => {
                    if until.is_some_and(|until| clock.elapsed().saturating_add(poll) > until) {
                        return Err(Error::rejected(format!("{path} is still in the state {state}")));
                    }
                }
            }
            clock.sleep(poll).await;
        }
    }
}

impl<T: Payload> Upload<T> {
    /// Goes on with an upload of the same kind that began earlier. The file must not have changed since.
    pub fn resume(mut self, state: UploadState) -> Self {
        self.state = Some(state);
        self
    }

    /// Receives the state whenever it changes, to keep it.
    pub fn on_state(mut self, given: impl Fn(&UploadState) + Send + Sync + 'static) -> Self {
        self.on_state = Some(Arc::new(given));
        self
    }

    /// Configures how the parts are sent: concurrency, retries and progress.
    pub fn parts(
        mut self,
        set: impl FnOnce(Uploader<super::Api>) -> Uploader<super::Api>,
    ) -> Self {
        self.uploader = set(self.uploader);
        self
    }

    /// Sets the time between two looks at the asset, by default five seconds, and the time limit of all, by default none.
    pub fn poll(mut self, every: Duration, patience: impl Into<Option<Duration>>) -> Self {
        (self.poll, self.patience) = (every, patience.into());
        self
    }

    /// Uploads the file, and returns the asset in its last state.
    ///
    /// # Errors
    /// As a call; when the file cannot be read, or was changed since the upload began, in which case nothing is committed; when
    /// Apple asks for other parts than all bytes of the file once each; and with Apple's reasons when it refused the file.
    pub async fn send(self) -> Result<T, Error> {
        let file = Digests::of_file(&self.file).await.map_err(Error::file)?;
        let mut state = match self.state {
            Some(state) if state.collection != self.reserve.request().path() => {
                return Err(Error::file("the state is that of another kind of upload"));
            }
            Some(state) if state.transfer.file == file => state,
            Some(_) => return Err(Error::file(format!("{} was changed since its upload began", self.file.display()))),
            None => reserve(self.reserve, file).await?,
        };
        let path = state.path()?;
        let keep = |state: &UploadState| self.on_state.iter().for_each(|given| given(state));
        keep(&state);
        let uploader = match self.on_state.clone() {
            Some(given) => {
                let known = state.clone();
                self.uploader.on_part(move |transfer| {
                    given(&UploadState { transfer: transfer.clone(), ..known.clone() });
                })
            }
            None => self.uploader,
        };
        if !state.committed {
            uploader.send(&self.file, &mut state.transfer).await?;
            commit(&self.client, &state, &path).await?;
            state.committed = true;
            keep(&state);
        }
        self.client.processed(&path, self.poll, self.patience).await
    }
}

/// Creates the asset, and reads the parts that Apple asks for.
async fn reserve<T>(call: storewright_runtime::Call<super::Api, T>, file: Digests) -> Result<UploadState, Error> {
    let collection = call.request().path().to_owned();
    let answer = call.answering::<Value>().send().await?;
    let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, id) = (text("/data/type"), text("/data/id"));
    let operations = answer.pointer("/data/attributes/uploadOperations").and_then(Value::as_array);
    let parts: Option<Vec<Part>> = operations.into_iter().flatten().map(part).collect();
    match parts {
        None => Err(Error::rejected(format!("{collection} names parts of the file that cannot be read"))),
        Some(parts) if !parts.is_empty() => {
            Ok(UploadState { collection, kind, id, transfer: Transfer::new(file, parts), committed: false })
        }
        Some(_) => Err(Error::rejected(format!("{collection} did not say where the file goes"))),
    }
}

fn part(operation: &Value) -> Option<Part> {
    let number = |name: &str| operation.get(name)?.as_u64();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let part = Part::new(
        text(operation, "method")?,
        text(operation, "url")?,
        match operation.get("offset") {
            None | Some(Value::Null) => 0,
            Some(offset) => offset.as_u64()?,
        },
        number("length")?,
    );
    let headers = operation.get("requestHeaders").and_then(Value::as_array);
    headers.into_iter().flatten().try_fold(part, |part, header| {
        Some(part.header(text(header, "name")?, text(header, "value").unwrap_or_default()))
    })
}

/// Tells Apple that all parts are sent.
async fn commit(client: &Client, state: &UploadState, path: &str) -> Result<(), Error> {
    let (collection, file) = (state.collection.as_str(), &state.transfer.file);
    let mut attributes = storewright_runtime::serde_json::Map::new();
    attributes.insert("uploaded".to_owned(), Value::Bool(true));
    if WITH_CHECKSUM.contains(&collection) {
        attributes.insert("sourceFileChecksum".to_owned(), Value::from(file.md5.as_str()));
    } else if WITH_CHECKSUMS.contains(&collection) {
        let sum = |hash: &str, algorithm: &str| -> Value {
            [("hash", hash), ("algorithm", algorithm)].map(|(k, v)| (k.to_owned(), Value::from(v))).into_iter().collect()
        };
        let sums = [("file".to_owned(), sum(&file.sha256, "SHA_256"))].into_iter().collect();
        attributes.insert("sourceFileChecksums".to_owned(), Value::Object(sums));
    }
    let data: Value = [
        ("type".to_owned(), Value::from(state.kind.as_str())),
        ("id".to_owned(), Value::from(state.id.as_str())),
        ("attributes".to_owned(), Value::Object(attributes)),
    ]
    .into_iter()
    .collect();
    let body: Value = [("data".to_owned(), data)].into_iter().collect();
    let mut call = client.runtime().raw::<()>(Method::Patch, path);
    call.json(&body);
    // To say twice that all is there does no harm.
    call.repeatable().send().await
}

/// A response as its caller reads it, and its JSON, which has the states of all types at the same location.
struct Watched<T> {
    json: Value,
    answer: T,
}

impl<T: Payload> Payload for Watched<T> {
    fn decode(answer: &Answer) -> Result<Self, DecodeError> {
        Ok(Watched { json: Value::decode(answer)?, answer: T::decode(answer)? })
    }
}

enum Outcome {
    Waiting(String),
    Done,
    Failed(String),
}

/// The state of an asset or upload. The vendor adds states: all but those before the end are the end.
fn outcome(answer: &Value) -> Outcome {
    let attributes = answer.pointer("/data/attributes");
    let attribute = |name: &&str| attributes?.get(*name).filter(|value| !value.is_null());
    let state = STATES.iter().find_map(attribute);
    let named = state.and_then(|state| state.get("state").unwrap_or(state).as_str());
    match named.unwrap_or_default() {
        waiting if is_before_the_end(waiting) => Outcome::Waiting(waiting.to_owned()),
        "FAILED" => Outcome::Failed(reasons(state.into_iter().chain(REASONS.iter().filter_map(attribute)))),
        _ => Outcome::Done,
    }
}

fn is_before_the_end(state: &str) -> bool {
    matches!(state, "" | "AWAITING_UPLOAD" | "UPLOAD_COMPLETE") || state.ends_with("PROCESSING")
}

/// The errors in values that are a list of them, or an object with such a list and warnings.
fn reasons<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    let reasons: Vec<String> = values
        .filter_map(|value| value.get("errors").unwrap_or(value).as_array())
        .flatten()
        .map(|error| {
            let text = |name: &str| error.get(name).and_then(Value::as_str);
            let parts: Vec<&str> = ["code", "description"].into_iter().filter_map(text).collect();
            parts.join(": ")
        })
        .collect();
    if reasons.is_empty() { "it gave no reason".to_owned() } else { reasons.join("; ") }
}
