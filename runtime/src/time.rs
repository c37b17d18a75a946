//! Points in time and days: the vendor's text goes in and is kept; a parsed value comes out where it can be parsed.

use std::fmt;

use crate::codec::{Event, Place, Put, Slot, Taken, View};

/// The length of `2025-01-31`.
const DAY: usize = 10;

/// Tells a date from another text in a union of both, at no cost for the many dates that are in none.
fn begins_with_a_year(text: &str) -> bool {
    text.bytes().take(4).all(|byte| byte.is_ascii_digit()) && text.as_bytes().get(4) == Some(&b'-')
}

macro_rules! kept_text {
    ($(#[$meta:meta])* $name:ident: $parsed:ty, $looks:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text as it came or was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The parsed value.
            ///
            /// # Errors
            /// When the text has no form that is known.
            pub fn parse(&self) -> Result<$parsed, jiff::Error> {
                self.0.parse()
            }
        }

        impl From<$parsed> for $name {
            fn from(value: $parsed) -> Self {
                $name(value.to_string())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                $name(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.to_owned())
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                $name(text.clone())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Slot for $name {
            fn take(&mut self, event: Event<'_>) -> Taken<'_> {
                let Event::Str(text) = event else { return Err("a string") };
                self.0 = text.to_owned();
                let looks: fn(&str) -> bool = $looks;
                Ok(if looks(text) { Place::Done } else { Place::Unlisted })
            }
        }

        impl Put for $name {
            fn view(&self) -> View<'_> {
                View::Str(&self.0)
            }
        }

        impl crate::codec::Empty for $name {
            const EMPTY: Self = Self(String::new());
        }
        crate::serde_impls! { $name }
    };
}

kept_text! {
    /// A point in time. Keeps its text, so that one in an unexpected format is neither lost nor an error.
    ///
    /// ```
    /// use storewright_runtime::Timestamp;
    /// let timestamp = Timestamp::from("2025-01-31T10:00:00-08:00");
    /// assert_eq!(timestamp.parse()?.to_string(), "2025-01-31T18:00:00Z");
    /// assert_eq!(timestamp.as_str(), "2025-01-31T10:00:00-08:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Timestamp: jiff::Timestamp, |text| text.len() > DAY && begins_with_a_year(text)
}

kept_text! {
    /// A day. Keeps its text, so that one in an unexpected format is neither lost nor an error.
    Date: jiff::civil::Date, |text| text.len() == DAY && begins_with_a_year(text)
}
