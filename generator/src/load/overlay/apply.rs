//! Applies one action to a tree and lists the selected nodes.

use foldhash::{HashSet, HashSetExt as _};
use serde_json::Value;
use serde_json_path::JsonPath;

use super::merge::{self, Target, Update};
use super::{Action, Change, Edition, pattern};
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};
use crate::load::{Origins, text::count};

/// Values that all actions of an overlay may add. Forty actions that each copy the document into itself would fill any
/// memory.
pub(super) const ADDED: usize = 200_000;

pub(super) fn apply(
    action: &Action,
    edition: Edition,
    tree: &mut Value,
    origins: &mut Origins,
    budget: &mut usize,
    out: &mut Sink,
) -> Vec<Pointer> {
    let places = select(action, "target", &action.path, tree, out);
    if places.is_empty() {
        return places;
    }
    match &action.change {
        Change::Nothing => {}
        Change::Remove => remove(action, &places, tree, origins, out),
        Change::Update(value) => {
            if is_within(action, "update", places.len(), value, budget, out) {
                update(action, &places, Update { value, from: None, edition }, tree, origins, out);
            }
        }
        Change::Copy(from) => {
            let sources = select(action, "copy", from, tree, out);
            let [from] = sources.as_slice() else {
                out.push(Diagnostic::error(
                    Code::InvalidOverlay,
                    &action.place("copy"),
                    format!("`copy` must select one place and selects {}", sources.len()),
                ));
                return places;
            };
            // The source may contain the target or be inside of it, so it is copied before anything changes.
            let Some(value) = tree.pointer(from.as_str()) else { return places };
            if !is_within(action, "copy", places.len(), value, budget, out) {
                return places;
            }
            let value = value.clone();
            update(action, &places, Update { value: &value, from: Some(from), edition }, tree, origins, out);
        }
    }
    places
}

/// The places that a query selects; none if an error was pushed.
fn select(action: &Action, key: &str, path: &JsonPath, tree: &Value, out: &mut Sink) -> Vec<Pointer> {
    let query = || -> Vec<Pointer> {
        let nodes = path.query_located(tree);
        nodes.iter().map(|node| Pointer::new(node.location().to_json_pointer())).collect()
    };
    let Some(mut places) = pattern::bounded(query) else {
        let message =
            format!("the query takes more than {} regular expressions from the document", pattern::MOST);
        let help = "write the expression into the query";
        out.push(Diagnostic::error(Code::InvalidTarget, &action.place(key), message).help(help));
        return Vec::new();
    };
    // A query such as $['a','a'] selects a place twice; an update must not be made twice.
    let mut seen = HashSet::new();
    places.retain(|place| seen.insert(place.clone()));
    places
}

fn remove(action: &Action, places: &[Pointer], tree: &mut Value, origins: &mut Origins, out: &mut Sink) {
    let mut last_first: Vec<(Vec<Token>, &Pointer)> = places.iter().map(|at| (order(at), at)).collect();
    // Later items and inner places first: a removal then moves nothing that is still to be removed.
    last_first.sort_by(|a, b| b.0.cmp(&a.0));
    for (_, at) in last_first {
        let (Some(parent), Some(token)) = (at.parent(), at.tokens().last()) else {
            out.push(Diagnostic::error(
                Code::InvalidOverlay,
                &action.place("target"),
                "the document itself cannot be removed",
            ));
            continue;
        };
        match tree.pointer_mut(parent.as_str()) {
            Some(Value::Object(map)) => {
                map.shift_remove(&token);
            }
            Some(Value::Array(items)) => {
                if let Ok(index) = token.parse::<usize>()
                    && index < items.len()
                {
                    items.remove(index);
                    origins.removed(parent, index);
                }
            }
            _ => {}
        }
    }
}

/// A step of a pointer, so ordered that item 10 comes after item 9.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Index(usize),
    Name(String),
}

fn order(at: &Pointer) -> Vec<Token> {
    at.tokens().map(|token| token.parse().map_or_else(|_| Token::Name(token), Token::Index)).collect()
}

fn update(
    action: &Action,
    places: &[Pointer],
    update: Update<'_>,
    tree: &mut Value,
    origins: &mut Origins,
    out: &mut Sink,
) {
    let mut kinds: Vec<Target> =
        places.iter().filter_map(|at| tree.pointer(at.as_str())).map(merge::target).collect();
    kinds.sort();
    kinds.dedup();
    if let [first, second, ..] = kinds.as_slice() {
        out.push(
            Diagnostic::error(
                Code::InvalidOverlay,
                &action.place("target"),
                format!("the target selects {first} and {second}: one update cannot serve both"),
            )
            .help("make one action for each"),
        );
        return;
    }
    let key = if update.from.is_some() { "copy" } else { "update" };
    for at in places {
        let Some(node) = tree.pointer_mut(at.as_str()) else { continue };
        for fault in merge::merge(node, &update, at, origins) {
            out.push(Diagnostic::error(Code::InvalidOverlay, &action.place(key), fault));
        }
    }
}

/// Takes the values that an action adds from the budget; false if an error was pushed.
fn is_within(
    action: &Action,
    key: &str,
    places: usize,
    value: &Value,
    budget: &mut usize,
    out: &mut Sink,
) -> bool {
    let added = places.saturating_mul(count(value, *budget));
    let left = budget.checked_sub(added);
    match left {
        Some(left) => *budget = left,
        None => {
            let message = format!("the actions up to this one would add more than {ADDED} values");
            let diagnostic = Diagnostic::error(Code::InvalidOverlay, &action.place(key), message);
            out.push(diagnostic.help("let the target select less"));
        }
    }
    left.is_some()
}
