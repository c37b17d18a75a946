// {{ mark }}; edits are lost.
//! Defines App Center's differences from other APIs for the runtime.

use storewright_runtime::{Method, Operation};

mod app_ref;
mod credentials;
mod fault;
#[cfg(feature = "test-util")]
pub mod testing;
{% if ['CodePushReleaseUpload', 'ReleaseUploadBeginResponse', 'SymbolUploadBeginResponse']|select('in', models)|list -%}
#[cfg(feature = "files")]
mod upload;
{% endif %}
pub use app_ref::NoAppRef;
pub use credentials::Credentials;
pub use fault::Fault;
{% if ['CodePushReleaseUpload', 'ReleaseUploadBeginResponse', 'SymbolUploadBeginResponse']|select('in', models)|list -%}
#[cfg(feature = "files")]
pub use upload::{Upload, UploadState};
{% endif %}
/// {{ title }}.
#[derive(Debug)]
pub struct Api;

impl storewright_runtime::Api for Api {
    type Fault = Fault;
    type Client = crate::Client;
    const NAME: &'static str = "{{ title }}";
    const BASE_URL: &'static str = "{{ base_url }}";

    /// The service answers 411 to a POST, PUT or PATCH without a body, so `{}` is sent for none.
    fn default_body(operation: &Operation) -> Option<&'static str> {
        matches!(operation.method, Method::Post | Method::Put | Method::Patch).then_some("{}")
    }
}
