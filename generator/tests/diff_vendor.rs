//! Compares vendors' documents, version by version, with a plain reading of their JSON and in the other order.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock};

use crate::support::diff::{compare, counts, mirrored, nameless, reversed};
use crate::support::plain_reading::{Found, expected};
use crate::support::{diff, sample, shared};
use serde_json::Value;
use storewright_generator::diff::{Diff, Direction, Kind};

/// Apple's documents, oldest first.
const APPLE: [&str; 10] = ["1.5", "1.8", "2.2", "2.4", "3.1", "3.7.0", "4.3", "4.4.1", "4.5", "4.5.1"];
/// Steps over several versions.
const LEAPS: [[&str; 2]; 2] = [["3.7.0", "4.4.1"], ["4.4.1", "4.5.1"]];
/// App Center's documents, oldest first.
const APP_CENTER: [&str; 3] = ["2018-03", "2019-09", "2023-08"];

/// A document and the version that it is.
struct Read {
    name: &'static str,
    document: Value,
    version: diff::Version,
}

fn document(name: &str) -> Option<Value> {
    let folder = match name {
        "2018-03" => "corpus/app-center",
        "2019-09" | "2023-08" => "specs/app-center",
        _ if name.starts_with("3.7") || name.starts_with('4') => "specs/app-store-connect",
        _ => "corpus/asc",
    };
    let text = shared::read_shared(&format!("{folder}/{name}.json"))?;
    Some(serde_json::from_slice(&text).unwrap())
}

/// The document of a version, read once for all tests.
fn read(name: &'static str) -> Option<&'static Read> {
    static ALL: LazyLock<BTreeMap<&str, OnceLock<Option<Read>>>> =
        LazyLock::new(|| APPLE.into_iter().chain(APP_CENTER).map(|name| (name, OnceLock::new())).collect());
    let of =
        || document(name).map(|document| Read { name, version: nameless("vendor", &document), document });
    ALL[name].get_or_init(of).as_ref()
}

/// Calls a function with each element, on as many threads as the machine runs at once.
fn on_threads<T: Sync>(all: &[T], call: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            call(one);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
}

/// The kinds that the plain reading knows everything of.
const WHOLE: &[Kind] = &[
    Kind::OperationAdded,
    Kind::OperationRemoved,
    Kind::ParameterAdded,
    Kind::ParameterRemoved,
    Kind::ParameterDeprecated,
    Kind::ParameterUndeprecated,
    Kind::ValueAdded,
    Kind::ValueRemoved,
    Kind::FieldAdded,
    Kind::FieldRemoved,
    Kind::FieldRequired,
    Kind::FieldOptional,
    Kind::FieldNullable,
    Kind::FieldNotNullable,
    Kind::FieldDeprecated,
    Kind::FieldUndeprecated,
];

fn found(diff: &Diff) -> Found {
    let mut out = Found::new();
    for change in &diff.changes {
        // A type that is deprecated as a whole is not a field.
        let whole = [Kind::FieldDeprecated, Kind::FieldUndeprecated].contains(&change.kind);
        if !whole || change.subject.contains('.') {
            out.entry(change.kind).or_default().insert(change.subject.clone());
        }
    }
    out
}

/// The rows of a pair, in comparison with the plain reading.
struct Judged {
    pair: String,
    /// The changes that both have.
    common: usize,
    /// `missing` or `extra`, kind and subject.
    deviations: BTreeSet<String>,
}

impl Judged {
    fn new(old: &Read, new: &Read, diff: &Diff) -> Self {
        let reading = expected(&old.document, &new.document);
        let (wanted, mut rows) = (reading.changes, found(diff));
        let is_clear = |subject: &String| {
            let parameter = subject.split_once('=').map_or(subject.as_str(), |(parameter, _)| parameter);
            !reading.contradictory.contains(parameter)
        };
        rows.values_mut().for_each(|subjects| subjects.retain(is_clear));
        let mut out =
            Self { pair: format!("{} → {}", old.name, new.name), common: 0, deviations: BTreeSet::new() };
        let nothing = BTreeSet::new();
        for kind in WHOLE {
            let (wanted, got) = (wanted.get(kind).unwrap_or(&nothing), rows.get(kind).unwrap_or(&nothing));
            out.common += wanted.intersection(got).count();
            let text = |word: &str, subject: &String| format!("{word}\t{}\t{subject}", kind.as_str());
            out.deviations.extend(wanted.difference(got).map(|subject| text("missing", subject)));
            out.deviations.extend(got.difference(wanted).map(|subject| text("extra", subject)));
        }
        out
    }

    /// The line of the table in docs/oasdiff.md.
    fn line(&self) -> String {
        let count = |word: &str| self.deviations.iter().filter(|line| line.starts_with(word)).count();
        let share = |other: usize| 100.0 * self.common as f64 / (self.common + other) as f64;
        let (missing, extra) = (count("missing"), count("extra"));
        let Self { pair, common, .. } = self;
        format!(
            "| {pair} | {common} | {missing} | {extra} | {:.1} % | {:.1} % |",
            share(missing),
            share(extra)
        )
    }
}

/// Deviations by their pair, each with the reason.
fn explained() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(diff::folder().join("../plain-reading.tsv")).unwrap();
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        assert!(cells.len() == 5 && !cells[4].is_empty(), "{line}");
        out.entry(cells[0].to_owned()).or_default().insert(cells[1..4].join("\t"));
    }
    out
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn every_change_that_a_plain_reading_finds_is_a_row_and_no_other() {
    let neighbours = |series: &[&'static str]| series.windows(2).map(|p| [p[0], p[1]]).collect::<Vec<_>>();
    // A step over several versions has the changes of those between them.
    let apple = sample::of(vec![LEAPS[0]], [neighbours(&APPLE), LEAPS.to_vec()].concat());
    let pairs = [neighbours(&APP_CENTER), apple].concat();
    if pairs.iter().flatten().any(|name| read(name).is_none()) {
        return;
    }
    let judged = Mutex::new(Vec::new());
    on_threads(&pairs, |pair| {
        let [old, new] = pair.map(|name| read(name).unwrap());
        let diff = compare(&old.version, &new.version);
        assert_eq!(counts(&diff), mirrored(&compare(&new.version, &old.version)), "{pair:?}");
        let found = Judged::new(old, new, &diff);
        assert!(found.common > 40, "{pair:?}: {} changes to find", found.common);
        judged.lock().unwrap().push(found);
    });
    let mut explained = explained();
    let docs = std::fs::read_to_string(shared::workspace().join("docs/oasdiff.md")).unwrap();
    let mut wrong = String::new();
    for found in judged.into_inner().unwrap() {
        println!("{}", found.line());
        let reasons = explained.remove(&found.pair).unwrap_or_default();
        for line in found.deviations.symmetric_difference(&reasons) {
            wrong += &format!("{}\t{line}\n", found.pair);
        }
        if !docs.contains(&found.line()) {
            wrong += &format!("docs/oasdiff.md: {}\n", found.line());
        }
    }
    assert!(wrong.is_empty() && explained.is_empty(), "{explained:?}\n{wrong}");
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn nothing_changed_in_the_same_document_in_another_order() {
    // One that other tests read too, or all.
    let apple = sample::of(&["4.4.1"][..], &["1.5", "1.8", "2.2", "2.4", "3.1", "3.7.0", "4.5.1"]);
    on_threads(&[apple, &APP_CENTER].concat(), |name| {
        let Some(one) = read(name) else { return };
        let found = compare(&one.version, &nameless("vendor", &reversed(&one.document)));
        assert!(found.changes.is_empty(), "{name}: {:?}", found.changes.first());
    });
}

/// All of it without references would be hundreds of megabytes; a few resources with their included ones are enough.
#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn nothing_changed_in_the_same_document_without_references() {
    let Some(mut document) = document("4.4.1") else { return };
    let kept = [
        "/v1/appCategories",
        "/v1/appCategories/{id}",
        "/v1/territories",
        "/v1/users",
        "/v1/users/{id}",
        "/v1/devices",
    ];
    document["paths"].as_object_mut().unwrap().retain(|path, _| kept.contains(&path.as_str()));
    let one = nameless("asc", &document);
    let other = nameless("asc", &diff::dereferenced(&document));
    for found in [compare(&one, &other), compare(&other, &one)] {
        let rows: Vec<_> =
            found.changes.iter().map(|c| (c.kind.as_str(), &c.subject, &c.old, &c.new)).collect();
        assert!(rows.is_empty(), "{rows:#?}");
    }
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn what_the_runtime_stands_for_and_what_all_operations_gain_is_one_row_each() {
    let (Some(a), Some(b)) = (read("3.7.0"), read("4.4.1")) else { return };
    let diff = compare(&a.version, &b.version);
    let row = |subject: &str| {
        diff.changes.iter().find(|c| c.subject == subject).unwrap_or_else(|| panic!("{subject}"))
    };
    let cursor = row("PagingInformation.paging.nextCursor");
    assert_eq!((cursor.kind, cursor.direction), (Kind::FieldAdded, Direction::Response));
    assert!(cursor.reach.operations > 200, "{:?}", cursor.reach);
    let declared = row("* 429");
    assert_eq!((declared.kind, declared.reach.operations), (Kind::ResponseAdded, 734));
    assert_eq!(diff.changes.iter().filter(|c| c.subject.ends_with(" 429")).count(), 1);
}
