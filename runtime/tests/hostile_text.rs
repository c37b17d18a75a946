//! Gives errors text of a hostile server: their own text stays one bounded line.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::fmt::Display;

use storewright_runtime::codec::{from_slice, from_slice_tolerant};
use storewright_runtime::{BoxError, TransportError, TransportErrorKind};

const HOSTILE: &str = "\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\u{2066}\u{2028}\r\nforged: line";

#[track_caller]
fn check(error: &dyn Display) -> String {
    let text = error.to_string();
    let is_hostile = |c: char| {
        c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    assert!(!text.chars().any(is_hostile), "{text:?}");
    assert!(text.chars().count() <= 8_192, "{} characters", text.chars().count());
    text
}

#[test]
fn decode_errors_and_mismatches() {
    // Keys that the server chose, as many of them as can be nested.
    let mut json = "\"no number\"".to_owned();
    for _ in 0..5 {
        json = serde_json::to_string(&BTreeMap::from([(
            HOSTILE.repeat(100_000),
            serde_json::value::RawValue::from_string(json).unwrap(),
        )]))
        .unwrap();
    }
    type Nested<T> =
        BTreeMap<String, BTreeMap<String, BTreeMap<String, BTreeMap<String, BTreeMap<String, T>>>>>;
    let error = from_slice::<Nested<i64>>(json.as_bytes()).unwrap_err();
    check(&error);
    check(&error.path);
    let (_, mismatches) = from_slice_tolerant::<Nested<i64>>(json.as_bytes()).unwrap();
    assert_eq!(mismatches.len(), 1);
    check(&mismatches[0]);
    check(&mismatches[0].path());
    check(&mismatches[0].pattern());
}

#[test]
fn transport_errors() {
    let source: BoxError = HOSTILE.repeat(100_000).into();
    let text = check(&TransportError::new(TransportErrorKind::Other, source));
    assert!(text.starts_with("the request failed: ]0;x 2J forged: line"), "{text}");
}

#[cfg(feature = "files")]
#[test]
fn rejected_files() {
    let error =
        storewright_runtime::Error::<storewright_runtime::AnyFault>::rejected(HOSTILE.repeat(300_000));
    assert!(check(&error).starts_with("]0;x 2J forged: line ]0;x"));
    assert!(format!("{error:?}").len() < 20_000);
    let error = storewright_runtime::Error::<storewright_runtime::AnyFault>::file(HOSTILE.repeat(300_000));
    check(&error);
}
