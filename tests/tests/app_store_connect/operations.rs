//! The operations of the crate against the stored Api: all are there as it says, and none twice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_yaml::Value;

/// The identity of an operation: id, method, path, and the requested media type.
type Facts = (String, String, String, String);

/// One module of operations of the crate.
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) source: String,
}

/// One constant of `rt::operations!`.
#[derive(Debug)]
pub(crate) struct Constant {
    pub(crate) name: String,
    pub(crate) id: String,
    /// True if `limit` sets the size of its pages.
    pub(crate) limited: bool,
    facts: Facts,
}

impl Module {
    /// The lines `NAME: Type = Get "id" "/path" => "media/type",` of the module's `rt::operations!`.
    pub(crate) fn constants(&self) -> Vec<Constant> {
        let Some((_, block)) = self.source.split_once("rt::operations! {\n") else {
            panic!("{} has no operations", self.name);
        };
        let (block, rest) = block.split_once("\n}").unwrap();
        assert!(!rest.contains("rt::operations!"), "{} has two blocks", self.name);
        block.lines().map(Constant::read).collect()
    }
}

impl Constant {
    fn read(line: &str) -> Self {
        let parts: Vec<&str> = line.split('"').collect();
        let (name, method) = parts[0].split_once(" = ").unwrap();
        let media = parts.get(5).copied().unwrap_or("application/json");
        let (id, path) = (parts[1].to_owned(), parts[3].to_owned());
        let facts = (id.clone(), method.trim().to_ascii_uppercase(), path, media.to_owned());
        let name = name.trim().split_once(':').unwrap().0.to_owned();
        Constant { name, id, limited: line.ends_with(" with limit,"), facts }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The operations of the stored Api, by id.
pub(crate) fn stored() -> BTreeMap<String, Value> {
    let path = root().join("specs/app-store-connect/api/operations.yaml");
    serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The sets of values that parameters accept, by name.
pub(crate) fn values() -> BTreeMap<String, BTreeSet<String>> {
    let path = root().join("specs/app-store-connect/api/values.yaml");
    serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The modules of operations of the crate.
pub(crate) fn modules() -> Vec<Module> {
    sources("operations")
}

/// The modules of models of the crate.
pub(crate) fn models() -> Vec<Module> {
    sources("models")
}

fn sources(folder: &str) -> Vec<Module> {
    let folder = root().join("generated/app-store-connect/src").join(folder);
    let read = |path: PathBuf| Module {
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        source: std::fs::read_to_string(&path).unwrap(),
    };
    std::fs::read_dir(folder).unwrap().map(|file| read(file.unwrap().path())).collect()
}

/// The facts of the stored Api: once for each media type of an operation's response.
fn expected(stored: &BTreeMap<String, Value>) -> Vec<Facts> {
    let mut expected = Vec::new();
    for (id, operation) in stored {
        let text = |key: &str| operation[key].as_str().unwrap().to_owned();
        let mut media: BTreeSet<&str> = BTreeSet::new();
        for (status, response) in operation["responses"].as_mapping().unwrap() {
            let content = response.get("content").and_then(Value::as_mapping);
            if status.as_str().unwrap().starts_with('2') {
                media
                    .extend(content.into_iter().flat_map(|content| content.keys()).filter_map(Value::as_str));
            }
        }
        // Without a response body, the error's media type is requested.
        if media.is_empty() {
            media.insert("application/json");
        }
        for media in media {
            expected.push((id.clone(), text("method"), text("path"), media.to_owned()));
        }
    }
    expected.sort();
    expected
}

#[test]
fn every_operation_is_there_once_as_the_stored_api_says() {
    let stored = stored();
    assert!(stored.len() > 1_000, "only {} operations were read", stored.len());
    let expected = expected(&stored);
    let constants =
        modules().into_iter().flat_map(|module| module.constants()).map(|constant| constant.facts);
    let mut found: Vec<Facts> = constants.collect();
    found.sort();
    let missing: Vec<_> = expected.iter().filter(|facts| !found.contains(facts)).collect();
    let unknown: Vec<_> = found.iter().filter(|facts| !expected.contains(facts)).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing: {missing:#?}\nunknown: {unknown:#?}");
    let twice: Vec<_> = found.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}
