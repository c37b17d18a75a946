//! The operations of the crate against the stored Api: all are there as it says, and none twice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_yaml::Value;

/// Method, path and media type of an operation, by its id: one constant of the crate.
type Constant = (String, String, String, String);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The constants that the stored Api asks for: one for each media type of an operation's answer.
fn expected() -> Vec<Constant> {
    let path = root().join("specs/app-store-connect/api/operations.yaml");
    let operations: BTreeMap<String, Value> =
        serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut constants = Vec::new();
    for (id, operation) in &operations {
        let text = |key: &str| operation[key].as_str().unwrap().to_owned();
        let mut media: BTreeSet<&str> = BTreeSet::new();
        for (status, response) in operation["responses"].as_mapping().unwrap() {
            let content = response.get("content").and_then(Value::as_mapping);
            if status.as_str().unwrap().starts_with('2') {
                media
                    .extend(content.into_iter().flat_map(|content| content.keys()).filter_map(Value::as_str));
            }
        }
        // Without a body of its own, what is asked for is that of a failure.
        if media.is_empty() {
            media.insert("application/json");
        }
        constants.extend(
            media.into_iter().map(|media| (id.clone(), text("method"), text("path"), media.to_owned())),
        );
    }
    constants.sort();
    constants
}

/// The constants of the crate's sources: the lines `NAME = Get "id" "/path" => "media/type",` of `rt::operations!`.
fn found() -> Vec<Constant> {
    let mut constants = Vec::new();
    for file in std::fs::read_dir(root().join("generated/app-store-connect/src/operations")).unwrap() {
        let path = file.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        let Some((_, block)) = source.split_once("rt::operations! {\n") else {
            panic!("{} has no operations", path.display());
        };
        let (block, rest) = block.split_once("\n}").unwrap();
        assert!(!rest.contains("rt::operations!"), "{} has two blocks", path.display());
        for line in block.lines() {
            let parts: Vec<&str> = line.split('"').collect();
            let method = parts[0].split_once(" = ").unwrap().1.trim().to_ascii_uppercase();
            let media = parts.get(5).copied().unwrap_or("application/json");
            constants.push((parts[1].to_owned(), method, parts[3].to_owned(), media.to_owned()));
        }
    }
    constants.sort();
    constants
}

#[test]
fn every_operation_is_there_once_as_the_stored_api_says() {
    let (expected, found) = (expected(), found());
    let ids: BTreeSet<&str> = expected.iter().map(|(id, ..)| id.as_str()).collect();
    assert!(ids.len() > 1_000, "only {} operations were read", ids.len());
    let missing: Vec<_> = expected.iter().filter(|constant| !found.contains(constant)).collect();
    let unknown: Vec<_> = found.iter().filter(|constant| !expected.contains(constant)).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing: {missing:#?}\nunknown: {unknown:#?}");
    let twice: Vec<_> = found.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:#?}");
    assert_eq!(found.len(), expected.len());
}
