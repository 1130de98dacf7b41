//! Wakers: which one is woken, how often, and what it may do.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

use winsock_async_engine::ErrorCode;

use crate::kept::{Count, DOWN, kept, poll};
use crate::support::{ask, block_on, engine, host, started, workers};

/// Calls a function when it is woken.
struct Call<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for Call<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

#[test]
fn outcome_wakes_the_waker_of_the_last_poll_once() {
    let (engine, kept) = kept();
    let lookups = engine.lookups();
    let mut lookup = lookups.begin(host("a.test"));
    let mut other = lookups.begin(host("b.test"));
    let wakers: Vec<_> = (0..3).map(|_| Count::new()).collect();
    for (_, waker) in &wakers {
        assert!(poll(&mut lookup, waker).is_pending());
    }
    let (of_other, waker) = Count::new();
    assert!(poll(&mut other, &waker).is_pending());
    let responder = kept.pop();
    kept.answer();
    let woken: Vec<_> = wakers.iter().map(|(count, _)| count.get()).collect();
    assert_eq!((woken, of_other.get()), (vec![0, 0, 1], 0));
    for (count, waker) in wakers {
        drop(waker);
        assert_eq!(Arc::strong_count(&count), 1, "no waker is kept");
    }
    assert!(lookup.outcome().is_some() && other.outcome().is_none());
    responder.send(Err(ErrorCode::HostNotFound));
    assert_eq!(of_other.get(), 1);
}

#[test]
fn dropped_lookup_keeps_no_waker() {
    let (engine, _kept) = kept();
    let (count, waker) = Count::new();
    let mut lookup = engine.lookups().begin(host("a.test"));
    assert!(poll(&mut lookup, &waker).is_pending());
    drop(waker);
    assert_eq!(Arc::strong_count(&count), 2);
    drop(lookup);
    assert_eq!((Arc::strong_count(&count), count.get()), (1, 0));
}

// A task that is dropped can leave its lookup to another task.
#[test]
fn another_task_goes_on_with_a_lookup() {
    let (engine, kept) = kept();
    let mut lookup = engine.lookups().begin(host("a.test"));
    let (first, waker) = Count::new();
    {
        let task = async { (&mut lookup).await };
        assert!(
            pin!(task)
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
    }
    let (second, waker) = Count::new();
    assert!(poll(&mut lookup, &waker).is_pending());
    kept.answer();
    assert_eq!((first.get(), second.get()), (0, 1));
}

#[test]
fn panicking_waker_ends_no_worker_and_keeps_no_other_lookup_asleep() {
    let (engine, control) = engine(workers(1));
    let lookups = engine.lookups();
    let nervous = Waker::from(Arc::new(Call(|| panic!("a waker"))));
    let mut lookup = lookups.begin(host("held.test"));
    assert!(poll(&mut lookup, &nervous).is_pending());
    control.release("held.test");
    assert!(block_on(lookups.begin(host("quick.test"))).is_ok());
    assert!(lookup.outcome().unwrap().is_ok());
    let mut lookup = lookups.begin(host("stuck.test"));
    assert!(poll(&mut lookup, &nervous).is_pending());
    let (count, waker) = Count::new();
    let mut other = lookups.begin(host("stuck.test"));
    assert!(poll(&mut other, &waker).is_pending());
    engine.take_down();
    assert_eq!(count.get(), 1);
}

// A waker is the embedder's code, and may run its task at once.
#[test]
fn wakers_may_begin_and_drop_lookups_of_the_same_guest() {
    let (engine, kept) = kept();
    let mut session = started(&engine);
    let lookups = session.lookups();
    let begun = Arc::new(AtomicUsize::new(0));
    let dropped = Arc::new(Mutex::new(Some(lookups.begin(host("b.test")))));
    let waker = Waker::from(Arc::new(Call({
        let (lookups, begun, dropped) = (lookups.clone(), Arc::clone(&begun), Arc::clone(&dropped));
        move || {
            assert!(lookups.begin(host("known.test")).outcome().unwrap().is_ok());
            drop(dropped.lock().unwrap().take());
            begun.fetch_add(1, Ordering::SeqCst);
        }
    })));
    let mut context = Context::from_waker(&waker);

    let readiness = session.readiness();
    let mut ready = pin!(readiness.ready());
    assert!(ready.as_mut().poll(&mut context).is_pending());
    // The call completes the request, and so wakes the task that awaits the readiness.
    ask(&mut session, "known.test");
    assert_eq!(begun.load(Ordering::SeqCst), 1);
    assert!(ready.as_mut().poll(&mut context).is_ready());

    let mut lookup = lookups.begin(host("a.test"));
    assert!(poll(&mut lookup, &waker).is_pending());
    kept.answer();
    assert_eq!(begun.load(Ordering::SeqCst), 2);
    assert!(lookup.outcome().is_some());

    let mut lookup = lookups.begin(host("a.test"));
    assert!(poll(&mut lookup, &waker).is_pending());
    engine.take_down();
    assert_eq!(lookup.outcome(), Some(DOWN));
}
