//! Runs a future to its end.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::time::{Elapsed, timeout};
use crate::reactor;

/// Runs a future on this thread until it is ready, asleep in the host whenever it waits. Window
/// messages that arrive meanwhile stay in the queue. It may be called in a window's procedure and in
/// another future.
///
/// # Panics
/// When the future waits for something that can never come: no request is outstanding, nothing
/// sleeps, and nothing has woken it. Waiting on would hang the component.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let woken = Arc::new(Woken(AtomicBool::new(false)));
    let waker = Waker::from(woken.clone());
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        // A future that wakes itself must not keep others from being woken.
        reactor::turn();
        while !woken.0.swap(false, Ordering::Relaxed) {
            assert!(
                reactor::wait(None),
                "block_on: the future waits for what can never come"
            );
        }
    }
}

/// Like [`block_on`], for at most `limit`.
///
/// # Errors
/// [`Elapsed`] when that has passed; the future was dropped, and its requests with it.
///
pub fn block_on_timeout<F: Future>(limit: Duration, future: F) -> Result<F::Output, Elapsed> {
    block_on(timeout(limit, future))
}

/// Whether the future has been woken since it was polled.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
