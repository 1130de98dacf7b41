//! A guest that misbehaves, and one that does not, beside it on the same engine.

use std::thread;

use winsock_async_host::LookupEngine;
use winsock_async_tests::{End, Kind, lookups, run};

/// Runs `bad` once, and `good` beside it for as long as that takes; `good` must not notice. Gives the end of `bad`.
fn beside(bad: &str, bad_kind: Kind, good: &str, good_kind: Kind) -> End {
    let (lookups, _) = lookups();
    let end = thread::scope(|scope| {
        let bad = scope.spawn(|| {
            run(bad, &lookups, bad_kind)
                .expect("a program that starts")
                .end
        });
        loop {
            // Asked first, so that a whole run of `good` is after the end of `bad`.
            let ended = bad.is_finished();
            well_behaved(good, &lookups, good_kind);
            if ended {
                return bad.join().expect("no panic in the host");
            }
        }
    });
    // S-S7, S-S4
    assert_eq!(lookups.outstanding(), 0, "{bad} beside {good}");
    end
}

fn well_behaved(program: &str, lookups: &LookupEngine, kind: Kind) {
    let run = run(program, lookups, kind).expect("a program that starts");
    if let End::Trapped(trap) = run.end {
        panic!("{program} has noticed: {trap:?}");
    }
    let stats = run.stats;
    assert_eq!(stats.requests, stats.completed() + stats.cancelled);
}

/// In stores of both kinds, the other guest's of the other kind.
fn in_both_kinds(bad: &str, good: &str, check: impl Fn(End)) {
    check(beside(bad, Kind::Sync, good, Kind::Async));
    check(beside(bad, Kind::Async, good, Kind::Sync));
}

fn returned(end: End) {
    if let End::Trapped(trap) = end {
        panic!("it failed: {trap:?}");
    }
}

fn trapped(end: End, why: &str) {
    let End::Trapped(trap) = end else {
        panic!("it is to trap");
    };
    assert!(format!("{trap:?}").contains(why), "{trap:?}");
}

#[test]
fn of_requests_at_their_limits() {
    in_both_kinds("hostile", "six_kinds", returned);
}

// S-C3
#[test]
fn of_cancels_of_every_number() {
    in_both_kinds("hostile_cancel", "errors", returned);
}

#[test]
fn of_pollables_by_the_thousand() {
    in_both_kinds("hostile_pollables", "names", returned);
}

// S-S7: the component model demands this trap; the host and the other guest go on.
#[test]
fn of_a_trap_for_too_much_in_one_call() {
    let why = "too much data is being copied between the host and the guest";
    in_both_kinds("hostile_fuel", "six_kinds", |end| trapped(end, why));
}

// S-S7
#[test]
fn of_a_trap_for_too_many_pollables() {
    let why = "store handle limit exceeded";
    in_both_kinds("hostile_handles", "names", |end| trapped(end, why));
}

// S-S7
#[test]
fn of_a_trap_with_requests_at_every_stage() {
    in_both_kinds("trap", "errors", |end| trapped(end, "unreachable"));
}
