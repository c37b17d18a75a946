//! Compares pairs of small documents, and holds the verdicts against those that rules of change ask for.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use crate::support::diff::{compare, loaded, tried};
use crate::support::{diff, shared};
use serde_json::Value;
use storewright_generator::diff::{Bump, Diff};

/// The gravest verdict of a diff on the wire, or `none` without rows.
fn verdict(diff: &Diff) -> &'static str {
    diff.changes.iter().map(|change| change.wire).min().map_or("none", |wire| wire.as_str())
}

fn listed(diff: &Diff) -> String {
    let row = |c: &storewright_generator::diff::Change| {
        let (old, new) = (c.old.as_deref().unwrap_or("-"), c.new.as_deref().unwrap_or("-"));
        format!("    {} {} {} ({old} to {new}), {}\n", c.wire.as_str(), c.kind.as_str(), c.subject, c.note)
    };
    diff.changes.iter().map(row).collect()
}

/// Pairs whose verdict is another one than the list wants, with the reason.
fn decided() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(diff::folder().join("../decided.tsv")).unwrap();
    let line = |line: &str| line.split_once('\t').map(|(pair, why)| (pair.to_owned(), why.to_owned()));
    text.lines().filter(|l| !l.starts_with('#')).map(|l| line(l).unwrap_or_else(|| panic!("{l}"))).collect()
}

/// The verdicts that a rule allows, by the pair's name.
fn wanted() -> Option<BTreeMap<String, Vec<&'static str>>> {
    let words = ["none", "safe", "risky", "breaking"];
    let rules = String::from_utf8(shared::read_shared("cases/diff/rules.md")?).unwrap();
    let mut out = BTreeMap::new();
    for line in rules.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let Some(number) = cells.first().and_then(|cell| cell.parse::<u32>().ok()) else { continue };
        let verdict = cells.last().unwrap();
        out.insert(format!("{number:03}"), words.into_iter().filter(|word| word == verdict).collect());
    }
    let pairs = String::from_utf8(shared::read_shared("cases/diff/expected.tsv")?).unwrap();
    for line in pairs.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let right = cells[3].split(':').next().unwrap();
        out.insert(cells[0].to_owned(), words.into_iter().filter(|word| right.contains(word)).collect());
    }
    Some(out)
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn the_sample_pairs_have_the_wanted_verdicts() {
    let (Some(wanted), Some(folder)) = (wanted(), shared::shared("cases/diff/pairs")) else { return };
    let decided = decided();
    let (mut count, mut wrong) = (0, String::new());
    for path in shared::entries(&folder) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(name) = name.strip_suffix("a.json").map(|name| name.trim_end_matches('.')) else { continue };
        let read = |side: &str| {
            let name = path.to_str().unwrap().strip_suffix("a.json").unwrap();
            serde_json::from_slice::<Value>(&std::fs::read(format!("{name}{side}.json")).unwrap()).unwrap()
        };
        let [old, new] = ["a", "b"].map(read);
        let [Some(old), Some(new)] = [tried(name, &old, None), tried(name, &new, None)] else {
            panic!("{name} is not read")
        };
        let found = compare(&old, &new);
        let (own, allowed) = (verdict(&found), &wanted[name]);
        // Two pairs are about the Rust verdict alone.
        let is_right = match name {
            "D15_path_param_renamed" => found.changes.iter().all(|change| change.rust > Bump::Minor),
            "D33_deprecated" => found.changes.iter().map(|change| change.rust).min() == Some(found.bump),
            _ => allowed.contains(&own),
        };
        count += 1;
        if is_right == decided.contains_key(name) {
            wrong += &format!("{name}: {own}, wanted {allowed:?}\n{}", listed(&found));
        }
    }
    assert!(count > 0 && wrong.is_empty(), "of {count} pairs:\n{wrong}");
}

/// The document that has a value in a slot.
fn placed(base: &Value, slot: &str, pointer: &str, value: &Value) -> Value {
    let mut out = base.clone();
    if ["operation", "document", "paths"].contains(&slot) {
        let node = out.pointer_mut(pointer).unwrap();
        *node = diff::patched(node, value);
        return out;
    }
    let (parent, token) = pointer.rsplit_once('/').unwrap();
    let token = token.replace("~1", "/");
    match (out.pointer_mut(parent).unwrap(), value) {
        (Value::Object(map), Value::Null) => drop(map.shift_remove(&token)),
        (Value::Object(map), value) => drop(map.insert(token, value.clone())),
        (parent, value) => parent[token.parse::<usize>().unwrap()] = value.clone(),
    }
    out
}

/// The lines of this repository's own list, with their base document.
fn table() -> Value {
    let text = std::fs::read_to_string(diff::folder().join("../rules.yaml")).unwrap();
    serde_yaml::from_str(&text).unwrap()
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn every_rule_family_has_a_line_with_its_verdict_or_a_decision() {
    let Some(wanted) = wanted() else { return };
    let (table, decided) = (table(), decided());
    let mut lines: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for case in table["cases"].as_array().unwrap() {
        lines.entry(case[0].as_u64().unwrap()).or_default().push(case[5].as_str().unwrap());
    }
    let families = wanted.iter().filter_map(|(name, allowed)| Some((name.parse::<u64>().ok()?, allowed)));
    let families: BTreeMap<u64, _> = families.collect();
    assert_eq!(families.len(), 353);
    let is_shown = |number: &u64, allowed: &[&str]| {
        let mut verdicts = lines.get(number).into_iter().flatten();
        verdicts.any(|verdict| allowed.contains(verdict)) || decided.contains_key(&format!("rule {number}"))
    };
    let missing: Vec<_> = families.iter().filter(|(number, allowed)| !is_shown(number, allowed)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let unknown: Vec<_> = lines.keys().filter(|number| !families.contains_key(number)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn each_rule_family_has_its_kind_and_its_verdict() {
    let table = table();
    let mut wrong = String::new();
    for case in table["cases"].as_array().unwrap() {
        let [number, slot, old, new, kind, wanted] = case.as_array().unwrap().as_slice() else {
            panic!("{case}")
        };
        let (slot, kind) = (slot.as_str().unwrap(), kind.as_str().unwrap());
        let pointer = table["slots"][slot].as_str().unwrap_or_else(|| panic!("{slot}"));
        let [a, b] = [old, new].map(|value| placed(&table["base"], slot, pointer, value));
        let (a, b) = (loaded("cellar", &a), loaded("cellar", &b));
        let (there, back) = (compare(&a, &b), compare(&b, &a));
        let has = there.changes.iter().any(|change| change.kind.as_str() == kind) || kind == "-";
        if !has || verdict(&there) != wanted {
            wrong += &format!("{number} {slot} {old} to {new}: wanted {kind} {wanted}\n{}", listed(&there));
        }
        if diff::counts(&there) != diff::mirrored(&back) {
            wrong += &format!("{number} {slot} {old} to {new} is not mirrored\n{}", listed(&back));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
