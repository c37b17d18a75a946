//! Apple's documents and our overlay go in: they load, and the overlay holds what it says of each version.

#[path = "support/shared.rs"]
mod shared;

use storewright_generator::diagnostic::Sink;
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
fn every_action_that_applies_matches_and_nothing_is_said() {
    for version in ["3.7.0", "4.3", "4.4.1"] {
        let Some((spec, said)) = loaded(version) else { return };
        assert_eq!(spec.version, version);
        for action in &spec.overlay {
            println!(
                "{version} {:<60} {:>4} {}",
                action.id,
                action.matched,
                if action.applies { "" } else { "(out of bounds)" }
            );
            assert_eq!(action.applies, action.matched > 0, "{version}: {action:?}");
        }
        assert_eq!(said, "", "{version}");
    }
}
