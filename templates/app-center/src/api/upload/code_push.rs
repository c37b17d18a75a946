{%- if 'CodePushReleaseUpload' in models -%}
// {{ mark }}; edits are lost.
//! Uploads CodePush updates.

use storewright_runtime::Digests;

use super::blocks::Storage;
use super::{Upload, UploadState};
use crate::Error;
use crate::models::CodePushReleaseUpload;

impl Upload<CodePushReleaseUpload> {
    /// Uploads the file, and returns the argument of `CodePushUploadedRelease::new`.
    ///
    /// # Errors
    /// As a call; when the file cannot be read, is empty, or was changed since the upload began; and when more blocks fail
    /// than arrive, by more than twenty.
    pub async fn send(mut self) -> Result<CodePushReleaseUpload, Error> {
        let digests = self.digests().await?;
        let mut state = match self.resumed(&digests)? {
            Some(state) => state,
            None => self.begin_code_push(digests).await?,
        };
        self.keep(&state);
        self.send_blocks(&mut state).await?;
        state.code_push.ok_or_else(|| Error::file("the state does not say how the upload began"))
    }

    async fn begin_code_push(&self, digests: Digests) -> Result<UploadState, Error> {
        let begun = self.begin.clone().send().await?;
        let storage = Storage::encoded(&begun.upload_domain, &begun.id, &begun.token);
        let state = self.announce(digests, &storage, &begun.id).await?;
        Ok(UploadState { code_push: Some(begun), ..state })
    }
}
{%- endif %}
