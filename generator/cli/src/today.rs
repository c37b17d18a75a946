//! Gives the date.

use std::time::{SystemTime, UNIX_EPOCH};

use storewright_generator::diff::Date;

/// The date of today, in UTC.
pub fn today() -> Date {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    date(seconds / 86_400)
}

/// The date of a day, counted from 1970-01-01: years begin in March, so that a leap day is the last one.
fn date(day: u64) -> Date {
    /// The days from 0000-03-01 to 1970-01-01.
    const EPOCH: u64 = 719_468;
    /// The days of 400 years, after which leap years repeat.
    const ERA: u64 = 146_097;
    let day = day + EPOCH;
    let (era, day) = (day / ERA, day % ERA);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = era * 400 + year + u64::from(month <= 2);
    Date {
        year: u16::try_from(year).unwrap_or(u16::MAX),
        month: u8::try_from(month).unwrap_or_default(),
        day: u8::try_from(day).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        for (day, expected) in [
            (0, (1970, 1, 1)),
            (58, (1970, 2, 28)),
            (59, (1970, 3, 1)),
            (10_956, (1999, 12, 31)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (20_819, (2027, 1, 1)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
        ] {
            let Date { year, month, day } = date(day);
            assert_eq!((year, month, day), expected);
        }
        assert!(today() > date(20_000));
    }
}
