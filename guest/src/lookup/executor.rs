//! Runs a future until it is ready.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::time::{Elapsed, timeout};
use crate::reactor;

/// Runs a future on this thread until it is ready. It sleeps in the host while the future waits.
/// Messages that arrive stay in the queue. A window procedure or another future may call it.
///
/// # Panics
/// If nothing can wake the future: no request is outstanding, no [`sleep`](super::sleep) is
/// pending, and nothing has woken it. Waiting on would hang the component.
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
/// [`Elapsed`] after `limit`. The future is then dropped, which cancels its requests.
pub fn block_on_timeout<F: Future>(limit: Duration, future: F) -> Result<F::Output, Elapsed> {
    block_on(timeout(limit, future))
}

/// Whether the future was woken since it was polled.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
