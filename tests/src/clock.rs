//! A clock that tests move: waits go in; they are over at once, and what was waited for comes out.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use storewright_runtime::{BoxFuture, Clock};

/// A clock on which time passes only by waiting for it, and then at once. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    start: SystemTime,
    elapsed: Duration,
    waits: Vec<Duration>,
}

impl TestClock {
    /// A clock that begins at so many seconds after 1970.
    pub fn at(seconds: u64) -> Self {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        TestClock(Arc::new(Mutex::new(State { start, elapsed: Duration::ZERO, waits: Vec::new() })))
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.0.lock().unwrap().elapsed += by;
    }

    /// All waits so far.
    pub fn waits(&self) -> Vec<Duration> {
        self.0.lock().unwrap().waits.clone()
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        let state = self.0.lock().unwrap();
        state.start + state.elapsed
    }

    fn elapsed(&self) -> Duration {
        self.0.lock().unwrap().elapsed
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        Box::pin(async move {
            let mut state = clock.0.lock().unwrap();
            state.waits.push(duration);
            state.elapsed += duration;
        })
    }
}
