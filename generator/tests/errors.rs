//! Pins the reports of faulty documents, one folder per diagnostic code.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use crate::support::shared;
use crate::support::stages::{Texts, report};
use storewright_generator::diagnostic::{Code, Diagnostic, Sink};
use toml::Table;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/errors")
}

#[test]
fn each_code_has_its_report() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for folder in shared::entries(&folder()) {
        let code = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let is_it = |d: &Diagnostic| d.code.as_str() == code;
        for case in shared::entries(&folder) {
            let mut out = Sink::new();
            // Diagnostics of later stages than the one that raises the code do not matter.
            Texts::read(&case).make(|out| out.diagnostics().iter().any(is_it), &mut out);
            let text = report(&out);
            assert!(out.diagnostics().iter().any(is_it), "{} gives: {text}", case.display());
            for diagnostic in out.diagnostics().iter().filter(|d| is_it(d)) {
                assert!(!diagnostic.at.to_string().is_empty(), "no place: {diagnostic}");
            }
            settings.set_snapshot_path(&case);
            settings.bind(|| insta::assert_snapshot!("report", text));
        }
    }
}

#[test]
fn each_code_of_the_stages_has_a_fixture() {
    let first = Code::ALL.iter().position(|c| *c == Code::InvalidJson).unwrap();
    let last = Code::ALL.iter().position(|c| *c == Code::InvalidApi).unwrap();
    for code in &Code::ALL[first..=last] {
        assert!(folder().join(code.as_str()).is_dir(), "tests/fixtures/errors/{code} is missing");
    }
}

/// The table and the line that a collision's help proposes.
fn proposed(diagnostic: &Diagnostic) -> (String, Table) {
    let help = diagnostic.help.as_deref().unwrap();
    let (_, rest) = help.split_once(" under [").unwrap();
    let (section, line) = rest.split_once("] in naming.toml: ").unwrap();
    (section.to_owned(), toml::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}")))
}

#[test]
fn every_proposed_line_settles_its_collision() {
    let mut sections = std::collections::BTreeSet::new();
    for case in shared::entries(&folder().join("name-collision")) {
        let mut texts = Texts::read(&case);
        let mut out = Sink::new();
        texts.make(|_| false, &mut out);
        let collisions: Vec<&Diagnostic> =
            out.diagnostics().iter().filter(|d| d.code == Code::NameCollision).collect();
        let mut naming: Table = toml::from_str(&texts.naming).unwrap();
        for collision in collisions {
            assert!(!collision.is_fault(), "two names that are one in Rust break no rule of a document");
            let (section, line) = proposed(collision);
            let mut table = &mut naming;
            for part in section.split('.') {
                let inner = table.entry(part).or_insert_with(|| Table::new().into());
                table = inner.as_table_mut().unwrap();
            }
            table.extend(line);
            sections.insert(section);
        }
        texts.naming = toml::to_string(&naming).unwrap();
        let mut out = Sink::new();
        let made = texts.make(|_| false, &mut out);
        assert!(made.names.is_some(), "{}: {}\n{}", case.display(), report(&out), texts.naming);
    }
    assert_eq!(Vec::from_iter(sections), ["field", "handle.alias", "operation", "type", "value"]);
}
