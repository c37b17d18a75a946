//! Polls a future a given number of times and drops it.

use std::future::poll_fn;
use std::task::Poll;

/// Polls a future whenever it asks to be polled, but not more often than so, and drops it where it waits then.
///
/// Called with 0, 1, 2 and so on until something comes of it, it drops the future at every point where it waits.
pub async fn polled<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
