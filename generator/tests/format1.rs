//! Asserts that an Api stored in an earlier format equals the document that it was made from.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;

use crate::support::shared;
use crate::support::stages::{Texts, report};
use storewright_generator::api::{FORMAT, stored};
use storewright_generator::diagnostic::Sink;
use storewright_generator::diff::{Side, diff};

#[test]
fn an_earlier_form_differs_from_its_document_in_nothing() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let folders = |format: u32| {
        let all = shared::entries(&fixtures.join(format!("format-{format}")));
        all.into_iter().map(move |folder| (format, folder))
    };
    for (format, folder) in (1..FORMAT).flat_map(folders) {
        let mut out = Sink::new();
        let texts = Texts::read(&fixtures.join("stages").join(folder.file_name().unwrap()));
        let made = texts.make(|_| false, &mut out);
        let read = |name: &str| std::fs::read_to_string(folder.join(name));
        assert!(read("info.yaml").unwrap().starts_with(&format!("format: {format}\n")));
        let old = stored::from_files(read, &mut out).unwrap_or_else(|| panic!("{}", report(&out)));
        let (new, names) = (made.api.unwrap(), made.names.unwrap());
        let sides = [&old, &new].map(|api| (api, api.model()));
        let sides = sides.each_ref().map(|(api, model)| Side { api, model, names: &names, items: None });
        for [from, to] in [[&sides[0], &sides[1]], [&sides[1], &sides[0]]] {
            let rows = diff(from, to, None).changes;
            let rows: Vec<_> = rows.iter().map(|c| (c.kind, c.subject.to_string(), &c.old, &c.new)).collect();
            assert!(rows.is_empty(), "{}: {rows:#?}", texts.name);
        }
        assert_eq!(new.info.format, FORMAT);
    }
}
