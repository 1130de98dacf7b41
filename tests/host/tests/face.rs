//! The session of a guest, as its embedder sees it.

use winsock_async_engine::{Answer, ErrorCode};
use winsock_async_tests::{Kind, lookups, run, run_until_it_waits};

#[test]
fn each_request_of_a_guest_is_counted_once() {
    let (lookups, _) = lookups();
    let stats = run("errors", &lookups, Kind::Sync).expect("a run").stats;
    assert_eq!(stats.requests, stats.completed() + stats.cancelled);
    assert_eq!((stats.answered, stats.denied, stats.cancelled), (2, 4, 0));
    let failed: Vec<_> = stats.failed().collect();
    assert!(failed.contains(&(ErrorCode::TryAgain, 1)), "{failed:?}");
    assert!(
        failed.contains(&(ErrorCode::InvalidArgument, 9)),
        "{failed:?}"
    );
}

// S-R16, S-R13: a forbidden name and a numeric one reach no resolver.
#[test]
fn forbidden_and_numeric_names_reach_no_resolver() {
    let (lookups, control) = lookups();
    run("errors", &lookups, Kind::Sync).expect("a run");
    let asked = format!("{:?}", control.asked());
    assert!(asked.contains("quick.test"), "{asked}");
    for never in [
        "invalid",
        "198.51.100.7",
        "::1",
        "192.0.2.256",
        "0300",
        "0xc0",
    ] {
        assert!(!asked.contains(never), "{never} in {asked}");
    }
}

// S-S7: dropping a store in the middle of a call drops the guest's requests; the engine serves
// others.
#[test]
fn a_guest_dropped_while_it_waits_leaves_no_request() {
    let (lookups, _) = lookups();
    for _ in 0..20 {
        run_until_it_waits("hang", &lookups).expect("a program that waits");
        assert_eq!(lookups.outstanding(), 0);
    }
    run("six_kinds", &lookups, Kind::Async).expect("a run");
}

#[test]
fn a_native_session_is_served_beside_a_guest() {
    let (lookups, _) = lookups();
    let mut session = lookups.session();
    session.startup().expect("start-up");
    let query = winsock_async_engine::Query::HostByName(b"quick.test"[..].into());
    let handle = session.request(query, 7).expect("a request");
    run("six_kinds", &lookups, Kind::Async).expect("a run");
    assert!(session.wait(None));
    let [completion] = &session.take(8)[..] else {
        panic!("one completion")
    };
    assert_eq!((completion.handle, completion.tag), (handle, 7));
    assert!(matches!(completion.outcome.as_deref(), Ok(Answer::Host(_))));
}
