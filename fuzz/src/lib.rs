//! Runs stages and codec on arbitrary bytes; only a panic is a failure.

use app_center_client::models as center;
use app_store_connect_client::{models as apple, runtime as rt};
use rt::codec::{Put, Slot, from_slice, from_slice_tolerant, to_vec};
use storewright_generator::diagnostic::Sink;
use storewright_generator::load::{self, Overlay, Source, text};
use storewright_generator::name::{self, Config};
use storewright_generator::{lower, plan};

mod documents;

/// The separator of an overlay and its document.
pub const BETWEEN: &[u8] = b"\n#####\n";

fn source(bytes: &[u8]) -> Source<'_> {
    Source { name: "fuzz", text: bytes }
}

/// A document is loaded and lowered, or refused.
pub fn load(bytes: &[u8]) {
    let mut out = Sink::new();
    match load::load(source(bytes), None, &load::Options::default(), &mut out) {
        Some(spec) => drop(lower::lower(&spec, "fuzz", &mut out)),
        None => assert!(out.has_errors(), "a document is refused without a word"),
    }
    load::locate(source(bytes), &mut out);
}

/// A document of random structure goes through the stages up to names, which never fail after `lower`.
pub fn documents(bytes: &[u8]) {
    let text = documents::document(bytes).to_string();
    let mut out = Sink::new();
    let spec = load::load(source(text.as_bytes()), None, &load::Options::default(), &mut out);
    if let Some(api) = spec.and_then(|spec| lower::lower(&spec, "fuzz", &mut out)) {
        let config = Config::parse("", None, &mut out).unwrap_or_default();
        let model = api.model();
        if let Some(names) = name::name(&model, &config, &mut out) {
            drop(plan::items(&model, &names));
        }
    }
    load::locate(source(text.as_bytes()), &mut out);
}

/// An overlay is applied to the document behind it, or refused.
pub fn overlay(bytes: &[u8]) {
    let at = bytes.windows(BETWEEN.len()).position(|window| window == BETWEEN);
    let (overlay, document) = match at {
        Some(at) => {
            (bytes.get(..at).unwrap_or_default(), bytes.get(at + BETWEEN.len()..).unwrap_or_default())
        }
        None => (bytes, &br#"{"openapi": "3.0.3", "info": {"title": "a"}, "paths": {}}"#[..]),
    };
    let mut out = Sink::new();
    if let (Some(overlay), Some(mut tree)) =
        (Overlay::parse(source(overlay), &mut out), text::parse(&source(document), &mut out))
    {
        overlay.apply(&mut tree, None, &mut out);
    }
}

/// JSON is decoded as a model, or refused; a decoded value is the same after it is encoded and decoded again.
fn again<T: Slot + Put + Default>(json: &[u8]) {
    if let Ok(value) = from_slice::<T>(json) {
        let once = to_vec(&value);
        let twice = from_slice::<T>(&once).map(|value| to_vec(&value));
        assert_eq!(
            twice.as_deref().map(String::from_utf8_lossy),
            Ok(String::from_utf8_lossy(&once)),
            "what was written is not what is read of it"
        );
    }
    // Without mismatches, tolerance makes no difference.
    if let Ok((value, mismatches)) = from_slice_tolerant::<T>(json) {
        let strict = from_slice::<T>(json).map(|value| to_vec(&value));
        assert_eq!(mismatches.is_empty(), strict == Ok(to_vec(&value)), "{mismatches:?}");
    }
}

/// Responses, requests and errors of the three APIs, of different shapes.
const MODELS: &[fn(&[u8])] = &[
    again::<apple::BetaGroupsResponse>,
    again::<apple::BetaGroupResponse>,
    again::<apple::BuildsResponse>,
    again::<apple::BetaGroupCreateRequest>,
    again::<apple::BetaGroupUpdateRequest>,
    again::<apple::ErrorResponse>,
    again::<app47_client::models::AppList>,
    again::<app47_client::models::AppCreateRequest>,
    again::<center::SharedConnectionResponse>,
    again::<center::ExportConfigurationListResult>,
    again::<center::LogFlowLogContainer>,
    again::<center::ReleaseDetailsResponse>,
];

/// The first byte says which model is read.
pub fn decode(bytes: &[u8]) {
    let Some((first, json)) = bytes.split_first() else { return };
    if let Some(model) = MODELS.get(usize::from(*first) % MODELS.len()) {
        model(json);
    }
}
