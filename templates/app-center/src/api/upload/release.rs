{%- if 'ReleaseUploadBeginResponse' in models -%}
// {{ mark }}; edits are lost.
//! Uploads releases.

use storewright_runtime::{Digests, Method};

use super::blocks::Storage;
use super::{Upload, UploadState};
use crate::Error;
use crate::models::{
    ReleaseUploadBeginResponse, ReleaseUploadState, ReleaseUploadStatus, ReleaseUploadStatusRequest,
};

impl Upload<ReleaseUploadBeginResponse> {
    /// Sets the time between two looks at the release, by default five seconds, and the time limit of all, by default
    /// none.
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
        let digests = self.digests().await?;
        let mut state = match self.resumed(&digests)? {
            Some(state) => state,
            None => self.begin_release(digests).await?,
        };
        let path = state.path()?;
        self.keep(&state);
        self.send_blocks(&mut state).await?;
        if !state.committed {
            let request = ReleaseUploadStatusRequest::new(ReleaseUploadState::UploadFinished);
            self.tell::<()>(&path, &request).await?;
            state.committed = true;
            self.keep(&state);
        }
        self.released(&path).await
    }

    async fn begin_release(&self, digests: Digests) -> Result<UploadState, Error> {
        let begun = self.begin.clone().send().await?;
        let (domain, asset) = (&begun.upload_domain, &begun.package_asset_id);
        let storage = match (begun.url_encoded_token.as_str(), &begun.token) {
            ("", token) => Storage::plain(domain, asset, token.as_deref().unwrap_or_default()),
            (encoded, _) => Storage::encoded(domain, asset, encoded),
        };
        self.announce(digests, &storage, &begun.id).await
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
{%- endif %}
