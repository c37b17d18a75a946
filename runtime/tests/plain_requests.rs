//! Requests of plain HTTP APIs: form bodies with fields and files, and paging.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use storewright_runtime::{File, Method, Next, Operation, Request};

#[test]
fn a_form_without_files_is_one_line() {
    let operation = Operation::new(Method::Post, "login", "/login");
    let mut request = Request::new(operation, &[]);
    request.field("name", "Ann & Bob");
    request.field("scope", "a,b");
    assert_eq!(request.content_type(), Some("application/x-www-form-urlencoded"));
    assert_eq!(request.body().unwrap(), "name=Ann%20%26%20Bob&scope=a%2Cb");
}

#[test]
fn the_parts_of_a_form_stand_between_its_boundary() {
    let operation = Operation::new(Method::Post, "upload", "/upload");
    let mut request = Request::new(operation, &[]);
    request.part("na\"me", "a\r\nb");
    request.file("file", &File::new("{}").name("x.json").media_type("application/json"));
    let boundary = request.content_type().unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    let expected = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"na%22me\"\r\n\r\na\r\nb\r\n\
         --{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x.json\"\r\n\
         content-type: application/json\r\n\r\n{{}}\r\n--{boundary}--\r\n"
    );
    assert_eq!(request.body().unwrap(), expected.as_bytes());
    let other = {
        let mut other = Request::new(operation, &[]);
        other.part("a", "b");
        other.content_type().unwrap().to_owned()
    };
    assert_ne!(Some(other.as_str()), request.content_type());
}

#[test]
fn the_page_after_a_page_by_count() {
    let operation = Operation::new(Method::Get, "list", "/list");
    let mut sent = Request::new(operation, &[]);
    let after = |sent: &Request, count, total, more| match Next::after(sent, "skip", count, total, more) {
        Some(Next::Query(query)) => Some(query[0].1.clone()),
        _ => None,
    };
    assert_eq!(after(&sent, 2, None, None).as_deref(), Some("2"));
    sent.number("skip", 10);
    assert_eq!(after(&sent, 2, Some(13), None).as_deref(), Some("12"));
    assert_eq!(after(&sent, 3, Some(13), None), None);
    assert_eq!(after(&sent, 3, None, Some(false)), None);
    assert_eq!(after(&sent, 0, Some(99), Some(true)), None);
}
