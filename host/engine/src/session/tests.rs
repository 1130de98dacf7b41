//! Tests that need the session's private state.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use super::*;
use crate::engine::LookupEngine;
use crate::limits::Limits;
use crate::lookup::{Lookup, Resolution, Resolver, Responder};
use crate::policy::Policy;
use crate::resolvers::{Chain, Script, ScriptControl, Tables};
use crate::session::task::Task;
use crate::sync::{Fault, mend, plant};
use crate::types::Outcome;

fn engine() -> (LookupEngine, ScriptControl) {
    engine_within(Duration::from_secs(3600))
}

/// An engine with this request time-out.
fn engine_within(time: Duration) -> (LookupEngine, ScriptControl) {
    let script = Script::parse(
        r#"rule = [
            { host = "held.test", addresses = ["192.0.2.1"], never = true },
            { host = "quick.test", addresses = ["192.0.2.1"] },
        ]"#,
        "the test",
    )
    .unwrap();
    let control = script.control();
    let builder = LookupEngine::builder()
        .resolver(script)
        .policy(Policy::allow_all().allow_private());
    (
        builder
            .limits(Limits {
                workers: 1,
                stuck_after: Duration::MAX,
                request_timeout: Some(time),
                ..Limits::default()
            })
            .build(),
        control,
    )
}

fn ask(session: &mut Session, name: &str) -> TaskHandle {
    session
        .request(Query::HostByName(name.as_bytes().into()), 0)
        .unwrap()
}

/// A session whose worker is busy, so that the queue stays as it is.
fn occupied() -> (LookupEngine, ScriptControl, Session) {
    let (engine, control) = engine();
    let mut session = engine.session();
    session.startup().unwrap();
    ask(&mut session, "held.test");
    control.wait_until_started("held.test");
    (engine, control, session)
}

// S-C6: a cancelled job leaves the queue at once, and the others keep their order.
#[test]
fn cancelled_jobs_leave_the_queue_at_once() {
    let (_engine, control, mut session) = occupied();
    let handles: Vec<_> = (0..1000).map(|_| ask(&mut session, "quick.test")).collect();
    let (cancelled, live): (Vec<_>, Vec<_>) = (0..1000).partition(|i| i % 3 != 0);
    for (i, place) in cancelled.iter().enumerate() {
        session.cancel(handles[*place]).unwrap();
        assert_eq!(session.shared.queue.queued(), 1000 - (i + 1));
    }
    control.release("held.test");
    let mut order = Vec::new();
    while session.wait(None) {
        order.extend(session.take(usize::MAX).into_iter().map(|c| c.handle));
    }
    assert_eq!(
        order[1..],
        live.iter().map(|place| handles[*place]).collect::<Vec<_>>()
    );
}

// S-C6: deadlines of cancelled and of taken requests do not pile up.
#[test]
fn deadlines_do_not_pile_up() {
    let (_engine, _control, mut session) = occupied();
    for round in 0..10_000 {
        let handle = ask(&mut session, "quick.test");
        if round % 10 > 0 {
            session.cancel(handle).unwrap();
        }
        // With the request that was just cancelled.
        let most = 2 * (session.held() + 1) + 65;
        let kept = session.deadlines();
        assert!((session.held()..=most).contains(&kept), "{kept}");
    }
    session.cleanup().unwrap();
    assert_eq!(session.deadlines(), 0);
}

/// A bound that only ends a test that would hang.
const A_HANG: Duration = Duration::from_secs(30);

/// A request with a deadline, made while the watchdog's thread could not be started. Now it can.
fn without_a_thread() -> (LookupEngine, ScriptControl, Session) {
    let (engine, control) = engine_within(Duration::from_millis(2));
    let mut session = engine.session();
    session.startup().unwrap();
    plant(Fault::NoThread);
    ask(&mut session, "held.test");
    mend();
    (engine, control, session)
}

// S-R15: the next request, or a wait, starts the watchdog.
#[test]
fn an_alarm_that_nobody_could_keep_is_kept_later() {
    for asks in [true, false] {
        let (_engine, _control, mut session) = without_a_thread();
        if asks {
            ask(&mut session, "held.test");
            let deadline = Instant::now().checked_add(A_HANG);
            assert!(session.shared.queue.park(deadline), "nobody rings");
        }
        assert!(session.wait(Some(A_HANG)));
        assert_eq!(session.take(1)[0].outcome, Err(ErrorCode::TryAgain));
    }
}

// S-S4, S-S7: after the last clean-up no job is left in the queue, and no byte is held.
#[test]
fn clean_up_empties_everything() {
    let (_engine, _control, mut session) = occupied();
    for _ in 0..100 {
        ask(&mut session, "quick.test");
    }
    session.cleanup().unwrap();
    assert_eq!(
        (
            session.shared.queue.queued(),
            session.bytes(),
            session.held()
        ),
        (0, 0, 0)
    );
    assert!(!session.shared.queue.is_ready());
}

// S-C6: handles of cancelled completions do not pile up, whatever the guest keeps.
#[test]
fn handles_of_cancelled_completions_do_not_pile_up() {
    let (engine, _control) = engine();
    let mut session = engine.session();
    session.startup().unwrap();
    let mut former = ask(&mut session, "192.0.2.1");
    for _ in 0..10_000 {
        let next = ask(&mut session, "192.0.2.1");
        session.cancel(former).unwrap();
        former = next;
        assert!(session.ready_handles() <= 67, "{}", session.ready_handles());
    }
    session.cancel(former).unwrap();
    assert_eq!((session.ready_handles(), session.bytes()), (0, 0));
}

// The bytes held go back to 0, however requests end.
#[test]
fn bytes_balance() {
    let (engine, _control) = engine();
    let mut session = engine.session();
    session.startup().unwrap();
    for round in 0..100 {
        let handle = ask(
            &mut session,
            if round % 2 == 0 {
                "quick.test"
            } else {
                "192.0.2.7"
            },
        );
        if round % 3 == 0 {
            // The request may have completed, and the completion was not taken.
            session.cancel(handle).unwrap();
        }
        if round % 5 == 0 {
            session.take(1);
        }
    }
    while session.wait(None) {
        session.take(usize::MAX);
    }
    assert_eq!(session.bytes(), 0);
}

// S-R17: no other request gets a handle before its completion was taken.
#[test]
fn a_ready_request_keeps_its_place() {
    let (engine, _control) = engine();
    let mut session = engine.session();
    session.startup().unwrap();
    let handle = ask(&mut session, "192.0.2.1");
    assert_eq!((session.held(), engine.outstanding()), (1, 1));
    assert!(matches!(
        session.shared.requests().table.get_mut(handle),
        Some(Task::Ready(..))
    ));
    session.take(1);
    assert_eq!((session.held(), engine.outstanding()), (0, 0));
}

// S-S7: a dropped session leaves nothing in the pool, also while every worker is stuck.
#[test]
fn dropped_sessions_leave_the_run_queue_at_once() {
    let (engine, _control, _session) = occupied();
    let mut stays = engine.session();
    stays.startup().unwrap();
    ask(&mut stays, "quick.test");
    for _ in 0..1000 {
        let mut goes = engine.session();
        goes.startup().unwrap();
        ask(&mut goes, "quick.test");
    }
    assert_eq!(engine.shared.pool.sessions(), (2, 1));
}

struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

// A dropped future loses no completion, and a task that awaits the readiness is woken.
#[test]
fn waiting_can_be_given_up() {
    let (_engine, control, mut session) = occupied();
    let count = Arc::new(Count(AtomicUsize::new(0)));
    let waker = Waker::from(Arc::clone(&count));
    let mut context = Context::from_waker(&waker);
    assert!(pin!(session.completed()).poll(&mut context).is_pending());

    let readiness = session.readiness();
    let mut ready = pin!(readiness.ready());
    assert!(ready.as_mut().poll(&mut context).is_pending());
    control.release("held.test");
    assert!(session.wait(None));
    assert_eq!(
        pin!(session.completed()).poll(&mut context),
        Poll::Ready(true)
    );
    assert_eq!(ready.poll(&mut context), Poll::Ready(()));
    assert!(count.0.load(Ordering::SeqCst) > 0);
    session.take(1);
    assert!(!readiness.is_ready());
    drop(session);
    assert!(readiness.is_ready());
}

// S-R15
#[test]
fn a_deadline_is_kept_for_an_async_caller_too() {
    let (_engine, _control, mut session) = without_a_thread();
    let mut completed = pin!(session.completed());
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let begun = Instant::now();
    while completed
        .as_mut()
        .poll(&mut Context::from_waker(&waker))
        .is_pending()
    {
        assert!(begun.elapsed() < A_HANG, "nobody rings");
        thread::park_timeout(Duration::from_secs(1));
    }
}

/// Wakes a thread.
struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Finds each host, at once or by its responder. Its answers live until this time.
struct Timed(Instant);

impl Timed {
    fn answer(lookup: &Lookup) -> Outcome {
        lookup.answer_host("a.test", [], [[192, 0, 2, 1].into()])
    }
}

impl Resolver for Timed {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup {
            Lookup::HostByName(name) if name.starts_with("now") => {
                Resolution::ReadyUntil(Timed::answer(lookup), self.0)
            }
            _ => Resolution::Async,
        }
    }

    fn start(&self, lookup: &Lookup, responder: Responder) {
        responder.send_until(Timed::answer(lookup), self.0);
    }
}

// S-W4
#[test]
fn answer_keeps_its_time_to_live_until_it_is_taken() {
    let until = Instant::now() + Duration::from_secs(60);
    let chain = Chain::new().then(Tables::system()).then(Timed(until));
    for builder in [
        LookupEngine::builder().resolver(Timed(until)),
        LookupEngine::builder().resolver(chain),
    ] {
        let policy = Policy::allow_all().allow_private();
        let mut session = builder.policy(policy).build().session();
        session.startup().unwrap();
        for name in ["now.test", "later.test"] {
            let handle = ask(&mut session, name);
            assert!(session.wait(Some(A_HANG)));
            let second = session.shared.engine.clock.second_of(until);
            assert_eq!(session.expires(handle), second, "{name}");
            assert!(second.is_some());
            assert!(session.take(1)[0].outcome.is_ok());
            assert_eq!(session.expires(handle), None, "{name}");
        }
        // No resolver answers an address.
        let literal = ask(&mut session, "192.0.2.1");
        assert_eq!(session.expires(literal), None);
    }
}
