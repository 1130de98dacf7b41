//! What observers are called with, and in what order.

mod support;

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use winsock_async_engine::observe::{DisplayQuery, Observer, QueryKind, RequestId, RunsOn};
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::ScriptControl;
use winsock_async_engine::{ErrorCode, Limits, LookupEngine, Outcome, Query, Session, TaskHandle};
use winsock_async_engine::{Lookup, Resolution, Resolver, Responder};

use support::*;

/// Records each call as a word.
#[derive(Default)]
struct Diary {
    wants_queries: bool,
    told: Mutex<Vec<(RequestId, String)>>,
}

impl Diary {
    fn write(&self, request: RequestId, what: impl Into<String>) {
        self.told.lock().unwrap().push((request, what.into()));
    }

    /// The calls for a request, in one line.
    fn of(&self, handle: TaskHandle) -> String {
        let told = self.told.lock().unwrap();
        let of_it = told.iter().filter(|(request, _)| request.handle == handle);
        of_it.map(|(_, what)| &**what).collect::<Vec<_>>().join(" ")
    }

    /// Waits for the calls of a worker.
    fn wait_for(&self, handle: TaskHandle, told: &str) {
        while self.of(handle) != told {
            thread::yield_now();
        }
    }
}

impl Observer for Diary {
    fn wants_queries(&self) -> bool {
        self.wants_queries
    }

    fn request(&self, request: RequestId, kind: QueryKind, query: Option<&Query>) {
        let query = query.map_or("-".into(), |query| DisplayQuery(query).to_string());
        self.write(request, format!("request({kind},{query})"));
    }

    fn refusal(&self, session: u64, kind: QueryKind, error: ErrorCode) {
        let request = RequestId { session, handle: 0 };
        self.write(request, format!("refusal({kind},{})", error.winsock_name()));
    }

    fn start(&self, request: RequestId, on: RunsOn) {
        let thread = thread::current();
        let is_worker = thread.name().is_some_and(|n| n.starts_with("winsock-"));
        assert_eq!(is_worker, on == RunsOn::Worker);
        self.write(request, format!("start({on:?})"));
    }

    fn finish(&self, request: RequestId, on: RunsOn) {
        self.write(request, format!("finish({on:?})"));
    }

    fn answer(&self, request: RequestId, outcome: &Outcome) {
        let outcome = outcome.as_ref().map_or_else(|e| e.winsock_name(), |_| "ok");
        self.write(request, format!("answer({outcome})"));
    }

    fn denial(&self, request: RequestId) {
        self.write(request, "denial");
    }

    fn cancel(&self, request: RequestId) {
        self.write(request, "cancel");
    }
}

fn observed(limits: Limits, policy: Policy) -> (LookupEngine, ScriptControl, Arc<Diary>) {
    let (script, control) = script();
    let diary = Arc::new(Diary::default());
    let engine = LookupEngine::builder()
        .resolver(script)
        .policy(policy)
        .limits(limits)
        .observer(Arc::clone(&diary))
        .build();
    (engine, control, diary)
}

const REQUEST: &str = "request(host-by-name,-)";

#[test]
fn observers_are_called_in_the_order_of_steps() {
    let policy = Policy::deny_all()
        .allow("*.test".parse().unwrap())
        .allow_private();
    let (engine, _, diary) = observed(workers(1), policy);
    let mut session = started(&engine);
    let quick = ask(&mut session, "quick.test");
    one(&mut session);
    let known = ask(&mut session, "known.test");
    let denied = ask(&mut session, "denied.example");
    assert_eq!(
        diary.of(quick),
        format!("{REQUEST} start(Worker) finish(Worker) answer(ok)")
    );
    assert_eq!(diary.of(known), format!("{REQUEST} answer(ok)"));
    assert_eq!(diary.of(denied), format!("{REQUEST} denial"));
}

// S-C6: a lookup that is cancelled in the queue does not start. S-C7: one that runs finishes later.
#[test]
fn a_cancel_is_observed_before_the_finish_of_its_lookup() {
    let (engine, control, diary) = observed(workers(1), Policy::allow_all().allow_private());
    let mut session = started(&engine);
    let running = ask(&mut session, "held.test");
    control.wait_until_started("held.test");
    let queued = ask(&mut session, "quick.test");
    session.cancel(queued).unwrap();
    session.cancel(running).unwrap();
    let cancelled = format!("{REQUEST} start(Worker) cancel");
    assert_eq!(diary.of(running), cancelled);
    control.release("held.test");
    diary.wait_for(running, &format!("{cancelled} finish(Worker)"));
    assert_eq!(diary.of(queued), format!("{REQUEST} cancel"));
}

/// Calls `end` while one request is in the resolver and one waits, and returns the calls for the
/// one that waits.
///
/// Each end has an engine of its own, as an extra worker takes the place of one whose lookup was
/// cancelled.
fn observed_at_the_end(end: impl FnOnce(&LookupEngine, Session)) -> String {
    let (engine, control, diary) = observed(workers(1), Policy::allow_all().allow_private());
    let mut session = started(&engine);
    ask(&mut session, "held.test");
    control.wait_until_started("held.test");
    let waits = ask(&mut session, "quick.test");
    end(&engine, session);
    control.release("held.test");
    diary.of(waits)
}

// S-S4, S-S7
#[test]
fn clean_up_and_drop_are_observed_as_cancels() {
    let cancelled = format!("{REQUEST} cancel");
    let cleaned = observed_at_the_end(|_, mut session| session.cleanup().unwrap());
    assert_eq!(cleaned, cancelled);
    assert_eq!(observed_at_the_end(|_, session| drop(session)), cancelled);
}

// S-R18
#[test]
fn an_outage_is_observed_as_an_answer() {
    let cut = observed_at_the_end(|engine, mut session| {
        engine.take_down();
        session.take(0);
    });
    assert_eq!(cut, format!("{REQUEST} answer(WSAENETDOWN)"));
}

#[test]
fn a_completion_is_observed_once_though_it_is_not_taken() {
    let (engine, _, diary) = observed(workers(1), Policy::allow_all().allow_private());
    let mut session = started(&engine);
    let ready = ask(&mut session, "known.test");
    drop(session);
    assert_eq!(diary.of(ready), format!("{REQUEST} answer(ok)"));
}

// S-C2: a guest cannot hide a denial by a cancel.
#[test]
fn a_cancel_is_observed_after_the_answer_that_was_not_taken() {
    let policy = Policy::deny_all()
        .allow("*.test".parse().unwrap())
        .allow_private();
    let (engine, _, diary) = observed(workers(1), policy);
    let mut session = started(&engine);
    for (name, answer) in [("known.test", "answer(ok)"), ("denied.example", "denial")] {
        let handle = ask(&mut session, name);
        session.cancel(handle).unwrap();
        assert_eq!(diary.of(handle), format!("{REQUEST} {answer} cancel"));
    }
}

/// An asynchronous resolver, which sends from a thread.
struct Asks;

impl Resolver for Asks {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Async
    }

    fn start(&self, _: &Lookup, responder: Responder) {
        thread::spawn(move || responder.send(Err(ErrorCode::TryAgain)));
    }
}

#[test]
fn an_asynchronous_lookup_starts_and_finishes() {
    let diary = Arc::new(Diary::default());
    let engine = LookupEngine::builder()
        .resolver(Asks)
        .policy(Policy::allow_all().allow_private())
        .observer(Arc::clone(&diary))
        .build();
    let mut session = started(&engine);
    let handle = ask(&mut session, "a.test");
    one(&mut session);
    assert_eq!(
        diary.of(handle),
        format!("{REQUEST} start(Resolver) finish(Resolver) answer(WSATRY_AGAIN)")
    );
}

// S-R2, S-R18
#[test]
fn a_refused_call_is_observed_without_a_request() {
    let limits = Limits {
        max_requests: 0,
        ..workers(1)
    };
    let (engine, _, diary) = observed(limits, Policy::allow_all().allow_private());
    let mut session = started(&engine);
    session.request(Query::ProtocolByNumber(6), 0).unwrap_err();
    engine.take_down();
    session.request(host("quick.test"), 0).unwrap_err();
    assert_eq!(
        diary.of(0),
        "refusal(protocol-by-number,WSAEWOULDBLOCK) refusal(host-by-name,WSAENETDOWN)"
    );
    assert_eq!(diary.told.lock().unwrap().len(), 2);
}

#[test]
fn observers_get_session_numbers_and_the_queries_they_want() {
    let (script, _) = script();
    let diary = Arc::new(Diary {
        wants_queries: true,
        ..Diary::default()
    });
    let engine = LookupEngine::builder()
        .resolver(script)
        .observer(Arc::clone(&diary))
        .build();
    let (mut first, mut second) = (started(&engine), started(&engine));
    let one = ask(&mut first, "a.test");
    let two = ask(&mut second, "B.test\n");
    // The guest's own text, although the policy forbids the name.
    assert_eq!(diary.of(one), "request(host-by-name,a.test) denial");
    assert_eq!(
        diary.of(two),
        r"request(host-by-name,B.test\n) answer(WSAHOST_NOT_FOUND)"
    );
    let sessions: Vec<_> = diary
        .told
        .lock()
        .unwrap()
        .iter()
        .map(|t| t.0.session)
        .collect();
    assert_eq!(sessions, [1, 1, 2, 2]);
}

/// Panics in each function.
struct Nervous;

impl Observer for Nervous {
    fn wants_queries(&self) -> bool {
        panic!("wants")
    }

    fn request(&self, _: RequestId, _: QueryKind, _: Option<&Query>) {
        panic!("request")
    }

    fn start(&self, _: RequestId, _: RunsOn) {
        panic!("start")
    }

    fn finish(&self, _: RequestId, _: RunsOn) {
        panic!("finish")
    }

    fn answer(&self, _: RequestId, _: &Outcome) {
        panic!("answer")
    }

    fn cancel(&self, _: RequestId) {
        panic!("cancel")
    }
}

#[test]
fn a_panicking_observer_affects_no_request_and_no_other_observer() {
    let (script, _) = script();
    let diary = Arc::new(Diary::default());
    let engine = LookupEngine::builder()
        .resolver(script)
        .policy(Policy::allow_all().allow_private())
        .limits(workers(1))
        .observer(Nervous)
        .observer(Arc::clone(&diary))
        .build();
    let mut session = started(&engine);
    for _ in 0..3 {
        let handle = ask(&mut session, "quick.test");
        // The bound only ends a test that would hang: if the panic ended the only worker.
        assert!(session.wait(Some(Duration::from_secs(60))));
        let completion = session.take(1).pop().unwrap();
        assert_eq!(
            (completion.handle, completion.outcome.is_ok()),
            (handle, true)
        );
        assert!(diary.of(handle).ends_with("finish(Worker) answer(ok)"));
    }
}
