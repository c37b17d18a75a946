//! Defines the JSONPath functions `match` and `search` so that they compile each regular expression once.
//!
//! The library compiles the expression again for each node, which takes minutes where a filter looks at a whole document.

use std::cell::{Cell, RefCell};

use foldhash::HashMap;
use regex::{Regex, RegexBuilder};
use serde_json::Value;
use serde_json_path::functions::{LogicalType, ValueType};

/// Bytes that one compiled expression may take; the library's default of 10 MiB takes seconds to compile.
const SIZE: usize = 1 << 20;
/// Expressions that one query may compile. A filter may take one from each value of a document.
pub(super) const MOST: usize = 100;

thread_local! {
    /// The expressions of the query that is running, by their text; none of a text that is not an expression, which
    /// matches nothing (RFC 9535, 2.4.6).
    static COMPILED: RefCell<HashMap<String, Option<Regex>>> = RefCell::default();
    static IS_EXHAUSTED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a query; none if it needs too many expressions.
pub(super) fn bounded<T>(query: impl FnOnce() -> T) -> Option<T> {
    COMPILED.with_borrow_mut(HashMap::clear);
    IS_EXHAUSTED.set(false);
    let out = query();
    COMPILED.with_borrow_mut(HashMap::clear);
    (!IS_EXHAUSTED.get()).then_some(out)
}

fn is_match(value: &ValueType<'_>, pattern: &ValueType<'_>, whole: bool) -> LogicalType {
    let (Some(Value::String(text)), Some(Value::String(pattern))) = (value.as_value(), pattern.as_value())
    else {
        return LogicalType::False;
    };
    let pattern = if whole { format!("(?R)^({pattern})$") } else { format!("(?R)({pattern})") };
    COMPILED.with_borrow_mut(|known| {
        if known.len() >= MOST && !known.contains_key(&pattern) {
            IS_EXHAUSTED.set(true);
            return LogicalType::False;
        }
        let build = |pattern: &String| RegexBuilder::new(pattern).size_limit(SIZE).build().ok();
        let regex = known.entry(pattern).or_insert_with_key(build);
        regex.as_ref().is_some_and(|regex| regex.is_match(text)).into()
    })
}

#[serde_json_path::function(name = "match")]
fn whole(value: ValueType<'_>, pattern: ValueType<'_>) -> LogicalType {
    is_match(&value, &pattern, true)
}

#[serde_json_path::function(name = "search")]
fn part(value: ValueType<'_>, pattern: ValueType<'_>) -> LogicalType {
    is_match(&value, &pattern, false)
}
