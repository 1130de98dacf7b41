//! Wakes threads and tasks that wait for a session.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::mem;
use std::task::{Poll, Wake, Waker};
use std::time::Instant;

use super::{Arc, AtomicBool, Fault, Mutex, Ordering, fence, planted, thread};
use crate::panics::catch_panic;

/// An event that threads and tasks wait for.
///
/// Without a waiter, a notification costs a fence and a load. With one it takes a lock, which it
/// releases before it wakes: a woken thread does not wait for the lock.
#[derive(Default)]
pub(crate) struct Event {
    /// Whether there are waiters.
    awaited: AtomicBool,
    waiters: Mutex<Waiters>,
}

#[derive(Default)]
struct Waiters {
    last: u64,
    wakers: BTreeMap<u64, Waker>,
}

impl Event {
    /// Wakes all waiters, which look again. Returns whether there were any.
    ///
    /// The state that they look at must have been written before. There is a fence on both sides:
    /// either a waiter sees the new state, or this call sees the waiter.
    pub(crate) fn notify(&self) -> bool {
        if !planted(Fault::NotifyWithoutFence) {
            fence(Ordering::SeqCst);
        }
        if !self.awaited.load(Ordering::Relaxed) {
            return false;
        }
        let woken = {
            let mut waiters = self.waiters.lock().expect("no holder panics");
            self.awaited.store(false, Ordering::Relaxed);
            mem::take(&mut waiters.wakers)
        };
        let any = !woken.is_empty();
        for waker in woken.into_values() {
            // A panic of the embedder's waker must not keep others asleep, nor end a worker.
            let _ = catch_panic(|| waker.wake());
        }
        any
    }

    /// Waits until `happened`. The future may be dropped at any time.
    pub(crate) async fn wait_until(&self, happened: impl Fn() -> bool) {
        let mut listening = None;
        poll_fn(|context| {
            if happened() {
                return Poll::Ready(());
            }
            listening = Some(self.listen(context.waker().clone()));
            if happened() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// Parks the thread until `happened`; false if `deadline` passes first.
    pub(crate) fn block_until(
        &self,
        happened: impl Fn() -> bool,
        deadline: Option<Instant>,
    ) -> bool {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            let _listening = self.listen(waker.clone());
            if !planted(Fault::WaitWithoutLooking) && happened() {
                return true;
            }
            if !thread::park_until(deadline) {
                return happened();
            }
        }
    }

    fn listen(&self, waker: Waker) -> Listening<'_> {
        let mut waiters = self.waiters.lock().expect("no holder panics");
        waiters.last += 1;
        let id = waiters.last;
        waiters.wakers.insert(id, waker);
        self.awaited.store(true, Ordering::Relaxed);
        drop(waiters);
        fence(Ordering::SeqCst);
        Listening { event: self, id }
    }
}

/// An entry in the list of waiters, until it is dropped or woken.
struct Listening<'a> {
    event: &'a Event,
    id: u64,
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        let mut waiters = self.event.waiters.lock().expect("no holder panics");
        let waker = waiters.wakers.remove(&self.id);
        if waiters.wakers.is_empty() {
            self.event.awaited.store(false, Ordering::Relaxed);
        }
        drop(waiters);
        // The embedder's code, so not under the lock.
        drop(waker);
    }
}

/// Wakes a parked thread.
struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::pin::pin;
    use std::task::Context;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_notification_without_a_waiter_wakes_nothing() {
        let event = Event::default();
        assert!(!event.notify());
        let soon = Instant::now().checked_add(Duration::from_millis(1));
        assert!(!event.block_until(|| false, soon));
        assert!(event.block_until(|| true, soon));
        assert!(!event.notify());
    }

    #[test]
    fn a_dropped_task_leaves_no_waker() {
        let event = Event::default();
        let mut context = Context::from_waker(Waker::noop());
        assert!(
            pin!(event.wait_until(|| false))
                .poll(&mut context)
                .is_pending()
        );
        assert!(event.waiters.lock().unwrap().wakers.is_empty());
        assert!(!event.notify());
    }

    #[test]
    fn a_task_is_woken_once_for_each_poll() {
        let event = Event::default();
        let happened = Cell::new(false);
        let mut context = Context::from_waker(Waker::noop());
        let mut waiting = pin!(event.wait_until(|| happened.get()));
        for _ in 0..2 {
            assert!(waiting.as_mut().poll(&mut context).is_pending());
            assert!(event.notify());
            assert!(!event.notify());
        }
        happened.set(true);
        assert!(waiting.poll(&mut context).is_ready());
    }

    #[test]
    fn a_parked_thread_is_woken() {
        let event = Arc::new(Event::default());
        let happened = Arc::new(AtomicBool::new(false));
        let waiter = std::thread::spawn({
            let (event, happened) = (Arc::clone(&event), Arc::clone(&happened));
            move || event.block_until(|| happened.load(Ordering::SeqCst), None)
        });
        while !event.awaited.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        happened.store(true, Ordering::SeqCst);
        event.notify();
        assert!(waiter.join().unwrap());
    }
}
