//! Compares the reports that the documentation quotes with the ones that the program writes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use crate::support::diff::{Version, compare};
use crate::support::shared;
use storewright_generator::diagnostic::Sink;
use storewright_generator::load::{self, Options, Overlay, Source};
use storewright_generator::name::{self, Config};
use storewright_generator::{lower, plan, report};

/// A version of Apple's document, with the overlay, the names and the areas of this repository.
fn version(name: &str) -> Option<Version> {
    let text = shared::read_shared(&format!("specs/app-store-connect/{name}.json"))?;
    let rules = |file: &str| {
        std::fs::read_to_string(shared::workspace().join("specs/app-store-connect").join(file)).unwrap()
    };
    let mut out = Sink::new();
    let overlay = rules("overlay.yaml");
    let overlay = Overlay::parse(Source { name: "overlay.yaml", text: overlay.as_bytes() }, &mut out);
    let config = Config::parse(&rules("naming.toml"), Some(&rules("areas.toml")), &mut out).unwrap();
    let source = Source { name, text: &text };
    let mut spec = load::load(source, overlay.as_ref(), &Options::default(), &mut out).unwrap();
    spec.definitions = config.naming.definition.clone();
    let api = lower::lower(&spec, "app-store-connect", &mut out).unwrap();
    let model = api.model();
    let names = name::name(&model, &config, &mut out).unwrap();
    let items = Some(plan::items(&model, &names));
    Some(Version { api, model, names, items })
}

/// The lines of the first block of text below a heading, without their indentation.
fn quoted<'t>(text: &'t str, heading: &str) -> Vec<&'t str> {
    let (_, below) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("{heading}"));
    let (_, block) = below.split_once("\n```text\n").unwrap();
    let (block, _) = block.split_once("\n```").unwrap();
    block.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn the_quoted_lines_are_those_of_the_report() {
    let (Some(old), Some(new)) = (version("4.3"), version("4.4.1")) else { return };
    let report = report::text(&compare(&old, &new), false);
    for (file, heading) in
        [("README.md", "What a new version changes"), ("docs/review.md", "How to read a row")]
    {
        let text = std::fs::read_to_string(shared::workspace().join(file)).unwrap();
        let quoted = quoted(&text, heading);
        assert!(quoted.len() > 3, "{file}: {quoted:?}");
        let mut lines = report.lines().map(str::trim);
        for quote in quoted {
            assert!(lines.any(|line| line == quote), "{file} has\n{quote}\nand the report is\n{report}");
        }
    }
}
