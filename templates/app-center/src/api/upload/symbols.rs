{%- if 'SymbolUploadBeginResponse' in models -%}
// {{ mark }}; edits are lost.
//! Uploads symbols.

use storewright_runtime::{Digests, Part, Transfer};

use super::{Upload, UploadState};
use crate::Error;
use crate::models::{
    SymbolUpload, SymbolUploadBeginResponse, SymbolUploadEndRequest, SymbolUploadEndRequestStatus,
};

impl Upload<SymbolUploadBeginResponse> {
    /// Uploads the file and commits it, and returns its last state.
    ///
    /// # Errors
    /// As a call; when the file cannot be read, or was changed since the upload began; and when it cannot be sent, after
    /// which the upload is aborted, and can go on no more.
    pub async fn send(mut self) -> Result<SymbolUpload, Error> {
        let digests = Digests::of_file(&self.file).await.map_err(Error::file)?;
        let mut state = match self.resumed(&digests)? {
            Some(state) => state,
            None => self.begin_symbols(digests).await?,
        };
        self.keep(&state);
        if !state.finished {
            if let Err(error) = self.send_parts(&mut state).await {
                // That it cannot even be aborted says less than why it is to be.
                let _ = self.end(&state, SymbolUploadEndRequestStatus::Aborted).await;
                return Err(error);
            }
            state.finished = true;
            self.keep(&state);
        }
        let committed = self.end(&state, SymbolUploadEndRequestStatus::Committed).await?;
        state.committed = true;
        self.keep(&state);
        Ok(committed)
    }

    async fn begin_symbols(&self, digests: Digests) -> Result<UploadState, Error> {
        let collection = self.begin.request().path().to_owned();
        let begun = self.begin.clone().send().await?;
        if begun.upload_url.is_empty() {
            return Err(Error::rejected(format!("{collection} did not say where the file goes")));
        }
        let part = Part::new("PUT", begun.upload_url, 0, digests.size).header("x-ms-blob-type", "BlockBlob");
        let (id, transfer) = (begun.symbol_upload_id, Transfer::new(digests, vec![part]));
        let state = UploadState { collection, id, transfer, ..UploadState::default() };
        state.path().map(|_| state)
    }

    async fn end(
        &self,
        state: &UploadState,
        status: SymbolUploadEndRequestStatus,
    ) -> Result<SymbolUpload, Error> {
        self.tell(&state.path()?, &SymbolUploadEndRequest::new(status)).await
    }
}
{%- endif %}
