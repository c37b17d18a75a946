// {{ mark }}; edits are lost.
//! Refuses requests for public apps without an id, as the server does.

use crate::models::{AppCreateRequest, AppType};

impl storewright_runtime::Check for AppCreateRequest {
    fn problem(&self) -> Option<String> {
        let ids = [&self.apple_external_id, &self.google_external_id, &self.windows_external_url];
        let named = ids.into_iter().flatten().any(|id| !id.trim().is_empty());
        (self.app_type == AppType::Public && !named).then(|| {
            "a public app needs at least one of apple_external_id, google_external_id and windows_external_url"
                .to_owned()
        })
    }
}
