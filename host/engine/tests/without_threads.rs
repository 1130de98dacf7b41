//! An engine without threads, as in a component.

#![allow(missing_docs, reason = "tests")]

use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Chain, Tables};
use winsock_async_engine::{
    Completion, ErrorCode, Limits, Lookup, LookupEngine, Outcome, Query, Resolution, Resolver,
    Responder, Session, TaskHandle,
};

thread_local! {
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// The clock of the engines on this thread. It starts long after 0.
fn now() -> Duration {
    Duration::from_secs(1 << 20) + NOW.get()
}

fn pass(time: Duration) {
    NOW.set(NOW.get() + time);
}

/// Keeps lookups of `later.test` until they are answered. Others block.
#[derive(Default)]
struct Kept(Mutex<Vec<Responder>>);

impl Resolver for Kept {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup.host_name() {
            Some("later.test") => Resolution::Async,
            _ => Resolution::Blocking,
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        panic!("a thread resolves {lookup:?}")
    }

    fn start(&self, _: &Lookup, responder: Responder) {
        self.0.lock().unwrap().push(responder);
    }
}

impl Kept {
    fn pop(&self) -> Responder {
        self.0.lock().unwrap().pop().expect("a lookup that waits")
    }
}

/// A session of an engine with these limits, and what its resolver keeps.
fn session(limits: Limits) -> (Session, Arc<Kept>) {
    let kept = Arc::new(Kept::default());
    let tables = Tables::builder().build().unwrap();
    let engine = LookupEngine::builder()
        .resolver(Chain::new().then(tables).then(Arc::clone(&kept)))
        .policy(Policy::allow_all().allow_private())
        .limits(limits)
        .without_threads(now)
        .build();
    let mut session = engine.session();
    session.startup().expect("the engine is up");
    (session, kept)
}

fn look_up(session: &mut Session, name: &str) -> TaskHandle {
    let query = Query::HostByName(name.as_bytes().into());
    session.request(query, 7).expect("below all limits")
}

/// Waits as callers without threads do.
fn has_completion(session: &mut Session) -> bool {
    session.wait(Some(Duration::ZERO))
}

fn take(session: &mut Session) -> Completion {
    assert!(has_completion(session));
    let mut taken = session.take(usize::MAX);
    assert_eq!(taken.len(), 1);
    taken.remove(0)
}

fn found() -> Outcome {
    let lookup = Lookup::HostByName("later.test".into());
    lookup.answer_host("later.test", [], [[192, 0, 2, 1].into()])
}

#[test]
fn immediate_answer_is_taken() {
    let (mut session, _) = session(Limits::default());
    let handle = session.request(Query::ProtocolByNumber(6), 7).unwrap();
    let taken = take(&mut session);
    assert_eq!((taken.handle, taken.tag), (handle, 7));
    assert!(taken.outcome.is_ok());
}

#[test]
fn asynchronous_answer_is_taken_when_it_has_come() {
    let (mut session, kept) = session(Limits::default());
    let handle = look_up(&mut session, "later.test");
    assert!(!has_completion(&mut session));
    assert_eq!(session.take(usize::MAX), []);
    kept.pop().send(found());
    let taken = take(&mut session);
    assert_eq!((taken.handle, taken.outcome), (handle, found()));
}

// S-C1, S-C6
#[test]
fn cancelled_request_has_no_completion() {
    let (mut session, kept) = session(Limits::default());
    let handle = look_up(&mut session, "later.test");
    session.cancel(handle).unwrap();
    let responder = kept.pop();
    assert!(!responder.is_wanted());
    responder.send(found());
    assert!(!has_completion(&mut session));
    assert_eq!(session.outstanding(), 0);
}

#[test]
fn lookup_that_would_block_is_no_recovery() {
    let (mut session, _) = session(Limits::default());
    look_up(&mut session, "blocking.test");
    let taken = take(&mut session);
    assert_eq!(taken.outcome, Err(ErrorCode::NoRecovery));
}

// S-R15
#[test]
fn overdue_request_ends_with_the_next_call() {
    let second = Duration::from_secs(1);
    let (mut session, kept) = session(Limits {
        request_timeout: Some(second),
        ..Limits::default()
    });
    assert_eq!(session.next_deadline(), None);
    look_up(&mut session, "later.test");
    assert_eq!(session.next_deadline(), Some(second));
    pass(second * 2 / 5);
    look_up(&mut session, "later.test");
    assert_eq!(session.next_deadline(), Some(second * 3 / 5));
    assert!(!has_completion(&mut session));
    pass(second * 3 / 5);
    assert_eq!(take(&mut session).outcome, Err(ErrorCode::TryAgain));
    let [second_lookup, first_lookup] = [kept.pop(), kept.pop()];
    assert!(second_lookup.is_wanted() && !first_lookup.is_wanted());
    assert_eq!(session.next_deadline(), Some(second * 2 / 5));
    second_lookup.send(found());
    assert_eq!(take(&mut session).outcome, found());
}

#[test]
fn request_without_a_time_out_has_no_deadline() {
    let (mut session, _) = session(Limits::default());
    look_up(&mut session, "later.test");
    pass(Duration::from_secs(1 << 30));
    assert!(!has_completion(&mut session));
    assert_eq!(session.next_deadline(), None);
}

#[cfg(target_os = "linux")]
#[test]
fn no_thread_of_an_engine_starts() {
    let (mut session, kept) = session(Limits {
        request_timeout: Some(Duration::from_secs(1)),
        ..Limits::default()
    });
    look_up(&mut session, "later.test");
    look_up(&mut session, "blocking.test");
    kept.pop().send(found());
    for task in std::fs::read_dir("/proc/self/task").expect("the threads") {
        let name = task.expect("a thread").path().join("comm");
        // A thread of another test may end meanwhile.
        let name = std::fs::read_to_string(name).unwrap_or_default();
        assert!(!name.starts_with("winsock"), "{name}");
    }
}
