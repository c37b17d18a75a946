//! Small faulty documents, a folder of them per diagnostic code, go in; the report, with its wording and places, is pinned.

#[path = "support/shared.rs"]
mod shared;

use std::path::Path;

use storewright_generator::diagnostic::{Code, Sink};
use storewright_generator::load::{Options, Overlay, Source, load, locate};

fn report(folder: &Path) -> (Vec<Code>, String) {
    let mut out = Sink::new();
    let read = |name: &str| std::fs::read(folder.join(name)).ok();
    let name = if folder.join("document.json").exists() { "document.json" } else { "document.yaml" };
    let text = read(name).unwrap();
    let source = Source { name, text: &text };
    let overlay = read("overlay.yaml");
    let overlay = overlay.map(|text| Overlay::parse(Source { name: "overlay.yaml", text: &text }, &mut out));
    // A refused overlay ends the run before the document is read.
    if !matches!(overlay, Some(None)) {
        let spec = load(source, overlay.flatten().as_ref(), &Options::default(), &mut out);
        assert_eq!(spec.is_none(), out.has_errors(), "{}", folder.display());
    }
    locate(source, &mut out);
    let codes = out.diagnostics().iter().map(|d| d.code).collect();
    (codes, out.diagnostics().iter().map(|d| format!("{d}\n")).collect())
}

#[test]
fn each_code_has_its_report() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/errors");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for folder in shared::entries(&folder) {
        let code = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for case in shared::entries(&folder) {
            let (codes, text) = report(&case);
            assert!(codes.iter().any(|c| c.as_str() == code), "{code} is not among {codes:?}: {text}");
            settings.set_snapshot_path(&case);
            settings.bind(|| insta::assert_snapshot!("report", text));
        }
    }
}

#[test]
fn each_code_of_the_stage_has_a_fixture() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/errors");
    let first = Code::ALL.iter().position(|c| *c == Code::InvalidJson).unwrap();
    let last = Code::ALL.iter().position(|c| *c == Code::Unsupported).unwrap();
    for code in &Code::ALL[first..=last] {
        assert!(folder.join(code.as_str()).is_dir(), "tests/fixtures/errors/{code} is missing");
    }
}
