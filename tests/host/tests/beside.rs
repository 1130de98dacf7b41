//! A hostile guest and a well-behaved one on the same engine: the hostile one changes no result of
//! the other.

use std::thread;

use winsock_async_engine::{ErrorCode, Limits, LookupEngine, Query};
use winsock_async_tests::{End, Kind, Program, lookups_with, run};

/// Runs `bad` once, and `good` repeatedly until `bad` has ended. Every run of `good` must pass.
/// Returns how `bad` ended.
fn beside(bad: &Program, bad_kind: Kind, good: &str, good_kind: Kind, limits: &Limits) -> End {
    let lookups = lookups_with(limits.clone());
    let end = thread::scope(|scope| {
        let bad = scope.spawn(|| bad.run(&lookups, bad_kind).expect("a start").end);
        loop {
            // This comes before the run, so that the last run of `good` begins after the end of
            // `bad`.
            let ended = bad.is_finished();
            well_behaved(good, &lookups, good_kind);
            if ended {
                return bad.join().expect("no panic in the host");
            }
        }
    });
    // S-S7, S-S4
    assert_eq!(lookups.outstanding(), 0, "beside {good}");
    end
}

fn well_behaved(program: &str, lookups: &LookupEngine, kind: Kind) {
    let run = run(program, lookups, kind).expect("a program that starts");
    if let End::Trapped(trap) = run.end {
        panic!("{program} fails beside a hostile guest: {trap:?}");
    }
    let stats = run.stats;
    assert_eq!(stats.requests, stats.completed() + stats.cancelled);
}

/// Runs [`beside`] with `bad` in a store of each kind and `good` in one of the other, at the limits
/// that the programs rely on.
fn in_both_kinds(bad: &str, good: &str, check: impl Fn(End)) {
    let limits = Limits {
        max_requests: 100,
        ..Limits::default()
    };
    in_both_kinds_with(&limits, bad, good, check);
}

fn in_both_kinds_with(limits: &Limits, bad: &str, good: &str, check: impl Fn(End)) {
    let bad = Program::load(bad).expect("a program");
    check(beside(&bad, Kind::Sync, good, Kind::Async, limits));
    check(beside(&bad, Kind::Async, good, Kind::Sync, limits));
}

fn returned(end: End) {
    if let End::Trapped(trap) = end {
        panic!("the program failed: {trap:?}");
    }
}

fn trapped(end: End, why: &str) {
    let End::Trapped(trap) = end else {
        panic!("the program must trap");
    };
    assert!(format!("{trap:?}").contains(why), "{trap:?}");
}

#[test]
fn a_guest_at_every_limit_does_not_disturb_another() {
    in_both_kinds("hostile", "six_kinds", returned);
}

// S-R2, S-R6
#[test]
fn a_million_requests_do_not_disturb_another_guest() {
    in_both_kinds("hostile_million", "six_kinds", returned);
    in_both_kinds_with(&Limits::default(), "hostile_million", "names", returned);
}

// S-R2, S-S7
#[test]
fn completions_that_are_never_taken_do_not_disturb_another_guest() {
    in_both_kinds("hostile_untaken", "errors", returned);
    in_both_kinds_with(&Limits::default(), "hostile_untaken", "six_kinds", returned);
}

// S-C8
#[test]
fn ten_million_cancels_do_not_disturb_another_guest() {
    in_both_kinds("hostile_churn", "six_kinds", returned);
}

// S-R2
#[test]
fn ten_thousand_names_of_64_kib_do_not_disturb_another_guest() {
    in_both_kinds("hostile_names", "names", returned);
    in_both_kinds_with(&Limits::default(), "hostile_names", "errors", returned);
}

// S-S3, S-S7
#[test]
fn endless_start_ups_do_not_disturb_another_guest() {
    in_both_kinds("hostile_startups", "six_kinds", returned);
}

// S-C3
#[test]
fn cancels_of_forged_handles_do_not_disturb_another_guest() {
    in_both_kinds("hostile_cancel", "errors", returned);
}

// S-C3, S-R17
#[test]
fn cancels_of_another_sessions_handles_leave_its_requests_alone() {
    let lookups = lookups_with(Limits::default());
    for kind in [Kind::Sync, Kind::Async] {
        let mut other = lookups.session();
        other.startup().expect("start-up");
        let mut begin = |name: &str| {
            let query = Query::HostByName(name.as_bytes().into());
            let handles = (0..500).map(|tag| other.request(query.clone(), tag));
            handles.collect::<Result<Vec<_>, ErrorCode>>()
        };
        let ready = begin("known.test").expect("requests");
        let pending = begin("slow.test").expect("requests");
        let handles: Vec<_> = ready.into_iter().chain(pending).collect();
        let bad = Program::load("hostile_cancel").expect("a program");
        let bad = bad.with_args(handles.iter().map(u64::to_string));
        returned(bad.run(&lookups, kind).expect("a start").end);
        let mut came = Vec::new();
        while other.wait(None) {
            came.extend(other.take(usize::MAX));
        }
        assert_eq!(came.len(), handles.len());
        assert!(came.iter().all(|completion| completion.outcome.is_ok()));
    }
}

#[test]
fn thousands_of_pollables_do_not_disturb_another_guest() {
    in_both_kinds("hostile_pollables", "names", returned);
}

// S-S7: the component model demands this trap.
#[test]
fn a_trap_for_too_much_data_in_one_call_does_not_disturb_another_guest() {
    let why = "too much data is being copied between the host and the guest";
    in_both_kinds("hostile_fuel", "six_kinds", |end| trapped(end, why));
}

// S-S7
#[test]
fn a_trap_for_too_many_pollables_does_not_disturb_another_guest() {
    let why = "store handle limit exceeded";
    in_both_kinds("hostile_handles", "names", |end| trapped(end, why));
}

// S-S7
#[test]
fn a_trap_with_requests_at_every_stage_does_not_disturb_another_guest() {
    in_both_kinds("trap", "errors", |end| trapped(end, "unreachable"));
}
