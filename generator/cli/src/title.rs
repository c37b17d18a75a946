//! Reads the title of a document without the rest of it.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// The title of a document, as its vendor wrote it.
pub(crate) fn title_of(text: &str) -> Option<String> {
    let mut title = None;
    // Reading stops with an error behind the title, and a text without one has none.
    let head = Head { title: &mut title };
    match text.trim_start().starts_with('{') {
        true => drop(serde_json::Deserializer::from_str(text).deserialize_map(head)),
        false => drop(serde_yaml::Deserializer::from_str(text).deserialize_map(head)),
    }
    title
}

/// The members of a document up to `info`.
struct Head<'a> {
    title: &'a mut Option<String>,
}

impl<'de> Visitor<'de> for Head<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        #[derive(Deserialize)]
        struct Info {
            title: String,
        }
        while let Some(name) = members.next_key::<String>()? {
            if name == "info" {
                *self.title = Some(members.next_value::<Info>()?.title);
                return Err(A::Error::custom("the title is read"));
            }
            members.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::title_of;

    #[test]
    fn the_title_is_read_from_either_notation_wherever_it_is() {
        for (text, title) in [
            (r#" {"openapi": "3.0.3", "info": {"version": "1", "title": "Shelf"}, "paths": "#, Some("Shelf")),
            (r#"{"paths": {"info": {"title": "x"}}, "info": {"title": "Shelf"}}"#, Some("Shelf")),
            ("openapi: 3.0.3\ninfo:\n  title: Shelf\npaths: {}\n", Some("Shelf")),
            (r#"{"info": {"version": "1"}}"#, None),
            ("[]", None),
            ("", None),
        ] {
            assert_eq!(title_of(text).as_deref(), title, "{text}");
        }
    }
}
