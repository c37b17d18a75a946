//! Changes fixture documents at random: every stage ends with files or errors and never panics.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::support::stages::Texts;
use crate::support::{sample, shared, stages};
use serde_json::{Map, Value};
use storewright_generator::diagnostic::Sink;
use storewright_generator::load::{Source, text};

/// The number of changed documents per fixture: in a sample, and of all.
const ROUNDS: [u64; 2] = [5, 60];

/// SplitMix64: the same numbers on every machine, and no dependency.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Pointers to everything in a tree.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(key, value)| places(value, &format!("{at}/{}", escaped(key)), out));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, value)| places(value, &format!("{at}/{index}"), out));
        }
        _ => {}
    }
}

/// Words with a meaning for a stage, and some that no identifier can contain.
const WORDS: &[&str] = &[
    "",
    "_",
    "self",
    "Self",
    "crate",
    "1",
    "-1",
    "…",
    "²",
    "\u{301}",
    "a b",
    "a.b",
    "a..b",
    "[]",
    "{}",
    "a/b",
    "~",
    "data",
    "id",
    "type",
    "attributes",
    "relationships",
    "included",
    "links",
    "meta",
    "new",
    "additional",
    "Option",
    "string",
    "integer",
    "number",
    "boolean",
    "array",
    "object",
    "binary",
    "date",
    "date-time",
    "query",
    "path",
    "header",
    "cookie",
    "form",
    "pipeDelimited",
    "deepObject",
    "200",
    "2XX",
    "default",
    "#/components/schemas/",
    "#/components/schemas/Node",
    "$x",
    "=",
    "?",
    "\"",
    "\\",
    "\n",
    "*/",
    "//",
    "`",
    "application/json",
    "multipart/form-data",
    "text/csv",
    "_getCollection",
    "a_b_c_d",
];

const KEYS: &[&str] = &[
    "oneOf",
    "anyOf",
    "allOf",
    "not",
    "items",
    "properties",
    "additionalProperties",
    "required",
    "enum",
    "type",
    "format",
    "nullable",
    "deprecated",
    "discriminator",
    "$ref",
    "schema",
    "content",
    "parameters",
    "requestBody",
    "responses",
    "in",
    "name",
    "style",
    "explode",
    "operationId",
    "tags",
    "get",
    "x-skip",
    "x-case-insensitive",
    "description",
    "default",
    "maximum",
];

fn scalar(numbers: &mut Numbers) -> Value {
    match numbers.below(8) {
        0 => Value::Null,
        1 => Value::Bool(true),
        2 => i64::MIN.into(),
        3 => 1.5.into(),
        4 => Value::Array(Vec::new()),
        5 => Value::Object(Map::new()),
        _ => (*numbers.pick(WORDS)).into(),
    }
}

/// One change: something goes, is replaced by something else of the tree, is called otherwise, or comes twice.
fn change(tree: &mut Value, numbers: &mut Numbers) {
    let mut all = Vec::new();
    places(tree, "", &mut all);
    if numbers.below(3) > 0 {
        return reword(tree, &all, numbers);
    }
    let from: &String = numbers.pick(&all);
    let other = tree.pointer(from).unwrap().clone();
    let at: &String = numbers.pick(&all);
    let place = tree.pointer_mut(at).unwrap();
    let choice = numbers.below(6);
    match (choice, place) {
        (0, Value::Object(object)) => {
            let keys: Vec<String> = object.keys().cloned().collect();
            if let Some(key) = keys.get(numbers.below(keys.len())) {
                object.shift_remove(key);
            }
        }
        (1, Value::Object(object)) => {
            let keys: Vec<String> = object.keys().cloned().collect();
            if let Some(value) = keys.get(numbers.below(keys.len())).and_then(|key| object.shift_remove(key))
            {
                object.insert((*numbers.pick(WORDS)).to_owned(), value);
            }
        }
        (0 | 1, Value::Array(list)) if !list.is_empty() => {
            let index = numbers.below(list.len());
            list.remove(index);
        }
        (2, Value::Object(object)) => {
            object.insert((*numbers.pick(KEYS)).to_owned(), other);
        }
        (2, Value::Array(list)) => list.push(other),
        (3, place) => *place = other,
        (_, place @ (Value::Object(_) | Value::Array(_))) if numbers.below(3) > 0 => {
            if let Value::Object(object) = place {
                object.insert((*numbers.pick(KEYS)).to_owned(), scalar(numbers));
            }
        }
        (_, place) => *place = scalar(numbers),
    }
}

/// A change that most documents survive: a text says something else, or a member of an object has another name.
fn reword(tree: &mut Value, all: &[String], numbers: &mut Numbers) {
    let texts: Vec<&String> = all.iter().filter(|at| tree.pointer(at).unwrap().is_string()).collect();
    if texts.is_empty() {
        return;
    }
    let names = all.iter().filter(|at| at.ends_with("/properties") && !at.contains("~1"));
    let objects: Vec<&String> = names.filter(|at| tree.pointer(at).unwrap().is_object()).collect();
    let other = tree.pointer(numbers.pick::<&String>(&texts)).unwrap().clone();
    let word = Value::from(*numbers.pick(WORDS));
    let new = if numbers.below(2) == 0 { other } else { word };
    if numbers.below(2) == 0 || objects.is_empty() {
        *tree.pointer_mut(numbers.pick::<&String>(&texts)).unwrap() = new;
    } else if let Some(object) = tree.pointer_mut(numbers.pick::<&String>(&objects)).unwrap().as_object_mut()
    {
        let keys: Vec<String> = object.keys().cloned().collect();
        if let Some(value) = keys.get(numbers.below(keys.len())).and_then(|key| object.shift_remove(key)) {
            object.insert(new.as_str().unwrap().to_owned(), value);
        }
    }
}

#[test]
fn no_document_makes_a_stage_panic() {
    let rounds = sample::of(ROUNDS[0], ROUNDS[1]);
    let (mut rendered, mut refused, mut all) = (0, 0, 0);
    for folder in shared::entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stages")) {
        let texts = Texts::read(&folder);
        let (name, text) = texts.document.as_ref().unwrap();
        let tree = text::parse(&Source { name, text }, &mut Sink::new()).unwrap();
        for seed in 0..rounds {
            all += 1;
            let mut numbers = Numbers(seed);
            let mut changed = tree.clone();
            for _ in 0..=numbers.below(3) {
                change(&mut changed, &mut numbers);
            }
            let text = serde_json::to_vec(&changed).unwrap();
            let texts = Texts { document: Some(("document.json", text)), ..texts.clone() };
            let run = || {
                let mut out = Sink::new();
                let made = texts.make(|_| false, &mut out);
                assert_eq!(made.names.is_none(), out.has_errors());
                made.names.is_some().then(|| stages::rendered(&made, ".."))
            };
            match catch_unwind(AssertUnwindSafe(run)) {
                Ok(Some(files)) => {
                    rendered += 1;
                    for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
                        let parsed = syn::parse_file(&file.text);
                        assert!(
                            parsed.is_ok(),
                            "{}, seed {seed}: {}\n{}\n{changed:#}",
                            texts.name,
                            file.path,
                            file.text
                        );
                    }
                }
                Ok(None) => refused += 1,
                Err(_) => panic!("{}, seed {seed}: {changed:#}", texts.name),
            }
        }
    }
    assert!(rendered > all / 2 && refused > all / 200, "{rendered} rendered, {refused} refused");
}
