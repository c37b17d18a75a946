//! CodePush updates: a file goes in, in blocks and to the upload domain; what a CodePush release is made of comes out.
//!
//! {{ mark }}; edits are lost.

use storewright_runtime::Digests;

use super::blocks::Storage;
use super::{Upload, UploadState};
use crate::Error;
use crate::models::CodePushReleaseUpload;

impl Upload<CodePushReleaseUpload> {
    /// Uploads the file, and gives what `CodePushUploadedRelease` takes.
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
        state.code_push.ok_or_else(|| Error::file("the state is that of another kind of upload"))
    }

    async fn begin_code_push(&self, digests: Digests) -> Result<UploadState, Error> {
        let path = self.begin.request().path();
        let begun = self.begin.clone().send().await?;
        let storage = Storage::encoded(&begun.upload_domain, &begun.id, &begun.token);
        let state = self.announce(digests, &storage, format!("{path}/{}", begun.id)).await?;
        Ok(UploadState { code_push: Some(begun), ..state })
    }
}
