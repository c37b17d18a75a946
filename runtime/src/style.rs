//! Writes lists and objects into queries, paths, headers, cookies and forms, in the styles of OpenAPI.

use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use crate::codec::{Put, any, to_vec};
use crate::request::RESERVED;

/// The serialization of a list or an object; most styles write scalars alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Style {
    /// `key=a,b`; an object is `key=name,value,…`
    #[default]
    Commas,
    /// `key=a|b`
    Pipes,
    /// `key=a%20b`; a value with a space in it cannot be distinguished from two.
    Spaces,
    /// `key=a%09b`; a value with a tab in it cannot be distinguished from two.
    Tabs,
    /// `key=a&key=b`; an object is `name=value&…`, or `name=value,…` in paths and headers.
    Repeated,
    /// `key[name]=value`, also in objects within; a list is `key[]=a&key[]=b`.
    Deep,
    /// JSON text.
    Json,
    /// JSON text that is the whole query, without a name.
    Whole,
    /// `.a,b` in a path.
    Label,
    /// `.a.b` in a path; an object is `.name=value.…`
    LabelEach,
    /// `;key=a,b` in a path.
    Matrix,
    /// `;key=a;key=b` in a path; an object is `;name=value;…`
    MatrixEach,
}

impl Style {
    /// The separator within one value of a query, percent-encoded if required.
    pub(crate) fn separator(self) -> &'static str {
        match self {
            Style::Pipes => "|",
            Style::Spaces => "%20",
            Style::Tabs => "%09",
            _ => ",",
        }
    }

    /// True if a server that decodes before it splits reads this value of a query parameter as several.
    pub(crate) fn splits(self, value: &str) -> bool {
        matches!(self, Style::Commas | Style::Pipes | Style::Spaces | Style::Tabs)
            && value.contains(self.plain_separator())
    }

    /// The same before percent-encoding.
    fn plain_separator(self) -> &'static str {
        match self {
            Style::Spaces => " ",
            Style::Tabs => "\t",
            _ => self.separator(),
        }
    }
}

/// The value as JSON: all styles depend on its shape.
pub(crate) fn json(value: &dyn Put) -> Value {
    any(&to_vec(value)).unwrap_or_default()
}

/// The text of a scalar; JSON for a value that is nested deeper than a style can write. None for null.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn percent(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The parts between separators: items of a list, names and values of an object in turn.
fn parts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(text).collect(),
        Value::Object(members) => {
            members.iter().filter_map(|(name, value)| Some([name.clone(), text(value)?])).flatten().collect()
        }
        other => text(other).into_iter().collect(),
    }
}

/// Name and value of each pair of a query, the values percent-encoded.
pub(crate) fn query(key: &str, style: Style, value: &Value) -> Vec<(String, String)> {
    pairs(key, style, value, &percent, style.separator())
}

/// Name and value of each field of a form, unchanged.
pub(crate) fn fields(key: &str, style: Style, value: &Value) -> Vec<(String, String)> {
    pairs(key, style, value, &str::to_owned, style.plain_separator())
}

fn pairs(
    key: &str,
    style: Style,
    value: &Value,
    encode: &dyn Fn(&str) -> String,
    separator: &str,
) -> Vec<(String, String)> {
    let mut out = Vec::new();
    match (style, value) {
        (_, Value::Null) => {}
        (Style::Json, value) => out.push((key.to_owned(), encode(&value.to_string()))),
        (Style::Whole, value) => out.push((String::new(), encode(&value.to_string()))),
        (Style::Deep, value) => deep(key, value, encode, &mut out),
        (Style::Repeated, Value::Object(members)) => {
            for (name, value) in members {
                each(name, value, encode, &mut out);
            }
        }
        (Style::Repeated, value) => each(key, value, encode, &mut out),
        (_, value) => {
            let parts: Vec<String> = parts(value).iter().map(|part| encode(part)).collect();
            if !parts.is_empty() {
                out.push((key.to_owned(), parts.join(separator)));
            }
        }
    }
    out
}

fn each(key: &str, value: &Value, encode: &dyn Fn(&str) -> String, out: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => {
            out.extend(items.iter().filter_map(text).map(|item| (key.to_owned(), encode(&item))));
        }
        other => out.extend(text(other).map(|text| (key.to_owned(), encode(&text)))),
    }
}

fn deep(key: &str, value: &Value, encode: &dyn Fn(&str) -> String, out: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                deep(&format!("{key}[{name}]"), value, encode, out);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                // Objects need a number, or their members could not be distinguished.
                let nested = item.is_object() || item.is_array();
                let index = if nested { index.to_string() } else { String::new() };
                deep(&format!("{key}[{index}]"), item, encode, out);
            }
        }
        other => out.extend(text(other).map(|text| (key.to_owned(), encode(&text)))),
    }
}

/// A value as one segment of a path, percent-encoded; empty for an empty value.
pub(crate) fn segment(key: &str, style: Style, value: &Value) -> String {
    written(key, style, value, &percent)
}

/// A value for a header or a cookie; none for an empty value.
pub(crate) fn line(style: Style, value: &Value) -> Option<String> {
    Some(written("", style, value, &str::to_owned)).filter(|line| !line.is_empty())
}

fn written(key: &str, style: Style, value: &Value, encode: &dyn Fn(&str) -> String) -> String {
    if style == Style::Json && !value.is_null() {
        return encode(&value.to_string());
    }
    let (each, first, between) = match style {
        Style::Label => (false, ".", ","),
        Style::LabelEach => (true, ".", "."),
        Style::Matrix => (false, ";", ","),
        Style::MatrixEach => (true, ";", ";"),
        Style::Repeated | Style::Deep => (true, "", ","),
        _ => (false, "", ","),
    };
    let matrix = matches!(style, Style::Matrix | Style::MatrixEach);
    let named = |name: &str, value: &str| format!("{}={}", encode(name), encode(value));
    let parts: Vec<String> = match value {
        Value::Object(members) if each => {
            members.iter().filter_map(|(name, value)| Some(named(name, &text(value)?))).collect()
        }
        other if each && matrix => parts(other).iter().map(|part| named(key, part)).collect(),
        other => parts(other).iter().map(|part| encode(part)).collect(),
    };
    if parts.is_empty() {
        return String::new();
    }
    let name = if style == Style::Matrix { format!("{}=", encode(key)) } else { String::new() };
    format!("{first}{name}{}", parts.join(between))
}

/// The value of one path parameter.
#[derive(Debug, Clone)]
pub struct Segment(String);

impl Segment {
    /// A value that is written unchanged.
    pub fn text(value: &str) -> Self {
        // Empty values and dots are refused when the path is built.
        Segment(percent(value))
    }

    /// A value in a style; `key` is the name of the parameter.
    pub fn styled(key: &str, style: Style, value: &dyn Put) -> Self {
        Segment(segment(key, style, &json(value)))
    }

    /// Percent-encoded.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn list() -> Value {
        json!(["a b", "c,d"])
    }

    fn object() -> Value {
        json!({ "R": 100, "G": "x/y", "none": null })
    }

    fn sorted(mut pairs: Vec<(String, String)>) -> Vec<String> {
        pairs.sort();
        pairs.into_iter().map(|(key, value)| format!("{key}={value}")).collect()
    }

    #[test]
    fn queries_are_written_in_each_style() {
        for (style, value, pairs) in [
            (Style::Commas, list(), vec!["k=a%20b,c%2Cd"]),
            (Style::Pipes, list(), vec!["k=a%20b|c%2Cd"]),
            (Style::Spaces, json!(["a", "b"]), vec!["k=a%20b"]),
            (Style::Repeated, list(), vec!["k=a%20b", "k=c%2Cd"]),
            (Style::Repeated, object(), vec!["G=x%2Fy", "R=100"]),
            (
                Style::Repeated,
                json!({ "l": [1, 2], "o": { "a": 1 } }),
                vec!["l=1", "l=2", "o=%7B%22a%22%3A1%7D"],
            ),
            (Style::Deep, object(), vec!["k[G]=x%2Fy", "k[R]=100"]),
            (Style::Deep, json!({ "a": { "b": 1 }, "l": [1, 2] }), vec!["k[a][b]=1", "k[l][]=1", "k[l][]=2"]),
            (Style::Deep, json!([{ "a": 1 }, { "a": 2 }]), vec!["k[0][a]=1", "k[1][a]=2"]),
            (Style::Json, json!({ "a": "b" }), vec!["k=%7B%22a%22%3A%22b%22%7D"]),
            (Style::Json, json!("b"), vec!["k=%22b%22"]),
            (Style::Whole, json!({ "a": "b" }), vec!["=%7B%22a%22%3A%22b%22%7D"]),
            (Style::Commas, json!(1.5), vec!["k=1.5"]),
            (Style::Commas, json!([]), vec![]),
            (Style::Json, Value::Null, vec![]),
        ] {
            assert_eq!(sorted(query("k", style, &value)), pairs, "{style:?} {value}");
        }
        let members = query("k", Style::Commas, &json!({ "R": 100 }));
        assert_eq!(members, [("k".to_owned(), "R,100".to_owned())]);
    }

    #[test]
    fn segments_are_as_rfc_6570_has_them() {
        for (style, value, segment_) in [
            (Style::Commas, json!(5), "5"),
            (Style::Commas, json!([3, 4]), "3,4"),
            (Style::Commas, json!({ "R": 100 }), "R,100"),
            (Style::Repeated, json!({ "R": 100 }), "R=100"),
            (Style::Label, json!(5), ".5"),
            (Style::Label, json!([3, 4]), ".3,4"),
            (Style::LabelEach, json!([3, 4]), ".3.4"),
            (Style::LabelEach, json!({ "R": 100 }), ".R=100"),
            (Style::Matrix, json!(5), ";id=5"),
            (Style::Matrix, json!([3, 4]), ";id=3,4"),
            (Style::Matrix, json!({ "R": 100 }), ";id=R,100"),
            (Style::MatrixEach, json!(5), ";id=5"),
            (Style::MatrixEach, json!([3, 4]), ";id=3;id=4"),
            (Style::MatrixEach, json!({ "R": 100 }), ";R=100"),
            (Style::Label, json!("a/b"), ".a%2Fb"),
            (Style::Label, json!([]), ""),
        ] {
            assert_eq!(segment("id", style, &value), segment_, "{style:?} {value}");
        }
    }
}
