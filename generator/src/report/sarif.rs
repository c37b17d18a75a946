//! Writes a diff as SARIF 2.1.0, which code scanning services read.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::words::{reach, verb};
use crate::diagnostic::shown_json;
use crate::diff::{Accepted, Bump, Change, Diff, Kind, Wire};

/// The schema that the output names and follows.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The report as SARIF: a rule per kind of change, a result per change, with the change's id as its fingerprint.
///
/// Accepted changes are suppressed results with the reviewer's reason.
///
/// # Errors
///
/// If a value cannot be written as JSON, which none that [`crate::diff::diff`] makes has.
pub fn sarif(diff: &Diff) -> Result<String, serde_json::Error> {
    let all = || diff.changes.iter().chain(diff.accepted.iter().map(|accepted| &accepted.change));
    let kinds: BTreeSet<Kind> = all().map(|change| change.kind).collect();
    let kinds: Vec<Kind> = kinds.into_iter().collect();
    let open = diff.changes.iter().map(|change| result(change, None, &kinds));
    let accepted = diff.accepted.iter().map(|accepted| result(&accepted.change, Some(accepted), &kinds));
    let run = json!({
        "tool": { "driver": {
            "name": "Storewright",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": kinds.iter().map(|kind| rule(*kind)).collect::<Vec<_>>(),
        } },
        "columnKind": "unicodeCodePoints",
        "results": open.chain(accepted).collect::<Vec<_>>(),
    });
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    Ok(shown_json(serde_json::to_string_pretty(&log)?) + "\n")
}

fn rule(kind: Kind) -> Value {
    let words = kind.as_str().replace('-', " ");
    let name: String = kind.as_str().split('-').map(heck::ToUpperCamelCase::to_upper_camel_case).collect();
    json!({ "id": kind.as_str(), "name": name, "shortDescription": { "text": words } })
}

fn result(change: &Change, accepted: Option<&Accepted>, kinds: &[Kind]) -> Value {
    let mut out = Map::new();
    out.insert("ruleId".to_owned(), json!(change.kind.as_str()));
    out.insert("ruleIndex".to_owned(), json!(kinds.binary_search(&change.kind).ok()));
    out.insert("level".to_owned(), json!(level(change)));
    let text = format!("{} {}{} — {}", change.subject, verb(change), reach(change), change.note);
    out.insert("message".to_owned(), json!({ "text": text }));
    let mut location = json!({ "logicalLocations": [{ "fullyQualifiedName": change.pointer }] });
    if let (Some(file), Some(location)) = (&change.file, location.as_object_mut()) {
        let mut physical = json!({ "artifactLocation": { "uri": uri(file) } });
        if let (Some(line), Some(physical)) = (change.line, physical.as_object_mut()) {
            physical.insert("region".to_owned(), json!({ "startLine": line }));
        }
        location.insert("physicalLocation".to_owned(), physical);
    }
    out.insert("locations".to_owned(), json!([location]));
    out.insert("partialFingerprints".to_owned(), json!({ "change/v1": change.id }));
    out.insert(
        "properties".to_owned(),
        json!({ "wire": change.wire.as_str(), "rust": change.rust.as_str(), "group": change.group }),
    );
    if let Some(accepted) = accepted {
        out.insert(
            "suppressions".to_owned(),
            json!([{ "kind": "external", "status": "accepted", "justification": accepted.reason }]),
        );
    }
    Value::Object(out)
}

/// The level of SARIF, and of annotations: a breaking change is an error.
pub(super) fn level(change: &Change) -> &'static str {
    match (change.wire, change.rust) {
        (Wire::Breaking, _) | (_, Bump::Major) => "error",
        (Wire::Risky, _) => "warning",
        (Wire::Safe, _) => "note",
    }
}

/// A file's path as a URI reference (RFC 3986), relative where the path is; a URL stays a URL.
fn uri(file: &str) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    const OUTSIDE: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'#')
        .add(b'%')
        .add(b'<')
        .add(b'>')
        .add(b'?')
        .add(b'[')
        .add(b']')
        .add(b'^')
        .add(b'`')
        .add(b'{')
        .add(b'|')
        .add(b'}');
    if file.contains("://") {
        return file.to_owned();
    }
    let path = utf8_percent_encode(&file.replace('\\', "/"), OUTSIDE).to_string();
    match path.split('/').next() {
        Some("") => format!("file://{path}"),
        // A colon in the first segment would make it a scheme.
        Some(first) if first.contains(':') => format!("./{path}"),
        _ => path,
    }
}
