//! Generates each document of the shared cases and compares its notices and public items with the right result.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::shared;
use storewright_generator::diagnostic::Sink;
use storewright_generator::load::{Options, Source, load};
use storewright_generator::lower::lower;
use storewright_generator::name::{self, Config};
use storewright_generator::plan;
use storewright_generator::render;

/// By case, the codes of its notices, and items of its crate.
fn right() -> BTreeMap<&'static str, (BTreeSet<&'static str>, Vec<&'static str>)> {
    let lines = include_str!("fixtures/cases.tsv").lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let mut cells = line.split('\t');
        let (case, codes) = (cells.next().unwrap(), cells.next().unwrap());
        (case, (codes.split(' ').filter(|code| *code != "-").collect(), cells.collect()))
    };
    lines.map(row).collect()
}

/// The documents of a folder and of its folder `frameworks`, by their names without extension.
fn cases(folder: &Path) -> BTreeMap<String, PathBuf> {
    let inner = folder.join("frameworks");
    let files = shared::entries(folder).into_iter().chain(shared::entries(&inner));
    let is_document =
        |path: &PathBuf| path.extension().is_some_and(|extension| extension == "yaml" || extension == "json");
    let named = files.filter(is_document).map(|path| {
        let name = path.strip_prefix(folder).unwrap().with_extension("").display().to_string();
        (name, path)
    });
    named.collect()
}

/// The codes of the notices of a document, and the public items of its crate; none after errors.
fn made(path: &Path) -> (BTreeSet<&'static str>, BTreeSet<String>) {
    let (name, bytes) = (path.display().to_string(), fs::read(path).unwrap());
    let mut out = Sink::new();
    let spec = load(Source { name: &name, text: &bytes }, None, &Options::default(), &mut out);
    let api = spec.and_then(|spec| lower(&spec, "kiosk", &mut out));
    let model = api.unwrap_or_else(|| panic!("{name}: {:?}", out.diagnostics())).model();
    let names = name::name(&model, &Config::default(), &mut out);
    let names = names.unwrap_or_else(|| panic!("{name}: {:?}", out.diagnostics()));
    let planned = plan::plan(&model, &names, &name::Custom::default());
    let rendered = render::render(&planned, &render::Options::default()).unwrap();
    let listed = &rendered.files.iter().find(|file| file.path == "API.txt").unwrap().text;
    let items = listed.lines().map(|line| line.split(" | ").next().unwrap_or_default().trim().to_owned());
    (out.diagnostics().iter().map(|d| d.code.as_str()).collect(), items.collect())
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn each_case_has_its_right_result() {
    let Some(folder) = shared::shared("cases/generator") else { return };
    let (cases, right) = (cases(&folder), right());
    let known: Vec<&str> = right.keys().copied().collect();
    assert_eq!(cases.keys().map(String::as_str).collect::<Vec<_>>(), known, "cases and rows");
    let mut wrong = Vec::new();
    for (case, path) in &cases {
        let (codes, items) = &right[case.as_str()];
        let (found, has) = made(path);
        if found != *codes {
            wrong.push(format!("{case}: the notices are {found:?}, not {codes:?}"));
        }
        for item in items.iter().filter(|item| !has.contains(**item)) {
            let owner = item.split([' ', '.']).next().unwrap_or_default();
            let near: Vec<&String> = has.iter().filter(|other| other.starts_with(owner)).collect();
            wrong.push(format!("{case}: `{item}` is missing; {near:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
