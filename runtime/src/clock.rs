//! Time and waiting; tests replace the clock with their own.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use crate::transport::{BoxFuture, TransportError, TransportErrorKind};

/// The current time and timers. Everything that a client dates or waits for uses one clock: retries, rate limits,
/// polling. Only timeouts for the server always use the system's clock.
pub trait Clock: Send + Sync + 'static {
    /// The date and time of day, which may be wrong and may jump.
    fn now(&self) -> SystemTime;

    /// The time since any fixed moment; it never goes back.
    fn elapsed(&self) -> Duration;

    /// Waits.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// One clock can serve several clients.
impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> SystemTime {
        (**self).now()
    }

    fn elapsed(&self) -> Duration {
        (**self).elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        (**self).sleep(duration)
    }
}

/// The system's clock. It waits with `tokio`'s timer inside of a `tokio` runtime, else on a thread.
#[derive(Debug, Clone)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// The clock of the system.
    pub fn new() -> Self {
        SystemClock { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        wait(duration)
    }
}

fn wait(duration: Duration) -> BoxFuture<'static, ()> {
    #[cfg(any(feature = "http-client", feature = "files", feature = "blocking"))]
    if tokio::runtime::Handle::try_current().is_ok() {
        return Box::pin(tokio::time::sleep(duration));
    }
    wait_on_a_thread(duration)
}

/// Cancels a future after a time of the system's clock.
pub(crate) async fn within<F: Future>(time: Duration, future: F) -> Result<F::Output, TransportError> {
    let mut future = pin!(future);
    let mut over = wait(time);
    std::future::poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        over.as_mut().poll(context).map(|()| {
            let text = format!("nothing came for {} s", time.as_secs_f64());
            Err(TransportError::new(TransportErrorKind::Timeout, text))
        })
    })
    .await
}

/// Executors share no timer.
fn wait_on_a_thread(duration: Duration) -> BoxFuture<'static, ()> {
    let (mut started, over) = (false, Arc::new(Mutex::new((false, Waker::noop().clone()))));
    Box::pin(std::future::poll_fn(move |context| {
        let mut state = over.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 {
            return Poll::Ready(());
        }
        state.1.clone_from(context.waker());
        drop(state);
        if !started {
            started = true;
            let over = Arc::clone(&over);
            std::thread::spawn(move || {
                std::thread::sleep(duration);
                let mut state = over.lock().unwrap_or_else(PoisonError::into_inner);
                state.0 = true;
                state.1.wake_by_ref();
            });
        }
        Poll::Pending
    }))
}
