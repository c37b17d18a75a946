//! JSON of any shape, the same in every run.

use serde_json::{Value, json};

/// Numbers that look random and are the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % below
    }

    pub(crate) fn json(&mut self, depth: usize) -> Value {
        const KEYS: [&str; 24] = [
            "data",
            "included",
            "links",
            "meta",
            "id",
            "type",
            "attributes",
            "relationships",
            "name",
            "platform",
            "builds",
            "icon",
            "text",
            "wide",
            "float",
            "patch",
            "nested",
            "map",
            "any",
            "child",
            "parent",
            "pointer",
            "line",
            "$serde_json::private::Number",
        ];
        match self.next(if depth == 0 { 6 } else { 9 }) {
            0 => Value::Null,
            1 => Value::Bool(self.next(2) == 0),
            2 => json!(self.next(1000)),
            3 => json!(-1.5e3),
            4 => json!(["apps", "builds", "", "IOS", "5", "\u{0}"][self.next(6)]),
            5 => json!(u64::MAX),
            6 => (0..self.next(4)).map(|_| self.json(depth - 1)).collect(),
            _ => Value::Object(
                (0..self.next(6)).map(|_| (KEYS[self.next(24)].into(), self.json(depth - 1))).collect(),
            ),
        }
    }
}
