//! A clock for tests: waits end at once and are recorded.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::clock::Clock;
use crate::transport::BoxFuture;

/// A clock on which time passes only by waiting for it, and then at once, or by [`advance`](TestClock::advance). Clones are
/// the same clock.
///
/// Pass it to the client, and to keys that sign tokens, so that retries, rate limits, polling and the expiry of tokens
/// take no time in a test.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<Mutex<ClockState>>);

#[derive(Debug)]
struct ClockState {
    start: SystemTime,
    elapsed: Duration,
    waits: Vec<Duration>,
}

impl TestClock {
    /// A clock that begins this many seconds after 1970.
    pub fn at(seconds: u64) -> Self {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        TestClock(Arc::new(Mutex::new(ClockState { start, elapsed: Duration::ZERO, waits: Vec::new() })))
    }

    /// Advances the time.
    pub fn advance(&self, by: Duration) {
        self.state().elapsed += by;
    }

    /// All waits so far.
    pub fn waits(&self) -> Vec<Duration> {
        self.state().waits.clone()
    }

    fn state(&self) -> MutexGuard<'_, ClockState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        let state = self.state();
        state.start + state.elapsed
    }

    fn elapsed(&self) -> Duration {
        self.state().elapsed
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        Box::pin(async move {
            let mut state = clock.state();
            state.waits.push(duration);
            state.elapsed += duration;
        })
    }
}
