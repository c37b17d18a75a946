//! Keeps points in time and days as the vendor's text, and compares and converts them by their meaning.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::codec::{Event, Place, Put, Slot, Taken, View};

/// The length of `2025-01-31`.
const DAY: usize = 10;

/// Distinguishes a date from other text in a union of both, at no cost for the many dates that are in none.
fn begins_with_a_year(text: &str) -> bool {
    text.bytes().take(4).all(|byte| byte.is_ascii_digit()) && text.as_bytes().get(4) == Some(&b'-')
}

macro_rules! kept_text {
    ($(#[$meta:meta])* $name:ident: $parsed:ty, $looks:expr) => {
        $(#[$meta])*
        ///
        /// Two are equal, and ordered, by their meaning. Text of an unknown format comes last, ordered as text.
        #[derive(Debug, Clone, Default)]
        pub struct $name(String);

        impl $name {
            /// The unchanged text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The parsed value.
            ///
            /// # Errors
            /// If the text has no known format.
            pub fn parse(&self) -> Result<$parsed, jiff::Error> {
                self.0.parse()
            }

            /// The parsed value, or the text if it has no known format.
            fn meaning(&self) -> Result<$parsed, &str> {
                self.parse().map_err(|_| self.0.as_str())
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                // Most texts with the same meaning are the same.
                self.0 == other.0 || self.meaning() == other.meaning()
            }
        }

        impl Eq for $name {}

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                self.meaning().cmp(&other.meaning())
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.meaning().hash(state);
            }
        }

        impl PartialEq<$parsed> for $name {
            fn eq(&self, other: &$parsed) -> bool {
                self.meaning() == Ok(*other)
            }
        }

        impl PartialOrd<$parsed> for $name {
            fn partial_cmp(&self, other: &$parsed) -> Option<Ordering> {
                Some(self.meaning().ok()?.cmp(other))
            }
        }

        impl From<$parsed> for $name {
            fn from(value: $parsed) -> Self {
                $name(value.to_string())
            }
        }

        impl TryFrom<&$name> for $parsed {
            type Error = jiff::Error;

            fn try_from(value: &$name) -> Result<Self, jiff::Error> {
                value.parse()
            }
        }

        impl TryFrom<$name> for $parsed {
            type Error = jiff::Error;

            fn try_from(value: $name) -> Result<Self, jiff::Error> {
                value.parse()
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
    /// assert_eq!(timestamp, Timestamp::from("2025-01-31T18:00:00Z"));
    /// assert!(timestamp < storewright_runtime::jiff::Timestamp::now());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Timestamp: jiff::Timestamp, |text| text.len() > DAY && begins_with_a_year(text)
}

kept_text! {
    /// A day. Keeps its text, so that one in an unexpected format is neither lost nor an error.
    Date: jiff::civil::Date, |text| text.len() == DAY && begins_with_a_year(text)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn timestamps_are_compared_by_the_time_that_they_mean() {
        let [west, utc, later, odd, empty] = [
            "2025-01-31T10:00:00-08:00",
            "2025-01-31T18:00:00Z",
            "2025-01-31T12:00:00-08:00",
            "yesterday",
            "",
        ]
        .map(Timestamp::from);
        assert_eq!(west, utc);
        assert!(west < later, "{west} has the smaller text and {later} is later");
        assert!(later < empty && empty < odd, "unknown formats come last, by their text");
        assert_ne!(odd, empty);
        let distinct: HashSet<&Timestamp> = [&west, &utc, &later, &odd].into_iter().collect();
        assert_eq!(distinct.len(), 3);
        let mut all = [&odd, &later, &utc];
        all.sort();
        assert_eq!(all, [&utc, &later, &odd]);
    }

    #[test]
    fn timestamps_and_dates_convert_to_and_from_jiff() -> Result<(), jiff::Error> {
        let known: jiff::Timestamp = "2025-01-31T18:00:00Z".parse()?;
        let timestamp = Timestamp::from("2025-01-31T10:00:00-08:00");
        assert_eq!(jiff::Timestamp::try_from(&timestamp)?, known);
        assert!(timestamp == known && timestamp >= known);
        assert_eq!(Timestamp::from(known), timestamp);
        let odd = Timestamp::from("yesterday");
        assert!(jiff::Timestamp::try_from(&odd).is_err());
        assert!(odd != known && odd.partial_cmp(&known).is_none());

        let day = Date::from(jiff::civil::date(2025, 1, 31));
        assert_eq!(day.as_str(), "2025-01-31");
        assert!(day < Date::from("2025-02-01") && day < jiff::civil::date(2025, 2, 1));
        assert_eq!(jiff::civil::Date::try_from(day)?, jiff::civil::date(2025, 1, 31));
        Ok(())
    }
}
