//! Lookups as futures, alone and beside the requests of the same guest's session.

mod support;

use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use support::ways::{WAYS, Ways};
use support::*;
use winsock_async_engine::observe::{Observer, QueryKind, RequestId, RunsOn};
use winsock_async_engine::policy::Policy;
use winsock_async_engine::{
    Answer, ErrorCode, HostEntry, Limits, Lookup, LookupEngine, Lookups, Outcome, PendingLookup,
    Query, Rate, Resolution, Resolver, Responder, Session, TaskHandle,
};

const WOULD_BLOCK: Outcome = Err(ErrorCode::WouldBlock);
const DOWN: Outcome = Err(ErrorCode::NetworkDown);

/// Counts how often it is woken.
#[derive(Default)]
struct Count(AtomicUsize);

impl Count {
    fn new() -> (Arc<Count>, Waker) {
        let count = Arc::new(Count::default());
        (Arc::clone(&count), Waker::from(count))
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Calls a function when it is woken.
struct Call<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for Call<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

fn poll(lookup: &mut PendingLookup, waker: &Waker) -> Poll<Outcome> {
    Pin::new(lookup).poll(&mut Context::from_waker(waker))
}

fn is_pending(lookup: &mut PendingLookup) -> bool {
    poll(lookup, Waker::noop()).is_pending()
}

/// A public address for this name.
fn answer(name: &str) -> Outcome {
    Ok(Arc::new(HostEntry::new(name, [[8, 8, 8, 8].into()]).into()))
}

/// Keeps the responders of lookups until a test takes them.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Responder>>>);

impl Kept {
    /// The responder of the last lookup.
    fn pop(&self) -> Responder {
        self.0.lock().unwrap().pop().expect("a lookup")
    }

    fn answer(&self) {
        self.pop().send(Err(ErrorCode::HostNotFound));
    }
}

impl Resolver for Kept {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup {
            Lookup::HostByName(name) if &**name == "known.test" => {
                Resolution::Ready(answer("known.test"))
            }
            _ => Resolution::Async,
        }
    }

    fn start(&self, _: &Lookup, responder: Responder) {
        self.0.lock().unwrap().push(responder);
    }
}

/// An engine whose lookups end when the test says so.
fn kept_within(limits: Limits) -> (LookupEngine, Kept) {
    let kept = Kept::default();
    let engine = LookupEngine::builder()
        .resolver(kept.clone())
        .policy(Policy::allow_all())
        .limits(limits)
        .build();
    (engine, kept)
}

fn kept() -> (LookupEngine, Kept) {
    kept_within(workers(1))
}

/// Holds the only worker of an engine.
fn occupied(limits: Limits) -> (LookupEngine, impl FnOnce()) {
    let (engine, control) = engine(limits);
    let holder = engine.lookups().begin(host("held.test"));
    control.wait_until_started("held.test");
    let free = move || {
        control.release("held.test");
        assert!(block_on(holder).is_ok());
    };
    (engine, free)
}

#[test]
fn futures_can_move_to_any_thread_or_task() {
    fn is_free<T: Send + Sync + Unpin + 'static>() {}
    is_free::<Lookups>();
    is_free::<PendingLookup>();
}

// S-W1
#[test]
fn each_way_of_resolvers_answers() {
    for way in WAYS {
        let ways = Ways::new(way, &[[8, 8, 8, 8].into()]);
        let engine = LookupEngine::builder()
            .resolver(ways.clone())
            .policy(Policy::allow_all())
            .build();
        let lookups = engine.lookups();
        for _ in 0..3 {
            assert_eq!(
                block_on(lookups.begin(host("a.test"))),
                ways.answer(),
                "{way:?}"
            );
        }
        assert_eq!(ways.asked().len(), 3, "{way:?}");
        assert_eq!(engine.outstanding(), 0, "{way:?}");
    }
}

// The lookup is under way before the first poll.
#[test]
fn known_outcome_is_there_without_a_poll() {
    let (engine, _control) = engine(workers(1));
    let mut lookup = engine.lookups().begin(host("known.test"));
    assert!(matches!(lookup.outcome(), Some(Ok(_))));
    assert!(matches!(
        poll(&mut lookup, Waker::noop()),
        Poll::Ready(Ok(_))
    ));
}

// S-R16
#[test]
fn denied_lookup_ends_at_once_and_reaches_no_resolver() {
    let ways = Ways::new(WAYS[0], &[]);
    let engine = LookupEngine::builder().resolver(ways.clone()).build();
    let lookup = engine.lookups().begin(host("a.test"));
    assert_eq!(lookup.outcome(), Some(Err(ErrorCode::AccessDenied)));
    assert_eq!(ways.asked(), []);
}

// S-R2, S-W1: the account is one.
#[test]
fn requests_of_both_interfaces_count_for_max_requests() {
    let (engine, _kept) = kept_within(Limits {
        max_requests: 2,
        ..workers(1)
    });
    let mut session = started(&engine);
    let lookups = session.lookups();
    let asked = ask(&mut session, "a.test");
    let lookup = lookups.begin(host("b.test"));
    let refused = lookups.begin(host("c.test"));
    assert_eq!(refused.outcome(), Some(WOULD_BLOCK));
    assert_eq!(block_on(refused), WOULD_BLOCK);
    let refused = session.request(host("c.test"), 0);
    assert_eq!(refused, Err(ErrorCode::WouldBlock));
    drop(lookup);
    let asked_in_its_place = ask(&mut session, "b.test");
    session.cancel(asked).unwrap();
    assert!(is_pending(&mut lookups.begin(host("c.test"))));
    session.cancel(asked_in_its_place).unwrap();
    assert_eq!((session.stats().refused, session.outstanding()), (2, 0));
}

// S-R2
#[test]
fn lookups_past_the_bytes_of_a_session_are_refused() {
    let (engine, _kept) = kept_within(Limits {
        bytes_per_session: 1,
        ..workers(1)
    });
    let lookups = engine.lookups();
    let first = lookups.begin(host("a.test"));
    assert_eq!(
        lookups.begin(host("a.test")).outcome(),
        Some(WOULD_BLOCK),
        "a pending lookup holds bytes"
    );
    drop(first);
    let known = lookups.begin(host("known.test"));
    assert!(matches!(known.outcome(), Some(Ok(_))));
    assert_eq!(
        lookups.begin(host("a.test")).outcome(),
        Some(WOULD_BLOCK),
        "an outcome that is kept holds bytes"
    );
    drop(known);
    assert_eq!(lookups.begin(host("a.test")).outcome(), None);
}

// S-R2
#[test]
fn lookups_past_the_rate_are_refused() {
    let rate = Rate {
        per_second: 1.try_into().unwrap(),
        burst: 3.try_into().unwrap(),
    };
    let (engine, _kept) = kept_within(Limits {
        max_rate: Some(rate),
        ..workers(1)
    });
    let mut session = started(&engine);
    let lookups = session.lookups();
    ask(&mut session, "known.test");
    // A slow machine may get more than the burst.
    let begun = (0..).find(|_| lookups.begin(host("known.test")).outcome() == Some(WOULD_BLOCK));
    assert!(begun.unwrap() >= 2, "the session's request counts too");
}

// S-C7
#[test]
fn lookups_that_need_a_worker_are_refused_while_all_are_stuck() {
    let (engine, control) = engine(Limits {
        max_extra_workers: 0,
        ..workers(1)
    });
    let lookups = engine.lookups();
    let stuck = lookups.begin(host("held.test"));
    control.wait_until_started("held.test");
    drop(stuck);
    assert_eq!(engine.stuck_workers(), 1);
    let refused = lookups.begin(host("quick.test"));
    assert_eq!(refused.outcome(), Some(WOULD_BLOCK));
    assert_eq!(engine.outstanding(), 0);
    let known = lookups.begin(host("known.test"));
    assert!(known.outcome().unwrap().is_ok());
    control.release("held.test");
    while engine.stuck_workers() > 0 {
        thread::yield_now();
    }
    assert!(block_on(lookups.begin(host("quick.test"))).is_ok());
}

// S-R18
#[test]
fn lookups_fail_while_the_engine_is_down_or_has_no_worker() {
    let (engine, _kept) = kept();
    let lookups = engine.lookups();
    engine.take_down();
    assert_eq!(block_on(lookups.begin(host("known.test"))), DOWN);
    engine.bring_up();
    assert!(block_on(lookups.begin(host("known.test"))).is_ok());
    let (engine, _kept) = kept_within(workers(0));
    assert_eq!(block_on(engine.lookups().begin(host("known.test"))), DOWN);
}

// S-W3, S-C6: its place and its bytes are free at once, and the resolver is told.
#[test]
fn dropped_lookup_is_cancelled() {
    let (engine, kept) = kept_within(Limits {
        max_requests: 1,
        ..workers(1)
    });
    let session = started(&engine);
    let lookups = session.lookups();
    let (count, waker) = Count::new();
    for round in 1..=3 {
        let mut lookup = lookups.begin(host("a.test"));
        assert!(poll(&mut lookup, &waker).is_pending());
        let responder = kept.pop();
        assert!(responder.is_wanted());
        drop(lookup);
        assert!(!responder.is_wanted());
        assert_eq!(engine.outstanding(), 0);
        responder.send(Err(ErrorCode::HostNotFound));
        assert_eq!(count.get(), 0);
        assert_eq!(session.stats().cancelled, round);
    }
    assert_eq!(session.stats().completed(), 0);
}

// S-W3, S-C1: the outcome came, and nobody has looked at it.
#[test]
fn lookup_that_is_dropped_before_its_outcome_is_taken_is_cancelled() {
    let (engine, kept) = kept();
    let session = started(&engine);
    let lookups = session.lookups();
    drop(lookups.begin(host("known.test")));
    let unseen = lookups.begin(host("a.test"));
    kept.answer();
    drop(unseen);
    let (stats, left) = (session.stats(), engine.outstanding());
    assert_eq!((stats.cancelled, stats.completed(), left), (2, 0, 0));
}

// S-C6: a lookup that waits for a worker leaves the queue.
#[test]
fn dropped_lookup_that_is_queued_never_runs() {
    let (engine, control) = engine(workers(1));
    let lookups = engine.lookups();
    let running = lookups.begin(host("held.test"));
    control.wait_until_started("held.test");
    let queued: Vec<_> = (0..3).map(|_| lookups.begin(host("quick.test"))).collect();
    assert_eq!(engine.metrics().queued, 3);
    drop(queued);
    assert_eq!((engine.metrics().queued, engine.outstanding()), (0, 1));
    control.release("held.test");
    assert!(block_on(running).is_ok());
    assert!(block_on(lookups.begin(host("other.test"))).is_ok());
    assert_eq!(asked(&control, "quick.test"), 0);
}

// S-C7
#[test]
fn worker_of_a_dropped_lookup_is_replaced() {
    let (engine, control) = engine(workers(1));
    let lookups = engine.lookups();
    let running = lookups.begin(host("held.test"));
    control.wait_until_started("held.test");
    drop(running);
    assert_eq!((engine.stuck_workers(), engine.outstanding()), (1, 0));
    assert!(block_on(lookups.begin(host("quick.test"))).is_ok());
    control.release("held.test");
    while engine.stuck_workers() > 0 {
        thread::yield_now();
    }
}

// S-R2
#[test]
fn outcome_that_is_kept_counts_until_it_is_dropped() {
    let (engine, _kept) = kept_within(Limits {
        max_requests: 1,
        ..workers(1)
    });
    let mut session = started(&engine);
    let mut lookup = session.lookups().begin(host("known.test"));
    assert!(!is_pending(&mut lookup));
    assert_eq!((engine.outstanding(), session.outstanding()), (1, 0));
    let refused = session.request(host("known.test"), 0);
    assert_eq!(refused, Err(ErrorCode::WouldBlock));
    drop(lookup);
    assert_eq!(engine.outstanding(), 0);
    ask(&mut session, "known.test");
    // The taken outcome is no cancel.
    assert_eq!(session.stats().cancelled, 0);
}

#[test]
fn each_further_poll_returns_the_same_outcome() {
    let (engine, kept) = kept();
    let session = started(&engine);
    let mut known = session.lookups().begin(host("known.test"));
    let mut asked = session.lookups().begin(host("a.test"));
    assert!(is_pending(&mut asked));
    kept.answer();
    let answers: Vec<_> = (0..3)
        .map(|_| match poll(&mut known, Waker::noop()) {
            Poll::Ready(Ok(answer)) => answer,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(answers.iter().all(|a| Arc::ptr_eq(a, &answers[0])));
    for _ in 0..3 {
        let outcome = poll(&mut asked, Waker::noop());
        assert_eq!(outcome, Poll::Ready(Err(ErrorCode::HostNotFound)));
    }
    assert_eq!(session.stats().completed(), 2);
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

// S-R15: nobody else looks at the session.
#[test]
fn overdue_lookups_end_with_try_again() {
    let soon = Some(Duration::from_millis(2));
    let (silent, _kept) = kept_within(Limits {
        request_timeout: soon,
        ..workers(1)
    });
    let (blocking, _control) = engine(Limits {
        request_timeout: soon,
        ..workers(4)
    });
    for engine in [silent, blocking] {
        let lookups = engine.lookups();
        thread::scope(|scope| {
            for _ in 0..4 {
                let lookups = lookups.clone();
                scope.spawn(move || {
                    let outcome = block_on(lookups.begin(host("stuck.test")));
                    assert_eq!(outcome, Err(ErrorCode::TryAgain));
                });
            }
        });
        assert_eq!(engine.outstanding(), 0);
    }
}

// S-R18
#[test]
fn outage_ends_all_lookups_of_all_threads() {
    let (engine, kept) = kept();
    let session = started(&engine);
    let of_both = [session.lookups(), engine.lookups()];
    let (awaits, awaited) = mpsc::channel();
    let threads: Vec<_> = (0..8)
        .map(|n| {
            let lookup = of_both[n % 2].begin(host("a.test"));
            let awaits = awaits.clone();
            thread::spawn(move || {
                let mut lookup = lookup;
                block_on(async {
                    assert!(is_pending(&mut lookup));
                    awaits.send(()).unwrap();
                    lookup.await
                })
            })
        })
        .collect();
    for _ in &threads {
        awaited.recv().unwrap();
    }
    engine.take_down();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), DOWN);
    }
    engine.bring_up();
    // S-R6: late outcomes are no second ones.
    let mut anew = of_both[0].begin(host("b.test"));
    let responder = kept.pop();
    for late in kept.0.lock().unwrap().drain(..) {
        late.send(Err(ErrorCode::NoData));
    }
    assert!(is_pending(&mut anew));
    responder.send(Err(ErrorCode::HostNotFound));
    assert_eq!(block_on(anew), Err(ErrorCode::HostNotFound));
    assert_eq!(engine.outstanding(), 0);
}

/// Lookups in each state: queued, running, completed, and completed and taken; with requests of the
/// session in the same states. Calls `end` in the middle.
fn ended_in_the_middle(end: impl FnOnce(&mut Option<Session>)) {
    let (engine, control) = engine(workers(2));
    let mut session = Some(started(&engine));
    let asked_for = |session: &mut Option<Session>, name| ask(session.as_mut().unwrap(), name);
    let lookups = session.as_ref().unwrap().lookups();
    let running = lookups.begin(host("held.test"));
    control.wait_until_started("held.test");
    asked_for(&mut session, "stuck.test");
    control.wait_until_started("stuck.test");
    let queued = lookups.begin(host("quick.test"));
    asked_for(&mut session, "other.test");
    let known = lookups.begin(host("known.test"));
    asked_for(&mut session, "known.test");
    let mut taken = lookups.begin(host("known.test"));
    assert!(!is_pending(&mut taken));
    assert_eq!(engine.outstanding(), 7);

    end(&mut session);
    assert_eq!((engine.outstanding(), engine.stuck_workers()), (4, 1));
    assert!(known.outcome().unwrap().is_ok());
    assert!(taken.outcome().unwrap().is_ok());
    assert!(block_on(queued).is_ok());
    control.release("held.test");
    assert!(block_on(running).is_ok());
    assert!(block_on(lookups.begin(host("quick.test"))).is_ok());
    assert_eq!(asked(&control, "other.test"), 0);
    drop((known, taken));
    assert_eq!(engine.outstanding(), 0);
    let total = engine.metrics().total;
    // A completion that a clean-up drops counts as completed.
    assert_eq!((total.completed(), total.cancelled), (6, 2));
}

// S-W1, S-S4
#[test]
fn clean_up_ends_the_requests_of_the_session_alone() {
    ended_in_the_middle(|session| session.as_mut().unwrap().cleanup().unwrap());
}

// S-S7
#[test]
fn lookups_outlive_their_session() {
    ended_in_the_middle(|session| drop(session.take()));
}

// S-W1: neither a result that nobody has settled nor an outcome is shown.
#[test]
fn session_never_shows_lookups() {
    let (engine, kept) = kept();
    let mut session = started(&engine);
    let readiness = session.readiness();
    let lookups = session.lookups();
    let known = lookups.begin(host("known.test"));
    let mut asked = lookups.begin(host("a.test"));
    assert!(is_pending(&mut asked));
    for answers in [false, true] {
        if answers {
            kept.answer();
        }
        assert!(!readiness.is_ready());
        assert_eq!(session.outstanding(), 0);
        assert!(!session.wait(None), "nothing is outstanding");
        assert!(!block_on(session.completed()));
        assert_eq!(session.take(usize::MAX), []);
    }
    assert!(known.outcome().is_some() && asked.outcome().is_some());

    // Beside a request that is pending.
    let unseen = lookups.begin(host("b.test"));
    let handle = ask(&mut session, "c.test");
    let of_request = kept.pop();
    let mut ready = pin!(readiness.ready());
    let mut context = Context::from_waker(Waker::noop());
    assert!(ready.as_mut().poll(&mut context).is_pending());
    kept.answer();
    assert!(ready.as_mut().poll(&mut context).is_pending());
    assert!(!session.wait(Some(Duration::ZERO)));
    assert!(pin!(session.completed()).poll(&mut context).is_pending());
    assert_eq!((session.take(1), session.outstanding()), (vec![], 1));
    of_request.send(Err(ErrorCode::HostNotFound));
    assert!(ready.as_mut().poll(&mut context).is_ready());
    assert_eq!(one(&mut session).handle, handle);
    assert!(unseen.outcome().is_some());
}

// The session is not settled by any call of its own.
#[test]
fn readiness_is_not_ready_after_a_result_of_a_lookup() {
    let (engine, kept) = kept();
    let session = started(&engine);
    let readiness = session.readiness();
    let lookup = session.lookups().begin(host("a.test"));
    kept.answer();
    assert!(!readiness.is_ready());
    assert!(lookup.outcome().is_some());
    drop(session);
    assert!(readiness.is_ready());
}

/// Records each step of each request.
#[derive(Default)]
struct Diary(Mutex<Vec<(TaskHandle, &'static str)>>);

impl Diary {
    fn write(&self, request: RequestId, what: &'static str) {
        self.0.lock().unwrap().push((request.handle, what));
    }

    fn last(&self) -> TaskHandle {
        self.0.lock().unwrap().last().expect("a step").0
    }

    fn of(&self, handle: TaskHandle) -> Vec<&'static str> {
        let steps = self.0.lock().unwrap();
        let of_it = steps.iter().filter(|step| step.0 == handle);
        of_it.map(|step| step.1).collect()
    }
}

impl Observer for Diary {
    fn request(&self, request: RequestId, _: QueryKind, _: Option<&Query>) {
        self.write(request, "request");
    }

    fn refusal(&self, session: u64, _: QueryKind, _: ErrorCode) {
        let request = RequestId { session, handle: 0 };
        self.write(request, "refusal");
    }

    fn start(&self, request: RequestId, _: RunsOn) {
        self.write(request, "start");
    }

    fn finish(&self, request: RequestId, _: RunsOn) {
        self.write(request, "finish");
    }

    fn answer(&self, request: RequestId, _: &Outcome) {
        self.write(request, "answer");
    }

    fn denial(&self, request: RequestId) {
        self.write(request, "denial");
    }

    fn cancel(&self, request: RequestId) {
        self.write(request, "cancel");
    }
}

fn observed() -> (LookupEngine, Kept, Arc<Diary>) {
    let (kept, diary) = (Kept::default(), Arc::new(Diary::default()));
    let engine = LookupEngine::builder()
        .resolver(kept.clone())
        .policy(Policy::deny_all().allow("*.test".parse().unwrap()))
        .observer(Arc::clone(&diary))
        .build();
    (engine, kept, diary)
}

// S-C3: the session did not give the handle out.
#[test]
fn session_cannot_cancel_a_lookup() {
    let (engine, kept, diary) = observed();
    let mut session = started(&engine);
    let mut lookup = session.lookups().begin(host("a.test"));
    let handle = diary.last();
    let mut cancel = || session.cancel(handle);
    assert_eq!(cancel(), Err(ErrorCode::InvalidArgument), "pending");
    kept.answer();
    assert_eq!(cancel(), Err(ErrorCode::InvalidArgument), "completed");
    assert!(!is_pending(&mut lookup));
    assert_eq!(cancel(), Err(ErrorCode::InvalidArgument), "taken");
    drop(lookup);
    assert_eq!(cancel(), Err(ErrorCode::InvalidArgument), "dropped");
    let stats = session.stats();
    assert_eq!((stats.completed(), stats.cancelled), (1, 0));
}

#[test]
fn observers_see_the_steps_of_lookups() {
    let (engine, kept, diary) = observed();
    let lookups = engine.lookups();
    let begin = |name| (lookups.begin(host(name)), diary.last());

    let (lookup, taken) = begin("a.test");
    kept.answer();
    assert!(lookup.outcome().is_some());
    drop(lookup);
    let steps = ["request", "start", "finish", "answer"];
    assert_eq!(diary.of(taken), steps);

    let (lookup, untaken) = begin("a.test");
    kept.answer();
    drop(lookup);
    assert_eq!(diary.of(untaken), [&steps[..], &["cancel"]].concat());

    let (lookup, dropped) = begin("a.test");
    drop(lookup);
    kept.answer();
    assert_eq!(diary.of(dropped), ["request", "start", "cancel", "finish"]);

    let (lookup, denied) = begin("denied.example");
    assert!(lookup.outcome().is_some());
    drop(lookup);
    assert_eq!(diary.of(denied), ["request", "denial"]);

    engine.take_down();
    drop(lookups.begin(host("a.test")));
    assert_eq!(diary.of(0), ["refusal"]);
}

// S-W1: one set of counts.
#[test]
fn statistics_count_requests_of_both_interfaces() {
    let (script, _control) = script();
    let engine = LookupEngine::builder()
        .resolver(script)
        .policy(Policy::allow_all().allow_private())
        .limits(workers(1))
        .measure_latency(true)
        .build();
    let mut session = started(&engine);
    let lookups = session.lookups();
    ask(&mut session, "quick.test");
    one(&mut session);
    assert!(block_on(lookups.begin(host("quick.test"))).is_ok());
    let mut kept = lookups.begin(host("known.test"));
    assert_eq!(session.stats().pending(), 1);
    for _ in 0..2 {
        assert!(!is_pending(&mut kept));
    }
    drop(lookups.begin(host("stuck.test")));
    let stats = session.stats();
    assert_eq!((stats.requests, stats.answered), (4, 3));
    assert_eq!((stats.cancelled, stats.pending()), (1, 0));
    assert_eq!(stats.latency.as_ref().unwrap().count(), 3);
    let metrics = engine.metrics();
    assert_eq!((metrics.outstanding, metrics.sessions), (1, 1));
    assert_eq!(metrics.total, stats);
    drop(session);
    assert_eq!(engine.metrics().sessions, 1, "the guest has a lookup");
    drop((kept, lookups));
    let metrics = engine.metrics();
    assert_eq!((metrics.outstanding, metrics.sessions), (0, 0));
    assert_eq!(metrics.total, stats);
}

#[test]
fn lookup_keeps_its_engine_alive() {
    let (free, lookup) = {
        let (engine, free) = occupied(workers(1));
        (free, engine.lookups().begin(host("quick.test")))
    };
    free();
    assert!(block_on(lookup).is_ok());
}

// Whichever of the two settles the results, the other is woken.
#[test]
fn session_and_lookup_that_wait_at_once_are_both_woken() {
    let (engine, kept) = kept();
    let mut session = started(&engine);
    let lookups = session.lookups();
    for round in 0..2000 {
        let lookup = lookups.begin(host("a.test"));
        let of_lookup = kept.pop();
        ask(&mut session, "b.test");
        let of_request = kept.pop();
        thread::scope(|scope| {
            scope.spawn(|| assert!(block_on(lookup).is_err()));
            scope.spawn(|| {
                assert!(session.wait(None));
                assert_eq!(session.take(usize::MAX).len(), 1);
            });
            let mut responders = [of_lookup, of_request];
            if round % 2 == 0 {
                responders.reverse();
            }
            for responder in responders {
                responder.send(Err(ErrorCode::HostNotFound));
            }
        });
    }
    assert_eq!(engine.outstanding(), 0);
}

/// Answers each name in one of four ways, with the name itself.
struct Mixed {
    sends: mpsc::Sender<(Outcome, Responder)>,
}

impl Mixed {
    /// With a thread of its own for a quarter of the lookups.
    fn start() -> Mixed {
        let (sends, sent) = mpsc::channel::<(Outcome, Responder)>();
        thread::spawn(move || {
            for (outcome, responder) in sent {
                responder.send(outcome);
            }
        });
        Mixed { sends }
    }
}

impl Resolver for Mixed {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match name_of(lookup).as_bytes()[0] {
            b'a' => Resolution::Ready(self.resolve_blocking(lookup)),
            b'b' => Resolution::Blocking,
            _ => Resolution::Async,
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        answer(name_of(lookup))
    }

    fn start(&self, lookup: &Lookup, responder: Responder) {
        let outcome = self.resolve_blocking(lookup);
        match name_of(lookup).as_bytes()[0] {
            b'c' => responder.send(outcome),
            _ => self.sends.send((outcome, responder)).unwrap(),
        }
    }
}

fn name_of(lookup: &Lookup) -> &str {
    match lookup {
        Lookup::HostByName(name) => name,
        other => panic!("{other:?}"),
    }
}

fn assert_names(outcome: Outcome, name: &str) {
    match outcome.as_deref() {
        Ok(Answer::Host(host)) => assert_eq!(&*host.name, name),
        other => panic!("{name}: {other:?}"),
    }
}

// S-W1, S-W3, S-C8: none is lost, none is delivered after its drop, and no place is lost.
#[test]
fn four_threads_with_lookups_and_a_session_lose_nothing() {
    const THREADS: usize = 4;
    const EACH: usize = 25_000;
    const IN_FLIGHT: usize = 40;
    let engine = LookupEngine::builder()
        .resolver(Mixed::start())
        .policy(Policy::allow_all())
        .limits(Limits {
            // A worker whose lookup was dropped is stuck for a moment.
            max_extra_workers: 1000,
            max_workers_per_session: 1000,
            ..workers(2)
        })
        .build();
    let mut session = started(&engine);
    let lookups = session.lookups();
    let is_over = AtomicBool::new(false);
    let mut asked = 0;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let lookups = &lookups;
                scope.spawn(move || {
                    let mut in_flight = VecDeque::new();
                    for n in 0..EACH {
                        let way = ["a", "b", "c", "d"][n % 4];
                        let name = format!("{way}{thread}-{n}.test");
                        let mut lookup = lookups.begin(host(&name));
                        // Half of the lookups are polled before they are dropped or awaited.
                        if n % 2 == 0 {
                            let _ = is_pending(&mut lookup);
                        }
                        match n % 5 {
                            4 => drop(lookup),
                            _ => in_flight.push_back((name, lookup)),
                        }
                        if in_flight.len() == IN_FLIGHT {
                            let (name, lookup) = in_flight.pop_front().unwrap();
                            assert_names(block_on(lookup), &name);
                        }
                    }
                    for (name, lookup) in in_flight {
                        assert_names(block_on(lookup), &name);
                    }
                })
            })
            .collect();
        // The session of the same guest works beside them.
        let asks = scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let name = format!("{}s-{asked}.test", ["a", "b", "c", "d"][asked % 4]);
                let handle = ask(&mut session, &name);
                asked += 1;
                if asked % 5 == 0 {
                    session.cancel(handle).unwrap();
                } else {
                    assert!(session.wait(None));
                    let taken = session.take(usize::MAX).pop().unwrap();
                    assert_eq!(taken.handle, handle);
                    assert_names(taken.outcome, &name);
                }
            }
        });
        for thread in threads {
            thread.join().unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        asks.join().unwrap();
    });
    assert_eq!((engine.outstanding(), session.outstanding()), (0, 0));
    let stats = session.stats();
    assert_eq!(stats.requests, (THREADS * EACH + asked) as u64);
    assert_eq!((stats.pending(), stats.refused), (0, 0));
    assert_eq!(stats.failed().count(), 0);
    // A lookup that is polled, ready and then dropped is answered, and not cancelled.
    let most = (THREADS * EACH / 5 + asked / 5) as u64;
    assert!(
        stats.cancelled <= most && stats.cancelled >= most / 4,
        "{stats:?}"
    );
}
