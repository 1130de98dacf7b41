//! Futures of time that passes.

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::host::{Current, Host};
use crate::state::{try_with, with};

/// A future that is ready once `time` has passed since this call.
pub fn sleep(time: Duration) -> Sleep {
    let due = Current::now().saturating_add(time);
    Sleep {
        key: (due, with(|state| state.sleepers.number())),
    }
}

/// The future of [`sleep`].
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct Sleep {
    key: Key,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.key.0 <= Current::now() {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        let former = with(|state| state.sleepers.wakers.insert(self.key, waker));
        drop(former);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        // The waker is dropped outside the state.
        let _former = try_with(|state| state.sleepers.wakers.remove(&self.key));
    }
}

/// The future's output, or [`Elapsed`] once `limit` has passed since this call. The future is dropped
/// then, which cancels the requests that it holds.
pub fn timeout<F: Future>(
    limit: Duration,
    future: F,
) -> impl Future<Output = Result<F::Output, Elapsed>> {
    let mut sleep = sleep(limit);
    async move {
        let mut future = pin!(future);
        poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            Pin::new(&mut sleep).poll(context).map(|()| Err(Elapsed))
        })
        .await
    }
}

/// The time limit of [`timeout`] or [`block_on_timeout`](crate::lookup::block_on_timeout) has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time limit has passed")
    }
}

impl std::error::Error for Elapsed {}

/// When a sleep is due on the host's clock, and its number, as several may be due at once.
type Key = (Duration, u64);

/// The sleeping futures of a thread.
#[derive(Default)]
pub(crate) struct Sleepers {
    last: u64,
    wakers: BTreeMap<Key, Waker>,
}

impl Sleepers {
    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// When the first is due.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.wakers.first_key_value().map(|((due, _), _)| *due)
    }

    /// Takes the wakers of those that are due.
    pub(crate) fn due(&mut self, now: Duration) -> Vec<Waker> {
        let mut due = Vec::new();
        while self.next().is_some_and(|first| first <= now) {
            due.extend(self.wakers.pop_first().map(|(_, waker)| waker));
        }
        due
    }
}
