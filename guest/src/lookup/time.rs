//! Futures that wait for time to pass.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use crate::core::SleepId;
use crate::host::{Current, Host};
use crate::runtime::{run, try_with, with};

/// Returns a future that is ready once `time` has passed since this call.
pub fn sleep(time: Duration) -> Sleep {
    let due = Current::now().saturating_add(time);
    Sleep {
        id: with(|core| core.sleepers.id(due)),
    }
}

/// The future of [`sleep`].
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct Sleep {
    id: SleepId,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.id.due <= Current::now() {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        run(with(|core| core.sleepers.keep(self.id, waker)));
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        run(try_with(|core| core.sleepers.remove(self.id)).flatten());
    }
}

/// Returns a future of the output of `future`, or of [`Elapsed`] once `limit` has passed since this
/// call. It then drops `future`, which cancels the requests that `future` holds.
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

/// The time limit of [`timeout`] or [`block_on_timeout`](crate::lookup::block_on_timeout) has
/// passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time limit has passed")
    }
}

impl std::error::Error for Elapsed {}
