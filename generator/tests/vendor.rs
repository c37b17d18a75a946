//! Loads Apple's documents with our overlay and asserts that its corrections apply to each version.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::{sample, shared};
use storewright_generator::diagnostic::{Pointer, Sink};
use storewright_generator::load::{Options, Overlay, Source, Spec, load, locate};

fn loaded(version: &str) -> Option<(Spec, String)> {
    let text = shared::read_shared(&format!("specs/app-store-connect/{version}.json"))?;
    let overlay = std::fs::read(shared::workspace().join("specs/app-store-connect/overlay.yaml")).unwrap();
    let mut out = Sink::new();
    let overlay = Overlay::parse(Source { name: "overlay.yaml", text: &overlay }, &mut out);
    assert!(overlay.is_some(), "{}", report(&out));
    let source = Source { name: "document.json", text: &text };
    let spec = load(source, overlay.as_ref(), &Options::default(), &mut out);
    locate(source, &mut out);
    let said = report(&out);
    Some((spec.unwrap_or_else(|| panic!("{said}")), said))
}

fn report(out: &Sink) -> String {
    out.diagnostics().iter().map(|d| format!("{d}\n")).collect()
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn every_action_that_applies_matches_and_nothing_is_said() {
    let versions = ["4.5.1", "4.5", "4.4.1", "4.3", "3.7.0"];
    for version in sample::of(&versions[..1], &versions) {
        let Some((spec, said)) = loaded(version) else { return };
        assert_eq!(spec.version, *version);
        for action in &spec.overlay {
            println!(
                "{version} {:<60} {:>4} {}",
                action.id,
                action.matched,
                if action.applies { "" } else { "(out of bounds)" }
            );
            assert!(action.id.starts_with('a') && !action.description.is_empty(), "{action:?}");
            assert_eq!(action.applies, action.matched > 0, "{version}: {action:?}");
        }
        assert_eq!(said, "", "{version}");
    }
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn one_error_of_a_response_is_named_and_holds_further_errors() {
    let Some((spec, _)) = loaded("4.4.1") else { return };
    let tree = serde_json::to_value(&spec.document.components).unwrap();
    let schemas = &tree["schemas"];
    let named = "#/components/schemas/ErrorResponseError";
    assert_eq!(schemas["ErrorResponse"]["properties"]["errors"]["items"]["$ref"], named);
    let error = &schemas["ErrorResponseError"];
    assert_eq!(error["required"], serde_json::json!(["code", "status", "title"]));
    let meta = &error["properties"]["meta"];
    assert_eq!(meta["properties"]["associatedErrors"]["additionalProperties"]["items"]["$ref"], named);
    assert!(!meta["additionalProperties"].is_null());
    let at = Pointer::new("/components/schemas/ErrorResponseError/properties/status");
    assert_eq!(
        spec.origin(&at).as_str(),
        "/components/schemas/ErrorResponse/properties/errors/items/properties/status"
    );
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn no_sentence_of_the_vendor_is_left() {
    let Some(text) = shared::read_shared("specs/app-store-connect/4.4.1.json") else { return };
    let spec = load(Source { name: "", text: &text }, None, &Options::default(), &mut Sink::new()).unwrap();
    let tree = serde_json::to_string(&spec.document).unwrap();
    assert!(String::from_utf8_lossy(&text).contains("filter by attribute"));
    assert!(!tree.contains("filter by attribute") && !tree.contains("JsonPointer"));
}
