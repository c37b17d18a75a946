{%- set begins = ['CodePushReleaseUpload', 'ReleaseUploadBeginResponse', 'SymbolUploadBeginResponse']|select('in', models)|list -%}
{%- if begins -%}
// {{ mark }}; edits are lost.
//! Uploads files of releases, CodePush updates and symbols.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use storewright_runtime::{Digests, Method, Payload, Transfer, Uploader, object, resource_path};

use crate::models::{{ '{' }}{{ begins|join(', ') }}{{ '}' }};
use crate::{Client, Error};

{% if 'CodePushReleaseUpload' in models or 'ReleaseUploadBeginResponse' in models -%}
mod blocks;
{% endif -%}
{% if 'CodePushReleaseUpload' in models -%}
mod code_push;
{% endif -%}
{% if 'ReleaseUploadBeginResponse' in models -%}
mod release;
{% endif -%}
{% if 'SymbolUploadBeginResponse' in models -%}
mod symbols;
{% endif %}
/// The time between two looks at a release that is not ready.
const POLL: Duration = Duration::from_secs(5);

{% if 'CodePushReleaseUpload' in models or 'ReleaseUploadBeginResponse' in models -%}
/// The number of blocks of a release that are sent at once, as in Microsoft's own client.
const PARALLEL: usize = 10;

/// The number of failures that all blocks of a release may have between them, as in Microsoft's own client.
const ERROR_BUDGET: u32 = 20;
{% endif %}
/// The state of an upload. It can be kept, as JSON, to go on with it later; the JSON contains URLs that are secrets, because
/// their queries sign them.
#[non_exhaustive]
pub struct UploadState {
    /// The path of the call that began the upload, such as `/v0.1/apps/owner/app/uploads/releases`.
    pub collection: String,
    /// The identifier of the upload.
    pub id: String,
    /// The URL that is told when all parts of a release are sent; empty for symbols.
    pub finish: String,
    /// The file, its parts, and which of them are sent.
    pub transfer: Transfer,
    /// True if the storage says that it has the whole file.
    pub finished: bool,
    /// True if App Center was told so.
    pub committed: bool,{%- if 'CodePushReleaseUpload' in models %}
    /// The response that began the upload of a CodePush update; absent for others.
    pub code_push: Option<CodePushReleaseUpload>,{%- endif %}
}
object! { UploadState {
    collection: "collection", id: "id", finish: "finish", transfer: "transfer", finished: "finished",
    committed: "committed",{% if 'CodePushReleaseUpload' in models %} code_push: "code_push",{% endif %}
} }

impl UploadState {
    /// The path of the upload. The id is the server's, or from a file, and cannot leave the collection.
    fn path(&self) -> Result<String, Error> {
        resource_path(&self.collection, &self.id)
            .map_err(|problem| Error::rejected(format!("{} gave the upload no id: {problem}", self.collection)))
    }
}

type OnState = Arc<dyn Fn(&UploadState) + Send + Sync>;

/// An upload of one file: [`Client::upload_release`], [`Client::upload_code_push`] and [`Client::upload_symbols`]. `R` is
/// App Center's response to its start.
#[must_use = "nothing is sent before `send`"]
pub struct Upload<R> {
    client: Client,
    file: PathBuf,
    begin: storewright_runtime::Call<super::Api, R>,
    state: Option<UploadState>,
    uploader: Uploader<super::Api>,
    on_state: Option<OnState>,
    poll: Duration,
    patience: Option<Duration>,
}

impl<R> fmt::Debug for Upload<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Client { {%- if 'ReleaseUploadBeginResponse' in models %}
    /// Uploads a file as a new release: begins it, sends the file in blocks, ten at once, says that they are all there, and
    /// waits until App Center has taken or refused it. Its answer is the id of the release.
    ///
    /// `begin` is `client.releases().create_release_upload(…)`. The blocks go to another host, without the API token.
    pub fn upload_release(
        &self,
        begin: impl Into<storewright_runtime::Call<super::Api, ReleaseUploadBeginResponse>>,
        file: impl Into<PathBuf>,
    ) -> Upload<ReleaseUploadBeginResponse> {
        self.upload(begin.into(), file.into(), self.sender_of_blocks())
    }{%- endif %}{%- if 'CodePushReleaseUpload' in models %}

    /// Uploads the zipped content of a CodePush update, in blocks, as a release is. Its result is the argument of
    /// `CodePushUploadedRelease::new`, of which `client.code_push_deployment_releases().create(…)` makes the release.
    ///
    /// `begin` is `client.code_push_deployment_uploads().create(…)`.
    pub fn upload_code_push(
        &self,
        begin: impl Into<storewright_runtime::Call<super::Api, CodePushReleaseUpload>>,
        file: impl Into<PathBuf>,
    ) -> Upload<CodePushReleaseUpload> {
        self.upload(begin.into(), file.into(), self.sender_of_blocks())
    }{%- endif %}{%- if 'SymbolUploadBeginResponse' in models %}

    /// Uploads a file of symbols: begins it, sends the file to the Azure blob that App Center names, without the API
    /// token, and commits it; when the file cannot be sent, the upload is aborted.
    ///
    /// `begin` is `client.symbol_uploads().create(…)`. The file is in memory while it is sent.
    pub fn upload_symbols(
        &self,
        begin: impl Into<storewright_runtime::Call<super::Api, SymbolUploadBeginResponse>>,
        file: impl Into<PathBuf>,
    ) -> Upload<SymbolUploadBeginResponse> {
        self.upload(begin.into(), file.into(), self.runtime().uploader())
    }{%- endif %}{%- if 'CodePushReleaseUpload' in models or 'ReleaseUploadBeginResponse' in models %}

    fn sender_of_blocks(&self) -> Uploader<super::Api> {
        self.runtime().uploader().parallel(PARALLEL).error_budget(ERROR_BUDGET).refuses(blocks::refuses)
    }{%- endif %}

    fn upload<R>(&self, begin: storewright_runtime::Call<super::Api, R>, file: PathBuf, uploader: Uploader<super::Api>) -> Upload<R> {
        let client = self.clone();
        Upload { client, file, begin, state: None, uploader, on_state: None, poll: POLL, patience: None }
    }
}

impl<R> Upload<R> {
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
    pub fn parts(mut self, set: impl FnOnce(Uploader<super::Api>) -> Uploader<super::Api>) -> Self {
        self.uploader = set(self.uploader);
        self
    }

    /// The state that was saved, if it is one of this file.
    fn resumed(&mut self, file: &Digests) -> Result<Option<UploadState>, Error> {
        match self.state.take() {
            Some(state) if state.collection != self.begin.request().path() => {
                Err(Error::file("the state is that of another kind of upload"))
            }
            Some(state) if state.transfer.file != *file => {
                Err(Error::file(format!("{} was changed since its upload began", self.file.display())))
            }
            state => Ok(state),
        }
    }

    fn keep(&self, state: &UploadState) {
        self.on_state.iter().for_each(|given| given(state));
    }

    /// Sends the parts that are not sent yet.
    async fn send_parts(&self, state: &mut UploadState) -> Result<(), Error> {
        let mut uploader = self.uploader.clone();
        if let Some(given) = self.on_state.clone() {
            let known = state.clone();
            uploader = uploader.on_part(move |transfer| {
                given(&UploadState { transfer: transfer.clone(), ..known.clone() });
            });
        }
        uploader.send(&self.file, &mut state.transfer).await
    }

    /// Reports the outcome of the upload to App Center.
    async fn tell<T: Payload>(&self, path: &str, body: &dyn storewright_runtime::codec::Put) -> Result<T, Error> {
        let mut call = self.client.runtime().raw::<T>(Method::Patch, path);
        call.json(body);
        // To say it twice does no harm.
        call.repeatable().send().await
    }
}
{%- endif %}
