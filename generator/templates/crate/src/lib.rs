// {{ mark }}; edits are lost.
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Deprecated items are still generated, and generated code uses them.
#![allow(deprecated)]
// A field of which the document says nothing has no documentation.
#![allow(missing_docs)]
// Names and shapes are the vendor's.
#![allow(bindings_with_variant_name, confusable_idents, mixed_script_confusables, uncommon_codepoints)]
#![allow(
    clippy::enum_variant_names,
    clippy::large_enum_variant,
    clippy::should_implement_trait,
    clippy::struct_field_names,
    clippy::too_many_arguments,
    clippy::wrong_self_convention
)]

extern crate storewright_runtime as rt;

mod api;
{%- if composites %}
mod arguments;
{%- endif %}
mod call;
mod client;
{%- if has_credentials %}
mod credentials;
{%- endif %}
pub mod models;
pub mod operations;
{%- if has_webhooks %}
pub mod webhooks;
{%- endif %}

pub use api::*;
{%- for own in composites %}
pub use arguments::{{ own }};
{%- endfor %}
pub use call::Call;
pub use client::Client;
{%- if has_credentials %}
pub use credentials::Credentials;
{%- endif %}
pub use storewright_runtime as runtime;

/// Why a call failed.
pub type Error = runtime::ApiError<Api>;
