//! Formats models for `Debug` without secrets.
//!
//! Hides the strings of members whose names say that they are secret, the `value` next to a `name` that says so, the
//! values of headers, and everything after the `?` of a URL, which contains its signature.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use super::json_api_request::Outline;
use super::view::{Fields, View};

/// Endings of names of secret members and headers, in lower case without separators.
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
        Shown { view: self, in_headers: false }.fmt(f)
    }
}

/// A view, and true if it is in a list of headers, any of which may authorise the request.
struct Shown<'s, 'v> {
    view: &'s View<'v>,
    in_headers: bool,
}

impl fmt::Debug for Shown<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_headers = self.in_headers;
        match self.view {
            View::Absent => f.write_str("absent"),
            View::Null => f.write_str("null"),
            View::Bool(value) => value.fmt(f),
            View::Int(value) => value.fmt(f),
            View::Uint(value) => value.fmt(f),
            View::Float(value) => value.fmt(f),
            View::Str(value) => without_query(value).fmt(f),
            View::Object(object) => members(f, in_headers, |put| object.each(put)),
            View::Draft(shape, draft) => {
                members(f, in_headers, |put| Outline { shape, draft: *draft }.each(put))
            }
            View::Keys(keys) => members(f, in_headers, |put| keys.each(put)),
            View::Value(value) => match value {
                Value::String(text) => View::Str(text).fmt(f),
                Value::Array(items) => {
                    let mut out = f.debug_list();
                    for item in items {
                        out.entry(&Shown { view: &View::Value(item), in_headers });
                    }
                    out.finish()
                }
                Value::Object(map) => members(f, in_headers, |put| {
                    map.iter().for_each(|(name, value)| put(name, View::Value(value)));
                }),
                Value::Null | Value::Bool(_) | Value::Number(_) => fmt::Display::fmt(value, f),
            },
            View::Seq(seq) => {
                let mut out = f.debug_list();
                seq.each(&mut |view| {
                    out.entry(&Shown { view: &view, in_headers });
                });
                out.finish()
            }
        }
    }
}

/// Absent members carry no information and would hide the others.
fn members(
    f: &mut fmt::Formatter<'_>,
    in_headers: bool,
    each: impl FnOnce(&mut dyn FnMut(&str, View<'_>)),
) -> fmt::Result {
    let mut out = f.debug_map();
    let mut hides_value = in_headers;
    each(&mut |name, view| {
        let text = match view {
            View::Absent => return,
            View::Str(text) => text,
            View::Value(Value::String(text)) => text,
            _ => "",
        };
        hides_value |= name == "name" && is_secret(text);
        let hidden = is_secret(name) || hides_value && name == "value";
        let in_headers = in_headers || name.to_ascii_lowercase().ends_with("headers");
        match hidden && !text.is_empty() {
            true => out.entry(&name, &format_args!("…")),
            false => out.entry(&name, &Shown { view: &view, in_headers }),
        };
    });
    out.finish()
}

fn is_secret(name: &str) -> bool {
    let name: String = name.chars().filter(|c| c.is_alphabetic()).map(|c| c.to_ascii_lowercase()).collect();
    SECRET.iter().any(|end| name.ends_with(end))
}

/// A URL that is safe to show: without its query, and without a name and password before the host. Other text is unchanged.
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
    fn no_value_of_a_header_is_shown() {
        let value = serde_json::json!({
            "requestHeaders": [{"name": "x-signed", "value": "abc", "more": {"value": "def"}}],
            "value": "shown",
        });
        assert_eq!(
            format!("{:?}", View::Value(&value)),
            r#"{"requestHeaders": [{"name": "x-signed", "value": …, "more": {"value": …}}], "value": "shown"}"#
        );
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
