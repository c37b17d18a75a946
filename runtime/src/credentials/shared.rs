//! Runs one future for several tasks that wait for its result.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use crate::transport::BoxFuture;

/// A future whose result each of its clones gets. Dropping one clone does not stop the others; dropping all of them drops
/// the future.
pub(super) struct Shared<T>(Arc<Inner<T>>);

struct Inner<T> {
    state: Mutex<SharedState<T>>,
    waiting: Arc<Waiting>,
}

enum SharedState<T> {
    Running(BoxFuture<'static, T>),
    Done(T),
}

/// The tasks to wake: any of them that runs next continues the future.
#[derive(Default)]
struct Waiting(Mutex<Vec<Waker>>);

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        let all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        all.into_iter().for_each(Waker::wake);
    }
}

/// A handle that does not keep the future alive.
pub(super) struct Weak<T>(std::sync::Weak<Inner<T>>);

impl<T> Weak<T> {
    pub(super) fn upgrade(&self) -> Option<Shared<T>> {
        self.0.upgrade().map(Shared)
    }

    pub(super) fn is(&self, shared: &Shared<T>) -> bool {
        std::ptr::eq(self.0.as_ptr(), Arc::as_ptr(&shared.0))
    }
}

impl<T> Shared<T> {
    pub(super) fn new(future: BoxFuture<'static, T>) -> Self {
        Shared(Arc::new(Inner { state: Mutex::new(SharedState::Running(future)), waiting: Arc::default() }))
    }

    pub(super) fn downgrade(&self) -> Weak<T> {
        Weak(Arc::downgrade(&self.0))
    }
}

impl<T: Clone> Future for &Shared<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let future = match &mut *state {
            SharedState::Done(value) => return Poll::Ready(value.clone()),
            SharedState::Running(future) => future,
        };
        // Before the future is polled, so that a wake-up in between is not lost.
        let waiting = &self.0.waiting;
        {
            let mut all = waiting.0.lock().unwrap_or_else(PoisonError::into_inner);
            if !all.iter().any(|waker| waker.will_wake(context.waker())) {
                all.push(context.waker().clone());
            }
        }
        let waker = Waker::from(Arc::clone(waiting));
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(value) => {
                *state = SharedState::Done(value.clone());
                drop(state);
                // The others get the result.
                Arc::clone(waiting).wake();
                Poll::Ready(value)
            }
        }
    }
}
