//! Parses an overlay document into checked actions with compiled targets.

mod apply;
mod merge;
mod pattern;

use serde::Serialize;
use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use super::spans;
use super::text;
use super::{Origins, Source};
use crate::diagnostic::{Code, Diagnostic, Pointer, Severity, Sink};

/// An Overlay document (Overlay Specification 1.0 or 1.1).
#[derive(Debug, Clone)]
pub struct Overlay {
    /// The document that it was written for, if declared.
    pub extends: Option<String>,
    actions: Vec<Action>,
    edition: Edition,
    name: String,
    text: Vec<u8>,
}

/// The differences between the versions of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edition {
    /// Lists get one entry per update; single values cannot be targets; there is no `copy`.
    V1_0,
    /// Lists are concatenated; single values are replaced.
    V1_1,
}

#[derive(Debug, Clone)]
struct Action {
    index: usize,
    id: String,
    description: String,
    target: String,
    path: JsonPath,
    change: Change,
    since: Option<String>,
    until: Option<String>,
}

#[derive(Debug, Clone)]
enum Change {
    /// The specification allows it, so it is not an error; its author did not mean it.
    Nothing,
    Remove,
    Update(Value),
    Copy(JsonPath),
}

impl Change {
    /// The locations that the change of a target alters: an update of an object alters the members that it names.
    fn places(&self, at: &Pointer, out: &mut Vec<Pointer>) {
        fn go(value: &Value, at: &Pointer, out: &mut Vec<Pointer>) {
            match value {
                // Deeper ones are parts of the same operation or schema.
                Value::Object(members) if at.tokens().count() < 4 && !members.is_empty() => {
                    members.iter().for_each(|(name, value)| go(value, &at.child(name), out));
                }
                _ => out.push(at.clone()),
            }
        }
        match self {
            Self::Nothing => {}
            Self::Remove | Self::Copy(_) => out.push(at.clone()),
            Self::Update(value) => go(value, at, out),
        }
    }
}

/// The outcome of one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActionOutcome {
    /// Its `x-id`, else its index.
    pub id: String,
    /// Its own words.
    pub description: String,
    /// Its JSONPath query.
    pub target: String,
    /// The number of locations that the target selected.
    pub matched: usize,
    /// True if it applies to this version of the vendor's document.
    pub applies: bool,
    /// The locations that it changed.
    #[serde(skip)]
    pub changed: Vec<Pointer>,
}

/// One way in which a document is not an overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverlayFault {
    /// The location in the overlay.
    pub at: Pointer,
    /// The problem.
    pub message: String,
}

impl Overlay {
    /// The overlay of a text; `None` if errors were pushed.
    pub fn parse(source: Source<'_>, out: &mut Sink) -> Option<Self> {
        let mut found = Sink::new();
        let overlay = read(&source, &mut found);
        spans::locate(source, &mut found);
        found.into_diagnostics().into_iter().for_each(|d| out.push(d));
        overlay
    }

    /// Changes the tree. Actions whose `x-since`..`x-until` excludes `version` are skipped. Where the two cannot be compared,
    /// the action applies and a notice says so.
    pub fn apply(&self, tree: &mut Value, version: Option<&str>, out: &mut Sink) -> Vec<ActionOutcome> {
        self.apply_traced(tree, version, &mut Origins::default(), out)
    }

    /// The same, and records moved locations.
    pub fn apply_traced(
        &self,
        tree: &mut Value,
        version: Option<&str>,
        origins: &mut Origins,
        out: &mut Sink,
    ) -> Vec<ActionOutcome> {
        let mut found = Sink::new();
        let mut budget = apply::ADDED;
        let outcomes = self
            .actions
            .iter()
            .map(|action| {
                let applies = action.holds_for(version);
                action.incomparable(version).into_iter().for_each(|notice| found.push(notice));
                if matches!(action.change, Change::Nothing) {
                    let message = format!("overlay action `{}` changes nothing", action.id);
                    found.push(
                        Diagnostic::notice(Code::UnmatchedAction, &action.place("target"), message)
                            .help("give it `update`, `copy` or `remove: true`, or take it out"),
                    );
                }
                let mut changed = Vec::new();
                let matched = if applies {
                    let places = apply::apply(action, self.edition, tree, origins, &mut budget, &mut found);
                    places.iter().for_each(|at| action.change.places(at, &mut changed));
                    places.len()
                } else {
                    action.path.query(tree).len()
                };
                if applies && matched == 0 {
                    found.push(
                        Diagnostic::notice(
                            Code::UnmatchedAction,
                            &action.place("target"),
                            format!("overlay action `{}` matches nothing: {}", action.id, action.target),
                        )
                        .help(
                            "the vendor may have fixed this: limit the action with `x-until`, or remove it",
                        ),
                    );
                }
                ActionOutcome {
                    id: action.id.clone(),
                    description: action.description.clone(),
                    target: action.target.clone(),
                    matched,
                    applies,
                    changed,
                }
            })
            .collect();
        spans::locate(Source { name: &self.name, text: &self.text }, &mut found);
        found.into_diagnostics().into_iter().for_each(|d| out.push(d));
        outcomes
    }
}

impl Action {
    fn holds_for(&self, version: Option<&str>) -> bool {
        let Some(version) = version else { return true };
        let bound = |bound: &Option<String>| bound.clone().filter(|bound| is_comparable(bound, version));
        let since = bound(&self.since).is_none_or(|since| compare_versions(&since, version).is_le());
        let until = bound(&self.until).is_none_or(|until| compare_versions(version, &until).is_le());
        since && until
    }

    /// The notice of a bound that says nothing about the version.
    fn incomparable(&self, version: Option<&str>) -> Option<Diagnostic> {
        let bounds = [("x-since", &self.since), ("x-until", &self.until)];
        let (key, bound) = bounds.into_iter().find_map(|(key, bound)| {
            let bound = bound.as_deref()?;
            version.is_none_or(|version| !is_comparable(bound, version)).then_some((key, bound))
        })?;
        let version = match version {
            Some(version) => format!("the document's version `{version}`"),
            None => "the document has no text as its version, which".to_owned(),
        };
        let message = format!(
            "{version} cannot be compared with `{key}: {bound}`; overlay action `{}` applies",
            self.id
        );
        let help = "write the bound as the document writes versions, or remove it";
        Some(Diagnostic::notice(Code::InvalidOverlay, &self.place(key), message).help(help))
    }

    fn place(&self, key: &str) -> Pointer {
        Pointer::new("/actions").child(self.index).child(key)
    }
}

/// True if both versions begin with a number, or neither does: `latest` is neither before nor after `4.3`.
fn is_comparable(a: &str, b: &str) -> bool {
    let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    is_number(a) == is_number(b)
}

/// Compares versions part by part, as numbers where both parts are numbers; `4.3` equals `4.3.0`.
pub fn compare_versions(a: &str, b: &str) -> std::cmp::Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let (l, r) = (left.next(), right.next());
        if l.is_none() && r.is_none() {
            return std::cmp::Ordering::Equal;
        }
        let (l, r) = (l.unwrap_or("0"), r.unwrap_or("0"));
        let order = match (l.parse::<u64>(), r.parse::<u64>()) {
            (Ok(l), Ok(r)) => l.cmp(&r),
            _ => l.cmp(r),
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn read(source: &Source<'_>, out: &mut Sink) -> Option<Overlay> {
    let mut said = Sink::new();
    let tree = text::parse(source, &mut said);
    let is_good = said.diagnostics().is_empty();
    for mut diagnostic in said.into_diagnostics() {
        // We write overlays ourselves, so nothing in them is left to a default.
        diagnostic.severity = Severity::Error;
        out.push(diagnostic);
    }
    let tree = tree.filter(|_| is_good)?;
    let faults = validate(&tree);
    if !faults.is_empty() {
        for fault in faults {
            out.push(Diagnostic::error(Code::InvalidOverlay, &fault.at, fault.message));
        }
        return None;
    }
    let edition = match tree.get("overlay").and_then(Value::as_str) {
        Some(version) if version.starts_with("1.0") => Edition::V1_0,
        _ => Edition::V1_1,
    };
    let before = out.diagnostics().len();
    let actions: Vec<Action> = tree
        .get("actions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .enumerate()
        .filter_map(|(index, action)| compile(index, action.as_object()?, edition, out))
        .collect();
    repeated_ids(&actions, out);
    if out.diagnostics().len() > before {
        return None;
    }
    Some(Overlay {
        extends: tree.get("extends").and_then(Value::as_str).map(str::to_owned),
        actions,
        edition,
        name: source.name.to_owned(),
        text: source.text.to_vec(),
    })
}

fn repeated_ids(actions: &[Action], out: &mut Sink) {
    for (i, action) in actions.iter().enumerate() {
        if let Some(first) = actions.iter().take(i).find(|first| first.id == action.id) {
            out.push(Diagnostic::error(
                Code::InvalidOverlay,
                &action.place("x-id"),
                format!("`{}` is the id of action {} too", action.id, first.index),
            ));
        }
    }
}

fn compile(index: usize, action: &Map<String, Value>, edition: Edition, out: &mut Sink) -> Option<Action> {
    let at = Pointer::new("/actions").child(index);
    let text = |key: &str| action.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let bound = |key: &str, out: &mut Sink| match action.get(key) {
        None => None,
        Some(Value::String(version)) => Some(version.clone()),
        Some(_) => {
            out.push(
                Diagnostic::error(Code::InvalidOverlay, &at.child(key), format!("`{key}` must be a string"))
                    .help("put the version into quotes: YAML reads 4.10 as the number 4.1"),
            );
            None
        }
    };
    let (since, until) = (bound("x-since", out), bound("x-until", out));
    let path = query(&text("target"), &at.child("target"), out);
    let change = match (action.get("remove"), action.get("copy"), action.get("update")) {
        (Some(Value::Bool(true)), _, _) => Change::Remove,
        (_, Some(_), _) if edition == Edition::V1_0 => {
            out.push(
                Diagnostic::error(Code::InvalidOverlay, &at.child("copy"), "`copy` came with Overlay 1.1")
                    .help("write `overlay: 1.1.0`"),
            );
            return None;
        }
        (_, Some(_), Some(_)) => {
            out.push(
                Diagnostic::error(Code::InvalidOverlay, &at, "an action has either `update` or `copy`")
                    .help("make two actions of it: they are applied in order"),
            );
            return None;
        }
        (_, Some(_), None) => Change::Copy(query(&text("copy"), &at.child("copy"), out)?),
        (_, None, Some(value)) => Change::Update(value.clone()),
        (_, None, None) => Change::Nothing,
    };
    Some(Action {
        index,
        id: action.get("x-id").and_then(Value::as_str).map_or_else(|| index.to_string(), str::to_owned),
        description: text("description"),
        target: text("target"),
        path: path?,
        change,
        since,
        until,
    })
}

/// Brackets and parentheses of a query that may be open at once: the library reads them by recursion.
const NESTED: usize = 16;

/// True if more brackets and parentheses are open at once than a query may have; those in names do not count.
fn is_too_deep(query: &str) -> bool {
    let (mut depth, mut quote, mut is_escaped) = (0_usize, None, false);
    for byte in query.bytes() {
        match (byte, quote) {
            _ if is_escaped => is_escaped = false,
            (b'\\', Some(_)) => is_escaped = true,
            (byte, Some(open)) if byte == open => quote = None,
            (_, Some(_)) => {}
            (b'\'' | b'"', None) => quote = Some(byte),
            (b'[' | b'(', None) => depth += 1,
            (b']' | b')', None) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > NESTED {
            return true;
        }
    }
    false
}

fn query(target: &str, at: &Pointer, out: &mut Sink) -> Option<JsonPath> {
    if is_too_deep(target) {
        let message = format!("the JSONPath query nests brackets and parentheses more than {NESTED} deep");
        let help = "select the same places with less nested filters";
        out.push(Diagnostic::error(Code::InvalidTarget, at, message).help(help));
        return None;
    }
    match JsonPath::parse(target) {
        Ok(path) => Some(path),
        Err(error) => {
            out.push(
                Diagnostic::error(Code::InvalidTarget, at, format!("`{target}` is not a JSONPath query: {error}"))
                    .help("names with characters other than letters, digits and `_` go into brackets: $['x-name'] (RFC 9535)"),
            );
            None
        }
    }
}

/// Checks that a tree has the form of an overlay, as the specification's own schemas define it. Targets are not evaluated here.
pub fn validate(tree: &Value) -> Vec<OverlayFault> {
    let mut faults = Vec::new();
    let root = Pointer::root();
    let Some(document) = object(tree, &root, "an overlay", &mut faults) else { return faults };
    let edition = match document.get("overlay") {
        Some(Value::String(version)) if is_patch_of(version, "1.0.") => Some(Edition::V1_0),
        Some(Value::String(version)) if is_patch_of(version, "1.1.") => Some(Edition::V1_1),
        Some(Value::String(version)) => {
            fault(
                &mut faults,
                root.child("overlay"),
                format!("Overlay {version} is not read: write 1.0.x or 1.1.x"),
            );
            None
        }
        Some(_) => {
            fault(&mut faults, root.child("overlay"), "`overlay` must be a string such as 1.1.0");
            None
        }
        None => {
            fault(
                &mut faults,
                root.clone(),
                "`overlay` is missing: the version of the Overlay Specification",
            );
            None
        }
    };
    only(document, &root, &["overlay", "info", "extends", "actions"], &mut faults);
    string(document, &root, "extends", &mut faults);
    match document.get("info") {
        Some(info) => validate_info(info, edition, &mut faults),
        None => fault(&mut faults, root.clone(), "`info` is missing"),
    }
    match document.get("actions") {
        Some(Value::Array(actions)) if actions.is_empty() => {
            fault(&mut faults, root.child("actions"), "`actions` must hold at least one action");
        }
        Some(Value::Array(actions)) => validate_actions(actions, edition, &mut faults),
        Some(_) => fault(&mut faults, root.child("actions"), "`actions` must be a list"),
        None => fault(&mut faults, root, "`actions` is missing"),
    }
    faults
}

fn validate_info(info: &Value, edition: Option<Edition>, faults: &mut Vec<OverlayFault>) {
    let at = Pointer::new("/info");
    let Some(info) = object(info, &at, "`info`", faults) else { return };
    let known: &[&str] = if edition == Some(Edition::V1_0) {
        &["title", "version"]
    } else {
        &["title", "version", "description"]
    };
    only(info, &at, known, faults);
    for key in ["title", "version"] {
        if !info.contains_key(key) {
            fault(faults, at.clone(), format!("`{key}` is missing"));
        }
        string(info, &at, key, faults);
    }
    string(info, &at, "description", faults);
}

fn validate_actions(actions: &[Value], edition: Option<Edition>, faults: &mut Vec<OverlayFault>) {
    for (index, action) in actions.iter().enumerate() {
        let at = Pointer::new("/actions").child(index);
        if let Some(first) = actions.iter().take(index).position(|first| first == action) {
            fault(faults, at.clone(), format!("the action is the same as action {first}"));
        }
        let Some(action) = object(action, &at, "an action", faults) else { continue };
        let known: &[&str] = if edition == Some(Edition::V1_0) {
            &["target", "description", "update", "remove"]
        } else {
            &["target", "description", "update", "remove", "copy"]
        };
        only(action, &at, known, faults);
        string(action, &at, "description", faults);
        string(action, &at, "copy", faults);
        match action.get("target") {
            Some(Value::String(target)) if target.starts_with('$') => {}
            Some(Value::String(_)) => fault(faults, at.child("target"), "`target` must begin with `$`"),
            Some(_) => fault(faults, at.child("target"), "`target` must be a string"),
            None => fault(faults, at.clone(), "`target` is missing"),
        }
        if action.get("remove").is_some_and(|remove| !remove.is_boolean()) {
            fault(faults, at.child("remove"), "`remove` must be true or false");
        }
    }
}

fn is_patch_of(version: &str, minor: &str) -> bool {
    version
        .strip_prefix(minor)
        .is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|b| b.is_ascii_digit()))
}

fn fault(faults: &mut Vec<OverlayFault>, at: Pointer, message: impl Into<String>) {
    faults.push(OverlayFault { at, message: message.into() });
}

fn object<'a>(
    value: &'a Value,
    at: &Pointer,
    what: &str,
    faults: &mut Vec<OverlayFault>,
) -> Option<&'a Map<String, Value>> {
    let found = value.as_object();
    if found.is_none() {
        fault(faults, at.clone(), format!("{what} must be an object"));
    }
    found
}

fn only(map: &Map<String, Value>, at: &Pointer, known: &[&str], faults: &mut Vec<OverlayFault>) {
    for key in map.keys().filter(|key| !key.starts_with("x-") && !known.contains(&key.as_str())) {
        fault(faults, at.child(key), format!("`{key}` is not a field of this object"));
    }
}

fn string(map: &Map<String, Value>, at: &Pointer, key: &str, faults: &mut Vec<OverlayFault>) {
    if map.get(key).is_some_and(|value| !value.is_string()) {
        fault(faults, at.child(key), format!("`{key}` must be a string"));
    }
}
