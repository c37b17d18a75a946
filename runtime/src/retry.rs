//! Decides if and when a failed request is retried.

use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

mod budget;

pub use self::budget::RetryBudget;
pub(crate) use self::budget::Savings;

/// The policy that decides which failed requests are retried, and after which delay.
///
/// 429 and failed connections are retried for every method, since the server did nothing. 408, 500, 502, 503, 504 and
/// lost connections are retried for idempotent methods; a `POST` or `PATCH` only with [`RetryPolicy::writes`], because
/// it may have taken effect. 401 is retried for every method with a renewed credential, if the client's credentials can
/// be renewed. A [`RetryBudget`] limits the retries of all calls of a client together.
///
/// ```
/// use std::time::Duration;
/// use storewright_runtime::RetryPolicy;
/// let patient = RetryPolicy::default().attempts(10).backoff(Duration::from_secs(1), Duration::from_secs(60));
/// let never = RetryPolicy::none();
/// # let _ = (patient, never);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    attempts: u32,
    renewals: u32,
    base: Duration,
    cap: Duration,
    longest_retry_after: Duration,
    writes: bool,
}

/// The first delay after 429, as a multiple of the base: the client must send less.
const THROTTLED: u32 = 4;

impl Default for RetryPolicy {
    /// 5 attempts; 2 renewed credentials; half a second, doubled each time, at most 30 s; `Retry-After` up to 5 minutes;
    /// no writes.
    fn default() -> Self {
        RetryPolicy {
            attempts: 5,
            renewals: 2,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(30),
            longest_retry_after: Duration::from_secs(300),
            writes: false,
        }
    }
}

impl RetryPolicy {
    /// One attempt only, even after 401.
    pub fn none() -> Self {
        RetryPolicy { attempts: 1, renewals: 0, ..Self::default() }
    }

    /// The maximum number of attempts; 0 counts as 1. Retries with a renewed credential do not count.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The maximum number of retries after 401, each with a renewed credential and after a delay; by default 2.
    ///
    /// Apple responds with 401 for a few minutes to some requests with a new key.
    #[must_use]
    pub fn renewals(mut self, renewals: u32) -> Self {
        self.renewals = renewals;
        self
    }

    /// The first delay, which doubles with each attempt, and the longest. After 429 it begins at four times the first.
    /// Each delay is shortened at random by up to 50 % (jitter), so that clients do not retry at the same time.
    #[must_use]
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        (self.base, self.cap) = (first, longest);
        self
    }

    /// The longest `Retry-After` that the client waits for; after a longer one the request is not retried.
    #[must_use]
    pub fn longest_retry_after(mut self, longest: Duration) -> Self {
        self.longest_retry_after = longest;
        self
    }

    /// Allows retries of `POST` and `PATCH` after a failure that may have come after they took effect.
    #[must_use]
    pub fn writes(mut self, writes: bool) -> Self {
        self.writes = writes;
        self
    }

    pub(crate) fn retries_writes(&self) -> bool {
        self.writes
    }

    /// The delay before the attempt after this one; the first attempt is 1.
    pub(crate) fn wait(
        &self,
        attempt: u32,
        throttled: bool,
        headers: Option<&HeaderMap>,
        now: SystemTime,
    ) -> Option<Duration> {
        if attempt < self.attempts { self.pause(attempt, throttled, headers, now) } else { None }
    }

    /// The delay before a retry with a renewed credential; the first retry is 1.
    pub(crate) fn wait_to_renew(
        &self,
        renewal: u32,
        headers: &HeaderMap,
        now: SystemTime,
    ) -> Option<Duration> {
        if renewal <= self.renewals { self.pause(renewal, false, Some(headers), now) } else { None }
    }

    /// The delay after a number of failures; `None` if the server requests a longer one than the policy allows.
    pub(crate) fn pause(
        &self,
        failures: u32,
        throttled: bool,
        headers: Option<&HeaderMap>,
        now: SystemTime,
    ) -> Option<Duration> {
        if let Some(wait) = headers.and_then(|headers| retry_after(headers, now)) {
            return (wait <= self.longest_retry_after).then_some(wait);
        }
        let factor = if throttled { THROTTLED } else { 1 };
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1)).saturating_mul(factor);
        let wait = self.base.saturating_mul(doubled).min(self.cap);
        Some(wait - (wait / 2).mul_f64(random()))
    }
}

/// The delay that `Retry-After` requests: seconds, or a date, which counts from the server's own date if reported.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(text)?;
    let now = server_time(headers).unwrap_or(now);
    Some(until.duration_since(now).unwrap_or_default())
}

/// The time of the response by the server's clock.
pub(crate) fn server_time(headers: &HeaderMap) -> Option<SystemTime> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

fn http_date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text.trim()).ok()
}

/// A number from 0 to 1. The keys of the standard hasher are random; a retry needs no better randomness.
fn random() -> f64 {
    (random_bits() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Not for secrets.
pub(crate) fn random_bits() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (text, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sun, 06 Nov 1994 08:49:07 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("1.5", None),
            ("99999999999999999999", None),
        ] {
            let found = retry_after(&headers(&[("retry-after", text)]), now);
            assert_eq!(found, seconds.map(Duration::from_secs), "{text}");
        }
        // The server's clock is ten minutes behind ours.
        let both =
            [("retry-after", "Sun, 06 Nov 1994 08:40:07 GMT"), ("date", "Sun, 06 Nov 1994 08:39:37 GMT")];
        assert_eq!(retry_after(&headers(&both), now), Some(Duration::from_secs(30)));
    }

    #[test]
    fn waits_double_up_to_the_cap_and_vary() {
        let policy =
            RetryPolicy::default().attempts(40).backoff(Duration::from_secs(1), Duration::from_secs(20));
        let now = SystemTime::UNIX_EPOCH;
        for (attempt, throttled, longest) in
            [(1, false, 1), (2, false, 2), (4, false, 8), (9, false, 20), (39, false, 20), (1, true, 4)]
        {
            let longest = Duration::from_secs(longest);
            let waits: Vec<_> =
                (0..50).map(|_| policy.wait(attempt, throttled, None, now).unwrap()).collect();
            assert!(waits.iter().all(|wait| (longest / 2..=longest).contains(wait)), "{attempt} {waits:?}");
            assert!(waits.iter().any(|wait| *wait != waits[0]), "{attempt} {waits:?}");
        }
        assert_eq!(policy.wait(40, false, None, now), None);
        assert_eq!(RetryPolicy::none().wait(1, true, None, now), None);
        assert_eq!(RetryPolicy::none().attempts(0).wait(1, true, None, now), None);
    }

    #[test]
    fn a_server_that_asks_for_too_long_gets_no_more() {
        let policy = RetryPolicy::default().longest_retry_after(Duration::from_secs(60));
        let now = SystemTime::UNIX_EPOCH;
        let wait = |text| policy.wait(1, true, Some(&headers(&[("retry-after", text)])), now);
        assert_eq!((wait("60"), wait("61")), (Some(Duration::from_secs(60)), None));
    }
}
