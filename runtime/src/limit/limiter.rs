//! Delays requests so that the client stays within its own rate limit.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::RateLimit;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// The maximum number of remembered requests per window.
const LONGEST: usize = 100_000;

/// The rate limits of a client. A client and all its clones share them.
///
/// ```
/// use storewright_runtime::Limits;
/// const LIMITS: Limits = Limits::NONE.per_minute(300).as_told();
/// # let _ = LIMITS;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    minute: Option<u32>,
    hour: Option<u32>,
    told: bool,
}

impl Limits {
    /// No limit.
    pub const NONE: Limits = Limits { minute: None, hour: None, told: false };

    /// Limits requests in any 60 seconds; 0 counts as 1.
    #[must_use]
    pub const fn per_minute(mut self, requests: u32) -> Self {
        self.minute = Some(requests);
        self
    }

    /// Limits requests in any hour; 0 counts as 1. Requests of other programs with the same key do not count.
    #[must_use]
    pub const fn per_hour(mut self, requests: u32) -> Self {
        self.hour = Some(requests);
        self
    }

    /// Limits requests per hour as the server reports ([`RateLimit`]), once a response has reported it. The
    /// server-reported remainder counts, so that other programs with the same key are taken into account. When nothing
    /// remains, one request a minute asks for an update.
    #[must_use]
    pub const fn as_told(mut self) -> Self {
        self.told = true;
        self
    }
}

/// The requests of a span of time.
#[derive(Debug)]
struct Window {
    span: Duration,
    limit: usize,
    sent: VecDeque<Duration>,
}

impl Window {
    fn new(span: Duration, limit: u32) -> Self {
        Window { span, limit: bounded(u64::from(limit)), sent: VecDeque::new() }
    }

    /// The time at which the next request may be sent.
    fn free_at(&mut self, now: Duration) -> Duration {
        while self.sent.front().is_some_and(|sent| *sent + self.span <= now) {
            self.sent.pop_front();
        }
        match self.sent.get(self.sent.len().wrapping_sub(self.limit)) {
            Some(sent) if self.sent.len() >= self.limit => *sent + self.span,
            _ => now,
        }
    }
}

fn bounded(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(LONGEST).clamp(1, LONGEST)
}

#[derive(Debug)]
struct LimiterState {
    minute: Option<Window>,
    hour: Option<Window>,
    /// The hour by the server's count.
    told: Option<Window>,
    /// Requests without a response so far: the server may not have counted them.
    in_flight: usize,
    /// The end of the pause that the server requested.
    quiet_until: Duration,
}

/// Counts sent requests. Times are those of the client's clock.
#[derive(Debug)]
pub(crate) struct Limiter(Mutex<LimiterState>);

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Self {
        Limiter(Mutex::new(LimiterState {
            minute: limits.minute.map(|limit| Window::new(MINUTE, limit)),
            hour: limits.hour.map(|limit| Window::new(HOUR, limit)),
            told: limits.told.then(|| Window::new(HOUR, u32::MAX)),
            in_flight: 0,
            quiet_until: Duration::ZERO,
        }))
    }

    fn state(&self) -> MutexGuard<'_, LimiterState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a permit, or returns the delay before the next attempt. A refusal takes nothing.
    pub(crate) fn permit(&self, now: Duration) -> Result<Permit<'_>, Duration> {
        let state = &mut *self.state();
        let mut free_at = state.quiet_until.max(now);
        for window in state.minute.iter_mut().chain(&mut state.hour) {
            free_at = free_at.max(window.free_at(now));
        }
        if let Some(told) = &mut state.told {
            // Only the number of other programs' requests is known, not the end of their span: one request a minute finds out.
            let news = told.sent.back().map_or(now, |last| *last + MINUTE);
            free_at = free_at.max(told.free_at(now).min(news));
        }
        if free_at > now {
            return Err(free_at - now);
        }
        for window in state.windows() {
            window.sent.push_back(now);
        }
        state.in_flight += 1;
        Ok(Permit(self))
    }

    /// Records the rate limit that a response reported.
    pub(crate) fn learn(&self, told: &RateLimit, now: Duration) {
        let (Some(limit), Some(remaining)) = (told.limit(), told.remaining()) else { return };
        let mut state = self.state();
        let in_flight = state.in_flight;
        let Some(hour) = &mut state.told else { return };
        hour.limit = bounded(limit);
        let used = bounded(limit.saturating_sub(remaining)).min(hour.limit);
        let used = if remaining >= limit { 0 } else { used };
        while hour.sent.len() > used + in_flight {
            hour.sent.pop_front();
        }
        while hour.sent.len() < used {
            hour.sent.push_back(now);
        }
    }

    /// Pauses all requests for a while.
    pub(crate) fn quiet(&self, now: Duration, wait: Duration) {
        let mut state = self.state();
        state.quiet_until = state.quiet_until.max(now.saturating_add(wait));
    }
}

impl LimiterState {
    fn windows(&mut self) -> impl Iterator<Item = &mut Window> {
        self.minute.iter_mut().chain(&mut self.hour).chain(&mut self.told)
    }
}

/// A permit for one request, which is in flight until this is dropped.
#[derive(Debug)]
pub(crate) struct Permit<'a>(&'a Limiter);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.in_flight = state.in_flight.saturating_sub(1);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// The seconds at which this many requests are sent, each as soon as possible.
    fn sent_at(limiter: &Limiter, count: usize) -> Vec<u64> {
        let mut now = seconds(0);
        let mut out = Vec::new();
        while out.len() < count {
            match limiter.permit(now) {
                Ok(_) => out.push(now.as_secs()),
                Err(wait) => now += wait,
            }
        }
        out
    }

    #[test]
    fn no_window_holds_more_than_its_limit() {
        let limiter = Limiter::new(Limits::NONE.per_minute(3).per_hour(8));
        assert_eq!(sent_at(&limiter, 10), [0, 0, 0, 60, 60, 60, 120, 120, 3600, 3600]);
    }

    #[test]
    fn what_others_sent_counts_and_one_request_a_minute_finds_out_more() {
        let limiter = Limiter::new(Limits::NONE.as_told());
        drop(limiter.permit(seconds(0)).unwrap());
        limiter.learn(&RateLimit::parse("user-hour-lim:10;user-hour-rem:2"), seconds(1));
        drop(limiter.permit(seconds(1)).unwrap());
        drop(limiter.permit(seconds(2)).unwrap());
        assert_eq!(limiter.permit(seconds(3)).unwrap_err(), seconds(59));
        drop(limiter.permit(seconds(62)).unwrap());
        assert_eq!(limiter.permit(seconds(62)).unwrap_err(), seconds(60));
        limiter.learn(&RateLimit::parse("user-hour-lim:10;user-hour-rem:9"), seconds(63));
        for _ in 0..9 {
            drop(limiter.permit(seconds(63)).unwrap());
        }
        assert!(limiter.permit(seconds(63)).is_err());
    }

    #[test]
    fn a_limit_without_numbers_or_with_wild_ones_changes_nothing_for_the_worse() {
        let limiter = Limiter::new(Limits::NONE.per_hour(2).as_told());
        for text in ["", "user-hour-lim:x;user-hour-rem:1", "user-hour-lim:5"] {
            limiter.learn(&RateLimit::parse(text), seconds(0));
        }
        assert_eq!(sent_at(&limiter, 3), [0, 0, 3600]);
        let huge = format!("a-lim:{};a-rem:0", u64::MAX);
        limiter.learn(&RateLimit::parse(&huge), seconds(3600));
        assert_eq!(limiter.state().told.as_ref().unwrap().sent.len(), LONGEST);
        limiter.learn(&RateLimit::parse("a-lim:1;a-rem:7"), seconds(7200));
        assert!(limiter.permit(seconds(7200)).is_ok());
    }

    #[test]
    fn quiet_holds_for_all() {
        let limiter = Limiter::new(Limits::NONE);
        limiter.quiet(seconds(5), seconds(30));
        limiter.quiet(seconds(6), seconds(1));
        assert_eq!(limiter.permit(seconds(10)).unwrap_err(), seconds(25));
        assert!(limiter.permit(seconds(35)).is_ok());
    }
}
