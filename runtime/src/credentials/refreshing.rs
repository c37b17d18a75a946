//! Tokens that expire: what issues them goes in; a credential comes out that is always fresh, and is issued once for all.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::HeaderMap;

use super::{Credential, TokenProvider};
use crate::clock::{Clock, SystemClock};
use crate::request::Operation;
use crate::retry::server_time;
use crate::transport::{BoxError, BoxFuture};

/// How long before its end a token is replaced.
const EARLY: Duration = Duration::from_secs(60);
/// A server's clock is told in whole seconds, and its answer takes time: less than this is no difference.
const SKEW: Duration = Duration::from_secs(30);
/// No clock that works is further off; a server that could say so would get tokens for times to come.
const MOST_SKEW: Duration = Duration::from_secs(24 * 60 * 60);

/// What issues tokens, such as a key that signs them. It is fast and does not wait for anything.
pub trait Issuer: Send + Sync + 'static {
    /// A new token; `now` is the time that the server is believed to have.
    ///
    /// # Errors
    /// When none can be issued. The text must hold no secret.
    fn issue(&self, now: SystemTime) -> Result<Issued, BoxError>;
}

/// A token with its end.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Issued {
    /// How it is sent.
    pub credential: Credential,
    /// When it ends, by the time that it was issued with.
    pub expires: SystemTime,
}

impl Issued {
    /// A token that is sent so, and ends then.
    pub fn new(credential: Credential, expires: SystemTime) -> Self {
        Issued { credential, expires }
    }
}

/// Gives the token of an [`Issuer`] to every request, and replaces it a minute before it ends.
///
/// However many calls wait for a token, one is issued. A token that the server refuses is replaced. Where the
/// refusal shows that this machine's clock is wrong, the next token is issued with the server's time.
pub struct Refreshing<I> {
    issuer: I,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Issued>,
    /// What the server's clock is ahead of ours, or behind it.
    ahead: Duration,
    behind: Duration,
}

impl<I: Issuer> Refreshing<I> {
    /// A provider of the issuer's tokens.
    pub fn new(issuer: I) -> Self {
        Refreshing { issuer, clock: Arc::new(SystemClock::new()), state: Mutex::default() }
    }

    /// With another clock than the system's, for tests.
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
        // The lock is held while a token is issued: whoever comes meanwhile gets the same.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = state.server_time(self.clock.now());
        if let Some(issued) = &state.current
            && now + EARLY < issued.expires
        {
            return Ok(issued.credential.clone());
        }
        let issued = self.issuer.issue(now)?;
        let credential = issued.credential.clone();
        state.current = Some(issued);
        Ok(credential)
    }
}

impl State {
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
