//! `Debug` of models: a view goes in; its text comes out, without what must not stand in a log.
//!
//! Hidden are the texts of members whose names say that they are secret, the `value` beside a `name` that says so, and what
//! follows the `?` of a URL: that is where a URL is signed.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use super::draft::Outline;
use super::view::{Fields, View};

/// How the name of a secret member or header ends, in small letters alone.
const SECRET: &[&str] = &[
    "password",
    "secret",
    "token",
    "secretkey",
    "secretjson",
    "apikey",
    "privatekey",
    "authorization",
    "cookie",
];

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            View::Absent => f.write_str("absent"),
            View::Null => f.write_str("null"),
            View::Bool(value) => value.fmt(f),
            View::Int(value) => value.fmt(f),
            View::Uint(value) => value.fmt(f),
            View::Float(value) => value.fmt(f),
            View::Str(value) => without_query(value).fmt(f),
            View::Object(object) => members(f, |put| object.each(put)),
            View::Draft(shape, draft) => members(f, |put| Outline { shape, draft: *draft }.each(put)),
            View::Keys(keys) => members(f, |put| keys.each(put)),
            View::Value(value) => match value {
                Value::String(text) => View::Str(text).fmt(f),
                Value::Array(items) => f.debug_list().entries(items.iter().map(View::Value)).finish(),
                Value::Object(map) => {
                    members(f, |put| map.iter().for_each(|(name, value)| put(name, View::Value(value))))
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => fmt::Display::fmt(value, f),
            },
            View::Seq(seq) => {
                let mut out = f.debug_list();
                seq.each(&mut |view| {
                    out.entry(&view);
                });
                out.finish()
            }
        }
    }
}

/// Members that are absent say nothing and would drown the others.
fn members(f: &mut fmt::Formatter<'_>, each: impl FnOnce(&mut dyn FnMut(&str, View<'_>))) -> fmt::Result {
    let mut out = f.debug_map();
    let mut names_secret = false;
    each(&mut |name, view| {
        let text = match view {
            View::Absent => return,
            View::Str(text) => text,
            View::Value(Value::String(text)) => text,
            _ => "",
        };
        names_secret |= name == "name" && is_secret(text);
        let hidden = is_secret(name) || names_secret && name == "value";
        match hidden && !text.is_empty() {
            true => out.entry(&name, &format_args!("…")),
            false => out.entry(&name, &view),
        };
    });
    out.finish()
}

fn is_secret(name: &str) -> bool {
    let name: String = name.chars().filter(|c| c.is_alphabetic()).map(|c| c.to_ascii_lowercase()).collect();
    SECRET.iter().any(|end| name.ends_with(end))
}

/// A URL as it may be shown: without its query, and without a name and password before the host. Other text is as it is.
pub(crate) fn without_query(text: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = text.split_once("://") else { return Cow::Borrowed(text) };
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Cow::Borrowed(text);
    }
    let (place, query) = rest.split_once(['?', '#']).map_or((rest, ""), |(place, _)| (place, "?…"));
    let (authority, path) = place.split_at(place.find('/').unwrap_or(place.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if query.is_empty() && host == authority {
        return Cow::Borrowed(text);
    }
    let user = if host == authority { "" } else { "…@" };
    Cow::Owned(format!("{scheme}://{user}{host}{path}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_shown_without_what_signs_them() {
        for (text, shown) in [
            ("https://a.example/b/c?d=e", "https://a.example/b/c?…"),
            ("HTTP://a.example?d", "HTTP://a.example?…"),
            ("https://a.example/#d", "https://a.example/?…"),
            ("https://user:word@a.example:1/b@c", "https://…@a.example:1/b@c"),
            ("https://u@v@a.example?x", "https://…@a.example?…"),
            ("https://a.example/b", "https://a.example/b"),
            ("what? a://b?c", "what? a://b?c"),
            ("", ""),
        ] {
            assert_eq!(without_query(text), shown, "{text}");
        }
    }

    #[test]
    fn names_say_what_is_secret() {
        for name in
            ["token", "api_token", "urlEncodedToken", "demoAccountPassword", "secret", "google_api_key"]
        {
            assert!(is_secret(name), "{name}");
        }
        for name in ["tokens", "publicKey", "keywords", "can_change_password_now", "key", "id"] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn json_of_any_shape_is_shown_without_secrets_too() {
        let value = serde_json::json!({
            "a": [{"secret": "x", "token": "", "password": 5, "url": "http://h/?x", "n": null}],
            "b": [{"name": "X-Amz-Security-Token", "value": "x"}, {"name": "Content-Type", "value": "image/png"}],
        });
        assert_eq!(
            format!("{:?}", View::Value(&value)),
            r#"{"a": [{"secret": …, "token": "", "password": 5, "url": "http://h/?…", "n": null}], "#
                .to_owned()
                + r#""b": [{"name": "X-Amz-Security-Token", "value": …}, {"name": "Content-Type", "value": "image/png"}]}"#
        );
    }
}
