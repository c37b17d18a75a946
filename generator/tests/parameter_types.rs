//! Asserts which operations share a parameter type, its name, and the effect of a new value.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::stages::{Texts, report};
use serde_json::{Value, json};
use storewright_generator::diagnostic::Sink;
use storewright_generator::name::{Family, Names};

/// The names of the library's document after a change.
fn names(naming: &str, change: impl Fn(&mut Value)) -> Names {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stages/resources");
    let mut texts = Texts::read(&folder);
    let (name, bytes) = texts.document.take().unwrap();
    let mut document: Value = serde_yaml::from_slice(&bytes).unwrap();
    change(&mut document);
    texts.document = Some((name, serde_json::to_vec(&document).unwrap()));
    texts.naming.push_str(naming);
    let mut out = Sink::new();
    let made = texts.make(|_| false, &mut out);
    assert!(!out.has_errors(), "{}", report(&out));
    made.names.unwrap()
}

/// The type of each parameter with known values, by `<operationId> <parameter>`.
fn types(names: &Names) -> BTreeMap<String, &str> {
    let of = |(id, operation): (&String, _)| -> Vec<(String, String)> {
        let operation: &storewright_generator::name::OperationName = operation;
        let tokens = operation.parameters.iter().filter_map(|((name, _), p)| Some((name, p.token.clone()?)));
        tokens.map(|(name, token)| (format!("{id} {name}"), token)).collect()
    };
    let all: Vec<(String, String)> = names.operations.iter().flat_map(of).collect();
    let own = |token: &str| names.tokens.get_key_value(token).unwrap().0.as_str();
    all.into_iter().map(|(key, token)| (key, own(&token))).collect()
}

fn values<'n>(names: &'n Names, token: &str) -> BTreeSet<&'n str> {
    names.tokens[token].values.keys().map(String::as_str).collect()
}

/// A list parameter of the query.
fn list(name: &str, values: &[&str]) -> Value {
    json!({"name": name, "in": "query", "style": "form", "explode": false,
           "schema": {"type": "array", "items": {"type": "string", "enum": values}}})
}

/// Gives an operation a parameter, in place of the one that has its name.
fn set(document: &mut Value, path: &str, parameter: Value) {
    let all = document["paths"][path]["get"]["parameters"].as_array_mut().unwrap();
    all.retain(|other| other["name"] != parameter["name"]);
    all.push(parameter);
}

const LIST: &str = "/v1/books";
const GET: &str = "/v1/books/{id}";
const AUTHOR: &str = "/v1/books/{id}/author";

/// Both reads of books accept the same.
fn equal(document: &mut Value) {
    for path in [LIST, GET] {
        set(document, path, list("include", &["author", "volumes"]));
        set(document, path, list("fields[books]", &["title", "author"]));
    }
}

#[test]
fn equal_sets_about_one_resource_share_a_type() {
    let names = names("", equal);
    let types = types(&names);
    for operation in ["books_getInstance", "books_getCollection"] {
        assert_eq!(types[&format!("{operation} include")], "BookInclude");
        assert_eq!(types[&format!("{operation} fields[books]")], "BookField");
    }
    assert_eq!(values(&names, "BookInclude"), BTreeSet::from(["author", "volumes"]));
}

#[test]
fn equal_sets_about_two_resources_do_not() {
    let names = names("", |document| {
        equal(document);
        set(document, AUTHOR, list("include", &["author", "volumes"]));
    });
    assert_eq!(types(&names)["books_author_getToOneRelated include"], "AuthorInclude");
    assert_eq!(names.tokens["AuthorInclude"].values, names.tokens["BookInclude"].values);
}

#[test]
fn a_new_value_at_one_operation_renames_no_other_type() {
    let before = names("", equal);
    let after = names("", |document| {
        equal(document);
        set(document, LIST, list("include", &["author", "volumes", "reviews"]));
    });
    let mut expected = types(&before);
    expected.insert("books_getCollection include".to_owned(), "BooksListInclude");
    assert_eq!(types(&after), expected);
    assert_eq!(values(&after, "BooksListInclude"), BTreeSet::from(["author", "reviews", "volumes"]));
    assert_eq!(after.tokens["BookInclude"], before.tokens["BookInclude"]);
}

#[test]
fn a_new_value_at_every_operation_renames_nothing() {
    let before = names("", equal);
    let after = names("", |document| {
        equal(document);
        for path in [LIST, GET] {
            set(document, path, list("include", &["author", "volumes", "reviews"]));
        }
    });
    assert_eq!(types(&after), types(&before));
    assert!(values(&after, "BookInclude").contains("reviews"));
}

#[test]
fn fields_of_a_related_resource_are_shared_with_its_own_reads() {
    let names = names("", |document| {
        set(document, GET, list("fields[authors]", &["name"]));
        set(document, AUTHOR, list("fields[authors]", &["name"]));
    });
    let types = types(&names);
    assert_eq!(types["books_getInstance fields[authors]"], "AuthorField");
    assert_eq!(types["books_author_getToOneRelated fields[authors]"], "AuthorField");
}

#[test]
fn other_fields_of_a_related_resource_are_named_after_the_response_first() {
    let names = names("", |document| {
        set(document, AUTHOR, list("fields[authors]", &["name"]));
        set(document, GET, list("fields[authors]", &["name", "born"]));
        set(document, LIST, list("fields[authors]", &["name", "died"]));
    });
    let types = types(&names);
    assert_eq!(types["books_author_getToOneRelated fields[authors]"], "AuthorField");
    assert_eq!(types["books_getInstance fields[authors]"], "BookAuthorsField");
    assert_eq!(types["books_getCollection fields[authors]"], "BooksListAuthorsField");
    assert_eq!(values(&names, "BooksListAuthorsField"), BTreeSet::from(["died", "name"]));
}

#[test]
fn an_order_without_its_reverse_cannot_be_reversed() {
    let names = names("", |document| set(document, LIST, list("sort", &["title", "-title", "-printed"])));
    let token = &names.tokens["BookSort"];
    assert_eq!(token.family, Family::Order);
    let constants: Vec<&str> = token.values.values().map(String::as_str).collect();
    assert_eq!(constants, ["PRINTED_DESC", "TITLE_DESC", "TITLE"]);
}

#[test]
fn the_rules_name_the_type_of_a_subject_or_of_an_operation() {
    let naming =
        "\n[type]\n\"Book?include\" = \"BookExtra\"\n\"books_getCollection?sort\" = \"ShelfOrder\"\n";
    let names = names(naming, equal);
    let types = types(&names);
    assert_eq!(types["books_getInstance include"], "BookExtra");
    assert_eq!(types["books_getCollection include"], "BookExtra");
    assert_eq!(types["books_getCollection sort"], "ShelfOrder");
}

#[test]
fn one_name_for_different_sets_is_refined() {
    let naming =
        "\n[type]\n\"books_getInstance?include\" = \"Extra\"\n\"books_getCollection?include\" = \"Extra\"\n";
    let names = names(naming, |_| {});
    let types = types(&names);
    assert_eq!(types["books_getInstance include"], "Extra");
    assert_eq!(types["books_getCollection include"], "BookInclude");
    assert_eq!(values(&names, "Extra"), BTreeSet::from(["author"]));
    assert_eq!(values(&names, "BookInclude"), BTreeSet::from(["author", "volumes"]));
}
