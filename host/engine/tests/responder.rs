//! Asynchronous resolvers: outcomes sent to a responder at any time, from any thread.

mod support;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use winsock_async_engine::policy::Policy;
use winsock_async_engine::{
    Answer, Completion, ErrorCode, HostEntry, Limits, LookupEngine, Outcome, Session,
};
use winsock_async_engine::{Lookup, Resolution, Resolver, Responder};

use support::{ask, host, one, started, workers};

/// Answers `at-once.test` at once, panics for `panics.test`, drops the responder of `dropped.test`,
/// and gives the others to the test. No worker may be asked.
struct Keeper(Sender<Responder>);

impl Resolver for Keeper {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Async
    }

    fn resolve_blocking(&self, _: &Lookup) -> Outcome {
        panic!("a worker was asked");
    }

    fn start(&self, lookup: &Lookup, responder: Responder) {
        let Lookup::HostByName(name) = lookup else {
            return responder.send(Err(lookup.miss()));
        };
        match &**name {
            "at-once.test" => responder.send(answer()),
            "panics.test" => panic!("as it was told to"),
            "dropped.test" => drop(responder),
            _ => self.0.send(responder).expect("the test takes it"),
        }
    }
}

fn answer() -> Outcome {
    let entry = HostEntry::new("a.test", [[192, 0, 2, 1].into()]);
    Ok(Answer::from(entry).into())
}

fn engine_with(limits: Limits) -> (LookupEngine, Receiver<Responder>) {
    let (sender, replies) = channel();
    let builder = LookupEngine::builder()
        .resolver(Keeper(sender))
        .policy(Policy::allow_all().allow_private());
    (builder.limits(limits).build(), replies)
}

fn engine() -> (LookupEngine, Receiver<Responder>) {
    engine_with(workers(1))
}

fn nothing_comes(session: &mut Session) {
    assert!(!session.wait(None), "nothing is outstanding");
    assert_eq!(session.take(usize::MAX), []);
}

fn is(completion: Completion, handle: u64, outcome: Outcome) {
    assert_eq!((completion.handle, completion.outcome), (handle, outcome));
}

// S-R5, S-R6
#[test]
fn an_outcome_sent_inside_start_completes_the_request() {
    let (engine, _replies) = engine();
    let mut session = started(&engine);
    let handle = ask(&mut session, "at-once.test");
    assert_eq!(session.outstanding(), 1);
    is(one(&mut session), handle, answer());
    // S-C2: the completion was taken.
    assert_eq!(session.cancel(handle), Err(ErrorCode::AlreadyCompleted));
    nothing_comes(&mut session);
    assert_eq!(engine.outstanding(), 0);
}

// S-R6
#[test]
fn outcomes_are_sent_in_any_order_from_any_thread() {
    let (engine, replies) = engine();
    let mut session = started(&engine);
    let handles = ["a.test", "b.test", "c.test"].map(|name| ask(&mut session, name));
    assert!(session.take(usize::MAX).is_empty());
    let mut replies: Vec<_> = replies.try_iter().collect();
    let last = replies.pop().unwrap();
    thread::spawn(move || last.send(answer())).join().unwrap();
    is(one(&mut session), handles[2], answer());
    // The guest's thread is parked meanwhile.
    let sender = thread::spawn(move || replies.into_iter().for_each(|r| r.send(answer())));
    is(one(&mut session), handles[0], answer());
    is(one(&mut session), handles[1], answer());
    sender.join().unwrap();
    nothing_comes(&mut session);
}

#[test]
fn a_dropped_responder_fails_its_lookup() {
    let (engine, replies) = engine();
    let mut session = started(&engine);
    for name in ["dropped.test", "panics.test"] {
        let handle = ask(&mut session, name);
        is(one(&mut session), handle, Err(ErrorCode::NoRecovery));
    }
    let handle = ask(&mut session, "a.test");
    drop(replies.recv().unwrap());
    is(one(&mut session), handle, Err(ErrorCode::NoRecovery));
    // S-R4: a host without an address is a name without data.
    let handle = ask(&mut session, "a.test");
    let nobody = Answer::from(HostEntry::new("a.test", []));
    replies.recv().unwrap().send(Ok(nobody.into()));
    is(one(&mut session), handle, Err(ErrorCode::NoData));
}

// S-C1
#[test]
fn an_outcome_after_the_cancel_is_dropped() {
    let (engine, replies) = engine();
    let mut session = started(&engine);
    let handle = ask(&mut session, "a.test");
    let responder = replies.recv().unwrap();
    assert!(responder.is_wanted());
    assert_eq!(session.cancel(handle), Ok(()));
    assert!(!responder.is_wanted());
    assert_eq!(engine.outstanding(), 0, "at once, S-C6");
    responder.send(answer());
    nothing_comes(&mut session);
    assert_eq!(session.cancel(handle), Err(ErrorCode::InvalidArgument));
    // No worker ran the lookup, so none is stuck.
    assert_eq!(engine.stuck_workers(), 0);
}

// S-C1, S-C2
#[test]
fn a_cancel_after_the_outcome_is_in_time_until_the_completion_is_taken() {
    let (engine, replies) = engine();
    let mut session = started(&engine);
    let handle = ask(&mut session, "a.test");
    replies.recv().unwrap().send(answer());
    assert_eq!(session.cancel(handle), Ok(()));
    nothing_comes(&mut session);
    let handle = ask(&mut session, "a.test");
    replies.recv().unwrap().send(answer());
    is(one(&mut session), handle, answer());
    assert_eq!(session.cancel(handle), Err(ErrorCode::AlreadyCompleted));
}

// S-C8: the model checkers try every order (session/models); this test uses real threads.
#[test]
fn a_cancel_racing_with_an_outcome_and_a_take_has_exactly_one_end() {
    let (engine, replies) = engine();
    let mut session = started(&engine);
    let (to_sender, from_session) = channel::<Responder>();
    let sender = thread::spawn(move || from_session.iter().for_each(|r| r.send(answer())));
    let mut ends = [0, 0];
    for round in 0..2000 {
        let handle = ask(&mut session, "a.test");
        to_sender.send(replies.recv().unwrap()).unwrap();
        // Every fourth request is taken in any case.
        let mut taken = if round % 4 == 0 {
            vec![one(&mut session)]
        } else {
            session.take(1)
        };
        match session.cancel(handle) {
            Ok(()) => {
                assert!(taken.is_empty());
                ends[0] += 1;
            }
            Err(error) => {
                assert_eq!(error, ErrorCode::AlreadyCompleted);
                is(taken.remove(0), handle, answer());
                ends[1] += 1;
            }
        }
        nothing_comes(&mut session);
    }
    assert!(ends[1] >= 500, "{ends:?}");
    drop(to_sender);
    sender.join().unwrap();
    nothing_comes(&mut session);
    assert_eq!((ends[0] + ends[1], engine.outstanding()), (2000, 0));
}

// S-S4
#[test]
fn outcomes_after_the_last_clean_up_are_dropped() {
    let (engine, replies) = engine();
    let mut session = started(&engine);
    let handle = ask(&mut session, "a.test");
    ask(&mut session, "at-once.test");
    session.cleanup().unwrap();
    assert_eq!(engine.outstanding(), 0);
    let responder = replies.recv().unwrap();
    assert!(!responder.is_wanted());
    session.startup().unwrap();
    responder.send(answer());
    nothing_comes(&mut session);
    assert_eq!(session.cancel(handle), Err(ErrorCode::InvalidArgument));
}

// S-R18
#[test]
fn an_outage_completes_asynchronous_lookups_and_drops_their_outcomes() {
    let (engine, replies) = engine();
    let mut session = started(&engine);
    let handle = ask(&mut session, "a.test");
    engine.take_down();
    assert_eq!(
        session.request(host("b.test"), 0),
        Err(ErrorCode::NetworkDown)
    );
    let responder = replies.recv().unwrap();
    assert!(!responder.is_wanted());
    responder.send(answer());
    is(one(&mut session), handle, Err(ErrorCode::NetworkDown));
    nothing_comes(&mut session);
    engine.bring_up();
    let handle = ask(&mut session, "at-once.test");
    is(one(&mut session), handle, answer());
}

// S-S7
#[test]
fn the_outcome_for_a_dropped_session_is_not_wanted() {
    let (engine, replies) = engine();
    let mut session = started(&engine);
    ask(&mut session, "a.test");
    drop(session);
    assert_eq!(engine.outstanding(), 0);
    let responder = replies.recv().unwrap();
    assert!(!responder.is_wanted());
    // A responder does not keep the engine alive.
    drop(engine);
    assert!(replies.recv().is_err(), "the resolver is gone");
    responder.send(answer());
}

// S-C7: asynchronous lookups that never end keep no worker.
#[test]
fn lookups_without_an_outcome_delay_no_others() {
    let (engine, replies) = engine();
    let mut session = started(&engine);
    let handles: Vec<_> = (0..1000).map(|_| ask(&mut session, "a.test")).collect();
    let quick = ask(&mut session, "at-once.test");
    is(one(&mut session), quick, answer());
    for handle in handles {
        assert_eq!(session.cancel(handle), Ok(()));
    }
    assert_eq!((session.outstanding(), engine.outstanding()), (0, 0));
    assert_eq!(replies.try_iter().filter(Responder::is_wanted).count(), 0);
}

// S-R2: asynchronous requests count as others do.
#[test]
fn asynchronous_requests_count_towards_the_limits() {
    let (engine, replies) = engine_with(Limits {
        workers: 1,
        max_requests: 2,
        ..Limits::default()
    });
    let mut session = started(&engine);
    ask(&mut session, "a.test");
    ask(&mut session, "b.test");
    assert_eq!(
        session.request(host("c.test"), 0),
        Err(ErrorCode::WouldBlock)
    );
    replies.recv().unwrap().send(answer());
    one(&mut session);
    ask(&mut session, "c.test");
}
