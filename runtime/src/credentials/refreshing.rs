//! Issues expiring tokens once for all callers and renews them before they expire.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::HeaderMap;

use super::{Credential, TokenProvider};
use crate::clock::{Clock, SystemClock};
use crate::request::Operation;
use crate::retry::server_time;
use crate::transport::{BoxError, BoxFuture};

/// A token is replaced this long before its end.
const EARLY: Duration = Duration::from_secs(60);
/// A server reports its clock in whole seconds, and its response takes time: a smaller difference is ignored.
const SKEW: Duration = Duration::from_secs(30);
/// The maximum difference: a server that could report more would get tokens for the future.
const MOST_SKEW: Duration = Duration::from_secs(24 * 60 * 60);

/// An issuer of tokens, such as a key that signs them. It is fast and never waits.
pub trait Issuer: Send + Sync + 'static {
    /// A new token; `now` is the server's estimated time.
    ///
    /// # Errors
    /// If no token can be issued. The text must not contain a secret.
    fn issue(&self, now: SystemTime) -> Result<Issued, BoxError>;
}

/// A token with its end.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Issued {
    /// The issued credential.
    pub credential: Credential,
    /// The end of its validity, by the time that it was issued with.
    pub expires: SystemTime,
}

impl Issued {
    /// A credential and the end of its validity.
    pub fn new(credential: Credential, expires: SystemTime) -> Self {
        Issued { credential, expires }
    }
}

/// Gives the token of an [`Issuer`] to every request, and replaces it a minute before it ends.
///
/// Any number of calls that wait for a token share one. A token that the server refuses is replaced. If the refusal
/// shows that this machine's clock is wrong, the next token is issued with the server's time.
pub struct Refreshing<I> {
    issuer: I,
    clock: Arc<dyn Clock>,
    state: Mutex<RefreshState>,
}

#[derive(Default)]
struct RefreshState {
    current: Option<Issued>,
    /// The time by which the server's clock is ahead of ours, or behind it.
    ahead: Duration,
    behind: Duration,
}

impl<I: Issuer> Refreshing<I> {
    /// A provider of the issuer's tokens.
    pub fn new(issuer: I) -> Self {
        Refreshing { issuer, clock: Arc::new(SystemClock::new()), state: Mutex::default() }
    }

    /// Sets another clock than the system's, for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The issuer, to change it before its first token.
    pub fn issuer_mut(&mut self) -> &mut I {
        &mut self.issuer
    }

    fn current(&self) -> Result<Credential, BoxError> {
        // The lock is kept while a token is issued, so that concurrent callers get the same one.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = state.server_time(self.clock.now());
        if let Some(issued) = &state.current
            // At the end of the clock's range, every token has ended.
            && now.checked_add(EARLY).is_some_and(|soon| soon < issued.expires)
        {
            return Ok(issued.credential.clone());
        }
        let issued = self.issuer.issue(now)?;
        let credential = issued.credential.clone();
        state.current = Some(issued);
        Ok(credential)
    }
}

impl RefreshState {
    fn server_time(&self, ours: SystemTime) -> SystemTime {
        ours.checked_add(self.ahead).and_then(|time| time.checked_sub(self.behind)).unwrap_or(ours)
    }
}

impl<I: Issuer> TokenProvider for Refreshing<I> {
    fn credential<'a>(&'a self, _: &'a Operation) -> BoxFuture<'a, Result<Option<Credential>, BoxError>> {
        Box::pin(std::future::ready(self.current().map(Some)))
    }

    fn invalidate(&self, refused: &Credential, answer: &HeaderMap) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Another call may have replaced it already.
        if state.current.as_ref().is_some_and(|issued| issued.credential == *refused) {
            state.current = None;
            let ours = self.clock.now();
            if let Some(theirs) = server_time(answer) {
                let ahead = theirs.duration_since(ours).unwrap_or_default();
                let behind = ours.duration_since(theirs).unwrap_or_default();
                let wrong = (SKEW..MOST_SKEW).contains(&ahead.max(behind));
                (state.ahead, state.behind) = if wrong { (ahead, behind) } else { Default::default() };
            }
        }
        true
    }
}

impl<I> fmt::Debug for Refreshing<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refreshing").finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    struct Ends;

    impl Issuer for Ends {
        fn issue(&self, now: SystemTime) -> Result<Issued, BoxError> {
            Ok(Issued::new(Credential::bearer("x")?, now))
        }
    }

    /// A clock at one of the ends of the system's range.
    struct At(SystemTime);

    impl Clock for At {
        fn now(&self) -> SystemTime {
            self.0
        }

        fn elapsed(&self) -> Duration {
            Duration::MAX
        }

        fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
            Box::pin(std::future::ready(()))
        }
    }

    #[test]
    fn a_clock_at_its_ends_gives_tokens() {
        let end = |step: fn(SystemTime, Duration) -> Option<SystemTime>| {
            let (mut time, mut by) = (SystemTime::UNIX_EPOCH, Duration::from_secs(1 << 62));
            while by >= Duration::from_nanos(1) {
                match step(time, by) {
                    Some(next) => time = next,
                    None => by /= 2,
                }
            }
            time
        };
        let (first, last) = (|t: SystemTime, d| t.checked_sub(d), |t: SystemTime, d| t.checked_add(d));
        assert!(end(last).checked_add(Duration::from_secs(1)).is_none());
        for time in [end(first), end(last)] {
            let provider = Refreshing::new(Ends).clock(At(time));
            let refused = provider.current().unwrap();
            for date in ["Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "x"] {
                let answer = HeaderMap::from_iter([(http::header::DATE, date.parse().unwrap())]);
                provider.invalidate(&refused, &answer);
                provider.current().unwrap();
            }
        }
    }
}
