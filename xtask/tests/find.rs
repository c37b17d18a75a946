//! Finds names of the vendor and of Rust from both sides.

#![allow(clippy::unwrap_used)] // only a `#[test]` may unwrap by clippy.toml, and these are what tests are made of

use std::fs;
use std::process::Stdio;

use crate::support::checkout::Checkout;

#[test]
fn names_are_found_from_both_sides() {
    let checkout = Checkout::updated();
    let found = |name: &str| String::from_utf8(checkout.output(&["find", name]).stdout).unwrap();
    let list = found("books_list");
    assert!(list.contains("operations::books::Books::list fn"), "{list}");
    assert!(list.contains("    mini: /paths/~1books/get\n"), "{list}");
    assert!(list.contains("    generated/mini/src/operations/books.rs:"), "{list}");
    assert!(list.contains("    call: client.books().list()\n"), "{list}");
    assert_eq!(found("GET /books"), list);
    assert!(found("/books/{id}").contains("operations::books::Books::get fn id"));
    let field = found("Book.pages");
    assert!(field.contains("models::Book.pages field Option<i64>"), "{field}");
    assert!(found("books::Books::list").contains("/paths/~1books/get"));
    assert_eq!(found("pages"), field, "a field's name alone");
    assert!(found("/books/{}").contains("operations::books::Books::get fn id"), "as reports have it");
    let setter = found("shelf");
    assert!(setter.contains("operations::books::List::shelf fn value"), "{setter}");
    assert_eq!(found("GET /books ?shelf"), setter);
    assert_eq!(found("client.books().list(…).shelf(…)"), setter);
    assert!(found("client.books().get").contains("operations::books::Books::get fn id"));
    assert!(setter.contains("    call: client.books().list().shelf(value)\n"), "{setter}");
    assert!(found("list book").starts_with("operations::books::Books::list fn"), "words in any order");
    assert!(found("pgaes").starts_with("models::Book.pages field"), "a typing error");
    let json: Vec<serde_json::Value> =
        serde_json::from_slice(&checkout.output(&["find", "books_list", "--format", "json"]).stdout).unwrap();
    let call = json.iter().find_map(|item| item["call"].as_str());
    assert_eq!(call, Some("client.books().list()"), "{json:?}");
    assert!(json.iter().all(|item| item["docs"].is_string() && item["line"].is_number()), "{json:?}");
    // As the help writes it, and as Rust would.
    assert!(found("books::list").starts_with("operations::books::Books::list fn"));
    for name in ["Book::pages", "models::Book::pages", "models::Book.pages"] {
        assert_eq!(found(name), field, "{name}");
    }
    for name in ["shelves_list", ""] {
        let said = checkout.run(&["find", name], 1);
        assert!(
            said.starts_with("0 items: give a name") && said.contains("`cargo xtask find --help`"),
            "{said}"
        );
    }
}

/// Neither a reader of stdout that has seen enough, nor one of stderr that is gone, nor a full disk behind it.
#[test]
fn a_reader_that_has_seen_enough_is_no_fault() {
    let checkout = Checkout::updated();
    let ends = |arguments: &[&str], code: i32, child: &mut std::process::Child| {
        assert_eq!(child.wait().unwrap().code(), Some(code), "{arguments:?}");
    };
    for arguments in [&["find", "Book"][..], &["status"], &["status", "--json"], &["completions", "bash"]] {
        let mut command = checkout.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        ends(arguments, 0, &mut child);
    }
    fs::write(checkout.path("loose.rs"), "fn f() {}\n").unwrap();
    fs::write(checkout.path("wrong.json"), "{}").unwrap();
    for (arguments, code) in [
        (&["generate", "--check"][..], 0),
        (&["find", "Book"], 0),
        (&["find", "Nothing"], 1),
        (&["tidy"], 1),
        (&["update", "mini", "--from", "library.json", "--check"], 0),
        (&["update", "mini", "--from", "wrong.json"], 2),
        (&["update", "mini"], 2),
        (&["diff", "wrong.json", "mini"], 2),
    ] {
        let mut command = checkout.command(arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stderr.take());
        ends(arguments, code, &mut child);
        if let Ok(full) = fs::File::options().write(true).open("/dev/full") {
            ends(arguments, code, &mut command.stderr(full).spawn().unwrap());
        }
    }
}
