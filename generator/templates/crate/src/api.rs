// {{ mark }}; edits are lost.
//! Defines the API's differences from others for the runtime.

/// The runtime's description of {{ title }}.
#[derive(Debug)]
pub struct Api;

impl storewright_runtime::Api for Api {
    type Fault = storewright_runtime::AnyFault;
    type Client = crate::Client;
    const NAME: &'static str = "{{ title }}";
    const BASE_URL: &'static str = "{{ base_url }}";
{%- if security is not none %}
    const SECURITY: storewright_runtime::Security = storewright_runtime::security!({{ security }});
{%- endif %}
}
