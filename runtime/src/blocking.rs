//! Waits for futures and streams of this crate on the calling thread, without an executor.

use std::pin::Pin;
use std::sync::OnceLock;

use futures_core::Stream;
use tokio::runtime::{Builder, Handle, Runtime};

/// Waits for a future, such as a call that was sent.
///
/// Use it in scripts only: it panics on a thread that runs asynchronous code.
///
/// ```no_run
/// use storewright_runtime::Wait;
/// # fn run<F: Future<Output = Result<u8, ()>>>(sent: F) -> Result<u8, ()> {
/// let answer = sent.wait()?;
/// # Ok(answer) }
/// ```
pub trait Wait: Future + Sized {
    /// Blocks until the future is done and returns its output.
    fn wait(self) -> Self::Output {
        handle().block_on(self)
    }
}

impl<F: Future> Wait for F {}

/// Waits for each item of a stream, such as those of all pages of a list.
pub trait WaitEach: Stream + Sized {
    /// The items, each fetched on demand.
    fn wait_each(self) -> Waiting<Self> {
        Waiting(Box::pin(self))
    }
}

impl<S: Stream> WaitEach for S {}

/// An iterator over the items of a stream.
#[derive(Debug)]
#[must_use = "items are fetched when they are asked for"]
pub struct Waiting<S>(Pin<Box<S>>);

impl<S: Stream> Iterator for Waiting<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        handle().block_on(std::future::poll_fn(|context| self.0.as_mut().poll_next(context)))
    }
}

/// One thread drives connections and timers for all waiting threads.
fn handle() -> &'static Handle {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME
        .get_or_init(|| {
            let built = Builder::new_multi_thread().worker_threads(1).enable_all().build();
            // Without threads and sockets a caller could do nothing.
            #[allow(clippy::expect_used)]
            built.expect("the system gives no threads or no sockets")
        })
        .handle()
}
