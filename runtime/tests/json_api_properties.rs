//! Reads random JSON:API documents, writes them back, and checks that they gain nothing and lose nothing known.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Debug;

use crate::support::random::Random;
use serde_json::{Map, Value, json};
use storewright_runtime::codec::{Put, Slot, from_slice, to_vec};
use storewright_runtime::{
    Document, Linkage, Linkages, NoIncluded, Page, Related, ResourceLinks, Sparse, ToMany, ToOne, object,
    open_enum, resource, union,
};

struct Book {
    id: String,
    attributes: BookAttributes,
    relationships: Sparse<BookRelationships>,
    links: ResourceLinks,
}
resource! { Book: "books" { attributes: "attributes", relationships: "relationships", links: "links" } }

struct BookAttributes {
    title: Option<String>,
    pages: Option<i64>,
    weight: Option<f64>,
    lent: Option<bool>,
    state: Option<State>,
    tags: Option<Vec<String>>,
    grades: Option<BTreeMap<String, i64>>,
    cover: Option<Cover>,
    any: Option<Value>,
}
object! { BookAttributes {
    title: "title", pages: "pages", weight: "weight", lent: "lent", state: "state", tags: "tags", grades: "grades",
    cover: "cover", any: "any",
} }

struct Cover {
    width: Option<i64>,
    url: Option<String>,
}
object! { Cover { width: "width", url: "url" } }

#[non_exhaustive]
enum State {
    Lent,
    Lost,
    Unrecognized(String),
}
open_enum! { State { Lent = "LENT", Lost = "LOST" } }

struct BookRelationships {
    author: ToOne,
    readers: ToMany,
    copies: Related,
}
object! { BookRelationships { author: "author", readers: "readers", copies: "copies" } }

struct Author {
    id: String,
    attributes: AuthorAttributes,
}
resource! { Author: "authors" { attributes: "attributes" } }

struct AuthorAttributes {
    name: Option<String>,
}
object! { AuthorAttributes { name: "name" } }

#[non_exhaustive]
enum Included {
    Author(Box<Author>),
    Book(Box<Book>),
    Unrecognized(Value),
}
union! { Included by "type" { Author(Author) = "authors", Book(Book) = "books" } }

/// A member that no model has.
const NEWER: &str = "aNewerMember";

/// Makes a member's value; none if the member is absent.
type Maker = fn(&mut Random) -> Option<Value>;

/// An object of members, each of them absent, null, or a value; some objects have members that no model knows.
fn object(random: &mut Random, members: &[(&str, Maker)]) -> Value {
    let mut out = Map::new();
    for (name, make) in members {
        match random.next(6) {
            0 => {}
            1 => drop(out.insert((*name).to_owned(), Value::Null)),
            _ => out.extend(make(random).map(|value| ((*name).to_owned(), value))),
        }
    }
    if random.next(4) == 0 {
        out.insert(NEWER.to_owned(), random.json(2));
    }
    Value::Object(out)
}

fn list(random: &mut Random, make: fn(&mut Random) -> Value) -> Value {
    (0..random.next(4)).map(|_| make(random)).collect()
}

fn text(random: &mut Random) -> Option<Value> {
    Some(json!(["", "a", "é\u{1D11E}\u{2028}", "\"\\\u{0}"][random.next(4)]))
}

fn integer(random: &mut Random) -> Option<Value> {
    Some(json!([0, -1, i64::MAX, 9_007_199_254_740_993][random.next(4)]))
}

fn identifier(random: &mut Random) -> Value {
    let kind = ["authors", "readers"][random.next(2)];
    json!({ "type": kind, "id": text(random) })
}

fn own_links(random: &mut Random) -> Option<Value> {
    Some(object(random, &[("self", text)]))
}

fn relationship_links(random: &mut Random) -> Option<Value> {
    Some(object(random, &[("self", text), ("related", text)]))
}

fn page_links(random: &mut Random) -> Option<Value> {
    Some(object(random, &[("self", text), ("first", text), ("next", text)]))
}

fn paging(random: &mut Random) -> Option<Value> {
    let inner: Maker =
        |random| Some(object(random, &[("total", integer), ("limit", integer), ("nextCursor", text)]));
    Some(object(random, &[("paging", inner)]))
}

fn attributes(random: &mut Random) -> Option<Value> {
    let cover: Maker = |random| Some(object(random, &[("width", integer), ("url", text)]));
    Some(object(
        random,
        &[
            ("title", text),
            ("pages", integer),
            ("weight", |random| Some(json!([0.5, -1e300, 1_234_567.890_123_456_7][random.next(3)]))),
            ("lent", |random| Some(json!(random.next(2) == 0))),
            ("state", |random| Some(json!(["LENT", "LOST", "", "A_NEWER_VALUE"][random.next(4)]))),
            ("tags", |random| Some(list(random, |random| text(random).unwrap()))),
            ("grades", |random| Some(json!({ "a": integer(random), "": integer(random) }))),
            ("cover", cover),
            ("any", |random| {
                Some([json!(1), json!("a"), json!({ "x": [null, { "y": 2.5 }] })][random.next(3)].clone())
            }),
        ],
    ))
}

fn author_attributes(random: &mut Random) -> Option<Value> {
    Some(object(random, &[("name", text)]))
}

fn relationships(random: &mut Random) -> Option<Value> {
    let one: Maker = |random| {
        Some(object(random, &[("links", relationship_links), ("data", |random| Some(identifier(random)))]))
    };
    let many: Maker = |random| {
        let data: Maker = |random| Some(list(random, identifier));
        Some(object(random, &[("links", relationship_links), ("meta", paging), ("data", data)]))
    };
    let related: Maker = |random| Some(object(random, &[("links", relationship_links)]));
    Some(object(random, &[("author", one), ("readers", many), ("copies", related)]))
}

fn resource(random: &mut Random, kind: &str) -> Value {
    let mut out = match kind {
        "authors" => object(random, &[("attributes", author_attributes)]),
        _ => {
            let parts: [(&str, Maker); 3] =
                [("attributes", attributes), ("relationships", relationships), ("links", own_links)];
            object(random, &parts)
        }
    };
    out["type"] = json!(kind);
    out["id"] = text(random).unwrap();
    out
}

fn included(random: &mut Random) -> Option<Value> {
    let one = |random: &mut Random| {
        let kind = ["authors", "books", "somethingNewer"][random.next(3)];
        resource(random, kind)
    };
    Some(list(random, one))
}

fn document(random: &mut Random, data: Value) -> Value {
    let links = if data.is_array() { page_links } else { own_links };
    let mut out = object(random, &[("included", included), ("links", links), ("meta", paging)]);
    out["data"] = data;
    out
}

/// True of values without content: a crate has no other form of an absent object or list.
fn is_silent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.iter().all(|(name, value)| name == NEWER || is_silent(value)),
        _ => false,
    }
}

/// Each value that is written came, at the same place, and each one of those that a model has is written.
fn compare(came: &Value, written: &Value, at: &str) {
    match (came, written) {
        (Value::Object(came), Value::Object(written)) => {
            for (name, value) in written {
                let Some(came) = came.get(name) else { panic!("{at}/{name}: this did not come") };
                compare(came, value, &format!("{at}/{name}"));
            }
            for (name, value) in came {
                let is_there = written.contains_key(name) || is_silent(value) || name == NEWER;
                assert!(is_there, "{at}/{name}: this came and is lost");
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            assert_eq!(left.len(), right.len(), "{at}: the number of items");
            left.iter().zip(right).enumerate().for_each(|(n, (l, r))| compare(l, r, &format!("{at}/{n}")));
        }
        _ => assert_eq!(came, written, "{at}"),
    }
}

/// Reads and writes many documents of one type; strictly, so that each of them is read as a whole.
fn round_trips<T: Slot + Put + Default + Debug + PartialEq>(make: impl Fn(&mut Random) -> Value) {
    let mut random = Random(0x5EED);
    for _ in 0..2_000 {
        let came = make(&mut random);
        let read: T = from_slice(came.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}: {came}"));
        let bytes = to_vec(&read);
        let written: Value = serde_json::from_slice(&bytes).unwrap();
        let shown = std::panic::catch_unwind(|| compare(&came, &written, ""));
        assert!(shown.is_ok(), "{came}\nis written as\n{written}");
        let again: T = from_slice(&bytes).unwrap_or_else(|e| panic!("{e}: {written}"));
        assert_eq!(again, read, "{written}");
        assert_eq!(to_vec(&again), bytes, "{came}");
    }
}

#[test]
fn documents_are_written_as_they_were_read() {
    round_trips::<Document<Book, Included>>(|random| {
        let data = resource(random, "books");
        document(random, data)
    });
    round_trips::<Document<Option<Book>, Included>>(|random| {
        let data = if random.next(3) == 0 { Value::Null } else { resource(random, "books") };
        document(random, data)
    });
    round_trips::<Page<Book, Included>>(|random| {
        let data = list(random, |random| resource(random, "books"));
        document(random, data)
    });
}

#[test]
fn linkages_are_written_as_they_were_read() {
    let without_included = |mut document: Value| {
        document.as_object_mut().unwrap().remove("included");
        document
    };
    round_trips::<Linkage>(|random| {
        let data = if random.next(3) == 0 { Value::Null } else { identifier(random) };
        without_included(document(random, data))
    });
    round_trips::<Linkages>(|random| {
        let data = list(random, identifier);
        without_included(document(random, data))
    });
}

#[test]
fn a_document_that_includes_nothing_keeps_nothing_of_what_a_server_includes() {
    let json = br#"{"data":{"type":"books","id":"1"},"included":[{"type":"authors","id":"2"},null]}"#;
    let read: Document<Book, NoIncluded> = from_slice(json).unwrap();
    assert!(read.included.is_empty());
    let written: Value = serde_json::from_slice(&to_vec(&read)).unwrap();
    assert_eq!(written, json!({"data": {"type": "books", "id": "1"}}));
}
